"""Headimg: the picture that stands for the article."""

import re

from newscrawl.extraction.article import Article
from newscrawl.extraction.evidence import Candidate, decide
from newscrawl.extraction.layouts import first
from newscrawl.extraction.markup import attributes, image_source
from newscrawl.sites.urls import resolve, secured


class HeadimgPipeline:
    """Fills `headimg`."""

    def process_item(self, item: Article) -> Article:
        """Candidates: first content image, an og:image that is no logo, first image in the container, the fallback."""
        raw, site = item.raw, item.raw.site
        poster = first(raw.containers[0], "img")

        def real(src: str) -> str:
            """The address, unless it is the site's own logo or live chart."""
            return "" if re.search(site.logos, src) else resolve(src, item.url, secure=secured(src, item.url, site))

        shared = next(iter(raw.meta.get("og:image", ())), "")
        held = "" if poster is None else image_source(attributes(poster))
        found = {
            "content": Candidate("first content image", "", item.images[0].src if item.images else ""),
            "og_image": Candidate("og:image", shared, real(shared), "real when it is no logo of the site's"),
            "container": Candidate("first image in the container", held, real(held), "may be an advertisement's"),
            "fallback": Candidate("site file: headimg_fallback", "", site.headimg_fallback),
        }
        item.headimg = item.decided("headimg", decide(found[step] for step in site.headimg))
        return item
