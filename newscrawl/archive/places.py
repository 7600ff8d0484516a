"""The places outside of an archive to which its WARC files are moved: a folder, or a store that fsspec reaches."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from newscrawl.archive.paths import WARC, is_archive
from newscrawl.atomic import file_digest, make_folder, whole_file
from newscrawl.errors import BadUsage
from newscrawl.stores import BLOCK, is_url, make_folder_of, remote_file, stored_digest, unwritable_errors

FLEETING = ("memory", "data", "http", "https")  # what is written there is gone with the process, or cannot be written
LOCAL = ("file", "local")


class Place(Protocol):
    """A place to which files are copied. Their paths are those that they have in the archive."""

    @property
    def name(self) -> str:
        """The absolute path of the folder, or the URL of the store."""

    def put(self, source: Path, path: str) -> None:
        """Copies a file to a path, whole or not at all, onto the disk of a folder. Raises Unwritable."""

    def digest(self, path: str) -> str:
        """The SHA-256 of what is at a path, read from there; empty if there is nothing. Raises Unwritable."""

    def room(self) -> int | None:
        """The bytes that are free; None if that cannot be known."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder."""

    name: str

    def put(self, source: Path, path: str) -> None:
        """Copies a file to the folder; its disk has it when this ends."""
        target = Path(self.name, path)
        with unwritable_errors(str(target)):
            make_folder(target.parent)
            part = target.with_name(f".{target.name}.part")  # always the same, so that a killed run leaves one at most
            with source.open("rb") as file, whole_file(target, part) as copy:
                shutil.copyfileobj(file, copy, BLOCK)

    def digest(self, path: str) -> str:
        """The SHA-256 of a file in the folder, from its disk where the system lets us ask for that."""
        target = Path(self.name, path)
        with unwritable_errors(str(target), "read"):
            if not target.exists():
                return ""
            forget_cached(target)
            return file_digest(target)

    def room(self) -> int:
        """The bytes that are free on its disk."""
        with unwritable_errors(self.name):
            return shutil.disk_usage(existing(Path(self.name))).free


@dataclass(frozen=True, slots=True)
class Store:
    """A store that fsspec reaches, such as `s3://bucket/captures`."""

    name: str

    def put(self, source: Path, path: str) -> None:
        """Uploads a file."""
        url = f"{self.name}/{path}"
        make_folder_of(url)
        with source.open("rb") as file, remote_file(url) as copy:
            shutil.copyfileobj(file, copy, BLOCK)

    def digest(self, path: str) -> str:
        """The SHA-256 of a file in the store, which is fetched."""
        return stored_digest(f"{self.name}/{path}")

    def room(self) -> None:
        """No store tells."""


def forget_cached(path: Path) -> None:
    """Asks the system to read a file from its disk the next time, and not from memory; only Linux can be asked."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def place_named(name: str) -> Place:
    """The place with a name that the ledger has."""
    return Store(name) if is_url(name) else Folder(name)


def place_for(text: str, root: Path) -> Place:
    """The place that a user names for files of the archive in `root`. Nothing is written.

    Raises BadUsage for one that cannot be used.
    """
    if why := why_not_store(text) if is_url(text) else why_not_folder(text, root):
        raise BadUsage(f"captures cannot be moved to {text or 'nowhere'}: {why}")
    return Store(text.rstrip("/")) if is_url(text) else Folder(os.path.abspath(text))  # noqa: PTH100 (without links)


def why_not_store(url: str) -> str:
    """Why files cannot be moved to a URL; empty if they can.

    >>> [why_not_store(url) for url in ("s3://bucket/kept", "ftp://me@a.example/kept")]
    ['', '']
    >>> why_not_store("ftp://me:secret@a.example/kept").partition(";")[0]
    'it holds a password, which the ledger would keep'
    """
    parts = urlsplit(url)
    if "::" in url or parts.scheme in FLEETING:
        return "nothing is kept there for good; give a folder, or a store such as s3://…"
    if parts.scheme in LOCAL:
        return "give it as a folder, without a scheme"
    if parts.password:
        return "it holds a password, which the ledger would keep; give that as the store's own tools take it"
    return "" if url.isprintable() else "its name is not printable"


def why_not_folder(text: str, root: Path) -> str:
    """Why files of the archive in `root` cannot be moved to a folder; empty if they can."""
    folder = Path(text)
    inside = root.resolve()
    if not text.strip() or not text.isprintable():
        return "give the name of a folder, or the URL of a store such as s3://…"
    if any(place.resolve().is_relative_to(inside) for place in (folder, folder / WARC)):
        return "it is in the archive itself; give a folder outside"
    if not existing(folder.absolute()).is_dir():
        return f"{existing(folder.absolute())} is no folder"
    return "it is an archive itself; give another folder" if is_archive(folder) else ""
