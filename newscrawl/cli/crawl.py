"""`newscrawl crawl`: fetches every article that the channels list, once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from newscrawl.cli.app import (
    AcceptClockOption,
    BodyOption,
    CanaryOption,
    FallbackOption,
    FlavourOption,
    JsonOption,
    NoCapturesOption,
    ProgressOption,
    QuietOption,
    TermSiteOption,
    VerboseOption,
    app,
    fallback_policy,
    finish,
    on_archive,
    refuse_linked,
    terms_for,
)
from newscrawl.cli.console import Console, print_json, print_lines
from newscrawl.cli.spider import Shown, export_settings
from newscrawl.crawl.options import RunOptions
from newscrawl.errors import BadUsage
from newscrawl.integrity.sentences import number_of
from newscrawl.outcomes.prometheus import prometheus, write_metrics
from newscrawl.outcomes.reasons import advice
from newscrawl.outcomes.summary import Outcomes

SHOWN = 20  # unbalanced days that are listed one by one
NAMED = 5  # lists that a line names


@app.command()
@on_archive
def crawl(
    archive: Annotated[Path, typer.Option("-o", "--archive", metavar="DIR", help="The archive to store articles in.")],
    channels: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHANNEL]...", help="Channels, as `newscrawl channels` shows them; none means all."),
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="From this day (2026-03-01), or this long ago (2d, 6h).")
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="Up to the end of this day.")] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="Fetch at most N articles; the next run continues.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the crawl would do and how long it would take; write nothing.")
    ] = False,
    site: TermSiteOption = "",
    flavour: FlavourOption = None,
    body: BodyOption = None,
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    no_captures: NoCapturesOption = False,
    accept_clock: AcceptClockOption = False,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", metavar="FILE", help="Write the run as Prometheus metrics (newscrawl[metrics])."),
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Write every message as a JSON object, one a line.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
    now: Annotated[
        str, typer.Option("--now", hidden=True, help="Take this instant (ISO 8601) for now, in tests.")
    ] = "",
) -> int:
    """Find and store every article that the channels list, and prove that none is missing.

    Without --since, a channel is read from the point where the last run ended, the first time from two days ago.
    Stored articles are fetched again only to find edits (30 minutes, 2 and 8 hours, a day and a week after
    publication); later runs retry failures. A killed run loses nothing: start it again.
    """
    from newscrawl.archive.archive import Archive  # imports SQLAlchemy, 0.2 s
    from newscrawl.archive.clock import check_clock
    from newscrawl.crawl.process import run_estimate, run_spider  # imports Scrapy
    from newscrawl.crawl.task import task_of

    console = Console(quiet=quiet, verbose=verbose, bars=not no_progress, structured=log_json)
    terms, data = terms_for(archive, site, flavour, body)
    clock = clock_at(now)
    try:
        task = task_of(data, channels or [], since, until, limit, clock())
    except ValueError as error:
        raise BadUsage(str(error)) from error
    policy = fallback_policy(canary=canary, fallback=fallback)
    if metrics:
        check_metrics(metrics)
        refuse_linked(archive, metrics, "--metrics")
    outcomes = Outcomes("crawl")
    options = RunOptions(policy=policy, clock=clock, outcomes=outcomes, site=data)
    arguments = {"site": terms.site}
    settings: dict[str, Any] = {"LOG_ENABLED": verbose, "LOG_LEVEL": "INFO", "NEWSCRAWL_LOG_JSON": log_json}
    if now or accept_clock:
        settings["NEWSCRAWL_CLOCK_ENABLED"] = False
    else:
        check_clock(archive, clock())
    if dry_run:
        settings |= export_settings(None, "post", "hexo", "clean")
        estimate = run_estimate(task, data, archive, settings, arguments, options)
        if as_json:
            print_json({"command": "crawl", "dry_run": True, **estimate.plain(), "exit": outcomes.exit})
        else:
            print_lines(*estimate.lines())
        return outcomes.exit
    with Archive(archive, zone=data.zone):  # fails on a bad folder before any request
        pass
    with console.progress("crawling", limit) as progress:
        settings |= export_settings(archive, "post", terms.flavour, terms.body, captures=not no_captures)
        shown = Shown(console, progress, grows=limit is None)
        run_spider(data.spider, settings, arguments, replace(options, task=task), shown)
    if metrics:
        try:
            write_metrics(outcomes.summary(), metrics)
        except OSError as error:
            console.say(f"newscrawl: cannot write the metrics to {metrics}: {error.strerror}", "failure")
    for line in (*list_summary(outcomes), *way_out(outcomes.given_up, archive)):
        console.say(f"newscrawl: {line}", "verdict")
    return finish(outcomes, console, as_json=as_json, form="")


def check_metrics(path: Path) -> None:
    """Raises NotInstalled, or BadUsage, if the metrics could not be written after the run."""
    prometheus()
    if not path.name or not path.parent.is_dir() or (path.exists() and not path.is_file()):
        raise BadUsage(f"--metrics {path}: give a file in an existing folder")


def clock_at(now: str) -> Callable[[], datetime]:
    """The clock, or one that began at the instant `now`. Raises BadUsage if `now` is no instant."""
    if not now:
        return lambda: datetime.now(UTC)
    try:
        ahead = datetime.fromisoformat(now).astimezone(UTC) - datetime.now(UTC)
    except ValueError as error:
        raise BadUsage(f"--now {now} is no instant such as 2026-03-01T08:00:00+08:00") from error
    return lambda: datetime.now(UTC) + ahead


def list_summary(outcomes: Outcomes) -> list[str]:
    """The lines about the lists of a run: what is missing, which channels are stale, how many requests were banned."""
    lines = []
    tallies = [tally for days in outcomes.coverage.values() for tally in days.values()]
    if tallies:
        unique, kept, known, waiting = (
            sum(tally.get(name, 0) for tally in tallies) for name in ("unique", "kept", "known", "waiting")
        )
        left_out, failed = (sum(sum(tally[name].values()) for tally in tallies) for name in ("not_article", "failed"))
        days = f"{number_of(len(tallies), 'day')} of {number_of(len(outcomes.coverage), 'list')}"
        empty = all(tally.get("empty") for tally in tallies)
        balance = balance_of(outcomes.open, unbalanced=bool(outcomes.unbalanced), waiting=waiting, empty=empty)
        lines.append(
            f"{days}: {unique} listed = {kept} kept + {known} known + {left_out} no article + {failed} failed"
            f"{f' + {waiting} waiting' if waiting else ''}: {balance}"
        )
    missing = [(channel, day, outcomes.coverage[channel][day]) for channel, day in outcomes.unbalanced]
    if outcomes.interrupted or outcomes.stopped:  # the next run fetches what is waiting
        missing = [each for each in missing if {"missing", "reason"} & set(each[2])]
    lines += [f"{channel} {day}: not balanced: {why_unbalanced(tally)}" for channel, day, tally in missing[:SHOWN]]
    if len(missing) > SHOWN:
        lines.append(f"{len(missing) - SHOWN} more days are not balanced; --json and `newscrawl status` name them")
    lines += nothing_named(outcomes.coverage)
    lines += [
        f"{channel} is stale: nothing since {silence['last']} ({silence['hours']} hours), longer than any of its pauses"
        for channel, silence in outcomes.stale.items()
    ]
    if requests := outcomes.requests:
        banned = "".join(f", {count} banned with {status}" for status, count in sorted(outcomes.refused.items()))
        robots = f", {outcomes.robots_forbidden} forbidden by robots.txt" if outcomes.robots_forbidden else ""
        sent = number_of(requests, "request")
        lines.append(f"{sent}, {outcomes.bytes / 1e6:.1f} MB, {outcomes.not_modified} not modified{banned}{robots}")
    return lines


def balance_of(open_questions: Mapping[str, int], *, unbalanced: bool, waiting: int = 0, empty: bool = False) -> str:
    """What the lists and the archive come to, in words. `open_questions`: articles `retrying` and `given_up`.

    `empty`: no list has ever named anything.

    >>> balance_of({}, unbalanced=False), balance_of({"retrying": 3, "given_up": 1}, unbalanced=False)
    ('balanced', '3 will be tried again, 1 given up')
    """
    if waiting:
        return "the next run continues"
    if unbalanced:
        return "NOT BALANCED"
    words = (("retrying", "will be tried again"), ("given_up", "given up"))
    parts = [f"{count} {what}" for name, what in words if (count := open_questions.get(name))]
    return ", ".join(parts) or ("nothing to prove by" if empty else "balanced")


def nothing_named(coverage: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """The line about the lists that are there and have never named an article.

    >>> nothing_named({"china": {"2026-03-01": {"empty": True}}, "stock": {"2026-03-01": {"listed": 1}}})
    ['china: the list is there and empty, and never named an article: there is nothing to prove by']
    """
    names = [name for name, days in coverage.items() if days and all(tally.get("empty") for tally in days.values())]
    if not names:
        return []
    lists = "the list is" if len(names) == 1 else "the lists are"
    named = "named an article" if len(names) == 1 else "named articles"
    shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    return [f"{shown}: {lists} there and empty, and never {named}: there is nothing to prove by"]


def way_out(given_up: int, archive: Path) -> list[str]:
    """The line that says what to do about the articles that a run has given up; none if there are none.

    >>> way_out(2, Path("kept"))
    ['2 articles given up; newscrawl retry kept takes them up again']
    """
    if not given_up:
        return []
    them = "it" if given_up == 1 else "them"
    return [f"{number_of(given_up, 'article')} given up; newscrawl retry {archive} takes {them} up again"]


def why_unbalanced(tally: Mapping[str, Any]) -> str:
    """The reason why a day is not balanced, for a person."""
    if tally.get("missing"):
        return f"the list counts {tally['missing']} more than it gives"
    if tally.get("reason"):
        return advice(tally["reason"]) or f"its list could not be read whole ({tally['reason']})"
    return f"{tally.get('waiting', 0)} of its {tally['unique']} articles have no outcome yet"
