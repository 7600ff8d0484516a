"""`newscrawl verify` and `sign`: checks, repairs and signs an archive."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.archive.lock import Lock
from newscrawl.archive.paths import is_archive, was_killed
from newscrawl.cli.app import DataOption, QuietOption, app
from newscrawl.cli.console import Console
from newscrawl.errors import ArchiveError, BadUsage
from newscrawl.exit_codes import DAMAGED, DONE
from newscrawl.integrity.sentences import number_of

ArchiveArgument = Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")]


@app.command()
def verify(
    archive: ArchiveArgument,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired, and report what cannot.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="A public key (PEM): every manifest must be signed by it."),
    ] = None,
    as_json: DataOption = False,
    quiet: QuietOption = False,
) -> int:
    """Check that the files, manifests, ledger and captures of an archive agree.

    Each damage is one line, and the exit code is 6 if there is any. With --repair it is 6 if a damage cannot be
    repaired.
    """
    needs_archive(archive)
    console = Console(quiet=quiet)
    if repair:
        return _repair(archive, console, as_json=as_json)
    from newscrawl.integrity.check import check  # imports SQLAlchemy, 0.2 s
    from newscrawl.integrity.damage import Damage, Unsigned, counted

    with archive_errors(archive):
        lock = Lock(archive)  # an archive that a run is writing to is not complete
        try:
            found = check(archive)
            damages: list[Damage] = [*found.damages]
            if key:
                from newscrawl.archive.signing import unsigned  # imports cryptography, 0.1 s

                damages += [Unsigned(path, why) for path, why in unsigned(archive, key)]
        finally:
            lock.release()
    code = DAMAGED if damages else DONE
    kinds = counted(damages)
    if as_json:
        listed = [{"what": damage.what, "why": damage.why} for damage in damages]
        summary = {"command": "verify", "files": len(found.files), "damages": listed, "kinds": kinds, "exit": code}
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return code
    for damage in damages:
        typer.echo(f"{damage.what}: {damage.why}")
    if was_killed(archive):
        console.say("newscrawl verify: the last run was killed; the next run or --repair recovers its files")
    if damages:
        parts = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        console.say(
            f"newscrawl verify: {number_of(len(damages), 'damage')} ({parts}); newscrawl verify {archive} --repair"
        )
    else:
        console.say(f"newscrawl verify: {number_of(len(found.files), 'file')}, all undamaged")
    return code


def _repair(archive: Path, console: Console, *, as_json: bool) -> int:
    from newscrawl.integrity.repair import repair as repaired

    done = []
    with archive_errors(archive):
        for each in repaired(archive):
            done.append(each)
            if not as_json:
                typer.echo(f"{each.what}: {each.how}")
    lost = sum(not each.done for each in done)
    code = DAMAGED if lost else DONE
    if as_json:
        listed = [each._asdict() for each in done]
        typer.echo(json.dumps({"command": "verify", "repairs": listed, "exit": code}, ensure_ascii=False))
    elif done:
        console.say(f"newscrawl verify: {len(done) - lost} repaired, {lost} could not be")
    else:
        console.say("newscrawl verify: nothing to repair")
    return code


@app.command()
def sign(
    archive: ArchiveArgument,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="A private Ed25519 key (PEM).")],
    quiet: QuietOption = False,
) -> int:
    """Sign the manifests of an archive that are not signed yet; `verify --key` checks the signatures.

    openssl genpkey -algorithm ed25519 -out key.pem creates a key, openssl pkey -in key.pem -pubout its public key.
    """
    from newscrawl.archive.signing import sign as signed
    from newscrawl.ledger.database import refuse_newer  # imports SQLAlchemy, 0.2 s

    needs_archive(archive)
    with archive_errors(archive):
        refuse_newer(archive)
        lock = Lock(archive)
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


@contextmanager
def archive_errors(archive: Path) -> Iterator[None]:
    """Turns errors of reading and writing into ArchiveError: a folder of another user, a full disk."""
    from sqlalchemy.exc import DatabaseError  # takes 0.2 s

    try:
        yield
    except (ArchiveError, BrokenPipeError):
        raise
    except OSError as error:
        raise ArchiveError(f"cannot use {error.filename or archive}: {error.strerror}") from error
    except DatabaseError as error:
        raise ArchiveError(f"the ledger of {archive} cannot be used: {error.orig}") from error
