"""`newscrawl crawl` against the fake site: no article missing, none twice, and every kind of failure reported."""

import hashlib
import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection

from newscrawl.archive.archive import Archive
from newscrawl.deadline import GRACE
from newscrawl.demo.fake_site.lists import FAULTS
from newscrawl.demo.fake_site.server import Answer as FakeAnswer
from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.ledger import queue, states
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schedule import DAY, MINUTE, RETRIES
from newscrawl.provenance import Lease
from tests.conftest import ROOT, Run
from tests.support.processes import Started

BEIJING = ZoneInfo("Asia/Shanghai")
YESTERDAY = datetime.now(BEIJING).date() - timedelta(days=1)
LATER_TABLES = "items listings windows runs watermarks revisions captures files rules manifests".split()
DOWNGRADE = [
    *(f"DROP TABLE {table}" for table in LATER_TABLES),
    "DROP INDEX articles_design",
    "DROP INDEX articles_path",
    *(f"ALTER TABLE articles DROP COLUMN {column}" for column in ("digest", "captures", "payloads")),
    "PRAGMA user_version = 1",
]
Start = Callable[..., FakeSite]


class Crawler:
    """Runs crawls of a fake site into one archive."""

    def __init__(self, site: FakeSite, folder: Path, run: Run, **politeness: float | str) -> None:
        self.site, self.folder, self.run = site, folder, run
        self.config = site.site_file(folder, **politeness)
        self.archive = folder / "kept"
        plan = site.plan
        self.span = ["--since", str(plan.last - timedelta(days=plan.days - 1)), "--until", str(plan.last)]
        self.errors = ""

    def arguments(self, *more: str) -> list[str]:
        span = [] if {"--since", "--until"} & set(more) else self.span
        names = () if more and not more[0].startswith("-") else self.site.plan.channels
        return ["crawl", *names, *more, *span, "-o", str(self.archive), "--site", str(self.config), "--json"]

    def __call__(self, *more: str) -> dict[str, Any]:
        """Runs a crawl and returns its summary."""
        done = self.run(*self.arguments(*more))
        self.errors = done.stderr.decode()
        assert "Traceback" not in self.errors
        assert done.stdout, self.errors
        summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        assert summary["exit"] == done.returncode, self.errors
        return summary

    def start(self, *more: str) -> Started:
        return Started(self.arguments(*more), self.folder)

    def status(self, *more: str) -> dict[str, Any]:
        done = self.run("status", self.archive, "--json", *more)
        status: dict[str, Any] = json.loads(done.stdout)
        assert status["exit"] == done.returncode
        return status

    def kept(self) -> list[str]:
        """The docids of the posts."""
        return sorted(path.stem[11:] for path in (self.archive / "posts").rglob("*.md"))

    def files(self) -> dict[str, str]:
        files = (path for path in (self.archive / "posts").rglob("*") if path.is_file())
        return {str(path.relative_to(self.archive)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def rolls(self) -> int:
        return sum(request.kind == "roll" for request in self.site.requests)


Begin = Callable[..., Crawler]


@pytest.fixture
def begin(tmp_path: Path, newscrawl: Run) -> Iterator[Begin]:
    """Starts a fake site and returns its crawler."""
    with ExitStack() as stack:

        def start(politeness: dict[str, float | str] | None = None, **plan: Any) -> Crawler:
            site = stack.enter_context(FakeSite(Plan(**{"last": YESTERDAY, "days": 1, **plan})))
            return Crawler(site, tmp_path, newscrawl, **(politeness or {}))

        yield start


def keepable(site: FakeSite) -> list[str]:
    return sorted(entry.docid for entry in site.entries if entry.kind == "article")


def tallies(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return [tally for days in summary["coverage"].values() for tally in days.values()]


def total(summary: dict[str, Any], name: str) -> int:
    found = [tally.get(name, 0) for tally in tallies(summary)]
    return sum(sum(count.values()) if isinstance(count, dict) else count for count in found)


def settled(summary: dict[str, Any]) -> int:
    return sum(total(summary, name) for name in ("kept", "known", "not_article", "failed"))


MIXED: dict[str, Any] = {
    "items": 240, "days": 2, "channels": ("china", "stock"),
    "duplicates": 0.05, "videos": 0.03, "slides": 0.01, "blogs": 0.01, "elsewhere": 0.01,
    "missing": 0.02, "soft_missing": 0.02, "broken": 0.01, "late": 0.02, "withdrawn": 0.01,
}  # fmt: skip


def test_every_article_is_kept_once_and_the_days_balance(begin: Begin) -> None:
    crawl = begin(**MIXED)
    first = crawl()
    site = crawl.site
    assert any(entry.late for entry in site.entries)
    assert any(entry.withdrawn for entry in site.entries)
    assert not any(entry.waiting for entry in site.entries)  # all late entries appeared while the lists were paged
    assert crawl.kept() == keepable(site)
    assert first["posts"] == {"written": len(keepable(site)), "unchanged": 0, "revised": 0}
    assert first["failed"] == {"error": 5, "http_404": 5, "http_500": 2}
    assert first["exit"] == 3
    assert set(site.hits().values()) == {1, 2}
    assert {docid for docid, hits in site.hits().items() if hits == 2} == {
        entry.docid for entry in site.entries if entry.kind == "broken"
    }
    assert total(first, "retrying") == 2  # what was answered with 500: nobody knows what became of these
    assert all(tally["balanced"] is not bool(tally.get("retrying")) for tally in tallies(first))
    assert "2 will be tried again" in crawl.errors
    assert total(first, "unique") == settled(first)
    assert total(first, "kept") == len(keepable(site))
    left_out = [reason for tally in tallies(first) for reason in tally["not_article"]]
    assert set(left_out) == {"video", "gallery", "blog", "offsite", "error"}

    before = site.article_requests()
    again = crawl()
    withdrawn = sum(entry.withdrawn for entry in site.entries)
    assert site.article_requests() - before == withdrawn  # the article of a row that is gone may be gone, too
    assert again["posts"]["written"] == again["posts"]["revised"] == 0
    assert (again["exit"], again["failed"], total(again, "retrying")) == (3, {}, 2)  # their next try is due later
    assert (
        total(again, "known")
        == len(keepable(site)) - withdrawn + total(again, "unique") - len(site.entries) + withdrawn
    )


def test_edits_become_revisions_and_lost_pages_are_marked(begin: Begin) -> None:
    crawl = begin(items=45, duplicates=0.05)
    crawl()
    old = crawl.files()
    edited, deleted = crawl.site.edit(8), crawl.site.delete(4, listed=False)
    hinted = crawl()
    assert hinted["posts"] == {"written": 0, "unchanged": 0, "revised": 8}
    assert hinted["gone"] == 4
    assert hinted["exit"] == 0

    silently, listed = crawl.site.edit(8, noted=False), crawl.site.delete(3)
    assert crawl()["requests"] < 10  # the lists do not show it, and no recrawl is due
    later = (datetime.now(BEIJING) + timedelta(days=7)).isoformat()
    planned = crawl("--now", later)
    assert planned["posts"]["revised"] == 8
    assert planned["gone"] == 3
    assert planned["politeness"]["not_modified"] > 0
    assert crawl.files().keys() == old.keys()  # the post of a page that is gone stays

    histories = {history["key"]: history for history in crawl.status("--revisions")["revisions"]}
    assert histories.keys() == {entry.docid for entry in (*edited, *deleted, *silently, *listed)}
    assert {key for key, history in histories.items() if history["gone"]} == {
        entry.docid for entry in (*deleted, *listed)
    }
    kinds = {kind for history in histories.values() for change in history["changes"] for kind in change["kinds"]}
    assert {"title", "figures", "added", "removed", "withdrawn"} <= kinds
    for entry in edited:
        post = next((crawl.archive / "posts").rglob(f"*{entry.docid}.md")).read_text(encoding="utf-8")
        assert entry.title() in post
    lines = crawl.run("status", crawl.archive, "--revisions").stdout.decode()
    assert "1 paragraph added" in lines
    assert "withdrawn: its page is gone, its post stays" in lines


def test_pages_that_return_are_no_longer_gone(begin: Begin) -> None:
    crawl = begin(items=9)
    crawl()
    (deleted,) = crawl.site.delete(1, listed=False)
    assert crawl()["gone"] == 1
    deleted.gone = False
    later = datetime.now(BEIJING) + timedelta(days=7)
    assert crawl("--now", later.isoformat())["gone"] == 0
    assert not crawl.status("--revisions")["revisions"]


def test_killed_runs_end_with_the_same_files(begin: Begin, tmp_path: Path, newscrawl: Run) -> None:
    """`make proof` does the same at full size."""
    long_ago = YESTERDAY - timedelta(days=3)
    plan: dict[str, Any] = {"items": 130, "channels": ("china", "stock"), "missing": 0.02, "last": long_ago}
    whole = begin(**plan)
    whole()
    with FakeSite(whole.site.plan) as site:
        (tmp_path / "again").mkdir()
        crawl = Crawler(site, tmp_path / "again", newscrawl)
        for moment in sorted(random.Random(1).sample(range(120), 3)):
            with crawl.start("-q") as process:
                while site.article_requests() < moment and process.poll() is None:
                    time.sleep(0.002)
                process.kill()
        rolls = crawl.rolls()
        last = crawl()
        assert crawl.files() == whole.files()
        assert all(tally["balanced"] for tally in tallies(last))
        assert site.article_requests() <= whole.site.article_requests() + 3 * 5
        assert crawl.rolls() - rolls <= 4  # the days that a killed run has read are not read again


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_ends_soon_and_the_next_one_continues(begin: Begin, stop: signal.Signals) -> None:
    """It ends within 5 seconds on an idle machine, and on any machine without waiting for slow answers."""
    assert GRACE < 5
    crawl = begin(items=60, slow=0.2, slow_seconds=120)
    process = crawl.start()
    while crawl.site.article_requests() < 8 and process.poll() is None:
        time.sleep(0.005)
    stopped = time.monotonic()
    process.send_signal(stop)
    out, errors = process.communicate(timeout=100)
    assert time.monotonic() - stopped < 60
    assert process.returncode == 130, errors.decode()
    assert json.loads(out.splitlines()[-1])["exit"] == 130
    assert b"Traceback" not in errors
    before = len(crawl.kept())
    assert before < 60
    for entry in crawl.site.entries:
        entry.slow = False
    assert crawl()["posts"]["written"] == 60 - before
    assert crawl.kept() == keepable(crawl.site)


def test_items_of_a_killed_run_are_fetched_days_later(begin: Begin) -> None:
    """The days of a scheduled task move: the items that were not fetched are of days before those of the next run."""
    today = datetime.now(BEIJING).date()
    crawl = begin(items=60, days=2, channels=("china",), last=today)
    crawl.span = []
    with crawl.start("-q") as process:
        while crawl.site.article_requests() < 20 and process.poll() is None:
            time.sleep(0.002)
        process.kill()
    late = crawl.site.add(3, "china", today - timedelta(days=1))  # on a day that the killed run has read
    later = datetime.now(BEIJING) + timedelta(days=3)
    summary = crawl("--now", later.isoformat())
    assert summary["exit"] == 0
    assert crawl.kept() == keepable(crawl.site)
    assert {entry.docid for entry in late} <= set(crawl.kept())


def test_an_archive_that_cannot_be_written_ends_the_run(begin: Begin) -> None:
    crawl = begin(items=30)
    year = crawl.archive / "posts" / str(YESTERDAY.year)
    year.parent.mkdir(parents=True)
    year.write_text("in the way", encoding="utf-8")
    summary = crawl()
    assert (summary["exit"], [*summary["failed"]]) == (4, ["unwritten"])
    assert crawl.site.article_requests() < 12
    assert f"the archive cannot be written: Not a directory: {year}" in crawl.errors
    year.unlink()
    assert crawl()["exit"] == 0
    assert crawl.kept() == keepable(crawl.site)


def test_a_damaged_archive_is_6(begin: Begin) -> None:
    crawl = begin(items=3)
    crawl.archive.mkdir()
    (crawl.archive / "ledger.sqlite3").write_bytes(b"no database at all" * 100)
    for arguments in (crawl.arguments(), ["status", crawl.archive], crawl.arguments("--dry-run")):
        done = crawl.run(*arguments)
        assert done.returncode == 6
        assert done.stderr.decode().count("\n") == 1
        assert b"the archive is damaged" in done.stderr


def test_a_list_that_becomes_empty_is_an_error(begin: Begin) -> None:
    crawl = begin(items=20, channels=("china",))
    crawl()
    rows = crawl.site.content.lists[0].rows
    crawl.site.content.lists[0].rows = []
    before = crawl.site.article_requests()
    emptied = crawl()
    assert emptied["exit"] == 5
    assert "list_empty" in crawl.errors
    assert crawl.site.article_requests() == before + 20  # their pages are there: the list is at fault
    crawl()
    assert crawl.site.article_requests() == before + 20
    crawl.site.content.lists[0].rows = rows
    assert crawl()["exit"] == 0


def test_an_unreachable_list_host_is_not_requested_for_every_day(begin: Begin) -> None:
    crawl = begin(items=20, days=30, channels=("china",))
    crawl.site.close()
    summary = crawl()
    assert summary["exit"] == 4
    assert summary["failed"]["list_unreachable"] == 3
    assert len(summary["coverage"]["china"]) == 30


def test_one_run_at_a_time(begin: Begin) -> None:
    crawl = begin(items=9)
    with Archive(crawl.archive):
        done = crawl.run(*crawl.arguments())
        assert done.returncode == 7
        assert done.stderr.decode().count("\n") == 1
        assert b"another run holds the archive" in done.stderr
        fetched = crawl.run("fetch", crawl.site.entries[0].url, "--site", crawl.config, "-o", crawl.archive)
        assert fetched.returncode == 7
    assert crawl()["exit"] == 0


@pytest.mark.parametrize("how", [403, 456, "page"])
def test_banned_it_backs_off_and_stops(begin: Begin, how: Any) -> None:
    crawl = begin(items=36)
    crawl.site.ban(how, after=20)
    summary = crawl()
    assert summary["exit"] == 4
    bans = sum(summary["politeness"]["refused"].values())
    assert 3 <= bans <= 12  # the requests in flight, then one at a time
    assert re.search(r"stopped: 127.0.0.1:\d+ answers with a ban", crawl.errors)
    times = [request.time for request in crawl.site.requests if request.kind != "robots"][20:]
    assert times[-1] - times[0] > 2.9  # pauses of one second and of two
    assert not {"http_403", "lost", "fault"} & set(summary["failed"])
    crawl.site.pardon()
    assert crawl()["exit"] == 0
    assert crawl.kept() == keepable(crawl.site)


def test_it_waits_for_retry_after(begin: Begin) -> None:
    crawl = begin(items=12)
    crawl.site.ban(429, after=12, times=2, retry_after="3")
    summary = crawl()
    assert summary["exit"] == 0
    assert crawl.kept() == keepable(crawl.site)
    banned = next(request.time for request in crawl.site.requests if request.status == 429)
    after = [request.time - banned for request in crawl.site.requests if request.time > banned + 0.5]
    assert 2.9 < min(after) < 6


def test_it_stops_at_once_if_retry_after_is_an_hour(begin: Begin) -> None:
    crawl = begin(items=30)
    crawl.site.ban(503, only="roll", retry_after="3600")
    summary = crawl()
    assert summary["exit"] == 4
    assert "asks to wait 60 minutes" in crawl.errors
    assert crawl.rolls() == 1


def test_one_closed_page_is_no_ban(begin: Begin) -> None:
    crawl = begin(items=12)
    closed = crawl.site.entries[5]
    serve = crawl.site._article

    def article(docid: str, headers: Mapping[str, str]) -> FakeAnswer:
        return FakeAnswer(403, b"") if docid == closed.docid else serve(docid, headers)

    crawl.site._article = article  # type: ignore[method-assign]
    summary = crawl()
    assert summary["failed"] == {"http_403": 1}
    assert summary["exit"] == 3
    assert len(crawl.kept()) == 11


def test_pages_known_as_closed_do_not_stop_the_next_run(begin: Begin) -> None:
    crawl = begin(items=8, channels=("china",))
    closed = {entry.docid for entry in crawl.site.entries[3:5]}
    serve = crawl.site._article

    def article(docid: str, headers: Mapping[str, str]) -> FakeAnswer:
        return FakeAnswer(403, b"") if docid in closed else serve(docid, headers)

    crawl.site._article = article  # type: ignore[method-assign]
    assert crawl()["failed"] == {"http_403": 2}
    before = crawl.site.hits()
    later = datetime.now(BEIJING) + timedelta(minutes=11)
    again = crawl("--now", later.isoformat())
    assert (again["exit"], again["failed"]) == (3, {"http_403": 2})
    assert {
        docid: hits - before[docid] for docid, hits in crawl.site.hits().items() if docid in closed
    } == dict.fromkeys(closed, 1)


def test_a_very_long_url_is_fetched(begin: Begin) -> None:
    crawl = begin(items=6, channels=("china",))
    entry = crawl.site.entries[2]
    entry.url += "x" * 3000
    assert crawl()["exit"] == 0
    assert crawl.kept() == keepable(crawl.site)


def test_days_of_a_failed_first_run_are_read_days_later(begin: Begin) -> None:
    """The next run reads the days that the first run of a channel could not read, though it would begin later."""
    crawl = begin(items=27, days=9, channels=("china",), last=datetime.now(BEIJING).date())
    crawl.span = []
    crawl.site.faults = {2: "html", 3: "html", 4: "html"}
    first = datetime.now(BEIJING) - timedelta(days=6)
    assert crawl("--now", first.isoformat())["exit"] == 5
    assert crawl()["exit"] == 0
    days = crawl.status()["coverage"]["china"]
    assert len(days) >= 8
    assert crawl.status()["exit"] == 0


def test_robots_apply_to_lists_and_articles(begin: Begin) -> None:
    crawl = begin(items=30)
    crawl.site.robots = "User-agent: *\nDisallow: /china/\n"
    summary = crawl()
    assert summary["failed"] == {"robots": 10}
    assert summary["politeness"]["robots_forbidden"] == 10
    assert not [request for request in crawl.site.requests if request.path.startswith("/china/")]
    assert len(crawl.kept()) == 20
    crawl.site.robots = "User-agent: *\nDisallow: /api/\n"
    rolls = crawl.rolls()
    assert crawl("stock")["exit"] == 4
    assert crawl.rolls() == rolls


def test_faulty_answers_of_a_list_are_retried(begin: Begin) -> None:
    """Every third answer is faulty; answers that are no lists are requested again."""
    crawl = begin(items=44, days=11, channels=("china", "stock"))
    assert len(FAULTS) == 11
    crawl.site.faults = {1 + 3 * position: fault for position, fault in enumerate(FAULTS)}
    summary = crawl()
    assert summary["exit"] == 0, crawl.errors
    assert crawl.kept() == keepable(crawl.site)
    assert crawl.rolls() > 22


def test_an_unreadable_list_is_reported(begin: Begin) -> None:
    crawl = begin(items=20, channels=("china", "stock"))
    crawl.site.faults = dict.fromkeys(range(1, 4), "html")
    summary = crawl()
    assert summary["exit"] == 5
    assert summary["failed"] == {"list_unreadable": 1}
    assert [tally.get("reason") for tally in tallies(summary)] == ["list_unreadable", None]
    assert f"china {YESTERDAY}: not balanced" in crawl.errors
    assert crawl.status()["exit"] == 5
    assert crawl()["exit"] == 0
    assert crawl.status()["exit"] == 0


def test_no_readable_list_is_4(begin: Begin) -> None:
    crawl = begin(items=20)
    crawl.site.faults = dict.fromkeys(range(1, 40), "html")
    assert crawl()["exit"] == 4
    crawl.site.faults = {}
    assert crawl()["exit"] == 0
    crawl.site.close()
    assert crawl()["exit"] == 4
    assert "unreachable" in crawl.errors


def test_a_list_that_counts_more_than_it_gives_does_not_balance(begin: Begin) -> None:
    crawl = begin(items=20, channels=("china",))
    crawl.site.overcount = 3
    summary = crawl()
    assert summary["exit"] == 5
    (tally,) = tallies(summary)
    assert (tally["unique"], tally["kept"], tally["missing"], tally["balanced"]) == (20, 20, 3, False)
    assert "the list counts 3 more than it gives" in crawl.errors


@pytest.mark.parametrize("limit", [{"page_cap": 2}, {"total_cap": 120}])
def test_windows_at_a_limit_are_split(begin: Begin, limit: dict[str, int]) -> None:
    crawl = begin(items=300, channels=("china",), videos=0.8, **limit)
    values = yaml.safe_load(crawl.config.read_text(encoding="utf-8"))
    values["roll"]["max_total"] = 120
    crawl.config.write_text(yaml.safe_dump(values), encoding="utf-8")
    summary = crawl()
    assert crawl.kept() == keepable(crawl.site)
    assert summary["exit"] == 0, crawl.errors


def test_later_runs_retry_failures(begin: Begin) -> None:
    crawl = begin(items=20, channels=("china",), missing=0.1)
    crawl()
    failing = [entry for entry in crawl.site.entries if entry.kind == "missing"]
    assert [crawl.site.hits()[entry.docid] for entry in failing] == [1, 1]
    now = datetime.now(BEIJING)
    assert crawl("--now", (now + timedelta(minutes=5)).isoformat())["exit"] == 0
    assert [crawl.site.hits()[entry.docid] for entry in failing] == [1, 1]
    assert crawl("--now", (now + timedelta(minutes=11)).isoformat())["exit"] == 3
    assert [crawl.site.hits()[entry.docid] for entry in failing] == [2, 2]


def test_status_lists_items_that_are_given_up(tmp_path: Path, newscrawl: Run) -> None:
    now = int(time.time())
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        entry = ListedItem("a", "https://finance.sina.com.cn/a.shtml")
        queue.note(connection, 1, "china", "2026-03-01", [entry], now)
        for wait in (0, *RETRIES):
            now += wait
            if wait:
                assert leased(connection, "china", now - 1) == []
            (lease,) = leased(connection, "china", now)
            queue.settle(connection, lease.key, states.failed(lease, "http_404", now))
        assert leased(connection, "china", now + 100 * DAY) == []
    lines = newscrawl("status", tmp_path).stdout.decode()
    assert "given up https://finance.sina.com.cn/a.shtml: http_404, 6 times" in lines
    assert f"newscrawl retry {tmp_path} takes them up again\n" in lines


def test_what_is_given_up_is_fetched_again_after_a_retry(begin: Begin) -> None:
    """By a crawl of the channel, even if the day that named it is long past."""
    crawl = begin(items=12, channels=("china",), broken=0.1)
    broken = next(entry for entry in crawl.site.entries if entry.kind == "broken")
    now = datetime.now(BEIJING)
    for wait in (0, *RETRIES):
        assert "given up" not in crawl.errors
        now += timedelta(seconds=wait + 60)
        crawl("--now", now.isoformat())
    assert f"newscrawl: 1 article given up; newscrawl retry {crawl.archive} takes it up again\n" in crawl.errors
    assert [entry["tries"] for entry in crawl.status()["given_up"]] == [6]
    broken.kind = "article"
    later = ["--since", "1d", "--now", (now + timedelta(days=30)).isoformat()]
    crawl("china", *later)
    assert broken.docid not in crawl.kept()

    done = crawl.run("retry", crawl.archive)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == "newscrawl retry: 1 article will be fetched again (http_500 1)\n"
    assert crawl.run("verify", crawl.archive).returncode == 0
    assert crawl("china", *later)["posts"]["written"] == 1
    assert crawl.kept() == keepable(crawl.site)
    assert crawl.status()["given_up"] == []
    assert crawl.run("retry", crawl.archive).stderr == b"newscrawl retry: nothing to take up\n"


def leased(connection: Connection, channel: str, now: int) -> list[Lease]:
    """What a crawl of a channel leases when its lists are read."""
    return [lease for wanted in queue.due(channel, now) for lease in queue.lease(connection, 1, wanted)]


def test_an_item_of_two_lists_is_retried_in_crawls_of_either(tmp_path: Path) -> None:
    entry, now = ListedItem("a", "https://finance.sina.com.cn/a.shtml"), 1_800_000_000
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        queue.note(connection, 1, "china", "2026-03-01", [entry], now)
        queue.note(connection, 1, "stock", "2026-03-01", [entry], now)
        unfetched, _ = queue.due_elsewhere(["china"], now)
        (lease,) = queue.lease(connection, 1, unfetched)  # listed, and of a day that no run reads any more
        queue.settle(connection, lease.key, states.failed(lease, "http_500", now))
        _, due = queue.due_elsewhere(["world"], now + 11 * MINUTE)
        assert queue.lease(connection, 2, due) == []
        _, due = queue.due_elsewhere(["china"], now + 11 * MINUTE)
        (lease,) = queue.lease(connection, 2, due)
        assert (lease.state, lease.reason, lease.tries) == ("failed", "http_500", 1)


def test_without_since_it_continues_at_the_watermark(begin: Begin) -> None:
    crawl = begin(items=16, days=4, channels=("china",), last=datetime.now(BEIJING).date())
    crawl.span = []
    first = crawl()
    assert len(first["coverage"]["china"]) == 3  # two days back from now
    added = crawl.site.add(2, "china")
    rolls = crawl.rolls()
    second = crawl()
    assert second["posts"]["written"] == 2
    assert {entry.docid for entry in added} <= set(crawl.kept())
    assert crawl.rolls() - rolls <= 2  # from a day before the watermark
    week_later = datetime.now(BEIJING) + timedelta(days=4)
    third = crawl("--now", week_later.isoformat())
    assert len(third["coverage"]["china"]) in (6, 7)  # no day between is left out


def test_a_limit_leaves_the_rest_for_the_next_run(begin: Begin) -> None:
    crawl = begin(items=30)
    limited = crawl("--limit", "7")
    assert (limited["posts"]["written"], limited["exit"]) == (7, 0)
    assert total(limited, "waiting") == 23
    assert crawl()["posts"]["written"] == 23


def test_a_dry_run_estimates_and_writes_nothing(begin: Begin) -> None:
    crawl = begin({"delay": 0.02}, items=150, channels=("china", "stock"))
    estimate = crawl("--dry-run")
    assert not crawl.archive.exists()
    assert not crawl.site.article_requests()
    assert estimate["requests"] == {"lists": 6, "articles": 150}
    assert estimate["minutes"] == round(150 * 0.02 / 60, 1)
    crawl("--limit", "50")
    ledger = (crawl.archive / "ledger.sqlite3").read_bytes()
    assert crawl("--dry-run")["requests"]["articles"] == 100
    assert (crawl.archive / "ledger.sqlite3").read_bytes() == ledger
    assert sorted(path.name for path in crawl.archive.iterdir()) == ["ledger.sqlite3", "manifests", "posts", "warc"]
    lines = crawl.run(*crawl.arguments("--dry-run")[:-1]).stdout.decode().splitlines()
    assert lines[-1].startswith("estimate: 6 list pages + 100 articles")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chna"], "no channel named chna"),
        (["stock-news"], "must be written stock-news:NAME"),
        (["china", "--since", "yesterday"], "neither a day (2026-03-01) nor a time back from now"),
        (["china", "--since", "2026-03-05", "--until", "2026-03-01"], "there is no time between"),
        (["china", "--limit", "-1"], "--limit must not be negative"),
        (["china", "--since", "99999999d"], "neither a day"),
        (["china", "--since", "999999w"], "too far back"),
    ],
)
def test_bad_usage_is_one_line_and_2(newscrawl: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = newscrawl("crawl", *arguments, "-o", "kept")
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "kept").exists()


LISTS: list[dict[str, Any]] = [
    {"name": "page", "label": "p", "kind": "html", "url": "/roll/index.d.html?cid=1686&page={page}",
     "rows": "ul.list_009 li a", "when": r"(?P<month>\d\d)月(?P<day>\d\d)日\s*(?P<hour>\d\d):(?P<minute>\d\d)"},
    {"name": "stocks", "label": "s", "kind": "html", "rows": "div.datelist ul a",
     "url": "/corp/view/vCB_AllNewsStock.php?symbol={argument}", "next": 'div[style*="float:right"] a:last-of-type',
     "when": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\s+(?P<hour>\d\d):(?P<minute>\d\d)"},
    {"name": "feed", "label": "f", "kind": "feed", "url": "/rss.xml"},
    {"name": "map", "label": "m", "kind": "sitemap", "url": "/sitemap.xml"},
]  # fmt: skip


@pytest.mark.parametrize("name", ["page", "stocks:sz300001", "feed", "map"])
def test_other_lists(begin: Begin, name: str) -> None:
    crawl = begin(items=40, days=2, channels=("china",), duplicates=0.1, videos=0.05)
    values = yaml.safe_load(crawl.config.read_text(encoding="utf-8"))
    values["lists"] = [{**listing, "url": crawl.site.base + listing["url"]} for listing in LISTS]
    crawl.config.write_text(yaml.safe_dump(values), encoding="utf-8")
    summary = crawl(name)
    assert summary["exit"] == 0, crawl.errors
    assert crawl.kept() == keepable(crawl.site)
    assert list(summary["coverage"]) == [name]
    assert total(summary, "unique") == settled(summary) >= len(keepable(crawl.site))
    crawl.site.add(3, "china")
    again = crawl(name)
    assert again["posts"] == {"written": 3, "unchanged": 0, "revised": 0}
    assert again["exit"] == crawl.status()["exit"] == 0


def test_a_list_that_is_cut_short_is_reported(begin: Begin) -> None:
    crawl = begin(items=90, days=1, channels=("china",))
    values = yaml.safe_load(crawl.config.read_text(encoding="utf-8"))
    values["lists"] = [{**LISTS[0], "url": crawl.site.base + LISTS[0]["url"], "max_pages": 1}]
    crawl.config.write_text(yaml.safe_dump(values), encoding="utf-8")
    summary = crawl("page")
    assert summary["exit"] == 5
    assert "more than 1 pages; raise max_pages" in crawl.errors
    assert 0 < summary["posts"]["written"] < 90


def test_articles_that_fetch_has_kept_are_known(begin: Begin) -> None:
    crawl = begin(items=12, channels=("china",))
    chosen = crawl.site.entries[:4]
    crawl.run("fetch", *(entry.url for entry in chosen), "--site", crawl.config, "-o", crawl.archive)
    summary = crawl()
    assert (total(summary, "known"), total(summary, "kept")) == (4, 8)
    assert set(crawl.site.hits().values()) == {1}


def test_an_article_whose_date_changes_has_one_post(begin: Begin) -> None:
    crawl = begin(items=6, channels=("china",))
    crawl()
    entry = crawl.site.entries[0]
    serve = crawl.site._article

    def article(docid: str, headers: Mapping[str, str]) -> FakeAnswer:
        answer = serve(docid, {} if docid == entry.docid else headers)
        if docid != entry.docid:
            return answer
        day = YESTERDAY
        before = day - timedelta(days=1)
        page = answer.body.replace(f"{day:%Y-%m-%d}".encode(), f"{before:%Y-%m-%d}".encode())
        page = page.replace(f"{day:%Y年%m月%d日}".encode(), f"{before:%Y年%m月%d日}".encode())
        return FakeAnswer(200, page)

    crawl.site._article = article  # type: ignore[method-assign]
    entry.mtime += 60
    assert crawl()["posts"]["revised"] == 1
    (post,) = (crawl.archive / "posts").rglob(f"*{entry.docid}.md")
    assert post.name.startswith(str(YESTERDAY - timedelta(days=1)))
    assert len(crawl.kept()) == 6


def test_a_stale_channel_is_reported(begin: Begin) -> None:
    crawl = begin(items=20, days=2, channels=("china",), last=datetime.now(BEIJING).date())
    crawl.span = []
    assert crawl()["stale"] == {}
    later = datetime.now(BEIJING) + timedelta(days=5)
    stale = crawl("--now", later.isoformat())["stale"]
    assert stale["china"]["hours"] > 100
    assert "china is stale: nothing since" in crawl.errors
    assert crawl.status()["stale"] == stale


def test_logs_and_metrics_for_machines(begin: Begin, tmp_path: Path) -> None:
    crawl = begin(items=20, missing=0.1)
    summary = crawl("--log-json", "--metrics", str(tmp_path / "newscrawl.prom"))
    events = [json.loads(line) for line in crawl.errors.splitlines()]
    failures = [event for event in events if event["event"] == "failure"]
    assert {event["reason"] for event in failures} == {"http_404"}
    assert all(datetime.fromisoformat(event["time"]).tzinfo for event in events)
    text = (tmp_path / "newscrawl.prom").read_text(encoding="utf-8")
    metrics = {
        (
            sample.name,
            sample.labels.get("channel"),
            sample.labels.get("state") or sample.labels.get("outcome"),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert metrics["newscrawl_run_exit_code", None, None] == summary["exit"] == 3
    assert metrics["newscrawl_run_posts", None, "written"] == 18
    assert (
        sum(value for (name, _, state), value in metrics.items() if (name, state) == ("newscrawl_items", "kept")) == 18
    )


def test_plain_scrapy_does_the_same(begin: Begin) -> None:
    crawl = begin(items=12, last=datetime.now(BEIJING).date())
    command = [sys.executable, "-m", "scrapy", "crawl", "sina_finance", "-a", "channel=china,stock", "-a", "since=2d"]
    command += ["-a", f"site={crawl.config}", "-s", f"NEWSCRAWL_ARCHIVE={crawl.archive}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=200, check=True)
    assert len(crawl.kept()) == 8
    assert b"newscrawl crawl: 8 written" in done.stderr
    assert crawl.status()["exit"] == 0


def test_a_ledger_of_the_first_version_is_migrated(begin: Begin) -> None:
    crawl = begin(items=12, channels=("china",))
    chosen = crawl.site.entries[:3]
    crawl.run("fetch", *(entry.url for entry in chosen), "--site", crawl.config, "-o", crawl.archive)
    ledger = Ledger(crawl.archive)
    with ledger.engine.begin() as connection:
        for statement in DOWNGRADE:
            connection.exec_driver_sql(statement)
    ledger.close()
    summary = crawl()
    assert (total(summary, "known"), total(summary, "kept")) == (3, 9)
    crawl.site.edit(12)
    assert crawl()["posts"]["revised"] == 12
