"""The day of a row, and how late it can be."""

from datetime import UTC, datetime

import pytest

from newscrawl.discovery.days import day_in_address, day_of_row, latest_moment
from newscrawl.discovery.rows import Row
from newscrawl.sites.loader import load_site

SINA = load_site("sina_finance")
DATED = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
PLAIN = "https://finance.sina.com.cn/china/"
LATE = int(datetime(2026, 3, 4, 16, 30, tzinfo=UTC).timestamp())  # 00:30 of the 5th in Beijing


@pytest.mark.parametrize(
    ("row", "day"),
    [
        (Row(DATED, ctime=LATE, mtime=LATE + 86400), "2026-03-05"),
        (Row(DATED, mtime=LATE), "2026-03-05"),
        (Row(DATED, intime=LATE), "2026-03-01"),
        (Row(DATED), "2026-03-01"),
        (Row(PLAIN), "2026-03-09"),
    ],
)
def test_a_row_is_of_the_day_of_its_time_else_of_its_address_else_of_today(row: Row, day: str) -> None:
    assert day_of_row(row, SINA, "2026-03-09") == day


def test_a_day_that_does_not_exist_is_none() -> None:
    assert day_in_address(Row(DATED.replace("03-01", "02-30")), SINA) == ""
    assert day_in_address(Row(PLAIN), SINA) == ""
    assert day_in_address(Row(DATED), SINA) == "2026-03-01"


@pytest.mark.parametrize(
    ("row", "latest"),
    [
        (Row(DATED, ctime=LATE), LATE),
        (Row(DATED, mtime=LATE), int(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp())),
        (Row(PLAIN, mtime=LATE), None),
    ],
)
def test_a_row_is_at_the_latest_from_its_time_else_from_the_end_of_the_day_in_its_address(
    row: Row, latest: int | None
) -> None:
    assert latest_moment(row, SINA) == latest
