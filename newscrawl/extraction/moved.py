"""A page that only leads to another one: by a meta refresh, or by a script that sets the address."""

import re

from lxml import etree

from newscrawl.extraction.dom import base_of, text_content
from newscrawl.sites.urls import is_web_url, resolve

REFRESH = re.compile(r"[0-9]{0,9}(?:\.[0-9]{0,9})? ?[;,]? ?(?:url ?= ?)?", re.IGNORECASE)
SCRIPT = re.compile(r"""\blocation(?:\s*=|\.href\s*=|\.(?:replace|assign)\s*\()\s*["']([^"'\s]{1,2000})["']""")
LONGEST_LINK, LONGEST_SCRIPT = 2000, 20_000  # characters that are looked at
SHORT = 500  # characters; a page with more to read is one of its own, whatever its scripts do


def target_of(root: etree._Element, url: str) -> str:
    """Returns the address that a page without an article leads to; empty if it leads nowhere, or to itself.

    `url` is the address of the page.

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
    base = base_of(root, url)
    for link in (*refreshes(root), *scripted(root)):
        target = resolve(link, base, secure=False).partition("#")[0]
        if is_web_url(target) and target != url.partition("#")[0]:
            return target
    return ""


def refreshes(root: etree._Element) -> list[str]:
    """Returns the links of a page's meta refreshes; one without a link loads the same page again."""
    metas = (meta for meta in root.iter("meta") if (meta.get("http-equiv") or "").strip().lower() == "refresh")
    return [link_of(meta.get("content", "")[:LONGEST_LINK]) for meta in metas]


def link_of(content: str) -> str:
    """Returns the link in the content of a meta refresh; empty without one.

    >>> link_of("0; URL='/b.html'"), link_of("0;/b.html"), link_of("5"), link_of("0;url=''")
    ('/b.html', '/b.html', '', '')
    """
    text = " ".join(content.split())
    match = REFRESH.match(text)
    link = text[match.end() :] if match else text
    return link.strip("\"' ").split(" ")[0].split('"')[0].split("'")[0]


def scripted(root: etree._Element) -> list[str]:
    """Returns the links that a page's own scripts give as its address."""
    texts = (script.text or "" for script in root.iter("script"))
    return [match[1] for text in texts for match in SCRIPT.finditer(text[:LONGEST_SCRIPT])]
