"""Repair of captures."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from newscrawl.archive.captures import NAME, capture_row, count_file, note
from newscrawl.archive.paths import LEDGER, WARC, unfinished
from newscrawl.atomic import file_digest
from newscrawl.errors import DamagedRecord
from newscrawl.integrity.check_captures import dangling_revisit, mismatch
from newscrawl.integrity.damage import Check, ManifestEntry
from newscrawl.integrity.quarantine import Repair, quarantine
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import GONE, articles, captures, files, revisions
from newscrawl.warc.records import read_record, read_records
from newscrawl.warc.scan import surviving_records

# Captures


def repair_captures(root: Path, ledger: Ledger, found: Check) -> Iterator[Repair]:
    """Makes the ledger's captures what the files hold; of a damaged file the whole records go into a new one."""
    with ledger.writing() as connection:
        names = set(connection.execute(select(captures.c.file).distinct()).scalars()) - {""}
    known = {path for path in found.files if path.startswith(f"{WARC}/")}
    for name in sorted(names | known):
        if not (root / name).is_file():
            yield from mark_lost(ledger, name)
            continue
        yield from adopt_records(root, ledger, name)
        if name in found.changed:
            yield from salvage_captures(root, ledger, name)
    yield from link_captures(root, ledger)


def adopt_captures(root: Path, ledger: Ledger, found: Check) -> Iterator[Repair]:
    """Takes files of captures that nobody knows of for what they are, by their records or their name."""
    for path in [path for path in found.strays if path.startswith(f"{WARC}/")]:
        if not (root / path).is_file():
            continue
        first = next((record.id for record in surviving_records(root / path) if record.answers), "")
        with ledger.writing() as connection:
            known = connection.execute(select(captures.c.file).where(captures.c.record == first).limit(1)).scalar()
        name = known if known and not (root / known).exists() else path
        if not (first and (known == name or NAME.fullmatch(Path(name).name))):
            continue
        (root / path).replace(root / name)
        found.strays.remove(path)
        entry = ManifestEntry(name, "", (root / name).stat().st_size, file_digest(root / name))
        if found.files.setdefault(name, entry).digest != entry.digest or not is_whole_file(root / name):
            found.changed.append(name)  # its whole records are taken out of it
        else:
            count_file(ledger, name, entry.size, entry.digest)
        yield Repair(name, f"was found as {path}" if name != path else "is known again")


def is_whole_file(path: Path) -> bool:
    """Whether a file of captures can be read from its beginning to its end."""
    try:
        return all(True for _ in read_records(path))
    except DamagedRecord:
        return False


def adopt_records(root: Path, ledger: Ledger, name: str) -> Iterator[Repair]:
    """Makes the ledger's captures of a file what its whole records say."""
    before = 0
    with ledger.writing() as connection:
        rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
        by_record = {row.record: row for row in rows.values()}
        first = connection.execute(select(func.max(captures.c.id)).where(captures.c.file < name)).scalar()
        before = first or 0
        for record in surviving_records(root / name, rows):
            if not record.answers:
                continue
            row = rows.get(record.offset) or by_record.get(record.id)
            if row is None:
                free = connection.execute(select(captures.c.id).where(captures.c.id == before + 1)).first() is None
                before = note(connection, record, name, before + 1 if free else None)
            else:
                before = row.id
            wrong = row is not None and (mismatch(row, record) or dangling_revisit(connection, row, record))
            if row is not None and wrong:
                values = capture_row(connection, record, name)
                connection.execute(update(captures).where(captures.c.id == row.id).values(values))
            if row is None or wrong:
                yield Repair(f"{LEDGER}, capture of {record.url}", f"was read out of {name}")


def mark_lost(ledger: Ledger, name: str) -> Iterator[Repair]:
    """Notes that a file of captures is lost."""
    with ledger.writing() as connection:
        lost = connection.execute(update(captures).where(captures.c.file == name).values(file="")).rowcount
        connection.execute(insert(files).values(path=name, key="", size=GONE, digest=""))
    yield Repair(name, f"{lost} captures are lost with it", done=False)


def salvage_captures(root: Path, ledger: Ledger, name: str) -> Iterator[Repair]:
    """Writes the whole records of a damaged file into one that takes its place."""
    new = name.replace(".warc.gz", "-repaired.warc.gz")
    target, part = root / new, unfinished(root) / Path(new).name
    moved: dict[int, int] = {}
    with ledger.writing() as connection:
        rows = connection.execute(select(captures).where(captures.c.file == name)).all()
        with (root / name).open("rb") as source, part.open("wb") as file:
            for record in surviving_records(root / name, [row.offset for row in rows]):
                moved[record.offset] = file.tell()
                source.seek(record.offset)
                file.write(source.read(record.length))
        part.replace(target)
        quarantine(root, name)
        for row in rows:
            values = {"file": new, "offset": moved[row.offset]} if row.offset in moved else {"file": ""}
            connection.execute(update(captures).where(captures.c.id == row.id).values(values))
        size, said = target.stat().st_size, file_digest(target)
        connection.execute(insert(files).values(path=name, key="", size=GONE, digest=""))
        connection.execute(insert(files).values(path=new, key="", size=size, digest=said))
    lost = [row for row in rows if row.offset not in moved]
    yield Repair(name, f"its {len(moved)} whole records are in {new} now")
    for row in lost:
        yield Repair(f"{name}, capture {row.id} of {row.url}", "is lost", done=False)


def link_captures(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Gives articles and revisits the captures that they speak of, where those have other numbers now."""
    with ledger.writing() as connection:
        numbers = set(connection.execute(select(captures.c.id)).scalars())
        for row in connection.execute(select(captures).where(captures.c.refers.is_not(None))).all():
            if row.refers not in numbers and row.file:
                with (root / row.file).open("rb") as file, suppress(DamagedRecord):
                    values = capture_row(connection, read_record(file, row.offset), row.file)
                    connection.execute(update(captures).where(captures.c.id == row.id).values(values))
                    yield Repair(f"{LEDGER}, capture {row.id} of {row.url}", "refers to its original again")
        for table in (articles, revisions):
            for row in connection.execute(select(table).where(table.c.captures != "")).all():
                said = row.captures.split()
                if all(number.lstrip("-").isdecimal() and int(number) in numbers for number in said):
                    continue
                same = [_of_payload(connection, payload) for payload in row.payloads.split()]
                found = " ".join(map(str, same)) if all(same) else ""
                mine = (table.c.key == row.key) & (table.c.revision == row.revision)
                connection.execute(update(table).where(mine).values(captures=found))
                yield Repair(
                    f"{LEDGER}, captures of {row.key}", "are known again" if found else "are lost", bool(found)
                )


def _of_payload(connection: Connection, payload: str) -> int | None:
    first = select(func.min(captures.c.id)).where(captures.c.payload == payload, captures.c.file != "")
    return connection.execute(first).scalar()
