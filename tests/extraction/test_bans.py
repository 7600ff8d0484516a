"""A ban page is short and matches the pattern of the site file; a long page with the same text is no ban page."""

import msgspec
import pytest

from newscrawl.extraction.bans import LONGEST, is_ban_page
from newscrawl.sites.loader import load_site

SINA = load_site("sina_finance")
SITE = msgspec.structs.replace(SINA, politeness=msgspec.structs.replace(SINA.politeness, ban_page="访问过于频繁"))
BAN = "<title>访问过于频繁</title>"


@pytest.mark.parametrize(
    ("page", "banned"),
    [
        (BAN.encode(), True),
        (f'<meta charset="gb2312">{BAN}'.encode("gb18030"), True),
        (b"<title>x</title>", False),
        (b"", False),
        (BAN.encode().ljust(LONGEST), True),
        (BAN.encode().ljust(LONGEST + 1), False),
    ],
)
def test_is_ban_page(page: bytes, banned: bool) -> None:
    assert is_ban_page(page, SITE) is banned
    assert not is_ban_page(page, msgspec.structs.replace(SINA, politeness=type(SINA.politeness)()))
