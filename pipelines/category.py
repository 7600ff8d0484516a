"""Category: the channel an article stands in, the categories of its post, its keywords."""

import re
from collections.abc import Iterable

from newscrawl.extraction.article import Article
from newscrawl.extraction.blocks import squash
from newscrawl.extraction.evidence import Candidate, Evidence, decide
from newscrawl.sites.model import Channel, Listing, Site
from newscrawl.sites.urls import split_url


def channel_of(folder: str, named: Iterable[Candidate], unknown: Iterable[str]) -> Evidence:
    """The channel path: the URL's folder, or where that names none (`/roll/`) the first path the page itself names.

    >>> channel_of("roll", [Candidate("urlpath", "chanjing/gsnews/", "chanjing/gsnews")], ["roll"]).winner.value
    'chanjing/gsnews'
    """
    in_url = Candidate("URL", folder, folder, "the folder of the address")
    if folder not in unknown:
        return decide([in_url, *named])
    return decide([*named, Candidate("URL", folder, folder, "a folder that names no channel")])


def label_of(channel: str, channels: Iterable[Channel | Listing]) -> str:
    """The label of the channel, or list, whose folder fits best; empty when none does.

    >>> channels = [Channel("stock", "股市", 1, 1, ("stock",)), Channel("us", "美股", 1, 2, ("stock/usstock",))]
    >>> [label_of(path, channels) for path in ("stock/usstock/c", "stock/s", "stocks", "")]
    ['美股', '股市', '', '']
    """
    fitting = [
        (len(path), entry.label)
        for entry in channels
        for path in entry.paths
        if channel == path or channel.startswith(f"{path}/")
    ]
    return max(fitting, default=(0, ""), key=lambda pair: pair[0])[1]


def keywords_of(text: str, title: str, site: Site) -> list[str]:
    """The page's keywords, each once, without the title that some pages put first and what is never one.

    >>> from newscrawl.sites.loader import load_site
    >>> keywords_of("中铁总辟谣,辟谣, 外泄，辟谣,,sina.cn", "中铁总辟谣", load_site("sina_finance"))
    ['辟谣', '外泄']
    """
    words = (squash(word) for word in re.split(site.keyword_break, text))
    return list(dict.fromkeys(word for word in words if word and word not in (title, *site.keywords_never)))


def page_paths(metas: Iterable[str], links: Iterable[tuple[str, str]], site: Site) -> list[Candidate]:
    """The paths the page names for itself: in its metas, then in its breadcrumb, last link first."""
    found = [(text, match[1]) for text in metas if (match := re.search(site.path_value, text))]
    paths = [Candidate(site.path_meta, text, path.strip("/"), "the page's own path") for text, path in found]
    for words, href in reversed([*links]):
        parts = split_url(href)
        if parts.hostname in site.https_hosts:
            paths.append(Candidate("breadcrumb", words, parts.path.strip("/"), "a link over the headline"))
    return paths


class CategoryPipeline:
    """Fills `channel`, `categories`, `keywords`."""

    def process_item(self, item: Article) -> Article:
        """`categories` are the site's own, then the channel's label."""
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
            "keywords", text, keywords_of(text, item.title, site), "without the title that stands first"
        )
        item.keywords = item.decided("keywords", decide([keywords])) or []
        return item
