"""`newscrawl browse`: an archive as a web page."""

import socket
import webbrowser
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import ProgressOption, VerboseOption, app, needs_ledger, on_archive
from newscrawl.cli.console import Console
from newscrawl.errors import BadUsage
from newscrawl.exit_codes import DONE


@app.command()
@on_archive
def browse(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on; 0.0.0.0 admits every machine.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="A further name of this server in addresses, as behind a proxy; repeatable.",
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 for any free port.")] = 8001,
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Show an archive in a browser: search in Chinese, filter by channel, day, source and stock, read.

    Ctrl-C ends it with exit code 0. A crawl may run meanwhile; start browse again to see what it has added.
    """
    needs_ledger(archive)
    try:
        from newscrawl.browse.guard import Hosts
        from newscrawl.browse.server import application, serve  # an extra; its import takes 0.5 s
    except ImportError as error:
        raise BadUsage("datasette is not installed; pip install 'newscrawl[browse]'") from error
    from newscrawl.browse.place import search_database

    console = Console(verbose=verbose, bars=not no_progress)
    with listening(host, port) as listener, ExitStack() as stack:
        with console.progress("indexing", None) as progress:
            path = stack.enter_context(search_database(archive, progress, console.say))
        address = address_of(listener)

        def ready() -> None:
            console.say(f"newscrawl browse: {archive} is at {address} (Ctrl-C ends it)", "ready", address=address)
            if open_it:
                webbrowser.open(address)

        listening_on, own_port = listener.getsockname()[:2]
        hosts = Hosts(listening_on, own_port, names_of(host, allow_host or ()))
        serve(application(archive, path, hosts), listener, ready, verbose=verbose)
    return DONE


def names_of(host: str, further: Iterable[str]) -> frozenset[str]:
    """The names by which the server may be asked, besides its address. Raises BadUsage for one that is no name."""
    from newscrawl.browse.guard import HOST, address_of

    for name in further:
        if not HOST.fullmatch(name):
            raise BadUsage(f"--allow-host {name!r} is no name of a host; give NAME or NAME:PORT, without http://")
    own = () if address_of(host) else (host,)
    return frozenset(name.lower() for name in (*own, *further))


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yields a socket that listens on an address. Raises BadUsage if it cannot."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        advice = "give another --port (0 for any free port) or --host"
        raise BadUsage(f"cannot listen on {host} port {port}: {error.strerror or error}; {advice}") from error
    with listener:
        yield listener


def address_of(listener: socket.socket) -> str:
    """The URL of a listening socket for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
