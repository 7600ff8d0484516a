"""`newscrawl status` and `channels`: what an archive holds, and which lists a site has."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from newscrawl.archive.paths import UNKNOWN_PAGES
from newscrawl.archive.terms import shown_site
from newscrawl.cli.app import DataOption, SiteOption, app, needs_ledger, on_archive
from newscrawl.cli.console import print_json, print_lines
from newscrawl.cli.crawl import balance_of, nothing_named, why_unbalanced
from newscrawl.cli.verify import archive_errors
from newscrawl.exit_codes import DONE, PARTLY, UNBALANCED
from newscrawl.integrity.sentences import number_of
from newscrawl.ledger.model import DayTally, RevisionHistory
from newscrawl.outcomes.flags import FLAGS
from newscrawl.sites.loader import load_site

SHOWN = 20  # lines of one kind; --json shows all


@app.command()
@on_archive
def status(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    revisions: Annotated[
        bool,
        typer.Option("--revisions", help="Show which articles were edited or withdrawn after publication, and how."),
    ] = False,
    as_json: DataOption = False,
) -> int:
    """Show what an archive holds: articles, days, layouts, and whether any article of the lists is missing.

    The exit code is 5 if a list was not read whole or an article has no outcome, and 3 if articles failed and are tried
    again or were given up.
    """
    from newscrawl.archive.remembered import remembered
    from newscrawl.archive.upgrade import ledger_to_read
    from newscrawl.ledger import articles
    from newscrawl.ledger.coverage import coverage
    from newscrawl.ledger.queue import failed_looks, retrying
    from newscrawl.ledger.queue import given_up as given_up_items
    from newscrawl.ledger.runs import last_summary

    needs_ledger(archive)
    with archive_errors(archive), ledger_to_read(archive) as ledger, ledger.reading() as connection:
        stats, days_of, given_up = articles.stats(connection), coverage(connection), given_up_items(connection)
        last, again, looks = last_summary(connection), retrying(connection), failed_looks(connection)
        changed = [history_of(history) for history in articles.histories(connection)] if revisions else []
    stale, terms = last.get("stale", {}), remembered(archive)
    code = code_of([tally for days in days_of.values() for tally in days.values()])
    if as_json:
        flagged = [{"url": url, "flags": flags.split()} for url, flags in stats.flagged]
        data = {
            "articles": stats.articles, "first": stats.first, "last": stats.last, "layouts": stats.layouts,
            "flagged": flagged,
            "coverage": {name: {day: tally.plain() for day, tally in days.items()} for name, days in days_of.items()},
            "given_up": [dict(zip(("url", "reason", "tries"), item, strict=True)) for item in given_up],
            "stale": stale,
            **({"stopped": last["stopped"]} if last.get("stopped") else {}),
            "remembers": {"site": terms.site, "flavour": terms.flavour, "body": terms.body},
            **({"revisions": changed} if revisions else {}),
            "exit": code,
        }  # fmt: skip
        print_json(data)
        return code
    print_lines(f"{number_of(stats.articles, 'article')}{f', {stats.first} to {stats.last}' if stats.articles else ''}")
    if terms.site or terms.site_text:
        print_lines(f"site {shown_site(terms)}, flavour {terms.flavour}, body {terms.body}")
    for layout, count in stats.layouts.items():
        print_lines(f"  {layout:<12} {count}")
    lines = [line for channel, days in days_of.items() for line in balance(channel, days)]
    lines += [f"the last run was stopped: {last['stopped']}"] if last.get("stopped") else []
    lines += [f"{channel} is stale: nothing since {silence['last']}" for channel, silence in stale.items()]
    lines += tried_again("tried again", *again) + tried_again("held, and looked at again for edits", *looks)
    lines += first_lines("given up", [f"{url}: {reason}, {tries} times" for url, reason, tries in given_up])
    lines += [f"newscrawl retry {archive} takes them up again"] if given_up else []
    lines += first_lines(
        "look at",
        [f"{url}: {', '.join(FLAGS.get(flag, flag) for flag in flags.split())}" for url, flags in stats.flagged],
    )
    lines += strange_pages(archive)
    lines += [line for history in changed for line in shown(history)]
    print_lines(*lines)
    return code


def tried_again(what: str, reasons: Counter[str], due: int) -> list[str]:
    """The line about failures that are tried again, and when the first of them is due (epoch seconds), in UTC.

    >>> tried_again("tried again", Counter(broken=1, timeout=2), 1772323200)
    ['tried again: timeout 2, broken 1; the first by a crawl after 2026-03-01 00:00 UTC']
    """
    if not reasons:
        return []
    when = f"{datetime.fromtimestamp(due, UTC):%Y-%m-%d %H:%M} UTC"
    counts = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return [f"{what}: {counts}; the first by a crawl after {when}"]


def strange_pages(archive: Path) -> list[str]:
    """The line about the pages on account of which runs were stopped; none if there are none."""
    pages = sorted((archive / UNKNOWN_PAGES).glob("*.html"), key=lambda page: page.stat().st_mtime)
    return [f"look at {pages[-1]}: nobody knew such pages, and a run was stopped for them"] if pages else []


def code_of(tallies: Iterable[DayTally]) -> int:
    """The exit code for the days of an archive: 5 if anything is missing, 3 if articles have failed."""
    tallies = list(tallies)
    if any(tally.unbalanced for tally in tallies):
        return UNBALANCED
    return PARTLY if any(tally.retrying or tally.given_up for tally in tallies) else DONE


def balance(channel: str, days: dict[str, DayTally]) -> list[str]:
    """The coverage of a channel in a line, and a line for each day that does not balance."""
    totals: Counter[str] = Counter()
    for tally in days.values():
        names = ("unique", "kept", "known", "waiting")
        totals.update({name: getattr(tally, name) for name in names})
        totals.update(no_article=tally.not_article.total(), failed=tally.failed.total())
    wrong = {day: tally for day, tally in days.items() if tally.unbalanced}
    still = {name: sum(getattr(tally, name) for tally in days.values()) for name in ("retrying", "given_up")}
    continues = bool(wrong) and not any(tally.missing or tally.reason for tally in wrong.values())
    verdict = balance_of(
        still,
        unbalanced=bool(wrong),
        waiting=totals["waiting"] if continues else 0,
        empty=all(tally.empty for tally in days.values()),
    )
    waiting = f" + {totals['waiting']} waiting" if totals["waiting"] else ""
    line = (
        f"{channel}: {number_of(len(days), 'day')} from {min(days)} to {max(days)}: {totals['unique']} listed ="
        f" {totals['kept']} kept + {totals['known']} known + {totals['no_article']} no article +"
        f" {totals['failed']} failed{waiting}: {verdict}"
    )
    days_wrong = [
        f"{day}: {why_unbalanced(tally.plain())}{tally.reason and f' ({tally.reason})'}"
        for day, tally in sorted(wrong.items(), reverse=True)
    ]
    empty = [f"  {line}" for line in nothing_named({channel: {day: tally.plain() for day, tally in days.items()}})]
    return [line, *empty, *first_lines(f"  {channel}", days_wrong)]


def first_lines(what: str, lines: list[str]) -> list[str]:
    """The first `SHOWN` lines of a kind, each after `what`, and the number of the others."""
    shown = [f"{what} {line}" for line in lines[:SHOWN]]
    return shown + ([f"{what}: {len(lines) - SHOWN} more; --json shows all"] if len(lines) > SHOWN else [])


def history_of(history: RevisionHistory) -> dict[str, Any]:
    """The changes of an article as data: when, which kinds, which paragraphs."""
    from newscrawl.ledger.revisions import compare, describe

    changes = []
    for (_, old), (when, new) in pairwise(history.readings):
        change = compare(old, new)
        entry: dict[str, Any] = {"when": when, "kinds": change.kinds, "change": describe(change)}
        changes.append({**entry, "title": change.title, "lines": change.lines})
    gone = datetime.fromtimestamp(history.gone, UTC).isoformat() if history.gone else None
    if gone:
        entry = {"when": gone, "kinds": ["withdrawn"], "change": "withdrawn: its page is gone, its post stays"}
        changes.append({**entry, "title": None, "lines": ()})
    title = history.readings[-1][1]["title"]
    return {
        "key": history.key, "url": history.url, "path": history.path, "title": title,
        "revision": len(history.readings), "gone": gone, "changes": changes,
    }  # fmt: skip


def shown(history: dict[str, Any]) -> list[str]:
    """The changes of an article for a person, in lines."""
    lines = [f"{history['url']} {history['title']}"]
    for change in history["changes"]:
        lines.append(f"  {change['when'][:16].replace('T', ' ')} UTC: {change['change']}")
        if change["title"]:
            lines += [f"    - {change['title'][0]}", f"    + {change['title'][1]}"]
        lines += [f"    {line}" for line in change["lines"]]
    return lines


@app.command()
def channels(site: SiteOption = "sina_finance", as_json: DataOption = False) -> int:
    """List the site's channels: name, ids in the roll API, label of their posts, folders of their articles.

    Then its other lists, which a crawl reads when they are named, or all of them if the site has no channels.
    """
    data = load_site(site)
    if as_json:
        rows = [msgspec.structs.asdict(entry) for entry in (*data.channels, *data.lists)]
        print_json(rows)
        return DONE
    names = [entry.name for entry in data.channels] + [listing.name for listing in data.lists]
    width = max(map(len, names), default=0)
    for entry in data.channels:
        print_lines(
            f"{entry.name:<{width}}  {entry.pageid:>3}/{entry.lid}  {entry.label}  {' '.join(entry.paths)}".rstrip()
        )
    for listing in data.lists:
        name = f"{listing.name}:…" if listing.takes_argument else listing.name
        print_lines(f"{name:<{width}}  {listing.kind:<8}  {listing.label}  {' '.join(listing.paths)}".rstrip())
    return DONE
