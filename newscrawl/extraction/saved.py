"""Takes the page out of a saved file: a page as it is, or in the wrapping of a browser or of a program that fetches.

A file is opened layer by layer (a packed answer behind its headers has two), until what is left is a page. Whatever
holds no page is refused as what it is.
"""

import base64
import email
import re
import zlib
from collections.abc import Callable
from email.message import Message
from typing import NamedTuple

from newscrawl.answers.decode import GZIP, LARGEST_PAGE, decode_body
from newscrawl.answers.model import stored_answer, why_cut
from newscrawl.errors import BodyTooLarge, Refused, UndecodableBody
from newscrawl.extraction import limits
from newscrawl.extraction.identity import saved_page_url
from newscrawl.extraction.kinds import SAMPLE, is_binary, kind_of, text_start, too_large, unreadable
from newscrawl.sites.urls import is_web_url

LAYERS = 4  # more are a bomb: a gzip file can hold itself
LINES = 2**21  # of an MHTML file, which take two seconds; those of a browser are long: 64 MB have a million
PARTS, HEADERS = 20_000, 300_000  # of an MHTML file: parts of 2 KB in memory, and headers; a long page has 500 pictures
OBJECTS = 100_000  # of a web archive, which has seven for each picture
BINARY, TRAILER = b"bplist", 24  # bytes of the end of a binary property list, the first eight the number of its objects
SUCCESS = range(200, 300)
LIMIT = "--max-size"  # what raises the limit of a page out of a file

LINE = rb"""<td\b[^<>]*\bclass\s*=\s*["']?line-"""
SOURCE = re.compile(LINE + rb"number\b[^<]*(?:</td>\s*)?" + LINE + rb"content\b")

EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?!\d)")
HEADER = re.compile(rb"^[\w-]+:", re.MULTILINE)
FIELD = re.compile(rb"(?:From [^\n]*\n)?[A-Za-z][\w-]*:")  # the first line of a mail, perhaps out of a mail box
MIME = re.compile(rb"^(?:mime-version:|content-type:\s*(?:multipart/|text/html))", re.IGNORECASE | re.MULTILINE)
PAGES = ("text/html", "application/xhtml+xml")
PLIST = re.compile(rb"bplist0|<\?xml\b[^>]*>\s*(?:<!DOCTYPE plist\b[^>]*>\s*)?<plist\b")


class SavedPage(NamedTuple):
    """A page out of a saved file, with what the file tells of it."""

    page: bytes
    url: str = ""
    charset: str = ""  # that its Content-Type names
    truncated: str = ""  # why it is cut off, where the file shows that


def page_in(data: bytes, largest: int = LARGEST_PAGE) -> SavedPage:
    """Takes the page out of the bytes of a file. Raises Refused (`unreadable`) with what the file is, if it holds none.

    Read are pages as they are, packed with gzip, behind their HTTP headers, in MHTML, and in Safari's web archives. A
    URL that was written into the page when it was saved comes before that of the file around it. A page of more than
    `largest` bytes is refused.

    >>> page_in(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=Big5\\r\\n\\r\\n<html>")
    SavedPage(page=b'<html>', url='', charset='Big5', truncated='')
    """
    found = SavedPage(data)
    for _ in range(LAYERS):
        if kind := kind_of(found.page):
            raise unreadable(kind)
        try:
            layer = next((layer for opened in OPENERS if (layer := opened(found.page))), None)
        except BodyTooLarge as error:
            raise too_large(largest, LIMIT) from error
        if layer is None:
            break
        url, charset = layer.url or found.url, layer.charset or found.charset
        found = SavedPage(layer.page, url, charset, layer.truncated or found.truncated)
    else:
        raise unreadable(f"a page in more than {LAYERS - 1} wrappings")
    if len(found.page) > largest:
        raise too_large(largest, LIMIT)
    if is_binary(found.page):
        raise unreadable("a binary file")
    if SOURCE.search(found.page):
        raise unreadable("a view of a page's source; save the page itself")
    return found._replace(url=saved_page_url(found.page) or found.url)


# Each function opens a layer of one kind; None: it is not of this kind


def from_gzip(data: bytes) -> SavedPage | None:
    """What is packed; of a file that was cut off, as much as there is."""
    if not data.startswith(GZIP):
        return None
    try:
        start = zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data[:SAMPLE], SAMPLE)
        if start and (kind := kind_of(start)) and start[text_start(start) :]:  # a WARC file may be of any size
            raise unreadable(kind)
        decoded = decode_body(data, "gzip")
        return SavedPage(decoded.body, truncated=decoded.unfinished)
    except BodyTooLarge:
        raise
    except (zlib.error, UndecodableBody) as error:
        why = str(error) if isinstance(error, UndecodableBody) else "the body is not valid gzip"
        raise unreadable(f"a gzip file that cannot be unpacked: {why}") from error


def from_answer(data: bytes) -> SavedPage | None:
    """The page of an HTTP answer, behind its headers and those of the redirects before it (`curl -iL`)."""
    start = text_start(data)
    head, status = b"", 0
    while line := STATUS_LINE.match(data, start):
        end = EMPTY_LINE.search(data, start)
        head, status = data[start : end.start() if end else len(data)], int(line[1])
        start = end.end() if end else len(data)
    if not status:
        return None
    if status not in SUCCESS:
        raise unreadable(f"a server's answer with status {status}")
    fields = (line.decode("latin-1").partition(":") for line in head.splitlines()[1:])
    try:
        answer = stored_answer(status, {name.strip().lower(): value for name, _, value in fields}, data[start:])
    except BodyTooLarge:
        raise
    except UndecodableBody as error:
        raise unreadable(f"an answer that cannot be decoded: {error}") from error
    return SavedPage(answer.body, "", answer.charset, why_cut(answer))


def from_mhtml(data: bytes) -> SavedPage | None:
    """The page of an MHTML file (RFC 2557) of Chrome, Edge or Internet Explorer."""
    start = text_start(data)
    end = EMPTY_LINE.search(data, start)
    head = data[start : end.start() if end else len(data)]
    if not FIELD.match(head) or not MIME.search(head):
        return None
    if data.count(b"\n") > LINES:
        raise BodyTooLarge(f"the file has more than {LINES} lines")
    if data.count(b"\n--") > PARTS or sum(1 for _ in HEADER.finditer(data)) > HEADERS:
        raise limits.too_large(f"more than {PARTS:,} parts or {HEADERS:,} headers")
    try:
        part, url = main_part(email.message_from_bytes(data[start:]))
        return SavedPage(content(part), url, part.get_content_charset() or "")
    except Refused:
        raise
    except Exception as error:  # too many parts in parts, names of charsets that are none
        raise unreadable("a damaged MHTML file") from error


def main_part(message: Message) -> tuple[Message, str]:
    """The part with the page, and its URL: the one whose address or id the file names, else the first one of HTML."""
    parts = [part for part in message.walk() if part.get_content_type() in PAGES]
    if not parts:
        raise unreadable("an MHTML file without a page")
    url, first = location(message, "Snapshot-Content-Location"), str(message.get_param("start", "")).strip("<>")
    named = (part for part in parts if url and location(part) == url)
    begun = (part for part in parts if first and str(part["Content-ID"]).strip("<> ") == first)
    part = next(named, None) or next(begun, None) or parts[0]
    return part, url or location(part) or location(message)


def location(part: Message, field: str = "Content-Location") -> str:
    """The address in a field of a part, which may be folded; empty if it is none of the web."""
    url = "".join(str(part[field] or "").split())
    return url if is_web_url(url) else ""


def content(part: Message) -> bytes:
    """The content of a part; where the file was cut off, as much as there is."""
    if str(part["Content-Transfer-Encoding"]).strip().lower() == "base64":
        digits = re.sub(rb"[^A-Za-z0-9+/]", b"", str(part.get_payload()).encode("ascii", "ignore"))
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]
        return base64.b64decode(digits + b"=" * (-len(digits) % 4))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def from_webarchive(data: bytes) -> SavedPage | None:
    """The main resource of a web archive of Safari, which is a property list."""
    if not PLIST.match(data):
        return None
    if OBJECTS < objects_in(data) <= len(data):  # one of more objects than bytes is damaged
        raise limits.too_large(f"more than {OBJECTS:,} objects")
    import plistlib  # noqa: PLC0415 (few files need it)

    try:
        archive = plistlib.loads(data)
    except Exception as error:  # each kind of damage has another
        raise unreadable("a damaged property list, as Safari's web archives are") from error
    main = archive.get("WebMainResource") if isinstance(archive, dict) else None
    page = main.get("WebResourceData") if isinstance(main, dict) else None
    if not isinstance(main, dict) or not isinstance(page, bytes):
        raise unreadable("a property list without a page")
    url, charset = str(main.get("WebResourceURL", "")), str(main.get("WebResourceTextEncodingName", ""))
    return SavedPage(page, url if is_web_url(url) else "", charset)


def objects_in(data: bytes) -> int:
    """How many objects a property list has at most: its trailer says it, or one of XML its tags.

    >>> objects_in(b"<plist><dict/></plist>"), objects_in(b"bplist00" + bytes(15) + b"\\7" + bytes(16))
    (3, 7)
    """
    if data.startswith(BINARY):
        return int.from_bytes(data[-TRAILER : -TRAILER + 8])
    return data.count(b"<")


OPENERS: tuple[Callable[[bytes], SavedPage | None], ...] = (from_gzip, from_answer, from_mhtml, from_webarchive)
