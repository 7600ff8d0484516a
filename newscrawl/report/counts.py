"""What the charts of a report show: counts by day and kind, out of its facts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate

from newscrawl.ledger.model import DayTally
from newscrawl.outcomes.summary import UNREAD
from newscrawl.report.model import Days, Facts

CHANNELS = 16  # the largest channels, which have a row or a calendar of their own
FORBIDDEN, RETRIED = "robots.txt forbids", "retried"
STATES = ("balanced", "failed", "not balanced", "not read", "empty")  # of a day of a list


def by_day_of_run(facts: Facts) -> dict[str, Days]:
    """The requests of the runs of each day: `failed` by reason, `requests` by answer, `refused` (bans) by status."""
    counts_of: dict[str, defaultdict[str, Counter[str]]] = {
        name: defaultdict(Counter) for name in ("failed", "requests", "refused")
    }
    for run in facts.runs:
        day, summary, politeness = run.started.date().isoformat(), run.summary, run.summary.politeness
        counts_of["failed"][day].update(summary.failed)
        counts_of["requests"][day].update(
            {"answered": summary.requests - politeness.not_modified, "not modified": politeness.not_modified}
        )
        counts_of["refused"][day].update({f"banned ({status})": count for status, count in politeness.refused.items()})
        counts_of["refused"][day].update({FORBIDDEN: politeness.robots_forbidden, RETRIED: politeness.retried})
    return {name: {day: dict(counts) for day, counts in days.items()} for name, days in counts_of.items()}


def folded(days: Days, most: int) -> Days:
    """Counts in which all but the `most` most frequent kinds are summed up as `other`.

    >>> folded({"2026-03-05": {"a": 1, "b": 2, "c": 1}}, 1)
    {'2026-03-05': {'b': 2, 'other': 2}}
    """
    kept = by_frequency(days)[:most]
    result: Days = {}
    for day, counts in days.items():
        result[day] = {kind: counts[kind] for kind in kept if kind in counts}
        if other := sum(count for kind, count in counts.items() if kind not in kept):
            result[day]["other"] = other
    return result


def by_frequency(days: Days) -> list[str]:
    """The kinds of counts, the most frequent first.

    >>> by_frequency({"2026-03-05": {"a": 1, "b": 2}})
    ['b', 'a']
    """
    total: Counter[str] = Counter()
    for counts in days.values():
        total.update(counts)
    return sorted((kind for kind, count in total.items() if count), key=lambda kind: (-total[kind], kind))


def stack(counts: Mapping[str, int], kinds: Iterable[str]) -> list[tuple[str, int, int, int]]:
    """Stacks counts: (kind, count, low, high) of each kind.

    >>> stack({"b": 2, "a": 1}, ["a", "b", "c"])
    [('a', 1, 0, 1), ('b', 2, 1, 3)]
    """
    present = [(kind, counts[kind]) for kind in kinds if counts.get(kind)]
    tops = accumulate(count for _, count in present)
    return [(kind, count, top - count, top) for (kind, count), top in zip(present, tops, strict=True)]


def states_of(facts: Facts) -> dict[str, Days]:
    """The state of each day of the largest channels, each as a count of one."""
    states: dict[str, Days] = {}
    for channel in largest(facts):
        days = {day: state(tally) for day, tally in facts.coverage.get(channel, {}).items()}
        days |= {day: "not read" for day in facts.unread.get(channel, ()) if day >= facts.since}
        states[channel] = {day: {days[day]: 1} for day in sorted(days)}
    return states


def state(tally: DayTally) -> str:
    """The state of a day: balanced, not balanced, not read at all, or balanced but for what has failed.

    Or empty: the list has never named anything.
    """
    if tally.balanced:
        return "balanced"
    if tally.empty:
        return "empty"
    if not tally.unbalanced:
        return "failed"
    read = (tally.unique or tally.waiting) and tally.reason != UNREAD
    return "not balanced" if read else "not read"


def largest(facts: Facts) -> list[str]:
    """The `CHANNELS` channels with the most articles, the largest first."""
    sizes = {name: sum(days.values()) for name, days in facts.kept.items() if name and days}
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:CHANNELS]


def worst(counts: Mapping[str, int]) -> str:
    """The gravest state in counts of states.

    >>> worst({"balanced": 30, "not read": 1})
    'not read'
    """
    return next(state for state in ("not balanced", "not read", "failed", "balanced", "empty") if counts.get(state))


def in_words(counts: Mapping[str, int]) -> str:
    """The number of days in each state, for a person.

    >>> in_words({"balanced": 30, "not read": 1})
    '30 balanced, 1 not read'
    """
    return ", ".join(f"{counts[state]} {state}" for state in STATES if counts.get(state))
