"""Headimg: the picture that stands for the article."""

import re

from newscrawl.items import Article
from newscrawl.layout import first
from newscrawl.markup import attributes, image_source
from newscrawl.urls import resolve


def choose_headimg(steps: tuple[str, ...], candidates: dict[str, str]) -> str:
    """The first candidate there is, in the order that the site file gives.

    >>> choose_headimg(("content", "og_image", "fallback"), {"content": "", "og_image": "https://x/1.jpg"})
    'https://x/1.jpg'
    """
    return next((url for step in steps if (url := candidates.get(step, ""))), "")


class HeadimgPipeline:
    """Fills `headimg`."""

    def process_item(self, item: Article) -> Article:
        """Candidates: first content image, an og:image that is no logo, first image in the container, the fallback."""
        raw, site = item.raw, item.raw.site
        poster = first(raw.container, "img")

        def real(src: str) -> str:
            """The address, unless it is the site's own logo or live chart."""
            return "" if re.search(site.logos, src) else resolve(src, item.url)

        item.headimg = choose_headimg(
            site.headimg,
            {
                "content": item.images[0].src if item.images else "",
                "og_image": real(next(iter(raw.meta.get("og:image", ())), "")),
                "container": "" if poster is None else real(image_source(attributes(poster))),
                "fallback": site.headimg_fallback,
            },
        )
        return item
