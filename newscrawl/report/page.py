"""The page of a report: one HTML file that loads nothing."""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from typing import Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from newscrawl.controls import with_texts, without_controls
from newscrawl.ledger.schedule import RETRIES
from newscrawl.outcomes.flags import FLAGS
from newscrawl.outcomes.reasons import advice
from newscrawl.report import charts
from newscrawl.report.calendar import calendar, years
from newscrawl.report.counts import by_day_of_run, largest
from newscrawl.report.findings import EXITS, count_text, duration_text, find, headline, why
from newscrawl.report.model import Days, Facts
from newscrawl.report.spans import summed
from newscrawl.report.vega import CONFIG, Chart
from newscrawl.sites.urls import is_web_url
from newscrawl.version import __version__

UNITS = ("bytes", "kB", "MB", "GB", "TB")
LISTED = 60  # most rows of unbalanced days, and of runs
MARKS = {"wrong": "✗", "look": "!", "note": "·"}


def render_page(facts: Facts) -> str:
    """Renders the report as HTML. The same facts and libraries give the same bytes."""
    drawn = charts.draw(facts)
    by_year = years(facts)
    found = find(facts)
    scripts = (
        inert(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")),
        (resources.files(__package__) / "page.js").read_text("utf-8"),
    )
    return (
        templates()
        .get_template("page.html")
        .render(
            facts=facts,
            version=__version__,
            headline=headline(facts, found),
            level=found[0].level if found else "note",
            found=found,
            marks=MARKS,
            flags=FLAGS,
            charts=drawn,
            years=by_year,
            year_totals={year: sum(of["counts"][""]) for year, of in by_year.items()},
            channels=["", *largest(facts)],
            months=months(facts),
            balances=balances(facts),
            counted=count_text,
            exits=EXITS,
            advice=advice,
            month_head=["month", "#all", *(f"#{name}" for name in largest(facts))],
            unbalanced=[each for each in facts.unbalanced if each[0] >= facts.since],
            growth=growth(facts),
            by_month=by_month,
            answers=by_day_of_run(facts),
            unread=sorted(
                ((day, name) for name, days in facts.unread.items() for day in days if day >= facts.since), reverse=True
            ),
            listed=LISTED,
            retries=listing([duration_text(seconds) for seconds in RETRIES]),
            data=data_of(drawn, by_year),
            style=(resources.files(__package__) / "page.css").read_text("utf-8"),
            scripts=scripts,
            allowed=" ".join(digest(script) for script in scripts),
        )
    )


def templates() -> Environment:
    """The template, with the forms of numbers and times that it uses."""
    environment = Environment(
        loader=PackageLoader(str(__package__), ""), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=plain,
    )  # fmt: skip
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters |= {"number": number, "size": size, "instant": instant, "took": duration_text, "why": why}
    environment.tests["web_url"] = is_web_url
    return environment


def plain(value: Any) -> Any:
    """A value for the page: text without controls; scripts and styles of ours stay as they are."""
    return value if isinstance(value, Markup) else with_texts(value, without_controls)


def data_of(drawn: Mapping[str, Chart], by_year: Mapping[str, Any]) -> dict[str, Any]:
    """What page.js draws, as JSON in the page."""
    data: dict[str, Any] = plain(
        {
            "config": CONFIG,
            "calendar": calendar(),
            "years": by_year,
            "charts": {
                name: {"rows": chart.rows, "wide": chart.wide, "narrow": chart.narrow} for name, chart in drawn.items()
            },
        }
    )
    return data


def inert(script: str) -> str:
    """Escapes a script so that it does not end its element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def digest(script: str) -> str:
    """The hash of a script for the page's Content-Security-Policy, which allows no other scripts.

    >>> digest("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def months(facts: Facts) -> dict[str, dict[str, int]]:
    """The number of articles of each month by channel, the newest month first."""
    by_day: dict[str, dict[str, int]] = {}
    for channel in ("", *largest(facts)):
        for day, articles in facts.kept[channel].items():
            by_day.setdefault(day, {})[channel] = articles
    return {month[:7]: counts for month, counts in sorted(summed(by_day, "month").items(), reverse=True)}


def by_month(*days: Days) -> tuple[list[str], dict[str, dict[str, int]]]:
    """The kinds with any counts, and their counts by month, the newest first.

    >>> by_month({"2026-03-05": {"a": 1}}, {"2026-03-05": {"b": 0}, "2026-02-01": {"a": 2}})
    (['a'], {'2026-03': {'a': 1, 'b': 0}, '2026-02': {'a': 2}})
    """
    merged: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in days:
        for day, counts in each.items():
            merged[day].update(counts)
    spans = summed(merged, "month")
    kinds = dict.fromkeys(kind for counts in spans.values() for kind, count in counts.items() if count)
    return list(kinds), {start[:7]: spans[start] for start in sorted(spans, reverse=True)}


def balances(facts: Facts) -> dict[str, Counter[str]]:
    """The coverage of each channel, summed over its days."""
    sums: dict[str, Counter[str]] = {}
    for channel, days in facts.coverage.items():
        counts = sums[channel] = Counter(days=len(days))
        counts["not read"] = sum(day >= facts.since for day in facts.unread.get(channel, ()))
        for tally in days.values():
            counts.update(
                {
                    "listed": tally.unique,
                    "kept": tally.kept + tally.known,
                    "no article": tally.not_article.total(),
                    "failed": tally.failed.total(),
                    "waiting": tally.waiting,
                    "missing": tally.missing,
                    "not balanced": tally.unbalanced,
                }
            )
    return sums


def growth(facts: Facts) -> dict[str, dict[str, int]]:
    """The growth of each month, and the totals at its end, the newest first."""
    total = size = 0
    rows = {}
    for start, counts in summed(facts.grown, "month").items():
        added = {name: counts.get(name, 0) for name in ("articles", "posts", "captures")}
        total, size = total + added["articles"], size + added["posts"] + added["captures"]
        if start[:7] >= facts.since[:7]:
            rows[start[:7]] = {**added, "total": total, "size": size}
    return dict(reversed(rows.items()))


def number(value: float) -> str:
    """A number for a person.

    >>> number(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}"


def size(count: float) -> str:
    """Bytes for a person.

    >>> size(0), size(1234), size(5_600_000)
    ('0 bytes', '1.2 kB', '5.6 MB')
    """
    power = 0
    while count >= 999.5 and power < len(UNITS) - 1:  # noqa: PLR2004 (it rounds to 1000)
        count, power = count / 1000, power + 1
    return f"{count:.1f} {UNITS[power]}" if power else f"{count:.0f} {UNITS[power]}"


def instant(moment: datetime) -> str:
    """An instant to the minute, in its own time zone."""
    return f"{moment:%Y-%m-%d %H:%M}"


def listing(words: Sequence[str]) -> str:
    """Words as a list in a sentence.

    >>> listing(["10 minutes", "1 hour", "1 day"]), listing(["1 day"])
    ('10 minutes, 1 hour and 1 day', '1 day')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
