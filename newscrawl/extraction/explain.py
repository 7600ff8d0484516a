"""Explaining a reading: for each field the value, where it stands, the raw text, the rivals and why they lost."""

import re
from typing import Any

from newscrawl.extraction.article import Article
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.dom import parse, words
from newscrawl.extraction.evidence import Candidate, Evidence, plain_value
from newscrawl.extraction.identity import FIRST_COMMENTS
from newscrawl.extraction.layouts import every, find
from newscrawl.extraction.page import extract
from newscrawl.sites.model import Site


def explain(html: bytes, url: str, site: Site) -> tuple[Article, dict[str, Evidence]]:
    """The article of a page and the evidence of its fields. Raises Refused as `extract` does."""
    article = extract(html, url, site)
    page, charset = as_utf8(html)
    root = parse(page)
    raw = article.raw
    told = dict(article.evidence)
    own = next(iter(raw.meta.get("og:url", ())), "")
    told["url"] = Evidence(
        Candidate("given" if url else "the page's own", url or own, article.url, "the canonical form"),
        (Candidate("og:url", own, "", "counts when it names the same article"),) if own else (),
    )
    registered = next(iter(raw.meta.get(site.docid_meta, ())), "")
    where = "URL" if raw.address.docid else f"{site.docid_meta} or comment"
    told["docid"] = Evidence(
        Candidate(where, raw.address.url if raw.address.docid else registered, article.docid, "the id in the address"),
        (Candidate(site.docid_meta, registered, "", "counts where the address has none"),) if registered else (),
    )
    told["stocks"] = Evidence(
        Candidate("linked names, keyword comment", " ".join(raw.stocks), article.stocks, "each once, in order")
    )
    told["layout"] = Evidence(
        Candidate(
            f"title {raw.layout.title}, body {raw.layout.body}",
            charset,
            article.layout,
            "the first design whose title and body the page has",
        )
    )
    published = told["published"]
    told["published"] = Evidence(published.winner, (*published.rivals, *other_clocks(root, site)))
    text = told["text"]
    told["text"] = Evidence(text.winner, (*text.rivals, *cuts(article)))
    return article, dict(sorted(told.items()))


def other_clocks(root: Any, site: Site) -> list[Candidate]:
    """Dates on the page that are never the publication's, as the site file says."""
    texts = [comment.text or "" for comment in FIRST_COMMENTS(root)]
    texts += [script.text or "" for script in root.iter("script")]
    return [
        Candidate(never.place, match[1], "", never.why)
        for never in site.never_dates
        for text in texts
        if (match := re.search(never.match, text))
    ]


def cuts(article: Article) -> list[Candidate]:
    """The elements that were left out of the body, with the rule that says so."""
    return [
        Candidate(rule.css or rule.xpath, " ".join(words(element).split())[:60], "", rule.why)
        for container in article.raw.containers
        for rule in article.raw.site.boilerplate.cut
        for element in (every(container, rule.css) if rule.css else find(rule.xpath)(container))
    ]


def evidence_lines(name: str, evidence: Evidence) -> list[str]:
    """A field's evidence for a person: the value, then where it stands, then each rival with its reason.

    >>> print(*evidence_lines("title", Evidence(Candidate("h1", " 题 ", "题", "the headline"))), sep="\\n")
    title           题
      from          h1: the headline
      raw           题
    """
    winner = evidence.winner
    lines = [f"{name:<16}{shown(winner.value) if winner else 'nothing'}".rstrip()]
    if winner:
        lines.append(f"  from          {winner.place}{f': {winner.why}' if winner.why else ''}")
        if winner.raw and winner.raw != winner.value:
            lines.append(f"  raw           {' '.join(winner.raw.split())}")
    for rival in evidence.rivals:
        value = f" = {shown(rival.value)}" if rival.value and shown(rival.value) != rival.raw else ""
        lines.append(f"  not           {rival.place}: {' '.join(rival.raw.split())}{value} ({rival.why})")
    return lines


def shown(value: Any) -> str:
    """A value in one line."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(plain_value(value))
