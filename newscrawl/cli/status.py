"""`newscrawl status` and `channels`: what an archive holds, and what a site has."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from newscrawl.cli.app import DataOption, SiteOption, app, needs_ledger
from newscrawl.exit_codes import DONE, UNBALANCED
from newscrawl.ledger.model import DayTally, RevisionHistory
from newscrawl.sites.loader import load_site

FLAGS = {
    "new_design": "the frame of headline, date or body is new",
    "strange_text": "a general extractor sees another text",
    "general_reading": "read by the general extractor",
}
SHOWN = 20  # lines of one kind; --json gives all


@app.command()
def status(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    revisions: Annotated[
        bool, typer.Option("--revisions", help="Show what was edited after it was published, and what was withdrawn.")
    ] = False,
    as_json: DataOption = False,
) -> int:
    """Show what an archive holds: articles, days, designs, and whether anything that the lists named is missing.

    Ends with 5 when the lists and what was kept do not balance.
    """
    from newscrawl.ledger.coverage import coverage
    from newscrawl.ledger.ledger import Ledger
    from newscrawl.ledger.runs import Runs

    needs_ledger(archive)
    with Ledger(archive) as ledger:
        held, told, given_up = ledger.held(), coverage(ledger.engine), ledger.given_up()
        stale = Runs(ledger.engine).last_summary().get("stale", {})
        changed = [history_of(history) for history in ledger.histories()] if revisions else []
    code = DONE if all(tally.balanced for days in told.values() for tally in days.values()) else UNBALANCED
    if as_json:
        flagged = [{"url": url, "flags": flags.split()} for url, flags in held.flagged]
        data = {
            "articles": held.articles, "first": held.first, "last": held.last, "layouts": held.layouts,
            "flagged": flagged,
            "coverage": {name: {day: tally.plain() for day, tally in days.items()} for name, days in told.items()},
            "given_up": [{"url": url, "reason": reason, "tries": tries} for url, reason, tries in given_up],
            "stale": stale,
            **({"revisions": changed} if revisions else {}),
            "exit": code,
        }  # fmt: skip
        typer.echo(json.dumps(data, ensure_ascii=False))
        return code
    typer.echo(f"{held.articles} articles{f', {held.first} to {held.last}' if held.articles else ''}")
    for layout, count in held.layouts.items():
        typer.echo(f"  {layout:<12} {count}")
    lines = [line for channel, days in told.items() for line in balance(channel, days)]
    lines += [f"{channel} is stale: nothing since {silence['last']}" for channel, silence in stale.items()]
    lines += some("given up", [f"{url}: {reason}, {tries} times" for url, reason, tries in given_up])
    lines += some(
        "look at",
        [f"{url}: {', '.join(FLAGS.get(flag, flag) for flag in flags.split())}" for url, flags in held.flagged],
    )
    lines += [line for history in changed for line in shown(history)]
    if lines:
        typer.echo("\n".join(lines))
    return code


def balance(channel: str, days: dict[str, DayTally]) -> list[str]:
    """The coverage of a channel in a line, and each day that does not balance."""
    totals: Counter[str] = Counter()
    for tally in days.values():
        names = ("unique", "kept", "known", "waiting")
        totals.update({name: getattr(tally, name) for name in names})
        totals.update(no_article=tally.not_article.total(), failed=tally.failed.total())
    wrong = {day: tally for day, tally in days.items() if not tally.balanced}
    waiting = f" + {totals['waiting']} waiting" if totals["waiting"] else ""
    line = (
        f"{channel}: {len(days)} days from {min(days)} to {max(days)}: {totals['unique']} listed ="
        f" {totals['kept']} kept + {totals['known']} known + {totals['no_article']} no article +"
        f" {totals['failed']} failed{waiting}: {'NOT BALANCED' if wrong else 'balanced'}"
    )
    days_wrong = [
        f"{day}: {tally.missing} missing, {tally.waiting} waiting{tally.reason and f', {tally.reason}'}"
        for day, tally in sorted(wrong.items(), reverse=True)
    ]
    return [line, *some(f"  {channel}", days_wrong)]


def some(what: str, lines: list[str]) -> list[str]:
    """The first lines of a kind, and how many more there are."""
    shown = [f"{what} {line}" for line in lines[:SHOWN]]
    return shown + ([f"{what}: {len(lines) - SHOWN} more; --json gives all"] if len(lines) > SHOWN else [])


def history_of(history: RevisionHistory) -> dict[str, Any]:
    """An article's changes as data: when, of what kind, which paragraphs."""
    from newscrawl.ledger.revisions import compare, describe

    changes = []
    for (_, old), (when, new) in pairwise(history.readings):
        change = compare(old, new)
        told: dict[str, Any] = {"when": when, "kinds": change.kinds, "change": describe(change)}
        changes.append({**told, "title": change.title, "lines": change.lines})
    gone = datetime.fromtimestamp(history.gone, UTC).isoformat() if history.gone else None
    if gone:
        told = {"when": gone, "kinds": ["withdrawn"], "change": "withdrawn: its page is gone, its post stays"}
        changes.append({**told, "title": None, "lines": ()})
    title = history.readings[-1][1]["title"]
    return {
        "key": history.key, "url": history.url, "path": history.path, "title": title,
        "revision": len(history.readings), "gone": gone, "changes": changes,
    }  # fmt: skip


def shown(history: dict[str, Any]) -> list[str]:
    """An article's changes for a person."""
    lines = [f"{history['url']} {history['title']}"]
    for change in history["changes"]:
        lines.append(f"  {change['when'][:16].replace('T', ' ')} UTC: {change['change']}")
        if change["title"]:
            lines += [f"    - {change['title'][0]}", f"    + {change['title'][1]}"]
        lines += [f"    {line}" for line in change["lines"]]
    return lines


@app.command()
def channels(site: SiteOption = "sina_finance", as_json: DataOption = False) -> int:
    """List the site's channels: name, label of their posts, ids in the roll API, folders of their articles.

    And its other lists, which a crawl reads when they are named; all of them where the site has no channels.
    """
    data = load_site(site)
    if as_json:
        rows = [msgspec.structs.asdict(entry) for entry in (*data.channels, *data.lists)]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return DONE
    names = [entry.name for entry in data.channels] + [listing.name for listing in data.lists]
    width = max(map(len, names), default=0)
    for entry in data.channels:
        typer.echo(
            f"{entry.name:<{width}}  {entry.pageid:>3}/{entry.lid}  {entry.label}  {' '.join(entry.paths)}".rstrip()
        )
    for listing in data.lists:
        name = f"{listing.name}:…" if listing.takes_argument else listing.name
        typer.echo(f"{name:<{width}}  {listing.kind:<8}  {listing.label}  {' '.join(listing.paths)}".rstrip())
    return DONE
