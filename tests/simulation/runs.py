"""One run of the real command against the simulated site, in a forked child, without network and without waiting.

What is replaced in the child: Scrapy's download handler, the clock of the command, and the length of pauses. A run that
is killed is killed in truth, by SIGKILL. The child writes what it asked and was answered into a log, line by line,
before it goes on, so that the log of a killed run is whole as well.
"""

import errno
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import make_response
from sqlalchemy import Connection, Engine, event

import newscrawl.cli.crawl
import newscrawl.crawl.extensions.crawl_delay
import newscrawl.crawl.throttle
from newscrawl import settings
from newscrawl.cli.main import main
from newscrawl.report.counts import state
from newscrawl.report.facts import gather
from newscrawl.sites.loader import load_site
from tests.simulation.faults import KINDS, SAME_ROWS, Fault, fault_of, keys_served, only_inside
from tests.simulation.site import DAY, Answer, Asked, Event, Site, asked_by, happen, honest_answer, rows_asked
from tests.support.processes import IMPORTED

# What a run imports by its settings, when it starts: here once for all runs. None of them installs Twisted's reactor.
USED = """
newscrawl.crawl.extensions.grace newscrawl.crawl.extensions.leases newscrawl.crawl.extensions.outages
newscrawl.crawl.extensions.soft_ban newscrawl.crawl.middlewares.ban newscrawl.crawl.middlewares.compression
newscrawl.crawl.middlewares.redirect newscrawl.crawl.middlewares.retry_after newscrawl.crawl.middlewares.robots
newscrawl.crawl.middlewares.stop newscrawl.crawl.middlewares.warc prometheus_client spiders.people_finance
spiders.sina_finance scrapy.downloadermiddlewares.defaultheaders scrapy.downloadermiddlewares.downloadtimeout
scrapy.downloadermiddlewares.httpauth scrapy.downloadermiddlewares.offsite scrapy.downloadermiddlewares.robotstxt
scrapy.downloadermiddlewares.stats scrapy.downloadermiddlewares.useragent scrapy.dupefilters
scrapy.extensions.closespider scrapy.extensions.corestats scrapy.extensions.logcount scrapy.extensions.logstats
scrapy.extensions.spiderstate scrapy.logformatter scrapy.spidermiddlewares.depth scrapy.spidermiddlewares.metacopy
scrapy.spidermiddlewares.start scrapy.spidermiddlewares.urllength scrapy.statscollectors
""".split()
for module in (*IMPORTED, *USED):
    import_module(module)
ERRORS: dict[str, type[Exception]] = {
    "timeout": DownloadTimeoutError,
    "unreachable": DownloadConnectionRefusedError,
    "dns": CannotResolveHostError,
    "closed": DownloadFailedError,
}
LONGEST = 120  # seconds of real time that a run may take; then it hangs, and is killed by SIGALRM
MOST = 500  # requests that a run may send; then it does not know its bounds, and is killed


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a story: when it starts, and what goes wrong in it, beside the faults of answers. 0: nothing.

    `killed`, `interrupted`, `full`: at which of its requests it is killed, interrupted, or the disk is full. `torn`: at
    which statement of SQL, or commit, it is killed. `moves`: what happens to the site before its n-th request for a list.
    """

    number: int
    at: int
    wrong: int = 0  # seconds that the machine's clock is ahead
    undated: bool = False  # no answer has a Date
    mistaken: bool = False  # it names a list on a host that may not be fetched
    killed: int = 0
    interrupted: int = 0
    torn: int = 0
    full: int = 0
    moves: dict[int, tuple[Event, ...]] = field(default_factory=dict)

    @property
    def is_deceived(self) -> bool:
        """Whether its clock is wrong, and nothing can tell: one that is far behind is known by what servers told before."""
        return bool(self.wrong) and self.undated and self.wrong > -DAY


@dataclass(slots=True)
class Played:
    """What a run left: its log, and if it ended by itself its exit code, its output, and what others say of it."""

    log: list[dict[str, Any]]
    code: int | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    errors: str = ""
    status: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    metrics: str = ""
    hung: bool = False


def play(
    run: Run, site: Site, faults: tuple[Fault, ...], lists: tuple[str, ...], archive: Path, folder: Path
) -> Played:
    """Plays a run of the command. `folder` takes its files. The site is changed by the moves of the run."""
    folder.mkdir(parents=True, exist_ok=True)
    ended = in_child(lambda: crawl_and_look(run, site, faults, lists, archive, folder), folder)
    for events in run.moves.values():
        for each in events:
            happen(site, each)
    log = [json.loads(line) for line in text_of(folder / "log").splitlines()]
    if ended:
        return Played(log, hung=ended == -signal.SIGALRM, errors=text_of(folder / "errors"))
    found = json.loads(text_of(folder / "result"))
    return Played(log, errors=text_of(folder / "errors"), metrics=text_of(folder / "metrics"), **found)


def text_of(path: Path) -> str:
    """The text of a file; empty if there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def in_child(work: Callable[[], None], folder: Path) -> int:
    """Does some work in a forked child. Returns its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            signal.alarm(LONGEST)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            redirect(1, folder / "output")
            redirect(2, folder / "errors")
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def redirect(number: int, path: Path) -> None:
    """Sends standard output (1) or standard error (2) to a file."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, number)
    stream = open(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    setattr(sys, {1: "stdout", 2: "stderr"}[number], stream)


def crawl_and_look(
    run: Run, site: Site, faults: tuple[Fault, ...], lists: tuple[str, ...], archive: Path, folder: Path
) -> None:
    """Runs the command, then `status`, and gathers the report's facts, and writes what they say."""
    world = World(run, site, faults, folder / "log")
    set_up(world)
    places = ["-o", str(archive), "--site", str(folder.parent / "site.yaml"), "--metrics", str(folder / "metrics")]
    code = main(["crawl", *lists, *(["far"] if run.mistaken else []), *places, "--json"])
    sys.stdout.flush()
    output = text_of(folder / "output").splitlines()
    summary = json.loads(output[-1]) if output and output[-1].startswith("{") else {}
    found: dict[str, Any] = {"code": code, "summary": summary}
    if (archive / "ledger.sqlite3").exists():
        redirect(1, folder / "status")
        main(["status", str(archive), "--json"])
        sys.stdout.flush()
        found["status"] = json.loads(text_of(folder / "status") or "{}")
        facts = gather(archive, load_site(str(folder.parent / "site.yaml")), datetime.fromtimestamp(run.at, UTC))
        found["report"] = {
            "states": {
                name: {day: state(tally) for day, tally in days.items()} for name, days in facts.coverage.items()
            },
            "unbalanced": [[name, day] for day, name, _ in facts.unbalanced],
        }
    (folder / "result").write_text(json.dumps(found), encoding="utf-8")
    sys.stderr.flush()


class World:
    """What a run meets: the site as it is at each request, the faults, the clock; and it keeps the log."""

    def __init__(self, run: Run, site: Site, faults: tuple[Fault, ...], log: Path) -> None:
        self.run, self.site, self.faults = run, site, faults
        self.requests = self.lists = self.statements = 0
        self.codings = ""  # that the request under way accepts
        self.hits: dict[Fault, int] = {}
        self.log = log.open("w", encoding="utf-8")

    @property
    def now(self) -> int:
        """The true instant: a second passes with each request."""
        return self.run.at + self.requests

    def clock(self) -> datetime:
        """The instant by the machine's clock."""
        return datetime.fromtimestamp(self.now + self.run.wrong, UTC)

    def answer(self, url: str, etag: str) -> Answer:
        """Answers a request, and notes it; kills or interrupts the run where its story says so."""
        self.requests += 1
        asked = asked_by(url)
        if self.requests in (self.run.killed, MOST):
            nothing = {"at": self.now, "full": False, "fault": "", "status": 0, "error": "killed", "codings": ""}
            self.write({**nothing, **asdict(asked), "kind": f"killed at {asked.kind}", "name": ""})
            os.kill(os.getpid(), signal.SIGKILL)
        if self.requests == self.run.interrupted:
            os.kill(os.getpid(), signal.SIGINT)
        if asked.is_list:
            self.lists += 1
            for each in self.run.moves.get(self.lists, ()):
                happen(self.site, each)
        honest = honest_answer(self.site, asked, self.now, etag)
        fault = fault_of(self.faults, self.run.number, asked, self.hits)
        answer = KINDS[fault.kind].spoil(honest, asked, self.site, self.now) if fault else honest
        self.note(
            asked, answer, None if answer == honest else fault
        )  # a list may have just the rows that it gives for any
        return undated(answer) if self.run.undated else answer

    def statement(self, *_: object) -> None:
        """Counts a statement of SQL, before it is done; kills the run where its story says so."""
        self.statements += 1
        if self.statements == self.run.torn:
            os.kill(os.getpid(), signal.SIGKILL)

    def sync(self, fd: object) -> None:  # noqa: ARG002 (as `os.fsync`)
        """Does nothing, and that fast; on a full disk fails as `os.fsync` does."""
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def begin(self, connection: Connection) -> None:
        """Lets no database grow on a full disk."""
        if self.is_full:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")

    @property
    def is_full(self) -> bool:
        """Whether the disk is full."""
        return 0 < self.run.full <= self.requests

    def note(self, asked: Asked, answer: Answer, fault: Fault | None) -> None:
        """Writes a request and its answer into the log."""
        entry: dict[str, Any] = {
            "at": self.now,
            "full": self.is_full,
            "fault": fault.kind if fault else "",
            "status": answer.status,
            "error": answer.error,
            "codings": self.codings,
            **asdict(asked),
        }
        if asked.is_list:
            entry["rows"] = keys_served(answer, asked, self.site)
            entry["inside"] = asked.kind == "roll" and entry["fault"] == SAME_ROWS and only_inside(answer, asked)
            entry["had"] = [(row.number, row.ctime) for row in rows_asked(self.site, asked)]
        if asked.kind == "article" and asked.number in self.site.articles:
            entry["version"] = self.site.articles[asked.number].version(self.now)
        self.write(entry)

    def write(self, entry: Mapping[str, Any]) -> None:
        """Writes a line of the log."""
        self.log.write(f"{json.dumps(entry)}\n")
        self.log.flush()


def undated(answer: Answer) -> Answer:
    """An answer without a Date."""
    return replace(answer, headers=tuple(header for header in answer.headers if header[0] != "Date"))


WORLD: list[World] = []  # of this child; Scrapy makes the handler by itself


class Handler(BaseDownloadHandler):
    """Scrapy's download handler of the simulation."""

    async def download_request(self, request: Request) -> Response:
        """Answers a request as Scrapy's own handler would: a response, or one of its errors."""
        etag = (request.headers.get("If-None-Match") or b"").decode()
        WORLD[0].codings = (request.headers.get("Accept-Encoding") or b"").decode()
        answer = WORLD[0].answer(request.url, etag)
        if answer.error:
            raise ERRORS[answer.error](answer.error)
        headers = Headers({"Content-Type": answer.kind, **dict(answer.headers)})
        if not answer.flags:
            headers["Content-Length"] = str(len(answer.body))
        return make_response(request.url, answer.status, headers, answer.body, list(answer.flags))


def set_up(world: World) -> None:
    """Replaces, in this process, the network, the clock and the length of pauses."""
    WORLD[:] = [world]
    path = f"{Handler.__module__}.{Handler.__name__}"
    settings.DOWNLOAD_HANDLERS = {**settings.DOWNLOAD_HANDLERS, "http": path, "https": path}
    newscrawl.cli.crawl.clock_at = lambda now: world.clock  # noqa: ARG005 (the command's own signature)
    newscrawl.crawl.throttle.SHORTEST = 0.001
    newscrawl.crawl.extensions.crawl_delay.SLOWER = 0.0
    os.fsync = world.sync
    gc.disable()
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, world.statement)
    event.listen(Engine, "begin", world.begin)
