"""What rules for lines drop, by rules and blocks made here."""

from collections.abc import Sequence

import pytest

from newscrawl.extraction.blocks import Block, Line
from newscrawl.sites.model import LineRule
from pipelines.boilerplate import text_of, without_boilerplate


def line(*parts: str) -> Line:
    """A line of parts; those in angle brackets are links."""
    text = "".join(part[1:-1] if part.startswith("<") else part for part in parts)
    return Line(text, text, bare="".join(part for part in parts if not part.startswith("<")))


def paragraphs(*lines: Line) -> list[Block]:
    return [Block("p", "", [each]) for each in lines]


def kept(blocks: Sequence[Block], *rules: LineRule) -> list[str]:
    """The lines that the rules leave."""
    left, _ = without_boilerplate(blocks, rules)
    return text_of(left).splitlines()


@pytest.mark.parametrize(
    ("parts", "dropped"),
    [
        (("<专题：渡口>",), True),
        (("专题：", "<渡口>"), True),
        (("专题：", "<渡口>", "、", "<码头>", "（2）"), True),
        (("【专题】", "<渡口>"), False),  # the pattern wants a colon
        (("专题：渡口",), False),
        (("专题：", "<渡口>", "开讲"), False),
        (("专题：", "渡口的", "<灯>"), False),
        (("<专题：渡口>", "昨日开讲"), False),
        (("读专题：", "<渡口>"), False),
    ],
)
def test_a_linked_rule_drops_lines_that_are_only_links(parts: tuple[str, ...], dropped: bool) -> None:
    rule = LineRule("专题：.{1,30}$", "a link to a special", linked=True)
    assert kept(paragraphs(line(*parts)), rule) == ([] if dropped else [line(*parts).text])


def test_a_linked_rule_for_the_edge_leaves_the_middle() -> None:
    rule = LineRule(".{1,30}>>$", "a link to more", where="edge", linked=True)
    texts = ["<详细>>>", *"甲乙丙", "<详细>>>", *"丁戊己", "<详细>>>"]
    assert kept(paragraphs(*map(line, texts)), rule) == ["甲", "乙", "丙", "详细>>", "丁", "戊", "己"]
