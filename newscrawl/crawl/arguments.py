"""The arguments of `scrapy crawl -a`, checked."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from newscrawl.archive.remembered import agreed, whole
from newscrawl.archive.terms import Terms
from newscrawl.crawl.seeds import read_urls
from newscrawl.crawl.task import CrawlTask, task_of
from newscrawl.errors import ArchiveError, BadUsage
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Site

CRAWLS = ("channel", "since", "until", "limit")  # the arguments of a crawl of channels
KNOWN = ("url", "urls_file", "archive", "site", *CRAWLS)


def check_known(arguments: dict[str, Any]) -> None:
    """Raises BadUsage for an unknown argument; Scrapy passes a `name`, and Scrapyd names that begin with `_`."""
    unknown = [name for name in arguments if name not in (*KNOWN, "name") and not name.startswith("_")]
    if unknown:
        raise BadUsage(f"unknown argument {', '.join(unknown)}; known: {', '.join(KNOWN)}")


def seeds_from(url: str, urls_file: str) -> list[str]:
    """The URLs of the arguments `url`, parted by white space, and `urls_file`, which goes first. Raises BadUsage."""
    return list(read_urls(text_of_list(urls_file).splitlines())) if urls_file else url.split()


def text_of_list(path: str) -> str:
    """The text of a file with a URL on each line. Raises BadUsage."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUsage(
            f"cannot read the list {path}: {getattr(error, 'strerror', None) or 'it is not UTF-8'}"
        ) from error


def site_from(name: str, site: str, archive: str, given: Site | None = None) -> tuple[Terms, Site]:
    """The site of the spider `name`, and how an archive would remember it.

    It is the one that a program gives, else that of the argument `site`, else what the archive in the folder `archive`
    remembers for this spider, else the built-in one of the spider's name. Raises SiteError. An archive that cannot be
    read remembers nothing here: the run ends with the error as it opens it.
    """
    if given:
        return whole(Terms(site), given), given
    if archive and not site:
        with suppress(ArchiveError):
            terms, data = agreed(Path(archive), Terms())
            if data.spider == name:
                return terms, data
    data = load_site(site or name)
    return whole(Terms(site or name), data), data


def task_from(asked: dict[str, str], site: Site, now: datetime) -> CrawlTask | None:
    """The crawl that the arguments describe; None if they describe none. Raises ValueError with one line."""
    if not asked:
        return None
    names = asked.get("channel", "all").replace(",", " ").split()
    if not re.fullmatch(r"-?\d+", asked.get("limit", "0")):
        raise BadUsage(f"limit={asked['limit']} is not a number")
    limit = int(asked["limit"]) if "limit" in asked else None
    channels = [] if names == ["all"] else names
    return task_of(site, channels, asked.get("since", ""), asked.get("until", ""), limit, now)
