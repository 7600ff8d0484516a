"""No control of a page, a server, a file name or an argument reaches a terminal, a log, a post or a record."""

import csv
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from newscrawl import extract
from newscrawl.posts.frontmatter import FLAVOURS
from newscrawl.posts.render import post_of
from tests.conftest import ROOT
from tests.support.hostile import (
    EMOJI,
    MARK,
    TRICKS,
    WAYS,
    found_in,
    found_in_json,
    hostile,
    page,
    texts_in,
)
from tests.support.processes import Started
from tests.support.raw import TIME, RawServer, Reply, path_of, raw_server, reply

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
NOON = "2026-03-01T12:00:00+08:00"
TOGETHER = [way for way in WAYS if way not in ("og:title", "og:url", "date", "byline")]  # which one page can hold
UNUSED = {"og:url", "mediaid", "metas of dates", "attributes"}  # their text is in no record
NAME = hostile("页").replace("/", "").replace(":", "")[:60]  # of a file; the rest of the controls is in the second
NAMES = (NAME, "".join(sorted({*hostile("面")} - {*NAME, "/"}))[:60])


def fault(sent: str, did: str, name: str = "controls") -> pytest.MarkDecorator:
    return pytest.mark.fault("terminal", name, sent, did)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(way, marks=fault(f"a page with all of them in its {way}", "none in record, evidence and posts"))
        for way in WAYS
    ],
)
def test_a_page(way: str) -> None:
    """In the record, its evidence, and the posts of all flavours with both bodies."""
    article = extract(page(way), URL)
    record = article.record()
    assert (MARK in json.dumps(record, ensure_ascii=False)) is (way not in UNUSED)
    assert EMOJI in record["text"]
    evidence = {name: each.plain() for name, each in article.evidence.items()}
    assert [name for text in texts_in([record, evidence]) for name in found_in(text)] == []
    for flavour in FLAVOURS:
        for body in ("clean", "full"):
            assert found_in(post_of(article, flavour, body)) == [], (flavour, body)


@dataclass
class World:
    """A folder with hostile files, and what commands printed there."""

    folder: Path

    def run(self, *arguments: str | Path, code: int | None = 0) -> tuple[bytes, bytes]:
        """Runs a command; standard output and error hold no control, whatever it is."""
        with Started([*map(str, arguments)], self.folder) as process:
            out, errors = process.communicate()
        assert code in (None, process.returncode), errors.decode()
        assert b"Traceback" not in errors
        assert b"a bug in" not in errors, errors.decode()
        assert found_in(errors, lines=True) == []
        assert found_in(out.replace(b"\r\n", b"\n")) == []
        return out, errors


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    for name in NAMES:
        (folder / f"{name}.html").write_bytes(b"<!-- " + b"padded " * 5000 + b"-->" + page(*TOGETHER))  # no binary file
    return World(folder)


def titles(_: int) -> str:
    return hostile(MARK)


LOCATION = re.sub("[\r\n\0]", "", hostile("/x")).encode("utf-8").decode("latin-1")


def answer(path: str, _: int) -> Reply:
    """Answers whose every part is hostile; each article is another fault."""
    found = re.search(r"doc-iabcdefg(\d{7})\.", path)
    header = re.sub("[\r\n\0]", "", hostile("v")).encode().decode("latin-1")
    odd: dict[str, str | int | None] = {
        "ETag": f'"{header}"',
        "Last_Modified": header,
        "X_Odd": header,
        "Server": header,
    }
    answers: dict[int, Reply] = {
        1: reply(page(*TOGETHER), f"200 O{header}K", **odd),
        2: reply(b"no", f"404 {header}", **odd),
        3: reply(b"", f"302 {header}", Location=f"ftp://evil.example{LOCATION}"),
        4: reply(b"", "302 Found", Location=f"http://other.example{LOCATION}"),
        5: reply(b"", "302 Found", Location=LOCATION),
        6: reply(page("title"), Content_Type=f"text/html; charset=utf-8{header}"),
        7: reply(page("title").replace(b'charset="utf-8', f'charset="{header}'.encode("latin-1"))),
        8: b"HTTP/1.1 2" + TRICKS.encode() + b"\r\n\r\n",
        9: reply(f'<meta http-equiv="refresh" content="0;url=https://evil.example/{hostile()}">'.encode()),
        10: reply(b"x", Content_Encoding=header),
    }
    return answers[int(found[1])] if found and int(found[1]) in answers else reply(b"", "404 Not Found")


def rows(server: RawServer) -> list[dict[str, Any]]:
    """What the list names: articles, addresses that hold controls, and what is no address."""
    times = {"ctime": str(TIME), "intime": str(TIME), "mtime": str(TIME)}
    urls = [server.base + path_of(number) for number in range(1, 11)]
    urls += [
        f"{server.base}/china/{hostile('x')}.shtml",
        f"https://{hostile('h')}/x",
        hostile("no address"),
        f"javascript:{hostile()}",
    ]
    return [
        {
            "url": url,
            "title": hostile(MARK),
            "docid": f"comos:abcdefg{number:07d}{hostile() if number > 10 else ''}",
            **times,
        }
        for number, url in enumerate(urls, start=1)
    ]


@pytest.fixture(scope="module")
def crawled(world: World) -> Iterator[tuple[World, bytes, bytes]]:
    """A crawl with every line as JSON, the log of Scrapy too; then one of an archive of its own, in plain lines."""
    with raw_server(answer) as server:
        server.robots = reply(f"User-agent: *\nDisallow: /private{hostile()}\nCrawl-delay: 0{hostile()}\n".encode())

        def roll(query: dict[str, list[str]]) -> Reply:
            inside = int(query["etime"][0]) <= TIME < int(query["stime"][0])
            listed = rows(server) if inside and query["page"] == ["1"] else []
            data = {"status": {"code": 0, "msg": hostile()}, "total": len(rows(server)) * inside, "data": listed}
            return reply(json.dumps({"result": data}).encode(), Content_Type="application/json")

        server.instead = roll
        site = server.site_file(world.folder)
        words = ("crawl", "china", "--since", "2026-03-01", "--until", "2026-03-01", "--site", site, "--now", NOON)
        out, errors = world.run(*words, "-o", "kept", "--json", "--log-json", "-v", code=3)
        world.run(*words, "-o", "other", "-v", code=3)
        yield world, out, errors


@fault(
    "a server with them in its reason phrase, headers, redirects, robots.txt, charset and list",
    "every line of `--log-json -v` is JSON without them",
)
def test_a_crawl_in_json(crawled: tuple[World, bytes, bytes]) -> None:
    _, out, errors = crawled
    assert found_in_json(errors) == []
    assert found_in_json(out) == []
    events = [json.loads(line) for line in errors.decode().splitlines()]
    assert {event["event"] for event in events} >= {"failure", "verdict", "log"}
    assert any("\\x1b" in event["message"] for event in events)


@fault("the same, read by a person", "the lines of `-v` show them as escapes")
def test_a_crawl_in_lines(crawled: tuple[World, bytes, bytes]) -> None:
    """The fixture has looked at them, and what is kept is looked at here."""
    world, _, _ = crawled
    for post in (world.folder / "kept").rglob("*.md"):
        assert found_in(post.read_bytes()) == []
    assert [*(world.folder / "kept").rglob("*.md")]


@fault("the same, kept", "no row of the ledger and no manifest holds one; the capture holds what was said")
def test_the_ledger(crawled: tuple[World, bytes, bytes]) -> None:
    world, _, _ = crawled
    for archive in ("kept", "other"):
        root = world.folder / archive
        with sqlite3.connect(root / "ledger.sqlite3") as ledger:
            dump = [*ledger.iterdump()]
            data = [
                json.loads(str(text))
                for table, name in (("articles", "record"), ("articles", "evidence"), ("runs", "summary"))
                for (text,) in ledger.execute(f"SELECT {name} FROM {table}")
            ]
        ledger.close()
        assert [line[:300] for line in dump if line.startswith("INSERT") and found_in(line)] == []
        assert len(data) > 3
        assert [name for text in texts_in(data) for name in found_in(text)] == []
        manifests = [*(root / "manifests").rglob("*.json*")]
        assert {str(found_in_json(path.read_bytes())) for path in manifests} == {"[]"}
    captures = b"".join(gzip.decompress(path.read_bytes()) for path in (world.folder / "kept").rglob("*.warc.gz"))
    assert TRICKS.encode() in captures


@fault("an export of what was kept", "JSON Lines, CSV, RSS, Parquet and posts hold none, and are valid")
def test_exports(crawled: tuple[World, bytes, bytes]) -> None:
    world, _, _ = crawled
    lines, _ = world.run("export", "kept", "-q")
    assert found_in_json(lines.replace("\u2028".encode(), b"").replace("\u2029".encode(), b"")) == []
    table, _ = world.run("export", "kept", "-q", "--format", "csv")
    rows = [*csv.reader(table.decode().splitlines(keepends=True))]
    assert len(rows) - 1 == len(lines.splitlines()) > 0
    world.run("export", "kept", "-q", "--format", "rss")
    world.run("export", "kept", "-q", "-o", "kept.parquet")
    parquet = pq.read_table(world.folder / "kept.parquet")
    assert [name for row in parquet.to_pylist() for text in texts_in(row) for name in found_in(text)] == []
    world.run("export", "kept", "-q", "--format", "posts", "-o", "posts")
    assert [found_in(post.read_bytes()) for post in (world.folder / "posts").rglob("*.md")] == [[]] * (len(rows) - 1)


@fault("files whose names hold them, in `extract`", "posts without them; lines show the name's controls as escapes")
def test_extract(world: World) -> None:
    names = [f"{name}.html" for name in NAMES]
    for form in (("--body", "full"), ("--flavour", "pelican")):
        world.run("extract", *names, f"{hostile('no')[:50]}.html", *form, "--json", code=3)
    out, _ = world.run("extract", *names, hostile("no").replace("/", "")[:50], "--format", "jsonl", code=3)
    assert found_in_json(out) == []
    assert "\\x1b" in json.loads(out.splitlines()[0])["file"]
    out, _ = world.run("extract", names[0], "--format", "json")
    assert [name for text in texts_in(json.loads(out)) for name in found_in(text)] == []


@fault("`explain` of such a page", "the raw values of a page are shown with escapes")
def test_explain(world: World) -> None:
    out, _ = world.run("explain", f"{NAMES[0]}.html")
    assert MARK in out.decode()
    out, _ = world.run("explain", f"{NAMES[0]}.html", "--json")
    assert found_in_json(out) == []
    assert world.run("explain", f"{NAMES[0]}.html", "--field", hostile("f"), code=2)[1].count(b"\n") == 1


@fault("files with such names in the archive's folder", "`verify` names them with escapes, as lines and as JSON")
def test_verify(crawled: tuple[World, bytes, bytes]) -> None:
    world, _, _ = crawled
    root = world.folder / "other"
    day = next((root / "posts").rglob("*.md")).parent
    for name in NAMES:
        (day / f"{name}.md").write_bytes(b"x")
        (root / "warc" / f"{name}.warc.gz").write_bytes(b"x")
        (root / "manifests" / f"{name}.jsonl").write_bytes(b"x")
    out, _ = world.run("verify", "other", code=6)
    assert "\\x1b" in out.decode()
    out, _ = world.run("verify", "other", "--json", code=6)
    assert found_in_json(out) == []
    world.run("verify", "other", "--repair", "-v", code=None)


@fault("`status`, `doctor` and `replay --diff` of such an archive", "lines and JSON without them")
def test_looking_at_an_archive(crawled: tuple[World, bytes, bytes]) -> None:
    world, _, _ = crawled
    assert found_in_json(world.run("status", "kept", "--json", "--revisions", code=3)[0]) == []
    world.run("status", "kept", "--revisions", code=3)
    assert found_in_json(world.run("doctor", "-o", "kept", "--site", hostile("s"), "--json", code=2)[0]) == []
    (warc,) = (world.folder / "kept" / "warc").glob("*.warc.gz")
    hostile_warc = world.folder / f"{NAMES[0]}.warc.gz"
    hostile_warc.write_bytes(warc.read_bytes() + b"\x1f\x8bno")
    words = ("replay", hostile_warc.name, "--site", "site.yaml", "--workers", "1")
    world.run(*words, "-o", "kept", "--diff", code=3)
    out, _ = world.run(*words, "-o", "again", "--json", "-v", code=3)
    assert found_in_json(out) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param((command, *more), code, marks=fault(f"{said} with them in its words", "one line, with escapes"))
        for said, command, more, code in (
            ("`fetch`", "fetch", (f"https://finance.sina.com.cn/{hostile('x')}", f"gopher://{hostile()}"), 2),
            ("`crawl`", "crawl", (hostile("channel"), "-o", "new"), 2),
            ("a command", hostile("command"), (), 2),
            ("`status`", "status", (hostile("nowhere"),), 2),
            ("`export`", "export", ("kept", "--format", hostile()), 2),
            ("`channels`", "channels", ("--site", hostile("site")), 2),
        )
    ],
    ids=("url", "channel", "command", "archive", "format", "site"),
)
def test_arguments(world: World, arguments: tuple[str, ...], code: int) -> None:
    _, errors = world.run(*arguments, code=code)
    assert errors.count(b"\n") == 1


@fault("a site file with them in names and labels", "`channels` shows escapes, and posts have none")
def test_a_site_file(world: World) -> None:
    escaped = json.dumps(hostile("栏"))
    (world.folder / "hostile.yaml").write_text(
        f"extends: sina_finance\nlabel: {escaped}\nchannels:\n  - {{name: {escaped}, label: {escaped}, pageid: 1, lid: 2, paths: [china]}}\n",
        encoding="utf-8",
    )
    world.run("channels", "--site", "hostile.yaml")
    world.run("extract", f"{NAMES[0]}.html", "--site", "hostile.yaml", "--url", URL)


@fault("a line feed with a forged line behind it, in a file's name", "it is shown as `\\x0a` in the same line")
def test_no_line_is_forged(world: World) -> None:
    _, errors = world.run("extract", "a\nnewscrawl: all done\u2028x\r.html", code=4)
    assert errors.decode().splitlines()[0].startswith("newscrawl: a\\x0anewscrawl: all done\\u2028x\\x0d.html: ")


@fault("the same on a terminal, beside a progress bar", "the bar's own sequences alone reach it")
def test_a_terminal(world: World) -> None:
    terminal, other = os.openpty()
    words = [
        sys.executable,
        "-m",
        "newscrawl",
        "extract",
        *(f"{TRICKS.replace('/', '')}{number}" for number in range(4)),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(words, cwd=world.folder, env=environment, stdout=subprocess.PIPE, stderr=other):
        os.close(other)
        shown = b"".join(iter(lambda: read(terminal), b"")).decode()
    os.close(terminal)
    assert "reading" in shown
    assert "\\x1b[31m" in shown
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Zmhl]|\r", "", shown)
    assert found_in(drawn) == []
    assert "\x1b[31m\x1b]" not in shown


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux tells the end so
        return b""


@fault(
    "a bug whose message holds them, with `-v`",
    "its traceback shows them as escapes, without colours",
)
def test_a_bug(world: World) -> None:
    script = world.folder / "bug.py"
    bug = f"def bug(*_, **__):\n    raise RuntimeError({hostile()!r})\n\n"
    patch = (
        "import sys\nfrom newscrawl.cli import main\nsys.modules['newscrawl.cli.extract'].extract = bug\nmain.run()\n"
    )
    script.write_text(bug + patch, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FORCE_COLOR": "1"}
    words = [sys.executable, str(script), "extract", f"{NAMES[0]}.html", "-v"]
    done = subprocess.run(words, cwd=world.folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert found_in(done.stderr, lines=True) == []
    assert b"Traceback" in done.stderr
    assert b"\\x1b[31m" in done.stderr
