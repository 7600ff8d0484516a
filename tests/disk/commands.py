"""Small runs of the commands that change files: what is there before, the command, and what it must leave whole."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from zoneinfo import ZoneInfo

from newscrawl.archive.archive import Archive
from newscrawl.archive.rules import site_text
from newscrawl.archive.terms import Terms
from newscrawl.demo.fake_site.entries import Entry
from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.fake_site.server import FakeSite
from newscrawl.exit_codes import DONE
from newscrawl.extraction.page import extract
from newscrawl.ledger import queue, runs
from newscrawl.ledger.model import ListedItem
from newscrawl.outcomes.summary import Outcomes
from newscrawl.provenance import State
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import address
from tests.disk.calls import Ended, Trial
from tests.support.archives import ASKED, HTML
from tests.support.processes import IMPORTED

YESTERDAY = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
CRAWL = f"crawl china --since {YESTERDAY} --until {YESTERDAY} --site site.yaml --no-progress"
NOON = "2026-03-02T12:00:00+08:00"
LATER = YESTERDAY + timedelta(days=90)  # the month of what is captured now is over
EARLIER = b"as an earlier export wrote it"
KEY = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
"""  # of RFC 8032, 7.1: a secret that all know


class Runner(Protocol):
    """What runs commands."""

    def run(self, trial: Trial) -> Ended: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A small run. `words`: its arguments, of which `{name}` is a URL of the site.

    `whole`: patterns of the files that are as they were before, or as the run leaves them, and never anything else.
    `prepare`: what is done in the folder that all commands have, before this one. `damaged`: it is damaged by that.
    `codes`: how it may end when the disk refuses; `again`: and the run after that. `modules`: what it imports, beside what most commands do.
    """

    name: str
    words: str
    whole: tuple[str, ...] = ("kept/posts/**/*.md",)
    prepare: Callable[["Base"], None] = lambda _: None
    damaged: bool = False
    codes: tuple[int, ...] = (4,)
    again: tuple[int, ...] = (0,)
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """The folder in which all commands begin, with an archive of two articles, of which one has been edited since.

    A third one is new, and a page is gone.
    """

    folder: Path
    site: FakeSite
    runner: Runner

    def run(self, words: str) -> None:
        """Runs a command that prepares another one."""
        done = self.runner.run(Trial(self.arguments(words), str(self.folder), str(self.folder)))
        assert done.code == 0, (words, done)

    def arguments(self, words: str) -> tuple[str, ...]:
        """The arguments of a command, with URLs of the site."""
        edited, new = self.site.entries[0], self.site.entries[-1]
        return tuple(words.format(edited=edited.url, new=new.url).split())


@contextmanager
def base(runner: Runner) -> Iterator[Base]:
    """Yields the folder, whose site answers as long as the block lasts."""
    plan = Plan(last=YESTERDAY, days=1, items=3, channels=("china",), missing=1 / 3, validators=0)
    with TemporaryDirectory(prefix="newscrawl-disk-") as name, FakeSite(plan) as site:
        folder = Path(name)
        file = site.site_file(folder).rename(folder / "site.yaml")
        (folder / "key.pem").write_text(KEY)
        (folder / "key.pem").chmod(0o600)
        make_archive(folder / "kept", site.entries, file)
        [edited], [new] = site.edit(1), site.add(1, "china")
        make_archive(folder / "later", [edited, new], file)
        [captures] = (folder / "later/warc").iterdir()
        captures.rename(folder / "captures.warc.gz")
        shutil.rmtree(folder / "later")
        yield Base(folder, site, runner)


def make_archive(root: Path, entries: Sequence[Entry], file: Path) -> None:
    """An archive as a crawl of one list leaves it, made in this process."""
    now = datetime.now(UTC)
    instant = int(now.timestamp())
    site = load_site(str(file))
    keys = {entry.docid: address(entry.url, site).key for entry in entries}
    with Archive(root, captures=True, zone=site.zone, terms=Terms(file.name, site_text(site))) as archive:
        assert archive.captures
        with archive.ledger.transaction() as connection:
            run = runs.begin(connection, "crawl china", instant)
            listed = [ListedItem(keys[entry.docid], entry.url) for entry in entries]
            queue.note(connection, run.id, "china", str(YESTERDAY), listed, instant)
        for entry in entries:
            found = None if entry.kind != "article" else extract(entry.page(), entry.url, site)
            status, page = (200, entry.page()) if found else (404, b"gone")
            capture = archive.captures.keep(entry.url, status, HTML, page, ASKED, now)
            if found:
                found.captures = (capture,)
                archive.keep(found, now)
            else:
                with archive.ledger.transaction() as connection:
                    queue.settle(
                        connection, keys[entry.docid], {"state": State.REFUSED, "reason": "http_404", "looked": instant}
                    )
        with archive.ledger.transaction() as connection:
            runs.end(connection, run, DONE, Outcomes("crawl").summary(), instant)


def exported_before(base: Base) -> None:
    """There is an earlier file, and a folder of posts of which one has changed."""
    (base.folder / "out").mkdir()
    (base.folder / "out/kept.jsonl").write_bytes(EARLIER)
    (base.folder / "report.html").write_bytes(EARLIER)
    base.run("export kept --format posts -o blog --flavour hugo")
    next((base.folder / "blog").rglob("*.md")).write_bytes(EARLIER)


def damage(base: Base) -> None:
    """A post and the rules are gone, a file is of nobody, and the ledger has lost an article and its captures."""
    kept = base.folder / "kept"
    next((kept / "posts").rglob("*.md")).unlink()
    next((kept / "manifests/rules").iterdir()).unlink()
    (kept / "posts/of-nobody.txt").write_text("of nobody")
    with closing(sqlite3.connect(kept / "ledger.sqlite3")) as ledger, ledger:
        ledger.execute("DELETE FROM articles WHERE key = (SELECT max(key) FROM articles)")
        ledger.execute("DELETE FROM captures WHERE id = (SELECT max(id) FROM captures)")


def fetched_twice(base: Base) -> None:
    """There is a second WARC file."""
    base.run("fetch {new} -o kept --site site.yaml --no-progress -q")


SCRAPY = tuple(IMPORTED)
MOVE = f"archive-captures kept --before {LATER} --to old --now {LATER}T12:00:00Z --no-progress"
JOIN = f"archive-captures kept --join {{}} --now {LATER}T12:00:00Z --no-progress"
CAPTURES = ("newscrawl.archive.joining", "newscrawl.archive.places")
EXPORT = ("newscrawl.export.choice", "newscrawl.export.formats", "newscrawl.export.posts")
COMMANDS = {
    command.name: command
    for command in (
        Command("crawl", f"{CRAWL} -o kept", modules=SCRAPY),
        Command("fetch", "fetch {edited} {new} -o kept --site site.yaml --no-progress", modules=SCRAPY),
        Command("replay", "replay captures.warc.gz -o kept --workers 1 --site site.yaml --no-progress", modules=("newscrawl.cli.replay_run",)),
        Command("export", "export kept -o out/kept.jsonl", ("out/*",), exported_before, modules=EXPORT),
        Command("export-posts", "export kept --format posts -o blog --flavour hugo", ("blog/**/*",), exported_before, codes=(3, 4), modules=EXPORT),
        Command("repair", "verify kept --repair", prepare=damage, damaged=True, modules=("newscrawl.integrity.repair",)),
        Command("sign", "sign kept --key key.pem", ("kept/manifests/*.sig",), modules=("newscrawl.archive.signing",)),
        Command("browse", "browse kept --port 0 --no-progress", (), modules=("newscrawl.browse.server",)),
        Command("report", f"report kept -o report.html --now {NOON}", ("report.html",), exported_before, modules=("newscrawl.report.page",)),
        Command("retry", "retry kept"),
        Command("forget", "forget kept china", again=(0, 2)),
        Command("move", MOVE, ("kept/posts/**/*.md", "old/**/*.gz"), fetched_twice, codes=(3, 4), modules=CAPTURES),
        Command("join", JOIN.format(f"{datetime.now(UTC):%Y-%m}"), prepare=fetched_twice, modules=CAPTURES),
    )
}  # fmt: skip
