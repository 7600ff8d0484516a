"""The tree of a page, and texts out of it."""

from collections.abc import Mapping
from typing import cast

from lxml import etree

TEXT = etree.XPath("descendant::text()[not(parent::script or parent::style)]")
Meta = Mapping[str, tuple[str, ...]]


PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=False)
EMPTY = b"<html></html>"


def parse(page: bytes) -> etree._Element:
    """The tree of a page in UTF-8. A page of nothing is an empty tree."""
    try:
        root = etree.fromstring(page, PARSER)
    except etree.XMLSyntaxError:  # nothing in it that libxml2 calls a document
        root = None
    return etree.fromstring(EMPTY, PARSER) if root is None else root


def read_meta(root: etree._Element) -> Meta:
    """The page's metas by name or property, empty ones left out."""
    meta: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property")
        content = element.get("content", "").strip()
        if name and content:
            meta[name] = (*meta.get(name, ()), content)
    return meta


def words(element: etree._Element | None) -> str:
    """All text in an element that a reader sees, as it stands there; empty for None."""
    return "" if element is None else "".join(cast("list[str]", TEXT(element)))
