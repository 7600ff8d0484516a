"""A server that stands in for Sina: its roll API and a generated site of any size, with the truth at hand.

    python -m newscrawl.demo.standin [--port N] [--items N] [--days N] ...

What happens is what a test sets: articles are edited, deleted and published, lists move while they are paged, answers
are odd, the reader is banned. `FakeSite.entries` says what is true, `FakeSite.requests` what was asked.
"""

import math
import re
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

import yaml

from newscrawl.demo.fake_site.entries import DayList, Entry, FakeRow, generate, new_entry
from newscrawl.demo.fake_site.lists import FAULTS, envelope, escaped, jsonp, roll_page, rss, sitemap, stock_page
from newscrawl.demo.fake_site.pages import BAN, ERROR, MISSING
from newscrawl.demo.fake_site.plan import PAGE, Kind, Plan

__all__ = ["Asked", "Entry", "FakeSite", "Kind", "Plan"]

Asks = Literal["roll", "article", "robots", "list", "other"]
ARTICLE = re.compile(r"/(?:doc|detail)-i([a-z]{7}\d{7})\.")
PATHS: dict[str, Asks] = {
    "/api/roll/get": "roll",
    "/robots.txt": "robots",
    "/roll/index.d.html": "list",
    "/corp/view/vCB_AllNewsStock.php": "list",
    "/rss.xml": "list",
    "/sitemap.xml": "list",
}
LISTED = 40  # lines of a static list page
FED = 100  # entries of the feed
FAR = 2**40  # a second that no list will see
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and its answer's status; `time` is of the monotonic clock, `path` has the query."""

    time: float
    kind: Asks
    path: str
    status: int
    docid: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the line, and when."""

    status: int
    body: bytes = b""
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0

    def wire(self) -> bytes:
        """Head and body in one piece: two would be two packets."""
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
    """A ban that is to come or holds; `after` and `left` count down."""

    how: int | Literal["page"]
    after: int
    left: float
    retry_after: str
    only: Literal["roll", "article", "all"]


class FakeSite:
    """The running server; a context manager. Everything may be called from any thread.

    `robots` is the text of robots.txt; `lies`, how many rows a list counts and never gives. All answers are made under
    one lock, so what a call changes is changed for the next answer.
    """

    def __init__(self, plan: Plan | None = None, *, port: int = 0) -> None:
        self.plan = plan or Plan()
        self.lies = 0
        self.robots = "User-agent: *\nDisallow: /private/\n"
        self.requests: list[Asked] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._ban: Ban | None = None
        self._odd: dict[int, str] = {}
        self._rolls = 0  # roll requests since odd answers were set
        self._edited = 0  # where the next edit begins
        self._server = _Server(("127.0.0.1", port), self._handler())
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.entries, self._lists = generate(self.plan, self.base, int(time.time()))
        self._by_docid = {entry.docid: entry for entry in self.entries}
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops: nothing is answered any more, on open connections neither."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._server.shutdown()
            self._server.server_close()

    def site_file(self, folder: Path, **politeness: float | str) -> Path:
        """A site file that puts this server in Sina's place."""
        path = folder / "standin.yaml"
        values = {
            "extends": "sina_finance",
            "hosts": ["127.0.0.1"],
            "roll": {"url": f"{self.base}/api/roll/get"},
            "politeness": {"delay": 0, "concurrency": 4, **politeness},
        }
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        return path

    # What was asked

    def article_requests(self) -> int:
        """How often an article was asked for, whatever the answer."""
        return self.hits().total()

    def hits(self) -> Counter[str]:
        """How often each article was asked for, by docid."""
        return Counter(asked.docid for asked in self.requests.copy() if asked.kind == "article")

    # What happens

    def edit(self, count: int, *, noted: bool = True) -> list[Entry]:
        """The next so many living articles get a new version; `noted`: the list says so too, by title and mtime."""
        with self._lock:
            order = self.entries[self._edited :] + self.entries[: self._edited]
            chosen = first_entries(count, (entry for entry in order if entry.living))
            for entry in chosen:
                entry.version += 1
                entry.modified = max(int(time.time()), entry.modified + 1)
                if noted:
                    entry.listed = entry.version
                    entry.mtime = max(int(time.time()), entry.mtime + 1)
            if chosen:
                self._edited = chosen[-1].number + 1
        return chosen

    def delete(self, count: int, *, listed: bool = True) -> list[Entry]:
        """So many living articles, not yet edited ones first, are answered 404; unless `listed` no list names them."""
        with self._lock:
            order = sorted(self.entries, key=lambda entry: (entry.version > 1, -entry.number))
            chosen = first_entries(count, (entry for entry in order if entry.living))
            for entry in chosen:
                entry.gone = True
            if not listed:
                away = set(chosen)
                for one in self._lists:
                    one.rows = [row for row in one.rows if row.entry not in away]
        return chosen

    def add(self, count: int, channel: str, day: date | None = None) -> list[Entry]:
        """So many new articles on top of a list of the plan; the newest day's if none is given."""
        day = day or self.plan.last
        with self._lock:
            one = next((one for one in self._lists if (one.channel.name, one.day) == (channel, day)), None)
            if one is None:
                raise ValueError(f"the plan has no list of {channel} on {day}")
            now = int(time.time())
            end = one.end(now)
            begin = max(one.top() + 1, now - count + 1) if now < end else one.top() + 1
            made = []
            for place in range(count):
                entry = new_entry(self.plan.seed, len(self.entries), one, "article", self.base)
                entry.ctime = min(begin + place, end - 1)
                entry.intime = entry.mtime = entry.modified = entry.ctime
                self.entries.append(entry)
                self._by_docid[entry.docid] = entry
                insert(one, entry)
                made.append(entry)
        return made

    def ban(
        self,
        how: int | Literal["page"],
        *,
        after: int = 0,
        times: int = 0,
        retry_after: str = "",
        only: Literal["roll", "article", "all"] = "all",
    ) -> None:
        """Refuses so many requests (0: all until `pardon`) behind the next `after`, by a status or by the ban page.

        robots.txt is always answered, and not counted.
        """
        with self._lock:
            self._ban = Ban(how, after, times or math.inf, retry_after, only)

    def pardon(self) -> None:
        """Ends a ban."""
        with self._lock:
            self._ban = None

    @property
    def odd(self) -> Mapping[int, str]:
        """Odd answers by the number of the roll request, from 1, since they were set (`generated.MOODS`)."""
        return self._odd

    @odd.setter
    def odd(self, moods: Mapping[int, str]) -> None:
        if unknown := set(moods.values()) - set(FAULTS):
            raise ValueError(f"no such mood: {', '.join(unknown)}; known: {', '.join(FAULTS)}")
        with self._lock:
            self._odd = dict(moods)
            self._rolls = 0

    # Answers

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a GET request, which is noted."""
        arrived = time.monotonic()
        parts = urlsplit(target)
        article = ARTICLE.search(parts.path)
        docid = article[1] if article else ""
        kind = PATHS.get(parts.path, "article" if article else "other")
        conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
        with self._lock:
            answer = self._banned(kind)
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
                        answer = self._second(parts.path, query)
                    case _:
                        answer = Answer(404, MISSING.encode())
            self.requests.append(Asked(arrived, kind, target, answer.status, docid, conditional))
        return answer

    def _banned(self, kind: Asks) -> Answer | None:
        ban = self._ban
        if ban is None or kind == "robots" or ban.only not in ("all", kind):
            return None
        if ban.after:
            ban.after -= 1
            return None
        ban.left -= 1
        if not ban.left:
            self._ban = None
        headers = {"Retry-After": ban.retry_after} if ban.retry_after else {}
        return Answer(200 if ban.how == "page" else ban.how, BAN.encode(), HTML, headers)

    def _article(self, docid: str, headers: Mapping[str, str]) -> Answer:
        entry = self._by_docid.get(docid)
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
            self._move(lid, start, end)
        rows = self._rows(lid, start, end)
        total = min(len(rows), self.plan.total_cap or len(rows)) + self.lies
        offset = (page - 1) * num
        shown = [] if self.plan.page_cap and page > self.plan.page_cap else rows[offset : offset + num]
        answer = envelope(shown, lid, offset, total, int(time.time()))
        if mood := self._odd.get(self._rolls):
            status, text, kind = FAULTS[mood](answer)
            return Answer(status, text.encode(), kind)
        if callback := query.get("callback"):
            return Answer(200, jsonp(escaped(answer), callback).encode(), "application/javascript")
        return Answer(200, escaped(answer).encode(), "application/json")

    def _move(self, lid: int, start: int, end: int) -> None:
        """One thing that happens while a list is paged: a row of its first page leaves it, or a late one comes."""
        for one in self._newest_first(lid):
            if one.withdraws and one.start < end and one.start + 86400 > start:
                one.withdraws = False
                if row := next((row for row in one.rows[PAGE // 2 : PAGE] if may_leave(row)), None):
                    one.rows.remove(row)
                    row.entry.withdrawn = True
                    return
            if one.waiting and start <= one.waiting[0].ctime < end:
                entry = one.waiting.popleft()
                entry.waiting = False
                insert(one, entry)
                return

    def _newest_first(self, lid: int | None) -> Iterator[DayList]:
        """The lists of a channel (None: of all)."""
        return (one for one in reversed(self._lists) if lid in (None, one.channel.lid))

    def _rows(self, lid: int | None, start: int = 0, end: int = FAR) -> list[FakeRow]:
        """The rows of a channel's lists (None: of all) in a window of time, newest first."""
        found: list[FakeRow] = []
        for one in self._newest_first(lid):
            if start <= one.start and one.start + 86400 <= end:
                found += one.rows
            else:
                found += [row for row in one.rows if start <= row.ctime < end]
        return found if lid is not None else sorted(found, key=lambda row: -row.ctime)

    def _second(self, path: str, query: Mapping[str, str]) -> Answer:
        """The static roll, whose `cid` is a channel's lid here (others: all), a stock's news, the feed, the sitemap."""
        lid = whole_number(query.get("cid"), -1)
        known = any(one.channel.lid == lid for one in self._lists)
        rows = once(self._rows(lid if known else None))
        page = max(1, whole_number(query.get("page", query.get("Page")), 1))
        shown = rows[(page - 1) * LISTED : page * LISTED]
        if path == "/roll/index.d.html":
            return Answer(200, roll_page(shown), "text/html")
        if path == "/rss.xml":
            return Answer(200, rss(rows[:FED], self.base), "application/rss+xml")
        if path == "/sitemap.xml":
            own = [row for row in rows if row.url.startswith(self.base)]
            return Answer(200, sitemap(own), "application/xml")
        onward = f"{path}?symbol={query.get('symbol', '')}&Page={page + 1}" if page * LISTED < len(rows) else ""
        return Answer(200, stock_page(shown, onward), "text/html")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                answer = stand.answer(self.path, self.headers)  # type: ignore[arg-type]  # a Message reads as a mapping
                if answer.wait:
                    stand._stopped.wait(answer.wait)
                if stand._stopped.is_set():
                    self.close_connection = True
                else:
                    self.wfile.write(answer.wire())

            def log_message(self, *_: object) -> None:
                """Says nothing: `requests` tells what was asked."""

        return Handler


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is nothing to speak of."""


def first_entries(count: int, entries: Iterator[Entry]) -> list[Entry]:
    """The first so many entries. Raises ValueError if there are fewer."""
    chosen = list(islice(entries, count))
    if len(chosen) < count:
        raise ValueError(f"only {len(chosen)} articles are left, not {count}")
    return chosen


def insert(one: DayList, entry: Entry) -> None:
    """Puts an entry into a list: over all that are as old or older."""
    place = bisect_left(one.rows, -entry.ctime, key=lambda row: -row.ctime)
    one.rows.insert(place, FakeRow(entry, entry.url, entry.ctime))


def may_leave(row: FakeRow) -> bool:
    """Whether a row can be withdrawn: of an article that no other row names."""
    return row.entry.living and not row.entry.late and len(row.entry.lids) == 1


def once(rows: Sequence[FakeRow]) -> list[FakeRow]:
    """The rows without those of an entry that a newer one names."""
    return list({row.entry.docid: row for row in reversed(rows)}.values())[::-1]


def not_modified(entry: Entry, headers: Mapping[str, str]) -> bool:
    """Whether the condition of a request says that the reader has this version; an ETag counts before a date."""
    if entry.validator == "etag":
        return entry.etag in headers.get("If-None-Match", "")
    if entry.validator == "modified" and "If-Modified-Since" in headers:
        with suppress(ValueError):
            return parsedate_to_datetime(headers["If-Modified-Since"]).timestamp() >= entry.modified
    return False


def http_date(second: int) -> str:
    """A time as HTTP headers have it."""
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


def whole_number(text: str | None, default: int) -> int:
    """A number of a query; the default for none and for what is no number."""
    try:
        return int(text or default)
    except ValueError:
        return default
