"""Chooses pictures: the best address that a page names for one, and the first picture of a container."""

import re

from lxml import etree

from newscrawl.extraction.markup import attributes
from newscrawl.sites.model import Site
from newscrawl.sites.urls import becomes_https, resolve

OWN = CONTENT, SHARED = "first content image", "og:image"  # places of a headimg that shows something of the article


def best_image_url(values: dict[str, str], base: str, site: Site) -> str:
    """Returns the absolute address of the best original that a picture's attributes name; empty when they name none.

    Pages that load pictures lazily have a blank `src` and the address in another attribute. That attribute may name the
    host from which an article was pasted, which shows its pictures to nobody else: so the first address on one of the
    site's picture hosts counts, else the first. The parameters that a resizing proxy appends to the file name are
    removed.

    `data-mcesrc` is what the editor pasted: the same picture, larger, or another one. So it counts only on a picture
    host of the site's, and with the same proportions, unless no other address is on such a host.
    """
    named = [src for name in site.image_sources if (src := picture_url(values.get(name, ""), base, site))]
    hosted = [src for src in named if is_hosted(src, site)]
    shown = next(iter(hosted or named), "")
    original = picture_url(values.get(site.image_original, ""), base, site)
    if is_hosted(original, site) and (not hosted or is_enlargement(original, shown)):
        shown = original
    return re.sub(site.image_resized, r"\1", shown)


def picture_url(src: str, base: str, site: Site) -> str:
    """Returns the absolute address of a picture; empty for what shows none of the article's (`image_blanks`)."""
    url = resolve(src, base, secure=becomes_https(src, base, site))
    return "" if re.search(site.image_blanks, url) else url


def is_hosted(url: str, site: Site) -> bool:
    """Whether an address is on a picture host of the site's."""
    return re.search(site.image_hosts, url) is not None


def first_picture(
    container: etree._Element,
    base: str,
    site: Site,
    without: frozenset[etree._Element] = frozenset(),
    dropped: frozenset[str] = frozenset(),
) -> str:
    """Returns the address of the first picture that is no logo, not dropped and in no element of `without`."""
    for element in container.iter("img"):
        url = best_image_url(attributes(element), base, site)
        if not url or url in dropped or re.search(site.logos, url):
            continue
        if without.isdisjoint((element, *element.iterancestors())):
            return url
    return ""


SIZE = re.compile(r"/w(\d{1,5})h(\d{1,5})/")
SQUARE = 0.2  # of its longer side: a code may have a line of words under it
SAME_SHAPE = 0.02  # proportions of one picture in two sizes differ by rounding only


def can_be_code(url: str) -> bool:
    """Whether a picture can be a code to scan, by the size that its address names: a square, or it names none.

    >>> can_be_code("//n/w170h170/a.png"), can_be_code("//n/a.png"), can_be_code("//n/w640h360/a.jpg")
    (True, True, False)
    """
    size = SIZE.search(url)
    width, height = map(int, size.groups()) if size else (1, 1)
    return abs(width - height) <= SQUARE * max(width, height)


def is_enlargement(larger: str, shown: str) -> bool:
    """Whether two addresses name sizes of the same proportions and the first is the larger.

    >>> is_enlargement("//n/w1024h768/a.jpg", "//n/w550h412/b.jpg"), is_enlargement("//n/w550h359/a", "//n/w550h320/b")
    (True, False)
    >>> is_enlargement("//n/w10h0/a", "//n/w0h0/b")
    False
    """
    big, small = SIZE.search(larger), SIZE.search(shown)
    if not big or not small:
        return False
    width, height, other_width, other_height = map(int, (*big.groups(), *small.groups()))
    if width <= other_width or not height or not other_width:
        return False
    return abs(width * other_height / (height * other_width) - 1) < SAME_SHAPE
