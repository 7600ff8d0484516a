"""A day is balanced only when it was read: in what a run says, its summary, the metrics, the report and `status`."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from newscrawl.report.counts import state
from newscrawl.report.facts import gather
from newscrawl.sites.loader import load_site
from tests.conftest import Run
from tests.support.raw import DAY, TIME, RawServer, Reply, path_of, raw_server, reply
from tests.support.server import article

NOON = "2026-03-01T12:00:00+08:00"
LATER = "2026-03-01T13:00:00+08:00"
BAN = "<html><head><title>拒绝访问</title></head><body>您的IP存在异常访问</body></html>"
Query = dict[str, list[str]]


class Site:
    """Crawls of a server's list into one archive. `says` is standard error of the last one."""

    def __init__(self, server: RawServer, folder: Path, run: Run) -> None:
        self.server, self.folder, self.run = server, folder, run
        self.config = server.site_file(folder, patience=2, timeout=60)  # however busy the machine is
        self.archive, self.metrics = folder / "kept", folder / "metrics.prom"
        self.says = ""

    def crawl(self, *words: str, now: str = NOON, name: str = "china", day: str = DAY) -> dict[str, Any]:
        """Runs a crawl of a day, and returns its summary; without `now` with the machine's clock."""
        clock = ("--now", now) if now else ()
        span = ("--since", day, "--until", day) if day else ()
        done = self.run(
            "crawl", name, *span, *clock, "-o", self.archive, "--site", self.config, "--json", "--metrics", self.metrics,
            *words,
        )  # fmt: skip
        self.says = done.stderr.decode()
        summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {"exit": done.returncode}
        assert summary["exit"] == done.returncode
        return summary

    def states(self, summary: dict[str, Any], day: str = DAY, name: str = "china") -> list[Any]:
        """What the summary, the metrics, the report, `status` and its exit code say of a day."""
        metrics = text_string_to_metric_families(self.metrics.read_text(encoding="utf-8"))
        (unbalanced,) = [metric.samples for metric in metrics if metric.name == "newscrawl_unbalanced_days"]
        facts = gather(self.archive, load_site(str(self.config)), datetime.now(UTC))
        done = self.run("status", self.archive, "--json")
        status = json.loads(done.stdout)
        return [
            summary["coverage"][name][day]["balanced"],
            sum(sample.value for sample in unbalanced),
            state(facts.coverage[name][day]),
            status["coverage"][name][day]["balanced"],
            done.returncode,
        ]

    def status(self) -> str:
        return self.run("status", self.archive).stdout.decode()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.archive / "ledger.sqlite3")
        found = connection.execute(query).fetchall()
        connection.commit()
        connection.close()
        return found

    def kept(self) -> int:
        return len([*(self.archive / "posts").rglob("*.md")])


@pytest.fixture
def begin(tmp_path: Path, newscrawl: Run) -> Iterator[Callable[..., Site]]:
    with ExitStack() as stack:

        def start(numbers: Any = range(3), page: Callable[[str, int], Reply] | None = None) -> Site:
            answer = page or (lambda path, _: reply(article(path[-9:-6], path)))
            return Site(stack.enter_context(raw_server(answer, numbers)), tmp_path, newscrawl)

        yield start


Begin = Callable[..., Site]


@pytest.mark.parametrize("ban", ["403 Forbidden", "200 OK"])
def test_a_list_that_is_refused_is_not_balanced_by_what_earlier_runs_read(begin: Begin, ban: str) -> None:
    site = begin()
    assert site.states(site.crawl()) == [True, 0, "balanced", True, 0]
    site.server.instead = lambda _: reply(BAN.encode(), ban)
    refused = site.crawl(now=LATER)
    assert refused["exit"] == 4
    assert refused["coverage"]["china"][DAY]["reason"] == "list_unread"
    assert site.states(refused) == [False, 1, "not read", False, 5]
    assert "nothing to do" not in site.says
    assert "NOT BALANCED" in site.says
    assert "NOT BALANCED" in site.status()
    assert "the last run was stopped: 127.0.0.1" in site.status()
    site.server.instead = None
    assert site.states(site.crawl(now=LATER)) == [True, 0, "balanced", True, 0]
    assert "stopped" not in site.status()


def test_an_archive_that_was_banned_from_its_first_run_says_so(begin: Begin) -> None:
    site = begin()
    site.server.instead = lambda _: reply(BAN.encode(), "403 Forbidden")
    assert site.states(site.crawl()) == [False, 1, "not read", False, 5]
    assert "0 articles" in site.status()
    assert f"china {DAY}: the list was not read; the next run reads it (list_unread)" in site.status()
    assert "the last run was stopped: 127.0.0.1" in site.status()


def rows_of(server: RawServer, numbers: range, page: int = 1, total: int = 0) -> bytes:
    times = {"ctime": str(TIME), "intime": str(TIME), "mtime": str(TIME)}
    rows = [{"docid": "", "url": server.base + path_of(n), "title": "t", **times} for n in numbers] if page == 1 else []
    return reply(json.dumps({"result": {"total": total or len(numbers), "data": rows}}).encode())


@pytest.mark.parametrize(("day", "total"), [(DAY, 3), ("2016-01-02", 100_321)])
def test_a_list_that_ignores_what_it_was_asked_is_never_balanced(begin: Begin, day: str, total: int) -> None:
    site = begin()
    site.server.instead = lambda query: rows_of(site.server, range(3), int(query["page"][0]), total)
    summary = site.crawl(day=day)
    tally = summary["coverage"]["china"][day]
    assert (summary["exit"], tally["reason"], tally["balanced"]) == (5, "list_elsewhere", False)
    assert (tally["unique"], site.kept()) == ((3, 3) if day == DAY else (0, 0))
    assert site.states(summary, day)[1:] == [1, "not balanced" if day == DAY else "not read", False, 5]
    assert site.server.hits["/api/roll/get"] < 10
    assert "rows of other days" in site.says


def test_a_list_that_is_there_and_empty_is_nothing_to_prove_by(begin: Begin) -> None:
    site = begin()
    site.server.instead = lambda _: rows_of(site.server, range(0))
    summary = site.crawl()
    assert summary["coverage"]["china"][DAY]["empty"]
    assert summary["exit"] == 0
    assert site.states(summary) == [False, 0, "empty", False, 0]
    note = "china: the list is there and empty, and never named an article: there is nothing to prove by"
    assert note in site.says
    assert note in site.status()
    assert "balanced" not in site.says + site.status()


# A list that was named by mistake


def with_list(site: Site, url: str, kind: str = "feed") -> None:
    values = yaml.safe_load(site.config.read_text(encoding="utf-8"))
    values["lists"] = [{"name": "mine", "label": "", "kind": kind, "url": url}]
    site.config.write_text(yaml.safe_dump(values), encoding="utf-8")


def test_a_list_on_a_host_that_may_not_be_fetched_is_refused_before_anything_is_written(begin: Begin) -> None:
    site = begin()
    with_list(site, "https://lists.example/rss.xml")
    assert site.crawl(name="mine")["exit"] == 2
    assert "mine is on a host that may not be fetched: https://lists.example/rss.xml; name it under hosts" in site.says
    assert not site.archive.exists()
    assert site.crawl("--dry-run", name="mine")["exit"] == 2


def test_a_list_that_was_given_up_is_forgotten(begin: Begin) -> None:
    site = begin()
    assert site.crawl()["exit"] == 0
    with_list(site, site.server.base + "/no-feed")
    assert site.crawl(name="mine")["exit"] in (4, 5)
    assert site.run("status", site.archive).returncode == 5
    done = site.run("forget", site.archive, "mine", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        {"command": "forget", "list": "mine", "days": 1, "entries": 0, "items": 0, "kept": 0, "exit": 0},
    )
    assert site.run("status", site.archive).returncode == 0
    assert site.run("verify", site.archive).returncode == 0
    assert site.rows("SELECT task, exit FROM runs ORDER BY id DESC LIMIT 1") == [("forget mine", 0)]
    again = site.run("forget", site.archive, "mine")
    assert (again.returncode, again.stderr.decode().count("\n")) == (2, 1)
    assert "knows no list mine; it knows china" in again.stderr.decode()
    done = site.run("forget", site.archive, "china")
    assert b"china: 1 day forgotten; 3 articles of it stay" in done.stderr
    assert site.kept() == 3
    assert site.crawl()["coverage"]["china"][DAY]["known"] == 3


# The clock


def dated(page: bytes, when: datetime) -> bytes:
    return reply(page, Date=format_datetime(when, usegmt=True))


@pytest.mark.parametrize("off", [timedelta(days=40), timedelta(hours=-5)], ids=str)
def test_a_clock_that_is_far_from_the_first_answers_ends_the_run_with_nothing_written(
    begin: Begin, off: timedelta
) -> None:
    site = begin()
    answer = site.server.answer

    def told(target: str) -> Reply:
        found = answer(target) or b""
        assert isinstance(found, bytes)
        if target == "/robots.txt":  # it tells no time, and must not be written before another answer does
            return found
        date = format_datetime(datetime.now(UTC) - off, usegmt=True)
        return found.replace(b"\r\n", f"\r\nDate: {date}\r\n".encode(), 1)

    site.server.answer = told  # type: ignore[method-assign]
    ended = site.crawl(now="", day="")
    assert ended["exit"] == 4
    assert "this machine's clock says 20" in site.says
    assert "set the clock, or go on with --accept-clock" in site.says
    for table in ("runs", "windows", "items", "watermarks", "captures"):
        assert site.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert site.rows("SELECT count(*) FROM about WHERE name = 'server_time'") == [(0,)]
    fetched = site.run("fetch", site.server.base + path_of(1), "-o", site.archive, "--site", site.config)
    assert fetched.returncode == 4
    assert site.kept() == 0
    assert site.rows("SELECT count(*) FROM captures") == [(0,)]
    assert site.crawl("--accept-clock", now="")["exit"] == 0
    assert site.kept() == 3
    site.server.answer = answer  # type: ignore[method-assign]
    assert site.crawl(now="")["exit"] == 0  # the right clock


def test_a_clock_behind_what_servers_told_is_refused_before_anything_is_asked(begin: Begin) -> None:
    site = begin(page=lambda path, _: dated(article(path[-9:-6], path), datetime.now(UTC)))
    assert site.crawl(now="")["exit"] == 0
    ((told,),) = site.rows("SELECT value FROM about WHERE name = 'server_time'")
    assert abs(int(told) - datetime.now(UTC).timestamp()) < 600
    site.rows(f"UPDATE about SET value = {int(told) + 2 * 86400} WHERE name = 'server_time'")
    asked = site.server.hits.total()
    assert site.crawl(now="")["exit"] == 2
    assert "but a server said 20" in site.says
    assert site.says.count("\n") == 1
    assert site.crawl("--dry-run", now="")["exit"] == 2
    url = site.server.base + path_of(1)
    assert site.run("fetch", url, "-o", site.archive, "--site", site.config).returncode == 2
    assert site.server.hits.total() == asked
    assert site.crawl("--accept-clock", now="")["exit"] == 0
    assert site.rows("SELECT count(*) FROM runs") == [(2,)]
    assert site.crawl(now=NOON)["exit"] == 0  # --now is exempt


def test_a_time_in_a_list_is_remembered_and_one_to_come_is_not(begin: Begin) -> None:
    site = begin()
    site.crawl(now="")
    assert site.rows("SELECT value FROM about WHERE name = 'server_time'") == [(str(TIME),)]
