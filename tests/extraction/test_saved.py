"""Pages out of saved files: every wrapping, what names their URL and charset, and what a file is that holds no page."""

import base64
import gzip
import plistlib
import quopri
import random
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest

from newscrawl import extract
from newscrawl.answers.decode import LARGEST, LARGEST_PAGE
from newscrawl.errors import Refused
from newscrawl.extraction import limits
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


def test_mhtml_of_parts_in_parts() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="--BB"\r\n\r\n----BB\r\n\r\ntext\r\n----BB \r\n' + part(
        PAGE, "8bit"
    )
    assert page_in(mhtml(inner + b"----BB--\r\n", part(b"<p>", "8bit"))).page == PAGE
    assert page_in(mhtml(inner, part(b"<p>", "8bit"))).page == PAGE + b"\r\n"  # which is not ended
    assert page_in(mhtml(b"Content-Type: message/rfc822\r\n\r\n" + part(PAGE, "8bit"))).page == PAGE + b"\r\n"


def test_mhtml_what_is_no_boundary_is_of_the_page() -> None:
    for line in (b"\r\n----Bx\r\n", b"\r\nx----B\r\n", b"\r\n----B x\r\n", b"\r\n----B-\r\n"):
        assert page_in(mhtml(part(b"<p>a" + line + b"b", "8bit"))).page == b"<p>a" + line + b"b\r\n"


def test_mhtml_a_head_ends_at_what_is_no_field() -> None:
    assert page_in(mhtml(b"Content-Type: text/html\r\n<p>page\r\n")).page == b"<p>page\r\n"
    assert page_in(mhtml(b"x-Content-Type: a\r\n\tContent-Type: b\r\nCONTENT-TYPE:text/html\r\n\r\n<p>")).page == b"<p>"


def test_base64_is_decoded_in_pieces() -> None:
    page = b"".join(b"<p>%d" % each for each in range(400_000))
    assert page_in(mhtml(part(b"!" + base64.encodebytes(page).replace(b"\n", b"-\r\n"), "base64"))).page == page


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


def test_what_is_packed_may_be_three_times_as_large_as_the_page() -> None:
    pictures = part(bytes(4000), "binary", kind="image/png")
    data = gzip.compress(mhtml(part(PAGE, "8bit"), pictures))
    assert page_in(data, 2000).page.strip() == PAGE
    with pytest.raises(Refused, match="larger than"):
        page_in(data, 1500)


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
OK, XML = b"HTTP/1.1 200 OK\r\n", b"<?xml version='1.0'?><plist>"


def head(value: bytes, field: bytes = b"Content-Type") -> bytes:
    """An MHTML file with a field of a part."""
    return HEAD + b"--b\n" + field + b": " + value + b"\n\n<p>page\n--b--"


def shared(size: int) -> bytes:
    """A binary property list of 200 texts of so many bytes, which are the same bytes."""
    array, text = b"\xaf\x10\xc8" + bytes(range(1, 201)), b"\x5f\x12" + size.to_bytes(4) + b"a" * size
    offsets = b"".join(at.to_bytes(4) for at in (8, *[8 + len(array)] * 200))
    trailer = bytes(6) + b"\4\1" + (201).to_bytes(8) + bytes(8) + (8 + len(array) + len(text)).to_bytes(8)
    return b"bplist00" + array + text + offsets + trailer


HEADERS = "the page has more than 65,536 bytes of headers"
DAMAGED = "a damaged property list, as Safari's web archives are"
TOO_MUCH = {
    "MHTML with too many parts": (HEAD + b"--b\n\n" * 20_001, "too_large", "the page has more than 20,000 parts"),
    "MHTML with too many headers": (HEAD + b"--b\n" + b"a: b\n" * 13_200, "too_large", HEADERS),
    "MHTML with a header of too many lines": (head(b"text/html;" + b"\n a=b;" * 11_000), "too_large", HEADERS),
    "MHTML with a header of too many parameters": (head(b"text/html;" + b" a*0=b;" * 9_400), "too_large", HEADERS),
    "MHTML with a long address": (head(b"https://a.example/" + b"a\n " * 22_000, b"Content-Location"), "too_large", HEADERS),
    "MHTML with a subject of too many encoded words": (b"Subject: " + b"=?utf-8?q?a?= " * 4_700 + b"\n" + HEAD, "too_large", HEADERS),
    "MHTML with many parameters": (head(b"text/html" + b";a=b" * 21), "too_large", "the page has a Content-Type of more than 20 parameters"),
    "MHTML whose base64 is none": (head(b"text/html\nContent-Transfer-Encoding: base64").replace(b"<p>page", b"!" * 4_000_000), "unreadable", "an empty file"),
    "MHTML in MHTML in MHTML": (HEAD + b"--b\nContent-Type: message/rfc822\n\n" + b"Content-Type: message/rfc822\n\n" * 9, "unreadable", "an MHTML file with parts in more than 6 others"),
    "a saved answer with too many headers": (OK + b"a: b\r\n" * 11_000, "too_large", HEADERS),
    "a saved answer with too many codings": (OK + b"Content-Encoding: gzip" + b",gzip" * 9_000 + b"\r\n\r\n<p>", "unreadable", "an answer that cannot be decoded: more than 5 codings are named"),
    "a saved answer of too many chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 100_001, "unreadable", "an answer that cannot be decoded: more than 100,000 chunks"),
    "a web archive with too many objects": (XML + b"<dict/>" * 100_001, "too_large", "the page has more than 100,000 objects"),
    "a web archive that says that it has too many": (b"bplist00" + bytes(140_000) + b"\0" * 5 + b"\1\xff\xff" + bytes(16), "too_large", "the page has more than 100,000 objects"),
    "a web archive of too many lines": (XML + b"\n" * 600_001, "too_large", "the page has more than 600,000 lines"),
    "a web archive with attributes": (XML + b"<dict" + b"".join(b" a%d=''" % each for each in range(9_000)) + b"/></plist>", "unreadable", DAMAGED),
    "a web archive with an instruction that does not end": (XML + b"<?a " + b"b" * 100_000, "unreadable", DAMAGED),
    "a web archive whose texts share their bytes": (shared(60_000), "unreadable", DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("flood", kind, f"{max(1, len(data) >> 10)} kB", f"`{reason}`: {what}"))
        for kind, (data, reason, what) in TOO_MUCH.items()
    ],
)  # fmt: skip
def test_a_file_of_too_many_parts_is_refused(kind: str) -> None:
    data, reason, what = TOO_MUCH[kind]
    with pytest.raises(Refused) as refused:
        page_in(data)
    assert (refused.value.reason, refused.value.detail) == (reason, what)


@pytest.mark.parametrize(
    "kind",
    [
        "MHTML with a header of too many lines",
        "MHTML with a long address",
        "MHTML whose base64 is none",
        "a web archive whose texts share their bytes",
    ],
)
def test_a_file_takes_no_more_memory_than_three_of_it(kind: str) -> None:
    data = TOO_MUCH[kind][0]
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            page_in(data)
        assert tracemalloc.get_traced_memory()[1] < 2**20 + 3 * len(data)
    finally:
        tracemalloc.stop()


def test_a_head_that_does_not_end() -> None:
    assert said(b"MIME-Version: 1.0\r\nContent-Type: multipart/related") == "an MHTML file without a page"


def test_a_head_and_its_parameters_may_be_as_long_as_the_bounds() -> None:
    assert page_in(head(b"a" * (limits.HEAD - 40) + b"\nContent-Type: text/html", b"X")).page == b"<p>page"
    most = head(b"a" * (limits.HEAD - len(b"X: \nContent-Type: text/html\n")) + b"\nContent-Type: text/html", b"X")
    assert page_in(most).page == b"<p>page"
    with pytest.raises(Refused, match="bytes of headers"):
        page_in(most.replace(b"X: ", b"X:  "))
    assert page_in(head(b"text/html" + b";a=b" * 20)).page == b"<p>page"
    fields = b"a: " + b"b" * (limits.HEAD - len(OK) - 3)
    assert page_in(OK + fields + b"\r\n\r\n<p>").page == b"<p>"
    with pytest.raises(Refused, match="bytes of headers"):
        page_in(OK + fields + b"b\r\n\r\n<p>")


def test_a_web_archive_may_have_many_lines() -> None:
    page = b"<p>" + b"a" * 100_000
    archive = plistlib.dumps({"WebMainResource": {"WebResourceData": page, "x": "a&b"}})
    filled = archive.replace(b"<dict>", b"<!-- saved --><dict>" + b"\n" * (600_000 - archive.count(b"\n") - 1), 1)
    assert page_in(filled).page == page
    with pytest.raises(Refused, match="600,000 lines"):
        page_in(filled.replace(b"<dict>", b"\n<dict>", 1))


def test_mhtml_may_have_six_parts_in_parts() -> None:
    levels = b"".join(b"Content-Type: message/rfc822\n\n" for _ in range(6))
    assert page_in(b"MIME-Version: 1.0\n" + levels + b"Content-Type: text/html\n\n<p>page").page == b"<p>page"
    with pytest.raises(Refused, match="more than 6 others"):
        page_in(b"MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + levels + b"Content-Type: text/html\n\n<p>page")


def test_a_file_may_have_many_parts() -> None:
    part = b"--b\nContent-Type: text/html\n\n<p>page\n"
    assert page_in(HEAD + part * 20_000).page.strip() == b"<p>page"
    archive = {"WebMainResource": {"WebResourceData": b"<p>page"}, "x": [{"n": each} for each in range(20_000)]}
    assert page_in(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)).page == b"<p>page"
