"""The day that a row belongs to, and how late it can be: by its times, else by the date in its address."""

from datetime import datetime

from newscrawl.discovery.roll import day_window
from newscrawl.discovery.rows import Row
from newscrawl.ledger.schedule import day_of
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address


def day_of_row(row: Row, site: Site, today: str) -> str:
    """Returns the day of a row (YYYY-MM-DD): by its time, else by the date in its address, else `today`.

    >>> from newscrawl.sites.loader import load_site
    >>> day_of_row(Row("https://a.example/1", ctime=1617678022), load_site("sina_finance"), "2026-03-01")
    '2021-04-06'
    """
    if instant := row.ctime or row.mtime:
        return day_of(instant, site.zone)
    return day_in_address(row, site) or today


def day_in_address(row: Row, site: Site) -> str:
    """Returns the day in the address of a row (YYYY-MM-DD); empty without one, or when it does not exist (30 February).

    >>> from newscrawl.sites.loader import load_site
    >>> url = "https://finance.sina.com.cn/china/2021-09-03/doc-iktzscyx2063284.shtml"
    >>> day_in_address(Row(url), load_site("sina_finance"))
    '2021-09-03'
    """
    try:
        return datetime.fromisoformat(address(row.url, site).date).date().isoformat()
    except ValueError:
        return ""


def latest_moment(row: Row, site: Site) -> int | None:
    """Returns the latest moment that a row can be from, in epoch seconds; None where it has no date.

    It is the row's time, else the end of the day in its address.
    """
    if row.ctime:
        return row.ctime
    day = day_in_address(row, site)
    return day_window("", day, site.zone).end if day else None
