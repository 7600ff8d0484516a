"""`newscrawl browse`: the search database, and Datasette's responses. tests/consumers/check_browse.py uses a browser."""

import asyncio
import gzip
import hashlib
import html
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from newscrawl import extract
from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import SEARCH
from newscrawl.browse.index import update_search
from newscrawl.browse.server import application, close
from newscrawl.cli.main import main
from newscrawl.demo.fake_site.entries import Entry, generate
from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.site import pages
from newscrawl.errors import Refused
from newscrawl.extraction.identity import saved_page_url
from newscrawl.ledger import queue, states
from newscrawl.ledger.model import ListedItem as Listed
from newscrawl.provenance import State
from tests.browse.served import serving
from tests.support.archives import NOON

CHANNELS = ("china", "stock", "world")
DAYS = 4
LAST = date(2026, 3, 9)
SINA = "https://finance.sina.com.cn"
HOSTILE = "<img src=x onerror=alert(1)>“' OR 1=1 --"
WORDS = "中国经济回暖，A股成交额突破1.2万亿元。贵州茅台（600519.SH）的P&G投入增长，GDP看好。"


def entries(items: int = 48) -> list[Entry]:
    """Entries of a generated site, all of them articles."""
    plan = Plan(channels=CHANNELS, days=DAYS, last=LAST, items=items, seed=5)
    found, _ = generate(plan, SINA, int(time.time()))
    return found


def make_archive(root: Path, items: int = 48) -> list[Entry]:
    """Creates an archive of generated and embedded pages with captures; some are edited, withdrawn, hostile or missing."""
    found = entries(items)
    with Archive(root, captures=True) as archive:
        named = [Listed(entry.docid, entry.url, entry.title()) for entry in found[:4]]
        named += [Listed("lost0000001", f"{SINA}/china/2026-03-09/doc-ilost0000001.shtml", "一篇失踪的文章")]
        now = int(NOON.timestamp())
        with archive.ledger.transaction() as connection:
            queue.note(connection, 1, "china", str(LAST), named, now)
            leases = {lease.key: lease for lease in queue.lease(connection, 1, queue.waiting("china", str(LAST)))}
            queue.settle(connection, "lost0000001", states.failed(leases["lost0000001"], "http_404", now))
        for number, entry in enumerate(found):
            page = entry.page(noise=number)
            if number == 5:
                page = page.replace(b"</p>\n", f"</p>\n<p>{WORDS}</p>\n".replace("&", "&amp;").encode(), 1)
            if number == 6:
                page = page.replace(entry.title().encode(), HOSTILE.replace("<", "&lt;").encode())
            keep(archive, page, entry.url, leases.get(entry.docid))
        for entry in found[:2]:
            for version in (2, 3)[: 1 + (entry is found[0])]:
                keep(archive, entry.page(version), entry.url)
        withdrawn = replace(leases[found[3].docid], state=State.KEPT)
        with archive.ledger.transaction() as connection:
            queue.settle(connection, withdrawn.key, states.gone(withdrawn, "http_404", now))
        for page in pages().values():
            keep(archive, page, saved_page_url(page))
    return found


def keep(archive: Archive, page: bytes, url: str, lease: Any = None) -> None:
    """Stores a page as a fetch does, with a compressed capture."""
    try:
        article = extract(page, url)
    except Refused:
        return
    if archive.captures:
        headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("X-Via", "<b>cache</b>")]
        sent = [("Host", "finance.sina.com.cn")]
        article.captures = (archive.captures.keep(url, 200, headers, gzip.compress(page, mtime=0), sent, NOON),)
    article.lease = lease
    if article.published:
        archive.keep(article, NOON)


class Browser:
    """Datasette over an archive, in this process."""

    def __init__(self, root: Path) -> None:
        self.path = root / SEARCH
        update_search(root, self.path)
        self.datasette = application(root, self.path)
        self.runner = asyncio.Runner()

    def close(self) -> None:
        self.runner.close()
        close(self.datasette)

    def get(self, path: str, **parameters: str) -> httpx.Response:
        path = f"{path}?{urlencode(parameters)}" if parameters else path.removeprefix("http://localhost")
        answer: httpx.Response = self.runner.run(self.datasette.client.get(path))
        return answer

    def page(self, path: str, **parameters: str) -> str:
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.text

    def rows(self, **parameters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(
            "/browse/articles.json", _shape="array", _size="max", **parameters
        ).json()
        return found

    def keys(self, query: str, **parameters: str) -> set[str]:
        return {row["key"] for row in self.rows(_search=query, **parameters)}


class Shelf:
    """An archive with its browser, shared by tests that do not change it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entries = make_archive(root, 36)
        self.browser = Browser(root)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    made = Shelf(tmp_path_factory.mktemp("browse") / "archive")
    yield made
    made.browser.close()


SPECIAL = 5  # the entry whose text holds WORDS


@pytest.mark.parametrize(
    "query",
    [
        "经济", "济", "中国经济", "国经", "A股", "a股成交", "GDP", "gdp", "ＧＤＰ", "600519", "600519.SH", "1.2万亿", "P&G", "p&g投入",
        "经济 茅台", "茅台，经济", '"P&G 投入"', "《贵州茅台》",
    ],
)  # fmt: skip
def test_search_finds_words_of_any_length(shelf: Shelf, query: str) -> None:
    assert shelf.browser.keys(query) == {shelf.entries[SPECIAL].docid}


def test_search_finds_the_other_fields(shelf: Shelf) -> None:
    browser, entry = shelf.browser, shelf.entries[SPECIAL]
    assert browser.keys(entry.docid) == {entry.docid}
    assert browser.keys("300999") == browser.keys("sz300999") == browser.keys("白鹭电机") == {"abcdefg0000001"}
    assert entry.docid in browser.keys(entry.title(), channel="新浪财经－国际")
    assert browser.keys(entry.title(), channel="新浪财经－股市").isdisjoint({entry.docid})
    with_source = {row["key"] for row in browser.rows() if row["source"] == "南岭周刊"}
    assert with_source
    assert with_source <= browser.keys("南岭周刊")


@pytest.mark.parametrize("query", ["经济 没有这个词", "經濟", "GD", "60051", "贵州 GDP2", "济经"])
def test_search_finds_nothing_else(shelf: Shelf, query: str) -> None:
    assert shelf.browser.keys(query) == set()


def test_no_query_breaks_the_search(shelf: Shelf) -> None:
    queries = [
        '"',
        '""',
        "*",
        "OR",
        "NOT",
        "经济 OR 股市",
        "NEAR(经, 济)",
        "'",
        "(",
        ")",
        "a AND",
        "title:x",
        "^",
        "-",
        "+",
        "经*",
    ]
    queries += [
        "\x00",
        "\x00经",
        "%",
        "_",
        "\\",
        "<script>",
        "😀",
        "\u3000",
        "经" * 3000,
        "经 " * 500,
        HOSTILE,
        ";--",
        "{",
        "}",
    ]
    answers = {query: shelf.browser.get("/browse/articles", _search=query) for query in queries}
    assert {query[:20]: answer.status_code for query, answer in answers.items() if answer.status_code != 200} == {}
    assert not [
        query for query, answer in answers.items() if "<script>alert" in answer.text or "<img src=x" in answer.text
    ]


def test_facets_count_and_filter(shelf: Shelf) -> None:
    browser = shelf.browser
    rows = browser.rows()
    facets = browser.get("/browse/articles.json").json()["facet_results"]
    assert set(facets) == {"channel", "day", "source", "stocks"}
    found = {name: {each["value"]: each["count"] for each in facet["results"]} for name, facet in facets.items()}
    for name in ("channel", "day", "source"):
        assert found[name] == Counter(row[name] for row in rows), name
    assert found["stocks"] == Counter(stock for row in rows for stock in json.loads(row["stocks"]))
    assert [*found["day"]] == sorted(found["day"], reverse=True)
    for name in facets:
        first = facets[name]["results"][0]
        filtered = browser.get(first["toggle_url"]).json()
        assert filtered["filtered_table_rows_count"] == first["count"]
        same = next(each for each in filtered["facet_results"][name]["results"] if each["value"] == first["value"])
        assert same["selected"]
        assert browser.get(same["toggle_url"]).json()["filtered_table_rows_count"] == len(rows)
    page = browser.page("/browse/articles", _search="增长", _from="2026-03-07", _to="2026-03-08")
    days = re.findall(r"<time>(\d{4}-\d\d-\d\d)", page)
    assert set(days) == {"2026-03-07", "2026-03-08"}
    assert 'name="_from" aria-label="From" value="2026-03-07"' in page


def test_the_newest_articles_come_first_and_every_page_is_reachable(shelf: Shelf) -> None:
    path, shown = "/browse/articles?_size=10", []
    while path:
        page = shelf.browser.page(path)
        shown += re.findall(r'<h3><a href="/browse/articles/([^"]+)"', page)
        following = re.search(r'class="next"><a href="([^"]+)"', page)
        path = html.unescape(following[1]) if following else ""
    rows = sorted(shelf.browser.rows(), key=lambda row: row["published"], reverse=True)
    assert len(shown) == len(set(shown)) == len(rows)
    assert [row["key"] for row in rows] == shown


def test_an_article_links_to_its_page_post_and_capture(shelf: Shelf) -> None:
    browser, entry = shelf.browser, shelf.entries[SPECIAL]
    row = next(row for row in browser.rows() if row["key"] == entry.docid)
    (number,) = json.loads(row["captures"])
    listed, page = browser.page("/browse/articles", _search="经济"), browser.page(f"/browse/articles/{entry.docid}")
    for text in (listed, page):
        assert re.search(rf'rel="noreferrer[^>]*href="{re.escape(entry.url)}"', text)
        assert f'href="/-/post/{row["post"]}"' in text
        assert f'href="/-/capture/{number}"' in text
    assert "中国<mark>经济</mark>回暖" in listed
    assert f"<p>{html.escape(WORDS)}</p>" in page
    assert "published_fake" not in page

    post = (shelf.root / row["post"]).read_bytes()
    assert browser.get(f"/-/file/{row['post']}").content == post
    read = browser.page(f"/-/post/{row['post']}")
    assert html.unescape(read.partition('<pre class="post" lang="zh-CN">')[2].partition("</pre>")[0]) == post.decode()

    shown = browser.page(f"/-/capture/{number}")
    assert '<iframe sandbox title="The page as it was captured"' in shown
    assert "&lt;b&gt;cache&lt;/b&gt;" in shown
    body = browser.get(f"/-/capture/{number}/body")
    assert extract(body.content, entry.url).title == row["title"]
    framed = browser.get(f"/-/capture/{number}/page")
    assert WORDS.replace("&", "&amp;") in framed.text
    for answer in (body, framed, browser.get(f"/-/file/{row['post']}")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "script" not in policy
        assert "unsafe" not in policy


def test_hostile_text_is_escaped(shelf: Shelf) -> None:
    docid = shelf.entries[6].docid
    for path in (
        "/browse/articles?_size=max",
        "/browse/articles?_all=1",
        f"/browse/articles/{docid}",
        "/browse/articles?_search=onerror",
    ):
        page = shelf.browser.page(path)
        assert "<img src=x" not in page
        assert "img src=x" in page.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize(
    "path",
    [
        "ledger.sqlite3", "posts/../ledger.sqlite3", "..%2Fledger.sqlite3", "posts%2F..%2Fledger.sqlite3", "/etc/passwd",
        "%2Fetc%2Fpasswd", "posts/2026/03/09/none.md", "..%252fledger.sqlite3", "posts",
    ],
)  # fmt: skip
def test_nothing_but_posts_is_served(shelf: Shelf, path: str) -> None:
    for way in ("post", "file"):
        answer = shelf.browser.get(f"/-/{way}/{path}")
        assert answer.status_code in (302, 404)
        assert b"SQLite format" not in answer.content


def test_edited_withdrawn_and_missing_articles_are_shown(shelf: Shelf) -> None:
    browser, twice, gone = shelf.browser, shelf.entries[0], shelf.entries[3]
    page = browser.page(f"/browse/articles/{twice.docid}")
    assert page.count('<section class="change">') == 2
    before, now = twice.paragraphs(1), twice.paragraphs(3)
    assert all(
        f"- {html.escape(line)}" in page for line in before if line not in now and line not in twice.paragraphs(2)
    )
    assert "revised 修改 ×2" in browser.page("/browse/articles", _search=twice.docid)
    revisions = browser.get("/browse/revisions.json", _shape="array", _sort="revision", key=twice.docid).json()
    assert [row["revision"] for row in revisions] == [2, 3]
    assert all(row["change"] != "nothing" for row in revisions)
    assert "withdrawn 已撤下" in browser.page(f"/browse/articles/{gone.docid}")
    (failed,) = browser.get("/browse/not_kept.json", _shape="array").json()
    assert (failed["key"], failed["state"], failed["reason"]) == ("lost0000001", "failed", "http_404")
    assert "lost0000001" in browser.page("/browse/not_kept")
    start = browser.page("/")
    assert f"<strong>{len(browser.rows())}</strong> articles" in start
    assert 'name="_search"' in start
    assert "posts/" in browser.page("/browse/articles", _all="1")


def test_the_ledger_is_only_read(shelf: Shelf) -> None:
    ledger = shelf.root / "ledger.sqlite3"
    before = hashlib.sha256(ledger.read_bytes()).digest()
    shelf.browser.page("/browse/articles")
    update_search(shelf.root, shelf.browser.path)
    assert hashlib.sha256(ledger.read_bytes()).digest() == before
    for sql in ("insert into runs (id) values (9)", "drop table runs", "pragma writable_schema=1"):
        assert shelf.browser.get("/browse.json", sql=sql).status_code == 400
    with Archive(shelf.root):  # a run holds the archive
        update_search(shelf.root, shelf.browser.path)
        assert shelf.browser.keys("经济")


def indexed(path: Path) -> int:
    """The number of texts that were ever indexed."""
    with closing(sqlite3.connect(path)) as search:
        return int(search.execute("SELECT max(id) FROM articles_fts_docsize").fetchone()[0])


class Killed(BaseException):
    """Simulates the end of the process."""


class Killer:
    """Ends the indexing at the third article."""

    def expect(self, more: int) -> None:
        self.left = min(more, 3)

    def advance(self) -> None:
        self.left -= 1
        if not self.left:
            raise Killed


def test_the_search_database_is_updated_and_can_be_lost(tmp_path: Path) -> None:
    found = entries(12)
    path = tmp_path / SEARCH
    with Archive(tmp_path) as archive:
        for entry in found[:8]:
            keep(archive, entry.page(), entry.url)
    with pytest.raises(Killed):
        update_search(tmp_path, path, Killer())
    update_search(tmp_path, path)
    assert indexed(path) == 8
    update_search(tmp_path, path)
    assert indexed(path) == 8, "nothing is new, so nothing is indexed"
    whole = path.read_bytes()

    old, new = (set(found[0].paragraphs(version)) for version in (1, 2))
    with Archive(tmp_path) as archive:
        for entry in found[8:]:
            keep(archive, entry.page(), entry.url)
        keep(archive, found[0].page(2).replace(b"</p>\n", "</p>\n<p>罕见词</p>\n".encode(), 1), found[0].url)
    assert old != new
    with pytest.raises(Killed):
        update_search(tmp_path, path, Killer())
    with closing(sqlite3.connect(path)) as search:
        assert search.execute("SELECT count(*) FROM articles").fetchone()[0] == 8, "an update is complete or nothing"
    browser = Browser(tmp_path)
    try:
        assert indexed(path) == 13, "four are new, and one was edited"
        assert browser.keys("罕见词") == {found[0].docid}
        assert len(browser.rows()) == 12
        assert not json.loads(browser.rows(_search="罕见词")[0]["captures"])
        assert "capture 存档" not in browser.page("/browse/articles")
        missing = browser.get("/-/capture/1")
        assert (missing.status_code, "has no capture 1" in missing.text) == (404, True)
        (tmp_path / browser.rows(_search="罕见词")[0]["post"]).unlink()
        gone = browser.get(f"/-/post/{browser.rows(_search='罕见词')[0]['post']}")
        assert (gone.status_code, "cannot be read" in gone.text) == (404, True)
    finally:
        browser.close()

    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as ledger:
        ledger.execute("DELETE FROM articles WHERE key = ?", (found[8].docid,))
        ledger.commit()
    update_search(tmp_path, path)
    with closing(sqlite3.connect(path)) as search:
        assert search.execute("SELECT count(*) FROM articles").fetchone()[0] == 11
    other_format = whole[:60] + (99).to_bytes(4, "big") + whole[64:]
    for damaged in (b"no database at all" * 100, whole[:5000] + b"\xff" * 9000, other_format):
        path.write_bytes(damaged)
        update_search(tmp_path, path)
        with closing(sqlite3.connect(path)) as search:
            assert search.execute("SELECT count(*) FROM articles").fetchone()[0] == 11


def test_revisits_and_lost_captures_are_shown_as_such(tmp_path: Path) -> None:
    page, url = "<p>同一页，说的是同一件事</p>".encode("gb18030"), f"{SINA}/a"
    html_type, sent = [("Content-Type", "text/html; charset=gb2312")], [("Host", "x")]
    with Archive(tmp_path, captures=True) as archive:
        assert archive.captures
        numbers = [
            archive.captures.keep(url, 200, html_type, page, sent, NOON).id,
            archive.captures.keep(url, 200, html_type, page, sent, NOON).id,
            archive.captures.keep(url, 304, [], b"", sent, NOON).id,
            archive.captures.keep(f"{SINA}/b", 200, [("Content-Type", "image/png")], b"\x89PNG", sent, NOON).id,
            archive.captures.keep(
                f"{SINA}/c", 200, [("Content-Type", "application/json")], b'{"a": "<b>"}', sent, NOON
            ).id,
            archive.captures.keep(f"{SINA}/d", 200, [("Content-Encoding", "gzip")], b"no gzip", sent, NOON).id,
            archive.captures.keep(f"{SINA}/e", 404, [], b"", sent, NOON).id,
        ]
        browser = Browser(tmp_path)
        assert "同一页" in browser.get(f"/-/capture/{numbers[0]}/page").text, "while the file is being written"
        browser.close()
    first, again, unchanged, picture, data, broken, nothing = numbers
    browser = Browser(tmp_path)
    try:
        for number in (again, unchanged):
            assert f'its body is that of <a href="/-/capture/{first}">' in browser.page(f"/-/capture/{number}")
            assert "同一页" in browser.get(f"/-/capture/{number}/page").text
        assert browser.get(f"/-/capture/{first}/body").content == page
        assert browser.get(f"/-/capture/{picture}/page").status_code == 404
        assert "save it instead" in browser.page(f"/-/capture/{picture}")
        answer = browser.get(f"/-/capture/{data}/page")
        assert (answer.headers["content-type"], answer.text) == ("text/plain; charset=utf-8", '{"a": "<b>"}')
        assert "the body is not valid gzip" in browser.page(f"/-/capture/{broken}")
        assert "had no body" in browser.page(f"/-/capture/{nothing}")
        (warc,) = (tmp_path / "warc").rglob("*.warc.gz")
        data_before = warc.read_bytes()
        warc.write_bytes(data_before[:400] + b"\0" * 300 + data_before[700:])
        assert "is damaged at byte" in browser.get(f"/-/capture/{first}").text
        warc.unlink()
        for number in numbers:
            lost = browser.get(f"/-/capture/{number}")
            assert (lost.status_code, "is missing" in lost.text) == (404, True)
        assert browser.page("/"), "an archive without articles has a start page, too"
    finally:
        browser.close()


def test_bad_usage_is_one_line(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words, message in (
            ([str(tmp_path)], "is no archive"),
            ([str(shelf.root), "--port", port], f"cannot listen on 127.0.0.1 port {port}: Address already in use"),
            ([str(shelf.root), "--host", "nowhere.invalid", "--port", "0"], "cannot listen on nowhere.invalid"),
            ([str(shelf.root), "--port", "70000"], "65535"),
        ):
            assert main(["browse", *words]) == 2
            errors = capsys.readouterr().err
            assert message in errors
            assert errors.count("\n") == 1, errors
    (tmp_path / "ledger.sqlite3").write_bytes(b"no ledger" * 1000)
    assert main(["browse", str(tmp_path), "--port", "0"]) == 6
    assert "the archive is damaged" in capsys.readouterr().err
    monkeypatch.setattr("newscrawl.browse.index.WAIT", 0.1)
    with closing(sqlite3.connect(shelf.root / SEARCH, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        assert main(["browse", str(shelf.root), "--port", "0"]) == 2
    assert "database is locked; wait for another newscrawl browse" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "newscrawl.browse.server", None)
    assert main(["browse", str(shelf.root)]) == 2
    assert "pip install 'newscrawl[browse]'" in capsys.readouterr().err


def processor_time(pids: list[int]) -> float:
    """The processor time of processes in seconds, which does not depend on the load of the machine."""
    texts = (Path(f"/proc/{pid}/stat").read_text("utf-8") for pid in pids)
    times = [text.rpartition(")")[2].split()[11:13] for text in texts]
    return sum(int(user) + int(system) for user, system in times) / os.sysconf("SC_CLK_TCK")


def test_it_serves_until_it_is_stopped(shelf: Shelf) -> None:
    """SIGTERM ends it also while a long query is running, with the process that runs it."""
    with serving(shelf.root, limit=200_000) as server:
        found = json.loads(server.ask(f"/browse/articles.json?_shape=array&_search={quote('经济')}").body)
        assert [row["key"] for row in found] == [shelf.entries[SPECIAL].docid]
        slow = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
        with socket.create_connection(("127.0.0.1", server.port)) as asking:  # a long query is running
            asking.sendall(f"GET /browse.json?sql={quote(slow)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            pids = server.processes()
            used = processor_time(pids)
            while processor_time(pids) < used + 0.3:
                time.sleep(0.01)
                pids = server.processes()
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=100) == 0
        assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        assert server.process.stderr
        assert server.process.stderr.read() == ""
