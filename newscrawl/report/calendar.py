"""The calendar of a report: a box for each day of a year, darker the more articles it has."""

from typing import Any

import altair as alt

from newscrawl.report.counts import largest
from newscrawl.report.model import Facts
from newscrawl.report.spans import every_day
from newscrawl.report.vega import Spec, spec

LEVELS = 8  # shades of a day: one for no articles, and seven
WEEKDAYS = (
    "['', 'Mon', '', 'Wed', '', 'Fri', '', ''][toNumber(slice(datum.value, 1))]"  # the row is a string such as 03
)


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
