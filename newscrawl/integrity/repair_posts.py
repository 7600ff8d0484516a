"""The repair of posts."""

import hashlib
import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from itertools import product
from pathlib import Path

from sqlalchemy import insert, select

from newscrawl.archive.paths import LEDGER, is_post, path_for, unfinished
from newscrawl.archive.terms import BODIES
from newscrawl.atomic import make_folder, write_whole
from newscrawl.integrity.model import ManifestEntry
from newscrawl.integrity.plan import AdoptPosts, RestorePost
from newscrawl.integrity.quarantine import quarantine
from newscrawl.integrity.rebuild import UNREADABLE, Rebuilder
from newscrawl.integrity.work import Repair, Work
from newscrawl.ledger.examine import matches_digest
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import (
    articles,
    files,
)
from newscrawl.posts.frontmatter import FLAVOURS
from newscrawl.posts.render import post_of, post_of_record
from newscrawl.sites.urls import address


def key_of(entry: ManifestEntry, rebuilder: Rebuilder) -> str:
    """The key of a post's article; empty for a file of captures."""
    if not is_post(entry.path) or not entry.url:
        return ""
    return address(entry.url, rebuilder.site(entry.rules, entry.url)).key or Path(entry.path).stem[11:]


def adopt_posts(work: Work, action: AdoptPosts) -> Iterator[Repair]:
    """Adds unknown posts to the ledger's table `files` again, if an article or a capture says what they should be."""
    found = work.found
    with work.ledger.reading() as connection:
        names = (articles.c.path, articles.c.key, articles.c.url, articles.c.docid, articles.c.revision)
        held = {row.path: row for row in connection.execute(select(*names))}
    keys = {entry.key for entry in found.files.values()}
    wanted = {
        path: ManifestEntry(path, held[path].key, 0, "", held[path].url, held[path].docid, held[path].revision)
        for path in action.paths
        if path in held and held[path].key not in keys  # else its post is known, and the article's path is damaged
    }
    if action.captured:
        wanted = captured_posts(work, {row.key for row in held.values()}) | wanted
    for path in action.changed:  # it may have been written again on a day whose manifest is lost
        entry, row = found.files[path], held.get(path)
        key = row.key if row else entry.key or key_of(entry, work.rebuilder)
        wanted[path] = entry._replace(key=key, revision=row.revision if row else entry.revision, day="")
    for path in sorted(wanted):
        entry, post = complete_entry(work.root, work.ledger, wanted[path], work.rebuilder)
        changed = path in action.changed
        if not entry.digest or (changed and (post or entry.digest == found.files[path].digest)):
            continue
        with work.ledger.transaction() as connection:
            connection.execute(insert(files).values(entry._asdict()))
        yield Repair(f"{LEDGER}, file of {path}", "was restored")


def captured_posts(work: Work, held: AbstractSet[str]) -> dict[str, ManifestEntry]:
    """The posts of articles that captures hold, and neither the ledger nor a manifest; by path."""
    known = held | {entry.key for entry in work.found.files.values()}
    wanted = {}
    for key in sorted(work.rebuilder.captured.keys() - known):
        for _, article in work.rebuilder.readings(key, work.rebuilder.site("", work.rebuilder.captured[key][0].url)):
            record = article.record()
            path = path_for(record)
            if path not in work.found.files:
                wanted[path] = ManifestEntry(path, key, 0, "", record["url"], record["docid"])
    return wanted


def complete_entry(root: Path, ledger: Ledger, entry: ManifestEntry, rebuilder: Rebuilder) -> tuple[ManifestEntry, str]:
    """Completes the entry of a post of which only the article is known: size, digest, flavour and body.

    Also returns the post to write; empty when the file on disk is the post.
    """
    path = root / entry.path
    on_disk = path.read_bytes() if path.is_file() else b""
    best = ""
    forms = [form_of(entry)] if entry.flavour else product(FLAVOURS, BODIES)
    for flavour, body in forms:
        for post in candidates(ledger, entry._replace(flavour=flavour, body=body), rebuilder):
            best = best or post
            if post.encode() == on_disk:
                return entry._replace(size=len(on_disk), digest=sha256_of(post), flavour=flavour, body=body), ""
    if on_disk and not best and not entry.digest:
        return entry._replace(size=len(on_disk), digest=hashlib.sha256(on_disk).hexdigest()), ""
    digest = sha256_of(best) if best else ""
    return entry._replace(size=len(best.encode()), digest=digest, flavour="hexo", body="clean"), best


def restore_post(work: Work, action: RestorePost) -> Iterator[Repair]:
    """Restores a post from the ledger or the captures; if the old bytes cannot be restored, with today's rules."""
    root, path = work.root, action.path
    entry = work.found.files[path]
    best = ""
    for post in candidates(work.ledger, entry, work.rebuilder):
        best = best or post
        if sha256_of(post) == entry.digest:
            best = post
            break
    if not best:
        yield Repair(path, f"cannot be restored; newscrawl fetch {entry.url} -o …", done=False)
        return
    if (root / path).is_dir() or (action.doubtful and (root / path).is_file()):
        quarantine(root, path)
    make_folder((root / path).parent)
    write_whole(root / path, best.encode(), unfinished(root) / Path(path).name)
    if sha256_of(best) == entry.digest and action.doubtful:
        yield Repair(path, f"was restored as of {entry.day}; a later version may be lost with a manifest", done=False)
        return
    if sha256_of(best) == entry.digest:
        yield Repair(path, "was restored")
        return
    with work.ledger.transaction() as connection:
        values = entry._asdict() | {"size": len(best.encode()), "digest": sha256_of(best), "day": ""}
        connection.execute(insert(files).values(values))
    yield Repair(path, "was rewritten and differs: the rules have changed since", done=False)


def form_of(entry: ManifestEntry) -> tuple[str, str]:
    """The flavour and body of a post; the default where its entry has none, or a damaged one.

    >>> form_of(ManifestEntry("posts/a.md", "", 0, "", flavour="jekyll", body="full"))
    ('jekyll', 'full')
    >>> form_of(ManifestEntry("posts/a.md", "", 0, "", flavour="`ekyll"))
    ('hexo', 'clean')
    """
    return entry.flavour if entry.flavour in FLAVOURS else "hexo", entry.body if entry.body in BODIES else "clean"


def candidates(ledger: Ledger, entry: ManifestEntry, rebuilder: Rebuilder) -> Iterator[str]:
    """Yields the posts that may have been at an entry's path, the likeliest first."""
    (flavour, body), site = form_of(entry), rebuilder.site(entry.rules, entry.url)
    with ledger.reading() as connection:
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


def sha256_of(post: str) -> str:
    """The SHA-256 of a post, in hexadecimal."""
    return hashlib.sha256(post.encode()).hexdigest()
