"""Page designs: chooses the layout of a page and finds elements by selectors."""

from collections.abc import Collection
from itertools import takewhile

from lxml import etree

from newscrawl.extraction.bounds import PARTS
from newscrawl.extraction.dom import shown_parts, text_content
from newscrawl.extraction.selectors import compile_selector, compile_xpath
from newscrawl.sites.model import Cut, Layout, Selectors

HAS_CONTENT = etree.XPath("boolean(descendant::text()[normalize-space()] or descendant::img)")


def select_first(root: etree._Element | None, css: Selectors | None) -> etree._Element | None:
    """Returns the first element with text or an image that selectors find, in their order, else the first at all.

    None without a match, a root or a selector. Pages have empty elements before the filled ones of a class.
    """
    first = None
    for each in (css,) if isinstance(css, str) else css or ():
        for element in compile_selector(each)(root) if root is not None else ():
            if HAS_CONTENT(element):
                return element
            first = element if first is None else first
    return first


def texts_of(
    root: etree._Element | None, css: Selectors | None, without: Collection[etree._Element] = ()
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Returns what selectors find, as (selector, parts of the text that readers see), best first; PARTS at most."""
    return tuple(
        (each, parts)
        for each in ((css,) if isinstance(css, str) else css or ())
        for element in select_all(root, each)[:PARTS]
        if (parts := shown_parts(element, without)[:PARTS])
    )


def select_heading(
    head: etree._Element | None, css: Selectors | None, title: etree._Element, container: etree._Element
) -> etree._Element | None:
    """Returns the first element with text that the selectors find, in their order, before the container.

    What has the tag and the class of a subtitle in the container or after it is a heading of the text, or of others.
    """
    if head is None or not css:
        return None
    before = set(takewhile(lambda each: each is not container, head.iter()))
    found = (each for selector in ((css,) if isinstance(css, str) else css) for each in select_all(head, selector))
    return next((each for each in found if each in before and each is not title and text_content(each).strip()), None)


def select_all(root: etree._Element | None, css: str | None) -> list[etree._Element]:
    """Returns all elements that a selector finds, in the order of the page."""
    return compile_selector(css)(root) if css and root is not None else []


def select_cut(container: etree._Element, rules: tuple[Cut, ...]) -> frozenset[etree._Element]:
    """Returns the elements of a container that rules name, by CSS or by XPath."""
    finds = (compile_xpath(rule.xpath) if rule.xpath else compile_selector(rule.css) for rule in rules)
    return frozenset(element for find in finds for element in find(container))


def choose_layout(
    root: etree._Element, layouts: tuple[Layout, ...]
) -> tuple[Layout, etree._Element, etree._Element] | None:
    """Returns the first layout whose title and body the page has, and both elements; None when no layout fits."""
    for layout in layouts:
        title = select_first(root, layout.title)
        if title is None:
            continue
        container = container_of(root, layout.body)
        if container is not None:
            return layout, title, container
    return None


def container_of(root: etree._Element, css: Selectors) -> etree._Element | None:
    """Returns the first container that holds text or an image, else the first container, else None.

    libxml2 closes a `<font id="zoom">` before the first `<center>` in it, so the container of pages of 2005 is empty.
    """
    found = [
        element for each in ((css,) if isinstance(css, str) else css) for element in compile_selector(each)(root)[:1]
    ]
    return next((element for element in found if HAS_CONTENT(element)), found[0] if found else None)
