"""A server that replaces Sina in tests: its roll API and a generated site of any size whose true content is known.

    python -m newscrawl.demo.fake_site [--port N] [--items N] [--days N] ...

A test decides what happens: articles are edited, deleted and published, lists move while they are paged, answers are
faulty, the client is banned. `FakeSite.entries` is the true content, `FakeSite.requests` what was requested.
"""

import math
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

import yaml

from newscrawl.demo.fake_site.content import FAR, Content, distinct_entries
from newscrawl.demo.fake_site.entries import Entry
from newscrawl.demo.fake_site.lists import FAULTS, envelope, escaped, jsonp, roll_page, rss, sitemap, stock_page
from newscrawl.demo.fake_site.pages import BAN, ERROR, MISSING
from newscrawl.demo.fake_site.plan import PAGE, Kind, Plan

__all__ = ["Entry", "FakeSite", "Kind", "Plan", "SeenRequest"]

RequestKind = Literal["roll", "article", "robots", "list", "other"]
ARTICLE = re.compile(r"/(?:doc|detail)-i([a-z]{7}\d{7})\.")
PATHS: dict[str, RequestKind] = {
    "/api/roll/get": "roll",
    "/robots.txt": "robots",
    "/roll/index.d.html": "list",
    "/corp/view/vCB_AllNewsStock.php": "list",
    "/rss.xml": "list",
    "/sitemap.xml": "list",
}
LISTED = 40  # rows of a static list page
FED = 100  # rows of the feed
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request and the status of its answer. `time` is of the monotonic clock; `path` includes the query."""

    time: float
    kind: RequestKind
    path: str
    status: int
    docid: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response, sent after `wait` seconds."""

    status: int
    body: bytes = b""
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0

    def wire(self) -> bytes:
        """The head and the body in one piece: two pieces would be two packets."""
        head = [
            f"HTTP/1.1 {self.status} {responses.get(self.status, 'Unknown')}",
            f"Content-Type: {self.kind}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if self.status != HTTPStatus.NOT_MODIFIED:
            head.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*head, "", ""]).encode() + self.body


@dataclass(slots=True)
class Ban:
    """A ban that is active or will be; `after` and `left` count down with the requests."""

    how: int | Literal["page"]
    after: int
    left: float
    retry_after: str
    only: Literal["roll", "article", "all"]

    def answer(self, kind: RequestKind) -> Answer | None:
        """The answer to a request; None if it is not banned. It counts the request."""
        if kind == "robots" or self.only not in ("all", kind) or self.left <= 0:
            return None
        if self.after:
            self.after -= 1
            return None
        self.left -= 1
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return Answer(200 if self.how == "page" else self.how, BAN.encode(), HTML, headers)


class FakeSite:
    """The running server; a context manager. All methods may be called from any thread.

    `robots` is the text of robots.txt; `overcount` is the number of rows that a list counts and never gives. All
    answers are made under one lock, so a change applies to the next answer.
    """

    def __init__(self, plan: Plan | None = None, *, port: int = 0) -> None:
        self.plan = plan or Plan()
        self.overcount = 0
        self.robots = "User-agent: *\nDisallow: /private/\n"
        self.requests: list[SeenRequest] = []
        self._lock = threading.Lock()
        self.stopped = threading.Event()
        self._ban: Ban | None = None
        self._faults: dict[int, str] = {}
        self._rolls = 0  # roll requests since the faults were set
        self._server = _Server(("127.0.0.1", port), handler_of(self))
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.content = Content(self.plan, self.base)
        self.entries = self.content.entries
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops the server; open connections get no answers any more."""
        if not self.stopped.is_set():
            self.stopped.set()
            self._server.shutdown()
            self._server.server_close()

    def site_file(self, folder: Path, **politeness: float | str) -> Path:
        """Writes a site file that replaces Sina by this server."""
        path = folder / "fake_site.yaml"
        values = {
            "extends": "sina_finance",
            "hosts": ["127.0.0.1"],
            "roll": {"url": f"{self.base}/api/roll/get"},
            "politeness": {"delay": 0, "concurrency": 4, **politeness},
        }
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        return path

    # Requests

    def article_requests(self) -> int:
        """The number of requests for articles, with any answer."""
        return self.hits().total()

    def hits(self) -> Counter[str]:
        """The number of requests for each article, by docid."""
        return Counter(request.docid for request in self.requests.copy() if request.kind == "article")

    # Events

    def edit(self, count: int, *, noted: bool = True) -> list[Entry]:
        """Gives the next `count` living articles a new version; `noted`: their rows have the new title and mtime."""
        with self._lock:
            return self.content.edit(count, noted=noted)

    def delete(self, count: int, *, listed: bool = True) -> list[Entry]:
        """Answers 404 for `count` living articles, unedited ones first; not `listed`: removes them from the lists."""
        with self._lock:
            return self.content.delete(count, listed=listed)

    def add(self, count: int, channel: str, day: date | None = None) -> list[Entry]:
        """Adds `count` new articles on top of a list of the plan; without a day, of the newest one."""
        with self._lock:
            return self.content.add(count, channel, day)

    def ban(
        self,
        how: int | Literal["page"],
        *,
        after: int = 0,
        times: int = 0,
        retry_after: str = "",
        only: Literal["roll", "article", "all"] = "all",
    ) -> None:
        """Bans the client after the next `after` requests, for `times` requests (0: until `pardon`).

        `how` is the status of the answers, or `page` for the ban page. robots.txt is always answered, and not counted.
        """
        with self._lock:
            self._ban = Ban(how, after, times or math.inf, retry_after, only)

    def pardon(self) -> None:
        """Ends a ban."""
        with self._lock:
            self._ban = None

    @property
    def faults(self) -> Mapping[int, str]:
        """Faulty answers (`lists.FAULTS`) by the number of the roll request since they were set, from 1."""
        return self._faults

    @faults.setter
    def faults(self, faults: Mapping[int, str]) -> None:
        if unknown := set(faults.values()) - set(FAULTS):
            raise ValueError(f"no such fault: {', '.join(unknown)}; known: {', '.join(FAULTS)}")
        with self._lock:
            self._faults = dict(faults)
            self._rolls = 0

    # Answers

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Answers a GET request and records it in `requests`."""
        arrived = time.monotonic()
        parts = urlsplit(target)
        article = ARTICLE.search(parts.path)
        docid = article[1] if article else ""
        kind = PATHS.get(parts.path, "article" if article else "other")
        conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
        with self._lock:
            answer = self._ban.answer(kind) if self._ban else None
            if answer is None:
                query = dict(parse_qsl(parts.query))
                match kind:
                    case "roll":
                        answer = self._roll(query)
                    case "article":
                        answer = self._article(docid, headers)
                    case "robots":
                        answer = Answer(200, self.robots.encode(), "text/plain")
                    case "list":
                        answer = other_list(self.content, parts.path, query)
                    case _:
                        answer = Answer(404, MISSING.encode())
            self.requests.append(SeenRequest(arrived, kind, target, answer.status, docid, conditional))
        return answer

    def _article(self, docid: str, headers: Mapping[str, str]) -> Answer:
        entry = self.content.by_docid.get(docid)
        kind = entry.kind if entry else "missing"
        if kind == "soft_missing":
            return Answer(200, MISSING.encode())
        if kind == "broken":
            return Answer(500, ERROR.encode())
        if entry is None or entry.gone or kind != "article":
            return Answer(404, MISSING.encode())
        validators = {}
        if entry.validator == "etag":
            validators["ETag"] = entry.etag
        elif entry.validator == "modified":
            validators["Last-Modified"] = http_date(entry.modified)
        wait = self.plan.slow_seconds if entry.slow else 0.0
        if not_modified(entry, headers):
            return Answer(304, headers=validators, wait=wait)
        return Answer(200, entry.page(noise=len(self.requests) + 1), HTML, validators, wait)

    def _roll(self, query: Mapping[str, str]) -> Answer:
        self._rolls += 1
        lid = whole_number(query.get("lid"), -1)
        page = max(1, whole_number(query.get("page"), 1))
        num = min(max(1, whole_number(query.get("num"), PAGE)), PAGE)
        start, end = whole_number(query.get("etime"), 0), whole_number(query.get("stime"), 0) or FAR
        if page > 1:
            self.content.move(lid, start, end)
        rows = self.content.rows(lid, start, end)
        total = min(len(rows), self.plan.total_cap or len(rows)) + self.overcount
        offset = (page - 1) * num
        shown = [] if self.plan.page_cap and page > self.plan.page_cap else rows[offset : offset + num]
        answer = envelope(shown, lid, offset, total, int(time.time()))
        if fault := self._faults.get(self._rolls):
            status, text, kind = FAULTS[fault](answer)
            return Answer(status, text.encode(), kind)
        if callback := query.get("callback"):
            return Answer(200, jsonp(escaped(answer), callback).encode(), "application/javascript")
        return Answer(200, escaped(answer).encode(), "application/json")


def other_list(content: Content, path: str, query: Mapping[str, str]) -> Answer:
    """The other lists: static roll (`cid` is a channel's lid here, else all), stock news, feed, sitemap."""
    lid = whole_number(query.get("cid"), -1)
    known = any(day_list.channel.lid == lid for day_list in content.lists)
    rows = distinct_entries(content.rows(lid if known else None))
    page = max(1, whole_number(query.get("page", query.get("Page")), 1))
    shown = rows[(page - 1) * LISTED : page * LISTED]
    if path == "/roll/index.d.html":
        return Answer(200, roll_page(shown), "text/html")
    if path == "/rss.xml":
        return Answer(200, rss(rows[:FED], content.base), "application/rss+xml")
    if path == "/sitemap.xml":
        own = [row for row in rows if row.url.startswith(content.base)]
        return Answer(200, sitemap(own), "application/xml")
    onward = f"{path}?symbol={query.get('symbol', '')}&Page={page + 1}" if page * LISTED < len(rows) else ""
    return Answer(200, stock_page(shown, onward), "text/html")


def handler_of(site: FakeSite) -> type[BaseHTTPRequestHandler]:
    """The class of the handlers of a site's requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            answer = site.answer(self.path, self.headers)  # type: ignore[arg-type]  # a Message reads as a mapping
            if answer.wait:
                site.stopped.wait(answer.wait)
            if site.stopped.is_set():
                self.close_connection = True
            else:
                self.wfile.write(answer.wire())

        def log_message(self, *_: object) -> None:
            """Logs nothing: `requests` has every request."""

    return Handler


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignores errors of clients that close their connections."""


def not_modified(entry: Entry, headers: Mapping[str, str]) -> bool:
    """Whether the client has this version, by the condition of its request; an ETag precedes a date (RFC 9110)."""
    if entry.validator == "etag":
        return entry.etag in headers.get("If-None-Match", "")
    if entry.validator == "modified" and "If-Modified-Since" in headers:
        with suppress(ValueError):
            return parsedate_to_datetime(headers["If-Modified-Since"]).timestamp() >= entry.modified
    return False


def http_date(second: int) -> str:
    """A time as an HTTP date (RFC 9110, 5.6.7). `second`: epoch seconds."""
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


def whole_number(text: str | None, default: int) -> int:
    """A number of a query, or the default if it is missing or no number."""
    try:
        return int(text or default)
    except ValueError:
        return default
