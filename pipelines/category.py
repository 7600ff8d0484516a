"""Category: the channel of an article, the categories of its post, and its keywords."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from newscrawl.extraction.article import Article
from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.evidence import Candidate, Evidence, decide
from newscrawl.extraction.headline import page_titles
from newscrawl.extraction.identity import is_same_title
from newscrawl.extraction.keywords import without_title
from newscrawl.provenance import LIST
from newscrawl.sites.model import Site
from newscrawl.sites.sections import label_of, list_label, section_in
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


def placed(
    folder: str, crumbs: Iterable[str], paths: Iterable[Candidate], lists: Iterable[str], site: Site
) -> Evidence:
    """Returns the evidence of an article's label: what files the article in a section of the site.

    That is the folder of its address, where the site file has a label for it; else the page's own words and paths;
    else the list that named it; else nothing.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> placed("jjxw", ["基金", "正文"], [], ["finance"], sina).winner.value
    '新浪财经－基金'
    >>> placed("jjxw", [], [], ["finance"], sina).winner.place, placed("stock/s", ["产经"], [], [], sina).winner.value
    ('list finance', '新浪财经－股市')
    """
    labels = site.folder_labels
    word, named = section_in(crumbs, site)
    name, listed = list_label(lists, site)
    return decide(
        [
            Candidate("URL", folder, label_of(folder, labels), f"the folder of the address{no_label(folder, labels)}"),
            Candidate("breadcrumb", word, named, "the page's own word for where it stands"),
            *(
                Candidate(
                    path.place, path.raw, label_of(path.value, labels), f"{path.why}{no_label(path.value, labels)}"
                )
                for path in paths
            ),
            Candidate(f"{LIST}{name}", name, listed, "the list that named it"),
        ]
    )


def keywords_of(text: str, title: str, site: Site, others: Iterable[str] = ()) -> list[str]:
    """Returns the page's keywords, each once, without the title, which some pages put among them, and `keywords_never`.

    `others` are the page's other titles.

    >>> from newscrawl.sites.loader import load_site
    >>> keywords_of("中铁总辟谣,辟谣, 外泄，辟谣,,sina.cn", "中铁总辟谣", load_site("sina_finance"))
    ['辟谣', '外泄']
    """
    words = [word for part in re.split(site.keyword_break, text) if (word := collapse_space(part))]
    kept = without_title(words, (title, *others), site.keywords_title, site.keyword_break)
    return list(dict.fromkeys(word for word in kept if word not in (title, *site.keywords_never)))


def page_paths(metas: Iterable[str], links: Iterable[tuple[str, str]], site: Site) -> list[Candidate]:
    """Returns the paths that the page names: in its metas, then in its breadcrumb, last link first."""
    found = [(text, match[1]) for text in metas if (match := re.search(site.path_value, text))]
    paths = [Candidate(site.path_meta, text, path.strip("/"), "the page's own path") for text, path in found]
    for text, href in reversed([*links]):
        parts = split_url(href)
        if href and parts.hostname in site.https_hosts:
            paths.append(Candidate("breadcrumb", text, parts.path.strip("/"), "a link over the headline"))
    return paths


def no_label(folder: str, labels: Mapping[str, str]) -> str:
    """What is to be said of a folder without a label; empty if it has one.

    >>> no_label("jjxw", {"stock": "股市"}), no_label("stock/s", {"stock": "股市"})
    ('; the site file has no label for it', '')
    """
    return "" if label_of(folder, labels) else "; the site file has no label for it"


def with_site(label: Evidence, site: Site) -> Evidence:
    """Returns the evidence of the categories: those of the site, then the label."""

    def categories(candidate: Candidate) -> Candidate:
        return replace(candidate, value=[*site.categories, candidate.value] if candidate.value else [])

    own = Candidate("site file: categories", "", [*site.categories], "where nothing names a section")
    if label.winner is None:
        return Evidence(own, tuple(map(categories, label.rivals)))
    return Evidence(categories(label.winner), tuple(map(categories, label.rivals)))


class CategoryPipeline:
    """Fills `channel`, `categories` and `keywords`."""

    def process_item(self, item: Article) -> Article:
        """Fills the fields. `categories` are those of the site, then the channel's label."""
        raw, site = item.raw, item.raw.site
        named = page_paths(raw.meta.get(site.path_meta, ()), raw.breadcrumb, site)
        item.channel = item.decided("channel", channel_of(raw.address.channel, named, site.channel_unknown))
        words = [word for word, _ in raw.breadcrumb if not is_same_title(word, raw.title)]
        label = placed(raw.address.channel, words, named, raw.lists, site)
        item.categories = item.decided("categories", with_site(label, site))
        text = next(iter(raw.meta.get("keywords", ())), "")
        root = raw.containers[0].getroottree().getroot()
        others = page_titles(root, raw.meta, site.shared_title_name) if text else ()
        found = keywords_of(text, item.title, site, others)
        keywords = Candidate("keywords", text, found, "without the title that stands among them")
        item.keywords = item.decided("keywords", decide([keywords])) or []
        return item
