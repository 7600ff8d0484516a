"""How a chart is written: Vega-Lite by altair, in a wide form and in a narrow one for phones.

Colours are variables of the page's style sheet, so that dark screens and paper have their own. Both forms of a chart
share its rows, which are in the page once, by column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import altair as alt

from newscrawl.report.spans import ticks

Rows = dict[str, list[Any]]  # column → values
Spec = dict[str, Any]
Colours = Mapping[str, str]  # kind → colour, in the order of the legend

LEAST = 14  # the least days of an axis
PHONE = 34  # characters of a legend that fit in a line on a phone

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


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in both forms, its rows, and a description for screen readers."""

    description: str
    rows: Rows
    wide: Spec
    narrow: Spec


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
