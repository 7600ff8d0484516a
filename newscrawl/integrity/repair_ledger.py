"""The repair of a ledger that cannot be used: a new one is made of the rows that can be read."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from newscrawl.archive.manifests import LEDGER_SEAL, read_seal
from newscrawl.archive.paths import LEDGER, unfinished, was_killed
from newscrawl.atomic import sync_folder, write_whole
from newscrawl.integrity.plan import RenewLedger
from newscrawl.integrity.quarantine import quarantine
from newscrawl.integrity.sentences import number_of
from newscrawl.integrity.work import Repair
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import metadata
from newscrawl.ledger.values import value_fits

# Tables that nothing else in an archive repeats.
ONLY_HERE = ("about", "items", "listings", "runs", "watermarks", "windows")


def renew_ledger(root: Path, _: RenewLedger) -> Iterator[Repair]:
    """Creates a new ledger from the readable rows of the damaged one, which is quarantined."""
    old = root / LEDGER
    killed = was_killed(root)
    new = unfinished(root) / "ledger"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    with Ledger(new) as ledger:
        found = salvage(old, ledger) if old.is_file() else Salvaged()
    for ending in ("-wal", "-shm"):
        if (root / f"{LEDGER}{ending}").exists():
            quarantine(root, f"{LEDGER}{ending}")
    if old.exists() or old.is_symlink():
        quarantine(root, LEDGER, shutil.copy2 if old.is_file() else shutil.move)
    seal = read_seal(root)
    if seal:  # its counts still tell which rows are lost; its digest is that of the old ledger
        text = json.dumps(seal | {"sha256": None}) + "\n"
        write_whole(root / LEDGER_SEAL, text.encode(), unfinished(root) / "seal")
    (new / LEDGER).replace(old)
    sync_folder(root)
    if not killed:
        shutil.rmtree(unfinished(root), ignore_errors=True)
    yield Repair(
        LEDGER, f"was rebuilt from {number_of(found.saved, 'row')} of the old one; the rest is restored from the files"
    )
    yield from told(found.mended, "had damaged values, kept as far as they can be read")
    if not seal:  # else the rows are missed by their number
        yield from told(found.dropped, "could not be read; what nothing else repeats is lost")


def told(counts: Counter[str], how: str) -> Iterator[Repair]:
    """Tells of rows of tables that nothing else in an archive repeats."""
    for table in ONLY_HERE:
        if count := counts[table]:
            yield Repair(f"{LEDGER}, table {table}", f"{number_of(count, 'row')} {how}", done=False)


@dataclass(slots=True)
class Salvaged:
    """What was copied of a damaged ledger: the number of rows, and by table those that are not as they were."""

    saved: int = 0
    mended: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)


def salvage(old: Path, ledger: Ledger) -> Salvaged:
    """Copies the readable rows of a damaged ledger."""
    found = Salvaged()
    with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        source.text_factory = bytes
        for table in metadata.sorted_tables:
            with ledger.transaction() as connection:
                for values in readable_rows(source, table):
                    row, is_mended = mended(table, values)
                    if not is_whole(table, row):
                        found.dropped[table.name] += 1
                        continue
                    with suppress(IntegrityError):
                        is_new = connection.execute(insert(table).prefix_with("OR IGNORE"), row).rowcount
                        found.saved += is_new
                        found.mended[table.name] += is_new and is_mended
    return found


def readable_rows(source: sqlite3.Connection, table: Table) -> Iterator[sqlite3.Row]:
    """Yields the rows of a table that can be read, from both ends up to a damaged page; some of them twice."""
    key = (
        "rowid"
        if table.dialect_options["sqlite"]["with_rowid"]
        else ", ".join(f'"{c.name}"' for c in table.primary_key)
    )
    backwards = ", ".join(f"{name} DESC" for name in key.split(", "))
    for order in ("", f"ORDER BY {backwards}"):
        try:
            yield from source.execute(f'SELECT * FROM "{table.name}" {order}')  # noqa: S608 (own names only)
        except sqlite3.Error:
            continue  # the rows before the damaged page are kept; those after it are read from the end
        return


def mended(table: Table, found: sqlite3.Row) -> tuple[dict[str, Any], bool]:
    """A row with its texts decoded, and whether anything of it was damaged.

    A value that its column cannot hold is left out where there may be none, if nothing else can restore the row.
    """
    row: dict[str, Any] = {}
    damaged = False
    for name in found.keys():  # noqa: SIM118 (a row is no mapping)
        if (column := table.columns.get(name)) is None:
            continue
        value = found[name]
        damaged |= not is_utf8(value)
        row[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if column.nullable and table.name in ONLY_HERE and not value_fits(column, row[name]):
            row[name], damaged = None, True
    return row, damaged


def is_utf8(value: Any) -> bool:
    """Whether a value is no text, or one in UTF-8.

    >>> is_utf8(None), is_utf8("文".encode()), is_utf8(bytes([255]))
    (True, True, False)
    """
    try:
        return not isinstance(value, bytes) or value.decode() is not None
    except UnicodeDecodeError:
        return False


def is_whole(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether a row is one of a table, and no text of it has a NUL, as zeroed bytes leave it; in JSON it is escaped."""
    fits = all(value_fits(column, row.get(column.name)) for column in table.columns)
    return fits and not any(isinstance(value, str) and "\0" in value for value in row.values())
