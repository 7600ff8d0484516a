"""The fake site: its counts are exact, its pages have the text that it says, and it changes as a test orders."""

import http.client
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from newscrawl.demo.fake_site.entries import DayList, generate
from newscrawl.demo.fake_site.lists import FAULTS
from newscrawl.demo.fake_site.plan import BEIJING, today
from newscrawl.demo.fake_site.server import Entry, FakeSite, Plan
from newscrawl.demo.fake_site.story import CHANGES, change
from newscrawl.errors import Refused
from newscrawl.extraction.page import extract
from newscrawl.sites.loader import load_site
from tests.conftest import ROOT

LAST = date(2026, 3, 5)
LIDS = {channel.name: channel.lid for channel in load_site("sina_finance").channels}


class Client:
    """One keep-alive connection."""

    def __init__(self, site: FakeSite) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", int(site.base.rpartition(":")[2]), timeout=60)

    def __call__(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        self.connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = self.connection.getresponse()
        return response.status, response.read(), {name.lower(): value for name, value in response.getheaders()}

    def roll(self, lid: int, page: int = 1, day: date | None = None, more: str = "") -> dict[str, Any]:
        """A page of a list, of one day if given."""
        window = ""
        if day:
            start = int(datetime(day.year, day.month, day.day, tzinfo=BEIJING).timestamp())
            window = f"&etime={start}&stime={start + 86400}&ctime={start + 86400}&date={day}"
        status, body, _ = self(f"/api/roll/get?pageid=155&lid={lid}&k=&num=50&page={page}{window}{more}")
        assert status == 200
        result: dict[str, Any] = json.loads(body)["result"]
        return result

    def paged(self, lid: int, day: date | None = None) -> Iterator[dict[str, Any]]:
        """The rows that a naive reader sees: pages until one is empty."""
        page = 1
        while rows := self.roll(lid, page, day)["data"]:
            yield from rows
            page += 1


Start = Callable[..., tuple[FakeSite, Client]]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[tuple[FakeSite, Client]] = []

    def serve(**plan: Any) -> tuple[FakeSite, Client]:
        site = FakeSite(Plan(**({"last": LAST} | plan)))
        running.append((site, Client(site)))
        return running[-1]

    yield serve
    for site, client in running:
        client.connection.close()
        site.close()


def docid(row: dict[str, Any]) -> str:
    return str(row["docid"]).removeprefix("comos:")


def days(site: FakeSite) -> list[date]:
    return [site.plan.last - timedelta(days=back) for back in range(site.plan.days)]


MIXED = {
    "duplicates": 0.1, "videos": 0.05, "slides": 0.02, "blogs": 0.02, "elsewhere": 0.03, "missing": 0.04,
    "soft_missing": 0.02, "broken": 0.01, "slow": 0.01,
}  # fmt: skip


def test_shares_are_exact_and_a_naive_reader_misses_none(start: Start) -> None:
    site, client = start(items=601, **MIXED)
    kinds = Counter(entry.kind for entry in site.entries)
    assert kinds == {
        "video": 30, "slide": 12, "blog": 12, "elsewhere": 18, "missing": 24, "soft_missing": 12, "broken": 6, "article": 487,
    }  # fmt: skip
    assert set(Counter((entry.channel, entry.day) for entry in site.entries).values()) == {40, 41}
    assert sum(entry.slow for entry in site.entries) == 6
    assert sum(entry.validator == "etag" for entry in site.entries) == 150
    assert len({entry.docid for entry in site.entries}) == 601

    rows = [row for name in site.plan.channels for day in days(site) for row in client.paged(LIDS[name], day)]
    assert len(rows) == 601 + 60
    assert {docid(row) for row in rows} == {entry.docid for entry in site.entries}
    whole = [row for name in site.plan.channels for row in client.paged(LIDS[name])]
    assert sorted(row["url"] for row in whole) == sorted(row["url"] for row in rows)
    assert len({row["url"] for row in rows}) == 601 + 30  # half of the further rows are in other lists


def test_lists_have_the_form_of_sina_s(start: Start) -> None:
    site, client = start(items=400, days=2, channels=("china", "stock"))
    result = client.roll(LIDS["china"], 2, LAST)
    assert (result["total"], result["start"], result["end"], result["lid"]) == (100, 50, 100, LIDS["china"])
    times = [int(row["ctime"]) for row in client.paged(LIDS["china"])]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 200
    assert all(len(row) == 44 and isinstance(row["ctime"], str) for row in result["data"])
    assert {row["docid"].startswith("comos:") for row in result["data"]} == {True, False}
    assert {bool(row["wapurl"]) for row in result["data"]} == {True, False}
    assert {type(row["img"]) for row in result["data"]} == {list, dict}
    assert [json.loads(row["urls"]) for row in result["data"]] == [[row["url"]] for row in result["data"]]
    assert client.roll(LIDS["china"], 3, LAST)["data"] == []
    assert client.roll(999)["total"] == 0
    assert client.roll(LIDS["china"], 0)["data"] == client.roll(LIDS["china"], 1)["data"]
    assert len(client.roll(LIDS["china"], more="&num=80")["data"]) == 50
    for entry in site.entries:
        assert datetime.fromtimestamp(entry.ctime, BEIJING).date() == entry.day
        assert entry.ctime <= entry.intime <= datetime.now(UTC).timestamp()
    _, body, _ = client(f"/api/roll/get?lid={LIDS['china']}&callback=cb")
    assert re.fullmatch(rb"try\{cb\(\{.*\}\);\}catch\(e\)\{\};", body)
    assert b"\\u" in body
    assert b"\\/" in body


def test_caps(start: Start) -> None:
    _, client = start(items=400, days=1, channels=("china",), page_cap=2, total_cap=150)
    assert client.roll(LIDS["china"])["total"] == 150
    assert len(list(client.paged(LIDS["china"]))) == 100


def test_no_entry_of_today_is_in_the_future(start: Start) -> None:
    site, client = start(items=90, last=today(), days=1, channels=("china",), late=0.1)
    assert all(entry.ctime <= datetime.now(UTC).timestamp() for entry in site.entries)
    site.add(2, "china")
    assert site.entries[-1].ctime <= datetime.now(UTC).timestamp()
    assert docid(client.roll(LIDS["china"])["data"][0]) == site.entries[-1].docid


@pytest.mark.parametrize("moment", [0, 5, 86399])
def test_a_site_can_be_generated_at_any_time_of_day(moment: int) -> None:
    plan = Plan(last=LAST, days=1, items=200, late=0.1, duplicates=0.1)
    now = DayList(load_site("sina_finance").channels[0], LAST).start + moment
    entries, lists = generate(plan, "http://127.0.0.1:1", now)
    assert all(now - moment <= entry.ctime <= now for entry in entries)
    assert sum(len(day_list.rows) + len(day_list.waiting) for day_list in lists) == 220


def test_late_entries_appear_while_a_list_is_paged(start: Start) -> None:
    site, client = start(items=1150, days=2, late=0.01)
    late = [entry for entry in site.entries if entry.late]
    assert len(late) == 12
    assert client.roll(LIDS["china"], 1, LAST)["total"] + sum(
        entry.late for entry in site.entries if (entry.channel, entry.day) == ("china", LAST)
    ) == sum((entry.channel, entry.day) == ("china", LAST) for entry in site.entries)
    seen = {docid(row) for name in site.plan.channels for day in days(site) for row in client.paged(LIDS[name], day)}
    assert not any(entry.waiting for entry in site.entries)
    assert seen == {entry.docid for entry in site.entries} - {entry.docid for entry in late}
    again = {docid(row) for name in site.plan.channels for day in days(site) for row in client.paged(LIDS[name], day)}
    assert again == {entry.docid for entry in site.entries}


def test_a_withdrawn_row_hides_another_from_a_naive_reader(start: Start) -> None:
    site, client = start(items=240, days=1, channels=("china", "stock"), withdrawn=0.1)
    seen = {docid(row) for name in site.plan.channels for row in client.paged(LIDS[name], LAST)}
    withdrawn = [entry for entry in site.entries if entry.withdrawn]
    missed = [entry for entry in site.entries if entry.docid not in seen]
    assert (len(withdrawn), len(missed)) == (2, 2)
    assert not set(withdrawn) & set(missed)
    assert client(withdrawn[0].path)[0] == 200
    assert withdrawn[0].docid not in {docid(row) for row in client.paged(LIDS[withdrawn[0].channel])}


def test_every_page_is_read_as_its_entry_whatever_surrounds_it(start: Start, tmp_path: Path) -> None:
    site, client = start(items=60, duplicates=0.2)
    rules = load_site(str(site.site_file(tmp_path)))
    for _ in range(5):
        for entry in site.entries:
            first, second = client(entry.path)[1], client(entry.path)[1]
            assert first != second
            assert 2000 < len(first) < 5000
            article = extract(first, entry.url, rules)
            assert article.record() == extract(second, entry.url, rules).record()
            assert_reads(entry, article.title, article.text)
            assert article.docid == entry.docid
            assert article.layout == "fin2017"
            assert article.published
            assert article.published.timestamp() == entry.ctime
        site.edit(60)
    assert {entry.version for entry in site.entries} == {6}
    assert {bool(entry.paragraphs()[-1].count(" | ")) for entry in site.entries} == {True, False}
    for row in client.paged(LIDS["china"], LAST):
        assert client(row["url"].removeprefix(site.base).partition("#")[0])[0] == 200


def assert_reads(entry: Entry, title: str, text: str) -> None:
    assert title == entry.title()
    assert [line for line in text.splitlines() if line] == entry.paragraphs()


def test_texts_depend_only_on_seed_docid_and_version() -> None:
    def texts(seed: int) -> list[object]:
        with FakeSite(Plan(last=LAST, items=9, seed=seed)) as site:
            return [(entry.docid, entry.title(3), entry.paragraphs(3)) for entry in site.entries]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_edits_alternate_in_kind(start: Start) -> None:
    site, client = start(items=40, validators=1.0, missing=0.1)
    edited = site.edit(8)
    assert edited == [entry for entry in site.entries if entry.kind == "article"][:8]
    assert {change(entry.docid, 2) for entry in edited} == set(CHANGES)
    for entry in edited:
        old, new = entry.paragraphs(1), entry.paragraphs(2)
        match change(entry.docid, 2):
            case "title":
                assert (entry.title(1) != entry.title(2), old == new) == (True, True)
            case "figures":
                assert sum(before != after for before, after in zip(old, new, strict=True)) == 1
            case "added":
                assert [line for line in new if line in old] == old
                assert len(new) == len(old) + 1
            case "removed":
                assert [line for line in old if line in new] == new
                assert len(new) == len(old) - 1
    rows = {docid(row): row for name in site.plan.channels for row in client.paged(LIDS[name])}
    assert all(rows[entry.docid]["title"] == entry.title(2) for entry in edited)
    unnoted = site.edit(8, noted=False)
    assert not set(edited) & set(unnoted)
    for entry in unnoted:
        assert {docid(row): row for row in client.paged(LIDS[entry.channel])}[entry.docid] == rows[entry.docid]
    with pytest.raises(ValueError, match="only 36"):
        site.edit(37)


def test_conditional_requests(start: Start) -> None:
    site, client = start(items=4, validators=1.0)
    for entry in site.entries:
        status, _, headers = client(entry.path)
        known = {
            "etag": {"If_None_Match": headers.get("etag", "")},
            "modified": {"If_Modified_Since": headers.get("last-modified", "")},
        }
        condition = known[entry.validator]
        assert status == 200
        assert client(entry.path, **condition)[:2] == (304, b"")
        assert site.requests[-1].conditional
        site.edit(1, noted=False)
        assert client(entry.path, **condition)[0] == 200
    assert {entry.validator for entry in site.entries} == {"etag", "modified"}


def test_deleted_new_and_missing_articles(start: Start, tmp_path: Path) -> None:
    site, client = start(items=60, missing=0.1, soft_missing=0.1, broken=0.1)
    edited = site.edit(2)
    gone, unlisted = site.delete(2), site.delete(2, listed=False)
    assert len({*edited, *gone, *unlisted}) == 6
    assert {client(entry.path)[0] for entry in (*gone, *unlisted)} == {404}
    listed = {docid(row) for name in site.plan.channels for row in client.paged(LIDS[name])}
    assert {entry.docid for entry in gone} <= listed
    assert not {entry.docid for entry in unlisted} & listed
    added = site.add(3, "stock", LAST - timedelta(days=1))
    rows = client.roll(LIDS["stock"], 1, LAST - timedelta(days=1))["data"]
    assert [docid(row) for row in rows[:3]] == [entry.docid for entry in reversed(added)]
    assert [client(entry.path)[0] for entry in added] == [200] * 3

    answers = {"missing": 404, "soft_missing": 200, "broken": 500}
    for entry in site.entries:
        if entry.kind in answers:
            status, body, _ = client(entry.path)
            assert status == answers[entry.kind]
            if entry.kind == "soft_missing":
                with pytest.raises(Refused, match="error: "):
                    extract(body, entry.url, str(site.site_file(tmp_path)))
    assert client("/china/2026-03-01/doc-iabcdefg1234567.shtml")[0] == 404
    with pytest.raises(ValueError, match="no list of world"):
        site.add(1, "world", LAST + timedelta(days=1))


def test_bans(start: Start) -> None:
    site, client = start(items=10)
    path = site.entries[0].path
    site.ban(429, after=2, times=2, retry_after="7")
    answers = [client(path) for _ in range(5)]
    assert [status for status, _, _ in answers] == [200, 200, 429, 429, 200]
    assert answers[2][2]["retry-after"] == "7"
    site.ban("page", only="roll")
    assert client(path)[0] == 200
    status, body, _ = client(f"/api/roll/get?lid={LIDS['china']}")
    assert status == 200
    assert "已被新浪安全部门封禁" in body.decode()
    assert client("/robots.txt")[0] == 200
    site.pardon()
    assert client.roll(LIDS["china"])["data"]
    site.ban(456, only="article")
    assert [client(path)[0] for _ in range(3)] == [456] * 3
    assert site.article_requests() == 9
    assert site.hits() == {site.entries[0].docid: 9}
    assert [request.kind for request in site.requests[-6:]] == [
        "roll",
        "robots",
        "roll",
        "article",
        "article",
        "article",
    ]


def test_faulty_answers(start: Start) -> None:
    site, client = start(items=30, days=1, channels=("china",))
    site.faults = dict(enumerate(FAULTS, 2))
    path = f"/api/roll/get?lid={LIDS['china']}"
    plain = json.loads(client(path)[1])["result"]["data"]
    answers = {fault: client(path) for fault in FAULTS}
    assert answers["jsonp"][1].startswith(b"try{")
    assert json.loads(json.loads(answers["string"][1]))["result"]["data"] == plain
    assert json.loads(answers["no_result"][1]) == {}
    assert json.loads(answers["null_data"][1])["result"]["data"] is None
    assert list(json.loads(answers["dict_data"][1])["result"]["data"].values()) == plain
    assert json.loads(answers["int_times"][1])["result"]["data"][0]["ctime"] == int(plain[0]["ctime"])
    assert answers["html"][1].startswith(b"<html>")
    assert answers["empty"][1] == b""
    with pytest.raises(json.JSONDecodeError):
        json.loads(answers["half"][1])
    assert answers["500"][0] == 500
    assert json.loads(answers["bad_status"][1])["result"]["status"]["code"] == 11
    assert json.loads(client(path)[1])["result"]["data"] == plain
    with pytest.raises(ValueError, match="no such fault: loud"):
        site.faults = {1: "loud"}


def test_other_lists_name_the_same_articles(start: Start) -> None:
    site, client = start(items=90, days=1, videos=0.1, duplicates=0.1)
    china = [entry for entry in site.entries if LIDS["china"] in entry.lids]
    for path, wanted, listed_entries in (
        (f"/roll/index.d.html?cid={LIDS['china']}&page=", "ul.list_009 li", china),
        ("/corp/view/vCB_AllNewsStock.php?symbol=sz300001&Page=", "div.datelist ul a", site.entries),
    ):
        named: list[str] = []
        for page in range(1, 4):
            root = html.fromstring(client(f"{path}{page}")[1].decode("gbk"))
            named += [str(link.get("href")) for element in root.cssselect(wanted) for link in element.iter("a")]
            assert bool(root.cssselect('div[style*="float:right"] a')) == ("corp" in path and page < 3)
        assert len(named) == len(listed_entries)
        assert {entry.url for entry in listed_entries if len(entry.lids) == 1} <= set(named)
    assert all(
        len(group) <= 5
        for group in html.fromstring(client("/roll/index.d.html")[1].decode("gbk")).cssselect("ul.list_009")
    )
    feed = etree.fromstring(client("/rss.xml")[1])
    assert len(list(feed.iter("guid"))) == 90
    assert re.fullmatch(r"\w{3}, \d\d Mar 2026 \d\d:\d\d:\d\d GMT", str(feed.findtext(".//pubDate")))
    sitemap = etree.fromstring(client("/sitemap.xml")[1])
    assert len(sitemap) == 81
    assert client("/robots.txt")[1].startswith(b"User-agent: *\nDisallow: /private/")
    site.robots = "User-agent: *\nDisallow: /\n"
    assert client("/robots.txt")[1] == site.robots.encode()


def test_close_ends_open_connections(start: Start) -> None:
    site, client = start(items=3)
    assert client(site.entries[0].path)[0] == 200
    site.close()
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client(site.entries[0].path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"channels": ("nowhere",)}, "no channel named nowhere"),
        ({"missing": 0.7, "videos": 0.7}, "more than all items"),
        ({"last": date(2999, 1, 1)}, "in the future"),
        ({"days": 0}, "needs a channel and a day"),
    ],
)
def test_impossible_plans_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Plan(**wrong)


def test_the_command_line() -> None:
    command = [sys.executable, "-m", "newscrawl.demo.fake_site", "--items", "5", "--channels", "china,stock"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        base, file = running.stdout.readline().split()
        roll = load_site(file).roll
        running.terminate()
    assert roll
    assert roll.url == f"{base}/api/roll/get"
