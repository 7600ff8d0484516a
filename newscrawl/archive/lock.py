"""The lock on an archive's folder, which allows one run at a time."""

import fcntl
import os
from pathlib import Path

from newscrawl.errors import ArchiveHeld


class Lock:
    """An exclusive lock (flock) on a folder.

    The kernel releases it when the process ends in any way, so it is never stale. The folder itself is locked, so there
    is no lock file.
    """

    def __init__(self, folder: Path) -> None:
        """Acquires the lock. Raises ArchiveHeld when another process holds it."""
        self.descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self.descriptor)
            raise ArchiveHeld(f"another run holds the archive {folder}; wait until it ends, or stop it") from error

    def release(self) -> None:
        """Releases the lock; a second call does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1
