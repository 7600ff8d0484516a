"""The charts of a report: what each shows, and how it looks. How a chart is written: `vega.py`."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import altair as alt

from newscrawl.outcomes.flags import FLAGS
from newscrawl.report.counts import (
    CHANNELS,
    FORBIDDEN,
    RETRIED,
    by_day_of_run,
    by_frequency,
    folded,
    in_words,
    stack,
    states_of,
    worst,
)
from newscrawl.report.findings import duration_text
from newscrawl.report.model import OLDER, WITHDRAWN, Days, Facts
from newscrawl.report.spans import Unit, end_of, summed, unit_for, when
from newscrawl.report.vega import (
    FIT,
    Chart,
    Colours,
    chart,
    colour_scale,
    name_axis,
    number_axis,
    source,
    time_axis,
)

SHOWN = 60  # days of the coverage that are shown one by one
REASONS = 5  # the most frequent reasons, which have a colour of their own
FINEST = 60  # seconds: dates on pages are to the minute
WAITS = {60: "1 min", 300: "5 min", 1200: "20 min", 3600: "1 h", 14400: "4 h", 43200: "12 h", 86400: "1 day",
         259200: "3 days", 604800: "1 week"}  # fmt: skip

COVERAGE = {
    "balanced": "var(--good)", "failed": "var(--c3)", "not balanced": "var(--bad)", "not read": "var(--none)",
    "empty": "var(--none)",
}  # fmt: skip
CHANGES = {
    "title": "var(--c1)", "figures": "var(--c2)", "added": "var(--c3)", "removed": "var(--c4)", "text": "var(--c5)",
    "pictures": "var(--c6)", "head": "var(--c7)", "markup": "var(--c8)", WITHDRAWN: "var(--bad)",
    OLDER: "var(--none)",
}  # fmt: skip
QUANTILES = {"half of the articles": "var(--c1)", "nine of ten": "var(--c3)"}
REDS = ["var(--bad)", "var(--c4)", "var(--c2)", "var(--c7)", "var(--c1)", "var(--c6)"]  # of bans, by status
PALETTE = [f"var(--c{number})" for number in range(1, 9)]


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
        "designs": bars("Flags by layout", facts.designs.flags, dict(zip(FLAGS, PALETTE, strict=False))),
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


def coloured(days: Days) -> dict[str, str]:
    """The kinds of counts, the most frequent first, each with a colour.

    >>> coloured({"2026-03-05": {"a": 1, "b": 2}})
    {'b': 'var(--c1)', 'a': 'var(--c2)'}
    """
    return dict(zip(by_frequency(days), PALETTE, strict=False))


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
                color=colour_scale(COVERAGE, narrow),
                tooltip=["channel:N", alt.Tooltip("when:N", title=unit), alt.Tooltip("days:N")],
            )
            .properties(height=22 * sum(map(bool, channels.values())), width="container", autosize=FIT)
        )

    return chart(description, ("channel", "start", "end", "when", "kind", "days"), rows, form)


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
