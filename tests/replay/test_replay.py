"""`newscrawl replay`: reads captures again, with any number of workers, from damaged files; `--diff` shows changes."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newscrawl.archive.archive import Archive
from newscrawl.archive.prepared import record_of
from newscrawl.cli.main import main
from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.extraction.page import extract
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site
from newscrawl.warc.records import MAGIC, read_records
from tests.conftest import Run
from tests.support.captured import START, Warc
from tests.support.processes import ROOT
from tests.support.server import Answer, Serve, article

HOST = "https://finance.sina.com.cn"
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def doc(number: int, channel: str = "china") -> str:
    return f"/{channel}/2026-03-01/doc-iabcdefg{number:07}.shtml"


def old_page(number: int, *tails: str) -> bytes:
    links = "".join(f'<a href="/china/20100903/15308600123{tail}.shtml">页</a>' for tail in tails)
    return (
        '<html><head><meta charset="gb2312"><title>长文_新浪财经_新浪网</title></head><body>'
        '<h1 id="artibodyTitle">长文</h1><span id="pub_date">2010年09月03日 15:30</span>'
        f'<div id="artibody"><p>　　第{number}页。</p></div><p>{links}</p></body></html>'
    ).encode("gb18030")


class Result:
    """The result of a command that ran in this process: exit code, standard output and standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def summary(self) -> dict[str, Any]:
        return dict(json.loads(self.out.splitlines()[-1]))


Replay = Callable[..., Result]


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Replay]:
    """Runs the command in this process, in an empty folder; by default with one worker."""
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str | Path, workers: int = 1) -> Result:
        capfd.readouterr()
        code = main(["replay", *map(str, arguments), "--workers", str(workers)])
        return Result(code, *capfd.readouterr())

    yield run
    signal.signal(signal.SIGTERM, before)


def posts(archive: Path) -> dict[str, bytes]:
    return {str(path.relative_to(archive)): path.read_bytes() for path in sorted(archive.glob("posts/**/*.md"))}


def everything(archive: Path) -> dict[str, bytes]:
    """The files of an archive, except those of the ledger."""
    files = {str(path.relative_to(archive)): path for path in archive.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(files.items()) if "ledger." not in name}


def rows(archive: Path, table: str = "articles", columns: str = "*") -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(archive / "ledger.sqlite3")
    try:
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()
    finally:
        connection.close()


def ledger(archive: Path) -> dict[str, list[tuple[Any, ...]]]:
    tables = [name for name, *_ in rows(archive, "sqlite_master", "name, type") if "_" not in name]
    return {str(name): rows(archive, str(name)) for name in tables if name in TABLES}


TABLES = ("articles", "revisions", "files", "rules", "manifests", "items", "captures")


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    """Two WARC files and their site file: new articles, edits, unchanged recrawls, and pages that are no articles."""
    folder = tmp_path_factory.mktemp("years")
    with FakeSite(Plan(items=150, days=2, missing=0.04, soft_missing=0.04)) as fake:
        site = fake.site_file(folder)
        articles = [entry for entry in fake.entries if entry.kind == "article"]
        with Warc(folder / "b-first.warc.gz") as first:
            first.fetch(fake, f"{fake.base}/robots.txt")
            first.fetch(fake, f"{fake.base}/api/roll/get?pageid=155&lid=1686&page=1")
            first.fetch(fake, f"{fake.base}/roll/index.d.html?cid=56592&page=1")
            first.add("https://elsewhere.example/x.html", article())
            known = {entry: first.fetch(fake, entry.url) for entry in fake.entries}
        with Warc(folder / "a-second.warc.gz", START + timedelta(hours=1)) as second:
            for entry in articles[:20]:
                entry.version += 1
                second.fetch(fake, entry.mobile if entry.number % 2 else entry.url)
            for entry in articles[20:30]:
                second.add(entry.url, b"", original=known[entry])
                second.add(entry.url, b"", status=304, original=known[entry])
            for entry in articles[30:33]:
                entry.gone = True
                second.fetch(fake, entry.url)
            articles[0].version += 1
            second.fetch(fake, articles[0].url)
            second.add(articles[40].url, fake.answer("/doc-inowhere0000001.shtml", {}).body)  # a soft 404
    return [folder / "b-first.warc.gz", folder / "a-second.warc.gz"], site


def test_the_number_of_workers_changes_nothing(replay: Replay, years: tuple[list[Path], Path], tmp_path: Path) -> None:
    files, site = years
    one = replay(*files, "-o", "one", "--site", site, "--json")
    two = replay(*reversed(files), files[0], "-o", "two", "--site", site, "--json", workers=2)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    assert ledger(tmp_path / "one") == ledger(tmp_path / "two")
    for done in (one, two):
        assert done.code == done.summary["exit"] == 3  # because of soft 404s
        assert done.summary["posts"] == {"written": 138, "unchanged": 0, "revised": 21}
        assert done.summary["failed"] == {"error": 6}
        assert done.summary["repeated"] == 20
        assert done.summary["gone"] == 1
        skipped = {"http_404": 9, "not_html": 2, "offsite": 1, "other": 1}
        assert done.summary["skipped"] == skipped
        assert done.err.count("doc-i") == 6
    assert len(posts(tmp_path / "two")) == 138
    again = replay(*files, "-o", "two", "--site", site, "--json")
    assert again.summary["posts"] == {"written": 0, "unchanged": 138, "revised": 0}
    assert ledger(tmp_path / "one")["articles"] == ledger(tmp_path / "two")["articles"]
    assert len(rows(tmp_path / "two", "revisions")) == 21


def test_a_batch_is_equivalent_to_storing_one_by_one(
    replay: Replay, years: tuple[list[Path], Path], tmp_path: Path
) -> None:
    files, path = years
    replay(files[0], "-o", "all", "--site", path)
    site = load_site(str(path))
    with Archive(tmp_path / "each", durable=False, zone=site.zone) as archive:
        archive.know(site)
        for record in read_records(files[0]):
            if (
                record.kind == "response"
                and record.status == 200
                and "/doc-i" in record.url
                and len(record.block) > 1000
            ):
                read = extract(record.block, record.url, site)
                now = datetime.fromisoformat(record.date)
                archive.put(record_of(read), lambda read=read: post_of(read), "hexo", "clean", now)  # type: ignore[misc]
        archive.seal(now)
    assert everything(tmp_path / "all") == everything(tmp_path / "each")
    assert ledger(tmp_path / "all") == ledger(tmp_path / "each")


def with_rules(config: Path, **rules: Any) -> Path:
    """A site file with changed rules."""
    other = config.with_name("other-rules.yaml")
    other.write_text(yaml.safe_dump({**yaml.safe_load(config.read_text(encoding="utf-8")), **rules}), encoding="utf-8")
    return other


def test_replay_of_a_fetched_archive(server: Serve, newscrawl: Run, replay: Replay, tmp_path: Path) -> None:
    """A replay into another folder gives the same archive; one into the archive changes only what the rules change."""
    answers = {doc(n): Answer(article(f"第{n}篇", f"利润增长{n}.5%。")) for n in range(1, 6)}
    site = server({**answers})
    config = site.site_file(tmp_path)
    urls = [site.base + path for path in answers]
    newscrawl("fetch", *urls, "-o", "archive", "--site", config)
    answers[doc(2)].body = article("第2篇", "利润增长9.5%。")
    answers[doc(3)].body = article("第3篇", "利润增长3.5%。") + b"<!-- an advertisement -->"
    answers[doc(4)].status = 404
    time.sleep(1)  # articles are kept to the second
    newscrawl("fetch", *urls, "-o", "archive", "--site", config)
    archive = tmp_path / "archive"
    warcs = sorted(archive.glob("warc/*.warc.gz"))
    assert len(warcs) == 2

    done = replay(*warcs, "-o", "copy", "--site", config, "--json")
    assert (done.code, done.summary["posts"]) == (0, {"written": 5, "unchanged": 1, "revised": 1})
    assert done.summary["skipped"] == {"http_404": 3}  # twice robots.txt
    copy = tmp_path / "copy"
    assert posts(copy) == posts(archive)
    columns = "key, url, path, record, evidence, digest, revision, flags"
    assert rows(copy, columns=columns) == rows(archive, columns=columns)
    columns = "key, revision, digest, record"
    assert rows(copy, "revisions", columns) == rows(archive, "revisions", columns)

    before = everything(archive), ledger(archive)
    same = replay(*warcs, "-o", archive, "--site", config, "--diff")
    assert (same.code, same.out) == (0, "5 compared: 5 the same, 0 differ\n")
    assert (everything(archive), ledger(archive)) == before
    done = replay(*warcs, "-o", archive, "--site", config, "--json")
    assert done.summary["posts"]["revised"] == 0
    assert posts(archive) == posts(copy)
    assert ledger(archive)["revisions"] == before[1]["revisions"]
    assert rows(archive, columns="key, captures, payloads, kept") == [
        (key, captures, payloads, kept) for key, *_, kept, _, _, _, _, captures, payloads in before[1]["articles"]
    ]

    config = with_rules(config, boilerplate={"lines": [{"match": "利润增长9", "why": "none of it"}]}, label="别处")
    before = everything(archive), ledger(archive)
    captures = sorted((each.date, each.offset, each.url) for each in read_records(warcs[-1]) if each.status == 200)
    kept = [url for *_, url in captures if "/doc-i" in url and not url.endswith(doc(2))]  # in the order of arrival
    done = replay(*warcs, "-o", archive, "--site", config, "--diff", "--examples", "1", workers=2)
    assert done.code == 3
    assert done.out.splitlines() == [
        "held, but refused now as no_text: 1",
        f"  {site.base}{doc(2)}: no text and no pictures were found",
        "4 compared: 0 the same, 4 differ",
        "  author  4 of 4",
        "author",
        f"  {kept[-1]}: 新浪财经 → 别处",
    ]
    data = replay(*warcs, "-o", archive, "--site", config, "--diff", "--json").summary
    assert data["diff"]["refused"]["no_text"]["articles"] == data["failed"]["no_text"] == 1
    assert data["diff"]["fields"]["author"]["articles"] == 4
    assert [each["new"] for each in data["diff"]["fields"]["author"]["examples"]] == ["别处"] * 3
    assert (everything(archive), ledger(archive)) == before

    done = replay(*warcs, "-o", archive, "--site", config, "--json")
    assert (done.code, done.summary["posts"]) == (3, {"written": 0, "unchanged": 0, "revised": 4})
    assert "author: 别处" in posts(archive)[f"posts/2026/03/01/2026-03-01-abcdefg{1:07}.md"].decode()
    assert len(rows(archive, "revisions")) == 5
    assert (
        replay(*warcs, "-o", archive, "--site", config, "--diff").out.splitlines()[2]
        == "4 compared: 4 the same, 0 differ"
    )


def test_captures_older_than_the_held_article_are_skipped(replay: Replay, tmp_path: Path) -> None:
    for name, text, back in (("new", "新。", 0), ("old", "旧。", 1)):
        with Warc(tmp_path / f"{name}.warc.gz", START - timedelta(days=back)) as warc:
            warc.add(HOST + doc(1), article(paragraph=text))
            warc.add(HOST + doc(2 + back), article(paragraph=text))
    replay("new.warc.gz", "-o", "archive")
    done = replay("old.warc.gz", "-o", "archive", "--diff")
    assert done.out.splitlines() == [
        "read now, but not held: 1",
        f"  {HOST}{doc(3)}",
        "0 compared: 0 the same, 0 differ",
        "held, but in none of these captures: 2",
    ]
    done = replay("old.warc.gz", "-o", "archive", "--json")
    assert done.summary["posts"] == {"written": 1, "unchanged": 0, "revised": 0}
    assert done.summary["skipped"] == {"older": 1}
    assert "新。" in posts(tmp_path / "archive")[f"posts/2026/03/01/2026-03-01-abcdefg{1:07}.md"].decode()
    assert rows(tmp_path / "archive", "revisions") == []
    replay("new.warc.gz", "old.warc.gz", "-o", "both")  # each day as it would have been crawled
    made = sorted(path.name for path in (tmp_path / "both" / "manifests").glob("*.jsonl"))
    assert made == ["2026-02-28.jsonl", "2026-03-01.jsonl"]
    assert main(["verify", "both"]) == 0


def test_a_withdrawn_page_is_not_refused(replay: Replay, tmp_path: Path) -> None:
    with Warc(tmp_path / "a.warc.gz") as warc:
        warc.add(HOST + doc(1), article("一"))
        warc.add(HOST + doc(1), b"<html><title>" + "页面没有找到".encode() + b"</title></html>")
        warc.add(HOST + doc(1), b"<title>" + "IP存在异常访问".encode() + b"</title>")
    done = replay("a.warc.gz", "-o", "archive", "--json")
    assert (done.code, done.summary["gone"], done.summary["skipped"]) == (0, 1, {"turned_away": 1})
    done = replay("a.warc.gz", "-o", "archive", "--diff")
    assert (done.code, done.out) == (0, "1 compared: 1 the same, 0 differ\n")


def test_pages_of_an_old_article_are_joined(replay: Replay, tmp_path: Path) -> None:
    base = f"{HOST}/china/20100903/15308600123"
    with Warc(tmp_path / "a.warc.gz") as warc:
        warc.add(f"{base}.shtml", old_page(1, "", "_2"))
        warc.add(f"{base}_2.shtml", old_page(2, "", "_2", "_3"))
        warc.add(f"{base}_3.shtml", old_page(3, "", "_2", "_3"))
        warc.add(f"{base.replace('600123', '600124')}.shtml", old_page(1, "", "_2").replace(b"600123", b"600124"))
    with Warc(tmp_path / "b.warc.gz", START + timedelta(hours=1)) as warc:
        warc.add(f"{base}.shtml", old_page(1, "", "_2"))  # the same; its second page is not
        warc.add(f"{base}_2.shtml", old_page(22, "", "_2", "_3"))
    done = replay("a.warc.gz", "b.warc.gz", "-o", "archive", "--json")
    assert (done.code, done.summary["posts"]) == (3, {"written": 1, "unchanged": 0, "revised": 1})
    assert done.summary["failed"] == {"page_missing": 1}
    assert "600124_2.shtml: not in these files" in done.err
    (record,), (before,) = (
        [json.loads(row[0]) for row in rows(tmp_path / "archive", table, "record, key")]
        for table in ("articles", "revisions")
    )
    assert before["text"] == "第1页。\n第2页。\n第3页。"
    assert record["text"] == "第1页。\n第22页。\n第3页。"


def foreign(*, together: bool = False) -> bytes:
    """A WARC file of another tool: records of every kind, chunked bodies, revisits of three kinds."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=not together, warc_version="WARC/1.1")

    def write(kind: str, url: str, status: str, headers: list[tuple[str, str]], body: bytes, **about: str) -> None:
        named = {name.replace("_", "-"): value for name, value in about.items()}
        http = StatusAndHeaders(status, headers, protocol="HTTP/1.1", is_http_request=kind == "request")
        record = writer.create_warc_record(
            url, kind, payload=BytesIO(body), length=len(body), warc_headers_dict=named, http_headers=http
        )
        writer.write_record(record)

    html = [("Content-Type", "text/html; charset=UTF-8")]
    packed = gzip.compress(article("压缩"))
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:100], packed[100:])) + b"0\r\n\r\n"
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "other"}))
    write("request", HOST + doc(1), "GET / HTTP/1.1", [], b"")
    encoded = [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
    write("response", f"<{HOST}{doc(1)}>", "200 OK", html + encoded, chunked, WARC_Date="2026-03-01T00:00:01Z")
    write("response", HOST + doc(2), "200 OK", html, article("二"), WARC_Date="2026-03-01T00:00:02Z")
    write("response", HOST + doc(2), "200 OK", html, article("又"), WARC_Date="2026-03-01T00:00:03.5Z")
    write(
        "response",
        HOST + "/pic.jpg",
        "200 OK",
        [("Content-Type", "image/jpeg")],
        b"\xff",
        WARC_Date="2026-03-01T00:00:03Z",
    )
    profile = {"WARC_Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"}
    refers = {"WARC_Refers_To_Target_URI": HOST + doc(2), "WARC_Refers_To_Date": "2026-03-01T00:00:02Z"}
    write("revisit", HOST + doc(2), "200 OK", html, b"", WARC_Date="2026-03-01T00:00:04Z", **profile, **refers)
    digest = next(iter(digests_of(out.getvalue())), "")
    write(
        "revisit",
        HOST + doc(3),
        "200 OK",
        html,
        b"",
        WARC_Date="2026-03-01T00:00:05Z",
        WARC_Payload_Digest=digest,
        **profile,
    )
    lost = "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    write(
        "revisit",
        HOST + doc(4),
        "200 OK",
        html,
        b"",
        WARC_Date="2026-03-01T00:00:06Z",
        WARC_Payload_Digest=lost,
        **profile,
    )
    return gzip.compress(out.getvalue()) if together else out.getvalue()


def digests_of(data: bytes) -> list[str]:
    """The payload digests of the responses of doc 2, the last first."""
    found = [
        record.rec_headers.get_header("WARC-Payload-Digest")
        for record in ArchiveIterator(BytesIO(data))
        if record.rec_type == "response" and record.rec_headers.get_header("WARC-Target-URI") == HOST + doc(2)
    ]
    return found[::-1]


def test_files_of_other_tools(replay: Replay, tmp_path: Path) -> None:
    (tmp_path / "other.warc.gz").write_bytes(foreign())
    done = replay("other.warc.gz", "-o", "archive", "--json")
    assert done.summary["posts"] == {"written": 3, "unchanged": 0, "revised": 2}
    assert done.summary["failed"] == {"body_missing": 1}
    assert done.summary["skipped"] == {"not_html": 1}
    titles = {row[0][-1]: json.loads(row[1])["title"] for row in rows(tmp_path / "archive", columns="key, record")}
    assert titles == {"1": "压缩", "2": "二", "3": "又"}
    assert [row[0] for row in rows(tmp_path / "archive", "revisions", "json_extract(record, '$.title'), revision")] == [
        "二",
        "又",
    ]


def test_files_that_can_only_be_read_from_their_start(replay: Replay, tmp_path: Path) -> None:
    """They give what a file with a gzip member a record gives: posts, revisions, revisits of each kind."""
    plain = gzip.decompress(foreign(together=True))
    (tmp_path / "other.warc.gz").write_bytes(foreign())
    (tmp_path / "stream.warc.gz").write_bytes(gzip.compress(plain))
    (tmp_path / "halves.warc.gz").write_bytes(gzip.compress(plain[:4000]) + gzip.compress(plain[4000:]))
    (tmp_path / "plain.warc").write_bytes(plain)
    usual = replay("other.warc.gz", "-o", "usual", "--json")
    for number, name in enumerate(("stream.warc.gz", "halves.warc.gz", "plain.warc")):
        done = replay(name, "-o", f"a{number}", "--json", workers=1 + number % 2)
        for count in ("posts", "failed", "skipped", "repeated", "gone", "exit"):
            assert done.summary[count] == usual.summary[count]
        assert posts(tmp_path / f"a{number}") == posts(tmp_path / "usual")
        assert replay(name, "-o", f"a{number}", "--diff").out.splitlines()[0] == "3 compared: 3 the same, 0 differ"
    several = replay("other.warc.gz", "plain.warc", "-o", "both", "--json")
    assert several.summary["posts"] == {"written": 3, "unchanged": 0, "revised": 2}


def test_a_damaged_stream_is_used_up_to_the_damage(replay: Replay, tmp_path: Path) -> None:
    packed = gzip.compress(gzip.decompress(foreign(together=True)))
    (tmp_path / "cut.warc.gz").write_bytes(packed[:-200])
    done = replay("cut.warc.gz", "-o", "a", "--json")
    assert done.code == 3
    assert "cut.warc.gz: damaged: at byte 0: cut off; the undamaged rest is used" in done.err
    assert done.summary["failed"]["damaged"] == 1
    assert len(posts(tmp_path / "a")) == 2


def test_other_forms_of_captures_are_named(replay: Replay, tmp_path: Path) -> None:
    for begin, what in ((b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it first"), (b"filedesc://", "an ARC file")):
        (tmp_path / "a.warc").write_bytes(begin + bytes(99))
        done = replay("a.warc", "-o", "a")
        assert done.code == 4
        assert done.err.count("\n") == 2
        assert what in done.err


def test_complete_records_of_a_damaged_file_are_used(
    replay: Replay, years: tuple[list[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, _), site = years
    data = bytearray(first.read_bytes())
    articles = [record for record in read_records(first) if "/doc-i" in record.url and record.status == 200]
    offsets = [record.offset for record in articles]
    # Three bytes of a compressed page can be those that a record begins with: what is left of it is one more damage.
    plain = [each.offset for each in articles if data.find(MAGIC, each.offset + 1, each.offset + each.length) < 0]
    broken = plain[10:40:10]
    for offset in broken:
        data[offset + 300 : offset + 340] = b"\0" * 40
    (tmp_path / "damaged.warc.gz").write_bytes(data[: offsets[-1] + 20])
    done = replay("damaged.warc.gz", "-o", "archive", "--site", site, "--json", workers=2)
    assert done.code == 3
    assert done.summary["failed"]["damaged"] == len(broken) + 1
    lost = len(broken) + 1
    assert done.summary["posts"]["written"] + done.summary["failed"].get("error", 0) == len(offsets) - lost
    assert done.err.count("damaged.warc.gz: damaged: at byte") == 1
    assert f"and in {len(broken)} more places" in done.err
    monkeypatch.setattr("newscrawl.replay.replay.PART", 5000)  # parts end within damage and within records
    in_parts = replay("damaged.warc.gz", "-o", "parts", "--site", site, "--json")
    assert in_parts.summary["failed"] == done.summary["failed"]
    assert ledger(tmp_path / "parts") == ledger(tmp_path / "archive")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such.warc.gz", "-o", "a"], "no such file: no-such.warc.gz"),
        ([".", "-o", "a"], "is a folder; give its files"),
        (["x.warc.gz.open", "-o", "a"], "a run is still writing to x.warc.gz.open"),
        (["x.warc.gz", "-o", "a", "--diff"], "a is no archive"),
        (["x.warc.gz", "-o", "a", "--site", "nowhere"], "no site named nowhere"),
        (["x.warc.gz", "-o", "/proc/nowhere"], "cannot keep an archive"),
        (["x.warc.gz"], "--archive"),
    ],
)
def test_usage_errors_are_one_line(replay: Replay, tmp_path: Path, arguments: list[str], message: str) -> None:
    for name in ("x.warc.gz", "x.warc.gz.open"):
        (tmp_path / name).write_bytes(b"")
    done = replay(*arguments)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert message in done.err


# Interruptions

LONG = 600  # pages


def children(pid: int) -> list[int]:
    found: list[int] = []
    for parent in [pid, *found]:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def readers(pid: int) -> list[int]:
    """The worker processes of a replay, without the resource tracker of multiprocessing."""
    commands = [(child, Path(f"/proc/{child}/cmdline").read_bytes()) for child in children(pid)]
    return [child for child, line in commands if b"spawn_main" in line]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A WARC file whose replay takes some seconds, and its site file."""
    folder = tmp_path_factory.mktemp("long")
    with FakeSite(Plan(items=LONG, days=2)) as fake, Warc(folder / "long.warc.gz") as warc:
        for entry in fake.entries:
            warc.fetch(fake, entry.url)
        return folder / "long.warc.gz", fake.site_file(folder)


@pytest.fixture
def start_replay(long: tuple[Path, Path], tmp_path: Path) -> Callable[[], "subprocess.Popen[bytes]"]:
    """Starts a replay, and returns its process when the first posts are written."""

    def start() -> "subprocess.Popen[bytes]":
        file, site = long
        command: list[str | Path] = [sys.executable, "-m", "newscrawl", "replay", file, "-o", "a", "--site", site]
        command += ["--workers", "2"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        wait_for(lambda: len(readers(process.pid)) == 2 and any((tmp_path / "a" / "posts").glob("*/*/*/*.md")))
        return process

    return start


def test_an_interrupted_replay_leaves_a_consistent_archive(
    start_replay: Callable[[], "subprocess.Popen[bytes]"], long: tuple[Path, Path], replay: Replay, tmp_path: Path
) -> None:
    process = start_replay()
    workers = readers(process.pid)
    assert len(workers) == 2
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    assert "interrupted; the articles read so far are stored" in errors
    assert "Traceback" not in errors
    assert not any(map(alive, workers))
    kept = posts(tmp_path / "a")
    assert 0 < len(kept) < LONG
    assert sorted(path for path, _ in rows(tmp_path / "a", columns="path, key")) == sorted(kept)

    process = start_replay()
    workers = readers(process.pid)
    process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: not any(map(alive, workers)))

    process = start_replay()
    os.kill(readers(process.pid)[0], signal.SIGKILL)
    errors = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 1
    assert "stopped: a worker process was killed" in errors
    assert "Traceback" not in errors

    file, site = long
    assert replay(file, "-o", "a", "--site", site, "-q").code == 0
    kept = posts(tmp_path / "a")
    assert len(kept) == LONG
    assert sorted(path for path, _ in rows(tmp_path / "a", columns="path, key")) == sorted(kept)
