"""What a file is that holds no page, by how it begins."""

import re

from newscrawl.answers.decode import LARGEST
from newscrawl.errors import Refused

ARCHIVE, DOCUMENT, IMAGE = "a packed archive", "an Office document", "an image"
KINDS = (
    (b"WARC/", "a WARC file; `newscrawl replay` reads it"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOCUMENT),
    (b"PK\x03\x04", ARCHIVE),
    (b"PK\x05\x06", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"\x89PNG\r\n", IMAGE),
    (b"\xff\xd8\xff", IMAGE),
    (b"GIF8", IMAGE),
    (b"II*\0", IMAGE),
    (b"MM\0*", IMAGE),
)  # what a file begins with, and what it is
WEBP = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
OFFICE = re.compile(rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|word/|xl/|ppt/)", re.DOTALL)
TAR = re.compile(rb"[^\0].{256}ustar", re.DOTALL)

BLANK = re.compile(rb"(?:\xef\xbb\xbf)?[\s\0]*")  # what may stand before a text
CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\x1b"))  # a text has none; ISO 2022 escapes
SAMPLE, MOST = 4096, 50  # of the first 4096 bytes of a text, at most one in 50 is a control byte by mistake
WIDE = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks of UTF-16, which has zeros

# Texts that are no pages. A page begins with a tag, or with a text that its readers see; so each form is one of a
# program, and no sentence.
STRING = r'"(?:[^"\\]|\\.)*+"'
SCALAR = rf"(?:{STRING}|-?\d[\d.eE+-]*+|true|false|null)"
END = r"\s*+(?:\)\s*+)?(?:;\s*+)?\Z"
DATA = (
    rf"(?:\{{\s*+(?:{STRING}\s*+:|\}}{END})|\[\s*+(?:[\[{{]|\]{END}|{SCALAR}\s*+(?:,|\]{END})))"  # an object, an array
)
GUARD = r"(?:\)\]\}'?,?|(?:for|while)\s*+\((?:;;|1|true)\)\s*+;)"  # keeps other sites from running JSON as a script
REMARKS = r"(?:\s|/\*.*?\*/|//[^\n]*\n)*+"
NAME = r"(?:[A-Za-z_$][\w$.]*+)"
JSON, JSONP, SCRIPT, STYLES = "JSON", "JSON in a call (JSONP)", "JavaScript", "a style sheet (CSS)"
CALL = rf"(?:try\s*+\{{\s*+)?(?:{NAME}\s*+&&\s*+)?{NAME}\("
FORMS = tuple(
    (re.compile(form, re.DOTALL), kind)
    for form, kind in (
        (rf"{GUARD}?\s*+{DATA}", JSON),
        (r'"(?:[^"\\]|\\.)*+"?\s*+\Z', JSON),
        (rf"{REMARKS}{CALL}\s*+(?:{DATA}|{STRING}\s*+\){END})", JSONP),
        (rf"{REMARKS}(?:[\"']use strict[\"']|(?:var|let|const)\s++{NAME}\s*+[=;,]|(?:window|document)\.\w)", SCRIPT),
        (rf"{REMARKS}[!;+(\s]*+(?:async\s++)?function\b\s*+{NAME}?\s*+\(|{REMARKS}(?:if|try)\s*+[({{]", SCRIPT),
        (rf"{REMARKS}import\b[^<>]{{0,200}}?[\"'][^\"'<>]++[\"']\s*+;", SCRIPT),
        (rf"{REMARKS}export\s+(?:default|const|function)\b", SCRIPT),
        (rf"{REMARKS}@(?:charset|import|media|font-face|keyframes)\b", STYLES),
        (rf"{REMARKS}[^{{}}<;]{{1,300}}\{{\s*+[\w-]++\s*+:[^{{}}<;]*+[;}}]", STYLES),
    )
)
PROLOGUE = r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)*+"
ROOT = re.compile(rf"(<\?xml\b[^<>]*>)?{PROLOGUE}<([A-Za-z][\w:.-]*)", re.DOTALL)
ROOTS = {
    **dict.fromkeys(("rss", "feed", "rdf:RDF"), "a feed (RSS or Atom)"),
    **dict.fromkeys(("urlset", "sitemapindex"), "a sitemap"),
    "svg": IMAGE,
}
# Roots of pages that say that they are XML, and of web archives.
PAGES = re.compile(
    "(?:html|head|body|title|meta|link|script|style|base|article|section|main|h[1-6]|div|p|table|plist)$", re.IGNORECASE
)


def kind_of(data: bytes) -> str:
    """What a file is that holds no page; empty if it may hold one.

    >>> kind_of(b""), kind_of(b" \\n"), kind_of(b"%PDF-1.4"), kind_of(b"[1, 2]"), kind_of(b"<html>")
    ('an empty file', 'a blank file', 'a PDF document', 'JSON', '')
    """
    start = text_start(data)
    if start == len(data):
        return "a blank file" if data else "an empty file"
    if OFFICE.match(data):
        return DOCUMENT
    if WEBP.match(data):
        return IMAGE
    if TAR.match(data):
        return ARCHIVE
    kind = next((kind for begin, kind in KINDS if data.startswith(begin, start)), "")
    return kind or kind_of_text(sample_of(data[start : start + SAMPLE]))


def kind_of_text(text: str) -> str:
    """What a text is that is no page, by its start; empty if it may be one.

    >>> kind_of_text('{"a": 1}'), kind_of_text("back([1]);"), kind_of_text("var a = 1"), kind_of_text("p {margin: 0}")
    ('JSON', 'JSON in a call (JSONP)', 'JavaScript', 'a style sheet (CSS)')
    >>> kind_of_text("<?xml version='1.0'?><a>"), kind_of_text("<rss>"), kind_of_text("<?xml version='1.0'?><html>")
    ('XML', 'a feed (RSS or Atom)', '')
    """
    if root := ROOT.match(text):
        return ROOTS.get(root[2], "XML" if root[1] and not PAGES.match(root[2]) else "")
    return next((kind for form, kind in FORMS if form.match(text)), "")


def sample_of(data: bytes) -> str:
    """The start of a text, of whose characters only those of ASCII are sure."""
    return data.decode("utf-16", "ignore").strip() if data.startswith(WIDE) else data.decode("latin-1")


def text_start(data: bytes) -> int:
    """The offset at which a text begins, after a byte order mark and blanks."""
    match = BLANK.match(data)
    return match.end() if match else 0


def is_binary(data: bytes) -> bool:
    """Whether bytes are no text. Zeros at the end do not count: file systems leave them in a file after a crash.

    >>> is_binary(bytes(range(256))), is_binary(b"<p>page" + b"\\0" * 99)
    (True, False)
    """
    sample = data.rstrip(b"\0")[:SAMPLE]
    controls = len(sample) - len(sample.translate(None, CONTROLS))
    return controls * MOST > len(sample) and not data.startswith(WIDE)


def unreadable(what: str) -> Refused:
    """The refusal of a file, which says what it is."""
    return Refused("unreadable", what)


def too_large(largest: int, limit: str) -> Refused:
    """The refusal of a page of more than `largest` bytes; `limit` is what a user raises to read it.

    >>> too_large(10 * 2**20, "--max-size").detail
    'the page is larger than 10 MB; raise --max-size to read it'
    """
    advice = f"; raise {limit} to read it" if largest < LARGEST else ""
    return unreadable(f"the page is larger than {largest / 2**20:g} MB{advice}")
