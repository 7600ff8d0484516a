"""Processes of the command, forked from one that has imported it: importing Scrapy and SQLAlchemy takes a second.

Each has its own folder, environment, streams, signals and exit code. Faults that only a fresh start shows, such as a
missing import, are found by the tests that start `python -m newscrawl` themselves, or run it `cold`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from newscrawl.extraction.page import extract
from newscrawl.extraction.stages import normalise
from tests.support.server import article

ROOT = Path(__file__).parents[2]
IMPORTED = """
tests.support.processes newscrawl.__main__ newscrawl.crawl.process newscrawl.crawl.spider newscrawl.archive.archive
newscrawl.crawl.middlewares.offsite newscrawl.crawl.feeds newscrawl.integrity.check pipelines.author pipelines.boilerplate pipelines.category
pipelines.complete pipelines.date pipelines.export pipelines.headimg pipelines.title
scrapy.core.downloader.handlers.http11 scrapy.core.engine scrapy.downloadermiddlewares.httpcompression
scrapy.downloadermiddlewares.redirect scrapy.downloadermiddlewares.retry scrapy.extensions.memusage
scrapy.extensions.throttle scrapy.pqueues scrapy.squeues typer._adapters
""".split()
normalise(extract(article(), "https://finance.sina.com.cn/"))  # compiles all patterns once, for all processes
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(IMPORTED)


class Started:
    """A running command, similar to `subprocess.Popen`; its output can be read when it has ended.

    `run`: what the process calls, `newscrawl_command` or `scrapy_command`.
    """

    def __init__(
        self,
        arguments: list[str],
        folder: Path,
        stdin: bytes = b"",
        *,
        run: Callable[[list[str]], None] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.arguments = arguments
        self.folder = TemporaryDirectory(prefix="newscrawl-streams-")
        self.streams = [Path(self.folder.name, name) for name in ("in", "out", "err")]
        self.streams[0].write_bytes(stdin)
        environment = environment or os.environ | {"PYTHONPATH": str(ROOT)}
        words = (run or newscrawl_command, arguments, folder, dict(environment), self.streams)
        self.process = forks.Process(target=started, args=words)
        self.process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind:
            self.kill()
        self.process.join()
        self.folder.cleanup()

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.process.pid and self.poll() is None:
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        self.process.kill()

    def communicate(self, timeout: float = 60) -> tuple[bytes, bytes]:
        """Waits for the end; returns standard output and standard error. Raises subprocess.TimeoutExpired."""
        self.process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.arguments, timeout)
        out, errors = (stream.read_bytes() for stream in self.streams[1:])
        self.folder.cleanup()
        return out, errors


def started(
    run: Callable[[list[str]], None],
    arguments: list[str],
    folder: Path,
    environment: dict[str, str],
    streams: list[Path],
) -> None:
    """Runs a command in the forked process."""
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY), number)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    run(arguments)


def newscrawl_command(arguments: list[str]) -> None:
    """Does what `python -m newscrawl` does."""
    sys.argv = ["newscrawl", *arguments]
    main = sys.modules["__main__"] = import_module("newscrawl.__main__")  # for its own child processes
    main.run()


def scrapy_command(arguments: list[str]) -> None:
    """Does what `python -m scrapy` does."""
    sys.path[:0] = [str(Path.cwd()), *os.environ["PYTHONPATH"].split(os.pathsep)]
    sys.argv = ["scrapy", *arguments]
    import_module("scrapy.cmdline").execute()
