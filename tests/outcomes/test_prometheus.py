"""The metrics of a summary, parsed by Prometheus's own parser."""

import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from newscrawl.errors import NotInstalled
from newscrawl.outcomes.prometheus import metrics_of, render_metrics, states, write_metrics
from newscrawl.outcomes.summary import Outcomes

Samples = dict[tuple[str, ...], float]
EXPECTED_FILE = Path(__file__).with_name("metrics.prom")

DAY = {
    "listed": 12,
    "unique": 10,
    "kept": 5,
    "known": 1,
    "not_article": {"video": 2, "live": 1},
    "failed": {"http_404": 1},
    "waiting": 0,
    "balanced": True,
}
SUMMARY: dict[str, Any] = {
    "command": "crawl",
    "started": "2026-03-01T08:00:00+08:00",
    "seconds": 90.5,
    "requests": 42,
    "bytes": 123456,
    "posts": {"written": 5, "unchanged": 0, "revised": 1},
    "failed": {"http_404": 1, 'a "quoted"\n\\reason': 2},
    "repeated": 0,
    "flagged": {},
    "coverage": {
        "china": {
            "2026-03-01": DAY,
            "2026-03-02": DAY | {"kept": 3, "waiting": 2, "retrying": 3, "given_up": 1, "balanced": False},
        },
        "macro": {},
    },
    "stale": {"macro": {"last": "2026-02-20T08:00:00+08:00", "hours": 216.0}, "local": {"last": "", "hours": 999.0}},
    "politeness": {"robots_forbidden": 1, "not_modified": 7, "refused": {"403": 2, 429: 1}, "slowed": 3, "retried": 1},
    "exit": 5,
}

EXPECTED: dict[str, Samples] = {
    "newscrawl_last_run_timestamp_seconds": {(): 1772323290.5},
    "newscrawl_run_duration_seconds": {(): 90.5},
    "newscrawl_run_exit_code": {(): 5},
    "newscrawl_run_requests": {(): 42},
    "newscrawl_run_bytes": {(): 123456},
    "newscrawl_run_posts": {("written",): 5, ("unchanged",): 0, ("revised",): 1},
    "newscrawl_run_failed": {("http_404",): 1, ('a "quoted"\n\\reason',): 2},
    "newscrawl_items": {
        ("china", "kept"): 8,
        ("china", "known"): 2,
        ("china", "not_article"): 6,
        ("china", "failed"): 2,
        ("china", "waiting"): 2,
        ("macro", "kept"): 0,
        ("macro", "known"): 0,
        ("macro", "not_article"): 0,
        ("macro", "failed"): 0,
        ("macro", "waiting"): 0,
    },
    "newscrawl_unbalanced_days": {("china",): 1, ("macro",): 0},
    "newscrawl_open_articles": {
        ("china", "retrying"): 3,
        ("china", "given_up"): 1,
        ("macro", "retrying"): 0,
        ("macro", "given_up"): 0,
    },
    "newscrawl_channel_stale": {("china",): 0, ("macro",): 1, ("local",): 1},
    "newscrawl_run_not_modified": {(): 7},
    "newscrawl_run_refused": {("403",): 2, ("429",): 1},
}


def read(path: Path) -> dict[str, Samples]:
    """The samples of a file, by metric and by the values of the labels except `command`."""
    found: dict[str, Samples] = {}
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        assert family.type == "gauge"
        assert family.documentation
        samples = found.setdefault(family.name, {})
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("command") == SUMMARY["command"]
            samples[tuple(labels.values())] = sample.value
    return found


def test_every_metric(tmp_path: Path) -> None:
    path = tmp_path / "newscrawl.prom"
    write_metrics(SUMMARY, path)
    found = read(path)
    labelled = {metric.name: metric.labels for metric in metrics_of(SUMMARY)}
    assert {name: sorted(samples.items()) for name, samples in found.items()} == {
        name: sorted((ordered(labelled[name], key), value) for key, value in samples.items())
        for name, samples in EXPECTED.items()
    }


def ordered(names: tuple[str, ...], values: tuple[str, ...]) -> tuple[str, ...]:
    """Label values in the order in which the file has them: sorted by name."""
    return tuple(value for _, value in sorted(zip(names, values, strict=True)))


def test_summary_of_a_fetch(tmp_path: Path) -> None:
    path = tmp_path / "newscrawl.prom"
    write_metrics(Outcomes("crawl").summary(), path)
    found = read(path)
    assert set(found) == set(EXPECTED)
    assert found["newscrawl_run_posts"] == {("written",): 0, ("unchanged",): 0, ("revised",): 0}
    assert found["newscrawl_items"] == {}


def test_names_labels_and_help_are_those_of_the_file() -> None:
    """Dashboards name them."""
    assert render_metrics(SUMMARY).decode() == EXPECTED_FILE.read_text(encoding="utf-8")


def test_a_summary_without_lists_and_counts_has_no_more_than_its_end() -> None:
    summary = {"command": "fetch", "started": "2026-03-01T08:00:00+08:00", "seconds": 1.5, "exit": 0}
    values = {metric.name: metric.values for metric in metrics_of(summary)}
    ended = {(): 1772323201.5}
    one = {
        name: {(): value}
        for name, value in (("duration_seconds", 1.5), ("exit_code", 0), ("requests", 0), ("bytes", 0))
    }
    assert values == {
        "newscrawl_last_run_timestamp_seconds": ended,
        **{f"newscrawl_run_{name}": value for name, value in one.items()},
        "newscrawl_run_not_modified": {(): 0},
        "newscrawl_run_posts": {},
        "newscrawl_run_failed": {},
        "newscrawl_run_refused": {},
        "newscrawl_items": {},
        "newscrawl_unbalanced_days": {},
        "newscrawl_open_articles": {},
        "newscrawl_channel_stale": {},
    }


def test_a_state_that_a_day_does_not_name_counts_nothing() -> None:
    assert states({"china": {"2026-03-01": {"kept": 2}}}) == {
        ("china", state): 2 * (state == "kept") for state in ("kept", "known", "not_article", "failed", "waiting")
    }


def test_days_that_do_not_balance_are_counted() -> None:
    missing, retrying = ({"balanced": False, name: 1} for name in ("missing", "retrying"))
    days = {"2026-03-01": DAY, "2026-03-02": DAY | retrying, "2026-03-03": DAY | missing}
    values = {metric.name: metric.values for metric in metrics_of(SUMMARY | {"coverage": {"china": days}})}
    assert values["newscrawl_unbalanced_days"] == {("china",): 1}


def test_metrics_are_written_atomically(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "newscrawl.prom"
    write_metrics(SUMMARY, path)
    before = path.read_bytes()
    write_metrics(SUMMARY | {"exit": 0}, path)
    assert path.read_bytes() != before
    other = tmp_path / "other"
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode  # the collector runs as another user and must be able to read it
    other.unlink()
    complete = path.read_bytes()
    names = []

    def fail(part: Path, _: Path) -> None:
        names.append(part.name)
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_metrics(SUMMARY, path)
    assert path.read_bytes() == complete
    assert [file.name for file in tmp_path.iterdir()] == ["newscrawl.prom"]
    assert names[0].startswith(".")
    assert not names[0].endswith(".prom")


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_metrics(SUMMARY, tmp_path / "none" / "newscrawl.prom")


def test_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(NotInstalled, match=r"^prometheus_client is not installed; pip install 'newscrawl\[metrics\]'$"):
        write_metrics(SUMMARY, tmp_path / "newscrawl.prom")
    assert not [*tmp_path.iterdir()]
