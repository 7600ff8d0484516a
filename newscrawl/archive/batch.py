"""Storing many articles at once: equivalent to `Archive.put` for each, and much faster when they are new."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from newscrawl.archive.archive import Archive, Outcome
from newscrawl.archive.prepared import PreparedArticle
from newscrawl.atomic import sync_folder
from newscrawl.ledger import articles
from newscrawl.ledger.record import file_row


class Batch:
    """Articles that are stored in one transaction. Flush it before the transaction ends."""

    def __init__(self, archive: Archive, connection: Connection, keys: Iterable[str]) -> None:
        """Starts a batch in the transaction of `connection`. `keys`: the keys of all articles that will be stored."""
        self.archive, self.connection = archive, connection
        self.rows: list[dict[str, Any]] = []  # not in the ledger yet
        self.files: list[dict[str, Any]] = []
        self.held = articles.held_keys(connection, keys)

    def holds(self, key: str) -> bool:
        """Whether the archive holds an article."""
        return key in self.held or articles.stored_article(self.connection, key) is not None

    def keep(self, ready: PreparedArticle, now: datetime) -> tuple[Outcome, list[str]]:
        """Stores an article that was read at an instant, with today's rules. Returns the same as `Archive.put`."""
        row = ready.row
        path, placement = row["path"], self.archive.placement
        design = (row["layout"], row["fingerprint"])
        is_new = row["key"] not in self.held and design in self.archive.designs and placement.read(path) is None
        self.held.add(row["key"])
        if not is_new or ready.post is None:
            return self._put(ready, now)
        placement.add(path, ready.post)
        kept = now.astimezone(UTC).replace(microsecond=0).isoformat()
        self.rows.append({**row, "kept": kept})
        self.files.append(file_row(row, ready.rules, ready.facts))
        return "written", [*ready.flags]

    def _put(self, ready: PreparedArticle, now: datetime) -> tuple[Outcome, list[str]]:
        self.flush()
        post = ready.post.read_bytes().decode() if ready.post else ""
        outcome = self.archive.put(
            ready.reading(),
            lambda: post,
            ready.facts["flavour"],
            ready.facts["body"],
            now,
            batch=self.connection,
            by_todays_rules=True,
        )
        discard(ready)
        return outcome

    def flush(self) -> None:
        """Writes the collected rows to the ledger; their posts are on the disk then."""
        if self.rows:
            if self.archive.durable:
                sync_folder(self.archive.unfinished)
            articles.keep_new(self.connection, self.rows, self.files)
            self.rows, self.files = [], []


def discard(ready: PreparedArticle) -> None:
    """Deletes the prepared post of an article that is not stored."""
    if ready.post:
        ready.post.unlink(missing_ok=True)
