"""An article prepared for storage: its record, its row of the ledger, its post."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.archive.paths import name_of, path_for
from newscrawl.archive.rules import rules_version
from newscrawl.atomic import write_synced
from newscrawl.extraction.article import Article
from newscrawl.ledger.record import ArticleRecord, article_row, post_facts
from newscrawl.posts.render import post_of
from newscrawl.provenance import Capture


def record_of(article: Article) -> ArticleRecord:
    """The record of an article: plain data."""
    record = article.record()
    return ArticleRecord(
        key=article.raw.address.key or name_of(record),
        record=record,
        evidence={name: each.plain() for name, each in article.evidence.items()},
        fingerprint=article.raw.fingerprint,
        rules=rules_version(article.raw.site),
        flags=article.raw.flags,
        captures=article.captures,
    )


class PreparedArticle(NamedTuple):
    """An article that is ready to be stored: plain data that can be sent between processes."""

    row: dict[str, Any]  # of `articles`, as of a new article; `kept` is still empty
    rules: str
    flags: tuple[str, ...]
    captures: tuple[Capture, ...]
    post: Path | None  # temporary file of the post; None: no post was written
    facts: dict[str, Any]  # of the post (`post_facts`); empty without a post

    def reading(self) -> ArticleRecord:
        """The article as `Archive.put` takes it."""
        record, evidence = json.loads(self.row["record"]), json.loads(self.row["evidence"])
        key, fingerprint = self.row["key"], self.row["fingerprint"]
        return ArticleRecord(key, record, evidence, fingerprint, self.rules, self.flags, self.captures)


def prepare(article: Article, post: Path | None, flavour: str = "hexo", body: str = "clean") -> PreparedArticle:
    """Prepares an article for storage. If `post` is given, its post is written to that file. Raises OSError."""
    reading = record_of(article)
    row = article_row(reading, path_for(reading.record), reading.flags)
    facts: dict[str, Any] = {}
    if post:
        data = post_of(article, flavour, body).encode()
        write_synced(post, data)
        facts = post_facts(data, flavour, body)
    return PreparedArticle(row, reading.rules, reading.flags, reading.captures, post, facts)
