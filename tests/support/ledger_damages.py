"""Damages of a ledger's file, of each kind: the same seed makes the same ones."""

import json
import os
import random
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import LEDGER, UNFINISHED
from newscrawl.ledger.migrations import SCHEMA
from newscrawl.ledger.schema import metadata
from tests.support.archives import keep

Do = Callable[[Path], object]  # to the ledger's file
Named = Iterator[tuple[str, Do]]
PAGE = 4096  # bytes of a page of the ledger
WAL, SHM = f"{LEDGER}-wal", f"{LEDGER}-shm"


class Damage(NamedTuple):
    """A damage of a ledger."""

    kind: str
    name: str
    do: Do


# Another thing in its place


def other_things(_base: Path, _chosen: random.Random) -> Named:
    """What else can have the ledger's name."""
    yield "an empty file", partial(replaced, by=Path.touch)
    yield "a text", partial(replaced, by=partial(Path.write_text, data="no ledger\n" * 999))
    yield "a folder", partial(replaced, by=Path.mkdir)
    yield "a folder with a file", partial(replaced, by=full_folder)
    yield "a pipe", partial(replaced, by=os.mkfifo)
    yield "a socket", partial(replaced, by=listen)
    yield "a link to itself", partial(replaced, by=partial(Path.symlink_to, target=LEDGER))
    yield "a link to nothing", partial(replaced, by=partial(Path.symlink_to, target="nothing"))
    yield "a device", partial(replaced, by=partial(Path.symlink_to, target="/dev/zero"))
    other, ours = "CREATE TABLE other (one)", f"PRAGMA user_version = {SCHEMA}"
    yield "another program's database", partial(replaced, by=partial(execute, statements=(other,)))
    yield "another program's with our version", partial(replaced, by=partial(execute, statements=(other, ours)))
    of_another_form = ("CREATE TABLE articles (one)", ours)
    yield "one table of another form", partial(replaced, by=partial(execute, statements=of_another_form))
    yield "a version of before", partial(execute, statements=("PRAGMA user_version = 3",))
    yield "a version without sense", partial(execute, statements=("PRAGMA user_version = -7",))
    yield "nothing", Path.unlink


def replaced(path: Path, by: Do) -> None:
    path.unlink()
    by(path)


def full_folder(path: Path) -> None:
    path.mkdir()
    (path / "file").touch()


def listen(path: Path) -> None:
    here = Path.cwd()
    with closing(socket.socket(socket.AF_UNIX)) as made:
        os.chdir(path.parent)  # a path of a socket is short
        made.bind(path.name)
        os.chdir(here)


def execute(path: Path, statements: Sequence[str], *values: Any) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement, values)


# Bytes


def cuts(base: Path, chosen: random.Random) -> Named:
    """A file that ends too early."""
    size = (base / LEDGER).stat().st_size
    edges = (1, 15, 16, 99, 100, 101, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, size - PAGE, size - 1)
    for at in (*edges, *(chosen.randrange(size) for _ in range(28))):
        yield f"cut at {at}", partial(os.truncate, length=at)


def flips(base: Path, chosen: random.Random) -> Named:
    """A bit that is another one: in the header, in the page of the schema, anywhere."""
    whole = (base / LEDGER).read_bytes()
    spans = (range(100), range(100, PAGE), range(len(whole)), range(len(whole)))
    for number in range(160):
        at, bit = chosen.choice(spans[number % 4]), 1 << chosen.randrange(8)
        yield f"bit {bit} of byte {at} flipped", partial(put, at=at, data=bytes([whole[at] ^ bit]))


def blots(base: Path, chosen: random.Random) -> Named:
    """A part that is zeros, or noise: of pages of trees, of free space, of texts."""
    size = (base / LEDGER).stat().st_size
    for _ in range(80):
        at, length = chosen.randrange(size), chosen.choice((8, 100, PAGE))
        data = chosen.choice((bytes(length), chosen.randbytes(length)))
        yield f"{length} bytes at {at} overwritten", partial(put, at=at, data=data)


def put(path: Path, at: int, data: bytes) -> None:
    whole = bytearray(path.read_bytes())
    whole[at : at + len(data)] = data
    path.write_bytes(whole)


def logs(_base: Path, chosen: random.Random) -> Named:
    """What a killed run has left: a write-ahead log that is torn or noise, an index of one that is noise."""
    noise = chosen.randbytes(32768)
    for share in (0.001, 0.1, 0.5, 0.9, 0.999):
        yield f"a log of which {share} is there", partial(left, share=share)
    yield "a log of noise", partial(left, share=0, more=noise)
    yield "a log whose frames are noise", partial(left, share=0.0001, more=noise)
    yield "an index of noise", partial(left, share=1, index=noise)
    yield "an index that is short", partial(left, share=1, index=noise[:100])
    yield "an index of noise without a log", partial(beside, name=SHM, data=noise)
    yield "a log that is a folder", partial(beside, name=WAL)


def left(path: Path, share: float, more: bytes = b"", index: bytes = b"") -> None:
    """Has a killed run leave a share of its log, and no index of it, or another one."""
    kept = path.parent.with_name("left")
    with Archive(path.parent, captures=True) as archive:
        keep(archive, 7)
        shutil.copytree(path.parent, kept)
    shutil.rmtree(path.parent)
    kept.rename(path.parent)
    log = path.with_name(WAL).read_bytes()
    path.with_name(WAL).write_bytes(log[: max(int(len(log) * share), 32 if share else 0)] + more)
    path.with_name(SHM).unlink()
    if index:
        path.with_name(SHM).write_bytes(index)
    assert (path.parent / UNFINISHED).exists()


def beside(path: Path, name: str, data: bytes = b"") -> None:
    if data:
        path.with_name(name).write_bytes(data)
    else:
        path.with_name(name).mkdir()


# Parts and values


def parts(_base: Path, _chosen: random.Random) -> Named:
    """Tables, columns and indexes that are missing."""
    for table in metadata.sorted_tables:
        yield f"no table {table.name}", partial(execute, statements=(f"DROP TABLE {table.name}",))
        for index in table.indexes:
            yield f"no index {index.name}", partial(execute, statements=(f"DROP INDEX {index.name}",))
        for name in [each.name for each in table.columns]:
            sql = f'ALTER TABLE {table.name} RENAME COLUMN "{name}" TO nowhere'
            yield f"no column {table.name}.{name}", partial(execute, statements=(sql,))


VALUES: Mapping[str, Any] = {
    "nothing": None, "a word": "x", "an empty text": "", "a number": 7, "a negative number": -1, "a huge number": 2**62,
    "a fraction": 1.5, "bytes": b"\xff\xfe", "text that is not UTF-8": b"\xe4\xb8\xff",
    "the year 1": "0001-01-01T00:00:00+08:00", "the year 9999": "9999-12-31T23:59:59+00:00", "a day of the year 1": "0001-01-01",
    "a day of the year 9999": "9999-12-31", "no day": "2026-99-99", "an instant without a zone": "2026-03-01T00:00:00",
    "a list": "[]", "an object": "{}", "half an object": '{"a":', "a deep list": "[" * 3000, "a text with NUL": "a\0b",
    "a path": "../../x", "milliseconds": 10**14, "an instant of the year 5138": 10**11,
}  # fmt: skip


def wrong_values(_base: Path, _chosen: random.Random) -> Named:
    """Values that are none of their column."""
    for table in metadata.sorted_tables:
        for column in [each.name for each in table.columns]:
            for name, value in VALUES.items():
                given = "CAST(? AS TEXT)" if "UTF-8" in name else "?"
                do = partial(set_value, table=table.name, column=column, value=value, given=given)
                yield f"{name} in {table.name}.{column}", do


def set_value(path: Path, table: str, column: str, value: Any, given: str) -> None:
    """Puts a value into the first row of a table, whatever its columns allow."""
    key = "key" if table == "listings" else "rowid"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = ?", (table,))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        update = f'UPDATE OR IGNORE {table} SET "{column}" = {given} WHERE {key} = (SELECT min({key}) FROM {table})'
        with suppress(sqlite3.IntegrityError):  # the number of a row can be nothing else
            connection.execute(update, (value,))
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, table))


JSON = (
    ("articles", "record", "1"),
    ("revisions", "record", "1"),
    ("articles", "evidence", "1"),
    ("runs", "summary", "summary IS NOT NULL"),
    ("about", "value", "name = 'site_text'"),
)
KEYS: Mapping[str, Any] = {
    "nothing": None, "a number": 7, "a word": "x", "a list": [1], "an object": {"a": 1}, "the year 1": "0001-01-01T00:00:00+08:00",
}  # fmt: skip


def wrong_keys(base: Path, _chosen: random.Random) -> Named:
    """Keys of JSON that are missing, or have a value of another kind."""
    with closing(sqlite3.connect(base / LEDGER)) as connection:
        for table, column, where in JSON:
            data = json.loads(connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()[0])
            update = (f"UPDATE {table} SET {column} = ? WHERE {where}",)
            for key in data:
                lacking = {name: value for name, value in data.items() if name != key}
                forms = {"no": lacking, **{f"{name} for": data | {key: value} for name, value in KEYS.items()}}
                for name, changed in forms.items():
                    yield (
                        f"{name} {key} in {table}.{column}",
                        partial(set_text, statements=update, text=json.dumps(changed)),
                    )


def set_text(path: Path, statements: Sequence[str], text: str) -> None:
    execute(path, statements, text)


KINDS: Mapping[str, tuple[Callable[[Path, random.Random], Named], int]] = {  # and how many are tried
    "another thing": (other_things, 99),
    "cut": (cuts, 40),
    "flipped": (flips, 160),
    "overwritten": (blots, 80),
    "log": (logs, 20),
    "parts": (parts, 60),
    "values": (wrong_values, 280),
    "keys": (wrong_keys, 120),
}


def damages(base: Path, kind: str, seed: int = 16) -> list[Damage]:
    """The damages of a kind that are tried."""
    chosen = random.Random(f"{kind} {seed}")
    make, count = KINDS[kind]
    every = [Damage(kind, name, do) for name, do in make(base, chosen)]
    return every if len(every) <= count else chosen.sample(every, count)
