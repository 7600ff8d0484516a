"""Rules: what decides how a page is read and a post is written, and a name for the state that they are in."""

import functools
import hashlib
from importlib import resources

import msgspec

from newscrawl.extraction.stages import READING
from newscrawl.sites.model import Site
from newscrawl.version import __version__

# The modules that make bytes of a page into bytes of a post; the stages of the pipeline are named in the settings.
MODULES = (
    *(
        f"newscrawl.{name}"
        for name in "body charset dates exporters frontmatter layout markup page pictures urls".split()
    ),
    *(path.rpartition(".")[0] for path in READING),
)


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

    >>> from newscrawl.site import load_site
    >>> rules_version(load_site("sina_finance")) == rules_version(load_site("sina_finance"))
    True
    """
    digest = hashlib.sha256(site_text(site).encode())
    digest.update(code_digest())
    return f"{__version__}-{digest.hexdigest()[:12]}"


@functools.cache
def code_digest() -> bytes:
    """The SHA-256 of the modules that read pages and write posts."""
    digest = hashlib.sha256()
    for module in MODULES:
        package, _, name = module.rpartition(".")
        digest.update((resources.files(package) / f"{name}.py").read_bytes())
    return digest.digest()
