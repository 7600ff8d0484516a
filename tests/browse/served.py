"""`newscrawl browse` as a process of its own, and requests to it that no browser would send."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.memory import peak_of
from tests.support.processes import ROOT

# The time limit of queries is an argument, for tests that would wait for it.
PROGRAM = "import sys; from newscrawl.browse import server; from newscrawl.cli.main import run\nserver.SETTINGS['sql_time_limit_ms'] = int(sys.argv.pop(1)); run()"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


class Server:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], line: str) -> None:
        self.process = process
        address = re.search(r"http://\S+:(\d+)/", line)
        assert address, line
        self.base = address[0].rstrip("/")
        self.port = int(address[1])

    def ask(
        self, path: str, headers: Sequence[tuple[str, str]] = (), method: str = "GET", timeout: float = 100
    ) -> Answer:
        """Sends a request with these headers alone; Host is that of the server if none is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection._validate_path = lambda _: None  # type: ignore[attr-defined]  # odd paths are sent as they are
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            if not any(name == "Host" for name, _ in headers):
                connection.putheader("Host", f"127.0.0.1:{self.port}")
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def processes(self) -> list[int]:
        """The process and its children."""
        threads = Path(f"/proc/{self.process.pid}/task")
        children = [int(pid) for thread in threads.iterdir() for pid in (thread / "children").read_text().split()]
        return [self.process.pid, *children]

    def memory(self) -> dict[int, int]:
        """The largest memory (bytes) that each living process has held so far."""
        return {pid: peak for pid in self.processes() if (peak := peak_of(pid))}


@contextmanager
def serving(root: Path, *options: str, limit: int = 5000) -> Iterator[Server]:
    """Runs `newscrawl browse` on a free port; `limit`: the time limit of a query in milliseconds."""
    command = [sys.executable, "-c", PROGRAM, str(limit), "browse", str(root), "--port", "0", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            yield Server(process, process.stderr.readline())
        finally:
            process.kill()
