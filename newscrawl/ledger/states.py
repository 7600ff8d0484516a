"""How an item changes: when a list names it again, and with each outcome of its lease.

Each function returns the columns of `items` to update. All times are in epoch seconds.
"""

from collections.abc import Mapping
from typing import Any

from newscrawl.errors import SOFT_MISSING
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schedule import CONFIRMED, LONGEST, next_recrawl, next_retry, postponement
from newscrawl.provenance import Lease, State

Values = dict[str, Any]
KILLS = 3  # killed runs in a row after which the item that was under way is set aside
KILLED = "run_killed"  # its reason then
DONE: Values = {"lease": None, "sent": False, "killed": 0}  # with each outcome

# A list names an item


def listed(entry: ListedItem, channel: str, day: str, now: int, *, held: bool, published: int | None = None) -> Values:
    """The row of a new item. `held`: the archive holds an article under its key, which was published at `published`."""
    row: Values = {
        "key": entry.key,
        "url": entry.url,
        "title": entry.title,
        "channel": channel,
        "day": day,
        "state": State.REFUSED if entry.reason else State.LISTED,
        "reason": entry.reason,
        "due": None,
        "article": None,
        "published": None,
        "ctime": entry.ctime,
        "intime": entry.intime,
        "mtime": entry.mtime,
    }
    if held and not entry.reason:
        due = next_recrawl(published, now) if published else None
        row |= {"state": State.KNOWN, "article": entry.key, "published": published, "due": due}
    return row


def listed_again(item: Mapping[str, Any], entry: ListedItem, channel: str, day: str, now: int) -> Values:
    """The changes of an item that a list names again; empty if there are none.

    It is due again if the list's time of change has moved, and fetched if the site file no longer skips it.
    """
    values: Values = {}
    changed = entry.mtime is not None and item["mtime"] is not None and entry.mtime > item["mtime"]
    skipped = item["state"] == State.REFUSED and item["looked"] is None  # by its URL: its page was never fetched
    if skipped and not entry.reason:
        values = {"state": State.LISTED, "reason": "", "url": entry.url}
    elif changed and item["state"] != State.LISTED and not entry.reason:
        values = {"due": now}
    if (item["channel"], item["day"]) != (channel, day):
        values |= {"channel": channel, "day": day}
    if changed or (item["mtime"] is None and entry.mtime is not None):
        values |= {"mtime": entry.mtime, "intime": entry.intime, "ctime": entry.ctime}
    return values


# A user has it fetched again


def taken_up() -> Values:
    """An item that was given up or refused and is to be fetched again, with all its retries before it.

    `looked` stays: a page that was fetched once is not one that a rule of the site file skips.
    """
    return {"state": State.LISTED, "reason": "", "tries": 0, "due": None}


# A clock that was ahead has planned it


def rescheduled(item: Mapping[str, Any], now: int, right: int | None) -> Values:
    """An item that was looked at after `now`, or is due too late: the plan by the right clock.

    What is due too late is due now. When an article was looked at by the other clock is not known: as far as is known,
    at `right`, when the last run with a right clock began. So it has the next look of its age then, and if that is over
    now. `right` is None if there was no such run.
    """
    looked = item["looked"] and min(item["looked"], now)
    if item["due"] and item["due"] > now + LONGEST:
        return {"looked": looked, "due": now}
    if not (State(item["state"]).has_article and item["published"]):
        return {"looked": looked, "due": item["due"]}
    due = next_recrawl(item["published"], item["published"] if right is None else right)
    return {"looked": looked, "due": due and max(due, now)}


# Its request is sent, and no outcome follows


def sent(lease: Lease) -> Values:
    """The request of a leased item is sent: a try, which an outcome that does not count gives back."""
    return {"sent": True, "tries": lease.tries + 1}


def unsent(lease: Lease) -> Values:
    """The request of a leased item waits again, or is not sent any more; the lease ends with the run."""
    return {"sent": False, "tries": lease.tries}


def cut_short(item: Mapping[str, Any]) -> Values:
    """An item whose run was killed while it was under way. After `KILLS` such runs in a row it is set aside.

    An article that is held stays so, and loses only its looks.
    """
    killed = item["killed"] + 1
    values: Values = {"sent": False, "killed": killed, "lease": None}
    if killed < KILLS:
        return values
    aside = {**values, "reason": KILLED, "due": None}
    return aside if State(item["state"]).has_article else {**aside, "state": State.FAILED}


# The outcomes of a lease


def kept(lease: Lease, key: str, published: int, now: int, *, held: bool) -> Values:
    """A page whose article was stored under `key`. `held`: the archive held this article before."""
    values: Values = {
        "reason": "",
        "tries": 0,
        "article": key,
        "published": published,
        "looked": now,
        "gone": None,
        "due": next_recrawl(published, now),
        "etag": lease.etag,
        "modified": lease.modified,
        **DONE,
    }
    if lease.has_article:
        values["state"] = state_of_held(lease)
    elif held:  # kept by `fetch`, or under another URL
        values["state"] = State.KNOWN
    else:
        values |= {"state": State.KEPT, "run": lease.run}
    return values


def unchanged(lease: Lease, now: int) -> Values:
    """A recrawl that found the article unchanged, also where its page had been gone before."""
    return {
        "state": state_of_held(lease),
        "gone": None,
        "reason": "",
        "tries": 0,
        "due": recrawl_of(lease, now),
        "looked": now,
        **DONE,
    }


def refused(lease: Lease, reason: str, now: int) -> Values:
    """A page that holds no article. One that says it does not exist (yet) is retried."""
    tries = lease.tries + 1
    due = next_retry(tries, now) if reason == SOFT_MISSING else None
    return {"state": State.REFUSED, "reason": reason, "due": due, "looked": now, "tries": tries, **DONE}


def failed(lease: Lease, reason: str, now: int) -> Values:
    """A page that could not be fetched. It is retried; an item whose article is held keeps its state.

    When no retries are left, a held article is recrawled as planned, and any other item is given up.
    """
    tries = lease.tries + 1
    values: Values = {"reason": reason, "due": next_retry(tries, now), "tries": tries, **DONE}
    if not lease.has_article:
        values["state"] = State.FAILED
    elif values["due"] is None:
        values["due"] = recrawl_of(lease, now)
    return values


def postponed(lease: Lease, reason: str, now: int) -> Values:
    """A page that could not be fetched, for a reason that says nothing about it: no try is lost."""
    values: Values = {"reason": reason, "due": postponement(lease.tries, now), "tries": lease.tries, **DONE}
    return values if lease.has_article else {**values, "state": State.FAILED}


def is_given_up(item: Mapping[str, Any]) -> bool:
    """Whether an item, or the changes of one, say that it is not fetched again by itself after a failure."""
    return item.get("state") == State.FAILED and item["due"] is None


def gone(lease: Lease, reason: str, now: int) -> Values:
    """The page of a held article that is gone. It is recrawled as planned, in case it comes back.

    One answer is not final: a page that was there until the last planned look is looked at once more.
    """
    news = lease.state != State.GONE
    values: Values = {
        "state": State.GONE,
        "reason": reason,
        "due": recrawl_of(lease, now) or (now + CONFIRMED if news else None),
        "looked": now,
        "tries": lease.tries,
        **DONE,
    }
    return {**values, "gone": now} if news else values


def state_of_held(lease: Lease) -> State:
    """The state of an item whose article is held and whose page is there."""
    return State.KNOWN if lease.kept_by is None else State.KEPT


def recrawl_of(lease: Lease, now: int) -> int | None:
    """The next recrawl of an article that is held; None when no more follow, or if its date is not known."""
    return next_recrawl(lease.published, now) if lease.published else None
