"""Category: the channel of an article, the categories of its post, and its keywords."""

import re
from collections.abc import Iterable

from newscrawl.extraction.article import Article
from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.evidence import Candidate, Evidence, decide
from newscrawl.extraction.headline import without_title
from newscrawl.sites.model import Channel, Listing, Site
from newscrawl.sites.urls import split_url


def channel_of(folder: str, named: Iterable[Candidate], unknown: Iterable[str]) -> Evidence:
    """Returns the evidence of the channel: the URL's folder, or the page's own path where the folder is in `unknown`.

    >>> channel_of("roll", [Candidate("urlpath", "chanjing/gsnews/", "chanjing/gsnews")], ["roll"]).winner.value
    'chanjing/gsnews'
    """
    in_url = Candidate("URL", folder, folder, "the folder of the address")
    if folder not in unknown:
        return decide([in_url, *named])
    return decide([*named, Candidate("URL", folder, folder, "a folder that names no channel")])


def label_of(channel: str, channels: Iterable[Channel | Listing]) -> str:
    """Returns the label of the channel or list with the longest matching folder; empty when none matches.

    >>> channels = [Channel("stock", "股市", 1, 1, ("stock",)), Channel("us", "美股", 1, 2, ("stock/usstock",))]
    >>> [label_of(path, channels) for path in ("stock/usstock/c", "stock/s", "stocks", "")]
    ['美股', '股市', '', '']
    """
    matches = [
        (len(path), entry.label)
        for entry in channels
        for path in entry.paths
        if channel == path or channel.startswith(f"{path}/")
    ]
    return max(matches, default=(0, ""), key=lambda pair: pair[0])[1]


def keywords_of(text: str, title: str, site: Site) -> list[str]:
    """Returns the page's keywords, each once, without the title, which some pages put among them, and `keywords_never`.

    >>> from newscrawl.sites.loader import load_site
    >>> keywords_of("中铁总辟谣,辟谣, 外泄，辟谣,,sina.cn", "中铁总辟谣", load_site("sina_finance"))
    ['辟谣', '外泄']
    """
    words = [word for part in re.split(site.keyword_break, text) if (word := collapse_space(part))]
    kept = without_title(words, title, site.keywords_title)
    return list(dict.fromkeys(word for word in kept if word not in (title, *site.keywords_never)))


def page_paths(metas: Iterable[str], links: Iterable[tuple[str, str]], site: Site) -> list[Candidate]:
    """Returns the paths that the page names: in its metas, then in its breadcrumb, last link first."""
    found = [(text, match[1]) for text in metas if (match := re.search(site.path_value, text))]
    paths = [Candidate(site.path_meta, text, path.strip("/"), "the page's own path") for text, path in found]
    for text, href in reversed([*links]):
        parts = split_url(href)
        if parts.hostname in site.https_hosts:
            paths.append(Candidate("breadcrumb", text, parts.path.strip("/"), "a link over the headline"))
    return paths


class CategoryPipeline:
    """Fills `channel`, `categories` and `keywords`."""

    def process_item(self, item: Article) -> Article:
        """Fills the fields. `categories` are those of the site, then the channel's label."""
        raw, site = item.raw, item.raw.site
        named = page_paths(raw.meta.get(site.path_meta, ()), raw.breadcrumb, site)
        item.channel = item.decided("channel", channel_of(raw.address.channel, named, site.channel_unknown))
        label = label_of(item.channel, (*site.channels, *site.lists))
        item.categories = [name for name in (*site.categories, label) if name]
        why = "the site's own, then the label of the channel with the longest fitting folder"
        item.evidence["categories"] = decide(
            [Candidate("site file: categories, channels", item.channel, item.categories, why)]
        )
        text = next(iter(raw.meta.get("keywords", ())), "")
        keywords = Candidate(
            "keywords", text, keywords_of(text, item.title, site), "without the title that stands among them"
        )
        item.keywords = item.decided("keywords", decide([keywords])) or []
        return item
