"""The archive on disk: posts, captures, manifests and the ledger. Every file is written atomically."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Literal, Self

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from newscrawl import disk
from newscrawl.answers.model import CUT_OFF
from newscrawl.archive.captures import Captures
from newscrawl.archive.links import lock_to_write
from newscrawl.archive.lock import Lock
from newscrawl.archive.manifests import count_rows, seal, seal_ledger, write_rules
from newscrawl.archive.months import file_at_end
from newscrawl.archive.paths import UNFINISHED, has_lost_ledger, path_for, unfinished, was_killed
from newscrawl.archive.placement import Placement
from newscrawl.archive.prepared import record_of
from newscrawl.archive.recovery import place_posts, recover
from newscrawl.archive.remembered import remember
from newscrawl.archive.rules import rules_version, site_text, zone_of
from newscrawl.archive.terms import Terms
from newscrawl.archive.upgrade import bring_up
from newscrawl.atomic import make_folder, temporary_name, write_whole
from newscrawl.errors import ArchiveError, Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import is_part
from newscrawl.ledger import articles, queue, states
from newscrawl.ledger.damage import lost_ledger
from newscrawl.ledger.database import epoch, errors_of
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

    def __init__(
        self,
        root: Path,
        *,
        captures: bool = False,
        durable: bool = True,
        zone: tzinfo | None = None,
        terms: Terms | None = None,
    ) -> None:
        """Creates the folder if necessary, locks it and recovers from a killed run.

        `captures`: store every response as received. Not `durable`: no fsync, so posts survive a crash of the process
        but not of the machine; for posts that can be made again. `zone`: of the manifests' days, that of the run's
        site; None: of the site that the archive's articles were read with last. `terms`: what the run works with, which
        it may remember. Raises ArchiveHeld when another run holds the archive, or ArchiveDamaged, or ArchiveError.
        """
        self.root, self.durable, self.zone = root, durable, zone
        self.unfinished = root / UNFINISHED
        self.lost = 0  # captures and posts that a crash has lost, and that are to be fetched again
        self.lock, killed = lock_folder(root)
        what = f"cannot {'complete what the last run left' if killed else 'use an archive'} in {root}"
        try:
            with errors_of(root, what):
                bring_up(root, killed=killed)
                self.ledger = ledger_for_run(root, terms)
                self.placement = Placement(root, self.ledger, durable=durable)
                if killed:
                    self.lost = recover(root, self.ledger, self.placement)
        except (OSError, DatabaseError) as error:
            if not killed:  # leave no folder that would look like a killed run
                shutil.rmtree(self.unfinished, ignore_errors=True)
            self.lock.release()
            if isinstance(error, ArchiveError):
                raise
            raise disk.archive_error(error, what) from error
        self.captures = Captures(root, self.ledger) if captures else None
        self.closed = False
        self.in_doubt = False  # whether the disk has refused something: the next run looks at what this one left
        self.known_rules: set[str] = set()
        self.designs: set[tuple[str, str]] = set()  # (layout, fingerprint) of which the archive holds articles

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self.in_doubt = self.in_doubt or (error is not None and disk.is_refusal(error))
        self.close(datetime.now(UTC))

    def close(self, now: datetime) -> None:
        """Closes the captures, seals the manifest of the day, closes the ledger and releases the lock.

        A second call does nothing: by then another run may hold the archive. If it cannot be written, or could not be
        before (`in_doubt`), it is left as a killed run leaves it, and the next run completes it; raises ArchiveError.
        """
        if self.closed:
            return
        self.closed = True
        what = f"cannot close the archive in {self.root}"
        try:
            with disk.archive_errors(what), errors_of(self.root, what):
                if self.captures:
                    self.captures.close()
                    file_at_end(self.root, self.ledger, now)
                place_posts(self.root, self.ledger, self.placement)
                self.seal(now)
                rows = count_rows(self.ledger)
                self.ledger.sync()  # SQLite does it too, unless another process has the ledger open
                self.ledger.close()
                seal_ledger(self.root, rows)
                if not self.in_doubt:
                    shutil.rmtree(self.unfinished, ignore_errors=True)
        finally:
            self.ledger.close()
            self.lock.release()

    def seal(self, now: datetime) -> None:
        """Adds the files written since the last seal to the manifest of the day of `now`."""
        with self.ledger.reading() as connection:
            zone = self.zone or zone_of(connection)
        seal(self.root, self.ledger, now.astimezone(zone).date())

    def keep(
        self, article: Article, now: datetime, flavour: str = "hexo", body: str = "clean"
    ) -> tuple[Outcome, list[str]]:
        """Stores an article that was fetched at `now`. Its post is written when the article is new or has changed.

        Returns the outcome of the post, and the flags: why a person should check the page. Raises Refused for half an
        article, or one of its pages, where one is held.
        """
        self.know(article.raw.site)
        reading = record_of(article)
        if CUT_OFF in reading.flags and self.holds(reading.key):
            raise Refused("broken", "the page is cut off, and the archive holds its article")
        if is_part(article) and self.holds(reading.key):
            raise Refused("page_missing", "it is one page of several, and the archive holds its article")
        return self.put(reading, partial(post_of, article, flavour, body), flavour, body, now, article.lease)

    def holds(self, key: str) -> bool:
        """Whether the archive holds an article."""
        with self.ledger.reading() as connection:
            return bool(articles.held_keys(connection, [key]))

    def know(self, site: Site) -> None:
        """Stores the rules of a site, in the ledger and as a file, once per run."""
        version = rules_version(site)
        if version not in self.known_rules:
            with self.ledger.transaction() as connection:
                articles.keep_rules(connection, version, site_text(site))
            write_rules(self.root, version, site_text(site))
            self.known_rules.add(version)

    def put(
        self,
        reading: ArticleRecord,
        render: Callable[[], str],
        flavour: str,
        body: str,
        now: datetime,
        lease: Lease | None = None,
        *,
        batch: Connection | None = None,
        by_todays_rules: bool = False,
    ) -> tuple[Outcome, list[str]]:
        """Stores an article that was read at `now`; `render` returns its post. Returns the post's outcome, and flags.

        If the article is unchanged, its post stays as it is, byte for byte; if the bytes of its page are the same, so
        does its whole row. `by_todays_rules`: the post is rendered again in any case. `batch`: the transaction to write
        in, which ends later.

        The order of the writes: the post goes to `.unfinished/`, the ledger commits and is synced, the post is renamed
        to its path, and the post that it replaces is deleted (when the date of an article changes, so does its path).
        If the run is killed between two of these steps, the next run completes them. Whoever ends a batch has its posts
        placed then.
        """
        with nullcontext(batch) if batch is not None else self.ledger.reading() as connection:
            stored = articles.stored_article(connection, reading.key)
            flags = [*reading.flags, *self._flags(connection, reading)]
        if stored and not by_todays_rules and is_unchanged(stored, reading) and self._is_intact(stored):
            with self._transaction(batch) as connection:
                keep_unchanged(connection, reading, stored, flags, lease, now)
            return "unchanged", flags
        path = path_for(reading.record)
        data = render().encode()
        outcome = outcome_of(self.placement.read(path), data, held=stored is not None)
        part = self._write(path, data) if outcome != "unchanged" else None
        with self._transaction(batch) as connection:
            vacated = vacated_path(connection, reading.key, stored, path)
            written = post_facts(data, flavour, body)
            if stored and (stored.path, stored.file) == (path, written["digest"]):
                written = {}  # the ledger has this version of the file already
            held = articles.keep(connection, reading, path, flags, written, now)
            acknowledge(connection, reading, lease, now, held=held)
        if part:
            self.placement.add(path, part)
        if vacated:
            self.placement.remove(vacated)
        if batch is None:
            self.placement.place()
        return outcome, flags

    def _transaction(self, batch: Connection | None) -> AbstractContextManager[Connection]:
        return nullcontext(batch) if batch is not None else self.ledger.transaction()

    def _flags(self, connection: Connection, reading: ArticleRecord) -> list[str]:
        """`new_design` if the archive holds enough articles of the layout, but none of this design."""
        layout, fingerprint = reading.record["layout"], reading.fingerprint
        if (layout, fingerprint) not in self.designs:
            if not articles.has_design(connection, (layout, fingerprint)):
                return ["new_design"] if articles.has_many_of(connection, layout, ENOUGH) else []
            self.designs.add((layout, fingerprint))
        return []

    def _is_intact(self, stored: StoredArticle) -> bool:
        """Whether the post of an article has the bytes that were written."""
        try:
            post = self.placement.read(stored.path)
        except OSError:
            return False
        return post is not None and hashlib.sha256(post).hexdigest() == stored.file

    def _write(self, path: str, data: bytes) -> Path:
        """Writes a post to `.unfinished/`, and returns its path there. `path`: where it will be; its folder is made."""
        place = self.root / path
        make_folder(place.parent, durable=self.durable)  # so that a rename after the commit does not fail for it
        part = self.unfinished / place.name
        write_whole(part, data, temporary_name(part), durable=self.durable)
        return part


def lock_folder(root: Path) -> tuple[Lock, bool]:
    """Creates the folder of an archive if necessary, and locks it. Returns the lock, and whether a run was killed.

    Raises ArchiveHeld, ArchiveDamaged and ArchiveError.
    """
    with ExitStack() as stack:
        try:
            root.mkdir(parents=True, exist_ok=True)
            lock = lock_to_write(root)
            stack.callback(lock.release)
            killed = was_killed(root)
            unfinished(root)
        except ArchiveError:
            raise
        except OSError as error:
            raise unusable(root, error) from error
        stack.pop_all()
        return lock, killed


def unusable(root: Path, error: OSError) -> ArchiveError:
    """The error for a folder in which no archive can be kept."""
    what = f"cannot keep an archive in {root}"
    if disk.is_everywhere(error):
        return disk.archive_error(error, what)
    return ArchiveError(f"{what}: {error.strerror}; give another folder with -o")


def ledger_for_run(root: Path, terms: Terms | None) -> Ledger:
    """Opens the ledger of an archive for a run; what it works with may be remembered.

    Raises ArchiveDamaged when the ledger of an archive is missing, and as `open_ledger`.
    """
    if has_lost_ledger(root):
        raise lost_ledger(root)
    ledger = Ledger(root)
    if terms:
        with ledger.transaction() as connection:
            remember(connection, terms)
    return ledger


def same_bytes(stored: StoredArticle, reading: ArticleRecord) -> bool:
    """Whether an article was read from the very bytes that the stored one was read from."""
    return bool(reading.payloads) and stored.payloads == reading.payloads


def is_unchanged(stored: StoredArticle, reading: ArticleRecord) -> bool:
    """Whether an article is the stored one, by the bytes of its pages or by what was read in them.

    One whose post has no label, and now gets one, has changed. What today's rules read differently in the same bytes is
    for a replay to store.
    """
    if stored.digest == article_digest(reading.record):
        return len(reading.record["categories"]) <= len(stored.categories)
    return same_bytes(stored, reading)


def outcome_of(before: bytes | None, post: bytes, *, held: bool) -> Outcome:
    """What becomes of a post. `before`: what is in its place; `held`: the archive holds its article.

    >>> outcome_of(None, b"a", held=False), outcome_of(b"a", b"a", held=False), outcome_of(b"b", b"a", held=False)
    ('written', 'unchanged', 'revised')
    >>> outcome_of(None, b"a", held=True)
    'revised'
    """
    if before == post:
        return "unchanged"
    return "revised" if before is not None or held else "written"


def keep_unchanged(
    connection: Connection,
    reading: ArticleRecord,
    stored: StoredArticle,
    flags: Iterable[str],
    lease: Lease | None,
    now: datetime,
) -> None:
    """Stores an article that is unchanged; the categories of its row stay those of its post."""
    if not same_bytes(stored, reading):
        record = {**reading.record, "categories": stored.categories}
        articles.keep(connection, replace(reading, record=record), stored.path, flags, {}, now)
    acknowledge(connection, reading, lease, now, held=True)


def vacated_path(connection: Connection, key: str, stored: StoredArticle | None, path: str) -> str:
    """The path that the post of an article leaves for `path`; empty if it leaves none, or another post is there."""
    if stored is None or stored.path == path:
        return ""
    return stored.path if articles.is_only_article_at(connection, stored.path, key) else ""


def acknowledge(
    connection: Connection, reading: ArticleRecord, lease: Lease | None, now: datetime, *, held: bool
) -> None:
    """Settles the lease that an article was fetched under. `held`: the archive held the article before."""
    if lease is None:
        queue.restore(connection, reading.key)
        return
    instant = int(now.timestamp())
    published = epoch(reading.record["published"]) or instant
    queue.settle(connection, lease.key, states.kept(lease, reading.key, published, instant, held=held))
