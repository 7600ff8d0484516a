"""The command line: results on standard output, everything else on standard error. One file a command."""

import gc
import os
import signal
import sys
from contextlib import suppress

import typer

from newscrawl.cli import (  # noqa: F401 (each adds its command to the application)
    browse,
    crawl,
    demo,
    doctor,
    explain,
    export,
    extract,
    fetch,
    replay,
    report,
    status,
    verify,
)
from newscrawl.cli.app import app
from newscrawl.errors import NewscrawlError
from newscrawl.exit_codes import DONE, FAULT, INTERRUPTED, USAGE


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and gives its exit code; every error a user can cause ends in one line."""
    with suppress(ValueError):  # not the main thread: a program that calls us handles its own signals
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # until Scrapy, in a crawl, takes both
    try:
        return int(app(args=arguments, prog_name="newscrawl", standalone_mode=False) or DONE)
    except typer.TyperException as error:
        return _complain(f"{error.format_message()} (newscrawl --help shows how)", USAGE)
    except NewscrawlError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # the reader went away, as `| head` does; Typer makes an exit of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if "-v" in (arguments or sys.argv) or "--verbose" in (arguments or sys.argv):
            raise
        return _complain(
            f"a fault: {type(error).__name__}: {error}; run again with -v and report what it prints", FAULT
        )


def _complain(message: str, code: int) -> int:
    typer.echo(f"newscrawl: {' '.join(message.split())}", err=True)
    return code


def run() -> None:
    """The console script."""
    code = main()
    gc.freeze()  # at its end Python looks through all there is for garbage, which takes 0.2 s
    sys.exit(code)
