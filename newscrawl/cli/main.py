"""The command line: results go to standard output, everything else to standard error. Each command has a file."""

import gc
import signal
import sys
import traceback
from contextlib import suppress

import typer

from newscrawl.cli import (  # noqa: F401 (each registers its command)
    archive_captures,
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
from newscrawl.cli.console import print_error
from newscrawl.cli.streams import OutputError, drop_output, prepare_streams
from newscrawl.errors import NewscrawlError
from newscrawl.exit_codes import DONE, FAULT, INTERRUPTED, NOTHING, USAGE


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
        drop_output()
        return DONE
    except Exception as error:
        from newscrawl import disk  # imports sqlite3

        if disk.is_plain(error):
            drop_output()
            what = "cannot write standard output" if isinstance(error, OutputError) else "cannot go on"
            return _print_error(disk.sentence_of(error, what), NOTHING)
        if "-v" in (arguments or sys.argv) or "--verbose" in (arguments or sys.argv):
            typer.echo(traceback.format_exc(), err=True, nl=False)  # Python's own is in colours, which are controls
            return FAULT
        return _print_error(
            f"a bug in newscrawl: {type(error).__name__}: {error}; run again with -v and report the output", FAULT
        )


def _call(arguments: list[str] | None) -> int:
    code = int(app(args=arguments, prog_name="newscrawl", standalone_mode=False) or DONE)
    sys.stdout.flush()
    return code


def _print_error(message: str, code: int) -> int:
    print_error(message)
    return code


def run() -> None:
    """The entry point of the console script."""
    prepare_streams()
    code = main()
    try:
        sys.stdout.flush()
    except OSError:  # what a command had printed before its error
        drop_output()
    gc.freeze()  # saves the last garbage collection of Python, 0.2 s
    sys.exit(code)
