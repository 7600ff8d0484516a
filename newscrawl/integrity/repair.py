"""The repair of a damaged archive: check, plan, act, and again until there is nothing more to do.

Captures hold the pages, manifests list the files that were written, and the ledger holds both: each can be restored
from the others. Nothing is deleted: files that are of no more use are moved to `damaged/`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newscrawl.archive.archive import Archive
from newscrawl.archive.lock import Lock
from newscrawl.integrity import plan
from newscrawl.integrity.check import check
from newscrawl.integrity.damage import Link
from newscrawl.integrity.model import Check
from newscrawl.integrity.plan import CLOSED, OPEN, Action
from newscrawl.integrity.quarantine import quarantine_link, quarantine_stray
from newscrawl.integrity.rebuild import Rebuilder
from newscrawl.integrity.repair_articles import list_again, restore_article, restore_item
from newscrawl.integrity.repair_captures import adopt_warc, index_records, link_captures, mark_lost, salvage_warc
from newscrawl.integrity.repair_files import restore_name
from newscrawl.integrity.repair_ledger import renew_ledger
from newscrawl.integrity.repair_manifests import restore_days, restore_rules, rewrite_manifests
from newscrawl.integrity.repair_posts import adopt_posts, restore_post
from newscrawl.integrity.work import Repair, Work

ROUNDS = 3  # how often an archive is closed, checked and opened again for what its check still finds


def tell(_: Any, action: plan.Tell) -> Iterator[Repair]:
    """Tells of a loss."""
    yield Repair(action.what, action.how, done=False)


ON_CLOSED: Mapping[type[Action], Callable[[Path, Any], Iterator[Repair]]] = {
    plan.QuarantineLink: quarantine_link,
    plan.RestoreName: restore_name,
    plan.RenewLedger: renew_ledger,
    plan.Tell: tell,
}
ON_OPEN: Mapping[type[Action], Callable[[Work, Any], Iterator[Repair]]] = {
    plan.AdoptWarc: adopt_warc,
    plan.MarkLost: mark_lost,
    plan.IndexRecords: index_records,
    plan.SalvageWarc: salvage_warc,
    plan.LinkCaptures: link_captures,
    plan.RestoreRules: restore_rules,
    plan.RestoreDays: restore_days,
    plan.AdoptPosts: adopt_posts,
    plan.RestoreArticle: restore_article,
    plan.RestorePost: restore_post,
    plan.RestoreItem: restore_item,
    plan.ListAgain: list_again,
    plan.RewriteManifests: rewrite_manifests,
    plan.Quarantine: quarantine_stray,
    plan.Tell: tell,
}


def repair(root: Path, now: datetime | None = None) -> Iterator[Repair]:
    """Repairs an archive, and yields what was repaired and what could not be. Raises ArchiveError, ArchiveHeld.

    `now`: the time at which restored articles are scheduled for their next recrawl; the current time if None.
    The last check is the one of `verify`. Each damage that it finds is yielded as not repaired, so an archive of which
    all repairs are done is whole.
    """
    now = now or datetime.now(UTC)
    tried: set[Action] = set()
    lost: set[str] = set()  # what was told as not repaired
    for _ in range(ROUNDS):
        for each in repair_once(root, tried, now):
            if not each.done:
                lost.add(each.what)
            yield each
        found = locked_check(root)
        if not (found.killed or plan.plan(found, (*CLOSED, *OPEN), tried)):
            break
    for damage in found.damages:
        if damage.what not in lost:
            yield Repair(damage.what, f"could not be repaired ({damage.why})", done=False)


def repair_once(root: Path, tried: set[Action], now: datetime) -> Iterator[Repair]:
    """Does what can be done before the archive is opened, and then with the open archive, stage after stage."""
    lock = Lock(root)
    try:
        found = check(root)
        while actions := plan.plan(found, CLOSED, tried):
            for action in actions:
                tried.add(action)
                yield from ON_CLOSED[type(action)](root, action)
            found = check(root)
    finally:
        lock.release()
    if found.of(Link) or not (found.damages or found.killed):
        return
    with Archive(root) as archive:  # which completes what a killed run left
        found = check(root, open_=True)
        while actions := plan.plan(found, OPEN, tried):
            work = Work(root, archive.ledger, found, Rebuilder(root, archive.ledger), now)
            for action in actions:
                tried.add(action)
                yield from ON_OPEN[type(action)](work, action)
            found = check(root, open_=True)


def locked_check(root: Path) -> Check:
    """The check of `verify`."""
    lock = Lock(root)
    try:
        return check(root)
    finally:
        lock.release()
