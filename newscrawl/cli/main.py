"""The command line: results go to standard output, everything else to standard error. Each command has a file."""

import errno
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
    forget,
    replay,
    report,
    retry,
    status,
    verify,
)
from newscrawl.cli.app import app
from newscrawl.errors import NewscrawlError
from newscrawl.exit_codes import DONE, FAULT, INTERRUPTED, NOTHING, USAGE

FULL = (errno.ENOSPC, errno.EDQUOT)  # a disk, or a user's share of it


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and returns its exit code; every error that a user can cause ends in one line."""
    with suppress(ValueError):  # not the main thread: the calling program handles signals
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # in a crawl Scrapy handles both later
    try:
        return _call(arguments)
    except typer.TyperException as error:
        return _print_error(f"{error.format_message()} (see newscrawl --help)", USAGE)
    except NewscrawlError as error:
        return _print_error(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _print_error("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # the reader of our output is gone, as `| head` is; Typer exits
        _drop_output()
        return DONE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            _drop_output()
            return _print_error(f"cannot write: {error.strerror}; make room and run it again", NOTHING)
        if "-v" in (arguments or sys.argv) or "--verbose" in (arguments or sys.argv):
            raise
        return _print_error(
            f"a bug in newscrawl: {type(error).__name__}: {error}; run again with -v and report the output", FAULT
        )


def _call(arguments: list[str] | None) -> int:
    code = int(app(args=arguments, prog_name="newscrawl", standalone_mode=False) or DONE)
    sys.stdout.flush()
    return code


def _drop_output() -> None:
    """Sends the rest of standard output nowhere, or Python complains at its end about what it cannot write."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_error(message: str, code: int) -> int:
    typer.echo(f"newscrawl: {' '.join(message.split())}", err=True)
    return code


def run() -> None:
    """The entry point of the console script."""
    code = main()
    gc.freeze()  # saves the last garbage collection of Python, 0.2 s
    sys.exit(code)
