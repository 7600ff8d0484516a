"""The archive on disk: posts, captures, manifests, ledger; every file there whole or not at all."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, Self

from sqlalchemy.exc import DatabaseError

from newscrawl.archive.captures import Captures, recover
from newscrawl.archive.lock import Lock
from newscrawl.archive.manifests import count_rows, renew, seal, seal_ledger, write_rules
from newscrawl.archive.paths import (
    LEDGER,
    MANIFESTS,
    UNFINISHED,
    has_ledger,
    is_post,
    path_for,
    unfinished,
    waiting,
    was_killed,
)
from newscrawl.archive.prepared import record_of
from newscrawl.archive.rules import rules_version, site_text
from newscrawl.atomic import beside, file_digest, put_in_place, write_whole
from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.extraction.article import Article
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import StoredArticle
from newscrawl.ledger.record import ArticleRecord, post_facts
from newscrawl.ledger.revisions import article_digest
from newscrawl.posts.render import post_of
from newscrawl.provenance import Lease
from newscrawl.sites.model import Site

ENOUGH = 20  # pages of a layout in the archive, before one with another frame is news
Outcome = Literal["written", "unchanged", "revised"]


class Archive:
    """A folder of posts with its captures, manifests and ledger, for one run. Unfinished files are in `.unfinished/`.

    That folder is there as long as a run is: where one is found, a run was killed.
    """

    def __init__(self, root: Path, *, captures: bool = False, durable: bool = True) -> None:
        """Makes the folder if need be, takes it for this run and clears up after a killed one.

        `captures`: what is fetched is kept as it came. Not `durable`: posts survive the death of the process, and not
        that of the machine; for what can be made again. Raises ArchiveError, and ArchiveHeld when another run has it.
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
                why = f"{root / LEDGER} is not there; newscrawl verify {root} --repair makes it anew"
                raise ArchiveDamaged(f"the archive is damaged: {why}")
            self.ledger = Ledger(root)
            self.ledger.release()
            if killed:
                self._finish()
                recover(root, self.ledger)
                renew(root, self.ledger)
        except (OSError, DatabaseError) as error:
            if not killed:  # and none has been by this
                shutil.rmtree(self.unfinished, ignore_errors=True)
            self.lock.release()
            if isinstance(error, ArchiveError):
                raise
            if isinstance(error, DatabaseError):
                raise ArchiveError(f"the ledger of {root} cannot be written: {error.orig}") from error
            raise ArchiveError(f"cannot clear up after a killed run in {root}: {error}") from error
        self.captures = Captures(root, self.ledger) if captures else None
        self.closed = False
        self.known_rules: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the files of captures, seals the day's manifest, closes the ledger and lets the next run in.

        A second time does nothing: the folder may be another run's by then.
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
        """Does what the ledger says was done, where a run ended before it had; what it does not speak of goes."""
        parts = waiting(self.root)
        for relative, said in [*self.ledger.written(parts)] if parts else []:
            path = self.root / relative
            if said in parts and not (path.is_file() and file_digest(path) == said):
                put_in_place(parts.pop(said), path)
        for relative in filter(is_post, self.ledger.left()):
            (self.root / relative).unlink(missing_ok=True)
        shutil.rmtree(self.unfinished, ignore_errors=True)
        unfinished(self.root)

    def keep(self, article: Article, flavour: str = "hexo", body: str = "clean") -> tuple[Outcome, list[str]]:
        """Keeps an article as it was fetched: its post is written when the article is new or was changed.

        Gives what became of the post, and the flags: why somebody should look at the page.
        """
        self.know(article.raw.site)
        reading = record_of(article)
        return self.put(reading, partial(post_of, article, flavour, body), flavour, body, article.lease)

    def know(self, site: Site) -> None:
        """Notes the rules that readings of a site go by."""
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
        """Keeps a reading, whose post `render` gives, and notes it in the ledger.

        A post whose article is the same stays as it is, byte for byte; so does all that is known of one whose page is
        the same. `by_todays_rules` it becomes what they make of it. The post is written to `.unfinished/`, then the
        ledger says so, then it gets its place, and the one that it takes the place of goes (an article whose date
        changed stands elsewhere): killed between any two of them, the next run does the rest. Within a batch, whose
        transaction ends later, it gets its place first.
        """
        standing = self.ledger.standing(reading.key)
        flags = [*reading.flags]
        if self.ledger.is_new_design((reading.record["layout"], reading.fingerprint), ENOUGH):
            flags.append("new_design")
        stays = standing is not None and not by_todays_rules and self._intact(standing)
        if stays and standing and reading.payloads and standing.payloads == reading.payloads:
            self.ledger.same(reading, lease)
            return "unchanged", flags
        if stays and standing and standing.digest == article_digest(reading.record):
            reading = replace(reading, record={**reading.record, "categories": standing.categories})
            self.ledger.keep(reading, standing.path, flags, {}, lease)
            return "unchanged", flags
        relative = path_for(reading.record)
        path = self.root / relative
        data = render().encode()
        part: Path | None = None
        outcome: Outcome = "revised" if path.exists() or standing else "written"
        if path.exists() and path.read_bytes() == data:
            outcome = "unchanged"
        else:
            part = self.unfinished / path.name
            write_whole(part, data, beside(part), durable=self.durable)
            if self.ledger.batched:
                put_in_place(part, path)
                part = None
        moved = standing and standing.path != relative and self.ledger.stands_alone(standing.path, reading.key)
        written = post_facts(data, flavour, body)
        if standing and (standing.path, standing.file) == (relative, written["digest"]):
            written = {}  # it is known to the ledger as it is
        self.ledger.keep(reading, relative, flags, written, lease)
        if part:
            put_in_place(part, path)
        if standing and moved:
            (self.root / standing.path).unlink(missing_ok=True)
        return outcome, flags

    def _intact(self, standing: StoredArticle) -> bool:
        """Whether the post of an article is what was written."""
        try:
            return file_digest(self.root / standing.path) == standing.file
        except OSError:
            return False
