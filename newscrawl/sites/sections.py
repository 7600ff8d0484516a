"""Sections: where a site files an article, and the label that its posts have for it."""

from collections.abc import Iterable, Mapping
from itertools import takewhile

from newscrawl.sites.model import Site


def label_of(folder: str, labels: Mapping[str, str]) -> str:
    """Returns the label of the longest folder that holds an address's folder; empty when none does.

    >>> labels = {"stock": "股市", "stock/usstock": "美股"}
    >>> [label_of(folder, labels) for folder in ("stock/usstock/c", "stock/s", "stocks", "")]
    ['美股', '股市', '', '']
    """
    while folder and folder not in labels:
        folder = folder.rpartition("/")[0]
    return labels.get(folder, "")


def section_in(words: Iterable[str], site: Site) -> tuple[str, str]:
    """Returns the word that names an article's section, and the label in the site's form; empty when no word does.

    `words` are those of a breadcrumb, the portal first, up to the page itself. Of those that the site file knows, at
    the beginning, the last one counts: what stands behind names a topic. Where it does not know the first one, that
    counts, as it stands.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> section_in(["财经首页", "国内财经", "2014年全国两会", "正文"], sina)
    ('国内财经', '新浪财经－国內')
    >>> section_in(["新浪财经", "基金", "基金动态"], sina), section_in(["首页", "正文"], sina)
    (('基金', '新浪财经－基金'), ('', ''))
    """
    sections = site.sections
    up_to = takewhile(lambda word: word not in sections.page, words)
    found = [(word, name) for word in up_to if (name := site.section_name(word))]
    found = found[1:] if len(found) > 1 and found[0][1] in sections.roots else found
    known = takewhile(lambda pair: pair[1] in site.section_labels, found)
    word, name = ([*known] or found[:1] or [("", "")])[-1]
    label = site.section_labels.get(name) or sections.form.format(name)
    return (word, label) if name and sections.form else ("", "")


def list_label(names: Iterable[str], site: Site) -> tuple[str, str]:
    """Returns the list that places an article, and its label: the first of the site file's that named it.

    `names` are lists as in the ledger: channels, and other lists with their argument (`stock-news:sh600000`).

    >>> from newscrawl.sites.loader import load_site
    >>> list_label(["stock-news:sh600000", "macro"], load_site("sina_finance"))
    ('macro', '新浪财经－宏观')
    """
    named = {name.partition(":")[0]: name for name in names}
    for entry in site.named_lists:
        if entry.name in named:
            return named[entry.name], entry.post_label
    return "", ""
