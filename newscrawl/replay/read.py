"""Reads captures again, in the workers of a replay. They need neither the ledger nor SQLAlchemy.

A capture becomes an article that is ready to be stored: its post is written to a file, and its row of the ledger made.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from newscrawl.answers.model import Answer
from newscrawl.archive.prepared import PreparedArticle, prepare
from newscrawl.deadline import in_time
from newscrawl.errors import DamagedRecord, Refused, UndecodableBody
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import assemble
from newscrawl.extraction.bans import is_ban_page
from newscrawl.extraction.page import FallbackPolicy, read_page
from newscrawl.extraction.stages import normalise, stages
from newscrawl.outcomes.reasons import advice
from newscrawl.replay.scan import Piece, scan_part
from newscrawl.replay.task import Page, ReplayTask
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address
from newscrawl.warc.records import read_record

TURNED_AWAY = "turned_away"


class FilePart(NamedTuple):
    """Part of a file: the records that begin in it. Offsets are in bytes."""

    number: int  # of the file
    path: Path
    start: int
    stop: int
    sought: bool  # whether the first record must be searched, because `start` may be within one


class Unread(NamedTuple):
    """Why a capture gives no article: a reason and a sentence."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reader:
    """How captures are read."""

    site: Site
    policy: FallbackPolicy
    lacks: Callable[[Article], str]  # the reason why an article cannot be a post, or an empty text
    flavour: str = "hexo"
    body: str = "clean"
    unfinished: Path | None = None  # folder of posts until they are stored; None: no posts are written
    verbose: bool = False  # raise faults instead of counting them

    def read(self, tasks: Iterable[ReplayTask]) -> list[PreparedArticle | Unread]:
        """Reads captures; the results are in the order of the tasks. Raises OSError when a post cannot be written."""
        with ExitStack() as stack:
            files: dict[str, BinaryIO] = {}

            def page(of: Page) -> Answer:
                if of.member:
                    return read_record(BytesIO(of.member), 0).answer
                try:
                    if of.path not in files:
                        files[of.path] = stack.enter_context(Path(of.path).open("rb"))
                    return read_record(files[of.path], of.offset).answer
                except OSError as error:
                    raise Refused("unreadable", error.strerror or str(error)) from error

            return [self._read_in_time(task, page) for task in tasks]

    def _read_in_time(self, task: ReplayTask, page: Callable[[Page], Answer]) -> PreparedArticle | Unread:
        """Reads a capture; one that takes too long gives no article, whichever of its pages it is."""
        try:
            return in_time(partial(self._read, task, page), self.site.page_seconds)
        except Refused as slow:
            return Unread(slow.reason, slow.detail)

    def _read(self, task: ReplayTask, page: Callable[[Page], Answer]) -> PreparedArticle | Unread:
        if not task.pages:
            return Unread("body_missing", "what this revisit refers to is in none of these files")
        answer = Answer(b"")
        try:
            answer = page(task.pages[0])
            # Only at the URL of an article: the fallback would read a list as an article.
            policy = self.policy if task.article else FallbackPolicy()
            article = normalise(article_of(answer, task, page, self.site, policy))
            if reason := self.lacks(article):
                return Unread(reason, advice(reason))
            post = self.unfinished / str(task.number) if self.unfinished else None
            return prepare(article, post, self.flavour, self.body)
        except Refused as refused:
            if is_ban_page(answer.body, self.site):
                return Unread(TURNED_AWAY, "")
            return Unread(refused.reason, refused.detail)
        except DamagedRecord as damage:
            return Unread("damaged", f"{damage} at byte {damage.offset}")
        except UndecodableBody as error:
            return Unread("broken", str(error))
        except Exception as error:
            if self.verbose or isinstance(error, OSError):  # if this post cannot be written, no other can
                raise
            return Unread("fault", f"{type(error).__name__}: {error}; run again with -v and report it")


def article_of(
    answer: Answer, task: ReplayTask, page: Callable[[Page], Answer], site: Site, policy: FallbackPolicy
) -> Article:
    """The article of an answer, joined with its further pages. Raises Refused if one of them is missing."""
    first, *others = task.pages
    captured = {other.number: other for other in others}

    def further(url: str) -> Article:
        other = captured.get(address(url, site).page)
        if other is None:
            raise Refused("page_missing", f"{url}: not in these files")
        try:
            return read_capture(page(other), other, site, FallbackPolicy())
        except Refused as refused:
            raise Refused("page_missing", f"{url}: {refused.reason}") from refused

    return assemble(read_capture(answer, first, site, policy), further)


def read_capture(answer: Answer, page: Page, site: Site, policy: FallbackPolicy) -> Article:
    """The article of a captured page, with its capture.

    Half a page is read if the ledger says that an article was kept from it. Raises Refused as `read_page` does.
    """
    article = read_page(answer, page.url, site, policy, half=page.kept)
    article.captures = (page.capture,) if page.capture else ()
    return article


# In the worker process

_reader: list[Reader] = []  # of this process


def begin(reader: Reader) -> None:
    """Prepares a process for reading."""
    _reader[:] = [reader]
    stages()


def read_tasks(tasks: list[ReplayTask]) -> list[PreparedArticle | Unread]:
    """Reads captures with the process's reader."""
    return _reader[0].read(tasks)


def scan_file_part(part: FilePart) -> Piece:
    """Scans part of a file for captures. Raises OSError."""
    return scan_part(part.path, part.start, part.stop, _reader[0].site, sought=part.sought)
