"""Places where nothing can be written, made within a process of its own: read-only media, a full disk, no permission.

Mounts are made in a namespace of the process, where the system gives one (Linux, root). Else a limit on the size of
files stands for a full disk, and there are no read-only media.
"""

import ctypes
import os
import resource
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

NEW_MOUNTS = 0x00020000  # CLONE_NEWNS, of <linux/sched.h>
READ_ONLY, REMOUNT, BIND, DEEP, PRIVATE = 1, 32, 4096, 16384, 1 << 18  # MS_…, of <linux/mount.h>
CAPABILITIES = 0x20080522  # the version of <linux/capability.h>


class NoMounts(Exception):
    """This machine gives no mounts; the message says why."""


def read_only(folder: Path, before: Callable[[], object] = str) -> None:
    """Has a folder on read-only media, for this process; calls `before` first. Raises NoMounts."""
    own_mounts()
    before()
    mount(str(folder), folder, "", BIND)
    mount("none", folder, "", REMOUNT | BIND | READ_ONLY)


def full_disk(folder: Path, before: Callable[[], object] = str) -> None:
    """Has a folder on a full disk, for this process; calls `before` while there is room.

    Where there are no mounts, no file grows any more.
    """
    try:
        own_mounts()
    except NoMounts as error:
        print(f"a limit on the size of files stands for a full disk: {error}")
        before()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        return
    kept = folder.with_name(f"{folder.name}.copy")
    shutil.copytree(folder, kept)
    mount("tmpfs", folder, "tmpfs", 0, f"size={2**23}")
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    before()
    fill(folder)


def no_permission(folder: Path, before: Callable[[], object] = str) -> None:
    """Has a folder that this process may read and not write; calls `before` first."""
    before()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        give_up_capabilities()


def full_temporary(folder: Path) -> None:
    """Has a full disk for temporary files, too. `folder`: an empty one. Does nothing where there are no mounts."""
    try:
        own_mounts()
    except NoMounts:
        return
    mount("tmpfs", folder, "tmpfs", 0, "size=65536")
    fill(folder)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None


PLACES: dict[str, Callable[[Path, Callable[[], object]], None]] = {
    "read-only media": read_only,
    "a full disk": full_disk,
    "no permission": no_permission,
}


def own_mounts() -> None:
    """Has this process its own mounts from now on. Raises NoMounts."""
    if os.geteuid():
        raise NoMounts("mounts need root")
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare") or libc.unshare(NEW_MOUNTS):
        raise NoMounts("this machine gives no mounts")
    mount("none", Path("/"), "", DEEP | PRIVATE)


def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    """Mounts as mount(2) does. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    words = (source.encode(), os.fsencode(target), kind.encode())
    if libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def fill(folder: Path) -> None:
    """Fills the disk of a folder up to its last byte."""
    for size in (2**16, 1):
        with (folder / "filling").open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def give_up_capabilities() -> None:
    """Takes from root what lets it write where its permissions do not."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
