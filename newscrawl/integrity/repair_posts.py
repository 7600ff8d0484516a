"""Repair of posts."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

from sqlalchemy import insert, select

from newscrawl.archive.paths import LEDGER, is_post, path_for, unfinished
from newscrawl.atomic import write_whole
from newscrawl.integrity.check_ledger import sound
from newscrawl.integrity.damage import Check, ManifestEntry
from newscrawl.integrity.quarantine import Repair, sha256_of
from newscrawl.integrity.rebuild import UNREADABLE, Rebuilder
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import (
    articles,
    files,
    manifests,
)
from newscrawl.posts.frontmatter import FLAVOURS
from newscrawl.posts.render import post_of, post_of_record
from newscrawl.sites.urls import address


def key_of(entry: ManifestEntry, rebuilder: Rebuilder) -> str:
    """The key of the article that a post is of; empty for captures."""
    if not is_post(entry.path) or not entry.url:
        return ""
    return address(entry.url, rebuilder.site(entry.rules, entry.url)).key or Path(entry.path).stem[11:]


def adopt_posts(root: Path, ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Counts posts that nobody knows of, where an article or a capture says what they should be."""
    with ledger.writing() as connection:
        names = (articles.c.path, articles.c.key, articles.c.url, articles.c.docid, articles.c.revision)
        rows = connection.execute(select(*names)).all()
        noted = set(connection.execute(select(manifests.c.day)).scalars())
    mine = {entry.key for entry in found.files.values()}
    known = {row.path: ManifestEntry(row.path, row.key, 0, "", row.url, row.docid, row.revision) for row in rows}
    wanted = {path: entry for path, entry in known.items() if path not in found.files and entry.key not in mine}
    lost_days = found.manifests.keys() - noted
    if lost_days or any(is_post(path) and path not in known for path in found.strays):
        for key in sorted(rebuilder.captured.keys() - {row.key for row in rows}):
            site = rebuilder.site("", rebuilder.captured[key][0].url)
            for _, article in rebuilder.readings(key, site):
                record = article.record()
                path = path_for(record)
                wanted[path] = ManifestEntry(path, key, 0, "", record["url"], record["docid"])
    wanted = {path: entry for path, entry in wanted.items() if path not in found.files}
    again = {path: found.files[path] for path in found.changed if is_post(path)}
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
        yield Repair(f"{LEDGER}, file of {path}", "is known again")


def recognised(root: Path, ledger: Ledger, entry: ManifestEntry, rebuilder: Rebuilder) -> tuple[ManifestEntry, str]:
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


# Posts and manifests


def repair_posts(root: Path, ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Writes posts again as they were, out of the ledger or the captures; else by today's rules, and says so."""
    for path in (*found.missing, *found.changed):
        entry = found.files[path]
        if not is_post(path):
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
        write_whole(root / path, best.encode(), unfinished(root) / Path(path).name)
        if sha256_of(best) == entry.digest:
            yield Repair(path, "was written again")
            continue
        with ledger.writing() as connection:
            values = entry._asdict() | {"size": len(best.encode()), "digest": sha256_of(best), "day": ""}
            connection.execute(insert(files).values(values))
        yield Repair(path, "was written anew, not as it was: the rules have changed since", done=False)


def candidates(ledger: Ledger, entry: ManifestEntry, rebuilder: Rebuilder) -> Iterator[str]:
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
