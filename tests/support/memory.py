"""The memory of other processes, as Linux tells of it."""

import re
from pathlib import Path


def peak_of(pid: int) -> int:
    """The largest resident memory (bytes) of a process so far; 0 if it has ended.

    `ru_maxrss` does not tell that: a process that is started begins with the peak of the one that starts it.
    """
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
