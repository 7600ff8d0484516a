"""`newscrawl retry`: lists again what crawls have given up or refused, so that the next crawl fetches it."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import DataOption, QuietOption, app, needs_ledger, on_archive
from newscrawl.cli.console import Console, print_json
from newscrawl.cli.crawl import clock_at
from newscrawl.cli.verify import archive_errors
from newscrawl.errors import BadUsage
from newscrawl.exit_codes import DONE
from newscrawl.integrity.sentences import number_of
from newscrawl.ledger.schedule import parse_instant
from newscrawl.outcomes.reasons import TABLE

STATUS = re.compile(r"http_[1-5][0-9]{2}")  # the reason of a status, which need not have a row of its own
KIND = re.compile(r"http_[1-5]xx")  # the statuses of a kind


@app.command()
@on_archive
def retry(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    reason: Annotated[
        list[str] | None,
        typer.Option(
            "--reason", metavar="R", help="Only what has this reason (http_500, http_5xx, timeout). May be repeated."
        ),
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="Only what lists named for this day (2026-03-01) or later.")
    ] = "",
    as_json: DataOption = False,
    quiet: QuietOption = False,
    now: Annotated[
        str, typer.Option("--now", hidden=True, help="Take this instant (ISO 8601) for now, in tests.")
    ] = "",
) -> int:
    """Take up again what crawls have given up or refused: the next crawl of its channels fetches it.

    A failure that still waits for a retry is left to its plan, unless --reason names its reason: after an outage,
    `--reason unreachable` has all of it tried at once. Articles that are held stay as they are, and so do entries of
    lists that a rule of the site file skips.
    """
    from newscrawl.archive.archive import Archive  # imports SQLAlchemy, 0.2 s
    from newscrawl.archive.rules import zone_of
    from newscrawl.ledger.queue import reasons_of_items, retrying, take_up

    needs_ledger(archive)
    moment = clock_at(now)()
    with archive_errors(archive), Archive(archive) as opened, opened.ledger.transaction() as connection:
        day = first_day(since, moment, zone_of(connection))
        reasons = chosen(reason, reasons_of_items(connection)) if reason else None
        counts = take_up(connection, reasons, day)
        waiting = 0 if reason or since else retrying(connection)[0].total()
    if as_json:
        by_reason = dict(counts.most_common())
        print_json({"command": "retry", "taken_up": counts.total(), "reasons": by_reason, "exit": DONE})
    else:
        Console(quiet=quiet).say(f"newscrawl retry: {sentence(counts, waiting)}")
    return DONE


def chosen(asked: Sequence[str], there: Collection[str]) -> set[str]:
    """The reasons of an archive (`there`) that a user has asked for; `http_5xx` asks for each of its statuses.

    Raises BadUsage for a word that is no reason, here or anywhere.

    >>> sorted(chosen(["http_5xx", "timeout"], ["http_404", "http_500", "http_503"]))
    ['http_500', 'http_503']
    """
    found: set[str] = set()
    for word in asked:
        named = {reason for reason in there if reason == word or (KIND.fullmatch(word) and reason[:6] == word[:6])}
        if not (named or word in TABLE or STATUS.fullmatch(word) or KIND.fullmatch(word)):
            held = f"the articles that this archive does not hold have {', '.join(sorted(there))}"
            raise BadUsage(f"--reason {word} is no reason; {held if there else 'this archive has none'}")
        found |= named
    return found


def first_day(since: str, now: datetime, zone: tzinfo) -> str:
    """The day that `--since` means, as lists are kept by days (YYYY-MM-DD); empty without it. Raises BadUsage.

    >>> from datetime import UTC
    >>> first_day("2d", datetime(2026, 3, 5, 12, tzinfo=UTC), UTC)
    '2026-03-03'
    """
    try:
        return parse_instant(since, now, zone).date().isoformat() if since else ""
    except ValueError as error:
        raise BadUsage(str(error)) from error


def sentence(counts: Counter[str], waiting: int = 0) -> str:
    """What was taken up, for a person; `counts` are articles by their reasons, `waiting` those on the plan.

    >>> sentence(Counter(http_500=3, unknown_layout=9))
    '12 articles will be fetched again (unknown_layout 9, http_500 3)'
    """
    if not counts and waiting:
        return f"nothing was given up; {number_of(waiting, 'article')} will be tried again, with --reason R at once"
    if not counts:
        return "nothing to take up"
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
    return f"{number_of(counts.total(), 'article')} will be fetched again ({reasons})"
