"""The archive on disk: posts, captures, manifests and the ledger. Every file is written atomically."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, Self

from sqlalchemy.exc import DatabaseError

from newscrawl.archive.captures import Captures, recover
from newscrawl.archive.lock import Lock
from newscrawl.archive.manifests import count_rows, restore_last_manifest, seal, seal_ledger, write_rules
from newscrawl.archive.paths import (
    LEDGER,
    MANIFESTS,
    UNFINISHED,
    has_ledger,
    is_post,
    path_for,
    unfinished,
    unplaced_files,
    was_killed,
)
from newscrawl.archive.prepared import record_of
from newscrawl.archive.rules import rules_version, site_text
from newscrawl.atomic import file_digest, rename_into_place, temporary_name, write_whole
from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.extraction.article import Article
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import StoredArticle
from newscrawl.ledger.record import ArticleRecord, post_facts
from newscrawl.ledger.revisions import article_digest
from newscrawl.posts.render import post_of
from newscrawl.provenance import Lease
from newscrawl.sites.model import Site

ENOUGH = 20  # articles of a layout that the archive must hold before an unseen design is flagged
Outcome = Literal["written", "unchanged", "revised"]


class Archive:
    """A folder of posts with its captures, manifests and ledger, opened for one run.

    Incomplete files are in `.unfinished/`. That folder exists as long as a run does: if it is found, a run was killed.
    """

    def __init__(self, root: Path, *, captures: bool = False, durable: bool = True) -> None:
        """Creates the folder if necessary, locks it and recovers from a killed run.

        `captures`: store every response as received. Not `durable`: no fsync, so posts survive a crash of the process
        but not of the machine; for posts that can be made again. Raises ArchiveHeld when another run holds the archive,
        ArchiveDamaged when it is damaged, ArchiveError when it cannot be written.
        """
        self.root, self.durable = root, durable
        self.unfinished = root / UNFINISHED
        try:
            root.mkdir(parents=True, exist_ok=True)
            self.lock = Lock(root)
            killed = was_killed(root)
            unfinished(root)
        except ArchiveError:
            raise
        except OSError as error:
            raise ArchiveError(
                f"cannot keep an archive in {root}: {error.strerror}; give another folder with -o"
            ) from error

        try:
            if not has_ledger(root) and any((root / MANIFESTS).glob("*.jsonl")):
                why = f"{root / LEDGER} is missing; newscrawl verify {root} --repair rebuilds it"
                raise ArchiveDamaged(f"the archive is damaged: {why}")
            self.ledger = Ledger(root)
            self.ledger.release()
            if killed:
                self._finish()
                recover(root, self.ledger)
                restore_last_manifest(root, self.ledger)
        except (OSError, DatabaseError) as error:
            if not killed:  # leave no folder that would look like a killed run
                shutil.rmtree(self.unfinished, ignore_errors=True)
            self.lock.release()
            if isinstance(error, ArchiveError):
                raise
            if isinstance(error, DatabaseError):
                raise ArchiveError(f"the ledger of {root} cannot be written: {error.orig}") from error
            raise ArchiveError(f"cannot recover from a killed run in {root}: {error}") from error
        self.captures = Captures(root, self.ledger) if captures else None
        self.closed = False
        self.known_rules: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the captures, seals the day's manifest, closes the ledger and releases the lock.

        A second call does nothing: by then another run may hold the archive.
        """
        if self.closed:
            return
        self.closed = True
        if self.captures:
            self.captures.close()
        self._finish()
        seal(self.root, self.ledger)
        rows = count_rows(self.ledger)
        self.ledger.close()
        seal_ledger(self.root, rows)
        shutil.rmtree(self.unfinished, ignore_errors=True)
        self.lock.release()

    def _finish(self) -> None:
        """Completes what the ledger has committed: renames posts, deletes old ones, and drops all other parts."""
        parts = unplaced_files(self.root)
        for relative, digest in [*self.ledger.written(parts)] if parts else []:
            path = self.root / relative
            if digest in parts and not (path.is_file() and file_digest(path) == digest):
                rename_into_place(parts.pop(digest), path)
        for relative in filter(is_post, self.ledger.vacated_paths()):
            (self.root / relative).unlink(missing_ok=True)
        shutil.rmtree(self.unfinished, ignore_errors=True)
        unfinished(self.root)

    def keep(self, article: Article, flavour: str = "hexo", body: str = "clean") -> tuple[Outcome, list[str]]:
        """Stores a fetched article. Its post is written when the article is new or has changed.

        Returns the outcome of the post, and the flags: why a person should check the page.
        """
        self.know(article.raw.site)
        reading = record_of(article)
        return self.put(reading, partial(post_of, article, flavour, body), flavour, body, article.lease)

    def know(self, site: Site) -> None:
        """Stores the rules of a site, in the ledger and as a file, once per run."""
        version = rules_version(site)
        if version not in self.known_rules:
            self.ledger.know_rules(version, site_text(site))
            write_rules(self.root, version, site_text(site))
            self.known_rules.add(version)

    def put(
        self,
        reading: ArticleRecord,
        render: Callable[[], str],
        flavour: str,
        body: str,
        lease: Lease | None = None,
        *,
        by_todays_rules: bool = False,
    ) -> tuple[Outcome, list[str]]:
        """Stores an article; `render` returns its post. Returns the outcome of the post, and the flags.

        If the article is unchanged, its post stays as it is, byte for byte; if the bytes of its page are the same, so
        does its whole row. `by_todays_rules`: the post is rendered again in any case.

        The order of the writes: the post goes to `.unfinished/`, the ledger commits, the post is renamed to its path,
        and the post that it replaces is deleted (when the date of an article changes, so does its path). If the run is
        killed between two of these steps, the next run completes them. Within a batch, whose transaction ends later,
        the rename comes first.
        """
        stored = self.ledger.stored_article(reading.key)
        flags = [*reading.flags]
        if self.ledger.is_new_design((reading.record["layout"], reading.fingerprint), ENOUGH):
            flags.append("new_design")
        stays = stored is not None and not by_todays_rules and self._intact(stored)
        if stays and stored and reading.payloads and stored.payloads == reading.payloads:
            self.ledger.same(reading, lease)
            return "unchanged", flags
        if stays and stored and stored.digest == article_digest(reading.record):
            reading = replace(reading, record={**reading.record, "categories": stored.categories})
            self.ledger.keep(reading, stored.path, flags, {}, lease)
            return "unchanged", flags
        relative = path_for(reading.record)
        path = self.root / relative
        data = render().encode()
        part: Path | None = None
        outcome: Outcome = "revised" if path.exists() or stored else "written"
        if path.exists() and path.read_bytes() == data:
            outcome = "unchanged"
        else:
            part = self.unfinished / path.name
            write_whole(part, data, temporary_name(part), durable=self.durable)
            if self.ledger.batched:
                rename_into_place(part, path)
                part = None
        moved = stored and stored.path != relative and self.ledger.is_only_article_at(stored.path, reading.key)
        written = post_facts(data, flavour, body)
        if stored and (stored.path, stored.file) == (relative, written["digest"]):
            written = {}  # the ledger has this version of the file already
        self.ledger.keep(reading, relative, flags, written, lease)
        if part:
            rename_into_place(part, path)
        if stored and moved:
            (self.root / stored.path).unlink(missing_ok=True)
        return outcome, flags

    def _intact(self, stored: StoredArticle) -> bool:
        """Whether the post of an article has the bytes that were written."""
        try:
            return file_digest(self.root / stored.path) == stored.file
        except OSError:
            return False
