"""The findings of a report: whether anything is wrong with an archive, in sentences, the gravest first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from newscrawl.exit_codes import DAMAGED, DONE, FAULT, INTERRUPTED, NOTHING, PARTLY, UNBALANCED
from newscrawl.ledger.model import DayTally
from newscrawl.ledger.schedule import DAY
from newscrawl.outcomes.reasons import advice
from newscrawl.report.facts import LATELY
from newscrawl.report.model import Facts, RunSummary

Level = Literal["wrong", "look", "note"]
LEVELS: tuple[Level, ...] = ("wrong", "look", "note")
EXITS: dict[int | None, str] = {
    None: "running, or killed",
    DONE: "all done",
    FAULT: "a bug in newscrawl, or the archive could not be written",
    PARTLY: "partly done",
    NOTHING: "nothing could be done",
    UNBALANCED: "the lists and the kept articles do not balance",
    DAMAGED: "the archive is damaged",
    INTERRUPTED: "interrupted",
}
WEEK = f"the last {LATELY // DAY} days"
NAMED = 5  # most channels that a finding names
RUNS = 50  # the newest runs, by which the usual pause is determined
FEW = 4  # fewer runs do not show a usual pause
LEFT = timedelta(days=30)  # a channel that is this far behind is not crawled any more
GAP = 60  # days; an older gap is intended, or known
PAUSE = timedelta(days=1)  # a shorter pause is no finding


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: `wrong` needs action now, `look` soon, a `note` none. `at` is the section of the page."""

    level: Level
    text: str
    at: str


def find(facts: Facts) -> list[Finding]:
    """The findings about an archive, the gravest first."""
    found = [*of_lists(facts), *of_runs(facts), *of_pages(facts)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def headline(facts: Facts, found: list[Finding]) -> str:
    """The summary of the findings in a few words."""
    levels = Counter(finding.level for finding in found)
    if wrong := levels["wrong"]:
        return f"{count_text(wrong, 'thing')} {'is' if wrong == 1 else 'are'} wrong"
    if look := levels["look"]:
        return f"Nothing is wrong; {count_text(look, 'thing')} to look at"
    return "All is well" if facts.totals.articles else "Nothing is wrong; nothing is kept yet"


def of_lists(facts: Facts) -> Iterator[Finding]:
    """Findings about lists: days that do not balance or were not read, channels that are behind or stale."""
    if days := len(facts.unbalanced):
        day, channel, tally = facts.unbalanced[0]
        text = f"{count_text(days, 'day')} {'does' if days == 1 else 'do'} not balance; the newest: {channel} {day}"
        yield Finding("wrong", f"{text}, {why(tally)}", "coverage")
    if unread := sorted((day, channel) for channel, days in facts.unread.items() for day in days):
        day, channel = unread[-1]
        lately = day >= (facts.now - timedelta(days=GAP)).date().isoformat()
        text = (
            f"{count_text(len(unread), 'day')} of lists not read, between others that were; the newest: {channel} {day}"
        )
        yield Finding("look" if lately else "note", text, "coverage")
    newest = max(facts.freshness.marks.values(), default=facts.now)
    behind = {channel: mark for channel, mark in facts.freshness.marks.items() if PAUSE < newest - mark < LEFT}
    if behind:
        channel = min(behind, key=lambda name: behind[name])
        names = f"{channel} is" if len(behind) == 1 else f"{len(behind)} channels are"
        text = f"{names} read up to {behind[channel]:%Y-%m-%d %H:%M} only, others up to {newest:%Y-%m-%d %H:%M}"
        yield Finding("look", text, "freshness")
    ended = next((run for run in facts.all_runs if run.exit is not None), None)
    if ended and (stale := ended.summary.stale):
        named = list(stale.items())[:NAMED]
        since = ", ".join(f"{name} since {silence.last[:16].replace('T', ' ')}" for name, silence in named)
        since += f" and {len(stale) - NAMED} more" if len(stale) > NAMED else ""
        text = f"{count_text(len(stale), 'channel')} silent for longer than ever before, at the last run: {since}"
        yield Finding("wrong", text, "freshness")


def of_runs(facts: Facts) -> Iterator[Finding]:
    """Findings about runs: how the last one ended, whether runs are missing, bans."""
    if not facts.all_runs:
        return
    last = facts.all_runs[0]
    began = f"The last run ({last.started:%Y-%m-%d %H:%M})"
    if last.exit is None:
        yield Finding(
            "look", f"{began} has not ended: it is running, or was killed and the next one continues", "politeness"
        )
    elif last.exit not in (DONE, UNBALANCED):
        level: Level = "note" if last.exit == PARTLY else "look" if last.exit == INTERRUPTED else "wrong"
        yield Finding(level, f"{began} ended with {last.exit}: {result(last)}", "politeness")
    if pause := missed(facts):
        yield Finding("look", f"No run for {pause[0]}; before, there was one every {pause[1]}", "politeness")
    refused: Counter[str] = Counter()
    for run in facts.all_runs:
        if (facts.now - run.started).total_seconds() <= LATELY:
            refused.update(run.summary.politeness.refused)
    if refused:
        statuses = ", ".join(f"{number} with {status}" for status, number in sorted(refused.items()))
        yield Finding("look", f"Banned in {WEEK}: {statuses}", "politeness")


def of_pages(facts: Facts) -> Iterator[Finding]:
    """Findings about items and pages: given up, flagged, lost."""
    if facts.totals.lost:
        text = f"{count_text(facts.totals.lost, 'capture')} lost: no file contains them any more"
        yield Finding("wrong", text, "growth")
    if lately := facts.failures.lately:
        yield Finding("look", f"{count_text(lately, 'item')} of {WEEK} given up", "failures")
    elif ever := facts.failures.ever:
        yield Finding("note", f"{count_text(ever, 'item')} given up, none of {WEEK}", "failures")
    if lately := facts.designs.lately:
        yield Finding("look", f"{count_text(lately, 'page')} flagged in {WEEK}", "designs")
    elif ever := facts.designs.ever:
        yield Finding("note", f"{count_text(ever, 'page')} flagged, none in {WEEK}", "designs")


def why(tally: DayTally) -> str:
    """Why a day does not balance.

    >>> why(DayTally(unique=3, kept=1, waiting=2)), why(DayTally(reason="list_short", missing=4))
    ('2 have no outcome yet', '4 rows are counted and not given')
    """
    parts = []
    if tally.waiting:
        parts.append(f"{tally.waiting} {'has' if tally.waiting == 1 else 'have'} no outcome yet")
    if tally.missing:
        parts.append(
            f"{count_text(tally.missing, 'row')} {'is' if tally.missing == 1 else 'are'} counted and not given"
        )
    elif tally.reason:
        parts.append("its list was not read" if tally.reason == "list_unread" else advice(tally.reason) or tally.reason)
    return ", ".join(parts) or "it has fewer outcomes than articles"


def result(run: RunSummary) -> str:
    """How a run ended, for a person."""
    summary = run.summary
    failed = ", ".join(f"{reason} {number}" for reason, number in sorted(summary.failed.items()))
    parts = [EXITS.get(run.exit, "unknown"), summary.stopped, f"failed: {failed}" if failed else ""]
    return "; ".join(part for part in parts if part)


def missed(facts: Facts) -> tuple[str, str] | None:
    """The time since the last run, and the usual pause between runs; None if no run is overdue."""
    starts = [run.started for run in facts.all_runs[:RUNS]]
    if len(starts) < FEW:
        return None
    usual = timedelta(seconds=median((later - earlier).total_seconds() for later, earlier in pairwise(starts)))
    pause = facts.now - starts[0]
    return (duration_text(pause), duration_text(usual)) if pause > max(PAUSE, 3 * usual) else None


def count_text(number: int, what: str) -> str:
    """A number of things.

    >>> count_text(1, "day"), count_text(1200, "day")
    ('1 day', '1,200 days')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def duration_text(span: timedelta | float) -> str:
    """A span of time, or of seconds, in its largest unit.

    >>> duration_text(5), duration_text(300), duration_text(timedelta(hours=23)), duration_text(timedelta(hours=80))
    ('1 minute', '5 minutes', '23 hours', '3 days')
    """
    minutes = max(round((span.total_seconds() if isinstance(span, timedelta) else span) / 60), 1)
    if minutes < 2 * 60:
        return count_text(minutes, "minute")
    return count_text(minutes // 60, "hour") if minutes < 48 * 60 else count_text(minutes // (24 * 60), "day")
