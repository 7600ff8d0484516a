"""Headimg: the picture that represents the article."""

import re

from lxml import etree

from newscrawl.extraction.article import Article
from newscrawl.extraction.dom import base_of
from newscrawl.extraction.evidence import Candidate, decide
from newscrawl.extraction.images import CONTENT, SHARED, first_picture, frame_pictures, picture_url
from newscrawl.extraction.layouts import select_cut
from newscrawl.extraction.selectors import below
from newscrawl.sites.model import Site


def never_headimg(container: etree._Element, site: Site) -> frozenset[etree._Element]:
    """Returns the elements of a container whose pictures represent no article, not even as a last resort."""
    rules = site.boilerplate.cut
    last = select_cut(container, tuple(rule for rule in rules if rule.headimg))
    frame = frame_pictures(container, site)
    others = frame.difference(last, below(last, [*frame]))
    return select_cut(container, tuple(rule for rule in rules if not rule.headimg)).union(others)


def dropped_pictures(article: Article) -> frozenset[str]:
    """Returns the addresses of the pictures that went with a dropped line: an advertisement's, not the article's."""
    found = frozenset(picture.src for block in article.raw.blocks for picture in block.pictures)
    return found - {image.src for image in article.images}


class HeadimgPipeline:
    """Fills `headimg`."""

    def process_item(self, item: Article) -> Article:
        """Fills the field. The site file orders: content image, og:image, first image of the container, fallback."""
        raw, site = item.raw, item.raw.site
        container = raw.containers[0]
        base = base_of(container.getroottree().getroot(), item.url)
        shared = next(iter(raw.meta.get("og:image", ())), "")
        dropped = dropped_pictures(item)
        real = "" if re.search(site.logos, shared) else picture_url(shared, base, site)
        real = "" if real in dropped else real
        last = ""
        if "container" in site.headimg and not item.images:
            last = first_picture(container, base, site, never_headimg(container, site), dropped)
        found = {
            "content": Candidate(CONTENT, "", item.images[0].src if item.images else ""),
            "og_image": Candidate(SHARED, shared, real, "real when it is no logo and no picture of a dropped line"),
            "container": Candidate("first image in the container", last, last, "the site's own: the article has none"),
            "fallback": Candidate("site file: headimg_fallback", "", site.headimg_fallback),
        }
        item.headimg = item.decided("headimg", decide(found[step] for step in site.headimg))
        return item
