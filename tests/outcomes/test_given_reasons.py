"""Each reason that code can give has a row in the table, and each row is given by code."""

import ast
from types import ModuleType
from typing import Any

import pytest

from newscrawl.outcomes.reasons import TABLE, reason_of
from newscrawl.sites.loader import load_site, site_names
from tests.conftest import ROOT
from tests.support.given_reasons import Given, Module, Unknown, modules

# Functions and classes whose `reason` is another thing.
FOREIGN = (
    "newscrawl.crawl.extensions.outcomes.conclude",  # why Scrapy closes a spider
    "newscrawl.integrity.damage",  # what is wrong with a file, as a sentence
)
# Words that stand where a reason does, and are none: nothing is counted under them.
NO_FAILURES = {
    "given_up": "the request was not sent; the next run sends it",
    "held_back": "the request is sent again later, in the same visit",
    "gone": "an article that is held, whose page is gone: its post stays",
}


def of_sites() -> dict[str, set[str]]:
    """The words of the rules of the built-in site files, each with its places. A user's site file may have others."""
    found: dict[str, set[str]] = {}
    for name in site_names():
        site = load_site(name)
        rules: tuple[Any, ...] = (*site.refusals, *site.skips)
        for rule in rules:
            found.setdefault(rule.reason, set()).add(f"{name}.yaml: {rule.why}")
    return found


@pytest.fixture(scope="module")
def given() -> dict[str, set[str]]:
    return Given(modules(), FOREIGN).words()


def rows_of(word: str) -> set[str]:
    """The rows of a word: of a list's own, of the request for a list, of any status."""
    if word in TABLE:
        return {word}
    if word.startswith("list_"):
        return rows_of(word.removeprefix("list_"))
    return {row for row in TABLE if row.startswith("http_")} if word == "http_xxx" else set()


def test_every_reason_that_is_given_is_in_the_table(given: dict[str, set[str]]) -> None:
    without = {
        word: places for word, places in (given | of_sites()).items() if not (rows_of(word) or word in NO_FAILURES)
    }
    assert without == {}, "add a row to TABLE in newscrawl/outcomes/reasons.py"


def test_every_row_of_the_table_is_given(given: dict[str, set[str]]) -> None:
    named = {row for word in (*given, *of_sites()) for row in rows_of(word)}
    rest = {word for word in TABLE if word.startswith("http_")}  # by the status that a server sends
    assert {*TABLE} - named - rest == set(), "nothing gives these"


def test_a_word_that_is_no_failure_is_not_in_the_table(given: dict[str, set[str]]) -> None:
    assert NO_FAILURES.keys() <= given.keys()
    assert NO_FAILURES.keys().isdisjoint(TABLE)


def test_the_reasons_of_a_list_are_its_own_or_those_of_requests() -> None:
    assert {reason_of(word).of for word in TABLE if word.startswith("list_")} == {"list"}


# How they are found


def words_of(code: str) -> set[str]:
    """The words that a module of this code gives."""
    loaded = ModuleType("pipelines.mine")
    exec(code, vars(loaded))
    return set(Given({"pipelines.mine": Module(ROOT / "pipelines" / "mine.py", vars(loaded), ast.parse(code))}).words())


HEAD = """
from newscrawl.errors import ListError, Refused
from newscrawl.outcomes.stats import FAILED, LISTS
WORD, WORDS = "one", {1: "one", 2: "two"}
def choice(error): return "one" if error else "two", ""
def give(what, reason="", detail=""): ...
class Thing:
    def give(self, what, reason): ...
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def f(): raise Refused('one', 'why')", {"one"}),
        ("def f(): raise Refused(WORD, 'why')", {"one"}),
        ("def f(): raise Refused(detail='why', reason='one')", {"one"}),
        ("def f(x): give(x, 'one' if x else 'two')", {"one", "two"}),
        ("def f(x): give(x, *choice(x))", {"one", "two"}),
        ("def f(x): reason, detail = choice(x)", {"one", "two"}),
        ("def f(x):\n word, detail = choice(x)\n give(x, word)", {"one", "two"}),
        ("def f(x):\n word = 'one'\n give(x, word)", {"one"}),
        ("def f(x):\n if word := choice(x): give(x, word)", {"one", "two"}),
        ("def f(x): x.give(x, 'one')", {"one"}),
        ("def f(x): x.anything(reason='one')", {"one"}),
        ("def f(x): x.failed['one'] += 1", {"one"}),
        ("def f(x): x.count(f'{FAILED}one')", {"one"}),
        ("def f(x): x.count(LISTS + 'one')", {"one"}),
        ("def f(x): return {'reason': 'one'}", {"one"}),
        ("class A:\n reason = 'one'", {"one"}),
        ("class A:\n reason: str = 'one'", {"one"}),
        ("def f(x, reason='one'): give(x, reason)", {"one"}),
        (
            "def f(x): give(x, next((word for key, word in WORDS.items() if key == x), 'three'))",
            {"one", "two", "three"},
        ),
        ("def f(x): give(x, f'http_{x}')", {"http_xxx"}),
        ("def f(x):\n word = 'one'\n raise ListError(f'list_{word}', '')", {"list_one"}),
        ("def f(x): give(x, x.reason)", set()),  # given where it was made
        ("def f(x, reason): give(x, reason)", set()),  # given by the callers
        ("def f(x): give(x)", set()),
    ],
)
def test_a_reason_is_found(code: str, words: set[str]) -> None:
    assert words_of(HEAD + code) == words


@pytest.mark.parametrize(
    "code",
    [
        "def f(x): give(x, x)",
        "def f(x): give(x, x.word)",
        "def f(x): give(x, x())",
        "def f(x): give(x, *x)",
        "def f(x): give(x, 'one' + x)",
        "def f(x): give(x, f'{x}_one')",
        "def f(x): x.failed[x] += 1",
        "def f(x):\n for word in x: give(x, word)",
        "def f(x): reason = x.anything()",
        "def f(x): detail, reason = choice(x)",
        "def f(x):\n detail, word = choice(x)\n give(x, word)",
    ],
)
def test_what_is_not_understood_is_no_pass(code: str) -> None:
    with pytest.raises(Unknown, match=r"pipelines/mine\.py:\d+: "):
        words_of(HEAD + code)
