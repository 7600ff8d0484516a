"""What a crawl makes of answers that are not what they seem: half ones, those of nobody, those of another article."""

import gzip
import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import brotli
import pytest

from tests.conftest import Run
from tests.support.raw import RawServer, Reply, chunks, path_of, raw_server, reply
from tests.support.server import article

PARAGRAPHS = 60
NOON = "2026-03-01T12:00:00+08:00"


def long_article(title: str = "标题") -> bytes:
    paragraphs = "</p><p>".join(f"　　第{number}段，数据{number * 7919}。" for number in range(1, PARAGRAPHS + 1))
    return article(title, paragraphs)


class Site:
    """Crawls of a server into one archive."""

    def __init__(self, server: RawServer, folder: Path, run: Run, **politeness: float | str) -> None:
        self.server, self.run = server, run
        self.config = server.site_file(folder, **politeness)
        self.archive = folder / "kept"
        self.errors = ""

    def crawl(self, now: str = NOON, *more: str) -> dict[str, Any]:
        """Runs a crawl of the day of the articles, and returns its summary."""
        span = ("--since", "2026-03-01", "--until", "2026-03-01")
        done = self.run(
            "crawl", "china", *span, "-o", self.archive, "--site", self.config, "--json", "--now", now, *more
        )
        self.errors = done.stderr.decode()
        summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        assert summary["exit"] == done.returncode
        return summary

    def fetch(self, *numbers: int) -> str:
        """Fetches articles into the archive; returns standard error, with the exit code in the last line."""
        urls = [self.server.base + path_of(number) for number in numbers]
        done = self.run("fetch", *urls, "-o", self.archive, "--site", self.config)
        return f"{done.stderr.decode().replace(self.server.base, '')}exit {done.returncode}"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.archive / "ledger.sqlite3")
        with connection:
            found = connection.execute(query, values).fetchall()
        connection.close()
        return found

    def states(self) -> dict[int, tuple[str, str]]:
        """The state and reason of each item, by its number."""
        return {int(url[-13:-6]): (state, why) for url, state, why in self.rows("SELECT url, state, reason FROM items")}

    def paragraphs(self) -> dict[int, int]:
        """The number of paragraphs of each post, by its article's number."""
        posts = (self.archive / "posts").rglob("*.md")
        return {int(path.stem[-7:]): len(re.findall("第[0-9]+段", path.read_text("utf-8"))) for path in posts}

    def verify(self) -> None:
        done = self.run("verify", self.archive)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()


Begin = Callable[..., Site]


@pytest.fixture
def begin(tmp_path: Path, newscrawl: Run) -> Iterator[Begin]:
    with ExitStack() as stack:

        def start(
            page: Callable[[str, int], Reply], numbers: Any = (), titles: Any = "标题{}".format, **politeness: Any
        ) -> Site:
            server = stack.enter_context(raw_server(page, numbers, titles))
            return Site(server, tmp_path, newscrawl, **politeness)

        yield start


def number_of(path: str) -> int:
    return int(path[-13:-6]) if "/doc-i" in path else 0


# Half answers

PAGE = long_article()
HALF = PAGE[: len(PAGE) // 2]
PACKED = gzip.compress(PAGE)
MEMBERS = gzip.compress(HALF) + gzip.compress(PAGE[len(HALF) :])
CUT: dict[str, bytes] = {
    "gzip": reply(PACKED[: len(PACKED) // 2], Content_Encoding="gzip"),
    "gzip without its checksum": reply(PACKED[:-8], Content_Encoding="gzip"),
    "gzip whose second member is cut": reply(MEMBERS[:-60], Content_Encoding="gzip"),
    "gzip without a length": reply(PACKED[: len(PACKED) // 2], Content_Encoding="gzip", Content_Length=None),
    "deflate": reply(zlib.compress(PAGE)[: len(PACKED) // 2], Content_Encoding="deflate"),
    "br": reply(brotli.compress(PAGE)[:-40], Content_Encoding="br"),
    "fewer bytes than said": reply(HALF, Content_Length=len(PAGE)),
    "no last chunk": reply(chunks(HALF, end=b""), Transfer_Encoding="chunked", Content_Length=None),
    "no length": reply(HALF, Content_Length=None),
    "a part": reply(HALF, "206 Partial Content", Content_Range=f"bytes 0-{len(HALF) - 1}/{len(PAGE)}"),
    "a whole page as a part": reply(PAGE, "206 Partial Content"),
    "a length that fits half a page": reply(HALF),
    "a head without a body": reply(PAGE[:150], Content_Length=None),
    "neither packed nor a page": reply(b"busy", Content_Encoding="gzip"),
}
WHOLE: dict[str, bytes] = {
    "plain": reply(PAGE),
    "gzip": reply(PACKED, Content_Encoding="gzip"),
    "two members": reply(MEMBERS, Content_Encoding="gzip"),
    "more than gzip": reply(PACKED + b"garbage", Content_Encoding="gzip"),
    "gzip that is named and not used": reply(PAGE, Content_Encoding="gzip"),
    "chunks": reply(chunks(PAGE[:700], PAGE[700:]), Transfer_Encoding="chunked", Content_Length=None),
    "no length": reply(PAGE, Content_Length=None),
    "no length, and more than the page": reply(PAGE + b"\n<!-- served by 3 -->", Content_Length=None),
}
NAMES = [*CUT, *WHOLE]


def test_no_half_answer_is_kept_and_all_are_asked_for_again(begin: Begin) -> None:
    answers = [*CUT.values(), *WHOLE.values()]
    healed = False
    site = begin(lambda path, _: reply(PAGE) if healed else answers[number_of(path)], range(len(answers)))
    first = site.crawl()
    broken = {NAMES[number] for number, (state, why) in site.states().items() if (state, why) == ("failed", "broken")}
    assert broken == {*CUT}
    assert site.paragraphs() == dict.fromkeys(range(len(CUT), len(answers)), PARAGRAPHS)
    assert (first["exit"], first["failed"]) == (3, {"broken": len(CUT)})
    assert f"{len(CUT)} will be tried again" in site.errors
    assert re.search(r"doc-iabcdefg0000000.shtml: broken: the answer is cut off within its gzip data\n", site.errors)
    (day,) = first["coverage"]["china"].values()
    assert (day["retrying"], day["balanced"]) == (len(CUT), False)

    healed = True
    second = site.crawl("2026-03-01T12:15:00+08:00")
    assert (second["exit"], second["posts"]["written"]) == (0, len(CUT))
    assert set(site.paragraphs().values()) == {PARAGRAPHS}
    site.verify()


def test_a_fetch_asks_again_at_once_and_then_counts_a_failure(begin: Begin) -> None:
    half = CUT["gzip"]
    site = begin(lambda path, hit: half if hit == 1 or number_of(path) == 2 else reply(PAGE), retries=1)
    assert site.fetch(1, 2).splitlines() == [
        f"newscrawl: {path_of(2)}: broken: the answer is cut off within its gzip data",
        "newscrawl fetch: 1 written, 1 failed (broken 1)",
        "exit 3",
    ]
    assert site.server.hits[path_of(2)] == 2
    assert site.paragraphs() == {1: PARAGRAPHS}


def test_half_a_second_look_does_not_take_the_place_of_a_whole_post(begin: Begin) -> None:
    site = begin(lambda _, hit: reply(PAGE) if hit == 1 else CUT["no length"], [1])
    site.crawl()
    again = site.crawl("2026-03-01T17:00:00+08:00")
    assert (again["failed"], again["posts"]["revised"]) == ({"broken": 1}, 0)
    assert site.paragraphs() == {1: PARAGRAPHS}
    assert site.rows("SELECT count(*) FROM revisions") == [(0,)]
    assert site.states()[1] == ("kept", "broken")


def test_at_the_last_try_half_an_article_is_kept_and_flagged(begin: Begin, newscrawl: Run, tmp_path: Path) -> None:
    half = [CUT[name] for name in ("no length", "gzip", "fewer bytes than said", "no last chunk")] + [reply(HALF)]
    healed = False
    tag = {"ETag": '"1"'}
    site = begin(lambda path, _: reply(PAGE, **tag) if healed else half[number_of(path)], range(5))
    site.crawl()
    assert site.paragraphs() == {}
    site.rows("UPDATE items SET tries = 4, due = 1")
    site.crawl()
    assert site.paragraphs() == {}  # not before the last one
    site.rows("UPDATE items SET tries = 5, due = 1")
    kept = site.crawl()
    assert (kept["posts"]["written"], kept["flagged"], kept["exit"]) == (5, {"cut_off": 5}, 0)
    halves = site.paragraphs()
    assert 0 < min(halves.values()) <= max(halves.values()) < PARAGRAPHS
    assert "the page was cut off each time" in newscrawl("status", site.archive).stdout.decode()
    site.verify()

    # Replay and repair keep half an answer only where the ledger says that it was kept so.
    warcs = sorted((site.archive / "warc").glob("*.warc.gz"))
    own = newscrawl("replay", *warcs, "-o", site.archive, "--site", site.config, "--workers", "1")
    assert own.returncode == 0, own.stderr.decode()
    other = newscrawl("replay", *warcs, "-o", tmp_path / "other", "--site", site.config, "--workers", "1")
    assert b"(broken " in other.stderr
    assert not (tmp_path / "other" / "posts").exists()
    before = {path: path.read_bytes() for path in (site.archive / "posts").rglob("*.md")}
    for path in before:
        path.unlink()
    assert newscrawl("verify", site.archive, "--repair").returncode == 0
    assert {path: path.read_bytes() for path in before} == before

    healed = True
    site.rows("UPDATE items SET due = 1")
    whole = site.crawl()
    assert whole["posts"]["revised"] == 5
    assert set(site.paragraphs().values()) == {PARAGRAPHS}
    assert site.rows("SELECT DISTINCT flags FROM articles") == [("",)]


def test_half_a_saved_page_is_read_and_flagged_and_replaces_no_whole_one(newscrawl: Run, tmp_path: Path) -> None:
    page, archive = tmp_path / "page.html", tmp_path / "kept"
    url = ("--url", f"https://finance.sina.com.cn{path_of(1)}")
    page.write_bytes(HALF)
    half = newscrawl("extract", page, *url, "--format", "jsonl", "--json")
    record, summary = (json.loads(line) for line in half.stdout.splitlines())
    assert 0 < record["article"]["text"].count("段") < PARAGRAPHS
    assert summary["flagged"] == {"cut_off": 1}
    page.write_bytes(PAGE)
    assert newscrawl("extract", page, *url, "-o", archive).returncode == 0
    page.write_bytes(HALF)
    done = newscrawl("extract", page, *url, "-o", archive)
    assert (
        done.stderr.decode().splitlines()[0].endswith("broken: the page is cut off, and the archive holds its article")
    )
    (post,) = (archive / "posts").rglob("*.md")
    assert post.read_text("utf-8").count("段，") == PARAGRAPHS


def test_only_codings_that_every_reader_of_captures_knows_are_asked_for(begin: Begin) -> None:
    site = begin(lambda *_: reply(PAGE))
    site.fetch(1)
    accepted = {line for head in site.server.heads for line in head.split("\r\n") if line.startswith("Accept-Enc")}
    assert accepted == {"Accept-Encoding: gzip, deflate", "Accept-Encoding: identity"}  # the latter for robots.txt


# Charsets


def test_the_charset_of_the_header_is_asked(begin: Begin, newscrawl: Run, tmp_path: Path) -> None:
    title = "臺灣經濟報導：出口增長"

    def page(meta: str) -> str:
        return article(title).decode().replace("_新浪财经_新浪网", "").replace('<meta charset="utf-8">', meta)

    declared, lying, nothing = (page(meta) for meta in ("<meta charset=big5>", "<meta charset=utf-8>", ""))
    pages = {
        1: reply(nothing.encode("big5"), Content_Type="text/html; charset=big5"),
        2: reply(lying.encode("big5"), Content_Type="text/html; charset=Big5"),
        3: reply(declared.encode("big5"), Content_Type="text/html"),
        4: reply(declared.encode("big5"), Content_Type="text/html; charset=iso-8859-1"),
        5: reply(lying.encode(), Content_Type="text/html; charset=big5"),  # it is in UTF-8
    }
    site = begin(lambda path, _: pages[number_of(path)])
    site.fetch(*pages)
    titles = {json.loads(record)["title"] for (record,) in site.rows("SELECT record FROM articles")}
    assert titles == {title}
    warcs = (site.archive / "warc").glob("*.warc.gz")
    again = newscrawl("replay", *warcs, "-o", tmp_path / "again", "--site", site.config, "--workers", "1")
    assert again.returncode == 0
    assert {path.read_bytes() for path in (tmp_path / "again" / "posts").rglob("*.md")} == {
        path.read_bytes() for path in (site.archive / "posts").rglob("*.md")
    }
    shown = newscrawl("explain", site.server.base + path_of(2), "--site", site.config, "--field", "charset")
    assert shown.stdout.decode().splitlines()[:2] == [
        "charset         big5hkscs",
        "  from          Content-Type: the first of those named that fits the bytes",
    ]


# Pages of which nothing says what they are

PASSING = {
    "empty": reply(b""),
    "no content": reply(b"", "204 No Content"),
    "maintenance": reply("<html><title>系统维护</title><body>请稍后再试</body></html>".encode()),
    "challenge": reply(b"<html><script>document.cookie='a=1';location.reload()</script></html>"),
    "captcha": reply("<html><title>安全验证</title><body>请完成验证</body></html>".encode()),
    "an empty container": reply(article(paragraph="").replace("<p>　　</p>".encode(), b"")),
    "no date": reply(article(date="")),
    "no title": reply(article(title="")),
    "json": reply(b'{"error": "busy"}', Content_Type="application/json"),
    "a login": reply(b"", "302 Found", Location="https://login.example/"),
}


def test_a_page_that_nobody_knows_is_tried_again_and_never_balanced(begin: Begin) -> None:
    answers = [pair for name in PASSING for pair in (PASSING[name], reply(article("标题")))]  # no five in a row
    healed = False
    site = begin(lambda path, _: reply(article("标题")) if healed else answers[number_of(path)], range(len(answers)))
    first = site.crawl()
    failed = {number for number, (state, _) in site.states().items() if state == "failed"}
    assert failed == {*range(0, len(answers), 2)}
    assert first["exit"] == 3
    assert "balanced" not in site.errors
    healed = True
    second = site.crawl("2026-03-01T12:15:00+08:00")
    assert (second["exit"], second["posts"]["written"]) == (0, len(PASSING))
    assert "balanced" in site.errors


def test_a_page_that_a_rule_knows_is_final(begin: Begin) -> None:
    page = reply("<html><title>视频_新浪视频</title><div class=video_player></div></html>".encode())
    site = begin(lambda path, _: page if number_of(path) == 1 else reply(PAGE), [1, 2])
    first = site.crawl()
    assert first["failed"] == {"video": 1}
    assert site.states()[1] == ("refused", "video")
    assert site.rows("SELECT due FROM items WHERE state = 'refused'") == [(None,)]
    assert "balanced" in site.errors


def stub(head: str) -> bytes:
    return reply(f"<html><head>{head}</head><body></body></html>".encode())


def test_a_page_that_leads_to_another_is_followed_once(begin: Begin) -> None:
    pages = {
        1: stub(f"<meta http-equiv=Refresh content='0; URL={path_of(9)}'>"),
        2: stub(f'<script>window.location.href="{path_of(9)}";</script>'),
        3: stub(f"<script>location.replace('{path_of(1)}')</script>"),  # to a page that leads on
        4: stub("<meta http-equiv=refresh content='0;url=https://elsewhere.example/'>"),
        5: stub("<meta http-equiv=refresh content='0'>"),  # loads itself
        9: reply(PAGE),
    }
    site = begin(lambda path, _: pages[number_of(path)], [1, 2, 3, 4, 5])
    first = site.crawl()
    assert site.paragraphs() == {9: PARAGRAPHS}
    states = site.states()
    assert {number: state for number, (state, _) in states.items()} == {
        1: "kept", 2: "known", 3: "failed", 4: "failed", 5: "failed"
    } or {states[1][0], states[2][0]} == {"kept", "known"}  # fmt: skip
    assert [states[number][1] for number in (3, 4, 5)] == ["moved", "moved", "unknown_layout"]
    assert first["failed"] == {"moved": 2, "unknown_layout": 1}
    assert "moved: it leads to https://elsewhere.example/" in site.errors


BAN = reply("<html><title>访问受限</title><body>您的访问过于频繁</body></html>".encode())


def test_many_unknown_pages_in_a_row_are_a_ban_or_a_new_design(begin: Begin) -> None:
    asked = 0

    def page(_: str, __: int) -> bytes:
        nonlocal asked
        asked += 1
        return reply(article("标题")) if asked <= 5 else BAN

    site = begin(page, range(30), concurrency=1)
    banned = site.crawl()
    assert banned["exit"] == 4
    assert 5 + 7 <= site.server.articles_asked() <= 5 + 11  # five in a row, and two after pauses; a few in flight
    assert re.search(
        r"newscrawl: stopped: \S+ gives pages that hold no article \(unknown_layout\), \d+ in a row: a ban, or a new design; \S+\.html is",
        site.errors,
    )
    states = [state for state, _ in site.states().values()]
    assert "refused" not in states
    assert states.count("listed") >= 30 - 5 - 11
    (page_kept,) = (site.archive / "unknown-pages").iterdir()
    assert "访问受限" in page_kept.read_text("utf-8")
    site.verify()


def test_a_front_page_instead_of_every_article_says_nothing_about_them(begin: Begin) -> None:
    front = reply("<html><title>财经首页_新浪财经_新浪网</title><ul><li>a</ul></html>".encode())
    site = begin(
        lambda path, _: front if path == "/" else reply(b"", "302 Found", Location="/"), range(16), concurrency=1
    )
    led_away = site.crawl()
    assert (led_away["exit"], {*led_away["failed"]}) == (4, {"moved"})
    assert {state for state, _ in site.states().values()} == {"failed", "listed"}
    assert f"moved: it leads to {site.server.base}/ (index)" in site.errors
    assert site.server.articles_asked() < 16


# Outages


def test_a_host_that_answers_nothing_costs_no_article_a_try(begin: Begin) -> None:
    down = True
    site = begin(lambda *_: None if down else reply(article("标题")), range(12))
    for now in ("2026-03-01T12:00:00+08:00", "2026-03-01T13:00:00+08:00", "2026-03-09T12:00:00+08:00"):
        ended = site.crawl(now)
        assert ended["exit"] != 0
        assert {*ended["failed"]} == {"unreachable"}
        assert site.rows("SELECT max(tries) FROM items") == [(0,)]
        assert site.server.articles_asked() < 12  # five in a row, and those in flight
        assert "no article answered 5 times in a row; the others are left to the next run" in site.errors
        site.server.hits.clear()
    down = False
    healed = site.crawl("2026-03-10T12:00:00+08:00")
    assert (healed["exit"], healed["posts"]["written"]) == (0, 12)


def test_a_page_that_does_not_answer_costs_its_article_a_try_where_its_host_answers(begin: Begin) -> None:
    site = begin(lambda path, _: None if number_of(path) == 5 else reply(article("标题")), range(6), concurrency=1)
    site.crawl()
    assert site.rows("SELECT state, tries FROM items WHERE url LIKE '%0000005.shtml'") == [("failed", 1)]


# The article of another address


def test_an_article_that_comes_under_every_address_is_kept_once(begin: Begin) -> None:
    wrong = article("标题8", url=f"https://finance.sina.com.cn{path_of(8)}")
    healed = False
    site = begin(
        lambda path, _: reply(article(f"标题{number_of(path)}") if healed else wrong), range(1, 9), "标题{}".format
    )
    first = site.crawl()
    assert first["failed"] == {"other_article": 7}
    assert [*site.paragraphs()] == [8]
    assert "other_article: the page is that of https://finance.sina.com.cn" in site.errors
    healed = True
    second = site.crawl("2026-03-01T12:15:00+08:00")
    assert (second["posts"]["written"], second["exit"]) == (7, 0)


def test_an_address_left_over_from_a_template_is_not_believed(begin: Begin) -> None:
    page = article("标题3", url=f"https://finance.sina.com.cn{path_of(8)}")
    site = begin(lambda *_: reply(page), [3])
    first = site.crawl()
    assert (first["posts"]["written"], first["flagged"]) == (1, {"other_address": 1})
    assert [*site.paragraphs()] == [3]
