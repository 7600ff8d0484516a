"""What a run does first where the last one was killed, or ended by a power cut: it completes or forgets what that left.

The ledger says what there should be. A record of a capture without a row gets one, and a post that waits gets its
place. What the disk has lost all the same, for some say that they have synced what they have not, is fetched again.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from newscrawl.archive.captures import add_record, count_file, finish_file
from newscrawl.archive.joining import drop_joined
from newscrawl.archive.manifests import restore_last_manifest
from newscrawl.archive.months import complete_months
from newscrawl.archive.moving import take_back
from newscrawl.archive.paths import WARC, is_post, is_warc, unfinished, unplaced_files
from newscrawl.archive.placement import Placement
from newscrawl.archive.warc_files import OPEN, other_path, own_files
from newscrawl.atomic import file_digest, make_folder, write_whole
from newscrawl.errors import DamagedRecord
from newscrawl.ledger import articles
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.lost import fetch_again, last_posts, lose_captures
from newscrawl.ledger.schema import captures, files
from newscrawl.posts.render import post_of_record
from newscrawl.warc.records import read_record, read_records


def recover(root: Path, ledger: Ledger, placement: Placement) -> int:
    """Completes what a killed run left. Returns how many captures and posts are to be fetched again. Raises OSError."""
    place_posts(root, ledger, placement)
    complete_months(root, ledger)
    take_back(root, ledger)
    lost = recover_captures(root, ledger)
    lost += check_posts(root, ledger)
    restore_last_manifest(root, ledger)
    return lost


# Posts


def place_posts(root: Path, ledger: Ledger, placement: Placement) -> None:
    """Gives the posts that the ledger knows their places, deletes those that have moved, and drops all other parts.

    So it does with WARC files that were joined, and their parts. Raises OSError.
    """
    parts = unplaced_files(root)
    with ledger.reading() as connection:
        placed = [*articles.posts_with(connection, parts)] if parts else []
        vacated = articles.vacated_paths(connection)
    for path, digest in placed:
        if digest in parts and not has_digest(root / path, digest):
            placement.add(path, parts.pop(digest))
    for path in filter(is_post, vacated):
        placement.remove(path)
    placement.finish()
    drop_joined(root, ledger, filter(is_warc, vacated))
    for part in parts.values():
        part.unlink(missing_ok=True)


def has_digest(path: Path, digest: str) -> bool:
    """Whether a file is there and has a SHA-256."""
    return path.is_file() and file_digest(path) == digest


def check_posts(root: Path, ledger: Ledger) -> int:
    """Checks the posts of the last day: one that is not what the ledger says is made again from its record.

    Returns how many could not be made, and are to be fetched again. Raises OSError.
    """
    with ledger.reading() as connection:
        wrong = [row for row in last_posts(connection) if not has_digest(root / row.path, row.digest)]
        made = {row.path: made_again(connection, row) for row in wrong}
    for path, post in made.items():
        if post:
            make_folder((root / path).parent)
            write_whole(root / path, post, unfinished(root) / Path(path).name)
    lost = [row.key for row in wrong if not made[row.path]]
    if lost:
        with ledger.transaction() as connection:
            fetch_again(connection, lost)
    return len(lost)


def made_again(connection: Connection, row: Row[Any]) -> bytes:
    """The post of a row of `files`, made from the record of its article; empty if that makes another one."""
    article = articles.article(connection, row.key)
    if article is None or row.body != "clean":
        return b""
    post = post_of_record(article["record"], row.flavour).encode()
    return post if hashlib.sha256(post).hexdigest() == row.digest else b""


# Captures


def recover_captures(root: Path, ledger: Ledger) -> int:
    """Completes the WARC files of a killed run: cuts each off after its last complete record, and indexes all records.

    Returns how many captures are lost: their articles are to be fetched again. Raises OSError.
    """
    lost = 0
    for path in sorted((root / WARC).glob(f"*{OPEN}")):
        name = f"{WARC}/{path.name.removesuffix(OPEN)}"
        lost += lose(ledger, lost_rows(ledger, path, name))
        size = note_new_records(ledger, path, name)
        if not size:
            path.unlink()
            continue
        with path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())
        finish_file(root, name)
    with ledger.reading() as connection:
        listed = set(connection.execute(select(files.c.path).where(files.c.key == "")).scalars())
        indexed = set(connection.execute(select(captures.c.file).distinct()).scalars()) - {""}
    for name in own_files(root):
        if not listed & {name, other_path(name)}:
            count_file(ledger, name, (root / name).stat().st_size, file_digest(root / name))
    for name in sorted(indexed - listed):
        if not (root / name).exists():
            with ledger.reading() as connection:
                rows = connection.execute(select(captures.c.id).where(captures.c.file == name)).scalars().all()
            lost += lose(ledger, rows)
    return lost


def lost_rows(ledger: Ledger, path: Path, name: str) -> list[int]:
    """The ids of the last captures of a WARC file of which the records are not in it, or not whole."""
    with ledger.reading() as connection:
        wanted = select(captures).where(captures.c.file == name).order_by(captures.c.offset.desc())
        rows = connection.execute(wanted).all()
    lost = []
    with path.open("rb") as file:
        for row in rows:
            try:
                if read_record(file, row.offset).id == row.record:
                    break
            except DamagedRecord:
                pass
            lost.append(row.id)
    return lost


def lose(ledger: Ledger, ids: Sequence[int]) -> int:
    """Marks captures as lost. Returns their number."""
    if ids:
        with ledger.transaction() as connection:
            lose_captures(connection, ids)
    return len(ids)


def note_new_records(ledger: Ledger, path: Path, name: str) -> int:
    """Adds the records of a WARC file that the ledger does not have yet.

    Returns the end of the last complete record, in bytes; 0 when the file holds no response.
    """
    with ledger.reading() as connection:
        query = select(func.max(captures.c.offset), func.max(captures.c.offset + captures.c.length))
        last, start = connection.execute(query.where(captures.c.file == name)).one()
    has_responses = last is not None
    at = start or 0
    try:
        for record in read_records(path, at):
            if record.answers:
                has_responses = True
                with ledger.transaction() as connection:
                    add_record(connection, record, name)
            at = record.offset + record.length
    except DamagedRecord as damage:
        at = damage.offset
    return at if has_responses else 0
