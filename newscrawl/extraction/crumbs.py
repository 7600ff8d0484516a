"""Breadcrumbs: the words over a headline that say where the page stands in its site."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import Any, cast

from lxml import etree

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.dom import TEXT, is_seen, owner, text_content
from newscrawl.sites.urls import resolve

SEPARATOR = re.compile(r"[>＞›»→❯▶|｜/／]|&gt;?|\s[-–—·_]\s|--+")
POSITION = re.compile(r"^.{0,8}位置是?\s*[:：]\s*")  # 您的位置：, 您现在的位置是：
LONGEST, LOOKED_AT = 200, 8  # characters of a breadcrumb, and elements that may be one


def read_crumbs(
    elements: Iterable[etree._Element], title: etree._Element, base: str = ""
) -> tuple[tuple[str, str], ...]:
    """Returns the words of a breadcrumb as (word, address of its link), in order; an address is empty without a link.

    The breadcrumb is the first of some elements that stands before the headline's element, not around it, and is short.
    Where the elements are links, all of them are it. `base` resolves relative addresses.
    """
    ahead = set(takewhile(lambda each: each is not title, title.getroottree().getroot().iter()))
    around = set(title.iterancestors())
    bars = list(islice((each for each in elements if each in ahead and each not in around), LOOKED_AT))
    links = [each for each in bars if each.tag == "a"]
    found = (tuple(dict.fromkeys(words_of(bar, base))) for bar in bars if len(text_content(bar)) <= LONGEST)
    if links:
        return tuple(pair for words in found for pair in words)
    return next(filter(None, found), ())


def words_of(bar: etree._Element, base: str) -> Iterator[tuple[str, str]]:
    """Yields the words of a breadcrumb that readers see, each with the address of its link."""
    for text in cast("list[Any]", TEXT(bar)):
        within = cast("etree._Element", owner(text))
        chain = [within, *takewhile(lambda each: each is not bar.getparent(), within.iterancestors())]
        if not all(map(is_seen, chain)):
            continue
        link = next((each for each in chain if each.tag == "a"), None)
        words = SEPARATOR.split(text) if link is None else [text_content(link)]
        href = "" if link is None else resolve(link.get("href", "").partition("#")[0], base)
        shown = (collapse_space("".join(filter(str.isprintable, word))) for word in map(collapse_space, words))
        yield from ((word, href) for word in (POSITION.sub("", word) for word in shown) if word)
