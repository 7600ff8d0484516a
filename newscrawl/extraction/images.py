"""Chooses the best of the addresses that a page names for a picture."""

import re

from newscrawl.sites.model import Site


def best_image_url(values: dict[str, str], site: Site) -> str:
    """Returns the address of the best original that a picture's attributes name; empty when they name none.

    Pages that load pictures lazily have a blank `src` and the address in another attribute. `data-mcesrc` is what the
    editor pasted: the same picture, larger, or another picture. So it counts only on the site's image host and with the
    same proportions. The parameters that a resizing proxy appends to the file name are removed.
    """
    candidates = [values[name] for name in site.image_sources if values.get(name)]
    shown = next((src for src in candidates if not re.search(site.image_blanks, src)), "")
    larger = values.get(site.image_original, "")
    if larger and re.search(site.image_hosts, larger) and is_enlargement(larger, shown):
        shown = larger
    return re.sub(site.image_resized, r"\1", shown)


SIZE = re.compile(r"/w(\d{1,5})h(\d{1,5})/")
SAME_SHAPE = 0.02  # proportions of one picture in two sizes differ by rounding only


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
