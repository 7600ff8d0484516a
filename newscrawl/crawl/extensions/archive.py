"""The extension that opens the archive of a run with the spider; nothing else closes it."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from sqlalchemy.exc import DatabaseError

from newscrawl import disk
from newscrawl.archive.archive import Archive
from newscrawl.archive.clock import check_clock
from newscrawl.archive.remembered import is_there, remembered
from newscrawl.archive.terms import Terms, chosen
from newscrawl.crawl.signals import archive_unsealed
from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.ledger.about import note_server_time
from newscrawl.ledger.clock import ClockCheck
from newscrawl.ledger.database import ledger_error
from newscrawl.outcomes.stats import NO_ARCHIVE

log = logging.getLogger(__name__)


class ArchiveExtension:
    """Opens the archive in `NEWSCRAWL_ARCHIVE` when the spider opens, and closes it when the spider closes.

    Without this setting `archive` is None. Only a crawl of channels needs a ledger even so: if its articles go to a
    feed, the archive is in a temporary folder.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_ARCHIVE_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.archive: Archive | None = None
        self.terms = Terms()  # what the run works with, if it has an archive
        self.error: ArchiveError | None = None  # why there is no archive
        self.damage: ArchiveDamaged | None = None  # what a run has found out of it
        self.temporary: TemporaryDirectory[str] | None = None
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def open(self) -> None:
        """Opens the archive. Raises CloseSpider if that fails, with the ArchiveError in `error`."""
        spider: Any = self.crawler.spider
        settings = self.crawler.settings
        try:
            asked = getattr(spider, "archive_folder", "") or settings["NEWSCRAWL_ARCHIVE"]
            folder = asked or self.temporary_folder(spider)
            if folder:
                if settings.getbool("NEWSCRAWL_CLOCK_ENABLED"):
                    check_clock(Path(folder), now_of(self.crawler))
                site: Terms = getattr(spider, "terms", Terms())  # a spider of another project has none
                told = replace(site, flavour=settings["NEWSCRAWL_FLAVOUR"] or "", body=settings["NEWSCRAWL_BODY"] or "")
                self.terms = chosen(told, remembered(Path(folder)), is_there)
                self.archive = Archive(
                    Path(folder),
                    captures=settings.getbool("NEWSCRAWL_CAPTURES") and not self.temporary,
                    durable=not self.temporary,
                    zone=zone_of(spider),
                    terms=self.terms if site.site_text else None,
                )
                if lost := self.archive.lost:
                    log.warning("the disk has lost %d captures or posts of the last run; they are fetched again", lost)
        except ArchiveError as error:
            self.error = error
            log.error("%s", error)  # noqa: TRY400 (one line for the user)
            raise CloseSpider(NO_ARCHIVE) from error

    def temporary_folder(self, spider: Any) -> str:
        """A temporary folder for a crawl into a feed; an empty string if the spider needs no ledger.

        Raises ArchiveError if a crawl has neither an archive nor a feed.
        """
        if not getattr(spider, "task", None):
            return ""
        if not self.crawler.settings["FEEDS"]:
            raise ArchiveError("a crawl needs an archive: give -a archive=DIR, or a feed such as -O FILE")
        self.temporary = TemporaryDirectory(prefix="newscrawl-")
        return self.temporary.name

    def close(self) -> None:
        """Closes the archive, with the newest time that servers have told, or tells that it cannot be.

        A second call does nothing.
        """
        try:
            if self.archive:
                if not self.archive.closed:
                    remember_time(self.archive, getattr(self.crawler.spider, "clock_check", None))
                self.archive.close(now_of(self.crawler))
        except ArchiveError as error:
            log.error("%s", error)  # noqa: TRY400 (one line for the user)
            if isinstance(error, ArchiveDamaged):
                self.damage = error
            self.crawler.signals.send_catch_log(archive_unsealed, why=str(error))
        finally:
            if self.temporary:
                self.temporary.cleanup()


def remember_time(archive: Archive, check: ClockCheck | None) -> None:
    """Stores the newest time that servers have told, unless the clock was wrong."""
    if check and check.newest and not check.wrong:
        with suppress(DatabaseError), archive.ledger.transaction() as connection:  # the next run is told again
            note_server_time(connection, check.newest)


def zone_of(spider: Any) -> tzinfo | None:
    """The time zone of a spider's site; None for a spider that is not newscrawl's."""
    site = getattr(spider, "data", None)
    return site.zone if site else None


def now_of(crawler: Crawler) -> datetime:
    """The time, by the clock of the run."""
    clock = getattr(crawler.spider, "clock", None)
    return clock() if clock else datetime.now(UTC)


def archive_of(crawler: Crawler) -> Archive | None:
    """The archive of a run; None if it has none, or if the extension is switched off."""
    extension = crawler.get_extension(ArchiveExtension)
    return extension.archive if extension else None


def terms_of(crawler: Crawler) -> Terms:
    """What a run with an archive works with: its site, flavour and body."""
    extension = crawler.get_extension(ArchiveExtension)
    return extension.terms if extension else Terms()


def archive_failed(crawler: Crawler, error: Exception) -> None:
    """Gives the run up, because its archive cannot be written: leased items are left to the next run."""
    extension, archive = crawler.get_extension(ArchiveExtension), archive_of(crawler)
    why = disk.sentence_of(error, "the archive cannot be written" if archive else "cannot write")
    if archive:
        archive.in_doubt = True
    if extension and archive and isinstance(error, DatabaseError):
        told = ledger_error(archive.root, error)
        if isinstance(told, ArchiveDamaged):
            extension.damage, why = told, str(told)
    log.error("%s", why, exc_info=None if disk.is_refusal(error) else error)
    spider: Any = crawler.spider
    if hasattr(spider, "throttle"):
        spider.throttle.stop(why)
