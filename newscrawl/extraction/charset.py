"""Decodes pages. Sina declares wrong charsets, and declares gb2312 where the page is in its superset gb18030."""

from typing import NamedTuple

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

# A page counts as UTF-8 when fewer than one in this many of its non-ASCII characters is broken (a flipped or lost
# byte). In GBK text decoded as UTF-8 nearly every character is broken.
TOLERANCE = 20


# Declared charsets that are used when the bytes are not UTF-8. Any other declaration on such a page is an error, and
# some Python codecs are not charsets (hex, zlib, punycode).
TRUSTED = frozenset(("gb18030", "big5hkscs", "big5", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"))


class Charset(NamedTuple):
    """The charset that a page was decoded by, and the place that named it."""

    name: str
    place: str


UTF_8 = Charset("utf-8", "the bytes")
DEFAULT = "nothing that fits is declared"


def as_utf8(data: bytes, declared: str = "") -> tuple[bytes, Charset]:
    """Returns a page in UTF-8, the parser's input, and its original charset.

    `declared` is the charset that the page's Content-Type names. Strict UTF-8 comes first: text of another charset does
    not decode as UTF-8 by chance, and 8 of 64 recorded Sina pages declare gb2312 but are in UTF-8. Then a byte order
    mark, then what is declared, in the order of browsers (Content-Type, the page; gb2312 means gb18030): the first that
    fits all bytes, else the one that fits most of them. Where nothing is declared it is gb18030. Bytes that do not
    decode are left out, line ends become LF, NUL bytes are removed.

    >>> as_utf8("<meta charset=gb2312>镕".encode("gb18030"))[0].decode()
    '<meta charset=gb2312>镕'
    >>> as_utf8("<meta charset=gb2312>镕".encode())[1].name
    'utf-8'
    >>> as_utf8("<meta charset=utf-8>新浪财经".encode("gbk"))[1].name
    'gb18030'
    >>> as_utf8("經濟".encode("big5"), "Big5")
    (b'\xe7\xb6\x93\xe6\xbf\x9f', Charset(name='big5hkscs', place='Content-Type'))
    """
    try:
        data.decode("utf-8")
        page, charset = data, UTF_8
    except UnicodeDecodeError:
        text, charset = _decode(data, declared)
        page = text.encode("utf-8", "ignore")
    if b"\r" in page:
        page = page.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return page.replace(b"\0", b""), charset


def candidates(data: bytes, declared: str) -> list[Charset]:
    """Returns the charsets that a page may be in, best first: those that are declared and trusted, else gb18030."""
    named = (
        Charset(resolve_encoding(declared) or "", "Content-Type"),
        Charset(html_body_declared_encoding(data) or "", "the page's declaration"),
    )
    trusted = [charset for charset in named if charset.name in TRUSTED]
    return trusted or [Charset("gb18030", DEFAULT)]


def decodes(data: bytes, charset: str) -> bool:
    """Returns whether all bytes are text of a charset."""
    try:
        data.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, declared: str) -> tuple[str, Charset]:
    """Returns the text of bytes that are not valid UTF-8, and their charset."""
    bom_charset, bom = read_bom(data)
    if bom_charset and bom:
        return data[len(bom) :].decode(bom_charset, "ignore"), Charset(bom_charset, "byte order mark")
    charsets = candidates(data, declared)
    for charset in charsets:
        try:
            return data.decode(charset.name), charset
        except UnicodeDecodeError:
            continue
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    non_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if broken * TOLERANCE < non_ascii - broken:
        return data.decode("utf-8", "ignore"), UTF_8
    charset = min(charsets, key=lambda charset: data.decode(charset.name, "replace").count("\ufffd"))
    return data.decode(charset.name, "ignore"), charset
