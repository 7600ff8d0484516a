"""Bytes to text, once: Sina declares charsets that are wrong, and names a superset by its subset's name."""

from w3lib.encoding import html_body_declared_encoding, read_bom

# A page is still UTF-8 when fewer than one in this many of its non-ASCII characters is broken (a flipped or lost
# byte); GBK text read as UTF-8 is broken nearly everywhere.
TOLERANCE = 20


# Declared charsets that count where the bytes are not UTF-8; any other name on such a page is a mistake, and Python
# knows codecs that are no charset at all (hex, zlib, punycode).
BELIEVED = frozenset(("gb18030", "big5hkscs", "big5", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"))


def as_utf8(data: bytes) -> tuple[bytes, str]:
    """A page as UTF-8, and the charset it came in; what the parser reads.

    Strict UTF-8 first: it is never right by accident, and 8 of 64 recorded Sina pages declare gb2312 over UTF-8 bytes
    (`sina-layouts.md` §3). Then the declared charset (gb2312 means gb18030, as in browsers), then gb18030. Bytes that
    no charset explains are left out, line ends become LF, NUL goes.

    >>> as_utf8("<meta charset=gb2312>镕".encode("gb18030"))[0].decode()
    '<meta charset=gb2312>镕'
    >>> as_utf8("<meta charset=gb2312>镕".encode())[1]
    'utf-8'
    >>> as_utf8("<meta charset=utf-8>新浪财经".encode("gbk"))[1]
    'gb18030'
    """
    try:
        data.decode("utf-8")
        page, charset = data, "utf-8"
    except UnicodeDecodeError:
        text, charset = _decode(data)
        page = text.encode("utf-8", "ignore")
    if b"\r" in page:
        page = page.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return page.replace(b"\0", b""), charset


def _decode(data: bytes) -> tuple[str, str]:
    """The text of bytes that are not UTF-8 throughout."""
    bom_charset, bom = read_bom(data)
    if bom_charset and bom:
        return data[len(bom) :].decode(bom_charset, "ignore"), bom_charset
    declared = html_body_declared_encoding(data)
    charset = declared if declared in BELIEVED else "gb18030"
    try:
        return data.decode(charset), charset
    except UnicodeDecodeError:
        pass
    loose = data.decode("utf-8", "replace")
    broken = loose.count("\ufffd")
    beyond_ascii = len(loose) - len(loose.encode("ascii", "ignore"))
    if broken * TOLERANCE < beyond_ascii - broken:
        charset = "utf-8"
    return data.decode(charset, "ignore"), charset
