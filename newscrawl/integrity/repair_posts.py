"""The repair of posts."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

from sqlalchemy import insert, select

from newscrawl.archive.paths import LEDGER, is_post, path_for, unfinished
from newscrawl.atomic import write_whole
from newscrawl.integrity.check_ledger import matches_digest
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
    """The key of a post's article; empty for a file of captures."""
    if not is_post(entry.path) or not entry.url:
        return ""
    return address(entry.url, rebuilder.site(entry.rules, entry.url)).key or Path(entry.path).stem[11:]


def adopt_posts(root: Path, ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Adds unknown posts to the ledger's table `files` again, if an article or a capture says what they should be."""
    with ledger.transaction() as connection:
        names = (articles.c.path, articles.c.key, articles.c.url, articles.c.docid, articles.c.revision)
        rows = connection.execute(select(*names)).all()
        sealed_days = set(connection.execute(select(manifests.c.day)).scalars())
    keys = {entry.key for entry in found.files.values()}
    known = {row.path: ManifestEntry(row.path, row.key, 0, "", row.url, row.docid, row.revision) for row in rows}
    wanted = {path: entry for path, entry in known.items() if path not in found.files and entry.key not in keys}
    lost_days = found.manifests.keys() - sealed_days
    if lost_days or any(is_post(path) and path not in known for path in found.strays):
        for key in sorted(rebuilder.captured.keys() - {row.key for row in rows}):
            site = rebuilder.site("", rebuilder.captured[key][0].url)
            for _, article in rebuilder.readings(key, site):
                record = article.record()
                path = path_for(record)
                wanted[path] = ManifestEntry(path, key, 0, "", record["url"], record["docid"])
    wanted = {path: entry for path, entry in wanted.items() if path not in found.files}
    changed = {path: found.files[path] for path in found.changed if is_post(path)}
    for path, entry in changed.items():  # it may have been written again on a day whose manifest is lost
        later = known.get(path, entry)
        key = later.key or key_of(entry, rebuilder)
        wanted[path] = entry._replace(key=key, revision=later.revision, day="")
    for path in sorted(wanted):
        entry, post = complete_entry(root, ledger, wanted[path], rebuilder)
        if not entry.digest or (path in changed and (post or entry.digest == changed[path].digest)):
            continue
        with ledger.transaction() as connection:
            connection.execute(insert(files).values(entry._asdict()))
        found.files[path] = entry
        for paths in (found.strays, found.changed):
            if path in paths:
                paths.remove(path)
        if post:
            found.missing.append(path)
        yield Repair(f"{LEDGER}, file of {path}", "was restored")


def complete_entry(root: Path, ledger: Ledger, entry: ManifestEntry, rebuilder: Rebuilder) -> tuple[ManifestEntry, str]:
    """Completes the entry of a post of which only the article is known: size, digest, flavour and body.

    Also returns the post to write; empty when the file on disk is the post.
    """
    path = root / entry.path
    on_disk = path.read_bytes() if path.is_file() else b""
    best = ""
    forms = [(entry.flavour, entry.body)] if entry.flavour else product(FLAVOURS, ("clean", "full"))
    for flavour, body in forms:
        for post in candidates(ledger, entry._replace(flavour=flavour, body=body), rebuilder):
            best = best or post
            if post.encode() == on_disk:
                return entry._replace(size=len(on_disk), digest=sha256_of(post), flavour=flavour, body=body), ""
    if on_disk and not best and not entry.digest:
        return entry._replace(size=len(on_disk), digest=hashlib.sha256(on_disk).hexdigest()), ""
    digest = sha256_of(best) if best else ""
    return entry._replace(size=len(best.encode()), digest=digest, flavour="hexo", body="clean"), best


def repair_posts(root: Path, ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Restores posts from the ledger or the captures; if the old bytes cannot be restored, with today's rules."""
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
            yield Repair(path, f"cannot be restored; newscrawl fetch {entry.url} -o …", done=False)
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / path, best.encode(), unfinished(root) / Path(path).name)
        if sha256_of(best) == entry.digest:
            yield Repair(path, "was restored")
            continue
        with ledger.transaction() as connection:
            values = entry._asdict() | {"size": len(best.encode()), "digest": sha256_of(best), "day": ""}
            connection.execute(insert(files).values(values))
        yield Repair(path, "was rewritten and differs: the rules have changed since", done=False)


def candidates(ledger: Ledger, entry: ManifestEntry, rebuilder: Rebuilder) -> Iterator[str]:
    """Yields the posts that may have been at an entry's path, the likeliest first."""
    flavour, body, site = entry.flavour or "hexo", entry.body or "clean", rebuilder.site(entry.rules, entry.url)
    with ledger.transaction() as connection:
        this = articles.c.key == entry.key if entry.key else articles.c.path == entry.path
        row = connection.execute(select(articles).where(this)).first()
    if row and body == "clean" and matches_digest(row.record, row.digest):
        yield post_of_record(json.loads(row.record), flavour)
    if row and row.captures:
        with suppress(*UNREADABLE):
            yield post_of(rebuilder.article([int(number) for number in row.captures.split()], site), flavour, body)
    key = row.key if row else entry.key or key_of(entry, rebuilder)
    for _, article in reversed([*rebuilder.readings(key, site)]):
        yield post_of(article, flavour, body)
