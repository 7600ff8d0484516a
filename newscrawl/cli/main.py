"""The command line: results go to standard output, everything else to standard error. Each command has a file."""

import gc
import os
import signal
import sys
from contextlib import suppress

import typer

from newscrawl.cli import (  # noqa: F401 (each registers its command)
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
    """Runs a command line and returns its exit code; every error that a user can cause ends in one line."""
    with suppress(ValueError):  # not the main thread: the calling program handles signals
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # in a crawl Scrapy handles both later
    try:
        return int(app(args=arguments, prog_name="newscrawl", standalone_mode=False) or DONE)
    except typer.TyperException as error:
        return _print_error(f"{error.format_message()} (see newscrawl --help)", USAGE)
    except NewscrawlError as error:
        return _print_error(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _print_error("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # the reader of our output is gone, as `| head` is; Typer exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if "-v" in (arguments or sys.argv) or "--verbose" in (arguments or sys.argv):
            raise
        return _print_error(
            f"a bug in newscrawl: {type(error).__name__}: {error}; run again with -v and report the output", FAULT
        )


def _print_error(message: str, code: int) -> int:
    typer.echo(f"newscrawl: {' '.join(message.split())}", err=True)
    return code


def run() -> None:
    """The entry point of the console script."""
    code = main()
    gc.freeze()  # saves the last garbage collection of Python, 0.2 s
    sys.exit(code)
