"""What a reader is told when a page cannot be made: a status and one line, without traceback or path."""

import sqlite3
from typing import Any

from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils import InvalidSql
from datasette.utils.asgi import Base400, Forbidden, Request, Response
from datasette.views.base import DatasetteError

from newscrawl.browse.asgi import report
from newscrawl.browse.words import one_line
from newscrawl.errors import ArchiveError, NotKept

LATE = "the query took too long; ask for less, or search first"
LEDGER = "the archive's ledger cannot be read; newscrawl verify shows more"
SERVER_FAULTS = 500


def failure_of(exception: BaseException) -> tuple[int, str] | None:
    """The status and sentence of an exception; None for an unexpected one."""
    match exception:
        case DatasetteError(title="SQL Interrupted") | QueryInterrupted():
            return 400, LATE
        case DatasetteError():
            return (400 if exception.status >= SERVER_FAULTS else exception.status), str(exception.message)
        case Forbidden():
            return 403, "this is not shown"
        case Base400():  # NotFound, too
            return exception.status, str(exception.args[0] if exception.args else "there is no such page")
        case NotKept():
            return 404, str(exception)
        case ArchiveError():
            return 404, LEDGER
        case sqlite3.Error() | InvalidSql():
            return 400, f"the query cannot be run: {exception}"
    return None


async def explained(datasette: Datasette, request: Request, exception: BaseException) -> Response:
    """The answer to a request that failed: JSON where JSON was asked for, else a page."""
    known = failure_of(exception)
    if known is None and request.query_string and isinstance(exception, ValueError | LookupError | TypeError):
        known = 400, "a parameter of this address cannot be understood"  # as _next=x, which Datasette does not foresee
    if known is None:
        report(request.path, exception)
    status, sentence = known or (400, "this address cannot be answered")
    about: dict[str, Any] = {"ok": False, "error": one_line(sentence), "status": status, "title": None}
    if request.path.endswith(".json"):
        return Response.json(about, status=status)
    return Response.html(await datasette.render_template("error.html", about, request=request), status=status)
