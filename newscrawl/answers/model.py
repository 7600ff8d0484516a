"""What an answer is: the body that a server sent, what is known of its way here, and whether it is whole.

Everything that keeps pages asks `why_cut`: a crawl and a fetch, a replay and a repair, and the reading of a saved page.
Whether an answer is final, and whether it is the site's fault or our line's, is said by its reason
(`newscrawl/outcomes/reasons.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newscrawl.answers.decode import LARGEST, decode_body, join_chunks
from newscrawl.answers.numbers import whole_number

CUT_OFF = "cut_off"  # the flag of an article that was read from a page that was cut off
PARTIAL_CONTENT = 206
MARKUP = re.compile(  # a comment, a script or a style sheet to its end, or a tag (its name) with its attributes
    rb"""<(?:!--.*?(?:-->|\Z)|(script|style)\b.*?(?:</\1|\Z)|(/?[a-z]\w*+)(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)""",
    re.IGNORECASE | re.DOTALL,
)
MORE = frozenset((b"body", b"h1", b"p", b"td"))  # tags of a page; an end tag with one of them behind it ends nothing
HTML, BODY = b"html", b"body"
TAIL = 64  # bytes at the end of a page, where its end tag stands as a rule
CHARSET = re.compile(r"""\bcharset\s*+=\s*+["']?\s*+([\w.:-]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its body decoded. Each default stands for what is not known of it."""

    body: bytes
    status: int = 200
    charset: str = ""  # that its Content-Type names
    sized: bool = True  # whether it was told where the body ends: by a length, a last chunk, the end of a stream
    unfinished: str = ""  # the coding that ends early
    undecodable: str = ""  # why its codings could not be removed
    missing: int = 0  # bytes that its Content-Length counts and that are not there
    truncated: str = ""  # why its WARC record says that it is cut off (WARC-Truncated)
    lists: tuple[str, ...] = ()  # that had named its URL when it was fetched


def why_cut(answer: Answer) -> str:
    """Why an answer is not whole, as a predicate for a message; empty if it is, as far as that can be known.

    A page without a known length is whole if it has the end tag of HTML (`has_end`).

    >>> why_cut(Answer(b"<html><p>half", sized=False)), why_cut(Answer(b"<html></HTML>\\n<!-- 3 -->", sized=False))
    ('has no Content-Length, and its page no </html>', '')
    """
    if answer.undecodable:
        return f"cannot be decoded: {answer.undecodable}"
    if answer.unfinished:
        return f"is cut off within its {answer.unfinished} data"
    if answer.missing > 0:
        return f"is {answer.missing} bytes shorter than its Content-Length"
    if answer.truncated:
        return f"is cut off, as its record says ({answer.truncated})"
    if answer.status == PARTIAL_CONTENT:
        return "is only a part of the page (HTTP 206)"
    if not answer.sized and not has_end(answer.body):
        return "has no Content-Length, and its page no </html>"
    return ""


def has_end(page: bytes, tag: bytes = HTML) -> bool:
    """Whether a page has the end tag of HTML, or of its body, and no more of the page behind it.

    Scripts, comments and attributes may hold such a tag, too, and a document that a page includes has one of its own.

    >>> has_end(b"<p></HTML >\\n<!-- cached -->"), has_end(b"<p></htmlx>"), has_end(b"</html><h1>")
    (True, False, False)
    >>> has_end(b"<script>'</html>'</script>"), has_end(b"<a b='</html>'>"), has_end(b"<p></body>", BODY)
    (False, False, True)
    """
    end = b"</" + tag
    within = page.rfind(b"<script") > page.rfind(b"</script") or page.rfind(b"<!--") > page.rfind(b"-->")
    if not within and page[-TAIL:].rstrip().lower().endswith(end + b">"):
        return True  # nearly all pages; the search below takes milliseconds
    lower = page.lower()
    if end not in lower:
        return False
    names = [match[2] for match in MARKUP.finditer(lower) if match[2]]
    ends = [at for at, name in enumerate(names) if name == b"/" + tag]
    return bool(ends) and MORE.isdisjoint(names[ends[-1] :])


def saved_page(page: bytes, charset: str = "", truncated: str = "") -> Answer:
    """A page that was saved in a file: of its way nothing is known, but perhaps that it is cut off."""
    return Answer(page, charset=charset, sized=False, truncated=truncated)


def stored_answer(
    status: int, headers: Mapping[str, str], payload: bytes, truncated: str = "", largest: int = LARGEST
) -> Answer:
    """The answer in a record of a WARC file; `headers` are those of the HTTP message, by names in lower case.

    Some archivers store a body as it was transferred, in chunks, others decoded with the headers of the packed one.
    Raises UndecodableBody; BodyTooLarge if it decodes to `largest` bytes or more.
    """
    encoding = headers.get("content-encoding", "")
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    joined = join_chunks(payload) if chunked else None
    decoded = decode_body(joined.body if joined else payload, encoding, largest)
    as_sent = decoded.body is not payload or not encoding  # else it was stored decoded, and its length is another's
    length = headers.get("content-length", "").strip()
    told = whole_number(length) if length.isdecimal() and not chunked and as_sent else len(payload)
    return Answer(
        decoded.body,
        status,
        declared_charset(headers.get("content-type", "")),
        unfinished=decoded.unfinished or (joined.unfinished if joined else ""),
        missing=max(0, told - len(payload)),
        truncated=truncated,
    )


def declared_charset(content_type: str) -> str:
    """The charset that a Content-Type names, as it is written; empty if it names none.

    >>> declared_charset('text/html; charset="Big5"'), declared_charset("text/html")
    ('Big5', '')
    """
    match = CHARSET.search(content_type)
    return match[1] if match else ""
