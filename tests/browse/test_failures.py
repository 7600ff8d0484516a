"""What a reader is told when a page cannot be made."""

import sqlite3

import pytest
from datasette.database import QueryInterrupted
from datasette.utils import InvalidSql
from datasette.utils.asgi import BadRequest, Forbidden, NotFound
from datasette.views.base import DatasetteError

from newscrawl.browse.failures import LATE, LEDGER, failure_of
from newscrawl.errors import ArchiveDamaged, NotKept

HERE = "/home/someone/archive/ledger.sqlite3"


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        (DatasetteError("<p>late</p>", title="SQL Interrupted", status=400, message_is_html=True), (400, LATE)),
        (QueryInterrupted(ValueError(), "select 1", {}), (400, LATE)),
        (DatasetteError("Cannot sort table by x"), (400, "Cannot sort table by x")),
        (DatasetteError("not allowed", status=403), (403, "not allowed")),
        (Forbidden("view-table"), (403, "this is not shown")),
        (NotFound("Table not found"), (404, "Table not found")),
        (BadRequest("_size must be a positive integer"), (400, "_size must be a positive integer")),
        (NotKept("the ledger has no capture 1"), (404, "the ledger has no capture 1")),
        (ArchiveDamaged(f"{HERE} is damaged"), (404, LEDGER)),
        (sqlite3.OperationalError("no such column: x"), (400, "the query cannot be run: no such column: x")),
        (InvalidSql("Statement must be a SELECT"), (400, "the query cannot be run: Statement must be a SELECT")),
        (ValueError(HERE), None),
        (MemoryError(), None),
    ],
)
def test_failures(exception: BaseException, expected: tuple[int, str] | None) -> None:
    assert failure_of(exception) == expected
