"""Attacks on `newscrawl browse` that take long: many more queries, alone and together, and thousands of odd requests."""

import random
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.browse.served import serving
from tests.browse.test_attacks import BOMBS, LARGE, MANY, ODD, SLOW, Place, check_memory, fault
from tests.browse.test_browse import make_archive

QUERIES = {
    **{name: sql for name, _, sql in (*BOMBS, *SLOW)},
    "group_concat": f"{MANY} select group_concat(hex(zeroblob(1000))) from n",
    "rows": f"{MANY} select i, hex(zeroblob(2000)) from n",
    "width": "select printf('%400000000d', 1)",
    "precision": "select printf('%.400000000f', 1)",
    "object": f"{MANY} select json_group_object(i, i) from n",
    "joined rows": "select a.*, b.* from articles a, articles b, articles c, articles d",
    "distinct": f"{MANY} select count(distinct randomblob(500)) from n limit 1",
    "like": f"select {LARGE} like '%0%0%0%0%0%0%0%0%0%0%0%0%1'",
    "glob": f"select {LARGE} glob '*0*0*0*0*0*0*0*0*0*0*0*0*1'",
    "trim": f"select trim({LARGE}, {LARGE})",
    "likes": f"{MANY} select sum({LARGE} like '%1') from n",
    "quote": "select quote(zeroblob(4000000))",
    "nested json": f"select json('[' || replace({LARGE}, '0', '[') || ']')",
    "window": f"{MANY} select i, group_concat(i) over (order by i) from n limit 100000",
    "tree": f"{MANY} select count(*) from json_tree((select json_group_array(i) from (select i from n limit 100000)))",
    "search": """select count(*) from articles_fts where articles_fts match '"的" OR "一" OR "是" NOT (x* OR y*)'""",
    "deep": f"select {'(' * 300}1{')' * 300}",
    "compound": " union all ".join(["select 1"] * 400),
    "comments": f"{'/**/' * 4000}select 1",
    "blanks": f"/**/{' ' * 20_000}x select 1",
    "quotes": f"select {chr(39) * 20_001}",
    "parameters": f"select {','.join(f':a{number}' for number in range(90))}",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("attacked") / "archive"
    key = make_archive(root, 24)[0].docid
    with serving(root, limit=1500) as server:
        yield Place(root, key, server)


@fault("thirty kinds of large and slow queries", "each as a page, as JSON and as CSV", "a short answer, or 400 in one line; no process takes 250 MB")  # fmt: skip
def test_queries_one_by_one(place: Place) -> None:
    for sql in QUERIES.values():
        for form in ("", ".json", ".csv"):
            answer = place.server.ask(f"/browse{form}?sql={quote(sql)}")
            if answer.status != 200:
                place.refused(answer)
    check_memory(place.server)


@fault("thirty kinds of large and slow queries at once", "all at the same time, three times", "a short answer, 400 or 429; no process takes 250 MB; then it answers as before")  # fmt: skip
def test_queries_at_once(place: Place) -> None:
    found: list[int] = []

    def ask(sql: str) -> None:
        found.append(place.server.ask(f"/browse.json?sql={quote(sql)}", timeout=300).status)

    for _ in range(3):
        asking = [threading.Thread(target=ask, args=(sql,)) for sql in QUERIES.values()]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    assert set(found) <= {200, 400, 414, 429}
    check_memory(place.server)
    assert place.server.ask("/").status == 200


PATHS = [path.partition("?")[0] for path in ODD] + [
    "/", "/browse", "/browse.json", "/browse/articles", "/browse/articles.json", "/browse/articles.csv", "/browse/revisions", "/browse/runs.json",
    "/browse/not_kept", "/browse/articles_fts", "/-/capture/1", "/-/capture/1/page",
]  # fmt: skip
NAMES = (
    "sql _search _searchmode _search_title _fts_table _fts_pk _where _facet _facet_array _facet_date _facet_size _facet_day _facet_list _sort _sort_desc "
    "_sort_by_desc _next _size _col _nocol _through _labels _label _trace _shape _json _json_infinity _nl _ttl _timelimit _from _to _nofacet _nocount "
    "_stream _dl _header _blob_column _blob_hash _extras _show_hidden _hide_sql _context _filter_column _filter_op _filter_value title title__contains "
    "title__in title__arraycontains published__date day__gt title__isnull title__xyz revision__gt key p0 search url__like title__glob _all"
).split()
VALUES = [
    "", "1", "0", "-1", "max", "9" * 30, "9" * 5000, "abc", "title", "经济", "\x00", "²", "1e400", "NaN", "$null", "$null,x", "a,b,c,d", "a%", "'", '"',
    "[", "[]", '{"table":"revisions","column":"key","value":"x"}', '{"table":1}', "null", "select 1", "select", "select * from nope", "select ?",
    "select :a", "select :_x", "with x as (select 1) select * from x", "explain select 1", "select 1; select 2", "select x'ff'", "-- x\nselect 1",
    "select 1 as a, 2 as a", "select 9223372036854775807+1", "select 1e999", "raw", "array", "object", "arrayfirst", "on", "off", "(", "a AND", "1=1",
    "rowid", "articles_fts", "posts/../x", "\n\r", "<script>", "2026-01-01", "~", "~00", "%s%n", "{}", "{sql}", "😀" * 50,
]  # fmt: skip
REQUESTS = 2000


@fault(
    "odd requests",
    "2,000 requests of random paths, parameters, values and methods",
    "2xx, 3xx or 4xx; no traceback, no path",
)
def test_random_requests(place: Place) -> None:
    chosen = random.Random(15)
    for _ in range(REQUESTS):
        count = chosen.choice((0, 1, 1, 2, 5))
        query = "&".join(f"{chosen.choice(NAMES)}={quote(chosen.choice(VALUES))}" for _ in range(count))
        path = chosen.choice(PATHS) + (f"?{query}" if query else "")
        answer = place.server.ask(path, method=chosen.choice(("GET", "GET", "GET", "GET", "HEAD", "POST")))
        assert 200 <= answer.status < 500, path
        text = answer.body.decode("utf-8", "replace")
        assert "Traceback" not in text, path
        assert str(place.root.parent) not in text, path
    assert place.server.ask("/").status == 200
