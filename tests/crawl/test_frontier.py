"""The frontier: what it requests in which order, what it notes in the ledger, and what it leases."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from newscrawl.crawl.frontier import Frontier
from newscrawl.crawl.task import CrawlTask
from newscrawl.errors import Banned, ListError
from newscrawl.ledger import queue, states
from newscrawl.ledger.clock import ClockCheck
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.outcomes.summary import Outcomes
from newscrawl.provenance import Lease
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Budgets, Listing, Roll

SINA = load_site("sina_finance")
SITE = msgspec.structs.replace(
    SINA,
    roll=Roll(url="https://list.example/roll", page_size=4, docid=SINA.roll.docid if SINA.roll else ""),
    lists=(
        Listing(name="page", label="", kind="html", url="https://list.example/page/{argument}", rows="li a"),
        Listing(name="feed", label="", kind="feed", url="https://list.example/feed"),
        Listing(name="map", label="", kind="sitemap", url="https://list.example/map"),
    ),
)
CHANNELS = {channel.lid: channel.name for channel in SITE.channels}
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)  # 12:00 in Beijing
TODAY, YESTERDAY, BEFORE = "2026-03-05", "2026-03-04", "2026-03-03"
TIMEOUT = ListError("list_timeout", "no answer")
Answer = list[int] | bytes | Exception
T = TypeVar("T")


def url(number: int, day: str = TODAY) -> str:
    return f"https://finance.sina.com.cn/china/{day}/doc-iabcdefg{number:07}.shtml"


def key(number: int) -> str:
    return f"abcdefg{number:07}"


def rss(*whens: datetime) -> bytes:
    items = (
        f"<item><link>{url(number)}</link><pubDate>{when.isoformat()}</pubDate></item>"
        for number, when in enumerate(whens, 1)
    )
    return f"<rss>{''.join(items)}</rss>".encode()


def html(*numbers: int, day: str = TODAY) -> bytes:
    return "".join(f'<li><a href="{url(number, day)}">{number}</a></li>' for number in numbers).encode()


class Crawls:
    """Crawls into one ledger. `lists`: the articles of each list (`china 2026-03-05`, `page:x`), else none."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.site = SITE
        self.now = NOON
        self.lists: dict[str, Answer] = {}
        self.total: dict[str, int] = {}  # what a list counts, if it is not what it names
        self.asked: list[str] = []
        self.reports: list[tuple[str, str, str]] = []
        self.expected: list[int] = []
        self.before_answer: Callable[[str], Any] = lambda _: None
        self.check: ClockCheck | None = None

    async def fetch(self, address: str) -> bytes:
        parts = urlsplit(address)
        name = parts.path.strip("/").replace("/", ":")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if name == "roll":
            name = f"{CHANNELS[int(query['lid'])]} {query['date']}"
        self.asked.append(name)
        if waiting := self.before_answer(name):
            await waiting
        answer = self.lists.get(name, [])
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, bytes):
            return answer
        rows = [{"url": url(number)} for number in answer] if query["page"] == "1" else []
        return json.dumps({"result": {"total": self.total.get(name, len(answer)), "data": rows}}).encode()

    def frontier(self, *channels: str, since: str = YESTERDAY, until: str = "", limit: int | None = None) -> Frontier:
        task = CrawlTask(channels or ("china",), since, until, limit)
        report = self.reports.append
        return Frontier(
            task, self.site, self.ledger, lambda: self.now, self.fetch, lambda *about: report(about), self.expected.append,
            self.check,
        )  # fmt: skip

    def run(self, *channels: str, code: int | None = None, **task: Any) -> list[Lease]:
        """Runs a crawl to its end, and returns its leases, whose items have no outcome; `code`: its exit code."""
        self.asked.clear()
        self.reports.clear()
        self.expected.clear()
        frontier = self.frontier(*channels, **task)
        leases = ended(all_of(frontier))
        self.outcomes = Outcomes("crawl", started=self.now, code=code)
        frontier.conclude(self.outcomes)
        return leases

    def fail(self, lease: Lease) -> None:
        with self.ledger.transaction() as connection:
            queue.settle(connection, lease.key, states.failed(lease, "http_500", int(self.now.timestamp())))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.ledger.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def reasons(self) -> dict[str, str]:
        return dict(self.rows("SELECT channel || ' ' || day, reason FROM windows ORDER BY day DESC"))

    def watermarks(self) -> dict[str, int]:
        return dict(self.rows("SELECT channel, until FROM watermarks"))


async def all_of(frontier: Frontier) -> list[Lease]:
    """The leases of a run; they are few."""
    found = []
    async for lease in frontier.leases():
        found.append(lease)
        assert len(found) < 50
    return found


def ended(work: Coroutine[Any, Any, T]) -> T:
    """What work comes to, which does not wait forever."""
    return asyncio.run(asyncio.wait_for(work, 10))


def keys(leases: Sequence[Lease]) -> list[str]:
    return [lease.key for lease in leases]


@pytest.fixture
def crawls(tmp_path: Path) -> Iterator[Crawls]:
    with Ledger(tmp_path) as ledger:
        yield Crawls(ledger)


# What is requested and leased


def test_other_lists_are_read_first_and_then_the_newest_day_of_each_channel(crawls: Crawls) -> None:
    crawls.lists = {"page:x": html(1)}
    crawls.run("china", "page:x", "stock")
    assert crawls.asked == [
        "page:x", f"china {TODAY}", f"stock {TODAY}", f"china {YESTERDAY}", f"stock {YESTERDAY}",
    ]  # fmt: skip


def test_the_items_of_each_day_are_leased_and_announced(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [2], f"china {YESTERDAY}": [3, 1], "page:x": html(5)}
    leases = crawls.run("china", "page:x")
    assert keys(leases) == [key(5), key(2), key(1), key(3)]
    assert [(lease.url, lease.run, lease.state) for lease in leases][1] == (url(2), 1, "listed")
    assert crawls.expected == [1, 1, 2]


def test_items_of_a_day_are_leased_before_the_next_day_is_read(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1], f"china {YESTERDAY}": [2], f"china {BEFORE}": [3]}

    async def run() -> list[str]:
        leased = asyncio.Event()
        crawls.before_answer = lambda name: leased.wait() if name == f"china {BEFORE}" else None
        found = []
        async for lease in crawls.frontier(since=BEFORE).leases():
            found.append(lease.key)
            leased.set()
        return found

    assert ended(run()) == [key(1), key(2), key(3)]


def test_nothing_is_waited_for_but_the_lists(crawls: Crawls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the days, and between the leases of two days, others have their turn."""
    pauses = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", noted)
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.run()
    assert pauses == [0, 0, 0]


def test_retries_and_recrawls_follow_the_lists(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    (lease,) = crawls.run()
    crawls.fail(lease)
    crawls.now += timedelta(minutes=11)
    crawls.lists = {f"china {TODAY}": [1, 2]}
    leases = crawls.run()
    assert [(lease.key, lease.state) for lease in leases] == [(key(2), "listed"), (key(1), "failed")]
    assert crawls.expected == [1, 1]


def test_retries_of_other_channels_are_left_to_their_crawls(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    (lease,) = crawls.run()
    crawls.fail(lease)
    crawls.now += timedelta(minutes=11)
    assert crawls.run("stock") == []


@pytest.mark.parametrize(("limit", "leased"), [(0, 0), (1, 1), (2, 2), (9, 3), (None, 3)])
def test_the_limit_is_for_leases_and_not_for_lists(crawls: Crawls, limit: int | None, leased: int) -> None:
    crawls.lists = {f"china {TODAY}": [1], f"china {YESTERDAY}": [2, 3]}
    assert keys(crawls.run(limit=limit)) == [key(1), key(2), key(3)][:leased]
    assert crawls.asked == [f"china {TODAY}", f"china {YESTERDAY}"]
    assert crawls.outcomes.limited is (limit is not None)


def test_a_run_that_is_given_up_reads_no_more_lists(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}

    async def run() -> None:
        crawls.before_answer = lambda name: asyncio.Event().wait() if name == f"china {BEFORE}" else None
        leases: Any = crawls.frontier(since=BEFORE).leases()
        await anext(leases)
        await leases.aclose()
        await asyncio.sleep(0)
        assert [task for task in asyncio.all_tasks() if "discover" in str(task)] == []

    ended(run())


@pytest.mark.parametrize("limit", [None, 0])
def test_an_error_while_lists_are_read_is_raised(crawls: Crawls, limit: int | None) -> None:
    crawls.lists = {"page:x": RuntimeError("a bug")}
    with pytest.raises(RuntimeError, match="a bug"):
        crawls.run("page:x", limit=limit)


# Bans, bugs, silence


def test_a_ban_ends_the_reading_and_raises_no_watermark(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1], f"stock {TODAY}": Banned("403")}
    assert keys(crawls.run("china", "stock")) == [key(1)]
    assert crawls.asked == [f"china {TODAY}", f"china {YESTERDAY}", f"stock {TODAY}"]
    assert crawls.reasons() == {
        f"china {TODAY}": "",
        **dict.fromkeys((f"china {YESTERDAY}", f"stock {TODAY}", f"stock {YESTERDAY}"), "list_unread"),
    }
    assert crawls.watermarks() == {}


def test_a_ban_takes_the_proof_of_earlier_runs(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1], "page:x": html(2) + html(3, day=YESTERDAY)}
    crawls.run("china", "page:x")
    assert set(crawls.reasons().values()) == {""}
    crawls.lists = {"page:x": Banned("403")}
    crawls.run("china", "page:x")
    assert set(crawls.reasons().values()) == {"list_unread"}
    days = crawls.outcomes.coverage
    assert {name: [(tally["unique"], tally["balanced"]) for tally in of.values()] for name, of in days.items()} == {
        "china": [(0, False), (1, False)],
        "page:x": [(1, False), (1, False)],
    }


def test_a_run_is_judged_also_if_its_end_cannot_be_noted(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    frontier, outcomes = crawls.frontier(since=TODAY), Outcomes("crawl")
    ended(all_of(frontier))
    with crawls.ledger.reading() as connection:
        frontier.judge(connection, outcomes)
    assert outcomes.coverage["china"][TODAY]["unique"] == 1


def test_rows_that_were_read_before_a_ban_are_not_lost(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1], f"china {YESTERDAY}": Banned("403")}
    assert keys(crawls.run()) == [key(1)]
    assert set(crawls.reasons().values()) == {"list_unread"}
    assert crawls.reports == []


def test_a_day_without_a_row_is_proven_again_when_its_list_is(crawls: Crawls) -> None:
    crawls.lists = {"feed": TIMEOUT}
    crawls.run("feed", since="")
    assert crawls.reasons() == {f"feed {TODAY}": "list_timeout"}
    crawls.now += timedelta(hours=20)  # the next day
    crawls.lists = {"feed": rss(crawls.now, NOON - timedelta(days=4))}
    crawls.run("feed", since="")
    assert crawls.reasons() == {"feed 2026-03-06": "", f"feed {TODAY}": ""}


def test_the_other_channels_are_held_too_when_the_lists_fall_silent(crawls: Crawls) -> None:
    crawls.lists = {f"china {day}": TIMEOUT for day in (TODAY, YESTERDAY, BEFORE)}
    crawls.run("china", "stock", "world", since=BEFORE)
    assert crawls.watermarks() == {"stock": int(NOON.timestamp()), "world": int(NOON.timestamp())}
    crawls.lists = {f"{name} {TODAY}": TIMEOUT for name in ("china", "finance", "macro")}
    crawls.run("china", "finance", "macro", "usstock", since=TODAY)
    assert "usstock" not in crawls.watermarks()


def test_a_bug_costs_one_day(crawls: Crawls, caplog: pytest.LogCaptureFixture) -> None:
    crawls.lists = {f"china {TODAY}": RuntimeError("a bug"), f"china {YESTERDAY}": [1]}
    assert keys(crawls.run()) == [key(1)]
    assert crawls.reports == [(f"china {TODAY}", "fault", "")]
    assert crawls.rows("SELECT listed, entries FROM windows ORDER BY day DESC") == [(0, 0), (1, 1)]
    assert crawls.reasons() == {f"china {TODAY}": "fault", f"china {YESTERDAY}": ""}
    assert crawls.watermarks() == {}
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == f"Cannot read the list of china on {TODAY}"
    assert record.exc_info


def test_a_list_that_cannot_be_read_is_reported_and_noted(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": TIMEOUT}
    crawls.run(since=TODAY)
    ((address, reason, detail),) = crawls.reports
    assert address.startswith("https://list.example/roll?")
    assert (reason, detail) == ("list_timeout", "no answer")
    assert crawls.reasons() == {f"china {TODAY}": "list_timeout"}
    assert crawls.asked == 3 * [f"china {TODAY}"]
    assert crawls.outcomes.unread


def test_after_three_days_without_an_answer_the_other_days_are_not_asked_for(crawls: Crawls) -> None:
    days = ["2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02", "2026-03-01"]
    crawls.lists = {f"china {day}": TIMEOUT for day in days}
    crawls.run(since=days[-1])
    assert crawls.asked == [f"china {day}" for day in days[:3] for _ in range(3)]
    assert [*crawls.reasons().values()] == ["list_timeout"] * 3 + ["list_unread"] * 2
    assert crawls.rows("SELECT DISTINCT listed, entries, missing FROM windows") == [(0, 0, 0)]
    assert [reason for _, reason, _ in crawls.reports] == ["list_timeout"] * 3
    assert crawls.watermarks() == {}


def test_an_answer_ends_the_silence(crawls: Crawls) -> None:
    days = ["2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02", "2026-03-01", "2026-02-28"]
    crawls.lists = {f"china {day}": TIMEOUT for day in days if day != days[2]}
    crawls.run(since=days[-1])
    assert [*crawls.reasons().values()] == [
        "list_timeout", "list_timeout", "", "list_timeout", "list_timeout", "list_timeout",
    ]  # fmt: skip
    assert not crawls.outcomes.unread


@pytest.mark.fault(
    "list",
    "a list that takes the budget of a run",
    "a backfill of two channels",
    "the other is read whole, the next run goes on",
)
def test_a_list_that_has_taken_its_budget_of_the_run_is_left_to_the_next(crawls: Crawls) -> None:
    days = ["2026-03-03", "2026-03-02", "2026-03-01", "2026-02-28", "2026-02-27"]
    span: dict[str, Any] = {"since": days[-1], "until": days[0]}
    crawls.site = msgspec.structs.replace(SITE, budgets=Budgets(run_requests=5))
    crawls.lists = {f"china {days[0]}": TIMEOUT, f"china {days[-1]}": [1]}
    crawls.run("china", "stock", **span, code=5)
    china = [name for name in crawls.asked if name.startswith("china")]
    assert china == [*3 * [f"china {days[0]}"], f"china {days[1]}", f"china {days[2]}"]
    reasons = crawls.reasons()
    assert [reasons[f"china {day}"] for day in days] == ["list_timeout", "", "", "list_moving", "list_unread"]
    assert [reasons[f"stock {day}"] for day in days] == [""] * 5
    why = "its list took 5 requests in this run; raise budgets.run_requests in a --site file"
    assert crawls.reports[1:] == [(f"china {days[3]}", "list_moving", why)]
    crawls.lists.pop(f"china {days[0]}")
    crawls.now += timedelta(hours=1)
    assert keys(crawls.run("china", "stock", **span)) == [key(1)]
    assert crawls.asked == [f"china {day}" for day in (days[0], *days[3:], "2026-02-26")]  # the last is for its windows
    assert {reason for name, reason in crawls.reasons().items() if name.startswith("china")} == {""}


# Days that are not read again


def test_a_resumed_backfill_skips_the_days_that_were_read_when_they_were_final(crawls: Crawls) -> None:
    days = ["2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02"]
    crawls.lists = {f"china {days[2]}": TIMEOUT, f"china {days[3]}": [1]}
    assert keys(crawls.run(since=days[-1], code=130)) == [key(1)]
    crawls.now += timedelta(hours=1)
    assert keys(crawls.run(since=days[-1])) == [key(1)]  # it was not fetched
    assert crawls.asked == [f"china {days[0]}", f"china {days[1]}", *3 * [f"china {days[2]}"]]
    assert crawls.expected == [1]
    assert [*crawls.reasons().values()] == ["", "", "list_timeout", ""]  # the day that was skipped is still proven
    assert "reason" not in crawls.outcomes.coverage["china"][days[-1]]


def test_a_day_that_was_not_over_when_a_backfill_began_is_read_again(crawls: Crawls) -> None:
    crawls.run(since=TODAY, code=130)
    crawls.now += timedelta(days=3)
    crawls.run(since=TODAY)
    assert crawls.asked[-1] == f"china {TODAY}"


def test_a_backfill_that_ended_is_read_anew(crawls: Crawls) -> None:
    crawls.run(since=BEFORE, until=BEFORE, code=0)
    crawls.now += timedelta(hours=1)
    crawls.run(since=BEFORE, until=BEFORE)
    assert crawls.asked == [f"china {BEFORE}"]


def test_each_channel_of_a_backfill_has_read_its_own_days(crawls: Crawls) -> None:
    crawls.lists = {f"stock {BEFORE}": TIMEOUT}
    crawls.run("china", "stock", since=BEFORE, until=BEFORE, code=130)
    crawls.now += timedelta(hours=1)
    crawls.run("china", "stock", since=BEFORE, until=BEFORE, code=130)
    assert crawls.asked == 3 * [f"stock {BEFORE}"]


# What is noted


def test_how_a_day_was_read(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.total = {f"china {TODAY}": 3}
    crawls.run(since=TODAY)
    noted = "SELECT channel, day, listed, entries, missing, reason, read, run FROM windows"
    assert crawls.rows(noted) == [("china", TODAY, 3, 1, 2, "list_short", int(NOON.timestamp()), 1)]
    assert crawls.reports == [(f"china {TODAY}", "list_short", "2 of its rows may be missing")]
    assert crawls.rows("SELECT key, channel, day, state FROM items") == [(key(1), "china", TODAY, "listed")]
    assert crawls.watermarks() == {}


def test_an_unproven_reading_counts_the_rows_of_earlier_ones(crawls: Crawls) -> None:
    crawls.lists, crawls.total = {f"china {TODAY}": [1, 2]}, {f"china {TODAY}": 3}
    crawls.run(since=TODAY)
    assert crawls.rows("SELECT listed, entries, missing FROM windows") == [(3, 2, 1)]
    crawls.lists = {f"china {TODAY}": TIMEOUT}
    crawls.run(since=TODAY)
    assert crawls.rows("SELECT listed, entries, missing FROM windows") == [(2, 2, 0)]


def test_a_day_that_lacks_a_row_is_read_twice_once(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1, 2]}
    crawls.run(since=TODAY)
    crawls.lists = {f"china {TODAY}": [1]}
    for times in (2, 1):
        crawls.run(since=TODAY)
        assert crawls.asked.count(f"china {TODAY}") == times


def test_what_a_proven_reading_lacks_has_left_the_list(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.run(since=TODAY)
    vanished = "SELECT key, vanished FROM listings ORDER BY key"
    crawls.lists = {f"china {TODAY}": [2]}
    crawls.total = {f"china {TODAY}": 2}  # it has another row, which it does not give
    crawls.run(since=TODAY)
    assert crawls.rows(vanished) == [(key(1), 0), (key(2), 0)]
    crawls.total = {}
    crawls.run(since=TODAY)
    assert crawls.rows(vanished) == [(key(1), 1), (key(2), 0)]
    assert crawls.rows("SELECT listed, entries FROM windows") == [(1, 1)]


def test_what_another_list_no_longer_has_is_still_listed(crawls: Crawls) -> None:
    crawls.lists = {"page:x": html(1)}
    crawls.run("page:x")
    crawls.lists = {"page:x": html(2)}
    crawls.run("page:x")
    assert crawls.rows("SELECT key, vanished FROM listings ORDER BY key") == [(key(1), 0), (key(2), 0)]
    assert crawls.rows("SELECT listed, entries FROM windows") == [(2, 2)]


def test_a_list_that_becomes_empty_is_read_again_and_reported(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.run(since=TODAY)
    crawls.lists = {}
    crawls.run(since=TODAY)
    assert crawls.asked == 2 * [f"china {TODAY}"]
    assert crawls.reports == [(f"china {TODAY}", "list_empty", "its list was not empty before")]
    assert crawls.reasons() == {f"china {TODAY}": "list_empty"}


def test_a_list_that_is_empty_because_its_articles_are_gone_is_proven(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1, 2]}
    for lease in crawls.run(since=TODAY):
        with crawls.ledger.transaction() as connection:
            kept = states.kept(lease, lease.key, int(NOON.timestamp()), int(NOON.timestamp()), held=False)
            queue.settle(connection, lease.key, kept)
    crawls.lists = {}
    leases = crawls.run(since=TODAY)  # it looks at their pages at once
    assert keys(leases) == [key(1), key(2)]
    assert crawls.reasons() == {f"china {TODAY}": "list_empty"}
    with crawls.ledger.transaction() as connection:
        queue.settle(connection, key(1), states.gone(leases[0], "http_404", int(NOON.timestamp())))
        queue.settle(connection, key(2), states.unchanged(leases[1], int(NOON.timestamp())))
    assert crawls.run(since=TODAY) == []  # and not again
    assert crawls.reasons() == {f"china {TODAY}": "list_empty"}
    with crawls.ledger.transaction() as connection:
        queue.settle(connection, key(2), states.gone(leases[1], "http_410", int(NOON.timestamp())))
    crawls.run(since=TODAY)
    assert crawls.reasons() == {f"china {TODAY}": ""}


def test_another_list_is_noted_by_day_and_its_undated_rows_today(crawls: Crawls) -> None:
    other = '<li><a href="https://finance.sina.com.cn/9.html">9</a></li>'
    crawls.lists = {"page:x": html(1, day=YESTERDAY) + html(2, day=BEFORE) + other.encode()}
    crawls.run("page:x")
    assert crawls.rows("SELECT day, listed, entries, reason FROM windows ORDER BY day") == [
        (YESTERDAY, 1, 1, ""),
        (TODAY, 1, 1, ""),
    ]
    assert crawls.expected == [1, 1]


def test_a_list_that_names_nothing_of_today_is_read_nevertheless(crawls: Crawls) -> None:
    crawls.lists = {"page:x": html(1, day=YESTERDAY)}
    crawls.run("page:x")
    assert crawls.reasons() == {f"page:x {YESTERDAY}": ""}
    assert [*crawls.outcomes.coverage["page:x"]] == [YESTERDAY]


def test_today_is_a_day_of_the_site(crawls: Crawls) -> None:
    crawls.now = NOON - timedelta(hours=10)  # 02:00 in Beijing, and the day before in London
    crawls.lists = {"page:x": b'<li><a href="https://finance.sina.com.cn/9.html">9</a></li>'}
    crawls.run("page:x")
    assert crawls.reasons() == {f"page:x {TODAY}": ""}


def test_another_list_that_cannot_be_read_is_reported_and_noted(crawls: Crawls) -> None:
    crawls.lists = {"page:x": TIMEOUT}
    crawls.run("page:x")
    assert crawls.reports == [("https://list.example/page/x", "list_timeout", "no answer")]
    assert crawls.reasons() == {f"page:x {TODAY}": "list_timeout"}
    assert crawls.watermarks() == {}


# Watermarks


def test_a_first_reading_raises_the_watermark_to_its_start(crawls: Crawls) -> None:
    crawls.run(since="")
    assert crawls.watermarks() == {"china": int(NOON.timestamp())}


def test_a_first_reading_that_fails_is_read_from_the_same_time(crawls: Crawls) -> None:
    begins = int((NOON - timedelta(days=2)).timestamp())
    crawls.lists = {f"china {TODAY}": TIMEOUT}
    crawls.run("china", "stock", since="")
    assert crawls.watermarks() == {"china": begins, "stock": int(NOON.timestamp())}
    crawls.now += timedelta(days=3)
    crawls.lists = {}
    crawls.run(since="")
    assert crawls.watermarks()["china"] == int(crawls.now.timestamp())
    assert crawls.asked[-1] == "china 2026-03-02"  # a day before the watermark


@pytest.mark.parametrize(
    ("since", "until", "rises"),
    [("2026-03-04", "", True), ("2026-03-05", "", False), ("2026-03-01", "2026-03-04", False)],
)
def test_a_task_raises_a_watermark_that_it_joins(crawls: Crawls, since: str, until: str, *, rises: bool) -> None:
    crawls.now = NOON - timedelta(days=1)
    crawls.run(since="")
    mark = int(crawls.now.timestamp())
    crawls.now = NOON
    crawls.run(since=since, until=until)
    assert crawls.watermarks() == {"china": int(NOON.timestamp()) if rises else mark}


def test_a_feed_that_begins_after_the_watermark_is_reported_and_holds_nothing(crawls: Crawls) -> None:
    crawls.lists = {"feed": rss(NOON)}
    crawls.run("feed", since="")
    crawls.now = later = NOON + timedelta(hours=5)
    crawls.lists = {"feed": rss(NOON + timedelta(hours=2))}
    crawls.run("feed", since="")
    assert crawls.reports == [("feed", "list_short", "it reaches back to 2026-03-05 14:00")]
    assert crawls.reasons() == {f"feed {TODAY}": "list_short"}
    assert crawls.watermarks() == {"feed": int(later.timestamp())}


def test_a_feed_is_read_back_to_the_beginning_of_its_span(crawls: Crawls) -> None:
    crawls.lists = {"feed": rss(NOON, NOON - timedelta(days=1), NOON - timedelta(days=2))}
    assert keys(crawls.run("feed")) == [key(1), key(2)]


# The clock


def test_the_newest_time_of_a_list_is_heard(crawls: Crawls) -> None:
    crawls.check = ClockCheck()
    crawls.lists = {"feed": rss(NOON - timedelta(hours=2), NOON - timedelta(hours=1), NOON - timedelta(days=9))}
    crawls.run("feed")
    assert crawls.check.newest == int((NOON - timedelta(hours=1)).timestamp())


@pytest.mark.parametrize("answer", [TIMEOUT, Banned("the clock is wrong")])
def test_a_run_that_ends_because_of_a_wrong_clock_leaves_nothing(crawls: Crawls, answer: Answer) -> None:
    """Not even of lists that did not answer."""
    crawls.now = NOON + timedelta(days=40)
    crawls.run("china", since="")
    tables = ("runs", "windows", "watermarks", "about")
    before = [crawls.rows(f"SELECT * FROM {table}") for table in tables]
    crawls.check = ClockCheck(wrong="the clock is wrong")
    crawls.now = NOON
    crawls.lists = {f"{name} 2026-03-{day:02}": answer for name in ("china", "stock") for day in range(1, 8)}
    crawls.run("china", "stock", since="")
    assert [crawls.rows(f"SELECT * FROM {table}") for table in tables] == before


def test_what_a_run_with_a_wrong_clock_has_found_is_no_proof(crawls: Crawls) -> None:
    """The lists' host sends no Date, and that of the articles does: the lists were read by then."""
    crawls.run(since="")
    before = crawls.rows("SELECT * FROM windows ORDER BY day"), crawls.watermarks()
    crawls.now += timedelta(days=40)
    crawls.check = ClockCheck(wrong="the clock is wrong")
    crawls.lists = {f"china {TODAY}": [1]}
    assert crawls.run(since="")
    assert (crawls.rows("SELECT * FROM windows ORDER BY day"), crawls.watermarks()) == before
    assert crawls.rows("SELECT id, ended FROM runs")[1:] == [(2, None)]  # a later run plans again what it has planned


def test_a_wrong_clock_lowers_no_watermark(crawls: Crawls) -> None:
    crawls.run(since="")
    before = crawls.watermarks()
    crawls.now -= timedelta(hours=5)
    crawls.check = ClockCheck(wrong="the clock is wrong")
    crawls.run(since=YESTERDAY)
    assert crawls.watermarks() == before


def test_a_first_run_by_a_clock_that_was_ahead_lets_no_day_be_passed(crawls: Crawls) -> None:
    crawls.now = NOON + timedelta(days=10)
    crawls.run(since="")
    crawls.now = NOON
    crawls.lists = {f"china {TODAY}": TIMEOUT}
    crawls.run(since="")
    crawls.lists = {}
    crawls.now = NOON + timedelta(days=11)
    crawls.run(since="")
    assert f"china {TODAY}" in crawls.asked


def test_undated_rows_that_a_clock_that_was_ahead_has_met_are_of_no_day_to_come(crawls: Crawls) -> None:
    crawls.check = ClockCheck()
    crawls.lists = {"page:x": html(1, day="")}
    crawls.now = NOON + timedelta(days=40)
    crawls.run("page:x", since="")
    crawls.now = NOON
    crawls.run("page:x", since="")
    crawls.run("page:x", since="")
    assert set(crawls.reasons()) == {f"page:x {TODAY}"}
    assert {day for (day,) in crawls.rows("SELECT day FROM listings")} == {TODAY}


def test_what_a_clock_that_was_ahead_has_planned_is_due(crawls: Crawls) -> None:
    """Unless the user has said that any clock is right."""
    crawls.now = NOON + timedelta(days=40)
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.fail(*crawls.run(since=TODAY))
    crawls.now = NOON
    assert crawls.run(since=TODAY) == []
    crawls.check = ClockCheck()
    assert keys(crawls.run(since=TODAY)) == [key(1)]


def test_a_crawl_goes_on_where_a_channel_was_read_before_a_clock_that_was_ahead(crawls: Crawls) -> None:
    crawls.run(since="")
    ahead = crawls.now = NOON + timedelta(days=40)
    crawls.run(since="")
    crawls.now = NOON + timedelta(days=2)
    crawls.run(since="")
    assert crawls.asked == [f"china 2026-03-{day:02}" for day in (7, 6, 5, 4)]
    assert crawls.watermarks() == {"china": int(ahead.timestamp())}  # it never goes down by itself
    crawls.now += timedelta(days=9)
    crawls.run(since="2026-03-14")  # it leaves days out
    assert crawls.watermarks() == {"china": int(ahead.timestamp())}
    crawls.run(since=YESTERDAY)
    assert crawls.watermarks() == {"china": int(crawls.now.timestamp())}


def test_a_day_that_failed_is_read_again_while_a_watermark_is_ahead(crawls: Crawls) -> None:
    crawls.run(since="")
    crawls.now = NOON + timedelta(days=40)
    crawls.run(since="")
    crawls.now = NOON + timedelta(days=2)
    crawls.lists = {"china 2026-03-06": TIMEOUT}
    crawls.run(since="")
    crawls.now += timedelta(days=1)
    crawls.lists = {}
    crawls.run(since="")
    assert crawls.asked == [f"china 2026-03-{day:02}" for day in (8, 7, 6, 5, 4)]
    crawls.now += timedelta(days=1)
    crawls.run(since="")
    assert crawls.asked == [f"china 2026-03-{day:02}" for day in (9, 8, 7)]


def test_a_feed_is_read_back_to_where_it_was_read_before_a_clock_that_was_ahead(crawls: Crawls) -> None:
    crawls.lists = {"feed": rss(NOON, NOON - timedelta(hours=47))}
    crawls.run("feed", since="")
    ahead = crawls.now = NOON + timedelta(days=40)
    crawls.lists = {"feed": rss(crawls.now)}
    crawls.run("feed", since="")
    assert crawls.watermarks() == {"feed": int(ahead.timestamp())}
    crawls.now = NOON + timedelta(hours=5)
    crawls.lists = {"feed": rss(NOON + timedelta(hours=2))}
    crawls.run("feed", since="")
    assert crawls.reports == [("feed", "list_short", "it reaches back to 2026-03-05 14:00")]


# The end of a run


def test_the_coverage_of_a_run(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1], f"china {YESTERDAY}": Banned("403"), "page:x": html(2)}
    crawls.run("china", "page:x", since=BEFORE)
    coverage = crawls.outcomes.coverage
    assert [*coverage] == ["china", "page:x"]
    assert [*coverage["china"]] == [BEFORE, YESTERDAY, TODAY]
    assert coverage["china"][TODAY]["waiting"] == 1
    assert {coverage["china"][day]["reason"] for day in (BEFORE, YESTERDAY)} == {"list_unread"}
    assert [*coverage["page:x"]] == [TODAY]
    assert not crawls.outcomes.limited
    assert not crawls.outcomes.unread


def test_the_coverage_is_that_of_the_days_and_the_run(crawls: Crawls) -> None:
    crawls.lists = {f"china {YESTERDAY}": [1]}
    crawls.run(since=BEFORE)
    crawls.run(since=TODAY)
    assert [*crawls.outcomes.coverage["china"]] == [TODAY]
    crawls.run(since=BEFORE, until=YESTERDAY)
    assert [*crawls.outcomes.coverage["china"]] == [BEFORE, YESTERDAY]


def test_what_an_earlier_run_kept_is_known(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.run(since=TODAY)
    with crawls.ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE items SET state = 'kept', run = 1")
    crawls.run(since=TODAY)
    tally = crawls.outcomes.coverage["china"][TODAY]
    assert (tally["kept"], tally["known"]) == (0, 1)


def test_a_run_without_lists_is_not_unread(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": Banned("403")}
    crawls.run()
    assert crawls.outcomes.unread is False


def test_the_end_of_a_run_is_in_the_ledger_and_its_leases_are_released(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.run(code=3)
    ((run, job, started, ended, code, summary),) = crawls.rows(
        "SELECT id, job, started, ended, exit, summary FROM runs"
    )
    assert (run, job, started, ended, code) == (1, 1, int(NOON.timestamp()), int(NOON.timestamp()), 3)
    assert json.loads(summary)["coverage"]["china"][TODAY]["listed"] == 1
    assert crawls.rows("SELECT task FROM runs") == [(f"crawl china since {YESTERDAY} until -",)]
    assert crawls.rows("SELECT lease FROM items") == [(None,)]


def test_a_channel_that_has_gone_silent_is_stale(crawls: Crawls) -> None:
    last = NOON - timedelta(hours=10)
    times = [int((last - timedelta(minutes=number)).timestamp()) for number in range(20)]
    entries = [ListedItem(key(number), url(number), ctime=when) for number, when in enumerate(times)]
    with crawls.ledger.transaction() as connection:
        for channel in ("china", "stock"):
            queue.note(connection, 0, channel, TODAY, entries, int(NOON.timestamp()))
    crawls.run("china", since=TODAY)
    assert crawls.outcomes.stale == {"china": {"last": "2026-03-05T02:00:00+08:00", "hours": 10.0}}
    crawls.run("china", since=YESTERDAY, until=YESTERDAY)
    assert crawls.outcomes.stale == {}


def test_nobody_has_to_expect_anything(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    frontier = Frontier(CrawlTask(("china",), TODAY), SITE, crawls.ledger, lambda: NOON, crawls.fetch, lambda *_: None)
    assert keys(ended(all_of(frontier))) == [key(1)]


def test_a_retry_of_an_article_that_another_list_named_last_is_not_lost(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    (lease,) = crawls.run()
    crawls.fail(lease)
    crawls.lists = {"page:x": html(1)}
    assert crawls.run("page:x") == []
    crawls.now += timedelta(minutes=11)
    crawls.lists = {}
    assert keys(crawls.run("china", since=BEFORE, until=BEFORE)) == [key(1)]


def test_a_run_that_no_server_answers_plans_nothing_again_and_takes_nothing_back(crawls: Crawls) -> None:
    """Its own clock may be behind."""
    crawls.check = ClockCheck()
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.fail(*crawls.run(since=""))
    tables = ("SELECT * FROM items", "SELECT * FROM listings", f"SELECT * FROM windows WHERE day = '{TODAY}'")
    before = [crawls.rows(query) for query in tables]
    crawls.now = NOON - timedelta(days=40)
    crawls.lists = {f"china 2026-01-{day}": TIMEOUT for day in (22, 23, 24, 25)}
    assert crawls.run(since="") == []
    assert crawls.outcomes.unread
    assert [crawls.rows(query) for query in tables] == before


def test_an_article_whose_last_look_was_before_a_clock_that_was_ahead_is_not_fetched_again(crawls: Crawls) -> None:
    crawls.lists = {f"china {TODAY}": [1]}
    crawls.run(since=TODAY)
    crawls.now = NOON + timedelta(days=40)
    (lease,) = crawls.run(since=TODAY)
    then, published = (int(when.timestamp()) for when in (crawls.now, NOON - timedelta(days=9)))
    with crawls.ledger.transaction() as connection:
        queue.settle(connection, lease.key, states.kept(lease, lease.key, published, then, held=False))
    crawls.check = ClockCheck()
    crawls.now = NOON + timedelta(hours=1)
    assert crawls.run(since=TODAY) == []


def test_a_watermark_is_when_the_run_began(crawls: Crawls) -> None:
    """What its lists named after they were read is left to the next run."""

    def later(_: str) -> None:
        crawls.now += timedelta(hours=3)

    crawls.before_answer = later
    crawls.run(since="")
    assert crawls.watermarks() == {"china": int(NOON.timestamp())}


def test_a_feed_that_had_something_weeks_ago_is_never_empty(crawls: Crawls) -> None:
    crawls.lists = {"feed": rss(NOON)}
    crawls.run("feed")
    crawls.now += timedelta(days=20)
    crawls.lists = {"feed": rss()}
    crawls.run("feed", since="1d")
    assert crawls.reports == [("feed", "list_empty", "its list was not empty before")]


def test_a_sitemap_that_named_only_older_days_may_be_empty(crawls: Crawls) -> None:
    crawls.lists = {"map": f"<urlset><url><loc>{url(1)}</loc></url></urlset>".encode()}
    crawls.run("map", since=TODAY)
    crawls.now += timedelta(days=20)
    crawls.lists = {"map": b"<urlset></urlset>"}
    crawls.run("map", since="1d")
    assert (crawls.reports, crawls.reasons()["map 2026-03-25"]) == ([], "")
