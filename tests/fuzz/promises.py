"""What newscrawl promises of any input, as functions of bytes.

Each returns the outcome in a word or two. It raises AssertionError when a promise is broken; any other error is one
that nothing documents. All outputs are made twice, and must be the same.
"""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from zoneinfo import ZoneInfo

import frontmatter
import yaml
from ruamel.yaml import YAML

from newscrawl.crawl.listed import listed_item
from newscrawl.discovery.days import day_of_row, latest_moment
from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import ends_list, is_cut, next_page_url, read_html
from newscrawl.discovery.roll import read_roll
from newscrawl.discovery.rows import Row
from newscrawl.errors import CutOff, ListError, Refused, SiteError
from newscrawl.extraction.allowed import VOID
from newscrawl.extraction.article import Article
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.markup import UNWRITABLE
from newscrawl.extraction.page import extract
from newscrawl.outcomes.reasons import TABLE
from newscrawl.posts.frontmatter import FLAVOURS, Post, distinct_names, one_line, render_post
from newscrawl.posts.render import post_of
from newscrawl.sites import loader
from tests.support.inert import not_allowed, of_markdown

ARTICLE = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
LIST = "https://finance.sina.com.cn/roll/index.d.html?page=1"
BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 12, tzinfo=BEIJING)
DATED = r"(?:(?P<year>\d{4})[-年])?(?P<month>\d\d)[-月](?P<day>\d\d)日?\s*(?P<hour>\d\d):(?P<minute>\d\d)"
LAST = 10**12  # epoch seconds that no time of a row reaches
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but tabs and line ends
REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+))")
BETWEEN = "\x1e"  # between the values of a post


def known(reason: str, detail: str) -> str:
    """A reason; raises AssertionError for one that nothing documents, and for a detail of more than one line."""
    assert reason in TABLE, reason
    assert "\n" not in detail, detail
    return reason


# Pages


def page(data: bytes) -> str:
    """A page is an article or is refused; its record and posts have no controls, and its bodies are inert."""
    try:
        article = extract(data, ARTICLE)
    except Refused as refused:
        return known(refused.reason, refused.detail)
    record = article.record()
    assert record == extract(data, ARTICLE).record(), "another record"
    texts = [*strings(record)]
    adds_no_replacement(texts, data)
    assert_inert(record["html"])
    for body in ("clean", "full"):
        assert_post(article, body)
    for text in texts:
        assert not CONTROLS.search(text), f"a control: {text[:200]!r}"
    return "article"


def assert_post(article: Article, body: str) -> None:
    """Raises AssertionError where a post is not what it must be."""
    post = post_of(article, body=body)
    assert post == post_of(article, body=body), "another post"
    assert not UNWRITABLE.search(post), "a character that no file may hold"
    head, _, inside = post.removeprefix("\n---\n").partition("\n---\n")
    assert_inert(inside)
    assert not (more := of_markdown(post)), more
    assert yaml.safe_load(head)["title"] == one_line(article.title)


class Balance(HTMLParser):
    """Reads markup and holds each end tag against its start tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the parser's)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> that nothing began"
        assert self.open.pop() == tag, f"</{tag}>"


def assert_inert(markup: str) -> None:
    """Raises AssertionError for markup that is not balanced, or that holds what no post may hold."""
    balance = Balance()
    balance.feed(markup)
    balance.close()
    assert not balance.open, balance.open
    assert not (wrong := not_allowed(markup)), wrong


def strings(value: object) -> Iterator[str]:
    """Yields all texts in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def adds_no_replacement(texts: Iterable[str], data: bytes) -> None:
    """Raises AssertionError for U+FFFD in a text that the page does not contain.

    The page may contain it as a character, or as a reference that the HTML standard maps to it: to NUL, a surrogate, or
    a code point beyond Unicode.
    """
    if not any("\ufffd" in text for text in texts):
        return
    source = as_utf8(data)[0].decode("utf-8", "replace")
    numbers = (int(match[1][:9], 16) if match[1] else int(match[2][:9]) for match in REFERENCE.finditer(source))
    refers = any(number in {0, 0xFFFD} or 0xD800 <= number <= 0xDFFF or number > 0x10FFFF for number in numbers)
    assert refers or "\ufffd" in source, "U+FFFD that the page does not contain"


# Lists


def read_as(read: Callable[[], tuple[Iterable[Row], object]]) -> str:
    """A list is read, or is a ListError of one line; what its rows hold can be worked with."""
    try:
        rows, more = read()
    except CutOff as cut:
        found = cut.found[0] if isinstance(cut.found, tuple) else cut.found
        assert_rows(found)
        return cut.reason
    except ListError as error:
        return known(error.reason, error.detail)
    assert_rows(rows)
    assert (rows, more) == read(), "other rows"
    return "rows" if rows else "no rows"


def assert_rows(rows: Iterable[Row]) -> None:
    """Raises AssertionError for rows that cannot be worked with."""
    site = loader.load_site("sina_finance")
    for row in rows:
        assert all(time is None or 0 < abs(time) < LAST for time in (row.ctime, row.intime, row.mtime)), row
        assert row.title == " ".join(row.title.split()), row
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day_of_row(row, site, "2026-03-02")), row
        latest_moment(row, site)
        assert listed_item(row, site).key, row


def roll(data: bytes) -> str:
    """An answer of the roll API."""

    def read() -> tuple[Iterable[Row], object]:
        found = read_roll(data)
        assert found.total is None or found.total >= 0, found.total
        return found.rows, found.total

    return read_as(read)


def list_page(data: bytes) -> str:
    """A list in HTML."""
    next_page_url(data, LIST, "a.next")
    ends_list(data, data)
    is_cut(data)
    return read_as(lambda: (read_html(data, LIST, "li a", DATED, BEIJING, now=NOW), None))


def feed(data: bytes) -> str:
    """An RSS or Atom feed."""
    return read_as(lambda: (read_feed(data, LIST, BEIJING), None))


def sitemap(data: bytes) -> str:
    """A sitemap."""
    return read_as(lambda: read_sitemap(data, LIST, BEIJING))


# Site files


def site_file(data: bytes) -> str:
    """A site file is loaded, or is a SiteError of one line."""
    file = Path(gettempdir(), f"newscrawl-fuzz-{os.getpid()}.yaml")
    file.write_bytes(data)
    loader._load.cache_clear()
    try:
        site = loader.load_site(str(file))
        assert site.name, "no name"
    except SiteError as error:
        return known("error", str(error))
    finally:
        file.unlink()
    return "site"


# Front matter


def post(data: bytes) -> str:
    """What stands in the head of a post is read back by every reader, as it is in every flavour."""
    values = data.decode("utf-8", "replace").split(BETWEEN)
    title, author, headimg, *categories = values + [""] * (3 - len(values))
    of = Post(title, author, tuple(categories), headimg, datetime(2021, 9, 3, 7, 43, 10, tzinfo=UTC))
    expected = {"title": one_line(title), "author": one_line(author), "categories": distinct_names(categories)}
    for name, flavour in FLAVOURS.items():
        written = render_post(of, "<p>x</p>", flavour)
        assert not UNWRITABLE.search(written), name
        if name == "pelican":
            assert pelican(written)["title"] == expected["title"], name
            continue
        head = written.removeprefix("\n").removeprefix("---\n").partition("\n---\n")[0]
        readings: dict[str, Any] = {
            "PyYAML": yaml.safe_load(head),
            "ruamel": YAML(typ="safe").load(io.StringIO(head)),
            "python-frontmatter": frontmatter.loads(written).metadata,
        }
        for reader, values_read in readings.items():
            assert {key: values_read[key] for key in expected} == expected, f"{name}, {reader}"
            assert values_read["headimg"] == values_read["thumbnail"], f"{name}, {reader}"
    return "post"


def pelican(written: str) -> dict[str, str]:
    """The head of a post as Pelican reads it: a key and the rest of its line."""
    lines = written.partition("---\n")[2].partition("\n---\n")[0].split("\n")
    assert all(re.match(r"[a-z]+:(?: |$)", line) for line in lines), lines
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
