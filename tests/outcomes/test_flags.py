"""Every flag has its words, and stands in the reference."""

import re

from newscrawl.answers.model import CUT_OFF
from newscrawl.extraction.article import UNPROVEN
from newscrawl.extraction.headline import LONG_TITLE
from newscrawl.outcomes.flags import FLAGS
from tests.conftest import ROOT


def test_the_flags_are_those_of_the_reference_each_with_words_of_its_own() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert {flag for flag in FLAGS if re.search(rf"^- `{flag}`: ", reference, re.MULTILINE)} == set(FLAGS)
    assert len(set(FLAGS.values())) == len(FLAGS)
    assert all(" " in words and words[0].islower() for words in FLAGS.values())


def test_a_flag_that_is_raised_has_words() -> None:
    """`new_design` is raised by the archive, the others where the page is read."""
    raised = {CUT_OFF, LONG_TITLE, UNPROVEN}
    for path in (ROOT / "newscrawl").rglob("*.py"):
        raised |= set(re.findall(r'flags=\([^()]*"(\w+)"', path.read_text(encoding="utf-8")))
        raised |= set(re.findall(r'return \["(\w+_design)"\]', path.read_text(encoding="utf-8")))
    assert raised == set(FLAGS)
