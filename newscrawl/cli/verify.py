"""`newscrawl verify` and `sign`: checks, repairs and signs an archive."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from newscrawl import disk
from newscrawl.archive.lock import Lock
from newscrawl.archive.paths import is_archive, was_killed
from newscrawl.cli.app import DataOption, QuietOption, app, on_archive, refuse_unmade
from newscrawl.cli.console import Console, print_json, print_lines
from newscrawl.errors import ArchiveDamaged, ArchiveError, BadUsage
from newscrawl.exit_codes import DAMAGED, DONE
from newscrawl.integrity.sentences import number_of

SHOWN = 20  # repairs that are told one by one
Told = tuple[str, str, bool]  # a `Repair`: what, how, whether it is done
ArchiveArgument = Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")]


@app.command()
@on_archive
def verify(
    archive: ArchiveArgument,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired, and report what cannot.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="A public key (PEM): every manifest must be signed by it."),
    ] = None,
    moved: Annotated[
        bool, typer.Option("--moved", help="Read captures that were moved out of the archive, too, where they are now.")
    ] = False,
    as_json: DataOption = False,
    quiet: QuietOption = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Print every repair in a line of its own.")] = False,
) -> int:
    """Check that the files, manifests, ledger and captures of an archive agree.

    Each damage is one line, and the exit code is 6 if there is any. With --repair it is 6 if a damage cannot be
    repaired.
    """
    from newscrawl.archive.upgrade import bring_up_alone  # imports SQLAlchemy, 0.2 s

    needs_archive(archive)
    console = Console(quiet=quiet)
    if repair and moved:
        raise BadUsage("--moved is for a check: give it without --repair")
    with archive_errors(archive), suppress(ArchiveDamaged):  # which the check finds, too
        bring_up_alone(archive)
    if repair:
        return _repair(archive, console, as_json=as_json, verbose=verbose)
    from newscrawl.integrity.check import check
    from newscrawl.integrity.damage import Damage, Unsigned, counted

    with archive_errors(archive):
        lock = Lock(archive)  # an archive that a run is writing to is not complete
        try:
            found = check(archive)
            damages: list[Damage] = [*found.damages]
            if key:
                from newscrawl.archive.signing import unsigned  # imports cryptography, 0.1 s

                damages += [Unsigned(path, why) for path, why in unsigned(archive, key)]
            advice = f"; newscrawl verify {archive} --repair" if damages else ""  # which does nothing about moved files
            if moved:
                from newscrawl.integrity.check_moved import check_moved

                damages += check_moved(found)
        finally:
            lock.release()
    code = DAMAGED if damages else DONE
    kinds = counted(damages)
    if as_json:
        listed = [{"what": damage.what, "why": damage.why} for damage in damages]
        places = {place: {"files": files, "captures": captures} for place, (files, captures) in found.moved.items()}
        about = {"command": "verify", "files": len(found.files), "moved": places}
        print_json({**about, "damages": listed, "kinds": kinds, "exit": code})
        return code
    for damage in damages:
        print_lines(f"{damage.what}: {damage.why}")
    if was_killed(archive):
        console.say("newscrawl verify: the last run was killed, or could not end; the next or --repair completes it")
    if found.moved:
        console.say(f"newscrawl verify: {moved_line(found.moved, read=moved)}")
    if damages:
        parts = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        console.say(f"newscrawl verify: {number_of(len(damages), 'damage')} ({parts}){advice}")
    else:
        console.say(f"newscrawl verify: {number_of(len(found.files), 'file')}, all undamaged")
    return code


def moved_line(moved: Mapping[str, tuple[int, int]], *, read: bool) -> str:
    """What is told of captures that were moved; `moved`: (files, captures) by the place that they were moved to.

    >>> moved_line({"/b": (2, 30), "s3://c": (1, 1)}, read=False)
    'moved and not read (--moved): 30 captures (2 files) to /b, 1 capture (1 file) to s3://c'
    """
    places = ", ".join(
        f"{number_of(captures, 'capture')} ({number_of(files, 'file')}) to {place}"
        for place, (files, captures) in moved.items()
    )
    return f"moved{'' if read else ' and not read (--moved)'}: {places}"


def _repair(archive: Path, console: Console, *, as_json: bool, verbose: bool) -> int:
    from newscrawl.integrity.repair import repair as repaired

    done = []
    try:
        with archive_errors(archive):
            for each in repaired(archive):
                done.append(each)
                if verbose and not as_json:
                    print_lines(line_of(each))
    finally:  # also what was done before an error
        if done and not (verbose or as_json):
            print_lines(*repair_lines(done))
    lost = sum(not each.done for each in done)
    code = DAMAGED if lost else DONE
    if as_json:
        listed = [each._asdict() for each in done]
        print_json({"command": "verify", "repairs": listed, "exit": code})
    elif done:
        console.say(f"newscrawl verify: {len(done) - lost} repaired, {lost} could not be")
    else:
        console.say("newscrawl verify: nothing to repair")
    return code


def repair_lines(repairs: Sequence[Told]) -> list[str]:
    """What a person reads of repairs: each in a line; of many a sum for each kind, and what could not be repaired."""
    if len(repairs) <= SHOWN:
        return [line_of(each) for each in repairs]
    kinds: dict[str, list[Told]] = {}
    for each in repairs:
        what, _, done = each
        if done:
            kinds.setdefault(kind_of(what), []).append(each)
    lines = [line_of(each[0]) if len(each) == 1 else f"{kind}: {len(each)} repaired" for kind, each in kinds.items()]
    lost = [line_of(each) for each in repairs if not each[2]]
    more = [f"{len(lost) - SHOWN} more could not be repaired; --json shows all"] if len(lost) > SHOWN else []
    return lines + lost[:SHOWN] + more


def line_of(repair: Told) -> str:
    """A repair in one line."""
    return f"{repair[0]}: {repair[1]}"


def kind_of(what: str) -> str:
    """The kind of thing that was repaired: a part of the ledger, or a folder of the archive.

    >>> kind_of("ledger.sqlite3, capture of https://a.example/1"), kind_of("posts/2026/03/01/a.md")
    ('ledger.sqlite3, capture', 'posts')
    """
    where, _, part = what.partition(", ")
    return f"{where}, {part.split()[0]}" if part else where.partition("/")[0]


@app.command()
@on_archive
def sign(
    archive: ArchiveArgument,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="A private Ed25519 key (PEM).")],
    quiet: QuietOption = False,
) -> int:
    """Sign the manifests of an archive that are not signed yet; `verify --key` checks the signatures.

    openssl genpkey -algorithm ed25519 -out key.pem creates a key, openssl pkey -in key.pem -pubout its public key.
    """
    from newscrawl.archive.links import lock_to_write
    from newscrawl.archive.signing import sign as signed
    from newscrawl.ledger.database import refuse_newer  # imports SQLAlchemy, 0.2 s

    needs_archive(archive)
    with archive_errors(archive):
        refuse_newer(archive)
        lock = lock_to_write(archive)
        try:
            count = signed(archive, key)
        finally:
            lock.release()
    Console(quiet=quiet).say(f"newscrawl sign: {number_of(count, 'manifest')} signed")
    return DONE


def needs_archive(archive: Path) -> None:
    """Raises BadUsage if a folder is no archive."""
    if not is_archive(archive):
        raise BadUsage(f"{archive} is no archive; newscrawl crawl -o {archive} makes one")
    with suppress(ArchiveError):  # of a ledger that cannot be read; it tells itself
        refuse_unmade(archive)


@contextmanager
def archive_errors(archive: Path) -> Iterator[None]:
    """Turns errors of reading and writing into ArchiveError: somebody else's folder, a full disk, a damaged ledger."""
    from newscrawl.ledger.database import errors_of  # imports SQLAlchemy, 0.2 s

    try:
        with errors_of(archive):
            yield
    except (ArchiveError, BrokenPipeError):
        raise
    except OSError as error:
        raise disk.archive_error(error, f"cannot use {archive}") from error
