"""An article as an archive keeps it, and its rows in the ledger. Independent of SQLAlchemy."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newscrawl.ledger.revisions import article_digest
from newscrawl.provenance import Capture


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article as an archive keeps it: plain data that can be sent between processes."""

    key: str  # URL identity
    record: dict[str, Any]
    evidence: dict[str, Any]
    fingerprint: str
    rules: str  # version of the rules that it was read with
    flags: tuple[str, ...] = ()
    captures: tuple[Capture, ...] = ()

    @property
    def payloads(self) -> str:
        """The SHA-1 of each of its pages as received, separated by spaces; empty without captures."""
        return " ".join(capture.payload for capture in self.captures)


def article_row(
    reading: ArticleRecord, path: str, flags: Iterable[str], kept: str = "", revision: int = 1
) -> dict[str, Any]:
    """The row of `articles` for an article whose post is stored at `path`. `kept`: when, ISO 8601 in UTC."""
    record = reading.record
    return {
        "key": reading.key,
        "url": record["url"],
        "docid": record["docid"],
        "channel": record["channel"],
        "published": record["published"],
        "path": path,
        "layout": record["layout"],
        "fingerprint": reading.fingerprint,
        "flags": " ".join(flags),
        "kept": kept,
        "record": json.dumps(record, ensure_ascii=False),
        "evidence": json.dumps(reading.evidence, ensure_ascii=False),
        "revision": revision,
        "digest": article_digest(record),
        "captures": " ".join(str(capture.id) for capture in reading.captures),
        "payloads": reading.payloads,
    }


def revision_row(article: Mapping[str, Any], replaced: str) -> dict[str, Any]:
    """The row of `revisions` for a replaced revision. `article`: its row of `articles`; `replaced`: ISO 8601 in UTC."""
    names = ("key", "revision", "digest", "kept", "record", "captures", "payloads")
    return {**{name: article[name] for name in names}, "replaced": replaced}


def post_facts(post: bytes, flavour: str, body: str) -> dict[str, Any]:
    """The columns of `files` that depend on a post's bytes: `size`, `digest` (SHA-256), `flavour`, `body`."""
    return {"size": len(post), "digest": hashlib.sha256(post).hexdigest(), "flavour": flavour, "body": body}


def file_row(article: Mapping[str, Any], rules: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `files` for an article's post. `article`: its row of `articles`; `facts`: from `post_facts`."""
    columns = {name: article[name] for name in ("path", "key", "url", "docid", "revision")}
    return {**columns, "rules": rules, **facts, "day": ""}
