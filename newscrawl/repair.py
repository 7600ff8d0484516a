"""Repair: what can be made again in a damaged archive, from whatever of it is whole, and what cannot.

Captures say what a page was, manifests what was written of it, the ledger both: any of them can be filled from the
others. Nothing is thrown away: what is no longer of use is put into `damaged/`.
"""

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Boolean, Connection, Integer, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from newscrawl import __version__
from newscrawl.archive import Archive, Lock, file_digest, path_for, reading_of, write_whole
from newscrawl.captures import FOLDER as WARC
from newscrawl.captures import NAME, count_file, note, row_of
from newscrawl.exporters import post_of, post_of_record
from newscrawl.frontmatter import FLAVOURS
from newscrawl.items import Article
from newscrawl.ledger import Ledger, article_row, put
from newscrawl.manifests import RULES, make, path_of, unfinished, write, write_rules
from newscrawl.rebuild import UNREADABLE, Rebuilder
from newscrawl.revisions import digest
from newscrawl.rules import rules_version, site_of
from newscrawl.schedule import next_look
from newscrawl.schema import (
    FILE,
    GONE,
    SCHEMA,
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
from newscrawl.urls import address
from newscrawl.verify import (
    Entry,
    Survey,
    apart,
    astray,
    entries_of,
    misfitting,
    read_day,
    sealed,
    sound,
    survey,
)
from newscrawl.warc import DamagedRecord, read_record, read_records, surviving_records

DAMAGED = "damaged"


class Repair(NamedTuple):
    """What was done about a damage; not `done`: it could not be undone."""

    what: str
    how: str
    done: bool = True


def repair(root: Path) -> Iterator[Repair]:
    """Repairs an archive, and tells of each damage what came of it. Raises ArchiveError, and ArchiveHeld."""
    lock = Lock(root)
    try:
        found = survey(root)
        untold = [damage for damage in found.ledger if damage.what == FILE]
        yield from bring_back(root, found)
        if not readable(root):
            yield from renew_ledger(root)
            untold = []
    finally:
        lock.release()
    with Archive(root) as archive:
        ledger = archive.ledger
        found = survey(root, open_=True)
        yield from adopt_captures(root, ledger, found)
        yield from repair_captures(root, ledger, found)
        yield from repair_rules(root, ledger)
        rebuilder = Rebuilder(root, ledger)
        yield from repair_files(ledger, found, rebuilder)
        found = survey(root, open_=True)
        rebuilder = Rebuilder(root, ledger)
        yield from adopt_posts(root, ledger, found, rebuilder)
        yield from repair_articles(ledger, found, rebuilder)
        yield from repair_posts(root, ledger, found, rebuilder)
        yield from repair_items(ledger, rebuilder)
        yield from repair_manifests(root, ledger, found)
        yield from put_away(root, found)
        yield from lost_for_good(root, ledger)
        if untold and len(found.ledger) == len(untold):
            yield Repair(FILE, "was changed in something that nothing else tells of; it is taken as it is", done=False)


# Files that are whole, elsewhere


def bring_back(root: Path, found: Survey) -> Iterator[Repair]:
    """Gives files back their names, where one with the right digest stands under another."""
    there = {file_digest(root / path): path for path in found.strays if (root / path).is_file()}
    wanted = {found.files[path].digest: path for path in (*found.missing, *found.changed)}
    wanted |= {manifest_digest(root, found, day): path_of(day) for day in found.manifests}
    if not (root / FILE).is_file() and sealed(root).get("sha256"):
        wanted[sealed(root)["sha256"]] = FILE
    for said, path in wanted.items():
        if said in there:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / there[said]).replace(root / path)
            found.strays.remove(there[said])
            yield Repair(path, f"was found as {there[said]}")


def manifest_digest(root: Path, found: Survey, day: str) -> str:
    """The digest that the manifest of a day should have, by the one that follows it; empty when none tells."""
    later = sorted(path.stem for path in (root / "manifests").glob("*.jsonl") if path.stem > day)
    after = read_day(root, later[0]) if later and later[0] not in found.manifests else ""
    return "" if isinstance(after, str) else after.previous


def put_away(root: Path, found: Survey) -> Iterator[Repair]:
    """Puts what nobody knows out of the way."""
    for path in found.strays:
        if (root / path).is_file() or (root / path).is_symlink():
            aside(root, path)
            yield Repair(path, f"is not known, and was put into {DAMAGED}/")


def aside(root: Path, path: str, move: Callable[[Path, Path], Any] = shutil.move) -> None:
    """Puts a file into `damaged/`, beside what stands there already."""
    target = root / DAMAGED / path
    number = 0
    while target.exists():
        number += 1
        target = root / DAMAGED / f"{path}.{number}"
    target.parent.mkdir(parents=True, exist_ok=True)
    move(root / path, target)


# The ledger as a whole


def readable(root: Path) -> bool:
    """Whether the ledger is a database that is whole, and all its text is text."""
    if not (root / FILE).is_file():
        return False
    try:
        with closing(sqlite3.connect(root / FILE)) as connection:
            (line,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for table in metadata.tables:
                for _ in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 (a name of ours)
                    pass
            whole = line == "ok" and version == SCHEMA and not [*misfitting(connection.execute)]
            connection.execute(f"PRAGMA user_version = {version}")  # which fails where the file says it is read-only
    except sqlite3.Error:
        return False
    return whole


def renew_ledger(root: Path) -> Iterator[Repair]:
    """Makes a new ledger, of the rows that can still be read in the damaged one."""
    old = root / FILE
    killed = (root / ".unfinished").exists()
    new = unfinished(root) / "ledger"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    with Ledger(new) as ledger:
        saved = salvage(old, ledger) if old.exists() else 0
    for ending in ("-wal", "-shm"):
        if (root / f"{FILE}{ending}").exists():
            aside(root, f"{FILE}{ending}")
    if old.exists():
        aside(root, FILE, shutil.copy2)
    (new / FILE).replace(old)
    if not killed:
        shutil.rmtree(unfinished(root), ignore_errors=True)
    yield Repair(FILE, f"was made anew; {saved} rows of the old one could be read, the rest comes from the files")


def salvage(old: Path, ledger: Ledger) -> int:
    """Takes over the rows of a damaged ledger that can be read, and gives how many they are."""
    saved = 0
    with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        source.text_factory = lambda data: data.decode("utf-8", "replace")
        for table in metadata.sorted_tables:
            with suppress(sqlite3.Error), ledger.batch():  # the rows before a damaged one count
                for found in source.execute(f'SELECT * FROM "{table.name}"'):  # noqa: S608 (a name of ours)
                    row = {name: found[name] for name in found.keys() if name in table.columns}  # noqa: SIM118
                    if fits(table, row):
                        with suppress(IntegrityError), ledger.writing() as connection:
                            put(connection, table, [row], ())
                            saved += 1
    return saved


def fits(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether a row may be one of a table: each column holds what belongs there, and nothing that never was text."""
    for column in table.columns:
        value = row.get(column.name)
        kind = int if isinstance(column.type, Integer | Boolean) else str
        if not (isinstance(value, kind) or (value is None and column.nullable)):
            return False
        if isinstance(value, str) and "\0" in value and column.name not in ("record", "evidence"):
            return False
    return True


# Captures


def repair_captures(root: Path, ledger: Ledger, found: Survey) -> Iterator[Repair]:
    """Makes the ledger's captures what the files hold; of a damaged file the whole records go into a new one."""
    with ledger.writing() as connection:
        names = set(connection.execute(select(captures.c.file).distinct()).scalars()) - {""}
    known = {path for path in found.files if path.startswith(f"{WARC}/")}
    for name in sorted(names | known):
        if not (root / name).is_file():
            yield from lose(ledger, name)
            continue
        yield from take_in(root, ledger, name)
        if name in found.changed:
            yield from salvage_captures(root, ledger, name)
    yield from link_captures(root, ledger)


def adopt_captures(root: Path, ledger: Ledger, found: Survey) -> Iterator[Repair]:
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
        entry = Entry(name, "", (root / name).stat().st_size, file_digest(root / name))
        if found.files.setdefault(name, entry).digest != entry.digest or not whole(root / name):
            found.changed.append(name)  # its whole records are taken out of it
        else:
            count_file(ledger, name, entry.size, entry.digest)
        yield Repair(name, f"was found as {path}" if name != path else "is known again")


def whole(path: Path) -> bool:
    """Whether a file of captures can be read from its beginning to its end."""
    try:
        return all(True for _ in read_records(path))
    except DamagedRecord:
        return False


def take_in(root: Path, ledger: Ledger, name: str) -> Iterator[Repair]:
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
            wrong = row is not None and (apart(row, record) or astray(connection, row, record))
            if row is not None and wrong:
                values = row_of(connection, record, name)
                connection.execute(update(captures).where(captures.c.id == row.id).values(values))
            if row is None or wrong:
                yield Repair(f"{FILE}, capture of {record.url}", f"was read out of {name}")


def lose(ledger: Ledger, name: str) -> Iterator[Repair]:
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
        aside(root, name)
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
                    values = row_of(connection, read_record(file, row.offset), row.file)
                    connection.execute(update(captures).where(captures.c.id == row.id).values(values))
                    yield Repair(f"{FILE}, capture {row.id} of {row.url}", "refers to its original again")
        for table in (articles, revisions):
            for row in connection.execute(select(table).where(table.c.captures != "")).all():
                said = row.captures.split()
                if all(number.lstrip("-").isdecimal() and int(number) in numbers for number in said):
                    continue
                same = [_of_payload(connection, payload) for payload in row.payloads.split()]
                found = " ".join(map(str, same)) if all(same) else ""
                mine = (table.c.key == row.key) & (table.c.revision == row.revision)
                connection.execute(update(table).where(mine).values(captures=found))
                yield Repair(f"{FILE}, captures of {row.key}", "are known again" if found else "are lost", bool(found))


def _of_payload(connection: Connection, payload: str) -> int | None:
    first = select(func.min(captures.c.id)).where(captures.c.payload == payload, captures.c.file != "")
    return connection.execute(first).scalar()


# Rows of the ledger


def repair_rules(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Fills the rules from their files, and the files from the ledger."""
    with ledger.writing() as connection:
        noted = {row.version: row.site for row in connection.execute(select(rules))}
    for path in sorted(filter(Path.is_file, (root / RULES).glob("[0-9]*.json"))):
        text = path.read_text(encoding="utf-8", errors="replace")
        said = noted.get(path.stem)
        if text == said:
            continue
        if said is None or trust(text, path.stem) > trust(said, path.stem):
            if not trust(text, path.stem):
                aside(root, path.relative_to(root).as_posix())
                yield Repair(f"{FILE}, rules {path.stem}", "are lost; their file is damaged, too", done=False)
                continue
            with ledger.writing() as connection:
                row = {"version": path.stem, "newscrawl": path.stem.partition("-")[0], "site": text}
                put(connection, rules, [row], ("newscrawl", "site"))
            noted[path.stem] = text
            yield Repair(f"{FILE}, rules {path.stem}", "were read out of their file")
        else:
            aside(root, path.relative_to(root).as_posix())
    for version, site in noted.items():
        if not (root / RULES / f"{version}.json").is_file():
            write_rules(root, version, site)
            yield Repair(f"{RULES}/{version}.json", "was written out of the ledger")


def repair_files(ledger: Ledger, found: Survey, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Makes the ledger's files of a day what its manifest says."""
    with ledger.writing() as connection:
        known = {*connection.execute(select(manifests.c.day)).scalars(), ""}
        known |= {path.stem for path in (rebuilder.root / "manifests").glob("*.jsonl")}
        for lost in found.lost_rows:  # it may be there under a day that never was
            same = (files.c.path == lost.path) & (files.c.digest == lost.digest)
            connection.execute(delete(files).where(same, files.c.day.not_in(known)))
    for day in sorted({entry.day for entry in found.lost_rows}):
        manifest = read_day(rebuilder.root, day)
        if isinstance(manifest, str):
            continue
        entries = entries_of(manifest)
        with ledger.writing() as connection:
            connection.execute(delete(files).where(files.c.day == day))
            for entry in entries:
                connection.execute(insert(files).values(entry._replace(key=key_of(entry, rebuilder))._asdict()))
            row = {
                "day": day,
                "newscrawl": manifest.newscrawl,
                "previous": manifest.previous,
                "digest": manifest.digest,
            }
            put(connection, manifests, [row], ("newscrawl", "previous", "digest"))
        yield Repair(f"{FILE}, files of {day}", f"were read out of {path_of(day)} ({len(entries)})")


def key_of(entry: Entry, rebuilder: Rebuilder) -> str:
    """The key of the article that a post is of; empty for captures."""
    if not entry.path.startswith("posts/") or not entry.url:
        return ""
    return address(entry.url, rebuilder.site(entry.rules, entry.url)).key or Path(entry.path).stem[11:]


def repair_articles(ledger: Ledger, found: Survey, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Reads articles and revisions that the ledger lacks, or has wrong, out of their captures."""
    with ledger.writing() as connection:
        before: dict[str, int] = Counter()
        for old in connection.execute(select(revisions.c.key, revisions.c.digest, revisions.c.record)):
            before[old.key] += not old.digest or sound(old.record, old.digest)
        held, whole, earlier = {}, set(), set()
        names = (articles.c.path, articles.c.key, articles.c.revision, articles.c.digest, articles.c.record)
        for row in connection.execute(select(*names)):
            held[row.path] = row.key
            if row.revision > 0 and (not row.digest or sound(row.record, row.digest)):
                whole.add(row.path)
                if before[row.key] < row.revision - 1:
                    earlier.add(row.path)
    for path, entry in sorted(found.files.items()):
        if path.startswith("posts/") and (path not in whole or path in earlier):
            key = held.get(path) or entry.key or key_of(entry, rebuilder)
            yield from rebuild(ledger, entry, key, rebuilder, there=path in whole)


def adopt_posts(root: Path, ledger: Ledger, found: Survey, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Counts posts that nobody knows of, where an article or a capture says what they should be."""
    with ledger.writing() as connection:
        names = (articles.c.path, articles.c.key, articles.c.url, articles.c.docid, articles.c.revision)
        rows = connection.execute(select(*names)).all()
        noted = set(connection.execute(select(manifests.c.day)).scalars())
    mine = {entry.key for entry in found.files.values()}
    known = {row.path: Entry(row.path, row.key, 0, "", row.url, row.docid, row.revision) for row in rows}
    wanted = {path: entry for path, entry in known.items() if path not in found.files and entry.key not in mine}
    lost_days = found.manifests.keys() - noted
    if lost_days or any(path.startswith("posts/") and path not in known for path in found.strays):
        for key in sorted(rebuilder.captured.keys() - {row.key for row in rows}):
            site = rebuilder.site("", rebuilder.captured[key][0].url)
            for _, article in rebuilder.readings(key, site):
                record = article.record()
                path = path_for(record)
                wanted[path] = Entry(path, key, 0, "", record["url"], record["docid"])
    wanted = {path: entry for path, entry in wanted.items() if path not in found.files}
    again = {path: found.files[path] for path in found.changed if path.startswith("posts/")}
    for path, entry in again.items():  # written since on a day that is lost
        later = known.get(path, entry)
        key = later.key or key_of(entry, rebuilder)
        wanted[path] = entry._replace(key=key, revision=later.revision, day="")
    for path in sorted(wanted):
        entry, post = recognised(root, ledger, wanted[path], rebuilder)
        if not entry.digest or (path in again and (post or entry.digest == again[path].digest)):
            continue
        with ledger.writing() as connection:
            connection.execute(insert(files).values(entry._asdict()))
        found.files[path] = entry
        for paths in (found.strays, found.changed):
            if path in paths:
                paths.remove(path)
        if post:
            found.missing.append(path)
        yield Repair(f"{FILE}, file of {path}", "is known again")


def recognised(root: Path, ledger: Ledger, entry: Entry, rebuilder: Rebuilder) -> tuple[Entry, str]:
    """A post of which only the article is known, and what is to be written; empty where it stands there."""
    path = root / entry.path
    there = path.read_bytes() if path.is_file() else b""
    best = ""
    forms = [(entry.flavour, entry.body)] if entry.flavour else product(FLAVOURS, ("clean", "full"))
    for flavour, body in forms:
        for post in candidates(ledger, entry._replace(flavour=flavour, body=body), rebuilder):
            best = best or post
            if post.encode() == there:
                return entry._replace(size=len(there), digest=sha256_of(post), flavour=flavour, body=body), ""
    if there and not best and not entry.digest:
        return entry._replace(size=len(there), digest=hashlib.sha256(there).hexdigest()), ""
    said = sha256_of(best) if best else ""
    return entry._replace(size=len(best.encode()), digest=said, flavour="hexo", body="clean"), best


def rebuild(ledger: Ledger, entry: Entry, key: str, rebuilder: Rebuilder, *, there: bool) -> Iterator[Repair]:
    """Writes what an article is and was into the ledger; only what it was where it is `there`."""
    what = f"{FILE}, article of {entry.path}"
    readings: list[tuple[str, Article]] = []
    for date, article in rebuilder.readings(key, rebuilder.site(entry.rules, entry.url)):
        if not readings or digest(readings[-1][1].record()) != digest(article.record()):
            readings.append((date, article))
    if not readings:
        yield Repair(what, f"cannot be read again: no capture of it; newscrawl fetch {entry.url} -o …", done=False)
        return
    sha = [sha256_of(post_of(article, entry.flavour or "hexo", entry.body or "clean")) for _, article in readings]
    last = sha.index(entry.digest) if entry.digest in sha else len(readings) - 1
    readings = readings[: last + 1]
    revision = entry.revision or len(readings)
    rows = []
    for (date, article), number in zip(readings[::-1], range(revision, 0, -1), strict=False):
        reading = reading_of(article)
        rows.append(article_row(reading, entry.path, reading.flags, second_of(date), number) | {"key": key})
    with ledger.writing() as connection:
        if not there:
            put(connection, articles, rows[:1], [name for name in rows[0] if name != "key"])
        for new, old in pairwise(rows):
            names = ("key", "revision", "digest", "kept", "record", "captures", "payloads")
            put(connection, revisions, [{**{name: old[name] for name in names}, "replaced": new["kept"]}], names[2:])
    yield Repair(what, "was read out of its captures")
    if len(rows) < revision:
        yield Repair(what, f"{revision - len(rows)} earlier revisions are lost", done=False)


def repair_items(ledger: Ledger, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Notes items that a list named and the ledger lacks: those of articles as known, others as to be fetched."""
    with ledger.writing() as connection:
        named = select(listings).outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
        for row in connection.execute(named).all():
            article = connection.execute(select(articles).where(articles.c.key == row.key)).first()
            urls = [capture.url for capture in rebuilder.captured.get(row.key, [])]
            what = f"{FILE}, item {row.key}"
            if article is None and not urls:
                how = f"its address is lost; newscrawl crawl {row.channel} --since {row.day} --until {row.day} -o …"
                connection.execute(delete(listings).where(listings.c.key == row.key))
                yield Repair(what, how, done=False)
                continue
            item = {"key": row.key, "url": article.url if article else urls[0], "channel": row.channel, "day": row.day}
            item |= {"state": "listed"}
            if article:
                published = int(datetime.fromisoformat(article.published).timestamp())
                due = next_look(published, ledger.now)
                item |= {"state": "known", "article": row.key, "published": published, "due": due}
            put(connection, items, [item], ())
            yield Repair(what, "is known again" if article else "will be fetched again")


# Posts and manifests


def repair_posts(root: Path, ledger: Ledger, found: Survey, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Writes posts again as they were, out of the ledger or the captures; else by today's rules, and says so."""
    for path in (*found.missing, *found.changed):
        entry = found.files[path]
        if not path.startswith("posts/"):
            continue
        best = ""
        for post in candidates(ledger, entry, rebuilder):
            best = best or post
            if sha256_of(post) == entry.digest:
                best = post
                break
        if not best:
            yield Repair(path, f"cannot be made again: newscrawl fetch {entry.url} -o …", done=False)
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / path, best.encode(), unfinished(root))
        if sha256_of(best) == entry.digest:
            yield Repair(path, "was written again")
            continue
        with ledger.writing() as connection:
            values = entry._asdict() | {"size": len(best.encode()), "digest": sha256_of(best), "day": ""}
            connection.execute(insert(files).values(values))
        yield Repair(path, "was written anew, not as it was: the rules have changed since", done=False)


def candidates(ledger: Ledger, entry: Entry, rebuilder: Rebuilder) -> Iterator[str]:
    """What a post may have been, the likeliest first."""
    flavour, body, site = entry.flavour or "hexo", entry.body or "clean", rebuilder.site(entry.rules, entry.url)
    with ledger.writing() as connection:
        mine = articles.c.key == entry.key if entry.key else articles.c.path == entry.path
        held = connection.execute(select(articles).where(mine)).first()
    if held and body == "clean" and sound(held.record, held.digest):
        yield post_of_record(json.loads(held.record), flavour)
    if held and held.captures:
        with suppress(*UNREADABLE):
            yield post_of(rebuilder.article([int(number) for number in held.captures.split()], site), flavour, body)
    key = held.key if held else entry.key or key_of(entry, rebuilder)
    for _, article in reversed([*rebuilder.readings(key, site)]):
        yield post_of(article, flavour, body)


def repair_manifests(root: Path, ledger: Ledger, found: Survey) -> Iterator[Repair]:
    """Writes manifests again out of the ledger; where one is no more what it was, those behind it are chained anew."""
    with ledger.writing() as connection:
        noted = {row.day: row for row in connection.execute(select(manifests))}
        days = set(connection.execute(select(files.c.day).distinct()).scalars()) - {""}
    anew = False
    for day in sorted(found.manifests.keys() - noted.keys() - days):
        aside(root, path_of(day))
        yield Repair(path_of(day), f"is lost, and was put into {DAMAGED}/; its files are counted again", done=False)
    for day in sorted(noted.keys() | days):
        row = noted.get(day)
        with ledger.writing() as connection:
            data = make(connection, day, row.newscrawl if row else __version__)
        same = row is not None and hashlib.sha256(data).hexdigest() == row.digest
        if same and day not in found.manifests:
            continue
        write(root, day, data)
        anew = anew or not same
        if same:
            yield Repair(path_of(day), "was written again out of the ledger")
        else:
            yield Repair(path_of(day), "was made anew, not as it was; a signature of it is void", done=False)


def lost_for_good(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Rows that nothing else tells of."""
    with ledger.writing() as connection:
        for name, count in sealed(root).get("rows", {}).items():
            if name in metadata.tables:
                now = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
                if now < count:
                    how = f"{count - now} rows are lost; {REREAD.get(name, 'nothing else tells of them')}"
                    yield Repair(f"{FILE}, table {name}", how, done=False)


REREAD = {
    "listings": "a crawl with --since reads the lists again",
    "windows": "a crawl with --since reads the lists again",
    "watermarks": "the next crawl of that channel begins two days back; give --since",
    "runs": "nothing of the articles depends on them",
    "items": "a crawl with --since reads the lists again",
}


def sha256_of(post: str) -> str:
    """The SHA-256 of a post, in hexadecimal."""
    return hashlib.sha256(post.encode()).hexdigest()


def second_of(date: str) -> str:
    """An instant to the second, as the ledger notes when an article was kept.

    >>> second_of("2026-11-22T10:00:00.123456Z")
    '2026-11-22T10:00:00+00:00'
    """
    return datetime.fromisoformat(date).astimezone(UTC).isoformat(timespec="seconds")


def trust(text: str, version: str) -> int:
    """How much speaks for a site file being that of a version of the rules: 2 all, 1 that it is one, 0 nothing."""
    try:
        return 2 if rules_version(site_of(text)) == version else 1
    except msgspec.DecodeError:  # of another newscrawl, or damaged
        return int(version.partition("-")[0] != __version__ and text.startswith("{") and text.endswith("}"))
