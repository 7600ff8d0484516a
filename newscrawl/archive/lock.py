"""The lock on an archive's folder: one run at a time."""

import fcntl
import os
from pathlib import Path

from newscrawl.errors import ArchiveHeld


class Lock:
    """One run at a time in a folder.

    The kernel takes the lock back when its process ends, however it ends: a dead run's can never be stale. It is the
    folder itself that is locked, so no file of it is left behind.
    """

    def __init__(self, folder: Path) -> None:
        """Takes the lock. Raises ArchiveHeld when another process has it."""
        self.descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self.descriptor)
            raise ArchiveHeld(f"another run holds the archive {folder}; wait for its end, or stop it") from error

    def release(self) -> None:
        """Lets the next run in."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1
