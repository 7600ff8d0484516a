"""How an item changes, rule by rule: when a list names it again, and with each outcome of its lease."""

from typing import Any

import pytest

from newscrawl.errors import SOFT_MISSING
from newscrawl.ledger import states
from newscrawl.ledger.model import ListedItem
from newscrawl.provenance import HAS_ARTICLE, Lease, State

NOW = 1_800_000_000
MINUTE, HOUR, DAY = 60, 3600, 86400
NO_ARTICLE = [State.LISTED, State.REFUSED, State.FAILED]
DONE = {"lease": None, "sent": False, "killed": 0}  # with each outcome
RETRIES = [600, 3600, 21600, 86400, 259200]

# States


def test_three_states_have_an_article() -> None:
    assert [state for state in State if state.has_article] == ["kept", "known", "gone"] == [*HAS_ARTICLE]
    assert [state for state in State if lease(state).has_article] == [*HAS_ARTICLE]


def test_a_state_that_is_damaged_counts_as_listed() -> None:
    assert State("kept") is State.KEPT
    assert State("kepd") is State.LISTED


# A list names an item


TIMES = {"ctime": 1, "intime": 2, "mtime": 3}
ROW = {
    "key": "a", "url": "https://x/a", "title": "题", "channel": "china", "day": "2027-01-15", "state": State.LISTED,
    "reason": "", "due": None, "article": None, "published": None, **TIMES,
}  # fmt: skip


def listed(reason: str = "", *, held: bool = False, published: int | None = None) -> dict[str, Any]:
    entry = ListedItem("a", "https://x/a", "题", reason, **TIMES)
    return states.listed(entry, "china", "2027-01-15", NOW, held=held, published=published)


def test_a_new_item_is_listed() -> None:
    assert listed() == ROW


@pytest.mark.parametrize("held", [False, True])
def test_a_new_item_that_the_site_file_skips_is_refused(held: bool) -> None:
    assert listed("blog", held=held, published=NOW) == {**ROW, "state": State.REFUSED, "reason": "blog"}


@pytest.mark.parametrize(
    ("published", "due"), [(NOW, NOW + 30 * MINUTE), (NOW - HOUR, NOW + HOUR), (NOW - 7 * DAY, None), (None, None)]
)
def test_a_new_item_whose_article_is_held_is_known_and_recrawled(published: int | None, due: int | None) -> None:
    expected = {**ROW, "state": State.KNOWN, "article": "a", "published": published, "due": due}
    assert listed(held=True, published=published) == expected


ITEM = {"state": State.KEPT, "looked": 5, "channel": "china", "day": "2027-01-15", "mtime": 100}


def listed_again(
    item: dict[str, Any], mtime: int | None = 100, reason: str = "", channel: str = "china", day: str = "2027-01-15"
) -> dict[str, Any]:
    entry = ListedItem("a", "https://x/new", "题", reason, ctime=98, intime=99, mtime=mtime)
    return states.listed_again({**ITEM, **item}, entry, channel, day, NOW)


def times(mtime: int) -> dict[str, Any]:
    return {"mtime": mtime, "intime": 99, "ctime": 98}


@pytest.mark.parametrize(
    ("known", "mtime", "values"),
    [
        (100, 101, {"due": NOW, **times(101)}),
        (100, 100, {}),
        (100, 99, {}),
        (100, None, {}),
        (None, 101, times(101)),  # the list says only now when it changed
        (None, None, {}),
    ],
)
@pytest.mark.parametrize("state", [state for state in State if state is not State.LISTED])
def test_an_item_is_due_if_its_time_of_change_has_moved(
    state: State, known: int | None, mtime: int | None, values: dict[str, Any]
) -> None:
    assert listed_again({"state": state, "mtime": known}, mtime) == values


def test_a_change_makes_nothing_due_that_is_not_fetched_yet() -> None:
    assert listed_again({"state": State.LISTED, "looked": None}, 101) == times(101)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("looked", [None, 5])
def test_a_change_makes_nothing_due_that_is_skipped_now(state: State, looked: int | None) -> None:
    assert listed_again({"state": state, "looked": looked}, 101, "blog") == times(101)


@pytest.mark.parametrize("mtime", [None, 99, 100, 101])
def test_an_item_that_was_skipped_is_fetched_when_the_site_file_allows_it(mtime: int | None) -> None:
    """Under the URL that may be fetched."""
    skipped = {"state": State.REFUSED, "looked": None}
    allowed = {"state": State.LISTED, "reason": "", "url": "https://x/new"}
    assert listed_again(skipped, mtime) == {**allowed, **(times(101) if mtime == 101 else {})}
    assert listed_again(skipped, 100, "blog") == {}


@pytest.mark.parametrize("state", [state for state in State if state is not State.REFUSED])
def test_only_an_item_that_was_skipped_is_listed_anew(state: State) -> None:
    assert listed_again({"state": state, "looked": None}) == {}


def test_a_page_that_was_refused_itself_stays_refused() -> None:
    assert listed_again({"state": State.REFUSED, "looked": 5}) == {}


@pytest.mark.parametrize(
    ("channel", "day"), [("stock", "2027-01-15"), ("china", "2027-01-16"), ("stock", "2027-01-16")]
)
def test_an_item_belongs_to_the_list_that_named_it_last(channel: str, day: str) -> None:
    assert listed_again({}, channel=channel, day=day) == {"channel": channel, "day": day}
    moved = listed_again({}, 101, channel=channel, day=day)
    assert moved == {"due": NOW, "channel": channel, "day": day, **times(101)}


# Its request is sent, and no outcome follows


@pytest.mark.parametrize("tries", [0, 3])
def test_a_request_that_is_sent_is_a_try_until_it_is_not_sent_after_all(tries: int) -> None:
    assert states.sent(lease(tries=tries)) == {"sent": True, "tries": tries + 1}
    assert states.unsent(lease(tries=tries)) == {"sent": False, "tries": tries}


@pytest.mark.parametrize("state", State)
def test_what_was_under_way_in_three_killed_runs_is_set_aside(state: State) -> None:
    """An article that is held stays so, and loses only its looks."""
    for killed in (0, 1):
        item = {"state": state, "killed": killed, "tries": 1, "due": NOW, "reason": "timeout"}
        assert states.cut_short(item) == {"sent": False, "killed": killed + 1, "lease": None}
    aside = {"sent": False, "killed": 3, "lease": None, "reason": "run_killed", "due": None}
    assert states.cut_short({"state": state, "killed": 2}) == {
        **aside, **({"state": State.FAILED} if state in NO_ARTICLE else {}),
    }  # fmt: skip
    assert states.is_given_up(states.cut_short({"state": state, "killed": 2})) is (state in NO_ARTICLE)


# A user has it fetched again


def test_an_item_that_is_taken_up_is_listed_with_all_its_retries_before_it() -> None:
    """When its page was fetched last stays known: it is not skipped, and a list that names it again changes nothing."""
    assert states.taken_up() == {"state": State.LISTED, "reason": "", "tries": 0, "due": None}
    assert listed_again({**ITEM, "state": State.FAILED, **states.taken_up()}) == {}
    assert listed_again({**ITEM, "state": State.REFUSED, **states.taken_up()}) == {}


# The outcomes of a lease


def lease(
    state: State = State.LISTED, tries: int = 0, published: int | None = None, kept_by: int | None = None
) -> Lease:
    return Lease(7, "a", "https://x/a", state, "timeout", tries, published, '"tag"', "today", kept_by)


KEPT = {
    "reason": "", "tries": 0, **DONE, "article": "b", "published": NOW - HOUR, "looked": NOW, "gone": None,
    "due": NOW + HOUR, "etag": '"tag"', "modified": "today",
}  # fmt: skip


def kept(lease: Lease, *, held: bool) -> dict[str, Any]:
    return states.kept(lease, "b", NOW - HOUR, NOW, held=held)


@pytest.mark.parametrize("state", NO_ARTICLE)
def test_an_article_is_kept_by_the_run_that_fetched_it(state: State) -> None:
    assert kept(lease(state, tries=2), held=False) == {**KEPT, "state": State.KEPT, "run": 7}


@pytest.mark.parametrize("state", NO_ARTICLE)
def test_an_article_that_was_held_before_is_known(state: State) -> None:
    assert kept(lease(state), held=True) == {**KEPT, "state": State.KNOWN}


@pytest.mark.parametrize("state", HAS_ARTICLE)
@pytest.mark.parametrize("held", [False, True])
def test_an_article_that_is_recrawled_stays_the_one_of_its_run(state: State, held: bool) -> None:
    assert kept(lease(state, kept_by=3), held=held) == {**KEPT, "state": State.KEPT}
    assert kept(lease(state, kept_by=None), held=held) == {**KEPT, "state": State.KNOWN}


AGES = [(10 * MINUTE, 30 * MINUTE), (HOUR, 2 * HOUR), (7 * HOUR, DAY), (2 * DAY, 7 * DAY), (6 * DAY, None)]


@pytest.mark.parametrize(("age", "due"), AGES)
def test_an_article_is_recrawled_by_its_age(age: int, due: int | None) -> None:
    published = NOW - age
    at = None if due is None else published + due
    assert states.kept(lease(), "a", published, NOW, held=False)["due"] == at
    assert states.unchanged(lease(State.KEPT, published=published), NOW)["due"] == at
    assert states.gone(lease(State.GONE, published=published), "http_404", NOW)["due"] == at
    assert states.recrawl_of(lease(State.KEPT, published=published), NOW) == at


def test_an_article_without_a_date_is_not_recrawled() -> None:
    undated = lease(State.KNOWN, published=None)
    assert states.recrawl_of(undated, NOW) is None
    assert states.unchanged(undated, NOW)["due"] is None
    assert states.gone(lease(State.GONE, published=None), "http_404", NOW)["due"] is None


@pytest.mark.parametrize(("age", "due"), [(7 * HOUR, 17 * HOUR), (6 * DAY, DAY), (None, DAY)])
def test_a_page_that_is_found_gone_is_looked_at_once_more(age: int | None, due: int) -> None:
    published = None if age is None else NOW - age
    assert states.gone(lease(State.KEPT, published=published), "http_404", NOW)["due"] == NOW + due
    assert states.gone(lease(State.KNOWN, published=published), "http_410", NOW)["due"] == NOW + due


@pytest.mark.parametrize("state", HAS_ARTICLE)
@pytest.mark.parametrize(("kept_by", "found"), [(3, State.KEPT), (None, State.KNOWN)])
def test_an_unchanged_article_is_there(state: State, kept_by: int | None, found: State) -> None:
    """Also one whose page had been gone, or could not be fetched for some time."""
    values = states.unchanged(lease(state, 2, NOW - HOUR, kept_by), NOW)
    assert values == {
        "state": found, "gone": None, "reason": "", "tries": 0, "due": NOW + HOUR, "looked": NOW, **DONE,
    }  # fmt: skip


@pytest.mark.parametrize("tries", range(7))
@pytest.mark.parametrize("state", State)
def test_a_page_without_an_article_is_not_fetched_again(state: State, tries: int) -> None:
    values = states.refused(lease(state, tries), "video", NOW)
    assert values == {
        "state": State.REFUSED, "reason": "video", "due": None, "looked": NOW, "tries": tries + 1, **DONE,
    }  # fmt: skip


@pytest.mark.parametrize("tries", range(len(RETRIES) + 1))
def test_a_page_that_does_not_exist_yet_is_retried(tries: int) -> None:
    due = NOW + RETRIES[tries] if tries < len(RETRIES) else None
    values = states.refused(lease(tries=tries), SOFT_MISSING, NOW)
    assert values == {
        "state": State.REFUSED, "reason": "error", "due": due, "looked": NOW, "tries": tries + 1, **DONE,
    }  # fmt: skip


@pytest.mark.parametrize("tries", range(len(RETRIES) + 1))
@pytest.mark.parametrize("state", NO_ARTICLE)
def test_a_failure_is_retried_later_each_time_and_given_up_at_last(state: State, tries: int) -> None:
    due = NOW + RETRIES[tries] if tries < len(RETRIES) else None
    values = states.failed(lease(state, tries, published=NOW - DAY), "dns", NOW)
    assert values == {"state": State.FAILED, "reason": "dns", "due": due, "tries": tries + 1, **DONE}


@pytest.mark.parametrize("state", State)
def test_only_an_item_without_an_article_is_given_up_and_only_after_its_last_retry(state: State) -> None:
    last = states.failed(lease(state, len(RETRIES)), "dns", NOW)
    assert states.is_given_up(last) is (state in NO_ARTICLE)
    assert not states.is_given_up(states.failed(lease(state, len(RETRIES) - 1), "dns", NOW))
    assert not states.is_given_up(states.refused(lease(state, len(RETRIES)), "video", NOW))
    assert not states.is_given_up(states.unchanged(lease(state), NOW))


@pytest.mark.parametrize("tries", range(len(RETRIES) + 1))
@pytest.mark.parametrize("state", HAS_ARTICLE)
def test_a_held_article_stays_held_when_its_recrawl_fails(state: State, tries: int) -> None:
    """After the last retry it is recrawled as planned."""
    due = NOW + RETRIES[tries] if tries < len(RETRIES) else NOW + 6 * DAY
    values = states.failed(lease(state, tries, published=NOW - DAY), "dns", NOW)
    assert values == {"reason": "dns", "due": due, "tries": tries + 1, **DONE}


def test_an_undated_article_is_not_recrawled_after_its_last_retry() -> None:
    assert states.failed(lease(State.KNOWN, 5), "dns", NOW)["due"] is None


@pytest.mark.parametrize("state", [state for state in State if state is not State.GONE])
def test_a_page_is_gone_since_it_was_first_found_gone(state: State) -> None:
    values = {"state": State.GONE, "reason": "http_404", "due": NOW + HOUR, "looked": NOW, "tries": 0, **DONE}
    assert states.gone(lease(state, published=NOW - HOUR), "http_404", NOW) == {**values, "gone": NOW}
    assert states.gone(lease(State.GONE, published=NOW - HOUR), "http_404", NOW) == values


@pytest.mark.parametrize(("tries", "wait"), [(0, RETRIES[0]), (2, RETRIES[2]), (9, RETRIES[-1])])
def test_a_failure_that_does_not_count_is_retried_later_and_costs_no_try(tries: int, wait: int) -> None:
    values = states.postponed(lease(State.LISTED, tries), "timeout", NOW)
    assert values == {"state": State.FAILED, "reason": "timeout", "due": NOW + wait, "tries": tries, **DONE}
    held = states.postponed(lease(State.KEPT, tries), "timeout", NOW)
    assert held == {"reason": "timeout", "due": NOW + wait, "tries": tries, **DONE}


# A clock that was ahead


@pytest.mark.parametrize(
    ("item", "due", "looked"),
    [
        ({"state": "kept", "published": NOW - 60, "looked": NOW + 40 * DAY, "due": None}, NOW - 60 + 30 * MINUTE, NOW),
        ({"state": "kept", "published": NOW - 6 * DAY, "looked": NOW + DAY, "due": None}, NOW + DAY, NOW),
        ({"state": "kept", "published": NOW - 8 * DAY, "looked": NOW + DAY, "due": None}, NOW, NOW),
        ({"state": "kept", "published": NOW - 9 * DAY, "looked": NOW + DAY, "due": None}, None, NOW),
        ({"state": "known", "published": NOW - 60, "looked": NOW - 5, "due": NOW + 40 * DAY}, NOW, NOW - 5),
        (
            {"state": "kept", "published": NOW - 8 * DAY, "looked": NOW - 7 * DAY, "due": NOW + 40 * DAY},
            NOW,
            NOW - 7 * DAY,
        ),
        ({"state": "gone", "published": NOW - 9 * DAY, "looked": NOW + 40 * DAY, "due": NOW + 9 * DAY}, NOW, NOW),
        ({"state": "failed", "published": None, "looked": None, "due": NOW + 40 * DAY}, NOW, None),
        ({"state": "failed", "published": None, "looked": NOW + DAY, "due": None}, None, NOW),
        ({"state": "failed", "published": None, "looked": NOW + DAY, "due": NOW + 7 * DAY}, NOW + 7 * DAY, NOW),
        ({"state": "kept", "published": None, "looked": NOW + DAY, "due": None}, None, NOW),
    ],
)
def test_what_a_clock_that_was_ahead_has_planned_is_planned_again(
    item: dict[str, Any], due: int | None, looked: int | None
) -> None:
    """The last run with a right clock was three days ago."""
    assert states.rescheduled(item, NOW, NOW - 3 * DAY) == {"due": due, "looked": looked}


def test_what_only_clocks_that_were_ahead_have_looked_at_is_due() -> None:
    item = {"state": "kept", "published": NOW - 99 * DAY, "looked": NOW + 40 * DAY, "due": None}
    assert states.rescheduled(item, NOW, None) == {"due": NOW, "looked": NOW}


@pytest.mark.parametrize("state", HAS_ARTICLE)
def test_every_article_that_a_clock_that_was_ahead_has_looked_at_is_looked_at_again(state: State) -> None:
    item = {"state": state, "published": NOW - 6 * DAY, "looked": NOW + 40 * DAY, "due": None}
    assert states.rescheduled(item, NOW, NOW - 3 * DAY) == {"due": NOW + DAY, "looked": NOW}
