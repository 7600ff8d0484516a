"""The tree of a page: parsing it and reading metas and text from it."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from lxml import etree

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


def read_meta(root: etree._Element) -> Meta:
    """Returns the contents of the page's metas by name or property, without empty ones."""
    meta: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property")
        content = element.get("content", "").strip()
        if name and content:
            meta[name] = (*meta.get(name, ()), content)
    return meta


def text_outside(element: etree._Element, parts: Collection[etree._Element]) -> str:
    """Returns the text in an element as `text_content` does, without that of some elements in it.

    >>> title = parse("<h1><small>引题</small>题<i>甲</i></h1>".encode()).find(".//h1")
    >>> text_outside(title, title.findall("small")), text_outside(title, [])
    ('题甲', '引题题甲')
    """
    within = {each for part in parts for each in part.iter()}
    return "".join(text for text in cast("list[Any]", TEXT(element)) if owner(text) not in within)


def owner(text: Any) -> etree._Element | None:
    """Returns the innermost element that holds a text, which is a result of XPath."""
    beside: etree._Element = text.getparent()
    return beside.getparent() if text.is_tail else beside


def text_content(element: etree._Element | None) -> str:
    """Returns all text in an element except scripts and styles, white space unchanged; empty for None."""
    return "" if element is None else "".join(cast("list[str]", TEXT(element)))
