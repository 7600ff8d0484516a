"""Each part of newscrawl can be switched off, and what a user then notices. Other parts go on."""

import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.misc import load_object

from newscrawl import settings
from newscrawl.deadline import GRACE
from newscrawl.demo.fake_site.server import FakeSite, Plan
from tests.conftest import ROOT
from tests.support.crawler import stub_crawler
from tests.support.scrapy_runs import environment_of, scrapy
from tests.support.server import Answer, Serve, Server, article

PATH = "/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
SWITCHES = {
    "newscrawl.crawl.extensions.archive.ArchiveExtension": "NEWSCRAWL_ARCHIVE_ENABLED",
    "newscrawl.crawl.extensions.crawl_delay.CrawlDelay": "NEWSCRAWL_CRAWL_DELAY_ENABLED",
    "newscrawl.crawl.extensions.failure_log.FailureLog": "NEWSCRAWL_FAILURE_LOG_ENABLED",
    "newscrawl.crawl.extensions.grace.GraceExtension": "NEWSCRAWL_GRACE_ENABLED",
    "newscrawl.crawl.extensions.log_lines.LogLines": "NEWSCRAWL_LOG_LINES_ENABLED",
    "newscrawl.crawl.extensions.memory.MemoryExtension": "NEWSCRAWL_MEMORY_ENABLED",
    "newscrawl.crawl.extensions.leases.LeaseExtension": "NEWSCRAWL_LEASES_ENABLED",
    "newscrawl.crawl.extensions.outages.OutageExtension": "NEWSCRAWL_OUTAGES_ENABLED",
    "newscrawl.crawl.extensions.soft_ban.SoftBanExtension": "NEWSCRAWL_SOFT_BAN_ENABLED",
    "newscrawl.crawl.extensions.outcomes.OutcomesExtension": "NEWSCRAWL_OUTCOMES_ENABLED",
    "newscrawl.crawl.middlewares.ban.BanMiddleware": "NEWSCRAWL_BAN_ENABLED",
    "newscrawl.crawl.middlewares.clock.ClockMiddleware": "NEWSCRAWL_CLOCK_ENABLED",
    "newscrawl.crawl.middlewares.compression.CompressionMiddleware": "COMPRESSION_ENABLED",
    "newscrawl.crawl.middlewares.offsite.OffsiteMiddleware": "NEWSCRAWL_OFFSITE_ENABLED",
    "newscrawl.crawl.middlewares.redirect.RedirectMiddleware": "REDIRECT_ENABLED",
    "newscrawl.crawl.middlewares.retry_after.RetryAfterMiddleware": "NEWSCRAWL_RETRY_AFTER_ENABLED",
    "newscrawl.crawl.middlewares.robots.RobotsMiddleware": "ROBOTSTXT_OBEY",
    "newscrawl.crawl.middlewares.stop.StopMiddleware": "NEWSCRAWL_STOP_ENABLED",
    "newscrawl.crawl.middlewares.warc.WarcMiddleware": "NEWSCRAWL_CAPTURES",
}


def test_every_part_has_its_switch() -> None:
    parts = {**settings.DOWNLOADER_MIDDLEWARES, **settings.EXTENSIONS}
    assert {path for path in parts if path.startswith("newscrawl.")} == set(SWITCHES)


@pytest.mark.parametrize("path", SWITCHES)
def test_a_part_is_on_unless_its_switch_is_off(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newscrawl.crawl.extensions.grace.create_looping_call", lambda look: look)
    part = load_object(path)
    assert part.from_crawler(stub_crawler())
    with pytest.raises(NotConfigured):
        part.from_crawler(stub_crawler({SWITCHES[path]: False}))


def test_every_switch_is_documented() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    switches = {name for name in vars(settings) if name.startswith("NEWSCRAWL_") and name.endswith("_ENABLED")}
    others = {"NEWSCRAWL_POLITENESS_ENABLED", "NEWSCRAWL_ADDRESSES_ENABLED"}  # which are no parts of Scrapy's
    assert (
        switches == {name for name in SWITCHES.values() if name.endswith("_ENABLED") and "NEWSCRAWL" in name} | others
    )
    assert [name for name in switches if f"| `{name}` |" not in text] == []
    assert all(getattr(settings, name) for name in switches)


class Site:
    """A server, and a run of it with switches that are off."""

    def __init__(self, server: Server, folder: Path, **politeness: float | str) -> None:
        self.server, self.folder = server, folder
        self.config = server.site_file(folder, **politeness)

    def words(self, *off: str, paths: tuple[str, ...] = (PATH.format(1),), base: str = "") -> list[str]:
        urls = " ".join((base or self.server.base) + path for path in paths)
        switches = [word for name in off for word in ("-s", f"{name}=0")]
        return ["crawl", "sina_finance", "-a", f"url={urls}", "-a", f"site={self.config}", *switches]

    def run(self, *off: str, more: tuple[str, ...] = (), **what: Any) -> "subprocess.CompletedProcess[bytes]":
        """Runs a spider, and forgets the requests of the runs before."""
        self.server.hits.clear()
        done = scrapy(self.folder, *self.words(*off, **what), *more)
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    def pages(self) -> list[str]:
        """The pages that were requested."""
        return [path for path in self.server.paths() if path != "/robots.txt"]


def test_offsite_off_fetches_any_host(server: Serve, tmp_path: Path) -> None:
    site = Site(server({PATH.format(1): article()}), tmp_path)
    other = site.server.base.replace("127.0.0.1", "localhost")
    done = site.run(base=other)
    assert (done.returncode, site.server.hits) == (4, [])
    assert b"offsite" in done.stderr
    site.run("NEWSCRAWL_OFFSITE_ENABLED", "NEWSCRAWL_ADDRESSES_ENABLED", base=other)  # it is on this machine
    assert site.server.paths() == ["/robots.txt", PATH.format(1)]  # robots.txt applies there, too


def test_robots_off_fetches_what_it_forbids(server: Serve, tmp_path: Path) -> None:
    site = Site(server({PATH.format(1): article(), "/robots.txt": b"User-agent: *\nDisallow: /"}), tmp_path)
    assert site.run().returncode == 4
    assert site.pages() == []
    assert site.run("ROBOTSTXT_OBEY").returncode == 0
    assert site.server.paths() == [PATH.format(1)]


def test_ban_off_counts_a_ban_as_any_status_and_goes_on(server: Serve, tmp_path: Path) -> None:
    site = Site(server({PATH.format(1): Answer(b"", 429), PATH.format(2): article()}), tmp_path, patience=2)
    paths = (PATH.format(1), PATH.format(1).replace("1.s", "3.s"))
    site.server.answers[paths[1]] = Answer(b"", 429)
    done = site.run(paths=paths)
    assert done.returncode == 4
    assert b"newscrawl/stopped" in done.stderr
    assert b": turned_away: the run was given up before its turn came" in done.stderr
    off = site.run("NEWSCRAWL_BAN_ENABLED", paths=(*paths, PATH.format(2)))
    assert off.returncode == 3
    assert sorted(site.pages()) == sorted((*paths, PATH.format(2)))
    assert off.stderr.count(b": http_429: too many requests") == 2
    assert b"newscrawl/stopped" not in off.stderr


def test_retry_after_off_retries_at_once(server: Serve, tmp_path: Path) -> None:
    waits = Answer(b"", 503, {"Retry-After": "3600"})
    site = Site(server({PATH.format(1): waits}), tmp_path, retries=1)
    assert site.run().returncode == 4
    assert len(site.pages()) == 1
    assert site.run("NEWSCRAWL_RETRY_AFTER_ENABLED").returncode == 4
    assert len(site.pages()) == 2


def test_crawl_delay_off_does_not_wait(server: Serve, tmp_path: Path) -> None:
    delay = 100
    answers: dict[str, Any] = {"/robots.txt": f"User-agent: *\nCrawl-delay: {delay}\n".encode()}
    answers |= {PATH.format(number): article() for number in (1, 2)}
    site = Site(server(answers), tmp_path)
    done = site.run("NEWSCRAWL_CRAWL_DELAY_ENABLED", paths=(PATH.format(1), PATH.format(2)))
    assert done.returncode == 0
    first, second = (moment for moment, path, _ in site.server.hits if path != "/robots.txt")
    assert second - first < delay


@pytest.mark.parametrize("captures", [True, False])
def test_captures_off_writes_none(server: Serve, tmp_path: Path, captures: bool) -> None:
    site = Site(server({PATH.format(1): article()}), tmp_path)
    off = [] if captures else ["NEWSCRAWL_CAPTURES"]
    assert site.run(*off, more=("-a", f"archive={tmp_path / 'kept'}")).returncode == 0
    assert bool(list((tmp_path / "kept").glob("warc/*.warc.gz"))) is captures
    assert len(list((tmp_path / "kept").rglob("*.md"))) == 1


@pytest.mark.parametrize(
    "archive", [("-a", "archive=kept"), ("-s", "NEWSCRAWL_ARCHIVE=kept"), ("-a", "channel=china", "-O", "x.jsonl")]
)
def test_archive_off_ends_a_run_that_needs_one(server: Serve, tmp_path: Path, archive: tuple[str, ...]) -> None:
    site = Site(server({PATH.format(1): article()}), tmp_path)
    done = site.run("NEWSCRAWL_ARCHIVE_ENABLED", more=archive)
    assert (done.returncode, site.server.hits) == (2, [])
    assert b"set NEWSCRAWL_ARCHIVE_ENABLED=True" in done.stderr
    assert not (tmp_path / "kept").exists()


def test_archive_off_prints_articles_as_before(server: Serve, tmp_path: Path) -> None:
    site = Site(server({PATH.format(1): article("标题")}), tmp_path)
    done = site.run("NEWSCRAWL_ARCHIVE_ENABLED")
    assert (done.returncode, "标题" in done.stdout.decode()) == (0, True)


@pytest.mark.parametrize(("off", "code"), [([], 4), (["NEWSCRAWL_OUTCOMES_ENABLED"], 0)])
def test_outcomes_off_ends_with_scrapys_code(server: Serve, tmp_path: Path, off: list[str], code: int) -> None:
    done = Site(server({}), tmp_path).run(*off)
    assert done.returncode == code
    assert (b"newscrawl/exit_code" in done.stderr) is (not off)
    assert b": http_404: the server has no such page" in done.stderr  # the log is another part


@pytest.mark.parametrize("off", [[], ["NEWSCRAWL_FAILURE_LOG_ENABLED"]])
def test_failure_log_off_logs_no_failure(server: Serve, tmp_path: Path, off: list[str]) -> None:
    done = Site(server({}), tmp_path).run(*off)
    assert (done.returncode, b": http_404: " in done.stderr) == (4, not off)


@pytest.mark.parametrize("off", [[], ["NEWSCRAWL_POLITENESS_ENABLED"]])
def test_politeness_off_takes_that_of_the_settings(server: Serve, tmp_path: Path, off: list[str]) -> None:
    site = Site(server({PATH.format(1): article()}), tmp_path, contact="mail@example.org")
    done = site.run(*off)
    assert done.returncode == 0
    agents = {headers["User-Agent"] for _, _, headers in site.server.hits}
    assert [agent.endswith("; mail@example.org)") for agent in agents] == [not off]


@pytest.mark.parametrize("off", [[], ["NEWSCRAWL_STOP_ENABLED"]])
def test_stop_off_sends_what_waits_when_the_run_is_given_up(server: Serve, tmp_path: Path, off: list[str]) -> None:
    """The first capture, of robots.txt, cannot be written: the run is given up while the page waits for its rules."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "warc").write_bytes(b"in the way")
    site = Site(server({PATH.format(1): article()}), tmp_path)
    done = site.run(*off, more=("-a", f"archive={tmp_path / 'kept'}"))
    assert b"the archive cannot be written" in done.stderr
    assert (done.returncode, bool(site.pages())) == (4, bool(off))


@pytest.mark.parametrize("off", [False, True])
def test_leases_off_fetches_failures_again_at_once(tmp_path: Path, off: bool) -> None:
    with FakeSite(Plan(last=date(2026, 3, 1), days=1, items=6, channels=("china",), missing=0.2)) as site:
        (missing,) = (entry for entry in site.entries if entry.kind == "missing")
        words = ["crawl", "sina_finance", "-a", "channel=china", "-a", "since=2026-03-01", "-a", "until=2026-03-01"]
        words += ["-a", f"site={site.site_file(tmp_path)}", "-a", "archive=kept"]
        words += ["-s", f"NEWSCRAWL_LEASES_ENABLED={int(not off)}"]
        for _ in range(2):
            done = scrapy(tmp_path, *words)
            assert b"Traceback" not in done.stderr
        assert site.hits()[missing.docid] == (2 if off else 1)
        assert set(site.hits().values()) == {1, site.hits()[missing.docid]}


def test_grace_off_waits_for_the_requests_in_flight(server: Serve, tmp_path: Path) -> None:
    """With it, `test_a_stopped_run_ends_soon_and_the_next_one_continues` waits for no slow answer."""
    site = Site(server({PATH.format(1): Answer(article("迟到"), wait=2 * GRACE)}), tmp_path)
    command = [sys.executable, "-m", "scrapy", *site.words("NEWSCRAWL_GRACE_ENABLED")]
    environment = environment_of(tmp_path)
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        while not site.pages() and run.poll() is None:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        out, errors = run.communicate(timeout=60)
    assert "迟到" in out.decode(), errors.decode()
    assert run.returncode == 130
