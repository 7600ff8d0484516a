"""Which charset a page is decoded by, and which place named it."""

import pytest

from newscrawl.extraction.charset import Charset, as_utf8, candidates

TEXT = "臺灣經濟報導"
BIG5, GBK = TEXT.encode("big5"), "新浪财经，市场".encode("gbk")
HEADER, META = "Content-Type", "the page's declaration"


def meta(charset: str) -> bytes:
    return f"<meta charset={charset}>".encode()


@pytest.mark.parametrize(
    ("page", "declared", "charset"),
    [
        (TEXT.encode(), "", Charset("utf-8", "the bytes")),
        (TEXT.encode(), "big5", Charset("utf-8", "the bytes")),  # the bytes know better
        (meta("big5") + TEXT.encode(), "gbk", Charset("utf-8", "the bytes")),
        (BIG5, "Big5", Charset("big5hkscs", HEADER)),
        (meta("utf-8") + BIG5, "big5", Charset("big5hkscs", HEADER)),
        (meta("big5") + BIG5, "", Charset("big5hkscs", META)),
        (meta("big5") + BIG5, "utf-8", Charset("big5hkscs", META)),
        (meta("big5") + BIG5, "iso-8859-1", Charset("big5hkscs", META)),
        (meta("big5") + BIG5, "hex", Charset("big5hkscs", META)),
        (meta("gb2312") + BIG5, "big5", Charset("big5hkscs", HEADER)),  # both fit: the header, as in browsers
        (GBK, "", Charset("gb18030", "nothing that fits is declared")),
        (GBK, "gb2312", Charset("gb18030", HEADER)),
        (meta("gbk") + GBK + b"\xfe\x41\x81\x20", "euc-kr", Charset("gb18030", META)),  # the header fits less of it
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "big5", Charset("utf-16-le", "byte order mark")),
    ],
)
def test_the_charset_of_a_page(page: bytes, declared: str, charset: Charset) -> None:
    assert as_utf8(page, declared)[1] == charset


def test_a_page_with_a_broken_character_is_read_by_what_is_declared() -> None:
    page, charset = as_utf8(BIG5 + b"\xff" + BIG5, "big5")
    assert (page.decode(), charset.place) == (TEXT + TEXT, HEADER)


def test_a_page_in_utf_8_with_a_flipped_byte_stays_utf_8() -> None:
    page, charset = as_utf8((TEXT * 9).encode() + b"\xff", "big5")
    assert (page.decode(), charset.name) == (TEXT * 9, "utf-8")


def test_the_candidates_are_those_that_are_declared() -> None:
    assert [charset.place for charset in candidates(meta("gbk"), "big5")] == [HEADER, META]
    assert [charset.name for charset in candidates(meta("utf-8"), "utf-8")] == ["gb18030"]


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (TEXT, "big5"),
        (TEXT, "big5-hkscs"),
        ("日本経済", "euc-jp"),
        ("日本経済", "shift_jis"),
        ("경제", "euc-kr"),
        ("㐀𠀀", "gb18030"),
    ],
)
def test_charsets_that_are_trusted(text: str, charset: str) -> None:
    for page in (text.encode(charset), meta(charset) + text.encode(charset)):
        decoded, _ = as_utf8(page, charset if page[:1] != b"<" else "")
        assert decoded.decode().endswith(text)


def test_line_ends_become_newlines_and_nul_bytes_go() -> None:
    for charset in ("utf-8", "gbk"):
        assert as_utf8("甲\r\n乙\r丙\0".encode(charset))[0].decode() == "甲\n乙\n丙"
