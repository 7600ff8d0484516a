"""Attacks on `newscrawl browse`: a server of its own, and what hostile pages and queries would send to it.

tests/faults/check_browse_faults.py sends more.
"""

import json
import os
import re
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from newscrawl.archive.paths import LEDGER
from newscrawl.browse.asgi import AT_ONCE
from newscrawl.browse.queries import Worker
from newscrawl.browse.worker import Question
from newscrawl.cli.main import main
from tests.browse.served import Answer, Server, serving
from tests.browse.test_browse import Browser, make_archive

MANY = "with recursive n(i) as (select 1 union all select i + 1 from n) "
LARGE = "hex(zeroblob(2400000))"
MEGABYTE = 2**20
SERVER_MEMORY, QUERY_MEMORY = 250 * MEGABYTE, 250 * MEGABYTE  # 95 and 120 MB were measured on 2026-11-28


class Place(NamedTuple):
    root: Path
    key: str  # of an article
    server: Server

    def refused(self, answer: Answer) -> str:
        """The line of an answer that refuses."""
        assert 400 <= answer.status < 500, (answer.status, answer.body[:300])
        lines = [*re.findall(r'zero-results">([^<]*)<|"error": "([^"]*)"', answer.text)]
        line = "".join(lines[0]) if lines else answer.text.removesuffix("\n")
        assert line
        assert "\n" not in line
        assert "Traceback" not in answer.text
        assert str(self.root.parent) not in answer.text
        return line

    def query(self, sql: str) -> Answer:
        return self.server.ask(f"/browse.json?sql={quote(sql)}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("attacked") / "archive"
    key = make_archive(root, 12)[0].docid
    with serving(root, "--allow-host", "archive.example", limit=300) as server:
        yield Place(root, key, server)


def fault(fault: str, sent: str, did: str) -> pytest.MarkDecorator:
    return pytest.mark.fault("browse", fault, sent, did)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
            marks=fault(
                f"DNS rebinding: {what}",
                f"{path} with the Host of another name, a name that begins with ours, another port, none, two",
                "421 (400 without a Host or with two), one line; nothing is read",
            ),
        )
        for path, what in (
            ("/", "a page"),
            ("/browse.json?sql=select+1", "a query"),
            ("/look/browse.css", "a static file"),
            ("/-/capture/1/body", "a download"),
            ("/nowhere", "no page"),
        )
    ],
)
def test_another_host(place: Place, path: str) -> None:
    port = place.server.port
    for host in (
        "a.example",
        f"a.example:{port}",
        f"localhost.a.example:{port}",
        f"127.0.0.1:{port + 1}",
        "192.0.2.1",
        "",
    ):
        answer = place.server.ask(path, [("Host", host)])
        assert answer.status in (421, 400), host
        place.refused(answer)
    answer = place.server.ask(path, [("Host", f"localhost:{port}"), ("Host", "a.example")])
    assert answer.status in (421, 400)
    expected = 404 if path == "/nowhere" else 200
    for host in (f"localhost:{port}", "127.0.0.1", f"[::1]:{port}", "archive.example"):
        assert place.server.ask(path, [("Host", host)]).status == expected, host


CROSS = [("Sec-Fetch-Site", "cross-site")]
SAME_SITE = [("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")]
NAVIGATION = [*CROSS, ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param(path, headers, marks=fault(f"cross-site request: {what}", sent, "403, one line"))
        for path, headers, what, sent in (
            ("/browse/articles.json", CROSS, "data", "fetch() of a table's JSON from another site"),
            ("/browse/articles.json", SAME_SITE, "another port", "fetch() by another server of this machine"),
            ("/look/browse.css", [*CROSS, ("Sec-Fetch-Dest", "style")], "parts of pages", "the stylesheet in another site's page"),
            ("/", [*CROSS, ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")], "a frame", "the front page in another site's frame"),
            ("/browse?sql=select+1", NAVIGATION, "a link with a query", "a link or window.open() with SQL in it"),
            ("/browse/articles.csv", NAVIGATION, "a download", "a link to a table's CSV"),
            ("/", [("Origin", "null")], "an opaque origin", "a request of a sandboxed page"),
            ("/", [("Origin", "http://a.example")], "its Origin", "a request with another Origin, without Sec-Fetch-Site"),
        )
    ],
)  # fmt: skip
def test_another_site(place: Place, path: str, headers: list[tuple[str, str]]) -> None:
    answer = place.server.ask(path, headers)
    assert answer.status == 403
    assert "another site" in place.refused(answer)


@fault("a link from another site", "a click on a link to a page without a query", "the page: it changes nothing, and the other site cannot read or frame it")  # fmt: skip
def test_a_link_leads_to_a_page(place: Place) -> None:
    for path in ("/", "/browse/articles", f"/browse/articles/{place.key}", "/-/capture/1"):
        assert place.server.ask(path, NAVIGATION).status == 200, path


@pytest.mark.parametrize(
    "method",
    [
        pytest.param(each, marks=fault(f"method {each}", f"{each} of a page, a query and a file", "405, one line"))
        for each in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW")
    ],
)
def test_methods(place: Place, method: str) -> None:
    for path in ("/", "/browse?sql=select+1", "/look/browse.css"):
        answer = place.server.ask(path, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        assert not [name for name in answer.headers if name.startswith("access-control")]


@fault("a websocket", "an upgrade with another Host and Origin", "refused like any request; nothing is upgraded")
def test_a_websocket(place: Place) -> None:
    upgrade = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "x" * 22 + "==")]  # fmt: skip
    assert place.server.ask("/", [("Host", "a.example"), *upgrade]).status == 421
    assert place.server.ask("/", [("Origin", "http://a.example"), *upgrade]).status == 403
    assert place.server.ask("/", upgrade).status == 200


@fault("framing, sniffing, reading from elsewhere", "every kind of answer, refusals included", "headers forbid it; scripts and styles by nonce only; no CORS")  # fmt: skip
def test_every_answer_has_the_security_headers(place: Place) -> None:
    nonces = set()
    paths = [
        "/",
        "/browse",
        "/browse/articles",
        "/browse?sql=select+1",
        "/browse?sql=x",
        "/browse/none",
        "/browse/articles.json",
    ]
    paths += [
        "/browse/runs.csv",
        "/look/browse.css",
        "/nowhere",
        f"/browse/articles/{place.key}",
        "/-/capture/1",
        "/browse/articles/",
    ]
    for path in paths:
        answer = place.server.ask(path)
        policy = answer.headers["content-security-policy"]
        found = re.fullmatch(
            r"default-src 'none'; script-src 'nonce-(\S+)'; style-src 'nonce-(\S+)'; img-src 'self'; frame-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            policy,
        )
        assert found, (path, policy)
        nonces.add(found[1])
        if answer.text.startswith("<!DOCTYPE"):
            assert answer.text.count(f'nonce="{found[1]}"') == 2, path
        assert path.endswith(".json") or not re.search(r"<style|<[^<>]*\s(?:style|on\w+)=", answer.text), path
        assert answer.headers["x-frame-options"] == "DENY"
        check_headers(answer)
    assert len(nonces) == len(paths)
    for path in ("/-/capture/1/page", "/-/capture/1/body"):
        answer = place.server.ask(path)
        assert answer.headers["content-security-policy"].startswith(
            "sandbox; default-src 'none'; img-src data:; style-src 'nonce-"
        )
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        check_headers(answer)


def check_headers(answer: Answer) -> None:
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (
        answer.headers["cross-origin-resource-policy"] == answer.headers["cross-origin-opener-policy"] == "same-origin"
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "unsafe" not in answer.headers["content-security-policy"]


BOMBS = [
    ("hex", "hex(zeroblob(4e8)), which took 6.7 GB", "select hex(zeroblob(400000000))"),
    ("randomblob", "hex(randomblob(4e8))", "select hex(randomblob(400000000))"),
    ("printf", "printf() with a width of 4e8", "select printf('%.*c', 400000000, 'x')"),
    ("replace", "replace() that makes 32 characters of each of 5 million", f"select replace({LARGE}, '0', hex(zeroblob(16)))"),
    ("aggregates", "json_group_array() of endless rows", f"{MANY} select json_group_array(hex(zeroblob(100000))) from n"),
    ("wide rows", "1,000 rows of 90 long values", f"{MANY} select {', '.join(['hex(zeroblob(40000))'] * 90)} from n"),
]  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(
            sql,
            id=name,
            marks=fault(f"memory: {name}", sent, "400 in one line, or a short answer; no process takes 250 MB"),
        )
        for name, sent, sql in BOMBS
    ],
)
def test_no_query_takes_the_memory(place: Place, sql: str) -> None:
    answer = place.query(sql)
    if answer.status != 200:
        place.refused(answer)
    assert len(answer.body) < MEGABYTE
    check_memory(place.server)


def check_memory(server: Server) -> None:
    memory = server.memory()
    assert memory.pop(server.process.pid) < SERVER_MEMORY
    assert all(peak < QUERY_MEMORY for peak in memory.values()), memory
    assert len(memory) <= 3


SLOW = [
    ("endless recursion", "a recursive query without end", f"{MANY} select max(i) from n"),
    ("a cross join", "six tables joined without a condition", "select count(*) from articles a, articles b, articles c, articles d, articles e, articles f"),
    ("one long call", "instr() of 5 million characters, which takes minutes and cannot be interrupted", f"select instr({LARGE}, substr({LARGE}, 1, 1200000) || '1')"),
    ("a sort", "a million random rows sorted", f"{MANY} select * from (select randomblob(500) as r from n limit 1000000) order by r"),
]  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(
            sql, id=name, marks=fault(f"time: {name}", sent, "400 at the time limit; the process of the query is ended")
        )
        for name, sent, sql in SLOW
    ],
)
def test_no_query_takes_the_time(place: Place, sql: str) -> None:
    assert "took too long" in place.refused(place.query(sql))
    check_memory(place.server)
    assert place.query("select count(*) from runs").status == 200, "the next one is answered"


@fault("many slow queries at once", "24 queries without end at the same time", "12 run one after the other in three processes, the others get 429; then it answers as before")  # fmt: skip
def test_many_slow_queries_at_once(place: Place) -> None:
    found: list[int] = []
    endless = f"{MANY} select max(i) from n"
    asking = [threading.Thread(target=lambda: found.append(place.query(endless).status)) for _ in range(2 * AT_ONCE)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert set(found) <= {400, 429}
    assert found.count(400) >= AT_ONCE
    assert place.server.ask("/").status == 200
    check_memory(place.server)


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(sql, id=name, marks=fault(f"SQL: {name}", sql, "400, one line; no path is told"))
        for name, sql in (
            ("attach", "with a as (select 1) attach 'x' as y"),
            ("load_extension", "select load_extension('x')"),
            ("where the file is", "select file from pragma_database_list"),
            ("write", "with a as (select 1) delete from articles"),
            ("nonsense", "select ' from"),
        )
    ],
)
def test_queries_only_read(place: Place, sql: str) -> None:
    place.refused(place.query(sql))
    for form in (f"/browse?sql={quote(sql)}", f"/browse.csv?sql={quote(sql)}", f"/browse/articles?_where={quote(sql)}"):
        place.refused(place.server.ask(form))


@fault("Datasette's pages about itself", "/-/metadata.json, /-/databases.json, /-/threads, /_internal …", "404, one line: they tell paths, and need inline scripts")  # fmt: skip
def test_pages_that_are_not_served(place: Place) -> None:
    for name in "metadata.json databases.json threads settings versions plugins patterns permissions messages allow-debug logout auth-token actor static/app.css static-plugins/x".split():
        answer = place.server.ask(f"/-/{name}")
        assert answer.status == 404
        place.refused(answer)
    for path in ("/_internal", "/_memory.json", "/:memory:", "/.json", "//a.example/", "/-/post/"):
        assert place.server.ask(path).status == 404, path


ODD = [
    "/browse/none", "/browse/articles/none", "/browse/articles/none.csv", "/browse/articles/a/b/c", "/browse/%00", "/browse/articles/%FF", "/browse/articles/~00",
    "/-/post/%00", "/-/file/..%2F..%2Fetc%2Fpasswd", "/-/capture/999999999999999999", "/-/capture/0/page", "/-/capture/x", "/look/none.css",
    "/browse/articles?_size=-1", "/browse/articles?_size=x", "/browse/articles?_sort=none", "/browse/articles?_sort=day&_sort_desc=day", "/browse/articles?_col=none",
    "/browse/articles?_ttl=%C2%B2", "/browse/articles?_timelimit=x", "/browse/articles.json?_timelimit=" + "9" * 5000, "/browse/articles?_next=x",
    "/browse/articles?_facet_size=x", "/browse/articles?_through={", "/browse/articles?_through=1", "/browse/articles.json?_shape=x",
    "/browse/articles?_searchmode=raw&_search=%22", "/browse/articles?_where=(", "/browse/articles?_fts_table=none&_search=a", "/browse/articles?_search_none=a",
    "/browse/articles?_facet=none", "/browse/articles?_facet_array=title", "/browse/articles?title__none=a", "/browse/articles?day__date=%FF%00",
    "/browse?sql=select+:_x", "/browse?sql=select+%00", "/browse?sql=select+?", "/browse.csv", "/browse.blob?sql=select+1", "/browse.db", "/browse.jsono", "/browse/runs.blob",
    "/browse/articles?_filter_column=&_filter_op=x&_filter_value=%0D%0A", "/browse/runs?_nl=on&_shape=array", "/browse?" + "a=b&" * 150, "/browse?" + "a" * 40_000,
    "/browse/articles?_json=title&_json_infinity=x", "/browse/articles_fts?_search=a", "/browse/articles_fts_data.json", "/browse/sqlite_master",
]  # fmt: skip


@fault("odd addresses", "60 odd paths, parameters, encodings, numbers and NULs", "2xx, 3xx or 4xx, refusals in one line; no traceback, no path; nothing on standard error but a line for each surprise")  # fmt: skip
def test_no_address_breaks_it(place: Place) -> None:
    found = {path[:60]: place.server.ask(path) for path in ODD}
    assert {path: answer.status for path, answer in found.items() if not 200 <= answer.status < 500} == {}
    for answer in found.values():
        if answer.status >= 400:
            place.refused(answer)
        assert str(place.root.parent) not in answer.body.decode("utf-8", "replace")
    assert place.server.ask("/browse/articles", method="HEAD").body == b""


@fault("a query of blanks", "30,000 blanks behind a comment, which a pattern of Datasette's bears 9 s", "400, one line")
def test_blanks(place: Place) -> None:
    for form in ("", ".json", ".csv"):
        assert "200 blanks" in place.refused(place.server.ask(f"/browse{form}?sql=/**/{'+' * 30_000}x"))
        assert place.server.ask(f"/browse{form}?sql=/**/select{'+' * 200}1").status == 200
        assert place.server.ask(f"/browse{form}?sql=/**/select{'+' * 201}1").status == 400


@fault("requests that are no HTTP", "bytes, a request without end, an absolute address of another host", "400 or 421, and the connection is closed")  # fmt: skip
def test_requests_that_are_no_http(place: Place) -> None:
    for sent in (b"\x16\x03\x01\x00\xff\xfe\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 200_000, b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", place.server.port), timeout=60) as connection:
            try:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(20)
            except OSError:  # it has closed the connection
                continue
            assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 421")), (sent[:20], answer)
    assert place.server.ask("/").status == 200


@fault("formulas and Chinese in a spreadsheet", "titles that begin with =, +, - and @, and control characters, in the CSV", "the CSV begins with a byte order mark, such cells with an apostrophe")  # fmt: skip
@fault("control and bidi characters in an old record", "a title with U+202E and an escape sequence", "a replacement character in the page and the CSV")  # fmt: skip
def test_cells_are_harmless(tmp_path: Path) -> None:
    make_archive(tmp_path, 12)
    browser = Browser(tmp_path)
    try:
        with closing(sqlite3.connect(browser.path)) as search:
            search.execute("UPDATE articles SET title = '=1+1' WHERE rowid = 1")
            search.execute("UPDATE articles SET title = char(0x202e, 27) || '经济' WHERE rowid = 2")
            search.commit()
        for path in ("/browse/articles.csv?_stream=on", "/browse.csv?sql=select+title,published+from+articles"):
            answer = browser.get(path)
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            assert "attachment" in answer.headers["content-disposition"]
            assert answer.content.startswith(b"\xef\xbb\xbf")
            text = answer.content.decode("utf-8-sig")
            assert "'=1+1," in text
            assert "\ufffd\ufffd经济," in text
            assert not re.search("[\u202e\x1b]", text)
        key = browser.get("/browse.json?sql=select+key+from+articles+where+rowid=2").json()["rows"][0][0]
        for page in ("/browse/articles?_size=max", "/browse/articles?_all=1&_size=max", f"/browse/articles/{key}"):
            text = browser.page(page)
            assert "\ufffd\ufffd经济" in text
            assert not re.search("[\u202e\x1b]", text)
        rows = browser.get("/browse/articles.csv?_stream=on&_size=5").text.count("\r\n")
        assert rows == len(browser.rows()) + 1, "all rows, whatever the page's size"
        assert browser.get("/browse/articles/none.csv").status_code == 404
    finally:
        browser.close()


@fault("the archive vanishes while it is shown", "ledger, posts and captures deleted, the ledger overwritten", "404 in one line for what is gone; tables and search go on")  # fmt: skip
@pytest.mark.parametrize("damage", ["deleted", "overwritten"])
def test_the_archive_vanishes(tmp_path: Path, place: Place, damage: str, capfd: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "archive"
    shutil.copytree(place.root, root)
    browser = Browser(root)
    try:
        post = browser.rows()[0]["post"]
        assert browser.get("/").status_code == 200
        if damage == "deleted":
            for file in (*root.glob(f"{LEDGER}*"), *root.glob("warc/**/*.gz")):
                file.unlink()
            shutil.rmtree(root / "posts")
        else:
            (root / LEDGER).write_bytes(os.urandom(20_000))
        for path in (
            "/",
            "/browse/articles",
            f"/browse/articles/{place.key}",
            "/-/capture/1",
            "/-/capture/1/page",
            f"/-/post/{post}",
        ):
            answer = browser.get(path)
            assert answer.status_code == 404, path
            assert str(tmp_path) not in answer.text
            assert "Traceback" not in answer.text
        assert browser.get("/browse/revisions").status_code == 200
        assert browser.keys("经济")
    finally:
        browser.close()
    assert "Traceback" not in "".join(capfd.readouterr())


@fault("the search database vanishes", "browse.sqlite3 deleted, and the process of a query killed", "one line for the query that ran; what is open is read on, or 400 in one line")  # fmt: skip
def test_the_process_of_a_query_is_killed(shelf_copy: Path) -> None:
    worker = Worker(shelf_copy)
    try:
        worker.process.kill()
        worker.process.wait()
        lost = worker.ask(Question("select 1", {}, 0, 5))
        assert "too much memory, or was stopped" in lost.error
        assert not worker.alive
    finally:
        worker.close()
    browser = Browser(shelf_copy.parent)
    try:
        browser.path.unlink()
        answer = browser.get("/browse.json?sql=select+1")
        assert (answer.status_code, "Traceback" in answer.text) == (400, False)
    finally:
        browser.close()


@pytest.fixture
def shelf_copy(tmp_path: Path, place: Place) -> Path:
    """A search database of its own, beside its ledger."""
    shutil.copytree(place.root, tmp_path / "archive")
    return tmp_path / "archive" / "browse.sqlite3"


def test_names_are_checked_before_it_starts(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("http://a.example", "a.example/x", "a b", ""):
        assert main(["browse", str(place.root), "--port", "0", "--allow-host", name]) == 2
        errors = capsys.readouterr().err
        assert "--allow-host" in errors
        assert errors.count("\n") == 1


def test_faults_of_a_query_are_data_for_programs(place: Place) -> None:
    answer = place.query("select nope")
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "no such column: nope")
