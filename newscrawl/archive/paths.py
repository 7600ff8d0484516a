"""Where things stand in an archive."""

import re
from collections.abc import Mapping
from typing import Any

from newscrawl.sites.urls import short_hash

FILE_NAME = re.compile(r"[a-z0-9-]{1,64}")


def path_for(record: Mapping[str, Any]) -> str:
    """Where an article's post stands: by its day on the site's clock and its docid, else a hash of its address.

    The name suits every generator (`docs/posts.md`): date first, then lower-case ASCII, never the title. Raises
    ValueError for an article without a date.

    >>> path_for({"published": "2026-03-11T09:30:17+08:00", "docid": "iabcdef0000001", "url": "https://a/"})
    'posts/2026/03/11/2026-03-11-iabcdef0000001.md'
    """
    if not record["published"]:
        raise ValueError(f"{record['url']} has no date, so it has no place in an archive")
    day = record["published"][:10]
    return f"posts/{day.replace('-', '/')}/{day}-{name_of(record)}.md"


def name_of(record: Mapping[str, Any]) -> str:
    """What an article is called in an archive: its docid, else a hash of its address, else of its words.

    Only what is harmless in a path is taken from a page: the hash stands in for any other id.
    """
    if FILE_NAME.fullmatch(record["docid"]):
        return str(record["docid"])
    return short_hash(record["url"] or f"{record['title']}\n{record['text']}")
