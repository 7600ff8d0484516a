"""How a visit ends: the rules by which a reason becomes an outcome."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request

from newscrawl.crawl.failures import GIVEN_UP
from newscrawl.crawl.visit import (
    FAILURES,
    META,
    Ending,
    ListPage,
    Visit,
    VisitOutcome,
    carried_by,
    failed,
    page_failed,
    visit_of,
)
from newscrawl.outcomes.reasons import advice
from newscrawl.provenance import Lease, State

URL = "https://finance.sina.com.cn/x"
FIRST: Any = SimpleNamespace()


def visit(state: str = "", **values: Any) -> Visit:
    """A visit, of an item of the ledger in a state if one is given."""
    return Visit(7, URL, Lease(1, "a", URL, State(state)) if state else None, **values)


def test_a_visit_begins_without_bans_and_pages() -> None:
    assert Visit(7, URL) == Visit(7, URL, None, None, (), False, False, 0, 0, 0)
    assert ListPage() == ListPage(0)
    assert VisitOutcome(Ending.KEPT) == VisitOutcome(Ending.KEPT, "", "")


@pytest.mark.parametrize("carried", [visit(), visit("listed", pauses=2), ListPage(1), None])
def test_a_request_carries_one_thing(carried: Visit | ListPage | None) -> None:
    request = Request(URL, meta={META: carried} if carried else {})
    assert carried_by(request) == carried
    assert visit_of(request) == (carried if isinstance(carried, Visit) else None)
    assert carried_by(request.replace(url=f"{URL}/2")) == carried  # a redirect and a retry are of the same visit


def test_what_is_no_request_is_of_no_visit() -> None:
    assert visit_of(None) is None


@pytest.mark.parametrize(
    ("state", "reason", "refused", "ending"),
    [
        ("", "http_404", False, Ending.FAILED),
        ("", "video", True, Ending.REFUSED),
        ("listed", "http_404", False, Ending.FAILED),
        ("listed", "video", True, Ending.REFUSED),
        ("listed", "error", True, Ending.REFUSED),
        ("failed", "http_410", False, Ending.FAILED),
        ("kept", "http_404", False, Ending.GONE),
        ("kept", "http_410", False, Ending.GONE),
        ("known", "error", True, Ending.GONE),
        ("gone", "http_404", False, Ending.STILL_GONE),
        ("gone", "error", True, Ending.STILL_GONE),
        ("kept", "http_500", False, Ending.FAILED),
        ("kept", "video", True, Ending.FAILED),  # its article stays, and is looked at again
        ("gone", "timeout", False, Ending.FAILED),
    ],
)
def test_what_a_reason_means_for_an_item(state: str, reason: str, refused: bool, ending: Ending) -> None:
    outcome = failed(visit(state), reason, "", refused=refused)
    assert (outcome.ending, outcome.reason) == (ending, reason)
    gone = ending in (Ending.GONE, Ending.STILL_GONE)
    assert outcome.detail == (f"{reason}; its post stays" if gone else advice(reason))


def test_a_detail_takes_the_place_of_the_advice() -> None:
    assert failed(visit(), "http_404", "the detail") == VisitOutcome(Ending.FAILED, "http_404", "the detail")


@pytest.mark.parametrize("state", ["listed", "failed", "kept"])
def test_a_request_that_is_given_up_leaves_its_item_to_the_next_run(state: str) -> None:
    assert failed(visit(state), GIVEN_UP) == VisitOutcome(Ending.UNSENT, GIVEN_UP)


def test_a_request_that_is_given_up_without_an_item_has_failed_as_no_other_run_sends_it() -> None:
    assert failed(visit(), GIVEN_UP) == VisitOutcome(Ending.FAILED, "turned_away", advice("turned_away"))


@pytest.mark.parametrize("refused", [True, False])
def test_an_article_lacks_a_page_if_a_further_page_brings_nothing(refused: bool) -> None:
    outcome = page_failed(visit("listed", first=FIRST), f"{URL}_2", "no_text", "the detail", refused=refused)
    assert outcome == VisitOutcome(Ending.FAILED, "page_missing", f"{URL}_2: no_text")
    first = page_failed(visit("listed"), URL, "no_text", "the detail", refused=refused)
    assert first == VisitOutcome(Ending.REFUSED if refused else Ending.FAILED, "no_text", "the detail")


def test_a_page_that_did_not_come_is_not_refused_and_has_the_advice() -> None:
    outcome = page_failed(visit("listed"), URL, "http_404")
    assert outcome == VisitOutcome(Ending.FAILED, "http_404", advice("http_404"))


@pytest.mark.parametrize("first", [None, FIRST])
def test_a_page_that_is_given_up_is_no_missing_page(first: Any) -> None:
    assert page_failed(visit("listed", first=first), URL, GIVEN_UP).ending is Ending.UNSENT
    assert page_failed(visit(first=first), URL, GIVEN_UP).reason == "turned_away"


def test_what_is_a_failure() -> None:
    assert set(FAILURES) == {Ending.REFUSED, Ending.FAILED, Ending.UNWRITTEN}
