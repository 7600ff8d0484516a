"""Takes the page out of a saved file: a page as it is, or in the wrapping of a browser or of a program that fetches.

A file is opened layer by layer (a packed answer behind its headers has two), until what is left is a page. Whatever
holds no page is refused as what it is.
"""

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from newscrawl.answers.decode import GZIP, LARGEST, LARGEST_PAGE, decode_body
from newscrawl.answers.model import stored_answer, why_cut
from newscrawl.errors import BodyTooLarge, Refused, UndecodableBody
from newscrawl.extraction import limits
from newscrawl.extraction.identity import saved_page_url
from newscrawl.extraction.kinds import SAMPLE, is_binary, kind_of, text_start, too_large, unreadable
from newscrawl.extraction.mhtml import main_part
from newscrawl.extraction.plists import plist_in
from newscrawl.sites.urls import is_web_url

LAYERS = 4  # more are a bomb: a gzip file can hold itself
UNPACKED = 3  # times as large as the page may be what is packed around it: MHTML writes a character in three
SUCCESS = range(200, 300)
LIMIT = "--max-size"  # what raises the limit of a page out of a file

LINE = rb"""<td\b[^<>]*\bclass\s*=\s*["']?line-"""
SOURCE = re.compile(LINE + rb"number\b[^<]*(?:</td>\s*)?" + LINE + rb"content\b")

EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?!\d)")
FIELD = re.compile(rb"(?:From [^\n]*\n)?[A-Za-z][\w-]*:")  # the first line of a mail, perhaps out of a mail box
MIME = re.compile(rb"^(?:mime-version:|content-type:\s*(?:multipart/|text/html))", re.IGNORECASE | re.MULTILINE)
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
    found, most = SavedPage(data), min(LARGEST, UNPACKED * largest)
    for _ in range(LAYERS):
        if kind := kind_of(found.page):
            raise unreadable(kind)
        try:
            layer = next((layer for opened in OPENERS if (layer := opened(found.page, most))), None)
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


# Each function opens a layer of one kind, and unpacks at most so many bytes; None: it is not of this kind


def from_gzip(data: bytes, most: int) -> SavedPage | None:
    """What is packed; of a file that was cut off, as much as there is."""
    if not data.startswith(GZIP):
        return None
    try:
        start = zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data[:SAMPLE], SAMPLE)
        if start and (kind := kind_of(start)) and start[text_start(start) :]:  # a WARC file may be of any size
            raise unreadable(kind)
        decoded = decode_body(data, "gzip", most)
        return SavedPage(decoded.body, truncated=decoded.unfinished)
    except BodyTooLarge:
        raise
    except (zlib.error, UndecodableBody) as error:
        why = str(error) if isinstance(error, UndecodableBody) else "the body is not valid gzip"
        raise unreadable(f"a gzip file that cannot be unpacked: {why}") from error


def from_answer(data: bytes, most: int) -> SavedPage | None:
    """The page of an HTTP answer, behind its headers and those of the redirects before it (`curl -iL`)."""
    start = text_start(data)
    head, status = b"", 0
    while line := STATUS_LINE.match(data, start):
        end = EMPTY_LINE.search(data, start)
        stop = end.start() if end else len(data)
        limits.check_head(stop - start)
        head, status = data[start:stop], int(line[1])
        start = end.end() if end else len(data)
    if not status:
        return None
    if status not in SUCCESS:
        raise unreadable(f"a server's answer with status {status}")
    fields = (line.decode("latin-1").partition(":") for line in head.splitlines()[1:])
    headers = {name.strip().lower(): value for name, _, value in fields}
    try:
        answer = stored_answer(status, headers, data[start:], largest=most)
    except BodyTooLarge:
        raise
    except UndecodableBody as error:
        raise unreadable(f"an answer that cannot be decoded: {error}") from error
    return SavedPage(answer.body, "", answer.charset, why_cut(answer))


def from_mhtml(data: bytes, _: int) -> SavedPage | None:
    """The page of an MHTML file (RFC 2557) of Chrome, Edge or Internet Explorer."""
    start = text_start(data)
    if not FIELD.match(data, start):
        return None
    end = EMPTY_LINE.search(data, start)
    if not MIME.search(data[start : end.start() if end else len(data)]):
        return None
    try:
        part, url = main_part(data, start)
        return SavedPage(part.content(), url, part.kind().get_content_charset() or "")
    except Refused:
        raise
    except Exception as error:  # of `email`: names of charsets that are none
        raise unreadable("a damaged MHTML file") from error


def from_webarchive(data: bytes, _: int) -> SavedPage | None:
    """The main resource of a web archive of Safari, which is a property list."""
    if not PLIST.match(data):
        return None
    archive = plist_in(data)
    main = archive.get("WebMainResource") if isinstance(archive, dict) else None
    page = main.get("WebResourceData") if isinstance(main, dict) else None
    if not isinstance(main, dict) or not isinstance(page, bytes):
        raise unreadable("a property list without a page")
    url, charset = str(main.get("WebResourceURL", "")), str(main.get("WebResourceTextEncodingName", ""))
    return SavedPage(page, url if is_web_url(url) else "", charset)


OPENERS: tuple[Callable[[bytes, int], SavedPage | None], ...] = (from_gzip, from_answer, from_mhtml, from_webarchive)
