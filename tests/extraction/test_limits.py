"""How many parts a page may have: what has more is refused, and what real pages have is read."""

import pytest

from newscrawl import Refused, extract
from newscrawl.errors import ListError
from newscrawl.extraction import limits, walk
from newscrawl.extraction.dom import parse, text_content
from newscrawl.extraction.limits import (
    ATTRIBUTES,
    END_TAGS,
    LINES,
    LONG_TAGS,
    NESTED_TEXT,
    NODES,
    SMALL,
    STEPS_UP,
    TEXT,
    check_json,
    check_links,
    check_page,
    check_rows,
    check_xml,
)
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"


def page(body: str | bytes) -> bytes:
    """An article with a body of its own."""
    inside = body if isinstance(body, bytes) else body.encode()
    return article(paragraph="正文。<!--body-->").replace(b"<!--body--></p>", b"</p>" + inside)


def names(count: int, value: str = "") -> str:
    """So many attributes, each with a name and, if so, the value."""
    return " ".join(f"a{number:x}{value}" for number in range(count))


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in FEWER.items():
        monkeypatch.setattr(limits, name, most)
    monkeypatch.setattr(walk, "LINES", LINES // 10)


def refused(text: bytes) -> str:
    """What a page has too much of."""
    with pytest.raises(Refused) as caught:
        extract(text, URL)
    assert caught.value.reason == "too_large"
    return caught.value.detail.removeprefix("the page has ")


MANY = "more than 10,000 elements and comments"
DEEP = "elements within more than 2,000 others"
WITHIN = "too many elements within elements"
LONG = "more than 10,000 attributes in long start tags"
ALL = "more than 15,000 attributes"
CHARACTERS = "more than 200,000 characters of text"
ENDS = '=">"'
TAGS_WITHIN = "='<b>'"
ROW = "<tr><td>a<td>b"
# A page has ten times as many; `tests/faults/check_memory.py` tests those.
FEWER = {
    name: getattr(limits, name) // 10
    for name in ("NODES", "ATTRIBUTES", "END_TAGS", "TEXT", "SMALL", "FEW", "STEPS_UP", "NESTED_TEXT")
}
BOMBS = {
    "line breaks": ("a<br>" * 10_100, MANY),
    "paragraphs": ("<p>甲" * 10_100, MANY),
    "inline elements": ("<i>a</i>" * 10_100, MANY),
    "elements that are never closed": ("<b>" * 10_100, WITHIN),
    "items that are never closed": ("<li><a>" * 5_100, WITHIN),
    "rows of a table": (f"<table>{ROW * 3_400}</table>", MANY),
    "pictures": ("<img src=/a.jpg>" * 10_100, MANY),
    "scripts": ("<script></script>" * 10_100, MANY),
    "end tags without start tags": ("<div>" * 900 + "</q>" * 15_100, "more than 15,000 end tags"),
    "comments": ("<!---->" * 10_100, MANY),
    "comments of one character": ("<!>" * 10_100, MANY),
    "instructions": ("<?a?>" * 10_100, MANY),
    "attributes without values": (f"<p {names(20_000)}>", LONG),
    "one attribute again and again": (f"<p{' a' * 60_000}>", LONG),
    "attributes behind slashes": ("<p " + "/".join(f"a{number}" for number in range(20_000)) + ">", LONG),
    "attributes whose values hide the end of the tag": (f"<p {names(20_000, ENDS)}>", LONG),
    "attributes whose values hide tags": (f"<p {names(20_000, TAGS_WITHIN)}>", LONG),
    "attributes in a tag that is not closed": (f"<p {names(20_000)}", LONG),
    "attributes of many elements": ("<p a b c d e f>" * 2_600 + " " * 60_000, ALL),
    "text": ("甲" * 210_000, CHARACTERS),
    "text in a comment": (f"<!--{'甲' * 210_000}-->", CHARACTERS),
    "text in an attribute": (f"<p title={'甲' * 210_000}>", CHARACTERS),
    "elements in elements": ("<b>" * 500 + "<br>" * 2_500, WITHIN),
    "characters in elements": ("<b>" * 200 + "a" * 70_000, "too much text within too many elements"),
    "lines of a preformatted text": ("<pre>" + "a\n" * 4_100 + "</pre>", "more than 4,000 lines"),
    "short lines": ("<p>" + "a<br>" * 4_100, "more than 4,000 lines"),
}  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            marks=pytest.mark.fault("flood", f"a page of too many {kind}", f"{len(page(body)) >> 10} kB", f"`too_large`: {what}"),
        )
        for kind, (body, what) in BOMBS.items()
    ],
)  # fmt: skip
@pytest.mark.usefixtures("fewer")
def test_a_page_of_too_many_parts_is_refused(kind: str) -> None:
    body, what = BOMBS[kind]
    assert refused(page(body)) == what


def test_the_bounds_are_these() -> None:
    assert (NODES, ATTRIBUTES, LONG_TAGS, TEXT, LINES) == (100_000, 150_000, 10_000, 2_000_000, 40_000)
    assert (STEPS_UP, NESTED_TEXT, END_TAGS) == (10_000_000, 100_000_000, 150_000)


@pytest.mark.usefixtures("fewer")
def test_depth_ends_with_the_elements() -> None:
    check_page(b"<p>" + (b"<i>" * 100 + b"</i>" * 100) * 80)
    check_page(b"<i>" * 100 + b"</i>" * 100 + b"<p>" + b"a" * 190_000)
    for text in (b"<i>" * 700 + b"<br>" * 1_000, b"<i>" * 100 + b"<script>" + b"a" * 190_000):
        check_page(text)
    for text in (b"<i>" * 700 + b"<br>" * 1_300, b"<i>" * 100 + b"a" * 190_000):
        with pytest.raises(Refused, match=r"within (too many )?elements"):
            check_page(text)


@pytest.mark.parametrize(
    ("unit", "most", "other"),
    [(b"<i>", 10_000, 2), (b"<!---->", 10_000, 2), (b"<?a>", 10_000, 2), (b"<i a>", 10_000, 2), (b"<i a b c d>", 3750, 0)],
)  # fmt: skip
@pytest.mark.usefixtures("fewer")
def test_a_page_may_have_as_many_parts_as_the_bound(unit: bytes, most: int, other: int) -> None:
    """`other`: the elements that libxml2 adds."""
    text = b"<html><body>" + b"x" * (SMALL // 10) + b"<i></i>"
    closed = unit + b"</i>" if unit.startswith(b"<i") else unit
    check_page(text + closed * (most - other - 1))
    with pytest.raises(Refused):
        check_page(text + closed * (most + 1))


@pytest.mark.usefixtures("fewer")
def test_the_text_of_scripts_and_style_sheets_and_addresses_count_for_nothing() -> None:
    raw = b"x" * (TEXT // 10 + 1)
    check_page(b"<script>" + raw + b"</script><style>" + raw + b"</style><img src='data:" + raw + b"'><p>" + raw[2:])
    with pytest.raises(Refused, match=CHARACTERS):
        check_page(b"<script></script><p>" + raw)
    with pytest.raises(Refused, match=CHARACTERS):
        check_page(b"<p><script></script>" + raw)


LONG_PAGES = {
    "a table of 10,000 cells": "<table>" + ("<tr>" + '<td class="n">12.3</td>' * 10 + "</tr>") * 1_000 + "</table>",
    "a transcript of 3,000 messages": '<div class="m"><span>08:00</span><p>甲说了一句话。</p></div>' * 3_000,
    "a novel of 600,000 characters": f"<p>{'一个字。' * 50}</p>" * 3_000,
    "a script of two million smaller-than signs": f"<script>{'a<b;' * 2_000_000}</script>",
    "a script of 20,000 numbers": f"<script>for(i=0;i<n;i++)x=[{', '.join(map(str, range(20_000)))}]</script>",
    "a comment of 100,000 tags": f"<!--{'<p>' * 100_000}-->",
    "a picture of 2 MB in its address": f"<img src='data:image/png;base64,{'QUFB' * 500_000}'>",
    "an element of 900 attributes": f"<p {names(900)}>甲</p>",
    "a tag of 100 KB that hides ends": f"<p {names(100, ENDS * 500)}>甲</p>",
}  # fmt: skip


@pytest.mark.parametrize("body", LONG_PAGES.values(), ids=LONG_PAGES)
def test_a_long_page_is_read(body: str) -> None:
    article = extract(page(body), URL)
    assert article.text.startswith("正文。")
    assert len(article.text) >= len(text_content(parse(body.encode())).replace("\n", "")) // 2


DEPTHS = (100, 250, 300, 1_000, 2_000)
TOO_DEEP = (3_000, 30_000)
NESTED = ("<div>", "<span>", "<font size=2>", "<table><tr><td>", "<ul><li>", "<b>", "<blockquote>", "<i><a href=/>")


def nested(unit: str, depth: int, *, closed: bool = True) -> bytes:
    """A page with elements in elements, `depth` of them, and a text in the innermost and one behind them."""
    names = [part.split()[0].rstrip(">") for part in unit.split("<")[1:]]
    times = (depth - 10) // len(names)
    ends = "".join(f"</{name}>" for name in reversed(names)) * times if closed else ""
    return page(f"{unit * times}深处{ends}<p>后面</p>")


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("unit", NESTED)
def test_a_deep_page_is_read_to_its_end(unit: str, closed: bool) -> None:
    for depth in DEPTHS:
        text = extract(nested(unit, depth, closed=closed), URL).text
        assert "深处" in text, (unit, depth)
        assert "后面" in text, (unit, depth)


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(
            unit, marks=pytest.mark.fault("flood", f"`{unit}` in itself", "3,000 and 30,000 levels", "`too_large`, and no half text")
        )
        for unit in NESTED
    ],
)  # fmt: skip
def test_a_page_that_is_too_deep_is_refused(unit: str) -> None:
    for depth in TOO_DEEP:
        for closed in (True, False):
            assert refused(nested(unit, depth, closed=closed)) == DEEP


def test_each_page_has_its_own_depth() -> None:
    with pytest.raises(Refused):
        parse(nested("<div>", 3_000))
    assert text_content(parse(b"<p>a")) == "a"


def test_the_bounds_of_lists() -> None:
    for check, most in ((check_rows, 50_000), (check_links, 10_000)):
        check(most)
        with pytest.raises(ListError, match=f"list_too_large: the answer has more than {most:,}"):
            check(most + 1)
    for unit, most in ((b"<", 600_000), (b"=", 300_000)):
        check_xml(unit * most)
        with pytest.raises(ListError):
            check_xml(unit * (most + 1))
    known = b"&amp;&lt;&gt;&quot;&apos;&#10;"
    check_xml(known * 20_000 + b"&x;" * 100_000)
    with pytest.raises(ListError, match="more than 100,000 references to entities"):
        check_xml(b"&x;" * 100_001)
    for sign in ",[{":
        check_json(sign * 200_000)
        with pytest.raises(ListError):
            check_json(sign * 200_001)
