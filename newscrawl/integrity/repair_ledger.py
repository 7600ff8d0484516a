"""The repair of a ledger that cannot be used: a new one is made of the rows that can be read."""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Integer, Table, insert
from sqlalchemy.exc import IntegrityError

from newscrawl.archive.manifests import LEDGER_SEAL, read_seal
from newscrawl.archive.paths import LEDGER, unfinished, was_killed
from newscrawl.atomic import sync_folder, write_whole
from newscrawl.integrity.check_ledger import is_text
from newscrawl.integrity.plan import RenewLedger
from newscrawl.integrity.quarantine import quarantine
from newscrawl.integrity.sentences import number_of
from newscrawl.integrity.work import Repair
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import metadata

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
        saved, garbled = salvage(old, ledger) if old.is_file() else (0, {})
    for ending in ("-wal", "-shm"):
        if (root / f"{LEDGER}{ending}").exists():
            quarantine(root, f"{LEDGER}{ending}")
    if old.exists():
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
        LEDGER, f"was rebuilt from {number_of(saved, 'row')} of the old one; the rest is restored from the files"
    )
    for table, count in garbled.items():
        if count:
            yield Repair(
                f"{LEDGER}, table {table}",
                f"{number_of(count, 'row')} had damaged text, kept as far as it can be read",
                done=False,
            )


def salvage(old: Path, ledger: Ledger) -> tuple[int, dict[str, int]]:
    """Copies the readable rows of a damaged ledger. Returns their number, and by table that of garbled ones."""
    saved, garbled = 0, dict.fromkeys(ONLY_HERE, 0)
    with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        source.text_factory = bytes
        for table in metadata.sorted_tables:
            with ledger.transaction() as connection:
                for row, is_garbled in readable_rows(source, table):
                    with suppress(IntegrityError):
                        saved += connection.execute(insert(table).prefix_with("OR IGNORE"), row).rowcount
                        if table.name in garbled:
                            garbled[table.name] += is_garbled
    return saved, garbled


def readable_rows(source: sqlite3.Connection, table: Table) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yields the rows of a table that can be read, from both ends up to a damaged page, and whether it is garbled."""
    key = (
        "rowid"
        if table.dialect_options["sqlite"]["with_rowid"]
        else ", ".join(f'"{c.name}"' for c in table.primary_key)
    )
    backwards = ", ".join(f"{name} DESC" for name in key.split(", "))
    for order in ("", f"ORDER BY {backwards}"):
        try:
            for found in source.execute(f'SELECT * FROM "{table.name}" {order}'):  # noqa: S608 (own names only)
                values = {name: found[name] for name in found.keys() if name in table.columns}  # noqa: SIM118
                row = {
                    name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                    for name, value in values.items()
                }
                if row_fits(table, row):
                    yield row, not all(is_text(value) for value in values.values() if isinstance(value, bytes))
        except sqlite3.Error:
            continue  # the rows before the damaged page are kept; those after it are read from the end
        return


def row_fits(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether a row has a value of the right type in each column of a table, and no NUL in a text except in JSON."""
    for column in table.columns:
        value = row.get(column.name)
        kind = int if isinstance(column.type, Integer | Boolean) else str
        if not (isinstance(value, kind) or (value is None and column.nullable)):
            return False
        if isinstance(value, str) and "\0" in value and column.name not in ("record", "evidence"):
            return False
    return True
