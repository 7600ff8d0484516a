"""What an article lacks to be a post, and what a record has."""

from datetime import UTC, datetime

import pytest

from newscrawl.extraction.article import Article, Image, missing
from newscrawl.extraction.evidence import Candidate, Evidence

WHEN = datetime(2026, 3, 1, 8, tzinfo=UTC)
WHOLE = {"title": "题", "published": WHEN, "text": "文"}


@pytest.mark.parametrize(
    ("values", "lacks"),
    [
        ({}, ""),
        ({"title": ""}, "no_title"),
        ({"published": None}, "no_date"),
        ({"title": "", "published": None, "text": ""}, "no_title"),
        ({"published": None, "text": ""}, "no_date"),
        ({"text": ""}, "no_text"),
        ({"text": "", "images": [Image("https://x/a.jpg")]}, ""),  # pictures count as a body
    ],
)
def test_a_post_needs_a_title_a_date_and_a_body(values: dict[str, object], lacks: str) -> None:
    article = Article("https://x/", "a", **{**WHOLE, **values})  # type: ignore[arg-type]
    assert missing(article) == lacks


def test_a_record_needs_no_date() -> None:
    article = Article("https://x/", "a", title="题", text="文")
    assert (missing(article), missing(article, dated=False)) == ("no_date", "")


def test_a_decision_is_recorded_with_its_evidence() -> None:
    article, evidence = Article("https://x/", "a"), Evidence(Candidate("h1", " 题", "题", "the headline"))
    assert article.decided("title", evidence) == "题"
    assert article.decided("author", Evidence(None)) == ""
    assert article.evidence == {"title": evidence, "author": Evidence(None)}


def test_a_record_is_plain_and_has_nothing_of_the_crawl() -> None:
    article = Article("https://x/", "a", published=WHEN, images=[Image("https://x/a.jpg", "图")])
    record = article.record()
    assert record["published"] == "2026-03-01T08:00:00+00:00"
    assert record["modified"] is None
    assert record["images"] == [{"src": "https://x/a.jpg", "caption": "图"}]
    assert not {"raw", "evidence", "lease", "captures"} & set(record)
