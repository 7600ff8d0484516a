"""Tells half a page from a whole one by the page itself, where the server had only half of it."""

from lxml import etree

from newscrawl.answers.model import BODY, has_end
from newscrawl.errors import SOFT_MISSING, Refused
from newscrawl.extraction.article import UNPROVEN, Raw
from newscrawl.extraction.dom import html_parser, tree_of

NO_END = "the page has no end (</html>)"
MARK = b'<newscrawl-end id="newscrawl-end">'  # an element that no page has


def is_ended(page: bytes) -> bool:
    """Whether a page has an end: the end tag of HTML, or that of its body; some pages of Sina's leave it at that."""
    return has_end(page) or has_end(page, BODY)


def needs_whole(refused: Refused, page: bytes) -> bool:
    """Whether only the whole of a page could say what a rule says that it is.

    An address needs no page, and a page that says that it does not exist is tried again like half a page.
    """
    return refused.by_rule and not refused.by_url and refused.reason != SOFT_MISSING and not is_ended(page)


def ends_within(raw: Raw, page: bytes) -> str:
    """Returns why a page is half one, if it is: it has no end, and nothing shows that the article has.

    A page may have the length that it says and be half nevertheless, where the server itself has only half of it. What
    shows the end of an article is what follows it on the page, or the end tag of its container.
    """
    if is_ended(page):
        return ""
    container = raw.containers[0]
    root = container.getroottree().getroot()
    if container is root or raw.address.did or UNPROVEN in raw.flags:
        return NO_END  # links to further pages could follow, or a paragraph that is more certain to be the brief
    *_, last = root.iter()
    within = container in (last, *last.iterancestors()) and is_open(page, container)
    return "the page ends within its article" if within else ""


def is_open(page: bytes, element: etree._Element) -> bool:
    """Whether what followed a page would stand within an element of its tree, as the parser of pages sees it."""
    marked = tree_of(page + MARK, html_parser())
    end = next(marked.iter("newscrawl-end"), None)
    if end is None:  # the page ends within a tag, a script or a comment
        return True
    found = marked
    for each in reversed((element, *element.iterancestors())):
        parent = each.getparent()
        found = found if parent is None else found[parent.index(each)]
    return found in end.iterancestors()
