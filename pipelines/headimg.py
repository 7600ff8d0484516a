"""Headimg: the picture that represents the article."""

import re

from newscrawl.extraction.article import Article
from newscrawl.extraction.dom import base_of
from newscrawl.extraction.evidence import Candidate, decide
from newscrawl.extraction.layouts import select_first
from newscrawl.extraction.markup import attributes, image_source
from newscrawl.sites.urls import becomes_https, resolve


class HeadimgPipeline:
    """Fills `headimg`."""

    def process_item(self, item: Article) -> Article:
        """Fills the field. The site file orders: content image, og:image, first image of the container, fallback."""
        raw, site = item.raw, item.raw.site
        base = base_of(raw.containers[0].getroottree().getroot(), item.url)
        image = select_first(raw.containers[0], "img")

        def without_logo(src: str) -> str:
            """Returns the absolute address; empty for the site's logos and live charts."""
            return (
                "" if re.search(site.logos, src) else resolve(src, base, secure=becomes_https(src, base, site))
            )

        shared = next(iter(raw.meta.get("og:image", ())), "")
        src = "" if image is None else image_source(attributes(image))
        found = {
            "content": Candidate("first content image", "", item.images[0].src if item.images else ""),
            "og_image": Candidate("og:image", shared, without_logo(shared), "real when it is no logo of the site's"),
            "container": Candidate("first image in the container", src, without_logo(src), "may be an advertisement's"),
            "fallback": Candidate("site file: headimg_fallback", "", site.headimg_fallback),
        }
        item.headimg = item.decided("headimg", decide(found[step] for step in site.headimg))
        return item
