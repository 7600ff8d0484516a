"""Decodes pages. Sina declares wrong charsets, and declares gb2312 where the page is in its superset gb18030."""

from w3lib.encoding import html_body_declared_encoding, read_bom

# A page counts as UTF-8 when fewer than one in this many of its non-ASCII characters is broken (a flipped or lost
# byte). In GBK text decoded as UTF-8 nearly every character is broken.
TOLERANCE = 20


# Declared charsets that are used when the bytes are not UTF-8. Any other declaration on such a page is an error, and
# some Python codecs are not charsets (hex, zlib, punycode).
TRUSTED = frozenset(("gb18030", "big5hkscs", "big5", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"))


def as_utf8(data: bytes) -> tuple[bytes, str]:
    """Returns a page in UTF-8, the parser's input, and the name of its original charset.

    Tries strict UTF-8 first: text of another charset does not decode as UTF-8 by chance, and 8 of 64 recorded Sina
    pages declare gb2312 but are in UTF-8. Then tries the declared charset (gb2312 means gb18030, as in browsers), then
    gb18030. Bytes that do not decode are left out, line ends become LF, NUL bytes are removed.

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
    """Returns the text of bytes that are not valid UTF-8, and their charset."""
    bom_charset, bom = read_bom(data)
    if bom_charset and bom:
        return data[len(bom) :].decode(bom_charset, "ignore"), bom_charset
    declared = html_body_declared_encoding(data)
    charset = declared if declared in TRUSTED else "gb18030"
    try:
        return data.decode(charset), charset
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    non_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if broken * TOLERANCE < non_ascii - broken:
        charset = "utf-8"
    return data.decode(charset, "ignore"), charset
