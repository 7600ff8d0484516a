"""How growth is measured, the worst inputs, and what `doctor --site` says of a user's patterns and selectors."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from newscrawl.doctor.diagnosis import Diagnosis
from newscrawl.doctor.growth import ENOUGH, Growth, growth, sizes
from newscrawl.doctor.measuring import Steep, run_command, steep_in
from newscrawl.doctor.slow import speed, subjects_of, tree_of
from newscrawl.doctor.worst_pages import DEEPEST, Tag, WorstPage, tags_of, worst_pages
from newscrawl.doctor.worst_texts import Worst, worst_texts
from newscrawl.sites.loader import site_names
from newscrawl.sites.values import Value
from tests.conftest import ROOT


class Clock:
    """A clock that goes on by what a call costs: the size of its input to a power, in microseconds."""

    def __init__(self, power: float, warming: float = 0.0) -> None:
        self.power, self.warming, self.now, self.asked = power, warming, 0.0, list[int]()

    def __call__(self) -> float:
        return self.now

    def call(self, size: int) -> None:
        self.asked.append(size)
        self.now += size**self.power / 1e6 + self.warming
        self.warming = 0.0

    def growth(self, largest: int) -> Growth:
        return growth(self.call, lambda size: size, largest, clock=self)


@pytest.mark.parametrize(
    ("power", "steep"), [(1.0, False), (1.25, False), (1.35, True), (2.0, True), (3.0, True), (5.0, True)]
)
def test_the_exponent_is_that_of_the_time(power: float, steep: bool) -> None:
    found = Clock(power).growth(100_000)
    assert found.is_steep is steep
    assert abs(found.exponent - power) < 0.1 * power


def test_what_is_fast_says_nothing() -> None:
    assert Clock(2.0).growth(200).exponent == 0  # 40 ms
    assert Clock(2.0).growth(250).is_steep  # 62 ms


def test_a_first_call_that_prepares_something_is_no_growth() -> None:
    assert Clock(1.0, warming=9.0).growth(1000).size == 1000
    assert not Clock(1.0, warming=0.01).growth(100_000).is_steep


def test_a_call_that_grows_fast_is_found_out_while_it_is_short() -> None:
    clock = Clock(4.0)
    found = clock.growth(10**6)
    assert found.is_steep
    assert found.size == 16
    assert max(clock.asked) == 16
    assert ENOUGH <= found.seconds < 0.1


@pytest.mark.parametrize(("deepest", "steep"), [(300, False), (400, True), (1000, True)])
def test_what_grows_fast_only_up_to_a_bound_may_be_short(deepest: int, steep: bool) -> None:
    clock = Clock(2.0)
    found = growth(clock.call, lambda size: min(size, deepest), 250, first=250, clock=clock)  # 62 ms at 250, 90 at 300
    assert found.is_steep is steep


def test_what_grows_fast_up_to_a_bound_is_steep_when_it_is_long() -> None:
    clock = Clock(2.0)
    assert growth(clock.call, lambda size: min(size, 460), 450, first=450, clock=clock).is_steep  # 0.2 s


def test_sizes_end_with_the_largest() -> None:
    assert [*sizes(16, 16)] == [16]
    assert [*sizes(2000, 2000)] == [2000]
    assert [*sizes(100, 7000)] == [100, 400, 1600, 6400, 7000]


@pytest.mark.parametrize(
    ("pattern", "worst"),
    [
        (r"date:\s*\d", Worst("date:", " ", "\0")),
        (r"(?:ab|cd)+e", Worst("", "cd", "\0")),
        (r"(?:x(?:y+)?)*z", Worst("x", "y", "\0")),
        (r"<b.*?>", Worst("", "<b ")),
        (r"(?P<one>a{2,9})(?(one)b+|c+)", Worst("aa", "b", "\0")),
        (r"(?=.*z)a++", Worst("", "a", "\0")),
        (r"[^a]+$", Worst("", " ", "\0")),
        (r"(?>1+)\w*", Worst("1", "1", "\0")),
        (r"\S*\S,", Worst("", ",", " \0")),
        (r"[:/].*$", Worst(":", ":", "\n\0")),
    ],
)
def test_worst_texts_reach_each_repetition(pattern: str, worst: Worst) -> None:
    assert worst in worst_texts(pattern)


def test_a_few_worst_texts_are_some_of_all() -> None:
    pattern = r"(?:来源|出处)\s*[:：]\s*(\S+)\s*$"
    few = worst_texts(pattern, few=True)
    assert set(few) < set(worst_texts(pattern))
    assert Worst("来源:", " ", "\0") in few


def test_texts_for_bytes_are_bytes() -> None:
    assert all(ord(max(worst.text(9))) < 256 for worst in worst_texts(rb"\xff+\s*$"))


def test_worst_pages_have_what_a_selector_names() -> None:
    pages = {page.words: page for page in worst_pages(Value("", "ul.a > li", "css"))}
    assert b'<ul class="a"><li>x</li></ul>' * 4 in pages['<ul class="a"><li>x</li></ul> again and again'].page(8)
    assert pages["<li> in each other"].page(9).count(b"</li>") == 9
    assert pages["<li>x never closed"].page(10**4).count(b"<li>") == DEEPEST
    named = {page.again for page in worst_pages(Value("", './/a[contains(@href, "x")]/b', "xpath"))}
    assert '<a href="x">x</a>' in named


def test_worst_pages_of_what_looks_around_have_many_before_the_last_and_around_all() -> None:
    xpath = '(//h1)[1]/preceding-sibling::*[@class="k"][ancestor::div]'
    pages = {page.words: page.page(60).decode() for page in worst_pages(Value("", xpath, "xpath"))}
    for again, last in (("b", "h1"), ("div", "h1"), ("b", "div")):
        page = pages[f'<{again} class="k">k</{again}> again and again, before <{last} class="k">k</{last}>']
        assert f'<{again} class="k">k</{again}>' * 59 in page
        assert page.endswith(f'<{last} class="k">k</{last}></body></html>')
    nested = pages['<b class="k">k</b> again and again, in many <div class="k">']
    assert nested.count("<div") == 10
    assert nested.count("<b class") == 60
    assert not any(
        page.last or page.around for page in worst_pages(Value("", "h1 ~ a[href='x:y']:contains('k')", "css"))
    )
    assert any(page.last for page in worst_pages(Value("", "p:first-child", "css")))
    assert Tag("img", ' title="k"', "k") in next(tags_of(Value("", './/img[@*="k"]', "xpath")))


def test_a_page_that_is_refused_takes_no_time() -> None:
    """No selector is given one: 16,000 elements of 200 characters in 250 others have too much text."""
    worst = WorstPage("", f"<p>{'x' * 200}</p>", around="<div>")
    assert [len([*tree_of(worst, size).iter("p")]) for size in (60, 16_000)] == [60, 1]


CHILD = """
import os, signal, sys
first = int(sys.argv[-1])
for number in range(first, 4):
    print('[%d, "subject %d", "blanks", ""]' % (number, number), flush=True)
    if number == 1: os.kill(os.getpid(), signal.SIGPROF)
    if number == 2: print('[2, "subject 2", "blanks", "1 s"]', flush=True)
sys.exit({end})
"""


def test_what_ends_its_process_is_slow_and_the_others_are_measured() -> None:
    found = [*steep_in(partial(run_command, [sys.executable, "-c", CHILD.format(end=0)]))]
    assert found == [Steep("subject 1", "more than 5 s", "blanks"), Steep("subject 2", "1 s", "blanks")]
    with pytest.raises(RuntimeError, match="ended with 7"):
        list(steep_in(partial(run_command, [sys.executable, "-c", CHILD.format(end=7)])))
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(f"extends: sina_finance\n{text}", encoding="utf-8")
        return str(path)

    return write


def test_only_what_a_site_file_adds_is_measured(site: Callable[[str], str]) -> None:
    own = subjects_of(site("logos: 'mine'\nlists: [{name: a, label: a, kind: html, url: 'http://a/', rows: 'b i'}]\n"))
    assert [subject.what for subject in own] == ["pattern logos", "selector lists[a].rows"]
    assert [subjects_of(name) for name in site_names()] == [[], []]


OWN = r"""extends: sina_finance
logos: '(?:a+)+$'
captions: '//span/following-sibling::span'
boilerplate:
  lines:
    - {match: '来源\s*[:：]?\s*$', why: mine}
"""


def slow(sent: str, did: str) -> pytest.MarkDecorator:
    return pytest.mark.fault("flood", "a site file of one's own", sent, did)


@slow("a pattern that tries each way to part a text", "`doctor --site` named it, and ended")
@slow("a pattern with two repetitions of blanks", "`doctor --site` said how its time grows")
@slow("a selector that finds all siblings of each element", "`doctor --site` said what to do")
def test_doctor_names_what_is_slow_in_a_site_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN, encoding="utf-8")
    command = [sys.executable, "-m", "newscrawl", "doctor", "--site", "mine.yaml", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    own = [check for check in json.loads(done.stdout)["checks"] if check["what"] == "speed of mine.yaml"]
    assert done.returncode == 2
    assert {check["found"].split()[0] for check in own} == {"logos", "boilerplate.lines[1].match", "captions"}
    for check in own:
        assert check["state"] == "wrong"
        assert re.search("takes .*(growing by the power of|more than 5 s).* again and again", check["found"])
        assert "possessive" in check["advice"] or "from its last part" in check["advice"]


def test_doctor_has_nothing_against_a_good_site_file(site: Callable[[str], str]) -> None:
    (found,) = speed(site("logos: '(?<!a)a++b'\n"))
    assert (found.state, found.found) == ("ok", "1 patterns and selectors of its own, none is slow")


def test_what_another_check_says_is_not_said_twice(site: Callable[[str], str]) -> None:
    assert [*speed(site("surprise: 1\n")), *speed("sina_finance")] == [
        Diagnosis("ok", "speed of sina_finance", "0 patterns and selectors of its own, none is slow")
    ]
