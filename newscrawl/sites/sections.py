"""Sections: where a site files an article, and the label that its posts have for it."""

from collections.abc import Iterable, Mapping

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

    `words` are those of a breadcrumb, the portal first. The last one that the site file knows counts: words behind it
    name topics and pages. Where it knows none, the first one counts, as it stands.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> section_in(["财经首页", "国内财经", "2014年全国两会", "正文"], sina)
    ('国内财经', '新浪财经－国內')
    >>> section_in(["新浪财经", "基金", "基金动态"], sina), section_in(["首页", "正文"], sina)
    (('基金', '新浪财经－基金'), ('', ''))
    """
    sections = site.sections
    found = [word for word in words if word and not site.no_section.fullmatch(word)]
    found = found[1:] if len(found) > 1 and found[0] in sections.roots else found
    known = [(word, label) for word in found if (label := site.section_labels.get(word))]
    if known:
        return known[-1]
    return (found[0], sections.form.format(found[0])) if found and sections.form else ("", "")


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
