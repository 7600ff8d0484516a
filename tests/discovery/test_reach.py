"""How far back a list reaches."""

from datetime import UTC, datetime

import pytest

from newscrawl.discovery.reach import beginning, is_gap, is_reached, without_pinned
from newscrawl.discovery.rows import Row
from newscrawl.sites.loader import load_site

SITE = load_site("sina_finance")


def row(number: int, ctime: int | None = None, mtime: int | None = None) -> Row:
    return Row(f"https://list.example/{number}", ctime=ctime, mtime=mtime)


def test_a_page_with_only_older_rows_ends_a_reading() -> None:
    dated = Row("https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml")
    end = datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp()
    young, old = row(1, 200), row(2, 100)
    assert not is_reached([], 0, SITE)
    assert is_reached([young, old], 201, SITE)
    assert not is_reached([young, old], 200, SITE)
    assert not is_reached([old, young], 101, SITE)
    assert not is_reached([row(3)], 10**10, SITE)
    assert is_reached([row(3), old], 101, SITE)
    assert is_reached([dated], end + 1, SITE)
    assert not is_reached([dated], end, SITE)


@pytest.mark.parametrize(
    ("rows", "kind", "begins"),
    [
        ([row(1, 300), row(2, 200), row(3)], "feed", 200),
        ([row(1, 300, 900), row(2, 200, 800)], "feed", 800),
        ([row(1, 300, 900), row(2, 200, 800)], "html", 200),
        ([row(1, mtime=900)], "feed", 900),
        ([row(1, mtime=900)], "html", None),
        ([row(1, mtime=900)], "sitemap", None),
        ([row(0, 50), row(1, 300), row(2, 200)], "feed", 200),
        ([row(0, 50), row(1, 300), row(2, 200)], "html", 200),
        ([row(0, 50), row(1, 300), row(2, 200)], "sitemap", 50),
        ([], "feed", None),
    ],
)
def test_where_a_list_begins(rows: list[Row], kind: str, begins: int | None) -> None:
    assert beginning(rows, kind) == begins


def test_a_list_that_begins_after_the_watermark_has_a_gap() -> None:
    assert [is_gap(200, watermark) for watermark in (199, 200, None)] == [True, False, False]


@pytest.mark.parametrize(
    ("times", "left"),
    [([1, 1], [1, 1]), ([1, 2, 9, 8], [9, 8]), ([9, 8, 1, 7], [9, 8, 1, 7]), ([1, 2, 2], [1, 2, 2]), ([5], [5])],
)
def test_pinned_rows_stand_above_newer_ones(times: list[int], left: list[int]) -> None:
    assert without_pinned(times) == left
