"""What a record of a WARC file is for a replay: a capture, or a word that it is counted under."""

import gzip
from pathlib import Path

import pytest

from newscrawl.replay.scan import Found, Piece, microseconds, scan_part, scan_stream
from newscrawl.sites.loader import load_site
from newscrawl.warc.records import read_record
from tests.support.server import article

SITE = load_site("sina_finance")
URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def record(kind: str, url: str = URL, media: str = "text/html", block: bytes = b"<p>") -> bytes:
    fields = (
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        "WARC-Date: 2026-03-01T00:00:01Z",
        f"Content-Type: {media}",
        f"Content-Length: {len(block)}",
    )
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def answer(url: str = URL) -> bytes:
    return record("response", url, "application/http; msgtype=response", HTTP + b"<p>")


def scanned(tmp_path: Path, *records: bytes) -> Piece:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, records)))
    return scan_part(path, 0, path.stat().st_size, SITE)


def test_a_resource_is_a_page(tmp_path: Path) -> None:
    block = article("一")
    piece = scanned(tmp_path, record("resource", media="text/html; charset=utf-8", block=block))
    (found,) = piece.found
    assert (found.url, found.article, found.refers, found.member) == (URL, True, None, b"")
    with (tmp_path / "a.warc.gz").open("rb") as file:
        page = read_record(file, found.offset).answer
    assert (page.status, page.charset, page.body) == (200, "utf-8", block)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (record("resource", media="image/png"), "not_html"),
        (record("resource", "https://elsewhere.example/"), "offsite"),
        (record("resource", "urn:log:1", "text/plain"), "other"),
        (record("conversion", media="text/plain"), "other"),
        (record("continuation"), "other"),
        (record("future"), "other"),
        (record("response", "dns:finance.sina.com.cn", "text/dns"), "other"),
    ],
)
def test_what_is_skipped_is_counted(tmp_path: Path, data: bytes, word: str) -> None:
    piece = scanned(tmp_path, data)
    assert (piece.found, dict(piece.skipped), piece.damage) == ([], {word: 1}, [])


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata"])
def test_what_tells_of_other_records_is_not_counted(tmp_path: Path, kind: str) -> None:
    piece = scanned(tmp_path, record(kind))
    assert (piece.found, dict(piece.skipped), piece.damage) == ([], {}, [])


def test_a_stream_is_scanned_in_pieces_that_hold_their_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newscrawl.replay.scan.PIECE", 100_000)
    numbers = range(1000)
    records = [answer(URL.replace("0000001", f"{n:07}")) for n in numbers]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(records) + record("conversion") + b"junk")
    pieces = list(scan_stream(path, SITE))
    assert len(pieces) > 2
    ends = [piece.end for piece in pieces]
    assert [piece.begin for piece in pieces] == [0, *ends[:-1]]
    assert ends[-1] == path.stat().st_size
    found: list[Found] = [each for piece in pieces for each in piece.found]
    assert [gzip.decompress(each.member).strip() for each in found] == [each.strip() for each in records]
    assert [each.offset for each in found] == [n * len(records[0]) for n in numbers]
    assert sum(piece.skipped["other"] for piece in pieces) == 1
    assert [each for piece in pieces for each in piece.damage] == [(path.stat().st_size - 4, "no record")]


@pytest.mark.parametrize(
    ("instant", "fits"),
    [
        ("1970-01-01T00:00:00Z", True),
        ("1969-12-31T23:59:59Z", False),
        ("8999-12-31T23:59:59Z", True),
        ("9000-01-01T00:00:00Z", False),
    ],
)
def test_no_year_is_taken_in_which_nothing_was_fetched(instant: str, fits: bool) -> None:
    if fits:
        assert microseconds(instant) >= 0
    else:
        with pytest.raises(ValueError, match="nothing was fetched in"):
            microseconds(instant)


def test_a_record_of_such_a_year_is_damaged(tmp_path: Path) -> None:
    piece = scanned(tmp_path, answer().replace(b"2026-03-01", b"9999-12-31"), answer())
    assert len(piece.found) == 1
    assert [why for _, why in piece.damage] == ["a record with the invalid date '9999-12-31T00:00:01Z'"]
