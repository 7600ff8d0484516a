"""Pages out of saved files: every wrapping, what names their URL and charset, and what a file is that holds no page."""

import base64
import gzip
import plistlib
import quopri
import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from newscrawl import extract
from newscrawl.answers.decode import LARGEST, LARGEST_PAGE
from newscrawl.errors import Refused
from newscrawl.extraction.saved import SavedPage, page_in
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
OTHER = URL.replace("china", "stock")
PAGE = article("保存的页面")
BIG5 = "<meta charset=gb2312><h1>臺灣經濟網頁</h1>"


def part(body: bytes, encoding: str, *fields: str, kind: str = "text/html") -> bytes:
    head = (f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", *fields)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body + b"\r\n"


def mhtml(*parts: bytes, fields: str = f"Snapshot-Content-Location: {URL}\r\n", start: str = "") -> bytes:
    head = f'From: <Saved by Blink>\r\n{fields}MIME-Version: 1.0\r\nContent-Type: multipart/related;{start}\r\n\tboundary="--B"\r\n\r\n'
    return head.encode() + b"".join(b"\r\n----B\r\n" + each for each in parts) + b"\r\n----B--\r\n"


def webarchive(form: plistlib.PlistFormat = plistlib.FMT_BINARY, page: object = PAGE) -> bytes:
    main = {"WebResourceData": page, "WebResourceURL": URL, "WebResourceTextEncodingName": "gbk"}
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": []}, fmt=form)


def said(data: bytes) -> str:
    """What a file is said to be."""
    with pytest.raises(Refused) as refused:
        page_in(data)
    assert refused.value.reason == "unreadable"
    assert "\n" not in refused.value.detail
    return refused.value.detail


def test_a_page_is_taken_as_it_is() -> None:
    assert page_in(PAGE) == SavedPage(PAGE)
    for wide in (b"\xff\xfe" + "<p>一".encode("utf-16-le"), b"\xfe\xff" + "<p>一".encode("utf-16-be")):
        assert page_in(wide) == SavedPage(wide)
    assert page_in(PAGE + b"\0" * 9999).page.startswith(PAGE)


# MHTML


@pytest.mark.parametrize(
    "body",
    [
        part(quopri.encodestring(PAGE), "quoted-printable"),
        part(base64.encodebytes(PAGE), "Base64"),
        part(PAGE, "8bit"),
        part(PAGE, "binary"),
        part(PAGE, "7bit", kind="application/xhtml+xml"),
    ],
    ids=["quoted-printable", "base64", "8bit", "binary", "xhtml"],
)
def test_mhtml_in_each_encoding(body: bytes) -> None:
    found = page_in(mhtml(body))
    assert (extract(found.page).title, found.url, found.charset) == ("保存的页面", URL, "")


def test_mhtml_names_the_address_of_its_page() -> None:
    at_part = part(PAGE, "8bit", f"Content-Location:\r\n\t{OTHER}")
    assert page_in(mhtml(at_part)).url == URL
    assert page_in(mhtml(at_part, fields="")).url == OTHER
    assert page_in(mhtml(part(PAGE, "8bit"), fields=f"Content-Location: {OTHER}\r\n")).url == OTHER
    assert page_in(mhtml(part(PAGE, "8bit"), fields="Content-Location: file:///C:/a.mht\r\n")).url == ""


def test_mhtml_the_page_is_the_part_that_is_named() -> None:
    style = part(b"p {}", "8bit", kind="text/css")
    frame = part(b"<p>an advertisement", "8bit", "Content-Location: https://elsewhere.example/", "Content-ID: <a@x>")
    page = part(PAGE, "8bit", f"Content-Location: {URL}", "Content-ID: <b@x>")
    assert page_in(mhtml(style, frame, page)).page.strip() == PAGE
    assert page_in(mhtml(style, frame, page, fields="", start=' start="<b@x>";')).page.strip() == PAGE
    assert page_in(mhtml(style, page, frame, fields="")).page.strip() == PAGE


def test_mhtml_of_a_single_part_out_of_a_mail_box() -> None:
    data = b"From - Sun Mar 01\r\nMIME-Version: 1.0\r\n" + part(PAGE, "8bit", f"Content-Location: {URL}")
    assert page_in(data) == SavedPage(PAGE + b"\r\n", URL)
    assert page_in(data.replace(b"\r\n", b"\n")).url == URL
    assert page_in(b"content-type: TEXT/HTML\r\n\r\n" + PAGE).page == PAGE


@pytest.mark.parametrize("lost", range(100, 108))
def test_mhtml_that_is_cut_off_is_read_as_far_as_it_goes(lost: int) -> None:
    for encoding, body in (("base64", base64.encodebytes(PAGE)), ("quoted-printable", quopri.encodestring(PAGE))):
        data = mhtml(part(body, encoding))
        page = page_in(data[: data.index(b"\r\n----B--") - lost]).page
        assert len(page) > len(PAGE) - lost - 3
        assert PAGE.startswith(page[: len(PAGE) - lost - 3])
    data = mhtml(part(base64.encodebytes(PAGE).replace(b"\n", b" \xff\r\n"), "base64"))
    assert page_in(data).page == PAGE


def test_mhtml_without_a_page() -> None:
    assert said(mhtml(part(b"p {}", "8bit", kind="text/css"))) == "an MHTML file without a page"
    assert said(mhtml()) == "an MHTML file without a page"
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))
    assert "MHTML" in said(b"MIME-Version: 1.0\r\n" + nested)


def test_a_text_that_looks_like_a_mail_is_none() -> None:
    text = b"Note: about\r\n\r\nMIME-Version: 1.0"
    assert page_in(text).page == text


# Charsets


def test_the_charset_that_is_named_for_the_page() -> None:
    page = BIG5.encode("big5")
    data = mhtml(part(page, "8bit", kind='text/html; charset="Big5"'))
    found = page_in(data)
    assert (found.page.strip(), found.charset) == (page, "big5")
    header = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=GBK\r\n\r\n"
    assert page_in(header + page) == SavedPage(page, "", "GBK")
    assert page_in(header + data).charset == "big5"
    assert page_in(header + gzip.compress(page)).charset == "GBK"


# Packed pages, and HTTP headers


def test_packed_pages() -> None:
    packed = gzip.compress(PAGE)
    assert page_in(packed).page == PAGE
    assert page_in(packed[:-40]).page == PAGE[: len(page_in(packed[:-40]).page)] != b""
    assert page_in(gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:])).page == PAGE
    assert page_in(gzip.compress(mhtml(part(PAGE, "8bit")))).url == URL
    assert page_in(gzip.compress(b" " * 9999 + PAGE)).page.strip() == PAGE


def test_packed_files_that_hold_no_page() -> None:
    assert said(gzip.compress(b"%PDF-1.4")) == "a PDF document"
    assert said(gzip.compress(b'{"a": 1}')) == "JSON"
    assert said(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[]") == "JSON"
    assert said(gzip.compress(b"")) == "an empty file"
    assert "cannot be unpacked" in said(b"\x1f\x8bnothing")
    damaged = bytearray(gzip.compress(random.Random(1).randbytes(9999)))
    damaged[5000:5100] = b"\xff" * 100
    assert said(bytes(damaged))
    page = PAGE
    for _ in range(9):
        page = gzip.compress(page)
    assert said(page) == "a page in more than 3 wrappings"


def test_a_bomb_is_refused() -> None:
    too_large = "the page is larger than 10 MB; raise --max-size to read it"
    bomb = gzip.compress(b"<p>" + b"a" * LARGEST, 1)
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    assert {said(bomb), said(answer + bomb), said(gzip.compress(bomb))} == {too_large}
    with pytest.raises(Refused) as refused:
        page_in(bomb, LARGEST)
    assert refused.value.detail == "the page is larger than 64 MB"
    warc = gzip.compress(b"WARC/1.0\r\n" + b"a" * 99) * 2
    assert said(warc + b"\0" * LARGEST_PAGE) == "a WARC file; `newscrawl replay` reads it"


def test_the_page_may_be_as_large_as_the_limit_and_its_file_larger() -> None:
    page = PAGE + b" " * (2000 - len(PAGE))
    pictures = part(base64.encodebytes(bytes(9999)), "base64", kind="image/png")
    forms = (page, gzip.compress(page), b"HTTP/1.1 200 OK\r\n\r\n" + page, mhtml(part(page[:-2], "8bit"), pictures))
    for data in forms:
        assert len(page_in(data, 2000).page) == 2000
        with pytest.raises(Refused, match="larger than"):
            page_in(data, 1999)
    assert said(b"<p>" + b"a" * LARGEST_PAGE) == "the page is larger than 10 MB; raise --max-size to read it"


def test_mhtml_of_millions_of_lines_is_not_parsed() -> None:
    assert "larger than" in said(mhtml(part(b"\n" * 2**21, "8bit")))


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_http_headers_before_the_page(line_end: bytes) -> None:
    def answer(body: bytes, *fields: str, status: str = "HTTP/1.1 200 OK") -> bytes:
        return line_end.join(line.encode() for line in (status, *fields, "", "")) + body

    assert page_in(answer(PAGE, "content-type: text/html; charset=utf-8")) == SavedPage(PAGE, "", "utf-8")
    assert page_in(answer(PAGE, status="HTTP/2 200")).page == PAGE
    assert page_in(answer(gzip.compress(PAGE), "Content-Encoding: gzip")).page == PAGE
    assert page_in(answer(PAGE, "Content-Encoding: gzip")).page == PAGE  # --compressed has unpacked it
    assert page_in(answer(gzip.compress(PAGE))).page == PAGE
    assert page_in(answer(b"4\r\n<p>a\r\n0\r\n\r\n", "Transfer-Encoding: chunked")).page == b"<p>a"
    moved = answer(b"", "Location: /x", "Content-Type: text/html; charset=gbk", status="HTTP/1.1 301 Moved")
    assert page_in(moved + answer(PAGE)) == SavedPage(PAGE)
    assert said(moved) == "a server's answer with status 301"
    assert said(answer(PAGE, status="HTTP/1.1 300 Multiple Choices")) == "a server's answer with status 300"
    assert said(answer(PAGE, status="HTTP/1.1 199 X")) == "a server's answer with status 199"
    assert said(moved + answer(PAGE, status="HTTP/1.1 404 Not Found")) == "a server's answer with status 404"
    assert said(answer(b"")) == "an empty file"
    assert "cannot be decoded" in said(answer(b"\x80\x80", "Content-Encoding: gzip"))
    assert said(b"HTTP/1.1 200 OK") == "an empty file"


# Web archives of Safari


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_web_archives(form: plistlib.PlistFormat) -> None:
    assert page_in(webarchive(form)) == SavedPage(PAGE, URL, "gbk")


def test_web_archives_without_a_page() -> None:
    assert "damaged property list" in said(webarchive()[:-9])
    assert said(webarchive(page="text")) == "a property list without a page"
    assert said(plistlib.dumps(["x"])) == "a property list without a page"
    assert said(webarchive(page=b"%PDF-1.4")) == "a PDF document"


# Addresses that were written into the page


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (f"<!-- saved from url=(0070){OTHER} -->", OTHER),
        (f"<html><!--\n Page saved with SingleFile \n url: {OTHER} \n saved date: Sun Mar 01 -->", OTHER),
        (f"<!-- Mirrored from {OTHER[8:]} by HTTrack Website Copier/3.x [XR&CO'2014] -->", f"http://{OTHER[8:]}"),
        (f'<html lang="zh" data-scrapbook-source="{OTHER}?a=1&amp;b=2" data-scrapbook-create="2026">', f"{OTHER}?a=1&b=2"),
        ("<!-- saved from url=(0014)about:internet -->", ""),
        (f"<!-- saved from url=(0014)about:internet --><!-- saved from url=(0070){OTHER} -->", ""),
        (f"<!--{' ' * 5000}--><!-- saved from url=(0070){OTHER} -->", ""),
    ],
)  # fmt: skip
def test_the_address_that_was_written_into_the_page(head: str, url: str) -> None:
    assert page_in(head.encode() + PAGE).url == url
    assert page_in(mhtml(part(head.encode() + PAGE, "8bit"))).url == (url or URL)


# What holds no page


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "an empty file"),
        (b" \r\n\t\n", "a blank file"),
        (b"\xef\xbb\xbf", "a blank file"),
        (b"\0" * 4096, "a blank file"),
        (b"\n%PDF-1.7\n", "a PDF document"),
        (b"{\\rtf1", "an RTF document"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "an Office document"),
        (b"PK\x03\x04" + bytes(25) + b"\nword/document.xml", "an Office document"),
        (b"PK\x03\x04" + bytes(26) + b"page.html", "a packed archive"),
        (b"PK\x05\x06" + bytes(18), "a packed archive"),
        (b"Rar!\x1a\x07\0", "a packed archive"),
        (b"BZh91AY&SY", "a packed archive"),
        (b"\xfd7zXZ\0", "a packed archive"),
        (b"7z\xbc\xaf\x27\x1c", "a packed archive"),
        (b"\x28\xb5\x2f\xfd", "a packed archive"),
        (b"GIF89a", "an image"),
        (b"II*\0", "an image"),
        (b"MM\0*", "an image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"RIFF\x01\x02\x03\nWEBPVP8 ", "an image"),
        (b"\xff\xd8\xff\xe0", "an image"),
        (b"WARC/1.1\r\n", "a WARC file; `newscrawl replay` reads it"),
        (bytes(range(256)), "a binary file"),
        (random.Random(1).randbytes(9999), "a binary file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_holds_no_page_is_said_as_what_it_is(data: bytes, what: str) -> None:
    assert said(data) == what


def test_one_control_byte_in_fifty_is_a_mistake() -> None:
    assert page_in(b"<p>" + b"a" * 46 + b"\x03").page
    assert said(b"<p>" + b"a" * 45 + b"\x03") == "a binary file"
    assert page_in(b"<p>" + b"a" * 4093 + b"\x03" * 999).page  # only the start counts
    assert said(b"<p>" + b"\x7f" * 9) == "a binary file"
    assert page_in(b"<p>\x1b$B8&5f\x1b(B\f").page  # ISO 2022


def test_a_view_of_a_source_is_no_page() -> None:
    rows = '<tr><td class="line-number" value="1"></td><td class="line-content">&lt;h1&gt;题</td></tr>'
    assert said(f"<table>{rows}</table>".encode()) == "a view of a page's source; save the page itself"
    assert "view of a page's source" in said(f"<table>{rows.replace(chr(34), '')}</table>".encode())
    assert page_in(PAGE + b'<td class="line-content">').url == ""


def test_random_damage_is_refused_or_read() -> None:
    """No file, however it is damaged, ends in another error than Refused."""
    samples = [mhtml(part(base64.encodebytes(PAGE), "base64")), mhtml(part(PAGE, "8bit")), webarchive()]
    samples += [
        webarchive(plistlib.FMT_XML),
        gzip.compress(PAGE),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + PAGE,
    ]
    chance = random.Random(3)
    changes: list[Callable[[bytearray, int], None]] = [
        lambda data, at: data.__setitem__(at, chance.randrange(256)),
        lambda data, at: data.__delitem__(slice(at, at + chance.randrange(9))),
        lambda data, at: data.__setitem__(slice(at, at), data[at - 20 : at]),
    ]
    for number in range(1200):
        data = bytearray(samples[number % len(samples)])
        for _ in range(chance.randrange(1, 9)):
            chance.choice(changes)(data, chance.randrange(min(len(data) - 20, 600)))
        with suppress(Refused):
            assert page_in(bytes(data)).page


HEAD = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n'
MANY_PARTS = {
    "MHTML with too many parts": (HEAD + b"--b\n\n" * 20_001, "more than 20,000 parts or 300,000 headers"),
    "MHTML with too many headers": (HEAD + b"--b\n" + b"a: b\n" * 300_001, "more than 20,000 parts or 300,000 headers"),
    "a web archive with too many objects": (b"<?xml version='1.0'?><plist>" + b"<dict/>" * 100_001, "more than 100,000 objects"),
    "a web archive that says that it has too many": (b"bplist00" + bytes(140_000) + b"\0" * 5 + b"\1\xff\xff" + bytes(16), "more than 100,000 objects"),
}  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("flood", kind, f"{len(data) >> 10} kB", f"`too_large`: {what}"))
        for kind, (data, what) in MANY_PARTS.items()
    ],
)  # fmt: skip
def test_a_file_of_too_many_parts_is_refused(kind: str) -> None:
    data, what = MANY_PARTS[kind]
    with pytest.raises(Refused) as refused:
        page_in(data)
    assert (refused.value.reason, refused.value.detail) == ("too_large", f"the page has {what}")


def test_a_file_may_have_many_parts() -> None:
    part = b"--b\nContent-Type: text/html\n\n<p>page\n"
    assert page_in(HEAD + part * 10_000).page.strip() == b"<p>page"
    archive = {"WebMainResource": {"WebResourceData": b"<p>page"}, "x": [{"n": each} for each in range(20_000)]}
    assert page_in(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)).page == b"<p>page"
