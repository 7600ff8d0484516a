"""Breadcrumbs: the words over a headline that say where the page stands in its site."""

import re
from collections.abc import Iterable
from typing import Any, cast

from lxml import etree

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.dom import TEXT, owner, text_content
from newscrawl.sites.urls import resolve

SEPARATOR = re.compile(r"[>＞›»→|｜]|&gt;?|\s/\s|--+")
POSITION = re.compile(r"^.{0,8}位置\s*[:：]\s*")  # 您的位置：, 当前位置：


def read_crumbs(elements: Iterable[etree._Element], base: str = "") -> tuple[tuple[str, str], ...]:
    """Returns the words of breadcrumbs as (word, address of its link), in order; an address is empty without a link.

    `base` resolves relative addresses.
    """
    found: dict[tuple[str, str], None] = {}
    for element in elements:
        for text in cast("list[Any]", TEXT(element)):
            within = cast("etree._Element", owner(text))
            link = next((each for each in (within, *within.iterancestors()) if each.tag == "a"), None)
            words = SEPARATOR.split(text) if link is None else [text_content(link)]
            href = "" if link is None else resolve(link.get("href", "").partition("#")[0], base)
            cleaned = (POSITION.sub("", collapse_space(word)) for word in words)
            found |= {(word, href): None for word in cleaned if word}
    return tuple(found)
