"""Captures: responses are stored as received, and other programs can read the WARC files."""

import gzip
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from newscrawl.archive.archive import Archive
from newscrawl.archive.captures import Captures, page_of
from newscrawl.errors import DamagedRecord
from newscrawl.integrity.check import check
from newscrawl.ledger.ledger import Ledger
from newscrawl.warc.records import read_records
from newscrawl.warc.scan import whole_records
from tests.conftest import ROOT, Run
from tests.support.archives import HTML, NOON, keep, make_archive, page, url
from tests.support.server import Answer, Serve, article


def rows(archive: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as connection:
        return connection.execute(query).fetchall()


def records(archive: Path) -> list[Any]:
    return [each for path in sorted((archive / "warc").rglob("*.warc.gz")) for each in read_records(path)]


def test_responses_are_stored_as_received(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    """Compressed, redirected and missing pages and robots.txt, each with its request; a repeated one is a revisit."""
    doc, moved, gone = (f"/china/2026-03-01/doc-iabcdefg000000{n}.shtml" for n in (1, 2, 3))
    body = gzip.compress(article("压缩的"))
    site = server(
        {
            "/robots.txt": b"User-agent: *\nAllow: /\n",
            doc: Answer(body, headers={"Content-Encoding": "gzip", "X-Served-By": "甲".encode().decode("latin-1")}),
            moved: Answer(b"", 302, {"Location": doc}),
            gone: Answer(b"nothing", 404),
        }
    )
    call = (
        "fetch",
        *(site.base + path for path in (doc, moved, gone)),
        "--site",
        site.site_file(tmp_path),
        "-o",
        "kept",
    )
    for _ in range(2):
        assert newscrawl(*call).returncode == 3
    archive = tmp_path / "kept"
    paths = sorted((archive / "warc").glob("*"))
    assert len(paths) == 2
    assert all(path.name.endswith(".warc.gz") for path in paths)
    stored = records(archive)
    first = next(each for each in stored if each.kind == "response" and each.url == site.base + doc)
    assert first.block == body
    assert first.header("content-encoding") == "gzip"
    assert {(each.url.removeprefix(site.base), each.status) for each in stored if each.kind == "response"} == {
        ("/robots.txt", 200), (doc, 200), (moved, 302), (gone, 404),
    }  # fmt: skip
    revisits = [each for each in stored if each.kind == "revisit"]
    assert {each.url.removeprefix(site.base) for each in revisits} == {"/robots.txt", doc}
    assert all(not each.block and each.refers_to[0] for each in revisits)
    requests = [each for each in stored if each.kind == "request"]
    assert len(requests) == sum(each.answers for each in stored)
    assert {each.header("Host") for each in requests} == {f"127.0.0.1:{site.port}"}
    assert all("newscrawl" in each.header("User-Agent") for each in requests)

    # warcio and FastWARC read the same records.
    for path in paths:
        with path.open("rb") as file:
            by_warcio = [
                (each.rec_type, each.rec_headers["WARC-Target-URI"])
                for each in ArchiveIterator(file, check_digests="raise")
            ]
        with path.open("rb") as file:
            by_fastwarc = [
                (each.record_type, each.record_id, each.verify_block_digest())
                for each in FastIterator(file, record_types=WarcRecordType.any_type, parse_http=False)
            ]
        assert by_warcio[0][0] == "warcinfo"
        assert len(by_warcio) == len(by_fastwarc) == len([*read_records(path)])
        assert all(intact for *_, intact in by_fastwarc[1:])

    # The ledger gives the position of each record.
    ((captures,),) = rows(archive, "SELECT captures FROM articles")
    ((name, offset),) = rows(archive, f"SELECT file, offset FROM captures WHERE id = {captures}")
    with Ledger(archive, read_only=True) as ledger:
        record, answer = page_of(archive, ledger, int(captures))
    assert (record.offset, archive / name in paths) == (offset, True)
    assert answer.body == article("压缩的")

    assert newscrawl(*call[:-1], "bare", "--no-captures").returncode == 3
    assert not (tmp_path / "bare" / "warc").exists()


def test_recovery_from_a_killed_run(tmp_path: Path) -> None:
    """The open file is truncated after its last complete record, and a record without a row gets one."""
    program = (
        "import os, signal; from pathlib import Path; from newscrawl.archive.archive import Archive; from tests.support.archives import *\n"
        "archive = Archive(Path('kept'), captures=True)\n"
        "for number in range(5): keep(archive, number)\n"
        "archive.captures.file.write(b'\\x1f\\x8b\\x08 half a record')\n"
        "connection = archive.ledger.engine.connect(); connection.exec_driver_sql('DELETE FROM captures WHERE id = 5'); connection.commit()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL
    archive = tmp_path / "kept"
    assert [path.suffix for path in (archive / "warc").iterdir()] == [".open"]
    with Ledger(archive, read_only=True) as ledger:
        assert page_of(archive, ledger, 4)[1].body == page(3)  # readable before the recovery
    Archive(archive).close(NOON)
    (path,) = (archive / "warc").iterdir()
    assert path.suffix == ".gz"
    assert sum(each.answers for each in read_records(path)) == 5
    assert rows(archive, "SELECT count(*) FROM captures") == [(5,)]
    assert rows(archive, "SELECT size FROM files WHERE path LIKE 'warc%'") == [(path.stat().st_size,)]


def test_files_are_rolled_and_revisits_refer_across_files(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        captures = Captures(tmp_path, archive.ledger, rolled=2000)
        for _ in range(2):
            for number in range(6):
                captures.keep(url(number), 200, HTML, page(number), [], NOON)
        not_modified = captures.keep(url(0), 304, [("ETag", '"1"')], b"", [], NOON)
        unknown = captures.keep(url(9), 304, [], b"", [], NOON)
        captures.close()
        assert page_of(tmp_path, archive.ledger, not_modified.id)[1].body == page(0)
        assert page_of(tmp_path, archive.ledger, 8)[1].body == page(1)
        assert page_of(tmp_path, archive.ledger, unknown.id)[1].body == b""
        with pytest.raises(LookupError):
            page_of(tmp_path, archive.ledger, 99)
    paths = sorted((tmp_path / "warc").iterdir())
    assert len(paths) > 2
    kinds = [record.kind for path in paths for record in read_records(path)]
    assert kinds.count("response") == 7
    assert kinds.count("revisit") == 7
    assert {kind for path in paths for kind in [next(iter(read_records(path))).kind]} == {"warcinfo"}


def test_a_post_is_written_again_only_when_its_article_changed(tmp_path: Path) -> None:
    with Archive(tmp_path, captures=True) as archive:
        assert keep(archive, 1) == "written"
        archive.placement.place()
        (path,) = (tmp_path / "posts").rglob("*.md")
        written = path.stat().st_mtime_ns
        assert keep(archive, 1) == "unchanged"
        assert keep(archive, 1, body="full") == "unchanged"  # the article is the same, so its file stays as it is
        assert path.stat().st_mtime_ns == written
        assert keep(archive, 1, version=2) == "revised"
        archive.placement.place()
        path.write_bytes(b"damaged")
        assert keep(archive, 1, version=2) == "revised"  # the damaged post is restored
        archive.placement.place()
        assert b"damaged" not in path.read_bytes()
        path.unlink()
        keep(archive, 1, version=2)
    assert path.exists()


def test_complete_records_survive_in_a_damaged_file(tmp_path: Path) -> None:
    make_archive(tmp_path, articles=4)
    path = min((tmp_path / "warc").iterdir())
    records = [*read_records(path)]
    data = bytearray(path.read_bytes())
    data[records[3].offset + 30] ^= 4
    path.write_bytes(data[:-5])
    with pytest.raises(DamagedRecord):
        [*read_records(path)]
    assert [each.id for each in whole_records(path)] == [
        each.id for each in records if each.offset not in (records[3].offset, records[-1].offset)
    ]


def test_unusual_responses_are_stored(tmp_path: Path) -> None:
    strange = [("X-空", "甲"), ("X-Ä", "ä"), ("Empty", "")]
    with Archive(tmp_path, captures=True) as archive:
        assert archive.captures
        for status, body in ((999, b"?"), (599, b"?"), (204, b""), (200, bytes(range(256)) * 2000)):
            kept = archive.captures.keep(f"https://a/{status}?{'x' * 9000}", status, strange, body, strange, NOON)
            record, answer = page_of(tmp_path, archive.ledger, kept.id)
            assert (record.status, answer.body) == (status, body)
    assert [*check(tmp_path).damages] == []


@pytest.mark.fault(
    "terminal",
    "controls",
    "an answer whose headers hold them, and other bytes that are not ASCII",
    "the capture holds them byte for byte",
)
def test_the_head_of_a_capture_is_as_received(tmp_path: Path) -> None:
    odd = bytes({*range(1, 256)} - {*b"\r\n"}).decode("latin-1")
    with Archive(tmp_path / "kept", captures=True) as archive:
        assert archive.captures
        headers = [("Content-Type", f"text/html; charset=utf-8{odd}"), ("X-Odd", odd)]
        archive.captures.keep(url(1), 200, headers, page(1), [("Host", "a.example")], NOON)
    (warc,) = (tmp_path / "kept" / "warc").rglob("*.warc.gz")  # its month is over
    assert f"Content-Type: text/html; charset=utf-8{odd}\r\nX-Odd: {odd}\r\n".encode("latin-1") in gzip.decompress(
        warc.read_bytes()
    )
    assert check(tmp_path / "kept").damages == ()
    (mime,) = rows(tmp_path / "kept", "SELECT mime FROM captures")
    assert mime == ("text/html",)
    assert [record.status for record in records(tmp_path / "kept") if record.kind == "response"] == [200]
