"""Commands on archives whose ledger is damaged: none ends by a fault, a traceback or a hang.

`check_ledger_damage.py` tries about two thousand combinations, `test_ledger_damage.py` some of each kind. The damages are in
`tests/support/ledger_damages.py`.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import LEDGER
from newscrawl.archive.remembered import whole
from newscrawl.archive.terms import Terms
from newscrawl.ledger import about, queue, runs, states, watermarks
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schema import windows
from newscrawl.sites.loader import load_site
from tests.faults.reading import move_captures, quick_checks, quick_pages
from tests.support.archives import NOON, make_archive, page, url
from tests.support.inside import Ended, Tell, run_inside
from tests.support.ledger_damages import Damage, damages

LATER = NOON + timedelta(days=3)

MOVING = ("--before", "2026-03-04", "--to", "moved", "--now", "2026-03-05T12:00:00+08:00")
JOINING = ("--join", "2026-03", "--now", "2026-04-02T12:00:00+08:00")

# What an archive's commands are; KEPT, PAGE, WARC, KEY and OUT are put in. Those that draw take long.
READING: Mapping[str, tuple[str, ...]] = {
    "status": ("status", "KEPT"),
    "status --revisions": ("status", "KEPT", "--revisions", "--json"),
    "verify": ("verify", "KEPT"),
    "export": ("export", "KEPT"),
    "export --since": ("export", "KEPT", "--since", "2026-02-01", "--channel", "stock"),
    "export of CSV": ("export", "KEPT", "-o", "OUT/a.csv"),
    "export of a feed": ("export", "KEPT", "--format", "rss"),
    "export of posts": ("export", "KEPT", "--format", "posts", "-o", "OUT/posts"),
    "explain": ("explain", "PAGE", "--url", url(0), "-o", "KEPT"),
    "doctor": ("doctor", "-o", "KEPT"),
    "verify --moved": ("verify", "KEPT", "--moved"),
    "replay --diff": ("replay", "WARC", "-o", "KEPT", "--diff", "--workers", "1"),
    "replay --diff of all": ("replay", "KEPT", "-o", "KEPT", "--diff", "--workers", "1"),
    "archive-captures --before --dry-run": ("archive-captures", "KEPT", *MOVING, "--dry-run"),
    "archive-captures --join --dry-run": ("archive-captures", "KEPT", *JOINING, "--dry-run"),
}
DRAWING: Mapping[str, tuple[str, ...]] = {
    "report": ("report", "KEPT", "-o", "-"),
    "browse": ("browse", "KEPT", "--port", "0"),
    "export of Parquet": ("export", "KEPT", "-o", "OUT/a.parquet"),
}
WRITING: Mapping[str, tuple[str, ...]] = {
    "retry": ("retry", "KEPT"),
    "forget": ("forget", "KEPT", "stock"),
    "extract -o": ("extract", "PAGE", "--url", url(9), "-o", "KEPT"),
    "replay -o": ("replay", "WARC", "-o", "KEPT", "--workers", "1"),
    "sign": ("sign", "KEPT", "--key", "KEY"),
    "archive-captures --before": ("archive-captures", "KEPT", *MOVING),
    "archive-captures --join": ("archive-captures", "KEPT", *JOINING),
    "verify --repair": ("verify", "KEPT", "--repair"),
}
COMMANDS = {**READING, **DRAWING, **WRITING}
AFTER = ("status", "export", "replay --diff", "retry", "extract -o")  # what works again after a repair
CODES = (0, 2, 3, 4, 5, 6, 7)
FAULTS = ("Traceback", "a bug in newscrawl", ": fault", "(fault", "sqlalche", "(sqlite3.", "Error:")


# An archive with something in each table


def furnish(root: Path) -> Path:
    """Makes an archive with a row in each table, and a state of each kind."""
    make_archive(root, articles=3)
    site, now = load_site("sina_finance"), int(LATER.timestamp())
    archive = Archive(
        root, captures=True, zone=site.zone, terms=whole(Terms("sina_finance", "", "hexo", "clean"), site)
    )
    with archive.ledger.transaction() as connection:
        run = runs.begin(connection, "crawl stock since - until -", now)
        named = [
            ListedItem(key, url(number), "题", ctime=now - 5000) for key, number in (("failed", 21), ("refused", 22))
        ]
        queue.note(connection, run.id, "stock", "2026-03-01", named, now)
        for lease in queue.lease(connection, run.id, queue.waiting("stock", "2026-03-01")):
            if lease.key == "failed":
                queue.settle(connection, lease.key, states.failed(lease, "http_500", now))
            elif lease.key == "refused":
                queue.settle(connection, lease.key, states.refused(lease, "video", now))
        queue.give_back(connection)
        connection.exec_driver_sql(f"UPDATE items SET gone = {now} WHERE rowid = 1")
        connection.exec_driver_sql("UPDATE articles SET flags = 'new_design' WHERE rowid = 1")
        days = {"2026-03-01": "", "2026-02-28": "list_unread"}
        rows = [
            {"channel": "stock", "day": day, "listed": 5, "entries": 5, "missing": 0, "reason": why, "read": now, "run": run.id}
            for day, why in days.items()
        ]  # fmt: skip
        connection.execute(windows.insert(), rows)
        watermarks.set_watermarks(connection, {"stock": now})
        about.note_server_time(connection, now)
        summary = {
            "posts": {"written": 1},
            "failed": {"http_500": 1},
            "requests": 4,
            "stale": {"stock": {"last": "2026-03-01", "hours": 3}},
        }
        runs.end(connection, run, 3, summary, now)
    archive.close(LATER)
    move_captures(root)
    return root


# Trials


def trial(
    tell: Tell, base: Path, folder: Path, kind: str, share: tuple[int, int], names: Sequence[str], each: int
) -> list[str]:
    """Tries the damages of a kind that fall to a share (number, of how many), each with some commands, in turn.

    Returns what is wrong: a line each.
    """
    if {*DRAWING} & {*names}:
        quick_pages()
    os.chdir(folder)
    prepare(base, folder)
    wrong = []
    for number, damage in enumerate(damages(base, kind)):
        if number % share[1] != share[0]:
            continue
        for turn in range(each):
            name = names[(number // share[1] * each + turn) % len(names)]
            tell(f"{name} on: {damage.name}")
            wrong += [f"{damage.name}: {line}" for line in tried(base, folder, damage, name)]
    return wrong


def prepare(base: Path, folder: Path) -> None:
    """Puts what commands are given into a folder."""
    quick_checks()
    (folder / "page.html").write_bytes(page(9))
    shutil.copy(min((base / "warc").rglob("*.warc.gz")), folder / "a.warc.gz")
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(key)


def tried(base: Path, folder: Path, damage: Damage, name: str) -> list[str]:
    """What is wrong with how a command ended on a damaged ledger, and after a repair what others do."""
    make(base, folder, damage)
    ended = run_inside(words_of(COMMANDS[name]))
    wrong = complaints(name, ended)
    if name == "verify --repair" and not wrong:
        again = run_inside(words_of(COMMANDS["verify"]))
        wrong += complaints("verify", again)
        if ended.code == 0 and again.code:
            wrong.append(f"verify ends with {again.code} after a repair that ended with 0: {again.out}")
        for other in AFTER if is_archive(ended) else ():
            after = run_inside(words_of(COMMANDS[other]))
            wrong += complaints(f"{other} after a repair", after)
            if after.code == 6:
                wrong.append(f"{other} ends with 6 after a repair: {after.errors}")
    return wrong


def is_archive(ended: Ended) -> bool:
    """Whether a command took a folder for an archive."""
    return "is no archive" not in ended.errors


def make(base: Path, folder: Path, damage: Damage) -> None:
    """Makes a damaged copy of an archive."""
    for name in ("kept", "out", "moved"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "out").mkdir()
    shutil.copytree(base, folder / "kept")
    damage.do(folder / "kept" / LEDGER)


def words_of(words: Sequence[str]) -> list[str]:
    places = {"KEPT": "kept", "PAGE": "page.html", "WARC": "a.warc.gz", "KEY": "key.pem"}
    return [places.get(word, word.replace("OUT/", "out/")) for word in words]


def complaints(name: str, ended: Ended) -> list[str]:
    """What is wrong with how a command ended: each as a line."""
    lines = ended.errors.splitlines()
    printed = ended.out if name in ("doctor", "verify", "verify --repair") else ""
    wrong = [f"{name} ends with {ended.code}: {lines[-1:]}"] if ended.code not in CODES else []
    wrong += [f"{name} says {word!r}: {ended.errors or printed}" for word in FAULTS if word in ended.errors + printed]
    if (
        ended.code == 6
        and not name.startswith(("verify", "replay"))
        and not (len(lines) == 1 and "--repair" in lines[0])
    ):
        wrong.append(f"{name} is not one line that says what to do: {lines}")
    return wrong
