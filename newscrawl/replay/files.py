"""The WARC files of an archive that a replay can read: those that are in it, and those that were moved to a folder."""

from collections import Counter
from pathlib import Path

from newscrawl.archive.paths import WARC
from newscrawl.archive.upgrade import ledger_to_read
from newscrawl.archive.warc_files import find
from newscrawl.ledger.files import captures_of_files, warc_files


def files_of(root: Path) -> tuple[list[Path], Counter[str]]:
    """The WARC files of an archive, without one that a run is still writing to.

    Also counts the captures in files that cannot be read, by the folder or store that these were moved to. Raises as
    `ledger_to_read`.
    """
    paths = sorted((root / WARC).rglob("*.warc.gz"))
    here = {*paths}
    away: Counter[str] = Counter()
    with ledger_to_read(root) as ledger, ledger.reading() as connection:
        moved = [file for file in warc_files(connection) if file.moved and root / file.path not in here]
        counts = captures_of_files(connection) if moved else {}
    for file in moved:
        if path := find(root, file.path, file.moved):
            paths.append(path)
        else:
            away[file.moved] += counts.get(file.path, 0)
    return paths, away
