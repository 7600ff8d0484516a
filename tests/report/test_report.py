"""`newscrawl report`: its numbers are those of the ledger, the page loads nothing, a browser draws all charts."""

import json
import re
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import pytest
import vl_convert
from parsel import Selector
from sqlalchemy import Table

from newscrawl.archive.paths import LEDGER
from newscrawl.cli.main import main
from newscrawl.ledger import schema
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import DayTally
from newscrawl.report import charts, page
from newscrawl.report.facts import gather
from newscrawl.report.findings import find, headline
from newscrawl.report.model import AbandonedItem, ChannelSilence, Facts, RunSummary, Summary
from newscrawl.report.spans import every_day
from newscrawl.report.vega import CONFIG
from newscrawl.sites.loader import load_site
from tests.conftest import Run as Command
from tests.ledger.rows import reading

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 12, tzinfo=BEIJING)
DAY = datetime(2026, 3, 8, 9, tzinfo=BEIJING)
SITE = load_site("sina_finance")
HOSTILE = "</script><script>document.title='taken'</script>\u2028\"'<img src=https://example.org/x onerror=alert(1)>"
CHROMIUM = Path("/usr/bin/chromium")


def utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def epoch(instant: datetime) -> int:
    return int(instant.timestamp())


def address(key: str) -> str:
    return f"https://finance.sina.com.cn/china/2026-03-08/doc-i{key}.shtml"


def record(**more: str) -> str:
    return json.dumps(reading(text="净利润3亿元").record | more)


def article(key: str, published: datetime, kept: datetime, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "url": address(key), "docid": key, "channel": "china", "published": published.isoformat(),
        "path": f"posts/{key}.md", "layout": "fin2017", "fingerprint": "0f", "flags": "", "kept": utc(kept),
        "record": record(title=more.pop("title", "标题"), url=address(key)), "evidence": "{}", "revision": 1, "digest": "d", **more,
    }  # fmt: skip


def item(key: str, state: str, day: str = "2026-03-08", channel: str = "china", **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("due", "article", "gone"))
    return {**empty, "key": key, "url": address(key), "channel": channel, "day": day, "state": state, **more}


def summary(requests: int, **more: Any) -> str:
    politeness = {"not_modified": 5, "refused": {}, "robots_forbidden": 1, "retried": 2, **more.pop("politeness", {})}
    return json.dumps({"requests": requests, "seconds": 90, "politeness": politeness, "coverage": {}, **more})


def make(root: Path) -> Path:
    """Creates an archive: 11 articles, one old, one revised twice; a short list, a list with gaps; three runs."""
    root.mkdir()
    soon = [article(f"a{n}", DAY, DAY + timedelta(minutes=10 * n)) for n in range(1, 11)]
    soon[0] |= {"flags": "new_design strange_text", "record": record(title=HOSTILE, text="")}
    edited = DAY + timedelta(hours=6)
    soon[1] |= {"kept": utc(edited), "revision": 3, "record": record(title=HOSTILE, text="净利润5亿元")}
    old = article("b1", datetime(2016, 5, 1, 9, tzinfo=BEIJING), DAY + timedelta(days=1), flags="new_design")
    seen = [
        {"key": "a2", "revision": 1, "digest": "1", "kept": utc(DAY + timedelta(minutes=20)), "replaced": utc(DAY + timedelta(hours=3)),
         "record": record(title="原来")},
        {"key": "a2", "revision": 2, "digest": "2", "kept": utc(DAY + timedelta(hours=3)), "replaced": utc(edited),
         "record": record(title=HOSTILE)},
    ]  # fmt: skip
    listed = [
        *(item(row["key"], "kept", article=row["key"]) for row in soon[:9]),
        item("a10", "gone", article="a10", gone=epoch(DAY + timedelta(days=1))),
        item("f1", "failed", reason="http_404", tries=6, title=HOSTILE, url="javascript:alert(1)"),
        item("f2", "failed", reason="timeout", due=epoch(NOW)),
        item("r1", "refused", reason="video"),
        item("w1", "listed", "2026-03-09", "stock"),
    ]
    windows = [("china", "2026-03-08", 13, 0), ("stock", "2026-03-06", 0, 0), ("stock", "2026-03-09", 5, 4)]
    ran = [
        (DAY - timedelta(days=1), 3, summary(100, failed={"http_404": 2})),
        (DAY + timedelta(hours=2), 0, summary(40, politeness={"refused": {"403": 2}})),
        (DAY + timedelta(days=1, hours=2), 5, summary(60, stale={"stock": {"last": "2026-03-05T08:00", "hours": 97}})),
    ]
    rows: list[tuple[Table, list[dict[str, Any]]]] = [
        (schema.articles, [*soon, old]),
        (schema.revisions, seen),
        (schema.listings, [{"channel": row["channel"], "day": row["day"], "key": row["key"], "run": 1} for row in listed]),
        (schema.windows, [
            {"channel": channel, "day": day, "listed": number, "entries": number - missing, "missing": missing,
             "reason": "list_short" if missing else "", "read": 0, "run": 1}
            for channel, day, number, missing in windows
        ]),
        (schema.runs, [
            {"id": number, "job": 1, "job_started": 0, "task": "crawl china", "started": epoch(began), "ended": 1,
             "exit": code, "summary": text}
            for number, (began, code, text) in enumerate(ran, 1)
        ]),
        (schema.watermarks, [{"channel": "china", "until": epoch(NOW)}, {"channel": "stock", "until": epoch(DAY)}]),
        (schema.files, [
            {"path": "posts/a1.md", "key": "a1", "size": 500, "digest": "x"},
            {"path": "posts/a1.md", "key": "a1", "size": 700, "digest": "x"},
            {"path": "posts/b1.md", "key": "b1", "size": 300, "digest": "x"},
            {"path": "posts/b0.md", "key": "b1", "size": schema.GONE, "digest": ""},
            {"path": "posts/a2.md", "key": "a2", "size": 0, "digest": ""},
            {"path": "warc/1.warc.gz", "key": "", "size": 9000, "digest": "x"},
        ]),
        (schema.captures, [
            {"url": address("a1"), "date": utc(DAY + timedelta(minutes=n)), "status": 200, "mime": "text/html",
             "payload": "p", "record": "r", "file": file, "offset": 0, "length": 1000}
            for n, file in enumerate(("warc/1.warc.gz", "warc/1.warc.gz", "warc/2.warc.gz"))
        ]),
    ]  # fmt: skip
    with Ledger(root) as ledger, ledger.engine.begin() as connection:
        for row in listed:
            connection.execute(schema.items.insert(), row)
        for table, values in rows:
            connection.execute(table.insert(), values)
    return root


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("report") / "archive")


@pytest.fixture(scope="module")
def facts(archive: Path) -> Facts:
    return gather(archive, SITE, NOW)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renders pages without the chart library, which takes two seconds to bundle."""
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda _: "// </script>")


def test_facts_are_those_of_the_ledger(facts: Facts) -> None:
    totals = facts.totals
    assert (totals.articles, totals.first, totals.last, totals.revisions) == (11, "2016-05-01", "2026-03-08", 2)
    assert (totals.posts_size, totals.uncounted, totals.captures, totals.captures_size) == (1000, 1, 3, 10000)
    assert facts.kept == {
        "": {"2016-05-01": 1, "2026-03-08": 10},
        "china": {"2026-03-08": 10},
        "stock": {"2026-03-06": 0, "2026-03-09": 0},
    }
    assert [(day, channel, tally.missing) for day, channel, tally in facts.unbalanced] == [("2026-03-09", "stock", 4)]
    assert facts.unread == {"stock": ["2026-03-07", "2026-03-08"]}
    assert facts.failures.reasons == {"http_404": (0, 1), "timeout": (1, 0)}
    assert facts.failures.not_article == {"video": 1}
    assert facts.failures.given_up[0].tries == 6
    assert facts.edits.days == {"2026-03-08": {"figures": 1, "title": 1}, "2026-03-09": {"withdrawn": 1}}
    assert facts.edits.kinds == {"title": 1, "figures": 1}
    assert [(revised.change, revised.before, revised.times) for revised in facts.edits.latest] == [
        ("figures", "", 2), ("title", "原来", 2),
    ]  # fmt: skip
    assert [revised.change for revised in facts.edits.most] == ["figures"]
    assert facts.designs.flags == {"fin2017": {"new_design": 2, "strange_text": 1}}
    assert facts.freshness.late == 1
    (lag,) = facts.freshness.lags
    assert (lag.when, lag.articles, lag.median, lag.slow) == ("2026-03-08", 10, 50 * 60, 90 * 60)
    assert facts.grown == {
        "2026-03-08": {"articles": 10, "posts": 700, "captures": 10000},
        "2026-03-09": {"articles": 1, "posts": 300},
    }


def test_since_limits_the_charts_and_not_the_findings(archive: Path, facts: Facts) -> None:
    late = gather(archive, SITE, NOW, "2026-03-09")
    assert late.kept == {"": {}, "china": {}, "stock": {"2026-03-09": 0}}
    assert late.coverage.keys() == {"stock"}
    assert (late.failures.reasons, late.edits.latest, late.designs.flagged) == ({}, [], [])
    assert late.freshness.lags == []
    assert [run.id for run in late.runs] == [3]
    assert (late.totals, late.grown, find(late)) == (facts.totals, facts.grown, find(facts))


def test_what_is_wrong_comes_first(facts: Facts) -> None:
    found = find(facts)
    assert headline(facts, found) == "2 things are wrong"
    assert [(finding.level, finding.at) for finding in found] == [
        ("wrong", "coverage"), ("wrong", "freshness"), ("look", "coverage"), ("look", "freshness"),
        ("look", "politeness"), ("look", "failures"), ("look", "designs"),
    ]  # fmt: skip
    text = " ".join(finding.text for finding in found)
    assert "1 day does not balance; the newest: stock 2026-03-09, 4 rows are counted and not given, 1 " not in text
    assert "stock 2026-03-09, 1 has no outcome yet, 4 rows are counted and not given" in text
    assert "1 channel silent for longer than ever before, at the last run: stock since 2026-03-05 08:00" in text
    assert "stock is read up to 2026-03-08 09:00 only" in text
    assert "Banned in the last 7 days: 2 with 403" in text


def healthy(facts: Facts, **changes: Any) -> Facts:
    """The same facts without findings, except for the changes."""
    nothing: dict[str, Any] = {
        "unbalanced": [], "unread": {}, "all_runs": [], "freshness": replace(facts.freshness, marks={}),
        "failures": replace(facts.failures, ever=0, lately=0), "designs": replace(facts.designs, ever=0, lately=0),
    }  # fmt: skip
    return replace(facts, **{**nothing, **changes})


def runs(*codes: int | None, ago: float = 1, every: float = 6, **summary: Any) -> list[RunSummary]:
    """Runs with these exit codes, the newest first. `ago`, `every`: hours since the newest, and between them."""
    return [
        RunSummary(number, "crawl", NOW - timedelta(hours=ago + every * number), code, Summary(**summary))
        for number, code in enumerate(codes)
    ]


@pytest.mark.parametrize(
    ("changes", "answer", "level"),
    [
        ({}, "All is well", ""),
        ({"all_runs": runs(0, 0)}, "All is well", ""),
        ({"all_runs": runs(3, failed={"http_404": 1})}, "All is well", "note"),
        ({"all_runs": runs(None, 0)}, "Nothing is wrong; 1 thing to look at", "look"),
        ({"all_runs": runs(130)}, "Nothing is wrong; 1 thing to look at", "look"),
        ({"all_runs": runs(4, stopped="turned away")}, "1 thing is wrong", "wrong"),
        ({"all_runs": runs(0, stale={"china": ChannelSilence("2026-03-01T08:00", 50)})}, "1 thing is wrong", "wrong"),
        ({"all_runs": runs(0, 0, 0, 0, ago=50)}, "Nothing is wrong; 1 thing to look at", "look"),
        ({"all_runs": runs(0, ago=5000)}, "All is well", ""),  # a backfill: no other run is expected
        ({"unbalanced": [("2026-03-01", "china", DayTally(unique=1))]}, "1 thing is wrong", "wrong"),
        ({"unread": {"china": ["2016-03-01"]}}, "All is well", "note"),
    ],
)
def test_headlines(facts: Facts, changes: dict[str, Any], answer: str, level: str) -> None:
    changed = healthy(facts, **changes)
    found = find(changed)
    assert headline(changed, found) == answer
    assert [finding.level for finding in found] == ([level] if level else [])


def test_one_page_that_loads_nothing(newscrawl: Command, archive: Path, facts: Facts, tmp_path: Path) -> None:
    done = newscrawl("report", archive, "--now", NOW.isoformat(), cold=True)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode().strip().endswith(": 2 things are wrong")
    data = (tmp_path / "report.html").read_bytes()
    assert data == page.render_page(facts).encode()  # made by another process: the page is deterministic
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert data.count(b"<script") == data.count(b"</script>") == 3
    root = Selector(data.decode())
    assert root.xpath("/html/@lang").get() == "en"
    assert not root.css("link, img, iframe, object, embed, base, form, image, use")
    assert not root.xpath("//@src | //@onerror | //@onclick | //@onload")
    assert all(re.match(r"https?://|#", link) for link in root.xpath("//@href").getall())
    assert not re.search(r"@import|url\(", root.css("style").get(""))
    policy = root.css("meta[http-equiv='Content-Security-Policy']::attr(content)").get("")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert HOSTILE.replace("\u2028", " ") in root.xpath("string(//main)").get("")
    headings = " ".join(root.css("h2::text").getall())
    for name in "Articles Coverage Failures Revisions Designs Politeness Freshness Growth".split():
        assert name in headings
    assert len(root.css("[role=img][aria-label]")) == len(root.css("[role=img]")) == 12


@pytest.mark.usefixtures("light")
def test_vega_lite_accepts_every_chart(facts: Facts) -> None:
    drawn = charts.draw(facts)
    assert drawn.keys() == {
        "coverage-days", "failures", "failed", "revisions", "designs", "requests", "refused", "freshness",
        "growth-articles", "growth-bytes",
    }  # fmt: skip
    for name, chart in drawn.items():
        lengths = {len(column) for column in chart.rows.values()}
        assert len(lengths) == 1
        rows = [dict(zip(chart.rows, row, strict=True)) for row in zip(*chart.rows.values(), strict=True)]
        for form in (chart.wide, chart.narrow):
            full = {**form, "width": 300, "datasets": {"rows": rows}, "config": CONFIG}
            assert vl_convert.vegalite_to_svg(full).count("<path") >= len(rows), name
    assert alt.Chart.from_dict({**drawn["failures"].wide, "config": CONFIG})
    requests = drawn["requests"].rows
    assert list(zip(requests["start"], requests["kind"], requests["count"], strict=True)) == [
        (day, kind, count)
        for day, answered in (("2026-03-07", 95), ("2026-03-08", 35), ("2026-03-09", 55))
        for kind, count in (("answered", answered), ("not modified", 5))
    ]


@pytest.mark.usefixtures("light")
def test_many_years_make_a_small_page(facts: Facts) -> None:
    days = list(every_day("2016-01-01", "2025-12-31"))
    channels = [f"channel-{number}" for number in range(8)]
    large = replace(
        facts,
        kept={name: {day: 150 + index % 100 for index, day in enumerate(days)} for name in ("", *channels)},
        coverage={name: {day: DayTally(150, 150, 150) for day in days} for name in channels},
        grown={day: {"articles": 150, "posts": 10**6, "captures": 10**7} for day in days},
        failures=replace(facts.failures, given_up=[AbandonedItem(address("x"), "标题" * 30, "china", day, "r", 6) for day in days[:30]]),
    )  # fmt: skip
    assert len(page.render_page(large).encode()) < 1_000_000  # the library adds 900,000


@pytest.mark.usefixtures("light")
def test_an_empty_archive_and_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Ledger(tmp_path).close()
    assert main(["report", str(tmp_path), "-o", "-", "-q"]) == 0
    html, errors = capfdbinary.readouterr()
    assert errors == b""
    text = Selector(html.decode()).xpath("string(//body)").get("")
    assert "Nothing is wrong; nothing is kept yet" in text
    assert "No crawl was run" in text
    assert b"data-chart" not in html


@pytest.mark.usefixtures("light")
def test_an_archive_without_lists_has_folders_as_channels(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.engine.begin() as connection:
        for key, folder in (("x1", "stock/s"), ("x2", "stock/usstock/c"), ("x3", "")):
            connection.execute(schema.articles.insert(), article(key, DAY, DAY, channel=folder))
    facts = gather(tmp_path, SITE, NOW)
    assert facts.kept == {"": {"2026-03-08": 3}, "stock": {"2026-03-08": 2}}
    assert headline(facts, find(facts)) == "All is well"
    assert "No list was read" in page.render_page(facts)


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere is no archive: it has no ledger.sqlite3"),
        (["kept", "--since", "yesterday"], "--since yesterday is neither a day"),
        (["kept", "-o", "missing/report.html"], "-o missing/report.html: give a file in an existing folder"),
        (["kept", "-o", "kept"], "-o kept: give a file"),
        (["kept", "--site", "none.yaml"], "none.yaml"),
        (["old"], "was written by an older newscrawl; newscrawl status old updates it"),
    ],
)
def test_bad_usage_is_one_line_and_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kept").mkdir()
    Ledger(Path("kept")).close()
    Path("old").mkdir()
    with closing(sqlite3.connect(f"old/{LEDGER}")) as connection:
        connection.executescript("CREATE TABLE articles (key); PRAGMA user_version = 2")
    assert main(["report", *arguments]) == 2
    errors = capfd.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.rglob("*.html*"))
    assert Path("/dev/full").is_char_device()  # no output takes its place


def test_a_full_disk_is_4(archive: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(archive), "-o", "/dev/full"]) == 4
    message = "newscrawl: cannot write /dev/full: the disk is full; make room and run it again\n"
    assert capfd.readouterr().err == message


def test_a_missing_extra_is_named(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import newscrawl.report  # noqa: PLC0415

    for name in ("page", "charts"):
        monkeypatch.delitem(sys.modules, f"newscrawl.report.{name}")
        monkeypatch.delattr(newscrawl.report, name)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert main(["report", str(archive)]) == 2
    assert capfd.readouterr().err == "newscrawl: vl_convert is not installed; pip install 'newscrawl[report]'\n"


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM} to draw the page")
def test_a_browser_draws_every_chart_wide_and_narrow_without_a_network(facts: Facts, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only where there is a browser)

    file = tmp_path / "report.html"
    file.write_text(page.render_page(facts), encoding="utf-8")
    messages: list[str] = []
    requests: list[str] = []
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for form in ({"width": 1440, "height": 900}, {"width": 360, "height": 740}):
            context = browser.new_context(offline=True, viewport=form, is_mobile=form["width"] < 500)  # type: ignore[arg-type]
            tab = context.new_page()
            tab.on("console", lambda message: messages.append(message.text))
            tab.on("pageerror", lambda error: messages.append(str(error)))
            tab.on("request", lambda request: requests.append(request.url))
            tab.goto(file.as_uri())
            tab.wait_for_selector("html[data-drawn]", timeout=30_000)
            boxes = tab.query_selector_all(".chart, details[open] > .calendar")
            assert len(boxes) == 11
            for box in boxes:
                assert box.get_attribute("data-drawn") == "yes", box.inner_text()
                assert box.query_selector("svg .role-mark path")
            for name in ("coverage-days", "failed", "revisions", "requests", "freshness", "growth-bytes"):
                assert "03-0" in (tab.text_content(f"[data-chart={name}]") or ""), name
            assert tab.evaluate("document.documentElement.scrollWidth") <= form["width"]
            assert tab.title().startswith("archive: ")  # no script in a title has run
            tab.select_option("#channel", "china")
            assert tab.inner_text(".year .total") == "10 articles"
            tab.click(".year:not([open]) summary")
            tab.wait_for_selector(".year ~ .year svg")
            context.close()
        browser.close()
    assert messages == []
    assert set(requests) == {file.as_uri()}
