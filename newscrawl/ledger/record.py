"""An article as an archive keeps it, and the rows of the ledger that tell of it. Without the ledger's library."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newscrawl.ledger.revisions import article_digest
from newscrawl.provenance import Capture


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article as an archive keeps it: plain data, which can go from one process to another."""

    key: str  # URL identity
    record: dict[str, Any]
    evidence: dict[str, Any]
    fingerprint: str
    rules: str  # version of those it was read by
    flags: tuple[str, ...] = ()
    captures: tuple[Capture, ...] = ()

    @property
    def payloads(self) -> str:
        """The digests of its pages as they came, parted by blanks; empty when no capture of them was kept."""
        return " ".join(capture.payload for capture in self.captures)


def article_row(
    reading: ArticleRecord, path: str, flags: Iterable[str], kept: str = "", revision: int = 1
) -> dict[str, Any]:
    """The row of `articles` for a reading whose post stands at `path`. `kept`: when, ISO 8601 in UTC."""
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
    """The row of `revisions` for what an article was. `article`: its row of `articles`; `replaced`: ISO 8601 in UTC."""
    names = ("key", "revision", "digest", "kept", "record", "captures", "payloads")
    return {**{name: article[name] for name in names}, "replaced": replaced}


def post_facts(post: bytes, flavour: str, body: str) -> dict[str, Any]:
    """What the row of `files` says of a post's bytes."""
    return {"size": len(post), "digest": hashlib.sha256(post).hexdigest(), "flavour": flavour, "body": body}


def file_row(article: Mapping[str, Any], rules: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `files` for an article's post. `facts`: as `post_facts` gives them."""
    about = {name: article[name] for name in ("path", "key", "url", "docid", "revision")}
    return {**about, "rules": rules, **facts, "day": ""}
