"""The repair of captures."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from newscrawl.archive.captures import add_record, capture_row, count_file, moved_to
from newscrawl.archive.paths import LEDGER, WARC, unfinished
from newscrawl.archive.warc_files import NAME, find, free_path, in_time, is_own_path
from newscrawl.atomic import file_digest, sync_file, sync_folder
from newscrawl.errors import DamagedRecord
from newscrawl.integrity.check_captures import dangling_revisit, mismatch
from newscrawl.integrity.plan import AdoptWarc, IndexRecords, LinkCaptures, MarkLost, SalvageWarc
from newscrawl.integrity.quarantine import quarantine
from newscrawl.integrity.sentences import number_of
from newscrawl.integrity.work import Repair, Work
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import GONE, articles, captures, files, revisions
from newscrawl.warc.records import Record, read_record, read_records
from newscrawl.warc.scan import whole_records

SERIALS = 100  # files of one second, at most


def adopt_warc(work: Work, action: AdoptWarc) -> Iterator[Repair]:
    """Adds an unknown WARC file to the ledger again, if that knows its records, or if newscrawl wrote it."""
    root, path = work.root, action.path
    if not (root / path).is_file():
        return
    records = [*whole_records(root / path)]
    first = next((record.id for record in records if record.answers), "")
    with work.ledger.reading() as connection:
        known = connection.execute(select(captures.c.file).where(captures.c.record == first).limit(1)).scalar()
    names = [known or "", *([path] if is_own_path(path) else []), *own_names(path, records)]  # that it had
    name = next((name for name in names if name == path or (name and not (root / name).exists())), path)
    if not (first and (known == name or NAME.fullmatch(Path(name).name))):
        return
    (root / path).replace(root / name)
    sync_folder((root / name).parent)
    if name not in work.found.files:
        count_file(work.ledger, name, (root / name).stat().st_size, file_digest(root / name))
    yield Repair(name, f"was found as {path}" if name != path else "was added to the ledger again")


def own_names(path: str, records: Iterable[Record]) -> Iterator[str]:
    """Yields the names that a WARC file may have had: the one in its name now, and the one of the time of its start.

    Captures are numbered in the order of the names of their files, so that a revisit comes after its original.
    """
    if match := NAME.search(Path(path).name):
        yield f"{WARC}/{match.group()}"
    for record in records:
        if record.kind == "warcinfo" and b"software: newscrawl/" in record.block:
            begun = datetime.fromisoformat(record.date).astimezone(UTC)
            yield from (f"{WARC}/newscrawl-{begun:%Y%m%d%H%M%S}-{serial:05}.warc.gz" for serial in range(1, SERIALS))


def is_whole_file(path: Path) -> bool:
    """Whether a WARC file can be read from start to end."""
    try:
        return all(True for _ in read_records(path))
    except DamagedRecord:
        return False


def index_records(work: Work, action: IndexRecords) -> Iterator[Repair]:
    """Adds or corrects the ledger's captures of a WARC file, which may have been moved out of the archive."""
    name, entry = action.name, work.found.expected.moved.get(action.name)
    if path := find(work.root, name, entry.moved if entry else ""):
        yield from index_file(work.ledger, name, path)
    elif entry and name not in work.found.captures:
        yield Repair(f"{LEDGER}, captures of {name}", f"cannot be read in {entry.moved}", done=False)


def index_file(ledger: Ledger, name: str, path: Path) -> Iterator[Repair]:
    """Adds or corrects the ledger's captures of the WARC file `name`, from its complete records in the file at `path`.

    A row without a record in a whole file is of none: it is marked as lost.
    """
    found = set()
    with ledger.transaction() as connection:
        rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
        by_record = {row.record: row for row in rows.values()}
        before = last_before(connection, name)
        for record in whole_records(path, rows):
            if not record.answers:
                continue
            row = rows.get(record.offset) or by_record.get(record.id)
            if row is None:
                free = connection.execute(select(captures.c.id).where(captures.c.id == before + 1)).first() is None
                before = add_record(connection, record, name, before + 1 if free else None)
            else:
                before = row.id
            found.add(before)
            wrong = row is not None and (mismatch(row, record) or dangling_revisit(connection, row, record))
            if row is not None and wrong:
                values = capture_row(connection, record, name)
                connection.execute(update(captures).where(captures.c.id == row.id).values(values))
            if row is None or wrong:
                yield Repair(f"{LEDGER}, capture of {record.url}", f"was restored from {name}")
        if is_whole_file(path):
            for row in rows.values():
                if row.id not in found:
                    connection.execute(update(captures).where(captures.c.id == row.id).values(file=""))
                    yield Repair(
                        f"{LEDGER}, capture {row.id} of {row.url}", f"is no record of {name}; its row is marked as lost"
                    )


def last_before(connection: Connection, name: str) -> int:
    """The highest id of the captures in the WARC files before one, in order of time; 0 if there are none."""
    last = select(captures.c.file, func.max(captures.c.id)).where(captures.c.file != "").group_by(captures.c.file)
    return max((number for file, number in connection.execute(last) if in_time(file) < in_time(name)), default=0)


def mark_lost(work: Work, action: MarkLost) -> Iterator[Repair]:
    """Marks the captures of a missing WARC file as lost."""
    name = action.name
    with work.ledger.transaction() as connection:
        lost = connection.execute(update(captures).where(captures.c.file == name).values(file="")).rowcount
        connection.execute(insert(files).values(path=name, key="", size=GONE, digest=""))
    yield Repair(name, f"is lost, and with it {number_of(lost, 'capture')}", done=False)


def salvage_warc(work: Work, action: SalvageWarc) -> Iterator[Repair]:
    """Cuts off what was appended to a WARC file; of one with other damages, copies the complete records to a new one.

    The damaged file goes to quarantine.
    """
    entry = work.found.files.get(action.name)
    if entry and begins_with(work.root / action.name, entry.size, entry.digest):
        quarantine(work.root, action.name, shutil.copy2)
        os.truncate(work.root / action.name, entry.size)
        sync_file(work.root / action.name)
        yield Repair(action.name, "was cut off where it ended when it was written")
    else:
        yield from copy_records(work, action.name)


def begins_with(path: Path, size: int, digest: str) -> bool:
    """Whether the first `size` bytes of a file have a SHA-256, and more follow."""
    with path.open("rb") as file:
        return path.stat().st_size > size and hashlib.sha256(file.read(size)).hexdigest() == digest


def copy_records(work: Work, name: str) -> Iterator[Repair]:
    """Copies the complete records of a damaged WARC file to a new one, and quarantines the damaged file."""
    root, ledger = work.root, work.ledger
    new = free_path(root, name, "-repaired")
    target, part = root / new, unfinished(root) / Path(new).name
    size = (root / name).stat().st_size
    whole = 0  # bytes of complete records
    moved: dict[int, int] = {}
    with ledger.transaction() as connection:
        rows = connection.execute(select(captures).where(captures.c.file == name)).all()
        with (root / name).open("rb") as source, part.open("wb") as file:
            for record in whole_records(root / name, [row.offset for row in rows]):
                moved[record.offset] = file.tell()
                source.seek(record.offset)
                file.write(source.read(record.length))
                whole += record.length
        sync_file(part)
        part.replace(target)
        sync_folder(target.parent)
        quarantine(root, name)
        for row in rows:
            values = {"file": new, "offset": moved[row.offset]} if row.offset in moved else {"file": ""}
            connection.execute(update(captures).where(captures.c.id == row.id).values(values))
        connection.execute(insert(files).values(path=name, key="", size=GONE, digest=""))
        values = {"path": new, "key": "", "size": target.stat().st_size, "digest": file_digest(target)}
        connection.execute(insert(files).values(values))
    lost = [row for row in rows if row.offset not in moved]
    its = "its complete record is" if len(moved) == 1 else f"its {len(moved)} complete records are"
    yield Repair(name, f"{its} in {new} now")
    if whole < size and not lost:  # a request, or a record that the ledger has lost
        yield Repair(f"{name}, {size - whole} bytes", "are no complete record, and are lost", done=False)
    for row in lost:
        yield Repair(f"{name}, capture {row.id} of {row.url}", "is lost", done=False)


def link_captures(work: Work, _: LinkCaptures) -> Iterator[Repair]:
    """Restores the references of articles, revisions and revisits to captures whose ids have changed."""
    root = work.root
    with work.ledger.transaction() as connection:
        numbers = set(connection.execute(select(captures.c.id)).scalars())
        for row in connection.execute(select(captures).where(captures.c.refers.is_not(None))).all():
            path = find(root, row.file, moved_to(connection, row.file)) if row.file else None
            if row.refers not in numbers and path:
                with path.open("rb") as file, suppress(DamagedRecord):
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
