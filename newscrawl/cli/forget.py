"""`newscrawl forget`: takes a list out of an archive's ledger."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import DataOption, QuietOption, app, needs_ledger, on_archive
from newscrawl.cli.console import Console, print_json
from newscrawl.cli.crawl import clock_at
from newscrawl.cli.verify import archive_errors
from newscrawl.errors import BadUsage
from newscrawl.exit_codes import DONE
from newscrawl.integrity.sentences import number_of


@app.command()
@on_archive
def forget(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    name: Annotated[str, typer.Argument(metavar="LIST", help="A channel or list, as `newscrawl status` names it.")],
    as_json: DataOption = False,
    quiet: QuietOption = False,
    now: Annotated[
        str, typer.Option("--now", hidden=True, help="Take this instant (ISO 8601) for now, in tests.")
    ] = "",
) -> int:
    """Forget a list that you no longer want: its days are no longer reported, and what only it named is not fetched.

    Articles stay, with their posts and captures; those that no other list names are no longer looked at for edits. A
    crawl that names the list again begins anew.
    """
    from newscrawl.archive.archive import Archive  # imports SQLAlchemy, 0.2 s
    from newscrawl.archive.clock import check_clock
    from newscrawl.archive.manifests import unseal_ledger
    from newscrawl.ledger import runs
    from newscrawl.ledger.forget import forget_list, lists_of

    needs_ledger(archive)
    instant = int(clock_at(now)().timestamp())
    if not now:
        check_clock(archive, datetime.fromtimestamp(instant, UTC))
    with archive_errors(archive), Archive(archive) as opened:
        with opened.ledger.reading() as connection:
            known = lists_of(connection)
        if name not in known:
            there = f"it knows {', '.join(known)}" if known else "it knows none"
            raise BadUsage(f"the archive {archive} knows no list {name}; {there}")
        unseal_ledger(archive)
        with opened.ledger.transaction() as connection:
            counts = forget_list(connection, name)
            data = {"days": counts.days, "entries": counts.entries, "items": counts.items, "kept": counts.kept}
            stale = {
                other: told for other, told in runs.last_summary(connection).get("stale", {}).items() if other != name
            }
            run = runs.begin(connection, f"forget {name}", instant)
            runs.end(connection, run, DONE, {"command": "forget", "list": name, **data, "stale": stale}, instant)
    if as_json:
        print_json({"command": "forget", "list": name, **data, "exit": DONE})
    else:
        parts = [f"{number_of(counts.days, 'day')} forgotten"]
        parts += [f"{number_of(counts.kept, 'article')} of it stay"] if counts.kept else []
        parts += [f"{number_of(counts.items, 'article')} not fetched dropped"] if counts.items else []
        Console(quiet=quiet).say(f"newscrawl forget: {name}: {'; '.join(parts)}")
    return DONE
