"""Chooses pictures: the best address that a page names for one, those of the page's frame, the first of a container."""

import functools
import re
from collections.abc import Iterator
from itertools import islice, takewhile

from lxml import etree

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.bounds import BESIDE, SIZES, SRCSET, WORDS, bounded
from newscrawl.extraction.dom import text_content
from newscrawl.extraction.layouts import select_all
from newscrawl.extraction.markup import attributes
from newscrawl.extraction.selectors import below
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
    host of the site's, and with the same proportions, unless no other address is on such a host. The sizes in a
    `srcset` count where nothing else names a picture, the largest first.
    """
    named = [src for name in site.image_sources if (src := picture_url(values.get(name, ""), base, site))]
    if not named:
        named = [src for each in sizes(values) if (src := picture_url(each, base, site))]
    hosted = [src for src in named if is_hosted(src, site)]
    shown = next(iter(hosted or named), "")
    original = picture_url(values.get(site.image_original, ""), base, site)
    if is_hosted(original, site) and (not hosted or is_enlargement(original, shown)):
        shown = original
    return re.sub(site.image_resized, r"\1", shown)


SETS = ("srcset", "data-srcset")
# An address begins behind a blank or a comma: else one that fails is tried from each of its characters.
CANDIDATE = re.compile(r"(?<![^\s,])([^\s,]\S*[^\s,])(?:\s++(\d{1,6}(?:\.\d{1,3})?)[wx])?\s*+(?:,|$)")


def sizes(values: dict[str, str]) -> list[str]:
    """Returns the addresses in a picture's `srcset`, the largest first: SIZES of each at most.

    >>> sizes({"srcset": "/s.jpg 320w, /big,1.jpg 640w,/m.jpg 480w", "data-srcset": "/x.jpg, /y.jpg 2x"})
    ['/big,1.jpg', '/m.jpg', '/s.jpg', '/y.jpg', '/x.jpg']
    """
    found = [CANDIDATE.findall(whole_sizes(values.get(name, ""))) for name in SETS]
    return [src for each in found for src, size in sorted(each, key=lambda one: -float(one[1] or 1))[:SIZES]]


def whole_sizes(text: str) -> str:
    """Returns what a `srcset` of SRCSET characters has; of a longer one, the sizes that end within so many.

    >>> whole_sizes("/s.jpg 320w, /big.jpg"), len(whole_sizes("/s.jpg 320w" + ", /big.jpg" * 9999)) < SRCSET
    ('/s.jpg 320w, /big.jpg', True)
    """
    found = bounded(text, SRCSET + 1)
    return found if len(found) <= SRCSET else found.rpartition(",")[0]


def picture_values(image: etree._Element) -> dict[str, str]:
    """Returns the attributes of a picture; its `srcset` has the sizes that a `<picture>` around it names, too.

    libxml2 takes a picture for a part of the `<source>`s before it. They are those of the first picture in there.
    """
    values = attributes(image)
    around = next(image.iterancestors("picture"), None)
    beside = [] if around is None else [*islice(around.iter("source", "img"), BESIDE)]
    if next((each for each in beside if each.tag == "img"), None) is image:
        for name in SETS:
            named = (values.get(name), *(each.get(name) for each in beside if each.tag == "source"))
            values |= {name: ", ".join(filter(None, named))} if any(named) else {}
    return values


def picture_url(src: str, base: str, site: Site) -> str:
    """Returns the absolute address of a picture; empty for what shows none of the article's (`image_blanks`)."""
    url = resolve(src, base, secure=becomes_https(src, base, site))
    return "" if re.search(site.image_blanks, url) else url


def is_hosted(url: str, site: Site) -> bool:
    """Whether an address is on a picture host of the site's."""
    return re.search(site.image_hosts, url) is not None


AROUND, LITTLE, FEW = 4, 100, 200  # elements around a code that may name it; characters beside one, and elements
LENGTH = re.compile(r"\s*+(\d*+\.\d++|\d++)\s*+(?:px)?\s*+", re.IGNORECASE)
STYLE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:([^;!]*)", re.IGNORECASE)


def frame_pictures(container: etree._Element, site: Site) -> frozenset[etree._Element]:
    """Returns the pictures of a container that are the page's and not the article's: codes to scan, buttons, counters.

    They are known by what their words (`frame_words`) or the classes and ids of and around them (`frame_marks`) say, or
    nobody sees them. A picture with a caption is the article's, whatever its words are.
    """
    captioned = set(captioned_pictures(container, site))

    @functools.cache
    def has_mark(element: etree._Element) -> bool:
        return is_marked(element, site.frame_marks)

    return frozenset(
        image
        for image in container.iter("img")
        if is_unseen(image)
        or any(map(has_mark, close_around(image, container)))
        or (image not in captioned and has_words(image, site.frame_words))
    )


def captioned_pictures(container: etree._Element, site: Site) -> Iterator[etree._Element]:
    """Yields the pictures of a container with a caption: the last one before it. Words of the frame are no caption."""
    captions, last = set(select_all(container, site.captions)), None
    for element in container.iter():
        if element.tag == "img":
            last = element
        elif last is not None and element in captions:
            text = collapse_space(bounded(text_content(element), WORDS))
            if text and not re.fullmatch(site.frame_words, text):
                yield last


def has_words(image: etree._Element, words: str) -> bool:
    """Whether the words for a picture are all of what a pattern matches."""
    texts = (collapse_space(bounded(image.get(name, ""), WORDS)) for name in ("alt", "title"))
    return any(re.fullmatch(words, text) for text in texts)


def close_around(image: etree._Element, container: etree._Element) -> Iterator[etree._Element]:
    """Yields a picture and the elements close around it, up to its container."""
    yield image
    yield from islice(takewhile(lambda each: each is not container, image.iterancestors()), AROUND)


def is_marked(element: etree._Element, marks: str) -> bool:
    """Whether a class or the id of an element has a mark, and the element holds little text."""
    named = f"{element.get('class', '')} {element.get('id', '')}"
    if re.search(marks, named) is None or next(islice(element.iter(), FEW, None), None) is not None:
        return False
    return len(text_content(element)) <= LITTLE


def is_unseen(image: etree._Element) -> bool:
    """Whether a picture says that it is a point: of its width and height it names one at least, and none of a size.

    >>> [is_unseen(etree.fromstring(f"<img {size}/>")) for size in ("width='1px'", "style='width:1px;height:1px'")]
    [True, True]
    >>> [is_unseen(etree.fromstring(f"<img {size}/>")) for size in ("width='640' height='0'", "", "width='1%'")]
    [False, False, False]
    """
    named = [image.get("width", ""), image.get("height", ""), *STYLE.findall(image.get("style", ""))]
    lengths = [LENGTH.fullmatch(each) for each in named if each.strip() not in ("", "auto")]
    return bool(lengths) and all(length and float(length[1]) <= 1 for length in lengths)


def first_picture(
    container: etree._Element,
    base: str,
    site: Site,
    without: frozenset[etree._Element] = frozenset(),
    dropped: frozenset[str] = frozenset(),
) -> str:
    """Returns the address of the first picture that is no logo, not dropped and in no element of `without`."""
    images = [*container.iter("img")]
    left_out = without.union(below(without, images))
    for element in images:
        if element in left_out:
            continue
        url = best_image_url(picture_values(element), base, site)
        if not url or url in dropped or re.search(site.logos, url):
            continue
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
