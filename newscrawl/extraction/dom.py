"""The tree of a page: parsing it and reading metas and text from it."""

from collections.abc import Mapping
from typing import cast

from lxml import etree

from newscrawl.sites.urls import resolve

TEXT = etree.XPath("descendant::text()[not(parent::script or parent::style)]")
Meta = Mapping[str, tuple[str, ...]]


PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=False)
EMPTY = b"<html></html>"


def parse(page: bytes) -> etree._Element:
    """Returns the tree of a page in UTF-8. An empty page gives an empty tree."""
    try:
        root = etree.fromstring(page, PARSER)
    except etree.XMLSyntaxError:  # libxml2 finds no document in it
        root = None
    return etree.fromstring(EMPTY, PARSER) if root is None else root


def base_of(root: etree._Element, url: str) -> str:
    """Returns the address that a page's relative addresses are relative to; `url` is the page's own.

    As in browsers, it is that of the first `<base>` with an href, which may be relative to `url` itself. One that is
    not http(s) does not count.

    >>> base_of(parse(b"<base target=_top><base href=/b/><base href=/c/><a href=1>"), "https://a.example/x/y.html")
    'https://a.example/b/'
    >>> base_of(parse(b"<base href=data:,x>"), "https://a.example/"), base_of(parse(b""), "https://a.example/")
    ('https://a.example/', 'https://a.example/')
    """
    href = next((href for base in root.iter("base") if (href := base.get("href")) is not None), "")
    return resolve(href, url, secure=False) or url


def read_meta(root: etree._Element) -> Meta:
    """Returns the contents of the page's metas by name or property, without empty ones."""
    meta: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property")
        content = element.get("content", "").strip()
        if name and content:
            meta[name] = (*meta.get(name, ()), content)
    return meta


def text_content(element: etree._Element | None) -> str:
    """Returns all text in an element except scripts and styles, white space unchanged; empty for None."""
    return "" if element is None else "".join(cast("list[str]", TEXT(element)))
