"""The attributes of long start tags: real ones are counted, and what only looks like one is read."""

import base64
import random

import pytest
from lxml import etree

from newscrawl import Refused, extract
from newscrawl.extraction import long_tags
from newscrawl.extraction.limits import LONG_TAGS, check_page
from newscrawl.extraction.long_tags import (
    WINDOW,
    attributes_from,
    attributes_of_long_tags,
    begins_of_attributes,
    ends_of_long_tags,
)
from tests.extraction.test_limits import LONG, URL, names, page


def ends_of(text: bytes) -> list[int]:
    return ends_of_long_tags(text, LONG_TAGS)


def picture(length: int) -> str:
    """A picture in base64, which has a slash in 64 characters."""
    return base64.b64encode(random.Random(7).randbytes(length * 3 // 4)).decode()


VALUES = {
    "a picture in double quotes": f'<img src="data:image/png;base64,{picture(700_000)}">',
    "a picture in single quotes": f"<img src='data:image/png;base64,{picture(700_000)}'>",
    "a picture without quotes": f"<img src=data:image/png;base64,{picture(700_000)}>",
    "an icon": f"<link rel=icon href='data:image/png;base64,{picture(700_000)}'>",
    "a description": f'<img alt="{"code to scan " * 60_000}" src=a.jpg>',
    "an address of slashes": f'<a href="{"/a" * 400_000}">甲</a>',
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("flood", "a page with one long value", f"{kind}, of 700 kB", "the page was read"))
        for kind in VALUES
    ],
)  # fmt: skip
def test_a_long_value_is_one_attribute(kind: str) -> None:
    assert "正文" in extract(page(VALUES[kind]), URL).text


@pytest.mark.parametrize("sign", ["src=", "src =", "src= ", "src = "])
@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_a_tag_may_be_cut_anywhere(sign: str, quote: str) -> None:
    """A value is one attribute wherever the first window ends, and the attributes behind it are counted."""
    more, value = names(LONG_TAGS), "/a" * 20_000
    for place in range(WINDOW - 40, WINDOW):
        start = "x" * (place - len("<img alt='a' ")) + f"<img alt='a' {sign}{quote}{value}{quote} "
        check_page(f"{start}b>".encode())
        assert attributes_of_long_tags(f"{start}{more}>".encode(), LONG_TAGS) > LONG_TAGS


def test_nothing_passes_for_the_place_of_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark is a word that no page can know."""
    marks: list[str] = []
    cut_at = long_tags.with_tags_cut
    monkeypatch.setattr(long_tags, "with_tags_cut", lambda *words: marks.append(words[2]) or cut_at(*words))  # type: ignore[func-returns-value]
    for _ in range(2):
        known = (marks or ["newscrawl-cut-0"])[0]
        forged = f"<p x=\" &#110;{known[1:]}' \" y=' {known}' z={known} {known.upper()}-99999 "
        assert attributes_of_long_tags(f"{forged}{names(2 * LONG_TAGS)}>".encode(), LONG_TAGS) > LONG_TAGS
    assert len({*marks}) == 2


def test_what_follows_a_value_directly_is_counted() -> None:
    for end in (b"'", b'"', b" ", b"\n"):
        assert attributes_from(b"x=1" + end + b"a/b/c", 4, "x", 9) == 3
    assert attributes_from(b"x=12a/b/c", 4, "x", 9) == 0


def test_only_windows_that_are_within_a_tag_count() -> None:
    tag = f"<p {names(LONG_TAGS)}".encode()
    assert len(tag) > 2 * WINDOW
    assert ends_of(b"<p>" + tag.replace(b" ", b">")) == []
    assert ends_of(tag[: 2 * WINDOW]) == []  # not as many attributes
    found = ends_of(tag * 2)
    assert found
    assert found == [WINDOW * (number + 1) for number in range(len(found))]


def test_an_attribute_may_begin_behind_each_state_of_a_tag() -> None:
    """A window begins between two attributes, in an unquoted value, before a value, and in a value with either quote."""
    assert [*begins_of_attributes(b"""\"b c='d""", 0, 7)] == [0, 2, 7, 1, 6]


BEFORE = {
    "a name": b"", "a value": b"x=", "an open value": b"x=a", "a quoted value": b'x="', "another one": b"x='",
}  # fmt: skip
SEPARATED = {
    "plain": b"a b ", "values": b'a="1" b=2 ', "ends in values": b'a=">" b=\'>\' ', "ends and blanks": b"a = \n '>' b ",
    "nothing between": b'a=">"b=">"', "quotes in names": b"a\" b' ", "quotes in values": b"a=1\" b=2' c=\">\" ",
    "an equals sign for a name": b'=a=">" ', "two": b'a== b=">" ',
}  # fmt: skip


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("separated", SEPARATED.values(), ids=SEPARATED)
def test_no_state_of_a_tag_hides_its_attributes(before: bytes, separated: bytes) -> None:
    """A window may begin anywhere in a tag."""
    filler = b"f" * (WINDOW - len(b"<p ") - len(before))
    closed = {b'x="': b'" ', b"x='": b"' "}.get(before, b" ")
    text = b"<p " + before + filler + closed + separated * (60_000 // len(separated) * 2)
    windows = [WINDOW * number for number in range(1, 7)]
    assert ends_of(text[: 6 * WINDOW]) == windows


def test_a_tag_that_is_cut_is_found_and_nothing_else() -> None:
    inside = names(20_000).encode()
    for text in (b"<p " + inside + b">", b"<p>" + b"x" * WINDOW + b"<a " + inside):
        with pytest.raises(Refused, match=LONG):
            check_page(text)
    for begin, end in (
        (b"<script>i<n ", b"</script>"),
        (b"<!--", b"-->"),
        (b"<p>i < n ", b""),
        (b"<title>", b"</title>"),
    ):
        text = begin + inside + end + b"<p>text"
        assert ends_of(text)
        check_page(text)


def test_libxml2_adds_attributes_in_the_time_of_their_square() -> None:
    """Else windows are looked at for nothing; if this fails, the bound of one element may go."""
    assert etree.LIBXML_VERSION >= (2, 14, 0)
