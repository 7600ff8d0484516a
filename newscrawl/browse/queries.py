"""The search database as Datasette sees it: its queries are run by processes that are ended when they take too long."""

import asyncio
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from datasette.database import Database, QueryInterrupted, Results

from newscrawl import disk
from newscrawl.browse.worker import Answer, Question

HERE = Path(__file__).parent
COMMAND = (sys.executable, "-I", "-S", str(HERE / "worker.py"))


class Worker:
    """A process that answers queries, one after the other."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603 (this Python)
            [*COMMAND, str(path), str(HERE / "search.py"), "memory" if disk.needs_memory() else "file"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def ask(self, question: Question) -> Answer:
        """Runs a query. A process that was ended meanwhile is the answer's `error`; it cannot be asked again."""
        try:
            pickle.dump(tuple(question), self.process.stdin)  # type: ignore[arg-type]  # a pipe
            self.process.stdin.flush()  # type: ignore[union-attr]
            return Answer(*pickle.load(self.process.stdout))  # type: ignore[arg-type]  # noqa: S301 (our process)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self.stop()
            late = self.process.returncode == -signal.SIGALRM
            return Answer(error="interrupted" if late else "it needs too much memory, or was stopped", late=late)

    def stop(self) -> None:
        """Ends the process."""
        with suppress(OSError):
            self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Ends the process and closes its pipes."""
        self.stop()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


class BoundedDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """A database whose queries run in processes with limits, one for each of Datasette's threads.

    What Datasette itself asks about the schema runs here, over connections that can all be closed.
    """

    def __init__(self, datasette: Any, path: Path) -> None:
        super().__init__(datasette, str(path))
        self.file = path.resolve()
        self.own = threading.local()
        self.workers: list[Worker] = []
        self.opened: list[sqlite3.Connection] = []
        self.stopped = False

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Opens a connection for a thread of Datasette, to read the schema. Raises OperationalError for writing."""
        if write:
            raise sqlite3.OperationalError("the search database is only read")
        connection = sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        self.opened.append(connection)
        return connection

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,
    ) -> Results:
        """Runs a query. Raises QueryInterrupted after its time limit, OperationalError for any other fault."""
        del log_sql_errors
        limit = min(custom_time_limit or self.ds.sql_time_limit_ms, self.ds.sql_time_limit_ms)
        most = self.ds.max_returned_rows
        most += most == (page_size or self.ds.page_size)
        question = Question(sql, params or {}, most + 1 if truncate else 0, max(limit, 0) / 1000)
        found = await asyncio.get_running_loop().run_in_executor(self.ds.executor, self.ask, question)
        if found.late:
            raise QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, params)
        if found.error:
            raise sqlite3.OperationalError(found.error)
        truncated = truncate and len(found.rows) > most
        rows = named(found.columns, found.rows[:most] if truncate else found.rows)
        return Results(rows, truncated, tuple((column, *[None] * 6) for column in found.columns))

    def ask(self, question: Question) -> Answer:
        """Runs a query by the process of this thread; starts one if there is none."""
        worker: Worker | None = getattr(self.own, "worker", None)
        if worker is None or not worker.alive:
            if self.stopped:
                return Answer(error="interrupted", late=True)
            if worker is not None:
                self.workers.remove(worker)
                worker.close()
            worker = self.own.worker = Worker(self.file)
            self.workers.append(worker)
        return worker.ask(question)

    async def attached_databases(self) -> list[Any]:
        """No other database is attached; Datasette's own query would tell where the file is."""
        return []

    def stop(self) -> None:
        """Ends the running queries; there will be no others."""
        self.stopped = True
        for worker in [*self.workers]:
            worker.stop()

    def close(self) -> None:
        """Ends all processes and closes all connections."""
        self.stop()
        for worker in self.workers:
            worker.close()
        for connection in self.opened:
            connection.close()


def named(columns: tuple[str, ...], rows: Any) -> list[sqlite3.Row]:
    """Rows that can be asked for their columns by name, as those of SQLite.

    >>> named(("a", 'b"'), [(1, 2)])[0]['b"']
    2
    """
    if not columns:
        return []
    names = ", ".join(f'NULL AS "{column.replace(chr(34), chr(34) * 2)}"' for column in columns)
    with closing(sqlite3.connect(":memory:")) as shape:
        cursor = shape.execute(f"SELECT {names}")
        return [sqlite3.Row(cursor, row) for row in rows]
