"""Takes the page out of an MHTML file (RFC 2557), as Chrome, Edge and Internet Explorer save them.

The file is split where it stands, and only what is asked of a part is decoded: the parser of `email` makes an object of
each line and header, and reads the parameters of a header in time by the square of their number.
"""

import binascii
import re
from collections.abc import Iterator
from email.message import Message
from io import BytesIO
from itertools import islice
from typing import NamedTuple

from newscrawl.extraction import limits
from newscrawl.extraction.kinds import unreadable
from newscrawl.sites.urls import is_web_url

PARTS = 20_000  # a long page has 500 pictures
LEVELS = 6  # of parts in parts; a mail with a page has three
PARAMETERS = 20  # of a Content-Type; a browser writes three
PAGES = ("text/html", "application/xhtml+xml")

# The lines of a head: fields, what continues them, and the first line of a mail in a mail box.
HEAD = re.compile(rb"(?:(?:From |[!-9;-~]*+:|[\t ])[^\r\n]*+(?:\r\n?|\n|\Z))*+")
EMPTY_LINE = re.compile(rb"\r\n?|\n|")
AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*+\r?(?:\n|\Z)")
VALUE = rb":[ \t]*+([^\r\n]*+(?:(?:\r\n?|\n)[ \t][^\r\n]*+)*+)"
NAMES = ("Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Location", "Snapshot-Content-Location")
FIELDS = {name: re.compile(rb"^%b%b" % (name.encode(), VALUE), re.IGNORECASE | re.MULTILINE) for name in NAMES}
PIECE = 2**20  # bytes that are decoded at a time
NO_DIGITS = bytes({*range(256)} - {*b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"})  # of base64


class Part(NamedTuple):
    """A part of an MHTML file, or all of it: its head begins at `begin`, its body at `body`."""

    data: bytes
    begin: int
    body: int
    end: int

    def field(self, name: str) -> str:
        """The value of one of the `FIELDS`, folded as it is; empty if there is none."""
        found = FIELDS[name].search(self.data[self.begin : self.body])
        return found[1].decode("ascii", "replace").strip() if found else ""

    def location(self, name: str = "Content-Location") -> str:
        """The address in a field, which may be folded; empty if it is none of the web."""
        url = "".join(self.field(name).split())
        return url if is_web_url(url) else ""

    def kind(self) -> Message:
        """Its media type, with the parameters. Raises Refused (`too_large`) if it has too many of those."""
        value = self.field("Content-Type")
        if value.count(";") > PARAMETERS:
            raise limits.too_large(f"a Content-Type of more than {PARAMETERS} parameters")
        kind = Message()
        kind["Content-Type"] = value
        return kind

    def content(self) -> bytes:
        """Its body without the encoding; where the file was cut off, as much as there is."""
        encoding = self.field("Content-Transfer-Encoding").lower()
        if encoding == "base64":
            return from_base64(self.data, self.body, self.end)
        body = self.data[self.body : self.end]
        return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


def main_part(data: bytes, start: int) -> tuple[Part, str]:
    """The part with the page, and its URL, of a file that begins at an offset.

    It is the one whose address or id the file names, else the first one of HTML. Raises Refused: `unreadable` if there
    is none, `too_large` for more than `PARTS`.
    """
    found = parts_in(data, start, len(data))
    whole = next(found)
    parts = [part for part in (whole, *islice(found, PARTS)) if part.kind().get_content_type() in PAGES]
    if next(found, None):
        raise limits.too_large(f"more than {PARTS:,} parts")
    if not parts:
        raise unreadable("an MHTML file without a page")
    url, first = whole.location("Snapshot-Content-Location"), str(whole.kind().get_param("start", "")).strip("<>")
    named = (part for part in parts if url and part.location() == url)
    begun = (part for part in parts if first and part.field("Content-ID").strip("<> ") == first)
    part = next(named, None) or next(begun, None) or parts[0]
    return part, url or part.location() or whole.location()


def parts_in(data: bytes, begin: int, end: int, level: int = 0) -> Iterator[Part]:
    """Yields the part between two offsets, and those in it. Raises Refused for one that no program writes."""
    body = body_at(data, begin, end)
    yield Part(data, begin, body, without_line_end(data, body, end) if level else end)
    for start, stop in split(Part(data, begin, body, end)):
        if level == LEVELS:
            raise unreadable(f"an MHTML file with parts in more than {LEVELS} others")
        yield from parts_in(data, start, stop, level + 1)


def body_at(data: bytes, begin: int, end: int) -> int:
    """Where the body of a part begins, whose head begins at an offset. Raises Refused (`too_large`) for a long head.

    >>> body_at(b"Content-ID: a\\n\\npage", 0, 19), body_at(b"a page", 0, 6)
    (15, 0)
    """
    match = HEAD.match(data, begin, min(end, begin + limits.HEAD + 1))
    head = match.end() if match else begin
    limits.check_head(head - begin)
    after = EMPTY_LINE.match(data, head, end)
    return after.end() if after else head


def split(part: Part) -> Iterator[tuple[int, int]]:
    """Yields where the parts in a part begin and end."""
    kind = part.kind()
    if kind.get_content_maintype() == "message":
        yield part.body, part.end
    elif kind.get_content_maintype() == "multipart" and (boundary := kind.get_boundary("")):
        yield from between(f"\n--{boundary}".encode(), part.data, max(0, part.body - 1), part.end)


def between(line: bytes, data: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields what is between the lines of a boundary, with the line end before each.

    >>> data = b"\\n--b\\none\\n--b\\n\\ntwo\\n--b--\\nend"
    >>> [data[start:stop] for start, stop in between(b"\\n--b", data, 0, len(data))]
    [b'one\\n', b'\\ntwo\\n']
    """
    start, at = -1, data.find(line, begin, end)
    while at >= 0:
        after = AFTER_BOUNDARY.match(data, at + len(line), end)
        if after:
            if start >= 0:
                yield start, at + 1
            if after[1]:
                return
            start = after.end()
        at = data.find(line, after.end() - 1 if after else at + 1, end)
    if start >= 0:  # the file was cut off
        yield start, end


def without_line_end(data: bytes, start: int, end: int) -> int:
    """Where a part ends without the line end before its boundary, which belongs to that (RFC 2046, 5.1.1).

    >>> without_line_end(b"a\\r\\n", 0, 3), without_line_end(b"a\\r", 0, 2), without_line_end(b"\\n", 1, 1)
    (1, 1, 1)
    """
    line_ends = (line_end for line_end in (b"\r\n", b"\n", b"\r") if data.endswith(line_end, start, end))
    return end - len(next(line_ends, b""))


def from_base64(data: bytes, begin: int, end: int) -> bytes:
    """Decodes what stands between two offsets; all that is no digit is left out, and so is a last digit alone.

    >>> from_base64(b"cGF!!nZQ=", 0, 9), from_base64(b"cGFnZ", 0, 5)
    (b'page', b'pag')
    """
    found, rest = BytesIO(), b""
    for at in range(begin, end, PIECE):
        digits = rest + data[at : min(at + PIECE, end)].translate(None, NO_DIGITS)
        whole = len(digits) // 4 * 4
        found.write(binascii.a2b_base64(digits[:whole]))
        rest = digits[whole:]
    if len(rest) > 1:
        found.write(binascii.a2b_base64(rest + b"=" * (4 - len(rest))))
    return found.getvalue()
