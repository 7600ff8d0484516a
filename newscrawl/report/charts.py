"""The charts of a report, as Vega-Lite made with altair, each in a wide form and in a narrow one for phones.

Colours are variables of the page's style sheet, so that dark screens and paper have their own. Both forms of a chart
share its rows, which are in the page once, by column.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

import altair as alt

from newscrawl.ledger.model import DayTally
from newscrawl.report.findings import duration_text
from newscrawl.report.model import OLDER, WITHDRAWN, Days, Facts
from newscrawl.report.spans import Unit, end_of, every_day, summed, ticks, unit_for

Rows = dict[str, list[Any]]  # column → values
Spec = dict[str, Any]
Colours = Mapping[str, str]  # kind → colour, in the order of the legend

SHOWN = 60  # days of the coverage that are shown one by one
LEAST = 14  # the least days of an axis
CHANNELS = 16  # the largest channels, which have a row or a calendar of their own
REASONS = 5  # the most frequent reasons, which have a colour of their own
PHONE = 34  # characters of a legend that fit in a line on a phone
FINEST = 60  # seconds: dates on pages are to the minute
WAITS = {60: "1 min", 300: "5 min", 1200: "20 min", 3600: "1 h", 14400: "4 h", 43200: "12 h", 86400: "1 day",
         259200: "3 days", 604800: "1 week"}  # fmt: skip

LEVELS = 8  # shades of a day: one for no articles, and seven
WEEKDAYS = (
    "['', 'Mon', '', 'Wed', '', 'Fri', '', ''][toNumber(slice(datum.value, 1))]"  # the row is a string such as 03
)

CONFIG: Spec = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--quiet)", "titleColor": "var(--quiet)", "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal", "domainColor": "var(--line)", "tickColor": "var(--line)",
        "gridColor": "var(--line)",
    },
    "legend": {
        "labelColor": "var(--ink)", "labelFontSize": 12, "title": None, "orient": "top", "symbolType": "square",
        "symbolStrokeWidth": 0, "labelLimit": 220, "offset": 6,
    },
}  # fmt: skip
FIT = alt.AutoSizeParams(type="fit-x", contains="padding")  # the height is that of the rows, without their axis

STATES = {"balanced": "var(--good)", "not balanced": "var(--bad)", "not read": "var(--none)"}
CHANGES = {
    "title": "var(--c1)", "figures": "var(--c2)", "added": "var(--c3)", "removed": "var(--c4)", "text": "var(--c5)",
    "pictures": "var(--c6)", "head": "var(--c7)", "markup": "var(--c8)", WITHDRAWN: "var(--bad)",
    OLDER: "var(--none)",
}  # fmt: skip
FLAGS = {"new_design": "var(--c1)", "strange_text": "var(--c2)", "general_reading": "var(--c3)"}
QUANTILES = {"half of the articles": "var(--c1)", "nine of ten": "var(--c3)"}
FORBIDDEN, RETRIED = "robots.txt forbids", "retried"
REDS = ["var(--bad)", "var(--c4)", "var(--c2)", "var(--c7)", "var(--c1)", "var(--c6)"]  # of bans, by status
PALETTE = [f"var(--c{number})" for number in range(1, 9)]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in both forms, its rows, and a description for screen readers."""

    description: str
    rows: Rows
    wide: Spec
    narrow: Spec


def draw(facts: Facts) -> dict[str, Chart]:
    """The charts that have data, by name."""
    runs = by_day_of_run(facts)
    failed = folded(runs["failed"], REASONS)
    bans = sorted({kind for kinds in runs["refused"].values() for kind in kinds} - {FORBIDDEN, RETRIED})
    statuses = dict(zip(bans, REDS, strict=False)) | {FORBIDDEN: "var(--c5)", RETRIED: "var(--none)"}
    all_charts = {
        "coverage-days": last_days(facts),
        "coverage-months": all_months(facts),
        "failures": bars(
            "Items that failed, by reason",
            {
                reason: {"to be retried": retried, "given up": given_up}
                for reason, (retried, given_up) in facts.failures.reasons.items()
            },
            {"to be retried": "var(--c3)", "given up": "var(--c2)"},
        ),
        "failed": over_time("Failures in crawls, by reason", failed, coloured(failed)),
        "revisions": over_time("Changes after publication, by kind", facts.edits.days, CHANGES),
        "designs": bars("Flags by layout", facts.designs.flags, FLAGS),
        "requests": over_time("Requests", runs["requests"], {"answered": "var(--c1)", "not modified": "var(--c3)"}),
        "refused": over_time("Requests banned, forbidden by robots.txt, retried", runs["refused"], statuses),
        "freshness": lags(facts),
        "growth-articles": growth("Articles kept", facts, {"articles": "var(--c1)"}),
        "growth-bytes": growth("Bytes kept", facts, {"posts": "var(--c1)", "captures": "var(--c3)"}, "B"),
    }
    return {name: chart for name, chart in all_charts.items() if chart}


# Bars


def over_time(description: str, days: Days, colours: Colours) -> Chart | None:
    """Counts by kind, a bar for each day, week or month; None if there are no counts."""
    unit = unit_for(days)
    stacks = [(start, end_of(start, unit), counts) for start, counts in summed(days, unit).items()]
    if not any(any(counts.values()) for _, _, counts in stacks):
        return None
    present = {kind: colour for kind, colour in colours.items() if any(counts.get(kind) for *_, counts in stacks)}
    rows = [
        (start, end, when(start, unit), *layer) for start, end, counts in stacks for layer in stack(counts, present)
    ]

    def form(narrow: bool) -> Any:
        return (
            alt.Chart(source(start="date", end="date"))
            .mark_rect(stroke="var(--paper)", strokeWidth=0 if narrow or len(stacks) > SHOWN else 1)
            .encode(
                x=time_axis("start", [day for row in rows for day in row[:2]], narrow),
                x2="end:T",
                y=alt.Y("low:Q", title=None, axis=number_axis()),
                y2="high:Q",
                color=colour_scale(present, narrow),
                tooltip=[alt.Tooltip("when:N", title=unit), "kind:N", alt.Tooltip("count:Q", format=",")],
            )
            .properties(height=160 if narrow else 200, width="container")
        )

    return chart(description, ("start", "end", "when", "kind", "count", "low", "high"), rows, form)


def bars(description: str, counts: Mapping[str, Mapping[str, int]], colours: Colours) -> Chart | None:
    """Counts by name and kind, a bar for each name, the longest first; None if there are no counts."""
    lengths = {name: sum(kinds.values()) for name, kinds in counts.items()}
    names = sorted((name for name, length in lengths.items() if length), key=lambda name: (-lengths[name], name))
    if not names:
        return None
    rows = [(name, *layer) for name in names[:CHANNELS] for layer in stack(counts[name], colours)]

    def form(narrow: bool) -> Any:
        return (
            alt.Chart(source())
            .mark_bar()
            .encode(
                x=alt.X("low:Q", title=None, axis=number_axis(4 if narrow else 8)),
                x2="high:Q",
                y=alt.Y("name:N", title=None, sort=None, axis=name_axis()),
                color=colour_scale(colours, narrow),
                tooltip=["name:N", "kind:N", alt.Tooltip("count:Q", format=",")],
            )
            .properties(height=24 * min(len(names), CHANNELS), width="container", autosize=FIT)
        )

    return chart(description, ("name", "kind", "count", "low", "high"), rows, form)


def stack(counts: Mapping[str, int], kinds: Iterable[str]) -> list[tuple[str, int, int, int]]:
    """Stacks counts: (kind, count, low, high) of each kind.

    >>> stack({"b": 2, "a": 1}, ["a", "b", "c"])
    [('a', 1, 0, 1), ('b', 2, 1, 3)]
    """
    present = [(kind, counts[kind]) for kind in kinds if counts.get(kind)]
    tops = accumulate(count for _, count in present)
    return [(kind, count, top - count, top) for (kind, count), top in zip(present, tops, strict=True)]


def coloured(days: Days) -> dict[str, str]:
    """The kinds of counts, the most frequent first, each with a colour.

    >>> coloured({"2026-03-05": {"a": 1, "b": 2}})
    {'b': 'var(--c1)', 'a': 'var(--c2)'}
    """
    total: Counter[str] = Counter()
    for counts in days.values():
        total.update(counts)
    kinds = sorted((kind for kind, count in total.items() if count), key=lambda kind: (-total[kind], kind))
    return dict(zip(kinds, PALETTE, strict=False))


# Runs


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
    kept = list(coloured(days))[:most]
    result: Days = {}
    for day, counts in days.items():
        result[day] = {kind: counts[kind] for kind in kept if kind in counts}
        if other := sum(count for kind, count in counts.items() if kind not in kept):
            result[day]["other"] = other
    return result


# Coverage


def last_days(facts: Facts) -> Chart | None:
    """The coverage of the last `SHOWN` days, by channel and day."""
    states = states_of(facts)
    last = max((day for days in states.values() for day in days), default="")
    first = (date.fromisoformat(last) - timedelta(days=SHOWN - 1)).isoformat() if last else ""
    recent = {channel: {day: of for day, of in days.items() if day >= first} for channel, days in states.items()}
    return strips(f"Coverage of the last {SHOWN} days, by channel", recent, "day")


def all_months(facts: Facts) -> Chart | None:
    """The coverage of all days, by channel and month; None if the last `SHOWN` days are all days."""
    states = states_of(facts)
    days = {day for of in states.values() for day in of}
    if not days or (date.fromisoformat(max(days)) - date.fromisoformat(min(days))).days < SHOWN:
        return None
    return strips("Coverage by channel and month", {name: summed(of, "month") for name, of in states.items()}, "month")


def states_of(facts: Facts) -> dict[str, Days]:
    """The state of each day of the largest channels, each as a count of one."""
    states: dict[str, Days] = {}
    for channel in largest(facts):
        days = {day: state(tally) for day, tally in facts.coverage.get(channel, {}).items()}
        days |= {day: "not read" for day in facts.unread.get(channel, ()) if day >= facts.since}
        states[channel] = {day: {days[day]: 1} for day in sorted(days)}
    return states


def state(tally: DayTally) -> str:
    """The state of a day: balanced, not balanced, or not read at all."""
    return "balanced" if tally.balanced else "not balanced" if tally.unique or tally.waiting else "not read"


def largest(facts: Facts) -> list[str]:
    """The `CHANNELS` channels with the most articles, the largest first."""
    sizes = {name: sum(days.values()) for name, days in facts.kept.items() if name and days}
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:CHANNELS]


def strips(description: str, channels: Mapping[str, Days], unit: Unit) -> Chart | None:
    """A row for each channel, a box for each span, coloured by its worst day; None if there are no spans."""
    rows = [
        (channel, start, end_of(start, unit), when(start, unit), worst(counts), in_words(counts))
        for channel, days in channels.items()
        for start, counts in days.items()
    ]
    if not rows:
        return None

    def form(narrow: bool) -> Any:
        return (
            alt.Chart(source(start="date", end="date"))
            .mark_rect(stroke="var(--paper)", strokeWidth=0.5 if narrow else 1)
            .encode(
                x=time_axis("start", [day for row in rows for day in row[1:3]], narrow),
                x2="end:T",
                y=alt.Y("channel:N", title=None, sort=None, axis=name_axis()),
                color=colour_scale(STATES, narrow),
                tooltip=["channel:N", alt.Tooltip("when:N", title=unit), alt.Tooltip("days:N")],
            )
            .properties(height=22 * sum(map(bool, channels.values())), width="container", autosize=FIT)
        )

    return chart(description, ("channel", "start", "end", "when", "kind", "days"), rows, form)


def worst(counts: Mapping[str, int]) -> str:
    """The gravest state in counts of states.

    >>> worst({"balanced": 30, "not read": 1})
    'not read'
    """
    return next(state for state in ("not balanced", "not read", "balanced") if counts.get(state))


def in_words(counts: Mapping[str, int]) -> str:
    """The number of days in each state, for a person.

    >>> in_words({"balanced": 30, "not read": 1})
    '30 balanced, 1 not read'
    """
    return ", ".join(f"{counts[state]} {state}" for state in STATES if counts.get(state))


# Time


def lags(facts: Facts) -> Chart | None:
    """The lag between publication and archive, on a log scale of minutes to days; None if there are only backfills."""
    rows = [
        (
            lag.when if len(lag.when) > len("2026-03") else f"{lag.when}-01",
            lag.when,
            kind,
            duration_text(seconds),
            max(seconds, FINEST),
        )
        for lag in facts.freshness.lags
        for kind, seconds in zip(QUANTILES, (lag.median, lag.slow), strict=True)
    ]
    if not rows:
        return None
    seconds = [row[-1] for row in rows]

    def form(narrow: bool) -> Any:
        names = f"{json.dumps({str(wait): name for wait, name in WAITS.items()})}[datum.value]"
        return (
            alt.Chart(source(start="date"))
            .mark_line(point=len(rows) < 2 * SHOWN, strokeWidth=2)
            .encode(
                x=time_axis("start", [row[0] for row in rows], narrow),
                y=alt.Y(
                    "seconds:Q",
                    title=None,
                    scale=alt.Scale(type="log", domain=[min(seconds) / 1.5, max(seconds) * 1.5]),
                    axis=alt.Axis(values=list(WAITS), labelExpr=names, domain=False, ticks=False, labelPadding=8),
                ),
                color=colour_scale(QUANTILES, narrow, symbolType="stroke", symbolStrokeWidth=3),
                tooltip=["when:N", alt.Tooltip("kind:N", title="kept"), alt.Tooltip("took:N", title="within")],
            )
            .properties(height=180 if narrow else 220, width="container")
        )

    return chart(
        "How soon after publication articles were kept", ("start", "when", "kind", "took", "seconds"), rows, form
    )


def growth(description: str, facts: Facts, colours: Colours, unit: str = "") -> Chart | None:
    """The totals at the end of each day, week or month, by kind; None if the archive is empty."""
    span = unit_for(day for day in facts.grown if day >= facts.since)
    spans = summed(facts.grown, span)
    present = [kind for kind in colours if any(counts.get(kind) for counts in spans.values())]
    totals = dict.fromkeys(present, 0)
    rows: list[tuple[str, str, int, int, int]] = []

    def add_rows(at: str) -> None:
        tops = list(accumulate(totals.values()))
        rows.extend((at, kind, totals[kind], top - totals[kind], top) for kind, top in zip(present, tops, strict=True))

    for start, counts in spans.items():
        if end_of(start, span) > facts.since and not rows:
            add_rows(start)
        for kind in present:
            totals[kind] += counts.get(kind, 0)
        if rows:
            add_rows(end_of(start, span))
    if not rows:
        return None

    def form(narrow: bool) -> Any:
        return (
            alt.Chart(source(at="date"))
            .mark_area(opacity=0.9)
            .encode(
                x=time_axis("at", [row[0] for row in rows], narrow),
                y=alt.Y("low:Q", title=None, axis=number_axis(unit=unit)),
                y2="high:Q",
                color=colour_scale({kind: colours[kind] for kind in present}, narrow),
                tooltip=[alt.Tooltip("at:T", format="%Y-%m-%d"), "kind:N", alt.Tooltip("count:Q", format=",")],
            )
            .properties(height=160 if narrow else 200, width="container")
        )

    return chart(description, ("at", "kind", "count", "low", "high"), rows, form)


# Calendar


def calendar() -> Spec:
    """A box for each day, a column for each week. page.js adds the rows of the selected channel and year."""
    boxes = (
        alt.Chart(alt.NamedData("boxes"))
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X("week:O", axis=None, scale=alt.Scale(paddingInner=0.12, paddingOuter=0)),
            y=alt.Y("row:O", title=None, axis=alt.Axis(labelExpr=WEEKDAYS, domain=False, ticks=False, labelPadding=6)),
            color=alt.Color(
                "level:O",
                legend=None,
                scale=alt.Scale(domain=list(range(LEVELS)), range=[f"var(--h{level})" for level in range(LEVELS)]),
            ),
            tooltip=["day:N", alt.Tooltip("articles:Q", format=",")],
        )
    )
    months = (
        alt.Chart(alt.NamedData("months"))
        .mark_text(align="left", baseline="middle", fontSize=11, color="var(--quiet)")
        .encode(x=alt.X("week:O"), y=alt.Y("row:O"), text="name:N")
    )
    return spec(alt.layer(boxes, months))


def years(facts: Facts) -> dict[str, Any]:
    """The articles of each day by year: `first`, the first day with any, and `counts` by channel up to the last."""
    by_year: dict[str, Any] = {}
    for year in sorted({day[:4] for days in facts.kept.values() for day in days}, reverse=True):
        days = sorted(day for days in facts.kept.values() for day in days if day.startswith(year))
        span = list(every_day(days[0], days[-1]))
        channels = {name: facts.kept[name] for name in ("", *largest(facts))}
        by_year[year] = {
            "first": days[0],
            "counts": {name: [of.get(day, 0) for day in span] for name, of in channels.items()},
        }
    return by_year


# Parts of charts


def chart(
    description: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Callable[[bool], Any]
) -> Chart:
    """Makes a chart of rows, in both forms."""
    by_column = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    return Chart(description, by_column, spec(form(False)), spec(form(True)))


def spec(drawn: Any) -> Spec:
    """A chart as Vega-Lite, without the configuration and the version, which the page adds."""
    full: Spec = drawn.to_dict()
    return {name: value for name, value in full.items() if name not in ("$schema", "config")}


def source(**dates: str) -> alt.NamedData:
    """The rows of a chart, which the page adds. `dates`: the columns with dates, as `column="date"`."""
    data: alt.NamedData = alt.NamedData.from_dict({"name": "rows", **({"format": {"parse": dates}} if dates else {})})
    return data


def time_axis(column: str, days: Iterable[str], narrow: bool) -> alt.X:
    """A time axis of days, in UTC, so that it does not depend on the reader's time zone."""
    known = sorted(days)
    first = min(
        known[0], (date.fromisoformat(known[-1]) - timedelta(days=LEAST)).isoformat()
    )  # so that few days are narrow bars
    marks = ticks(first, known[-1], 5 if narrow else 12)
    common = next((end for end in ("-01-01", "-01") if all(day.endswith(end) for day in marks)), "")
    shape = {"-01-01": "%Y", "-01": "%Y-%m", "": "%m-%d"}[common]
    # As expressions: Vega-Lite turns lists into calls that Vega's interpreter (page.js, `ast`) does not support.
    axis = alt.Axis(format=shape, values=instants(marks), grid=False, labelOverlap="greedy", title=None)
    return alt.X(f"{column}:T", axis=axis, scale=alt.Scale(type="utc", domain=instants([first, known[-1]])))


def instants(days: Sequence[str]) -> alt.ExprRef:
    """The beginnings of days in UTC, as an expression in epoch milliseconds."""
    seconds = (datetime.fromisoformat(f"{day}T00:00+00:00").timestamp() for day in days)
    return alt.ExprRef(str([int(second * 1000) for second in seconds]))


def number_axis(ticks: int = 4, unit: str = "") -> alt.Axis:
    """An axis of shortened numbers, such as 1.5k."""
    text = f"format(datum.value, '~s') + '{unit}'"  # `format` alone would say 0k
    return alt.Axis(labelExpr=text, tickCount=ticks, tickMinStep=1, domain=False, ticks=False)


def name_axis() -> alt.Axis:
    """An axis of names, which may be long."""
    return alt.Axis(domain=False, ticks=False, labelLimit=130, labelPadding=6)


def colour_scale(colours: Colours, narrow: bool, **symbol: Any) -> alt.Color:
    """The colours of kinds, with a legend unless `articles` is the only kind. `symbol`: options of the legend."""
    columns = 2 if narrow and sum(map(len, colours)) + 4 * len(colours) > PHONE else 0
    legend = alt.Legend(columns=columns, **symbol) if list(colours) != ["articles"] else None
    return alt.Color("kind:N", legend=legend, scale=alt.Scale(domain=list(colours), range=list(colours.values())))


def when(start: str, unit: Unit) -> str:
    """The name of a span.

    >>> when("2026-03-02", "week"), when("2026-03-01", "month")
    ('the week of 2026-03-02', '2026-03')
    """
    return {"day": start, "week": f"the week of {start}", "month": start[:7]}[unit]
