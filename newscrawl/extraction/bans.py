"""Ban pages: the page that a site serves, with any status, to a client that it has banned."""

import re

from newscrawl.extraction.charset import as_utf8
from newscrawl.sites.model import Site

LONGEST = 4096  # bytes; a ban page is short, and an article may quote its words


def is_ban_page(page: bytes, site: Site) -> bool:
    """Whether a page is a ban page: the site file's `politeness.ban_page` matches it, and it is short.

    >>> from newscrawl.sites.loader import load_site
    >>> site = load_site("sina_finance")
    >>> is_ban_page(b"<title>x</title>", site)
    False
    """
    return len(page) <= LONGEST and re.search(site.politeness.ban_page, as_utf8(page)[0].decode()) is not None
