"""A process that answers queries of the search database, within limits that no query can escape.

SQLite's own time limit is looked at between the steps of its machine: not within one long call of a function, a sort or
a search. So each query has a timer of the kernel, too, which ends the process; `queries` starts another one. This file
is run as a script that imports nothing of newscrawl (`python -I -S worker.py DATABASE SEARCH file`): it starts in 40 ms
instead of 300 (2026-11-28). Questions and answers are pickled, on standard input and output.
"""

import pickle
import resource
import runpy
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

GRACE = 0.5  # seconds after the time limit until the process is ended
HEAP = 128 * 2**20  # bytes that SQLite may allocate
MEMORY = 512 * 2**20  # bytes of address space of the process, with Python's own 50 MB and the rows of an answer
TEMPORARY = 512 * 2**20  # bytes of a temporary file, as of a large sort
RESULT = 8_000_000  # characters or bytes of an answer
CELL = 20  # characters that a value counts at least
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 5_000_000,  # bytes of a value or row: hex(zeroblob(4e8)) took 6.7 GB
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 50_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 2_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
# What a query may ask of the schema. `database_list` is missing: it tells where the archive is.
SHAPES = {"table_info", "table_xinfo", "table_list", "foreign_key_list", "index_list", "index_info", "index_xinfo"}
STATES = {"schema_version", "data_version", "function_list"}  # data_version: FTS5 asks for it
DANGEROUS = {"load_extension", "fts3_tokenizer"}


class Question(NamedTuple):
    """A query: `most` rows are wanted (0: all), within `seconds`."""

    sql: str
    parameters: Mapping[str, Any] | Sequence[Any]
    most: int
    seconds: float


class Answer(NamedTuple):
    """Column names and rows, or in one line why there are none; `late` if the time limit was reached."""

    columns: tuple[str, ...] = ()
    rows: Sequence[tuple[Any, ...]] = ()
    error: str = ""
    late: bool = False


def authorized(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """SQLite's authorizer: reading is allowed, and no more of the pragmas and functions than reading needs."""
    if action in READING:
        allowed = True
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in DANGEROUS
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = first in SHAPES or (first in STATES and second is None)
    elif action == sqlite3.SQLITE_UPDATE:
        allowed = first == "sqlite_master"  # SQLite asks so before it declares json_each; the database is read-only
    else:
        allowed = False
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def connect(path: Path, temporary: str = "file") -> sqlite3.Connection:
    """Opens a database for reading only, within the limits. `temporary`: where large sorts are, `file` or `memory`."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = lambda data: str(data, "utf-8", "replace")
    for limit, most in LIMITS.items():
        connection.setlimit(limit, most)
    connection.execute(f"PRAGMA temp_store = {temporary}")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(authorized)
    return connection


def answer(connection: sqlite3.Connection, question: Question) -> Answer:
    """Runs a query. Any fault of it is the answer's `error`."""
    deadline = time.monotonic() + question.seconds
    connection.set_progress_handler(lambda: time.monotonic() >= deadline, 1000)
    try:
        cursor = connection.execute(question.sql, question.parameters)
        try:
            columns = tuple(column[0] for column in cursor.description or ())
            return rows_of(cursor, columns, question.most)
        finally:
            cursor.close()
    except MemoryError:
        return Answer(error=f"it needs more than {HEAP // 2**20} MB of memory")
    except sqlite3.OperationalError as error:
        return Answer(error=str(error), late=str(error) == "interrupted")
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, TypeError) as error:
        return Answer(error=str(error))


def rows_of(cursor: sqlite3.Cursor, columns: tuple[str, ...], most: int) -> Answer:
    """The rows of a query, if they are not too large."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in cursor:
        size += sum(map(weight, row))
        if size > RESULT:
            return Answer(error=f"its rows have more than {RESULT:,} characters; ask for fewer or shorter ones")
        rows.append(row)
        if len(rows) == most:
            break
    return Answer(columns, rows)


def weight(value: Any) -> int:
    """What a value counts towards the size of an answer.

    >>> weight("经济" * 50), weight(b""), weight(None)
    (120, 20, 20)
    """
    return CELL + (len(value) if isinstance(value, str | bytes) else 0)


def bound_process() -> None:
    """Limits the memory of this process and the size of its files, where the system can."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA hard_heap_limit = {HEAP}")  # of all connections, for good
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, TEMPORARY),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS does not know RLIMIT_AS
            continue


def main(path: str, search: str, temporary: str) -> None:
    """Answers questions until standard input ends. `search`: the file whose `match_of` makes queries of FTS5."""
    match_of = runpy.run_path(search)["match_of"]
    bound_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this process
    connection = connect(Path(path), temporary)
    connection.create_function("escape_fts", 1, lambda query: match_of(str(query)), deterministic=True)
    while True:
        try:
            question: Question = Question(*pickle.load(sys.stdin.buffer))  # noqa: S301 (from the server)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, question.seconds + GRACE)
        data = pickle.dumps(tuple(answer(connection, question)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
