"""The tree of a page: parsing it and reading metas and text from it."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, cast

from lxml import etree

from newscrawl.extraction.bounds import META, METAS, REMARKS, STEPS, bounded
from newscrawl.extraction.limits import check_page, too_deep
from newscrawl.sites.urls import resolve

TEXT = etree.XPath("descendant::text()[not(parent::script or parent::style)]")
UNSEEN = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "svg", "button", "select", "textarea")
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
WITHIN_WORDS = frozenset("b strong i em u font big small mark wbr".split())  # tags that part no words
Meta = Mapping[str, tuple[str, ...]]


EMPTY = b"<html></html>"


def parse(page: bytes) -> etree._Element:
    """Returns the tree of a page in UTF-8. An empty page gives an empty tree.

    Of a page with more than REMARKS comments and processing instructions, the tree has none of them: libxml2 finds the
    place of a text behind one by all that are before it, so a text with 8,000 of them takes 0.6 seconds each time that
    it is read. Raises Refused (`too_large`) for a page with more parts than a page can have, or with deeper ones.
    """
    check_page(page)
    parser = html_parser()
    root = tree_of(page, parser)
    if has_stopped(parser):
        raise too_deep()
    if next(islice(root.iter(etree.Comment, etree.PI), REMARKS, None), None) is not None:
        return tree_of(page, html_parser(remarks=False))
    return root


def html_parser(*, remarks: bool = True) -> etree.HTMLParser:
    """Returns a parser of pages in UTF-8. Each has its own log of errors. `remarks`: comments and instructions stay."""
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=not remarks, remove_comments=not remarks)


def tree_of(page: bytes, parser: etree.HTMLParser) -> etree._Element:
    """Returns what a parser makes of a page, whatever the page is."""
    try:
        root = etree.fromstring(page, parser)
    except etree.XMLSyntaxError:  # libxml2 finds no document in it
        root = None
    return etree.fromstring(EMPTY, parser) if root is None else root


def has_stopped(parser: etree.HTMLParser) -> bool:
    """Whether a parser has given up before the end of a page, as libxml2 does at its own bounds."""
    error = parser.error_log.last_error
    return error is not None and error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT


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
    """Returns the contents of the page's metas by name or property, without empty ones, and no more than METAS each."""
    meta: defaultdict[str, list[str]] = defaultdict(list)
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property")
        content = element.get("content", "").strip()
        if name and content and len(meta[name]) < METAS:
            meta[name].append(bounded(content, META))
    return {name: tuple(contents) for name, contents in meta.items() if contents}


def text_outside(element: etree._Element, parts: Collection[etree._Element]) -> str:
    """Returns the text in an element as `text_content` does, without that of some elements in it.

    >>> title = parse("<h1><small>引题</small>题<i>甲</i></h1>".encode()).find(".//h1")
    >>> text_outside(title, title.findall("small")), text_outside(title, [])
    ('题甲', '引题题甲')
    """
    return text_without(element, {each for part in parts for each in part.iter()})


def text_without(element: etree._Element, without: AbstractSet[etree._Element]) -> str:
    """Returns the text in an element that no element of `without` holds itself."""
    return "".join(text for text in cast("list[Any]", TEXT(element)) if owner(text) not in without)


def owner(text: Any) -> etree._Element | None:
    """Returns the innermost element that holds a text, which is a result of XPath."""
    beside: etree._Element = text.getparent()
    return beside.getparent() if text.is_tail else beside


def text_content(element: etree._Element | None) -> str:
    """Returns all text in an element except scripts and styles, white space unchanged; empty for None."""
    return "" if element is None else "".join(cast("list[str]", TEXT(element)))


def text_start(
    element: etree._Element,
    most: int,
    ends: Callable[[etree._Element], bool] | None = None,
) -> str:
    """Returns the text in an element as `text_content` does, up to `most` characters, or to the first that `ends` it.

    No more of the element is visited, and no more than STEPS begins and ends in it: what is not closed may hold the
    rest of the page, as may each element in it.

    >>> link = parse("<a>甲<b>乙</b>丙<i>丁</a>".encode()).find(".//a")
    >>> text_start(link, 2), text_start(link, 9), text_start(link, 9, lambda each: each.tag == "i")
    ('甲乙', '甲乙丙丁', '甲乙丙')
    """
    texts, size = [element.text or ""], len(element.text or "")
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in islice(walker, STEPS):
        if (ends and ends(each)) or size >= most:
            break
        if event == "start" and each.tag in ("script", "style"):
            walker.skip_subtree()
        elif each is not element:
            texts.append((each.text if event == "start" else each.tail) or "")
            size += len(texts[-1])
    return "".join(texts)[:most]


def shown_text(element: etree._Element, without: Collection[etree._Element] = ()) -> str:
    """Returns the text of an element that readers see, with a blank around each element in it, but for those `without`.

    >>> page = parse("<p>甲<!-- - --><b>乙</b><a>丙</a><a>丁</a><i hidden>戊</i><script>0</script></p>".encode())
    >>> shown_text(page).split(), shown_text(page, page.findall(".//a")).split()
    (['甲乙', '丙', '丁'], ['甲乙'])
    """
    return "".join(_shown(element, without, " ")).strip()


def shown_parts(element: etree._Element, without: Collection[etree._Element] = ()) -> tuple[str, ...]:
    """Returns the text of an element that readers see in its parts: that between two tags which part words.

    >>> shown_parts(parse("<p>来源：<b>甲</b>报 <a>乙报</a><a> </a>丙报</p>".encode()).find(".//p"))
    ('来源：甲报', '乙报', '丙报')
    """
    return tuple(text for part in "".join(_shown(element, without, "\0")).split("\0") if (text := part.strip()))


def _shown(element: etree._Element, without: Collection[etree._Element], between: str) -> Iterator[str]:
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in walker:
        apart = "" if event in ("comment", "pi") or each.tag in WITHIN_WORDS else between
        if event == "start":
            seen = is_seen(each) and each not in without
            yield apart + (each.text or "") if seen else ""
            if not seen:
                walker.skip_subtree()
        elif each is not element:
            yield apart + (each.tail or "")


def is_seen(element: etree._Element) -> bool:
    """Whether readers see an element, as far as it says so itself."""
    return element.tag not in UNSEEN and element.get("hidden") is None and not HIDDEN.search(element.get("style", ""))
