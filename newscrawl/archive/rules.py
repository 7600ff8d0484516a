"""Rules: what decides how a page is read and a post is written, and a name for the state that they are in."""

import functools
import hashlib
from collections.abc import Iterable, Iterator
from importlib import resources

import msgspec

from newscrawl.extraction.stages import STAGES
from newscrawl.sites.model import Site
from newscrawl.version import __version__

# Whatever stands in these makes bytes of a page into bytes of a post; so do the stages.
PACKAGES = ("newscrawl.extraction", "newscrawl.posts", "newscrawl.sites")


def site_text(site: Site) -> str:
    """A site file as it was read, with what it extends, as JSON: the same text for the same site."""
    return msgspec.json.encode(site, order="deterministic").decode()


def site_of(text: str) -> Site:
    """The site of such a text. Raises msgspec.ValidationError for one that another newscrawl has written."""
    return msgspec.json.decode(text, type=Site)


@functools.lru_cache(maxsize=8)
def rules_version(site: Site) -> str:
    """The version of the rules: newscrawl's, and a digest of the site file and of the code that reads.

    Two pages that are the same, read under one version, give the same bytes.

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
    """The SHA-256 of files, given as (name, bytes), in their order."""
    digest = hashlib.sha256()
    for name, code in files:
        digest.update(f"{name} {len(code)}\n".encode() + code)
    return digest.digest()


def code_files() -> Iterator[tuple[str, bytes]]:
    """The files of the code that reads pages and writes posts: every one of its packages, and the stages'."""
    for package in PACKAGES:
        files = (file for file in resources.files(package).iterdir() if file.name.endswith(".py"))
        for file in sorted(files, key=lambda file: file.name):
            yield f"{package}/{file.name}", file.read_bytes()
    for path in STAGES:
        package, name, _ = path.split(".")
        yield f"{package}/{name}.py", resources.files(package).joinpath(f"{name}.py").read_bytes()
