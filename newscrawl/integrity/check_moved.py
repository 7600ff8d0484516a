"""The check of the WARC files that were moved out of an archive, where they are now."""

from collections.abc import Iterator
from pathlib import Path

from newscrawl.archive.places import place_named
from newscrawl.errors import BadTarget, Unwritable
from newscrawl.integrity.damage import Damage, MissingPlace, MovedFile
from newscrawl.integrity.model import Check
from newscrawl.stores import is_url


def check_moved(found: Check) -> Iterator[Damage]:
    """Yields the moved files that do not have their bytes, and the folders of such files that are not there.

    Each file is read whole. Raises NotInstalled.
    """
    missing = {place for place in found.moved if not is_url(place) and not Path(place).is_dir()}
    yield from (MissingPlace(place, found.moved[place][0]) for place in sorted(missing))
    for path, entry in sorted(found.expected.moved.items()):
        if entry.moved in missing:
            continue
        try:
            digest = place_named(entry.moved).digest(path)
        except (BadTarget, Unwritable) as error:
            yield MovedFile(path, entry.moved, f"cannot be read ({error})")
            continue
        if digest != entry.digest:
            yield MovedFile(path, entry.moved, "differs from what was written" if digest else "is missing")
