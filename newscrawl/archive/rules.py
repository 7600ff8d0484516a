"""The rules: the site file and the code that turn a page into a post, and the version that identifies them."""

import functools
import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from importlib import resources

import msgspec
from sqlalchemy import Connection, select

from newscrawl.extraction.stages import STAGES
from newscrawl.ledger.about import recall
from newscrawl.ledger.schema import files, rules
from newscrawl.sites.model import Site
from newscrawl.version import __version__

# All code that turns the bytes of a page into the bytes of a post; the stages belong to it too.
PACKAGES = (
    "newscrawl.answers",
    "newscrawl.extraction",
    "newscrawl.extraction.canary",
    "newscrawl.posts",
    "newscrawl.sites",
)
MODULES = ("controls.py",)  # of newscrawl itself: which characters no record has


def site_text(site: Site) -> str:
    """A site file, merged with what it extends, as deterministic JSON.

    Without the contact: it is for requests, decides nothing about a page, and this text is published with the archive.
    """
    politeness = msgspec.structs.replace(site.politeness, contact="")
    return msgspec.json.encode(msgspec.structs.replace(site, politeness=politeness), order="deterministic").decode()


def site_of(text: str) -> Site:
    """The inverse of `site_text`. Raises msgspec.DecodeError for a text of another newscrawl, or a damaged one."""
    return msgspec.json.decode(text, type=Site)


def newest_site_text(connection: Connection) -> str:
    """The site that an archive's articles were read with last, as `site_text` wrote it; empty if it has none."""
    newest = select(rules.c.site).join(files, files.c.rules == rules.c.version).order_by(files.c.id.desc()).limit(1)
    return connection.execute(newest).scalar() or ""


def zone_of(connection: Connection) -> tzinfo:
    """The time zone of the site that an archive's articles were read with last, else of the one that it remembers.

    UTC if there is neither.
    """
    text = newest_site_text(connection) or recall(connection).get("site_text", "")
    try:
        return site_of(text).zone if text else UTC
    except (msgspec.DecodeError, ValueError):  # of an incompatible newscrawl, or damaged
        return UTC


@functools.lru_cache(maxsize=8)
def rules_version(site: Site) -> str:
    """The version of the rules: newscrawl's version, and a digest of the site file and of the extraction code.

    With the same version, the same page gives the same post, byte for byte.

    >>> from newscrawl.sites.loader import load_site
    >>> rules_version(load_site("sina_finance")) == rules_version(load_site("sina_finance"))
    True
    """
    digest = hashlib.sha256(site_text(site).encode())
    digest.update(code_digest())
    return f"{__version__}-{digest.hexdigest()[:12]}"


@functools.cache
def code_digest() -> bytes:
    """The SHA-256 of the code that reads pages and writes posts."""
    return digest_of(code_files())


def digest_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The SHA-256 of files, given as (name, bytes), in this order."""
    digest = hashlib.sha256()
    for name, code in files:
        digest.update(f"{name} {len(code)}\n".encode() + code)
    return digest.digest()


def code_files() -> Iterator[tuple[str, bytes]]:
    """Yields the files of the code that reads pages and writes posts, as (name, bytes).

    They are those of `PACKAGES`, `MODULES` and the stages.
    """
    for name in MODULES:
        yield f"newscrawl/{name}", resources.files("newscrawl").joinpath(name).read_bytes()
    for package in PACKAGES:
        files = (file for file in resources.files(package).iterdir() if file.name.endswith(".py"))
        for file in sorted(files, key=lambda file: file.name):
            yield f"{package}/{file.name}", file.read_bytes()
    for path in STAGES:
        package, name, _ = path.split(".")
        yield f"{package}/{name}.py", resources.files(package).joinpath(f"{name}.py").read_bytes()
