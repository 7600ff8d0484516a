"""The rows that an article makes: of itself, of a revision, of its post's file."""

import hashlib
import json

from newscrawl.ledger.record import ArticleRecord, article_row, file_row, post_facts, revision_row
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schema import articles, files, revisions
from newscrawl.provenance import Capture

RECORD = {
    "url": "https://x/a", "docid": "d", "channel": "china", "published": "2027-01-15T08:00:00+08:00", "layout": "new",
    "title": "题",
}  # fmt: skip
READING = ArticleRecord("a", RECORD, {"title": "h1"}, "design", "rules", (), (Capture(1, "P1"), Capture(2, "P2")))
KEPT, REPLACED = "2027-01-15T00:00:00+00:00", "2027-01-16T00:00:00+00:00"


def test_the_payloads_are_those_of_all_pages() -> None:
    assert READING.payloads == "P1 P2"
    assert ArticleRecord("a", RECORD, {}, "design", "rules").payloads == ""


def test_the_row_of_an_article() -> None:
    row = article_row(READING, "posts/a.md", ("short", "odd"), KEPT, 3)
    assert row == {
        "key": "a", "url": "https://x/a", "docid": "d", "channel": "china", "published": RECORD["published"],
        "path": "posts/a.md", "layout": "new", "fingerprint": "design", "flags": "short odd", "kept": KEPT,
        "record": json.dumps(RECORD, ensure_ascii=False), "evidence": '{"title": "h1"}', "revision": 3,
        "digest": article_digest(RECORD), "captures": "1 2", "payloads": "P1 P2",
    }  # fmt: skip
    assert "题" in row["record"]
    assert set(row) == set(articles.columns.keys())
    assert (article_row(READING, "posts/a.md", ())["revision"], article_row(READING, "posts/a.md", ())["kept"]) == (
        1,
        "",
    )


def test_the_row_of_a_revision() -> None:
    article = article_row(READING, "posts/a.md", (), KEPT, 3)
    row = revision_row(article, REPLACED)
    assert row == {
        "key": "a", "revision": 3, "digest": article_digest(RECORD), "kept": KEPT, "replaced": REPLACED,
        "record": article["record"], "captures": "1 2", "payloads": "P1 P2",
    }  # fmt: skip
    assert set(row) == set(revisions.columns.keys())


def test_the_row_of_a_post() -> None:
    facts = post_facts("题".encode(), "hexo", "full")
    assert facts == {"size": 3, "digest": hashlib.sha256("题".encode()).hexdigest(), "flavour": "hexo", "body": "full"}
    row = file_row(article_row(READING, "posts/a.md", (), KEPT, 3), "rules", facts)
    assert row == {
        "path": "posts/a.md", "key": "a", "url": "https://x/a", "docid": "d", "revision": 3, "rules": "rules", **facts,
        "day": "",
    }  # fmt: skip
    assert set(row) == set(files.columns.keys()) - {"id", "moved"}  # which is empty: posts are not moved
