"""The calls with which a command changes files: recorded one by one, made to fail, or answered by SIGKILL.

`calls.c` sees them below Python and SQLite. A `Server` is a process that has imported the command with that library
loaded, and forks a process for each run of it: a start of Python for each would take most of the time.
"""

import ctypes
import gc
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import IntEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Self

from newscrawl.archive.captures import Captures
from tests.support.processes import IMPORTED, newscrawl_command, started

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
COMMON = """
newscrawl.__main__ newscrawl.archive.archive newscrawl.archive.clock newscrawl.archive.remembered newscrawl.ledger.forget
typer._adapters
""".split()
HEAD = struct.Struct("=5Q")
PATIENCE = 60  # seconds of a run
HUNG = -999  # the exit code of a run that had to be killed


class Kind(IntEnum):
    """The kinds of calls, as `calls.c` numbers them."""

    CREATE = 0
    WRITE = 1
    TRUNCATE = 2
    SYNC = 3
    RENAME = 4
    LINK = 5
    UNLINK = 6
    MKDIR = 7
    RMDIR = 8
    NOTE = 9


@dataclass(frozen=True, slots=True)
class Call:
    """A call that has changed something. `path` and `to` are from the recorded folder."""

    kind: Kind
    inode: int
    path: str = ""
    to: str = ""
    offset: int = 0  # of a write; the length, of a truncation
    data: bytes = b""
    folder: bool = False  # whether a folder was synced
    place: str = ""  # in newscrawl's code, of an fsync; empty: SQLite's own


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of the command. `root`: the folder whose calls count.

    `log`: a file to record them in. `at`: the number of the call that fails with `error`, or at which the process is
    killed without one. `lasting`: calls that take room fail from then on. `rolled`: the size in bytes at which a WARC
    file is closed, if it is another one than usual.
    """

    arguments: tuple[str, ...]
    folder: str  # that it runs in
    root: str
    log: str = ""
    at: int = -1
    error: int = 0
    lasting: bool = False
    rolled: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `calls`: the number of calls that it made; -1 if it was killed."""

    code: int
    calls: int
    out: str
    errors: str


@cache
def library() -> Path:
    """Compiles `calls.c`. Raises CalledProcessError."""
    folder = TemporaryDirectory(prefix="newscrawl-calls-")
    path = Path(folder.name, "calls.so")
    _kept.append(folder)
    subprocess.run([str(COMPILER), "-O2", "-shared", "-fPIC", "-o", path, HERE / "calls.c", "-ldl"], check=True)
    return path


_kept: list[TemporaryDirectory[str]] = []  # as long as this process


class Server:
    """A process that runs the command as often as asked. Use as a context manager."""

    def __init__(self, modules: Sequence[str] = IMPORTED) -> None:
        """`modules`: what it imports first, beside what all commands need."""
        environment = os.environ | {"LD_PRELOAD": str(library()), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.disk.calls", *modules], cwd=ROOT, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.process:
            if self.process.stdin:
                self.process.stdin.close()

    def run(self, trial: Trial) -> Ended:
        """Runs the command, and waits for its end."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asdict(trial)).encode() + b"\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))


def calls_in(log: Path, root: Path) -> Iterator[Call]:
    """Yields the recorded calls."""
    data = log.read_bytes()
    at, place = 0, ""
    while at < len(data):
        number, inode, a, _, length = HEAD.unpack_from(data, at)
        body = data[at + HEAD.size : at + HEAD.size + length]
        at += HEAD.size + length
        kind = Kind(number)
        if kind in (Kind.WRITE, Kind.TRUNCATE):
            yield Call(kind, inode, offset=a, data=body)
            continue
        first, _, second = os.fsdecode(body).partition("\n")
        if kind is Kind.NOTE:
            place = first
            continue
        path, to = (os.path.relpath(name, root) if name else "" for name in (first, second))
        yield Call(kind, inode, path, to, folder=kind is Kind.SYNC and bool(a), place=place)
        place = ""


def serve() -> None:
    """Runs a command for each line of standard input, in a process of its own."""
    for name in (*COMMON, *sys.argv[1:]):
        import_module(name)
    gc.freeze()  # what is imported is not looked through again in each process
    for line in sys.stdin.buffer:
        trial = Trial(**json.loads(line))
        with TemporaryDirectory(prefix="newscrawl-streams-") as folder:
            streams = [Path(folder, name) for name in ("in", "out", "err")]
            streams[0].touch()
            code, calls = run_in_child(trial, streams, Path(folder, "calls"))
            out, errors = (stream.read_text("utf-8", "replace") if stream.exists() else "" for stream in streams[1:])
        sys.stdout.buffer.write(
            json.dumps({"code": code, "calls": calls, "out": out, "errors": errors}).encode() + b"\n"
        )
        sys.stdout.buffer.flush()


def run_in_child(trial: Trial, streams: Sequence[Path], count: Path) -> tuple[int, int]:
    """Runs a command in a forked process; returns its exit code, and how many calls it made."""
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        try:
            os._exit(run_here(trial, [*streams], count))
        finally:
            os._exit(70)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.alarm(PATIENCE)
    _, status = os.waitpid(child, 0)
    hung = not signal.alarm(0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # workers that it may have left
    code = HUNG if hung else os.waitstatus_to_exitcode(status)
    return code, int(count.read_text()) if count.exists() else -1


def run_here(trial: Trial, streams: list[Path], count: Path) -> int:
    """Runs a command in this process; returns its exit code, and writes the number of its calls to a file."""
    seen = ctypes.CDLL(None)
    log = os.open(trial.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if trial.log else -1

    fsync = os.fsync

    def noted(file: int) -> None:
        seen.calls_note(place_of(sys._getframe(1)).encode())
        fsync(file)

    def run(arguments: list[str]) -> None:
        setattr(os, "fsync", noted)  # noqa: B010 (its type has more than our calls)
        if arguments[0] == "browse":  # its index is all that it writes
            vars(import_module("newscrawl.browse.server"))["serve"] = lambda *_, **__: None
        if arguments[0] == "report":  # six seconds for the library of its charts
            vars(import_module("vl_convert"))["javascript_bundle"] = lambda _: ""
        if trial.rolled:
            Captures.__init__.__defaults__ = (trial.rolled,)
        seen.calls_arm(os.fsencode(trial.root), log, ctypes.c_long(trial.at), trial.error, int(trial.lasting))
        newscrawl_command(arguments)

    code = 0
    try:
        started(run, [*trial.arguments], Path(trial.folder), {**os.environ, "PYTHONPATH": str(ROOT)}, streams)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        calls = seen.calls_made()
        seen.calls_arm(b"", -1, ctypes.c_long(-1), 0, 0)
        count.write_text(str(calls))
    return code


def place_of(frame: FrameType | None) -> str:
    """Where in newscrawl's code a call comes from: the functions up to the first that is not of `atomic.py`."""
    names = []
    while frame:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT / "newscrawl"):
            names.append(f"{path.relative_to(ROOT / 'newscrawl')}:{frame.f_code.co_qualname.removesuffix('.<locals>')}")
            if path.name != "atomic.py":
                break
        frame = frame.f_back
    return " < ".join(names)


if __name__ == "__main__":
    serve()
