"""Commands that only read, where nothing can be written: what they print is what they print elsewhere.

A story has a place (`tests/support/confined.py`) and a state of the archive: closed, left by a killed run with its
write-ahead log and without the index of that, or held by a run.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import LEDGER
from tests.support.archives import NOON, keep, page, url
from tests.support.confined import PLACES, NoMounts, full_temporary
from tests.support.inside import Ended, Tell, run_inside

CLOSED, LEFT, HELD = STATES = ("closed", "left by a killed run", "held by a run")
DRAWN = ("report", "browse")  # commands whose pages take long: `quick_pages` stands for them
LATER = ("--now", "2026-04-02T12:00:00+08:00")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "status": ("status", "kept"),
    "status --revisions": ("status", "kept", "--revisions", "--json"),
    "verify": ("verify", "kept"),
    "export": ("export", "kept"),
    "export --format rss": ("export", "kept", "--format", "rss"),
    "verify --moved": ("verify", "kept", "--moved"),
    "replay --diff": ("replay", "kept", "-o", "kept", "--diff", "--workers", "1"),
    "archive-captures --before": (
        "archive-captures",
        "kept",
        "--before",
        "2026-03-04",
        "--to",
        "/elsewhere",
        *LATER,
        "--dry-run",
    ),
    "archive-captures --join": ("archive-captures", "kept", "--join", "2026-03", *LATER, "--dry-run"),
    "extract": ("extract", "kept/page.html", "--url", url(0)),
    "explain": ("explain", "kept/page.html", "--url", url(0), "-o", "kept"),
    "doctor": ("doctor", "-o", "kept"),
    "report": ("report", "kept", "-o", "-", *LATER),
    "browse": ("browse", "kept", "--port", "0"),
}
PAGES = (
    "/browse/articles.json?_shape=array&_search=%E5%87%80", "/browse/runs.json?_shape=array", "/-/capture/1/page",
)  # fmt: skip


class Told(NamedTuple):
    """What a command told in a place, and where it can write."""

    here: Ended
    elsewhere: Ended


def story(tell: Tell, base: Path, folder: Path, place: str, state: str, names: Sequence[str]) -> dict[str, Told] | str:
    """Runs commands on a copy of an archive in a place, and elsewhere. Returns why this machine has no such place."""
    quick_checks()
    if {*DRAWN} & {*names}:
        quick_pages()
    root, twin = folder / "kept", folder / "twin"
    shutil.copytree(base, root)
    if state == LEFT:
        leave(root)
    (root / "page.html").write_bytes(page(0))
    shutil.copytree(root, twin / "kept")
    elsewhere: dict[str, Ended] = {}

    def before() -> None:
        """What comes before nothing can be written any more."""
        if state == HELD:
            stack.enter_context(held(root))
            stack.enter_context(held(twin / "kept"))
        os.chdir(twin)
        for name in names:
            tell(f"{name} elsewhere")
            elsewhere[name] = run_inside(COMMANDS[name])
        os.chdir(folder)

    with ExitStack() as stack:
        try:
            PLACES[place](root, before)
        except NoMounts as error:
            return str(error)
        if place == "a full disk":
            (folder / "temporary").mkdir()
            full_temporary(folder / "temporary")
        found = {}
        for name in names:
            tell(f"{name} in {place}")
            found[name] = Told(run_inside(COMMANDS[name]), elsewhere[name])
        return found


def confined(tell: Tell, root: Path, place: str, calls: Sequence[Sequence[str | Path]]) -> list[Ended] | str:
    """Runs commands with an archive in a place. Returns why this machine has no such place."""
    try:
        PLACES[place](root, str)
    except NoMounts as error:
        return str(error)
    os.chdir(root.parent)
    found = []
    for words in calls:
        tell(" ".join(map(str, words)))
        found.append(run_inside(words))
    return found


def dry_run(tell: Tell, base: Path, folder: Path, place: str, config: Path) -> Ended | str:
    """Plans a crawl on a copy of an archive that a killed run has left, in a place, or where it can be written."""
    root = folder / "kept"
    shutil.copytree(base, root)
    leave(root)
    try:
        if place:
            PLACES[place](root, str)
    except NoMounts as error:
        return str(error)
    os.chdir(folder)
    tell("crawl --dry-run")
    return run_inside(("crawl", "stock", "--dry-run", "--since", "1d", "-o", "kept", "--site", config))


def move_captures(root: Path) -> None:
    """Moves the captures of an archive's first day to a folder beside it."""
    words = ("archive-captures", root, "--before", "2026-03-03", "--to", root.with_name("moved"))
    ended = run_inside((*words, "--now", "2026-03-05T12:00:00+08:00"))
    assert "moved 1 file" in ended.errors, ended


def leave(root: Path) -> None:
    """Makes an archive what a killed run leaves: its log has what the ledger has not, and the index of that is gone."""
    with Archive(root, captures=True) as archive:
        keep(archive, 7)
        shutil.copytree(root, root.with_name("left"))
    shutil.rmtree(root)
    root.with_name("left").rename(root)
    (root / f"{LEDGER}-shm").unlink()
    assert (root / f"{LEDGER}-wal").stat().st_size


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Has a run hold an archive, in a process of its own: it has kept an article and goes on."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        archive = Archive(root, captures=True)
        keep(archive, 7)
        os.write(writing, b"!")
        signal.pause()
    os.close(writing)
    try:
        assert os.read(reading, 1)
        yield
    finally:
        os.close(reading)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def quick_pages() -> None:
    """Has `report` print its facts instead of drawing them, and `browse` answer a few requests and end."""
    server: Any = import_module("newscrawl.browse.server")
    report_page: Any = import_module("newscrawl.report.page")

    def serve(datasette: Any, *_: Any, **__: Any) -> None:
        async def ask() -> None:
            for path in PAGES:
                answer = await datasette.client.get(path)
                print(path, answer.status_code, answer.text)

        asyncio.run(ask())
        server.close(datasette)

    report_page.render_page = lambda facts: repr(replace(facts, now=NOON))  # `--now` goes on from an instant
    server.serve = serve


def quick_checks() -> None:
    """Has `doctor` check nothing but the archive: what is wrong with this machine says nothing of that."""
    installation: Any = import_module("newscrawl.doctor.installation")
    command: Any = import_module("newscrawl.cli.doctor")
    installation.INSTALLATION, command.site_names = (), list


def is_same(told: Told, name: str) -> bool:
    """Whether a command told the same in a place as elsewhere, but for a line of `browse` and what `doctor` is to find."""
    if name == "doctor":
        return checks(told.here) == checks(told.elsewhere)
    if name == "browse":
        return told.here[:2] == told.elsewhere[:2]
    return told.here == told.elsewhere


def checks(ended: Ended) -> list[str]:
    """What `doctor` says of what is in the archive."""
    lines = ended.out.splitlines()
    return [line for line in lines if line.split()[1].rstrip(":") in ("ledger", "site", "run", "clock")]
