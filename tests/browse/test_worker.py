"""The limits of a query, in this process; tests/browse/test_attacks.py sends queries to a server."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newscrawl.browse import worker
from newscrawl.browse.worker import CELL, RESULT, Answer, Question, answer, authorized, connect, rows_of, weight

MANY = "with recursive n(i) as (select 1 union all select i + 1 from n)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "a?b%20.sqlite3"  # such a folder has a name that is no URL
    with closing(sqlite3.connect(path)) as made:
        made.execute("create table t (a, b)")
        made.execute("create virtual table f using fts5 (title, content='')")
        made.execute("insert into t values ('经济', x'ff')")
        made.commit()
    connection = connect(path)
    yield connection
    connection.close()


def ask(connection: sqlite3.Connection, sql: str, most: int = 0, seconds: float = 60, **parameters: object) -> Answer:
    return answer(connection, Question(sql, parameters, most, seconds))


def test_a_query_is_answered(database: sqlite3.Connection) -> None:
    assert ask(database, "select a, b, :c as c from t", c=None) == Answer(("a", "b", "c"), [("经济", b"\xff", None)])
    assert ask(database, f"{MANY} select i from n", 3) == Answer(("i",), [(1,), (2,), (3,)])
    assert ask(database, "select cast(x'ff41' as text) as a").rows == [("\ufffdA",)]
    assert ask(database, "-- nothing") == Answer((), [])


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ("select length(zeroblob(5000000))", "select length(zeroblob(5000001))"),
        ("select 'a' like '" + "%" * 500 + "'", "select 'a' like '" + "%" * 501 + "'"),
        ("select " + ", ".join("1" * 100), "select " + ", ".join("1" * 101)),
        (" union all ".join(["select 1"] * 50), " union all ".join(["select 1"] * 51)),
        ("select max(" + ", ".join("1" * 100) + ")", "select max(" + ", ".join("1" * 101) + ")"),
        ("select " + "+".join("1" * 199), "select " + "+".join("1" * 202)),
        ("select :b", "select ?2001"),
        ("select 1 --" + "x" * 49_989, "select 1 --" + "x" * 49_990),
        ("select 1;", "select 1; select 2"),
        ("select a from t", "select nope from t"),
        ("select ''", "select '\x00'"),
        ("select max(9223372036854775807)", "select sum(i) from (select 9223372036854775807 as i union all select 1)"),
    ],
)  # fmt: skip
def test_limits_of_a_query(database: sqlite3.Connection, within: str, beyond: str) -> None:
    assert ask(database, within, b=1).error == ""
    assert ask(database, beyond, b=1).error


def test_other_limits(database: sqlite3.Connection) -> None:
    for name, most in (("ATTACHED", 0), ("VARIABLE_NUMBER", 2000), ("TRIGGER_DEPTH", 1), ("WORKER_THREADS", 0)):
        assert database.getlimit(getattr(sqlite3, f"SQLITE_LIMIT_{name}")) == most
    assert database.execute("PRAGMA table_info(t)").fetchall()
    assert (worker.HEAP, worker.MEMORY, worker.TEMPORARY, worker.GRACE) == (2**27, 2**29, 2**29, 0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not know RLIMIT_AS")
@pytest.mark.parametrize(
    ("name", "most"), [("RLIMIT_AS", worker.MEMORY), ("RLIMIT_FSIZE", worker.TEMPORARY), ("RLIMIT_CORE", 0)]
)
def test_limits_of_the_process(name: str, most: int) -> None:
    code = f"import resource; from newscrawl.browse.worker import bound_process; bound_process(); print(resource.getrlimit(resource.{name}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == f"{(most, most)}\n"


@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (1, 2)", "update t set a = 1", "delete from t", "drop table t", "create table u (a)", "create temp table u (a)",
        "attach ':memory:' as m", "detach main", "pragma writable_schema = 1", "pragma query_only = 0", "pragma database_list",
        "pragma hard_heap_limit = 0", "pragma schema_version = 1", "select * from pragma_database_list", "select load_extension('x')",
        "select fts3_tokenizer('simple')", "begin", "savepoint a", "vacuum", "reindex", "analyze", "update sqlite_master set sql = ''",
        "create virtual table v using fts5vocab('f', 'row')", "insert into f (f) values ('rebuild')", "alter table t rename to u",
        "create trigger g after insert on t begin select 1; end", "create view v as select 1",
    ],
)  # fmt: skip
def test_a_query_only_reads(database: sqlite3.Connection, sql: str) -> None:
    found = ask(database, sql)
    assert found.error, found
    assert not found.rows
    assert ask(database, "select count(*) from t").rows == [(1,)]


def test_what_datasette_and_searches_need_is_allowed(database: sqlite3.Connection) -> None:
    for sql in (
        "pragma schema_version",
        "select * from sqlite_master",
        "select * from pragma_table_info('t')",
        "select count(*) from f where f match 'a'",
        "select value from json_each('[1]')",
        f"{MANY} select i from n limit 1",
    ):
        assert not ask(database, sql).error, sql
    assert authorized(sqlite3.SQLITE_FUNCTION, None, "LOAD_EXTENSION") == sqlite3.SQLITE_DENY
    assert authorized(sqlite3.SQLITE_PRAGMA, "function_list", None) == sqlite3.SQLITE_OK
    assert authorized(sqlite3.SQLITE_PRAGMA, "function_list", "a") == sqlite3.SQLITE_DENY
    assert authorized(sqlite3.SQLITE_UPDATE, "t", "a") == sqlite3.SQLITE_DENY


def test_what_the_authorizer_let_pass_would_write_nothing(database: sqlite3.Connection) -> None:
    database.set_authorizer(None)
    states = [database.execute(f"pragma {name}").fetchone()[0] for name in ("query_only", "trusted_schema")]
    assert states == [1, 0]
    database.execute("pragma query_only = off")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("insert into t values (1, 2)")


def test_a_query_that_is_late_or_large_is_ended(database: sqlite3.Connection) -> None:
    assert ask(database, f"{MANY} select max(i) from n", seconds=0.05) == Answer(error="interrupted", late=True)
    assert "characters" in ask(database, f"{MANY} select hex(zeroblob(40000)) from n limit 200").error
    assert (RESULT, CELL) == (8_000_000, 20)
    value = "a" * (RESULT - CELL)
    with closing(sqlite3.connect(":memory:")) as free:
        assert rows_of(free.execute("select ?", (value,)), ("a",), 0).rows == [(value,)]
        assert rows_of(free.execute("select ?", (value + "a",)), ("a",), 0).error
    assert [weight(value) for value in ("ab", b"abc", 5, None)] == [22, 23, 20, 20]
