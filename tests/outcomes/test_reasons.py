"""The table of reasons: what a user reads of each, and the rules that its columns are."""

from pathlib import Path
from typing import get_args

import pytest

from newscrawl.errors import SOFT_MISSING
from newscrawl.outcomes.reasons import BUGS, TABLE, Of, Reason, advice, reason_of, unsettled

EXPECTED = Path(__file__).with_name("advice.txt")


def test_the_advice_is_that_of_the_file() -> None:
    lines = [f"{reason}: {advice(reason)}\n" for reason in sorted(TABLE)]
    assert "".join(lines) == EXPECTED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("word", "row"),
    [
        ("timeout", "timeout"),
        ("http_404", "http_404"),
        ("http_503", "http_5xx"),
        ("http_422", "http_4xx"),
        ("http_302", "http_3xx"),
        ("http_999", "http_xxx"),
        ("list_timeout", "timeout"),
        ("list_http_503", "http_5xx"),
        ("list_short", "list_short"),
    ],
)
def test_the_row_of_a_word(word: str, row: str) -> None:
    assert reason_of(word) is TABLE[row]


def test_a_rule_of_a_site_file_of_the_user_is_final() -> None:
    assert reason_of("advertorial") == Reason("advertorial", "page", "", again=False, settles=True)
    assert advice("advertorial") == ""


def words(column: str) -> set[str]:
    return {word for word, reason in TABLE.items() if getattr(reason, column)}


def test_what_is_final() -> None:
    rules = {"video", "live", "quote", "index", "search", "home", "gallery", "blog", "weibo", "dropped"}
    assert {*TABLE} - words("again") == rules | {"unreadable", "damaged", "body_missing"}  # the last three are of files


def test_what_counts_for_the_balance_while_it_is_tried_again() -> None:
    told = {f"http_{status}" for status in ("401", "404", "410", "451")}
    assert words("settles") & words("again") == {SOFT_MISSING, "robots", "bad_url"} | told


def test_what_says_nothing_about_the_article() -> None:
    assert words("ours") == {"timeout", "unreachable", "dns", "private_address", "tls", "robots_unreachable"}


def test_what_may_be_a_ban_in_unknown_words() -> None:
    pages = {"unknown_layout", "no_text", "no_title", "no_date", "not_html", "moved"}
    assert words("doubtful") == pages | {"redirects", "offsite", "http_3xx", "http_xxx"}


def test_the_unsettled() -> None:
    assert unsettled(["timeout", "http_404", "video", "http_500", "mine"]) == {"timeout", "http_500"}


def test_the_reasons_that_code_asks_for() -> None:
    assert SOFT_MISSING == "error"
    assert BUGS == {"fault", "lost"} <= {*TABLE}


def test_the_columns_of_the_table() -> None:
    for word, reason in TABLE.items():
        assert (reason.word, reason.of in get_args(Of)) == (word, True)
        assert {type(getattr(reason, name)) for name in ("again", "settles", "ours", "doubtful")} == {bool}
        assert reason.means
    assert Reason("mine", "page", "what it is") == Reason("mine", "page", "what it is", "", True, False, False, False)
