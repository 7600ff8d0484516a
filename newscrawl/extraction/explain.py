"""Explains an article: for each field the value, its place in the page, the raw text, the rivals and why they lost."""

import re
from dataclasses import replace
from typing import Any

from newscrawl.answers.decode import LARGEST_PAGE
from newscrawl.answers.model import Answer
from newscrawl.extraction.article import UNPROVEN, Article
from newscrawl.extraction.charset import DEFAULT, UTF_8, Charset, as_utf8, candidates, decodes
from newscrawl.extraction.dom import parse, text_content
from newscrawl.extraction.evidence import Candidate, Evidence, plain_value
from newscrawl.extraction.identity import FIRST_COMMENTS
from newscrawl.extraction.layouts import select_all
from newscrawl.extraction.page import extract
from newscrawl.extraction.selectors import compile_xpath
from newscrawl.extraction.stages import normalise
from newscrawl.sites.model import Site

FITS = "the first design whose title and body the page has"


def explain(answer: Answer, url: str, site: Site, max_size: int = LARGEST_PAGE) -> tuple[Article, dict[str, Evidence]]:
    """Returns the article of a page and the evidence of its fields, by name. Raises Refused as `extract` does."""
    article = extract(answer.body, url, site, charset=answer.charset, truncated=answer.truncated, max_size=max_size)
    if answer.lists:
        article.raw = replace(article.raw, lists=answer.lists)
        article = normalise(article)
    page, decoded_by = as_utf8(answer.body, answer.charset)
    root = parse(page)
    raw = article.raw
    evidence = dict(article.evidence)
    og_url = next(iter(raw.meta.get("og:url", ())), "")
    evidence["url"] = Evidence(
        Candidate("given" if url else "the page's own", url or og_url, article.url, "the canonical form"),
        (Candidate("og:url", og_url, "", "counts when it names the same article"),) if og_url else (),
    )
    registered = next(iter(raw.meta.get(site.docid_meta, ())), "")
    place = "URL" if raw.address.docid else f"{site.docid_meta} or comment"
    evidence["docid"] = Evidence(
        Candidate(place, raw.address.url if raw.address.docid else registered, article.docid, "the id in the address"),
        (Candidate(site.docid_meta, registered, "", "counts where the address has none"),) if registered else (),
    )
    evidence["stocks"] = Evidence(
        Candidate("linked names, keyword comment", " ".join(raw.stocks), article.stocks, "each once, in order")
    )
    evidence["layout"] = Evidence(
        Candidate(
            f"title {raw.layout.title}, body {raw.layout.body}",
            "",
            article.layout,
            "what the parts are, in any markup" if UNPROVEN in raw.flags else FITS,
        )
    )
    if raw.flags:
        evidence["flags"] = Evidence(Candidate("the page", "", [*raw.flags], "why a person should look at it"))
    evidence["charset"] = charset_of(decoded_by, answer)
    published = evidence["published"]
    evidence["published"] = Evidence(published.winner, (*published.rivals, *ignored_dates(root, site)))
    text = evidence["text"]
    evidence["text"] = Evidence(text.winner, (*text.rivals, *cut_elements(article)))
    return article, dict(sorted(evidence.items()))


def charset_of(charset: Charset, answer: Answer) -> Evidence:
    """Returns the evidence of the charset that a page was decoded by: who named it, and what else was named."""
    why = "they are valid UTF-8" if charset == UTF_8 else "the first of those named that fits the bytes"
    rivals = (rival for rival in candidates(answer.body, answer.charset) if rival.name != charset.name)
    later = "comes later" if charset != UTF_8 else "the bytes are UTF-8"
    named = [
        Candidate(rival.place, rival.name, "", later if decodes(answer.body, rival.name) else "does not fit the bytes")
        for rival in rivals
        if rival.place != DEFAULT
    ]
    return Evidence(Candidate(charset.place, "", charset.name, why if charset.place != DEFAULT else ""), tuple(named))


def ignored_dates(root: Any, site: Site) -> list[Candidate]:
    """Returns the dates in comments and scripts that the site file lists under `never_dates`."""
    texts = [comment.text or "" for comment in FIRST_COMMENTS(root)]
    texts += [script.text or "" for script in root.iter("script")]
    return [
        Candidate(never.place, match[1], "", never.why)
        for never in site.never_dates
        for text in texts
        if (match := re.search(never.match, text))
    ]


def cut_elements(article: Article) -> list[Candidate]:
    """Returns the elements that were cut from the body, each with the rule that cuts it."""
    return [
        Candidate(rule.css or rule.xpath, " ".join(text_content(element).split())[:60], "", rule.why)
        for container in article.raw.containers
        for rule in article.raw.site.boilerplate.cut
        for element in (select_all(container, rule.css) if rule.css else compile_xpath(rule.xpath)(container))
    ]


def evidence_lines(name: str, evidence: Evidence) -> list[str]:
    """Returns the evidence of a field as lines of text: the value, its place, then each rival with its reason.

    >>> print(*evidence_lines("title", Evidence(Candidate("h1", " 题 ", "题", "the headline"))), sep="\\n")
    title           题
      from          h1: the headline
      raw           题
    """
    winner = evidence.winner
    lines = [f"{name:<16}{one_line_value(winner.value) if winner else 'nothing'}".rstrip()]
    if winner:
        lines.append(f"  from          {winner.place}{f': {winner.why}' if winner.why else ''}")
        if winner.raw and winner.raw != winner.value:
            lines.append(f"  raw           {' '.join(winner.raw.split())}")
    for rival in evidence.rivals:
        value = f" = {one_line_value(rival.value)}" if rival.value and one_line_value(rival.value) != rival.raw else ""
        lines.append(f"  not           {rival.place}: {' '.join(rival.raw.split())}{value} ({rival.why})")
    return lines


def one_line_value(value: Any) -> str:
    """Returns a value as one line of text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(plain_value(value))
