"""Queries, and tables as CSV that spreadsheets open rightly: with a byte order mark, and without formulas.

Programs that want the exact values take JSON.
"""

import csv
import re
import sqlite3
from collections.abc import Mapping
from io import StringIO
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import AsgiStream, BadRequest, NotFound, Request, Response
from datasette.views.database import DatabaseView
from datasette.views.row import RowView
from datasette.views.table import TableView

from newscrawl.browse.words import cell

BOM = "\ufeff"  # without it Excel takes UTF-8 for the machine's own charset
CSV = r"^/(?P<database>browse)(?:/(?P<table>[^/.]+)(?:/(?P<pks>[^/]+?))?)?\.(?P<format>csv)$"


QUERIES = r"^/(?P<database>browse)(?:\.(?P<format>[a-z]+))?$"
BLANKS = 200  # in a row in a query; 32,000 behind a comment kept a pattern of Datasette's busy for 9 s (2026-11-28)


async def show_query(datasette: Datasette, request: Request, send: Any) -> Any:
    """Datasette's page of tables, or of a query. Raises BadRequest for a query that its patterns cannot bear."""
    refuse_blanks(request.args.get("sql") or "")
    return await DatabaseView.as_view(datasette)(request, send)


def refuse_blanks(sql: str) -> None:
    """Raises BadRequest for a query with too many blanks in a row."""
    if max(map(len, re.split(r"\S+", sql))) > BLANKS:
        raise BadRequest(f"a query may not have more than {BLANKS} blanks in a row")


async def show_csv(datasette: Datasette, request: Request) -> Any:
    """The rows of a table, a row or a query; of a table `?_stream=on` gives all rows.

    A fault on the way closes the connection, so that nobody takes the table for whole.
    """
    names = request.url_vars
    refuse_blanks(request.args.get("sql") or "")
    view = (RowView if names["pks"] else TableView if names["table"] else DatabaseView)(datasette)
    whole = bool(names["table"]) and not names["pks"] and bool(request.args.get("_stream"))
    bare = Request({**request.scope, "query_string": f"{request.query_string}&_nofacet=1&_nocount=1".encode()}, None)
    size = {"_size": "max"} if whole else {}
    found = await view.data(bare, **size)
    if isinstance(found, Response):
        return found
    first = found[0]
    if first.get("error"):
        raise sqlite3.OperationalError(first["error"])
    if "rows" not in first:
        raise NotFound("a query or a table is CSV; give ?sql=")

    async def write(stream: Any) -> None:
        data = first
        await stream.write(BOM + lines([data["columns"]]))
        while True:
            await stream.write(lines([[*map(plain, row)] for row in data["rows"]]))
            if not whole or not data.get("next"):
                return
            data = (await view.data(bare, _next=data["next"], **size))[0]

    name = names["table"] or names["database"]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return AsgiStream(write, headers=headers, content_type="text/csv; charset=utf-8")


def lines(rows: list[list[Any]]) -> str:
    """Rows as CSV."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def plain(value: Any) -> Any:
    """A value as a cell: bytes as hexadecimal digits, a row of another table as its key.

    >>> plain(b"\\xff"), plain({"value": "=a", "label": "b"})
    ('ff', "'=a")
    """
    if isinstance(value, bytes):
        return value.hex()
    return cell(value["value"] if isinstance(value, Mapping) else value)
