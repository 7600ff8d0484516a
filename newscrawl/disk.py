"""What a disk says when it does not take what is written, in words; any other exception is a bug in newscrawl.

The system says it by a number (errno), and SQLite by a code of its own in an exception that SQLAlchemy wraps (`orig`).
"""

import errno
import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newscrawl.errors import ArchiveError, ArchiveFull, ArchiveUnusable

ROOM = "make room and run it again"
FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the share of the disk is used up (quota)",
    errno.EFBIG: "a file would grow larger than it may (ulimit -f)",
}
WORDS = {
    **FULL,
    errno.EMFILE: "this process has too many files open (ulimit -n)",
    errno.ENFILE: "this machine has too many files open",
}
# What is said in every folder: for want of room, of files or of health. Another name or folder does not help.
EVERYWHERE = frozenset((*WORDS, errno.EIO, errno.ESTALE))
# What a disk says wherever it is used, also for want of a right; other numbers may say that we err.
PLAIN = frozenset((*EVERYWHERE, errno.EACCES, errno.EPERM, errno.EROFS))
# SQLite has a code for a full disk, and none for the other limits: then it cannot write, or make its files longer.
LIMITED = frozenset(
    (
        sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
    )
)  # fmt: skip
BUSY = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED))
PRIMARY = 0xFF  # the bits of SQLite's code that say the kind of an error
# What says that nothing can be written, or no file be made beside the database.
UNWRITABLE = frozenset(
    (
        sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    )
)  # fmt: skip
DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
REFUSALS = UNWRITABLE | DAMAGED | BUSY | {sqlite3.SQLITE_PROTOCOL}
NO_UTF8 = "Could not decode to UTF-8"  # how Python begins to say that a text of a database is damaged; it has no code
SCRATCH = 2**26  # bytes that are enough for most temporary files


def cause_of(error: BaseException) -> BaseException:
    """The exception of SQLite that SQLAlchemy has wrapped; any other one as it is."""
    cause = getattr(error, "orig", None)
    return cause if isinstance(cause, BaseException) else error


def code_of(error: BaseException) -> int:
    """SQLite's code of an exception; 0 for an exception that is none of SQLite's."""
    return getattr(cause_of(error), "sqlite_errorcode", None) or 0


def is_full(error: BaseException) -> bool:
    """Whether there is no room for what was to be written.

    >>> is_full(OSError(errno.ENOSPC, "")), is_full(OSError(errno.EACCES, ""))
    (True, False)
    """
    cause, code = cause_of(error), code_of(error)
    if isinstance(cause, OSError):
        return isinstance(cause, ArchiveFull) or cause.errno in FULL
    return code & PRIMARY == sqlite3.SQLITE_FULL or code in LIMITED


def is_unwritable(error: BaseException) -> bool:
    """Whether SQLite says that it cannot write, or not make the files that it needs beside a database."""
    return code_of(error) & PRIMARY in UNWRITABLE


def is_damage(error: BaseException) -> bool:
    """Whether an exception says that a database is damaged.

    >>> [is_damage(sqlite3.OperationalError(text)) for text in (f"{NO_UTF8} column 'url'", "no such table: items")]
    [True, False]
    """
    cause = cause_of(error)
    return code_of(error) & PRIMARY in DAMAGED or (isinstance(cause, sqlite3.Error) and str(cause).startswith(NO_UTF8))


def is_foreign(error: BaseException) -> bool:
    """Whether SQLite says that a file is no database at all."""
    return code_of(error) & PRIMARY == sqlite3.SQLITE_NOTADB


def is_refusal(error: BaseException) -> bool:
    """Whether an exception of writing is the system's, or of a ledger that is damaged, and no bug in newscrawl.

    >>> is_refusal(OSError(errno.ENOTDIR, "")), is_refusal(KeyError("a"))
    (True, False)
    """
    cause = cause_of(error)
    if isinstance(cause, OSError):
        return isinstance(cause, ArchiveError) or cause.errno is not None
    return code_of(error) & PRIMARY in REFUSALS or is_damage(error)


def is_plain(error: BaseException) -> bool:
    """Whether an exception that nobody foresaw is a disk's all the same.

    >>> is_plain(OSError(errno.EIO, "")), is_plain(FileNotFoundError(errno.ENOENT, ""))
    (True, False)
    """
    return error.errno in PLAIN if isinstance(error, OSError) else is_refusal(error)


def words_of(error: BaseException) -> str:
    """What happened, in one line without what SQLAlchemy adds.

    >>> words_of(OSError(errno.EDQUOT, "")), words_of(PermissionError(errno.EACCES, "Permission denied", "kept/posts"))
    ('the share of the disk is used up (quota)', 'Permission denied: kept/posts')
    """
    cause = cause_of(error)
    if isinstance(cause, OSError) and cause.errno in WORDS:
        return WORDS[cause.errno]
    if isinstance(cause, OSError) and cause.strerror:
        return f"{cause.strerror}: {cause.filename}" if cause.filename else cause.strerror
    if code_of(error) & PRIMARY == sqlite3.SQLITE_FULL:
        return FULL[errno.ENOSPC]
    if code_of(error) & PRIMARY == sqlite3.SQLITE_CANTOPEN:
        return "a file cannot be opened or made: no room, no right, or too many files open"
    if code_of(error) in LIMITED:
        return f"the disk takes nothing more ({cause})"
    text = " ".join(str(cause).split())
    return text if is_refusal(error) else f"{type(cause).__name__}: {text}"


def sentence_of(error: BaseException, what: str = "cannot write") -> str:
    """What could not be done, why, and what to do, in one line.

    >>> sentence_of(OSError(errno.ENOSPC, "")), sentence_of(OSError(errno.EIO, "Input/output error"), "cannot read a")
    ('cannot write: the disk is full; make room and run it again', 'cannot read a: Input/output error')
    """
    return f"{what}: {words_of(error)}{f'; {ROOM}' if is_full(error) else ''}"


def is_busy(error: BaseException) -> bool:
    """Whether another process holds what was to be written."""
    return code_of(error) & PRIMARY in BUSY


def is_everywhere(error: BaseException) -> bool:
    """Whether what is refused here is refused in every other folder, too.

    >>> is_everywhere(OSError(errno.ENOSPC, "")), is_everywhere(OSError(errno.EACCES, ""))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno in EVERYWHERE


def archive_error(error: BaseException, what: str) -> ArchiveUnusable:
    """The error of an archive with which `what` could not be done."""
    return (ArchiveFull if is_full(error) else ArchiveUnusable)(sentence_of(error, what))


@contextmanager
def archive_errors(what: str) -> Iterator[None]:
    """Turns what a disk refuses within the block into the error of an archive; a bug stays what it is."""
    try:
        yield
    except ArchiveError:
        raise
    except Exception as error:
        if not is_refusal(error):
            raise
        raise archive_error(error, what) from error


def temporary_room() -> int:
    """How many bytes a temporary file of SQLite may have: in the folder that SQLite takes, 0 if there is none."""
    names = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp", ".")  # noqa: S108
    folders = (Path(name) for name in names if name)
    folder = next((each for each in folders if each.is_dir() and os.access(each, os.W_OK | os.X_OK)), None)
    if folder is None:
        return 0
    most, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    free = shutil.disk_usage(folder).free
    return free if most == resource.RLIM_INFINITY else min(free, most)


def needs_memory(size: int = SCRATCH) -> bool:
    """Whether what SQLite would put into temporary files of this size (bytes) is better kept in memory."""
    return temporary_room() < min(size, SCRATCH)
