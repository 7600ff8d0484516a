"""The repair of captures."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from newscrawl.archive.captures import NAME, add_record, capture_row, count_file
from newscrawl.archive.paths import LEDGER, WARC, unfinished
from newscrawl.atomic import file_digest
from newscrawl.errors import DamagedRecord
from newscrawl.integrity.check_captures import dangling_revisit, mismatch
from newscrawl.integrity.damage import Check, ManifestEntry
from newscrawl.integrity.quarantine import Repair, quarantine
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import GONE, articles, captures, files, revisions
from newscrawl.warc.records import read_record, read_records
from newscrawl.warc.scan import whole_records


def repair_captures(root: Path, ledger: Ledger, found: Check) -> Iterator[Repair]:
    """Restores the ledger's captures from the WARC files; copies the complete records of damaged files to new ones."""
    with ledger.transaction() as connection:
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
    """Adds unknown WARC files to the ledger again, if it knows their records or their name is newscrawl's."""
    for path in [path for path in found.strays if path.startswith(f"{WARC}/")]:
        if not (root / path).is_file():
            continue
        first = next((record.id for record in whole_records(root / path) if record.answers), "")
        with ledger.transaction() as connection:
            known = connection.execute(select(captures.c.file).where(captures.c.record == first).limit(1)).scalar()
        name = known if known and not (root / known).exists() else path
        if not (first and (known == name or NAME.fullmatch(Path(name).name))):
            continue
        (root / path).replace(root / name)
        found.strays.remove(path)
        entry = ManifestEntry(name, "", (root / name).stat().st_size, file_digest(root / name))
        if found.files.setdefault(name, entry).digest != entry.digest or not is_whole_file(root / name):
            found.changed.append(name)  # `salvage_captures` copies its complete records
        else:
            count_file(ledger, name, entry.size, entry.digest)
        yield Repair(name, f"was found as {path}" if name != path else "was added to the ledger again")


def is_whole_file(path: Path) -> bool:
    """Whether a WARC file can be read from start to end."""
    try:
        return all(True for _ in read_records(path))
    except DamagedRecord:
        return False


def adopt_records(root: Path, ledger: Ledger, name: str) -> Iterator[Repair]:
    """Adds or corrects the ledger's captures of a WARC file, from its complete records."""
    before = 0
    with ledger.transaction() as connection:
        rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
        by_record = {row.record: row for row in rows.values()}
        first = connection.execute(select(func.max(captures.c.id)).where(captures.c.file < name)).scalar()
        before = first or 0
        for record in whole_records(root / name, rows):
            if not record.answers:
                continue
            row = rows.get(record.offset) or by_record.get(record.id)
            if row is None:
                free = connection.execute(select(captures.c.id).where(captures.c.id == before + 1)).first() is None
                before = add_record(connection, record, name, before + 1 if free else None)
            else:
                before = row.id
            wrong = row is not None and (mismatch(row, record) or dangling_revisit(connection, row, record))
            if row is not None and wrong:
                values = capture_row(connection, record, name)
                connection.execute(update(captures).where(captures.c.id == row.id).values(values))
            if row is None or wrong:
                yield Repair(f"{LEDGER}, capture of {record.url}", f"was restored from {name}")


def mark_lost(ledger: Ledger, name: str) -> Iterator[Repair]:
    """Marks the captures of a missing WARC file as lost."""
    with ledger.transaction() as connection:
        lost = connection.execute(update(captures).where(captures.c.file == name).values(file="")).rowcount
        connection.execute(insert(files).values(path=name, key="", size=GONE, digest=""))
    yield Repair(name, f"is lost, and with it {lost} captures", done=False)


def salvage_captures(root: Path, ledger: Ledger, name: str) -> Iterator[Repair]:
    """Copies the complete records of a damaged WARC file to a new one, and quarantines the damaged file."""
    new = name.replace(".warc.gz", "-repaired.warc.gz")
    target, part = root / new, unfinished(root) / Path(new).name
    moved: dict[int, int] = {}
    with ledger.transaction() as connection:
        rows = connection.execute(select(captures).where(captures.c.file == name)).all()
        with (root / name).open("rb") as source, part.open("wb") as file:
            for record in whole_records(root / name, [row.offset for row in rows]):
                moved[record.offset] = file.tell()
                source.seek(record.offset)
                file.write(source.read(record.length))
        part.replace(target)
        quarantine(root, name)
        for row in rows:
            values = {"file": new, "offset": moved[row.offset]} if row.offset in moved else {"file": ""}
            connection.execute(update(captures).where(captures.c.id == row.id).values(values))
        size, digest = target.stat().st_size, file_digest(target)
        connection.execute(insert(files).values(path=name, key="", size=GONE, digest=""))
        connection.execute(insert(files).values(path=new, key="", size=size, digest=digest))
    lost = [row for row in rows if row.offset not in moved]
    yield Repair(name, f"its {len(moved)} complete records are in {new} now")
    for row in lost:
        yield Repair(f"{name}, capture {row.id} of {row.url}", "is lost", done=False)


def link_captures(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Restores the references of articles, revisions and revisits to captures whose ids have changed."""
    with ledger.transaction() as connection:
        numbers = set(connection.execute(select(captures.c.id)).scalars())
        for row in connection.execute(select(captures).where(captures.c.refers.is_not(None))).all():
            if row.refers not in numbers and row.file:
                with (root / row.file).open("rb") as file, suppress(DamagedRecord):
                    values = capture_row(connection, read_record(file, row.offset), row.file)
                    connection.execute(update(captures).where(captures.c.id == row.id).values(values))
                    yield Repair(f"{LEDGER}, capture {row.id} of {row.url}", "refers to its original again")
        for table in (articles, revisions):
            for row in connection.execute(select(table).where(table.c.captures != "")).all():
                ids = row.captures.split()
                if all(number.lstrip("-").isdecimal() and int(number) in numbers for number in ids):
                    continue
                same = [_of_payload(connection, payload) for payload in row.payloads.split()]
                found = " ".join(map(str, same)) if all(same) else ""
                this = (table.c.key == row.key) & (table.c.revision == row.revision)
                connection.execute(update(table).where(this).values(captures=found))
                how = "were found again" if found else "are lost"
                yield Repair(f"{LEDGER}, captures of {row.key}", how, bool(found))


def _of_payload(connection: Connection, payload: str) -> int | None:
    """The id of the first capture with a payload digest; None if there is none."""
    first = select(func.min(captures.c.id)).where(captures.c.payload == payload, captures.c.file != "")
    return connection.execute(first).scalar()
