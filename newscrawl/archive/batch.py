"""Storing many articles at once: equivalent to `Archive.put` for each, and much faster when they are new."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from newscrawl.archive.archive import Archive, Outcome
from newscrawl.archive.prepared import PreparedArticle
from newscrawl.atomic import rename_into_place
from newscrawl.ledger.record import file_row


class Batch:
    """Articles that are stored in one transaction. Use it within `Ledger.batch`, and flush it at the end."""

    def __init__(self, archive: Archive, keys: Iterable[str]) -> None:
        """Starts a batch. `keys`: the keys of all articles that will be stored."""
        self.archive = archive
        self.rows: list[dict[str, Any]] = []  # not in the ledger yet
        self.files: list[dict[str, Any]] = []
        self.held = archive.ledger.held_keys(keys)

    def holds(self, key: str) -> bool:
        """Whether the archive holds an article."""
        return key in self.held or self.archive.ledger.stored_article(key) is not None

    def keep(self, ready: PreparedArticle, now: datetime) -> tuple[Outcome, list[str]]:
        """Stores an article that was read at an instant, with today's rules. Returns the same as `Archive.put`."""
        ledger, row = self.archive.ledger, ready.row
        ledger.clock = lambda: now
        path = self.archive.root / row["path"]
        design = (row["layout"], row["fingerprint"])
        is_new = row["key"] not in self.held and design in ledger.designs and not path.exists()
        self.held.add(row["key"])
        if not is_new or ready.post is None:
            return self._put(ready)
        rename_into_place(ready.post, path)
        kept = now.astimezone(UTC).replace(microsecond=0).isoformat()
        self.rows.append({**row, "kept": kept})
        self.files.append(file_row(row, ready.rules, ready.facts))
        return "written", [*ready.flags]

    def _put(self, ready: PreparedArticle) -> tuple[Outcome, list[str]]:
        self.flush()
        post = ready.post.read_bytes().decode() if ready.post else ""
        flavour, body = ready.facts["flavour"], ready.facts["body"]
        outcome = self.archive.put(ready.reading(), lambda: post, flavour, body, by_todays_rules=True)
        discard(ready)
        return outcome

    def flush(self) -> None:
        """Writes the collected rows to the ledger."""
        if self.rows:
            self.archive.ledger.keep_new(self.rows, self.files)
            self.rows, self.files = [], []


def discard(ready: PreparedArticle) -> None:
    """Deletes the prepared post of an article that is not stored."""
    if ready.post:
        ready.post.unlink(missing_ok=True)
