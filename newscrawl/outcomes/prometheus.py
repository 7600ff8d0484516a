"""The run's summary as Prometheus metrics, in a file for the textfile collector of node_exporter."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from newscrawl.atomic import output_file
from newscrawl.errors import NotInstalled
from newscrawl.outcomes.summary import is_unbalanced

STATES = ("kept", "known", "not_article", "failed", "waiting")


@dataclass(frozen=True, slots=True)
class Metric:
    """A gauge. The label `command` is added to all its values."""

    name: str
    help: str
    values: Mapping[tuple[str, ...], float]  # by the values of its labels
    labels: tuple[str, ...] = ()  # names


def prometheus() -> Any:
    """The module `prometheus_client`. Raises NotInstalled."""
    try:
        import prometheus_client  # noqa: PLC0415 (optional, and 0.1 s to import)
    except ImportError as error:
        raise NotInstalled("prometheus_client is not installed; pip install 'newscrawl[metrics]'") from error
    return prometheus_client


def write_metrics(summary: Mapping[str, Any], path: Path) -> None:
    """Writes the metrics of a run's summary (`Outcomes.summary`) to a file, atomically.

    Raises NotInstalled without prometheus_client, OSError when the file cannot be written.
    """
    text = render_metrics(summary)
    with output_file(path) as file:
        file.write(text)


def render_metrics(summary: Mapping[str, Any]) -> bytes:
    """The metrics of a summary in the Prometheus text format. Raises NotInstalled."""
    library = prometheus()
    registry = library.CollectorRegistry()
    for metric in metrics_of(summary):
        gauge = library.Gauge(metric.name, metric.help, ("command", *metric.labels), registry=registry)
        for labels, value in metric.values.items():
            gauge.labels(summary["command"], *labels).set(value)
    return bytes(library.generate_latest(registry))


def metrics_of(summary: Mapping[str, Any]) -> Iterator[Metric]:
    """Yields the metrics of a summary. For a run without lists, metrics by channel have no values.

    >>> summary = {"command": "fetch", "started": "2026-03-01T08:00:00+08:00", "seconds": 1.5, "exit": 0}
    >>> [metric.values for metric in metrics_of(summary)][:3]
    [{(): 1772323201.5}, {(): 1.5}, {(): 0}]
    """
    ended = datetime.fromisoformat(summary["started"]).timestamp() + summary["seconds"]
    politeness = summary.get("politeness", {})
    coverage = summary.get("coverage", {})
    stale = summary.get("stale", {})
    unbalanced = {channel: sum(map(is_unbalanced, days.values())) for channel, days in coverage.items()}
    silent = {channel: int(channel in stale) for channel in (*coverage, *stale)}
    yield Metric("newscrawl_last_run_timestamp_seconds", "When the last run ended, in epoch seconds", {(): ended})
    yield Metric("newscrawl_run_duration_seconds", "How long the run took", {(): summary["seconds"]})
    yield Metric("newscrawl_run_exit_code", "The exit code; 0 is all done", {(): summary["exit"]})
    yield Metric("newscrawl_run_requests", "Requests sent", {(): summary.get("requests", 0)})
    yield Metric("newscrawl_run_bytes", "Bytes received", {(): summary.get("bytes", 0)})
    yield Metric("newscrawl_run_posts", "Posts by what became of them", by_one(summary.get("posts", {})), ("outcome",))
    yield Metric("newscrawl_run_failed", "Failures by reason", by_one(summary.get("failed", {})), ("reason",))
    yield Metric(
        "newscrawl_items", "Listed entries by state, all days of the run", states(coverage), ("channel", "state")
    )
    yield Metric(
        "newscrawl_unbalanced_days", "Days whose list and archive do not balance", by_one(unbalanced), ("channel",)
    )
    about = "Articles that failed, and of which nobody knows what became"
    yield Metric("newscrawl_open_articles", about, still_open(coverage), ("channel", "state"))
    yield Metric("newscrawl_channel_stale", "1 for a channel whose list has gone silent", by_one(silent), ("channel",))
    yield Metric("newscrawl_run_not_modified", "Answers 304", {(): politeness.get("not_modified", 0)})
    yield Metric("newscrawl_run_refused", "Refusals by status", by_one(politeness.get("refused", {})), ("status",))


def by_one(counts: Mapping[Any, float]) -> dict[tuple[str, ...], float]:
    """Counts by one label. Keys become texts: a status is a text in JSON, but a number in a running program.

    >>> by_one({403: 2})
    {('403',): 2}
    """
    return {(str(name),): count for name, count in counts.items()}


def still_open(coverage: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[tuple[str, ...], float]:
    """The articles of each channel of which nobody knows what became, by what is done about them.

    >>> still_open({"china": {"2026-03-01": {"retrying": 2}, "2026-03-02": {"retrying": 1}}})
    {('china', 'retrying'): 3, ('china', 'given_up'): 0}
    """
    return {
        (channel, name): sum(day.get(name, 0) for day in days.values())
        for channel, days in coverage.items()
        for name in ("retrying", "given_up")
    }


def states(coverage: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[tuple[str, ...], float]:
    """The items of each channel by state, summed over its days and, for states with reasons, over these.

    >>> states({"china": {"2026-03-01": {"kept": 2, "failed": {"http_404": 1}}, "2026-03-02": {"kept": 1}}})
    ... # doctest: +NORMALIZE_WHITESPACE
    {('china', 'kept'): 3, ('china', 'known'): 0, ('china', 'not_article'): 0, ('china', 'failed'): 1,
     ('china', 'waiting'): 0}
    """
    totals: Counter[tuple[str, ...]] = Counter()
    for channel, days in coverage.items():
        for state in STATES:
            counts = (day.get(state, 0) for day in days.values())
            totals[channel, state] = sum(sum(n.values()) if isinstance(n, Mapping) else n for n in counts)
    return dict(totals)
