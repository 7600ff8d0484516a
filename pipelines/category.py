"""Category: the channel an article stands in, the categories of its post, its keywords."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from newscrawl.body import squash
from newscrawl.items import Article
from newscrawl.site import Channel, Site

URL_PATH = re.compile(r"urlpath:\s*([\w/.-]*)")


def channel_of(folder: str, page_words: Iterable[str], unknown: Iterable[str]) -> str:
    """The channel path: the URL's folder, or where that names none (`/roll/`) the first path the page itself names.

    >>> channel_of("roll", ["chanjing/gsnews/"], ["roll"]), channel_of("china/gncj", ["china"], ["roll"])
    ('chanjing/gsnews', 'china/gncj')
    """
    if folder and folder not in unknown:
        return folder
    return next((path for words in page_words if (path := words.strip("/"))), folder)


def label_of(channel: str, channels: Iterable[Channel]) -> str:
    """The label of the channel whose folder fits best; empty when none does.

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


def keywords_of(text: str, title: str) -> list[str]:
    """The page's keywords, each once, without the title that finance pages put first.

    >>> keywords_of("中铁总辟谣,辟谣, 外泄，辟谣,,sina.cn", "中铁总辟谣")
    ['辟谣', '外泄']
    """
    words = (squash(word) for word in re.split("[,，]", text))
    return list(dict.fromkeys(word for word in words if word and word not in (title, "sina.cn")))


def page_paths(raw_metas: Iterable[str], links: Iterable[tuple[str, str]], site: Site) -> list[str]:
    """The paths the page names for itself: in its `urlpath`, then in its breadcrumb, last link first."""
    paths = [match[1] for text in raw_metas if (match := URL_PATH.search(text))]
    paths += [parts.path for _, href in reversed([*links]) if (parts := urlsplit(href)).hostname in site.https_hosts]
    return paths


class CategoryPipeline:
    """Fills `channel`, `categories`, `keywords`."""

    def process_item(self, item: Article) -> Article:
        """`categories` are the site's own, then the channel's label."""
        raw, site = item.raw, item.raw.site
        named = page_paths(raw.meta.get(site.path_meta, ()), raw.breadcrumb, site)
        item.channel = channel_of(raw.address.channel, named, site.channel_unknown)
        item.categories = [name for name in (*site.categories, label_of(item.channel, site.channels)) if name]
        item.keywords = keywords_of(",".join(raw.meta.get("keywords", ())[:1]), item.title)
        return item
