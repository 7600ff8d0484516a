"""Verify: files, manifests, ledger and captures of an archive held against each other.

Each thing is there twice: a post can be made again of its record, and that of its capture; a manifest is made of the
ledger's rows, and they can be read out of it. So every damage shows, and most can be undone (`newscrawl.repair`).
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Integer, Row, event, func, select
from sqlalchemy.exc import DatabaseError

from newscrawl.archive import ArchiveDamaged, file_digest, waiting
from newscrawl.captures import FOLDER as WARC
from newscrawl.captures import NAME, OPEN
from newscrawl.ledger import Ledger
from newscrawl.manifests import FOLDER as MANIFESTS
from newscrawl.manifests import (
    LEDGER,
    RULES,
    SIGNATURE,
    DamagedManifest,
    Manifest,
    manifest_bytes,
    path_of,
    read_manifest,
)
from newscrawl.revisions import digest
from newscrawl.schema import (
    FILE,
    GONE,
    articles,
    captures,
    files,
    items,
    listings,
    manifests,
    metadata,
    revisions,
    rules,
)
from newscrawl.warc import DamagedRecord, Record, read_records, surviving_records

KEPT = ("kept", "known", "gone")
OURS = re.compile(rf"{LEDGER}|{RULES}/\d[\w.]*-[0-9a-f]{{12}}\.json|{MANIFESTS}/\d{{4}}-\d\d-\d\d\.jsonl({SIGNATURE})?")


class Damage(NamedTuple):
    """Something that is not as it should be: what, and in which way."""

    what: str
    why: str


class Entry(NamedTuple):
    """A file as it should be; `day` is that of its manifest, empty while it has none."""

    path: str
    key: str
    size: int
    digest: str
    url: str = ""
    docid: str = ""
    revision: int = 0
    rules: str = ""
    flavour: str = ""
    body: str = ""
    day: str = ""


@dataclass(slots=True)
class Survey:
    """What an archive should hold, and what it does. Paths are from its root."""

    files: dict[str, Entry] = field(default_factory=dict)  # as they should be, by path
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)  # that nobody knows
    lost_rows: list[Entry] = field(default_factory=list)  # files that a manifest names, and the ledger does not
    waiting: frozenset[str] = frozenset()  # digests of files that a killed run did not put in their places
    left: set[str] = field(default_factory=set)  # that it did not take away yet
    killed: bool = False  # the next run does what the last one did not come to
    manifests: dict[str, str] = field(default_factory=dict)  # what is wrong with the manifest of a day
    ledger: list[Damage] = field(default_factory=list)
    captures: list[Damage] = field(default_factory=list)

    def damages(self) -> Iterator[Damage]:
        """Everything that is wrong, a line each."""
        yield from self.ledger
        for day, why in sorted(self.manifests.items()):
            yield Damage(path_of(day), why)
        for path in self.missing:
            yield Damage(path, "is not there")
        for path in self.changed:
            yield Damage(path, "is not what was written")
        for path in self.strays:
            yield Damage(path, "is not known: newscrawl did not write it, or not under this name")
        yield from self.captures


def survey(root: Path, *, open_: bool = False) -> Survey:
    """Looks at all of an archive; nothing is written. Raises ArchiveError for one of another version, OSError.

    Of one that is `open_` in this process, nothing is left to the next run.
    """
    found = Survey()
    if not open_ and (root / ".unfinished").exists():
        found.killed, found.waiting = True, frozenset(waiting(root))
    try:
        ledger = open_to_read(root)
    except ArchiveDamaged as error:
        found.ledger.append(Damage(FILE, str(error).partition(": ")[2] or str(error)))
        survey_manifests(root, None, found)
        survey_files(root, found)
        return found
    try:
        with ledger.engine.connect() as connection:
            found.ledger += damaged_pages(connection)
            if misfits := [*misfitting(connection.exec_driver_sql)]:
                found.ledger += misfits
                survey_manifests(root, None, found)
                survey_files(root, found)
                return found
            survey_manifests(root, connection, found)
            survey_files(root, found)
            found.captures += survey_captures(root, connection, found)
            found.ledger += lost_rows(root, connection)
            found.ledger += contradictions(connection, found)
            found.ledger += changed_rows(connection)
            found.ledger += rules_apart(root, connection, killed=found.killed)
    except DatabaseError as error:
        found.ledger.append(Damage(FILE, f"cannot be read: {error.orig}"))
    finally:
        ledger.close()
    found.ledger += changed_ledger(root, found)
    return found


def open_to_read(root: Path) -> Ledger:
    """The ledger of an archive. Raises ArchiveDamaged where there is none."""
    if not (root / FILE).is_file():
        raise ArchiveDamaged(f"the archive is damaged: {FILE} is not there")
    try:
        ledger = Ledger(root, read_only=True)
    except DatabaseError as error:
        raise ArchiveDamaged(f"the archive is damaged: {FILE} cannot be read: {error.orig}") from error
    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", _tolerate)
    return ledger


def _tolerate(connection: Any, _: Any) -> None:
    """Text that is no UTF-8 any more is read, and found to be wrong, where it stands."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


# Files and manifests


def survey_manifests(root: Path, connection: Connection | None, found: Survey) -> None:
    """Holds the manifests against the ledger, day by day; gathers the files that there should be."""
    noted = {row.day: row for row in connection.execute(select(manifests))} if connection else {}
    there = {path.stem for path in (root / MANIFESTS).glob("*.jsonl")}
    before = ""
    for day in sorted({*noted, *there}):
        written = read_day(root, day)
        of_ledger = ledger_day(connection, day, noted.get(day)) if connection else None
        row = noted.get(day)
        trusted = None if isinstance(written, str) else written
        if row and trusted and trusted.digest != row.digest:
            found.manifests[day] = "is not what was written"
            trusted = None
        elif isinstance(written, str):
            found.manifests[day] = written
        elif trusted and trusted.previous != before:
            found.manifests[day] = "does not follow from the manifest before it"
        elif connection and not row:
            found.manifests[day] = "is not known to the ledger"
        if row and of_ledger and of_ledger[1] != row.digest:
            found.ledger.append(Damage(f"{FILE}, files of {day}", "are not what the manifest of that day was made of"))
        rows = of_ledger[0] if of_ledger else []
        if trusted and (not of_ledger or of_ledger[1] != trusted.digest):
            known = {(entry.path, entry.digest) for entry in rows}
            lost = [entry for entry in entries_of(trusted) if (entry.path, entry.digest) not in known]
            found.lost_rows += lost
            rows = [*rows, *lost]
        expect(found, rows)
        if found.killed and row and day == max(noted) and of_ledger and of_ledger[1] == row.digest:
            found.manifests.pop(day, None)  # the next run writes it
        before = row.digest if row else trusted.digest if trusted else before
    if connection:
        expect(found, ledger_rows(connection, ""))


def expect(found: Survey, entries: Iterable[Entry]) -> None:
    """Takes in what a day says of files."""
    for entry in entries:
        if entry.size == GONE:
            found.files.pop(entry.path, None)
            if found.killed and not entry.day:
                found.left.add(entry.path)
        else:
            found.files[entry.path] = entry
            found.left.discard(entry.path)


def read_day(root: Path, day: str) -> Manifest | str:
    """The manifest of a day as it stands in its file, or what is wrong with that."""
    try:
        return read_manifest(root / path_of(day))
    except FileNotFoundError:
        return "is not there"
    except (DamagedManifest, OSError):
        return "is not what was written"


def ledger_day(connection: Connection, day: str, row: Any) -> tuple[list[Entry], str]:
    """The files of a day by the ledger, and the digest of the manifest that it makes of them."""
    entries = ledger_rows(connection, day)
    if row is None:
        return entries, ""
    data = manifest_bytes(day, row.newscrawl, row.previous, (entry._asdict() for entry in entries))
    return entries, hashlib.sha256(data).hexdigest()


def ledger_rows(connection: Connection, day: str) -> list[Entry]:
    """The files of a day by the ledger."""
    columns = [files.c[name] for name in Entry._fields]
    rows = connection.execute(select(*columns).where(files.c.day == day).order_by(files.c.path, files.c.id))
    return [Entry(*row) for row in rows]


def entries_of(manifest: Manifest) -> list[Entry]:
    """What a manifest says of files; it does not tell the key of an article."""
    found = []
    for entry in manifest.entries:
        about = {
            name: entry[name] for name in ("url", "docid", "revision", "rules", "flavour", "body") if name in entry
        }
        size, sha256 = (GONE, "") if entry.get("gone") else (entry["size"], entry["sha256"])
        found.append(Entry(entry["path"], "", size, sha256, **about, day=manifest.day))
    return found


def survey_files(root: Path, found: Survey) -> None:
    """Holds the files on the disk against those that there should be."""
    for path, entry in sorted(found.files.items()):
        try:
            same = (root / path).stat().st_size == entry.size and file_digest(root / path) == entry.digest
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            if entry.digest not in found.waiting:
                found.missing.append(path)
            continue
        if not same and entry.digest and entry.digest not in found.waiting:
            found.changed.append(path)
    found.strays += [name for name in names_in(root) if not (name in found.files or is_ours(name, found))]


def names_in(root: Path) -> Iterator[str]:
    """The files of an archive: those in its folders, and whatever looks like its ledger."""
    paths = (path for folder in ("posts", WARC, MANIFESTS) for path in sorted((root / folder).rglob("*")))
    for path in (*paths, *sorted(root.glob(f"*{FILE[-8:]}*"))):
        if not path.is_dir():
            yield path.relative_to(root).as_posix()


def is_ours(name: str, found: Survey) -> bool:
    """Whether a file that no manifest names belongs in an archive all the same."""
    folder, _, rest = name.partition("/")
    if folder == WARC:
        return rest.endswith(OPEN) or (found.killed and NAME.fullmatch(rest) is not None)
    if folder == "posts":
        return name in found.left
    if folder == MANIFESTS:
        return OURS.fullmatch(name) is not None
    return name in {FILE, f"{FILE}-wal", f"{FILE}-shm"} or name.startswith("browse.")


# Captures


def survey_captures(root: Path, connection: Connection, found: Survey) -> Iterator[Damage]:
    """Holds the ledger's captures against the records in their files."""
    names = set(connection.execute(select(captures.c.file).distinct()).scalars()) - {""}
    for name in sorted(names | {path for path in found.files if path.startswith(f"{WARC}/")}):
        path = root / name
        if not path.is_file():
            open_ = path.with_name(path.name + OPEN)
            if not open_.is_file():
                count = connection.execute(select(func.count()).where(captures.c.file == name)).scalar_one()
                yield Damage(name, f"{count} captures are lost with it")
                continue
            path = open_
        rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
        last = max(rows, default=0)
        for record in records_in(path, name, rows, found):
            row = rows.pop(record.offset, None)
            if row is None:
                if found.killed and name not in found.files and record.offset > last:
                    continue  # the next run notes it
                yield Damage(f"{FILE}, capture of {record.url}", f"is not there; it is in {name} at {record.offset}")
            elif apart(row, record) or astray(connection, row, record):
                yield Damage(f"{FILE}, capture {row.id} of {row.url}", f"is not what {name} holds at {row.offset}")
        lost = len(rows)
        if lost:
            yield Damage(name, f"{lost} captures cannot be read out of it")


def records_in(path: Path, name: str, rows: Mapping[int, Any], found: Survey) -> Iterator[Record]:
    """The answers in a file of captures: of a damaged one those that are whole."""
    try:
        records = surviving_records(path, rows) if name in found.changed else read_records(path)
        yield from (record for record in records if record.answers)
    except DamagedRecord as damage:
        found.captures.append(Damage(name, f"{damage} at {damage.offset}"))


def apart(row: Row[Any], record: Record) -> bool:
    """Whether the ledger says something else of a capture than its record does."""
    said = (row.url, row.date, row.status, row.payload, row.record, row.offset, row.length)
    there = (record.url, record.date, record.status, record.payload_digest, record.id, record.offset, record.length)
    return said != there


def astray(connection: Connection, row: Row[Any], record: Record) -> bool:
    """Whether a revisit does not refer to the capture that its record says, which is there."""
    if record.kind != "revisit" or row.refers is not None:
        return row.refers is not None and record.kind != "revisit"
    there = (captures.c.url == record.refers_to[1]) & (captures.c.record == record.refers_to[0])
    return connection.execute(select(captures.c.id).where(there, captures.c.refers.is_(None))).first() is not None


# The ledger


def misfitting(execute: Callable[[str], Iterable[Any]]) -> Iterator[Damage]:
    """Rows that hold what no newscrawl writes: a number where a text belongs. SQLite itself does not mind."""
    for table in metadata.sorted_tables:
        kinds = {
            column.name: ("integer" if isinstance(column.type, Integer | Boolean) else "text", column.nullable)
            for column in table.columns
        }
        wrong = " OR ".join(
            f"""typeof("{name}") NOT IN ('{kind}'{", 'null'" if nullable else ""})"""
            for name, (kind, nullable) in kinds.items()
        )
        for (count,) in execute(f'SELECT count(*) FROM "{table.name}" WHERE {wrong}'):  # noqa: S608 (names of ours)
            if count:
                yield Damage(f"{FILE}, table {table.name}", f"{count} rows are not what was written")


def damaged_pages(connection: Connection) -> Iterator[Damage]:
    """What the database says of its own pages."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield Damage(FILE, " ".join(str(line).split()))


def lost_rows(root: Path, connection: Connection) -> Iterator[Damage]:
    """Tables that have fewer rows than at the end of the last run: none ever goes out of the ledger."""
    note = sealed(root)
    counts = note.get("rows", {})
    more = bool(counts) and not metadata.tables.keys() <= counts.keys()
    for name, table in metadata.tables.items():
        now, count = connection.execute(select(func.count()).select_from(table)).scalar_one(), counts.get(name, 0)
        if now < count:
            yield Damage(f"{FILE}, table {name}", f"{count - now} of {count} rows are not there")
        more = more or now > count
    if more and note.get("sha256") and not (root / ".unfinished").exists():
        yield Damage(LEDGER, "is not what was written")


def sealed(root: Path) -> dict[str, Any]:
    """What the last run noted of the ledger; empty where it did not, or where that cannot be read."""
    try:
        text = (root / LEDGER).read_text(encoding="utf-8")
        note = json.loads(text)
        whole = {type(note["sha256"]), *map(type, note["rows"].values())} <= {str, int, type(None)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return dict(note) if whole and text == f"{json.dumps(note)}\n" else {}


def changed_ledger(root: Path, found: Survey) -> Iterator[Damage]:
    """Whether the ledger is as the last run left it, to the byte; not asked after a run that was killed."""
    if (root / ".unfinished").exists():
        return
    note = sealed(root)
    if not note and (found.manifests or any(entry.day for entry in found.files.values())):
        yield Damage(LEDGER, "is not there, or not what was written")
    if note.get("sha256") and not found.ledger and file_digest(root / FILE) != note["sha256"]:
        yield Damage(FILE, f"is not what the last run left, or {LEDGER} is not")


def contradictions(connection: Connection, found: Survey) -> Iterator[Damage]:
    """Rows that speak of others that are not there."""
    yield from unheld_posts(connection, found)
    yield from lost_revisions(connection)
    yield from lost_captures(connection)
    yield from lost_items(connection)


def unheld_posts(connection: Connection, found: Survey) -> Iterator[Damage]:
    """Posts without an article, and articles without a post."""
    posts = {path for path in found.files if path.startswith("posts/")}
    held = set(connection.execute(select(articles.c.path)).scalars())
    for path in sorted(posts - held):
        yield Damage(f"{FILE}, article of {path}", "is not there")
    for path in sorted(held - posts):
        yield Damage(f"{FILE}, file of {path}", "is not there")


def lost_revisions(connection: Connection) -> Iterator[Damage]:
    """Articles that were something else before, which is not there."""
    count = func.count(revisions.c.key)
    earlier = select(articles.c.url, articles.c.revision, count).outerjoin(revisions, revisions.c.key == articles.c.key)
    lacking = earlier.group_by(articles.c.key).having(count != articles.c.revision - 1)
    for url, revision, there in connection.execute(lacking):
        yield Damage(f"{FILE}, revisions of {url}", f"{revision - 1 - there} of {revision - 1} are not there")


def lost_captures(connection: Connection) -> Iterator[Damage]:
    """Captures that articles, revisions and revisits speak of."""
    numbers = set(connection.execute(select(captures.c.id)).scalars())
    for table in (articles, revisions):
        for key, said in connection.execute(select(table.c.key, table.c.captures).where(table.c.captures != "")):
            for number in said.split():
                if not number.lstrip("-").isdecimal() or int(number) not in numbers:
                    yield Damage(f"{FILE}, capture {number} of {key}", "is not there")
    refers = select(captures.c.id, captures.c.refers).where(captures.c.refers.is_not(None))
    for number, original in connection.execute(refers):
        if original not in numbers:
            yield Damage(f"{FILE}, capture {original}", f"is not there, and capture {number} refers to it")


def lost_items(connection: Connection) -> Iterator[Damage]:
    """Items that a list named, and articles that items are of."""
    listed = select(listings.c.channel, listings.c.day, listings.c.key)
    nameless = listed.outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
    for channel, day, key in connection.execute(nameless):
        yield Damage(f"{FILE}, item {key}", f"is not there, and {channel} of {day} named it")
    unheld = select(items.c.key, items.c.article).outerjoin(articles, articles.c.key == items.c.article)
    for key, article in connection.execute(unheld.where(items.c.state.in_(KEPT), articles.c.key.is_(None))):
        yield Damage(f"{FILE}, article {article}", f"is not there, and item {key} is of it")


def changed_rows(connection: Connection) -> Iterator[Damage]:
    """Articles and revisions whose record is not what it was."""
    for table in (articles, revisions):
        for row in connection.execute(select(table.c.key, table.c.revision, table.c.digest, table.c.record)):
            if row.digest and not sound(row.record, row.digest):
                yield Damage(f"{FILE}, revision {row.revision} of {row.key}", "is not what was written")


def sound(record: str, said: str) -> bool:
    """Whether a record has the digest that the ledger says.

    >>> sound("{}", digest({})), sound("{", "")
    (True, False)
    """
    try:
        return digest(json.loads(record)) == said
    except (ValueError, AttributeError):
        return False


def rules_apart(root: Path, connection: Connection, *, killed: bool) -> Iterator[Damage]:
    """Rules that the ledger and their file do not agree on."""
    noted = {row.version: row.site for row in connection.execute(select(rules))}
    there: defaultdict[str, str] = defaultdict(str)
    for path in filter(Path.is_file, (root / RULES).glob("[0-9]*.json")):
        there[path.stem] = path.read_text(encoding="utf-8", errors="replace")
    for version in sorted(noted.keys() | there.keys()):
        if version not in there:
            if killed:
                continue  # the next run writes it
            yield Damage(f"{RULES}/{version}.json", "is not there")
        elif version not in noted:
            yield Damage(f"{FILE}, rules {version}", "are not there")
        elif noted[version] != there[version]:
            yield Damage(f"{RULES}/{version}.json", "is not what was written")


def counted(damages: Iterable[tuple[str, str]]) -> Counter[str]:
    """Damages by what they are of: the ledger, posts, captures, manifests."""
    kinds = {"posts": "posts", WARC: "captures", MANIFESTS: "manifests"}
    return Counter(kinds.get(what.partition("/")[0], "ledger") for what, _ in damages)
