"""A small archive made in this process, with everything that a crawl writes: posts, captures, lists, revisions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from newscrawl.archive.archive import Archive
from newscrawl.archive.captures import page_of
from newscrawl.extraction.page import extract
from newscrawl.ledger import queue, runs
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schema import captures
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import address
from tests.support.server import article

HTML = [("Content-Type", "text/html; charset=utf-8")]
ASKED = [("Host", "finance.sina.com.cn"), ("User-Agent", "newscrawl")]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def url(number: int) -> str:
    return f"https://finance.sina.com.cn/stock/2026-03-01/doc-iabcdefg{number:07}.shtml"


def page(number: int, version: int = 1) -> bytes:
    paragraph = f"第{number}篇，第{version}稿：净利润{number * 7 + version}.5亿元。"
    return article(f"标题{number}", paragraph, url=url(number))


def keep(archive: Archive, number: int, version: int = 1, now: datetime = NOON, *, body: str = "clean") -> str:
    """Stores an article as `fetch` does, and returns the outcome of its post."""
    assert archive.captures
    capture = archive.captures.keep(url(number), 200, HTML, page(number, version), ASKED, now)
    found = extract(page(number, version), url(number))
    found.captures = (capture,)
    return archive.keep(found, now, body=body)[0]


def make_archive(root: Path, articles: int = 8) -> Path:
    """An archive of three days: each day all articles are fetched, and a quarter of them have been edited."""
    site = load_site("sina_finance")
    for day in range(3):
        now = NOON + timedelta(days=day)
        archive = Archive(root, captures=True, zone=site.zone)
        with archive.ledger.transaction() as connection:
            run = runs.begin(connection, "crawl stock", int(now.timestamp()))
            entries = [ListedItem(address(url(number), site).key, url(number)) for number in range(articles)]
            queue.note(connection, run.id, "stock", "2026-03-01", entries, int(now.timestamp()))
        for number in range(articles):
            version = 1 + (day if number % 4 == 0 else 0)
            keep(archive, number, version, now, body="full" if number % 3 == 0 else "clean")
        archive.close(now)
    return root


def bodies(root: Path) -> dict[int, bytes]:
    """The body of each capture of an archive, by its id, as whoever reads captures reads them."""
    with Ledger(root, read_only=True) as ledger:
        with ledger.reading() as connection:
            numbers = [*connection.execute(select(captures.c.id)).scalars()]
        return {number: page_of(root, ledger, number)[1].body for number in numbers}


def warcs(root: Path) -> dict[str, bytes]:
    """The files in the folder of captures, by their paths."""
    paths = (path for path in (root / "warc").rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths)}
