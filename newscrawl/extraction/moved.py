"""A page that only leads to another one: by a meta refresh, or by a script that sets the address."""

import re

from lxml import etree

from newscrawl.extraction.dom import text_content
from newscrawl.sites.urls import resolve

REFRESH = re.compile(r"""\s*\d{0,9}(?:\.\d{0,9})?\s*[;,]?\s*(?:url\s*=\s*)?["']?([^"'\s]+)""", re.IGNORECASE)
SCRIPT = re.compile(r"""\blocation(?:\s*=|\.href\s*=|\.(?:replace|assign)\s*\()\s*["']([^"'\s]{1,2000})["']""")
LONGEST_LINK, LONGEST_SCRIPT = 2000, 20_000  # characters that are looked at
SHORT = 500  # characters; a page with more to read is one of its own, whatever its scripts do


def target_of(root: etree._Element, base: str) -> str:
    """Returns the address that a page without an article leads to; empty if it leads nowhere, or to itself.

    `base` is the address of the page.

    >>> from newscrawl.extraction.dom import parse
    >>> target_of(parse(b"<meta http-equiv=Refresh content='0; URL=/b.html'>"), "https://a.example/a.html")
    'https://a.example/b.html'
    >>> target_of(parse(b"<script>window.location.replace('/b.html')</script>"), "https://a.example/a.html")
    'https://a.example/b.html'
    >>> target_of(parse(b"<script>location.reload()</script>"), "https://a.example/a.html")
    ''
    """
    if len("".join(text_content(root).split())) > SHORT:
        return ""
    for link in (*refreshes(root), *scripted(root)):
        target = resolve(link, base, secure=False).partition("#")[0]
        if target and target != base.partition("#")[0]:
            return target
    return ""


def refreshes(root: etree._Element) -> list[str]:
    """Returns the links of a page's meta refreshes; one without a link loads the same page again."""
    metas = (meta for meta in root.iter("meta") if (meta.get("http-equiv") or "").strip().lower() == "refresh")
    matches = (REFRESH.match(meta.get("content", "")[:LONGEST_LINK]) for meta in metas)
    return [match[1] for match in matches if match and not match[1].strip(";").isdecimal()]


def scripted(root: etree._Element) -> list[str]:
    """Returns the links that a page's own scripts give as its address."""
    texts = (script.text or "" for script in root.iter("script"))
    return [match[1] for text in texts for match in SCRIPT.finditer(text[:LONGEST_SCRIPT])]
