"""The Datasette plugin: Chinese search, links, facets, and the pages of posts and captures."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.facets import Facet
from datasette.filters import FilterArguments
from datasette.utils import escape_sqlite, path_with_added_args, path_with_removed_args
from datasette.utils.asgi import NotFound, Request, Response
from jinja2 import Environment
from markupsafe import Markup
from pluggy import HookimplMarker

from newscrawl.browse import kept
from newscrawl.browse.asgi import CAPTURED, guarded
from newscrawl.browse.failures import explained
from newscrawl.browse.guard import Hosts
from newscrawl.browse.search import marked, passage
from newscrawl.browse.tables import CSV, QUERIES, show_csv, show_query
from newscrawl.browse.words import one_line, visible
from newscrawl.browse.worker import HEAP
from newscrawl.errors import NotKept
from newscrawl.sites.urls import is_web_url

hookimpl = HookimplMarker("datasette")
DATABASE = "browse"
PASSAGE = 120  # characters of a text in a list of articles
PLAIN = "text/plain; charset=utf-8"
STYLE = re.compile(rb"<style(?=[\s>])", re.IGNORECASE)


def root_of(datasette: Datasette) -> Path:
    """The root folder of the archive."""
    return Path(datasette.plugin_config("newscrawl")["archive"])


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    """Guards the application."""
    hosts: Hosts = datasette.plugin_config("newscrawl")["hosts"]
    return lambda app: guarded(app, hosts)


@hookimpl(tryfirst=True)  # before Datasette's own, which prints tracebacks
def handle_exception(datasette: Datasette, request: Request, exception: BaseException) -> Awaitable[Response]:
    """Answers a request that failed with one line."""
    return explained(datasette, request, exception)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Makes all text in templates harmless; Jinja escapes it afterwards."""
    env.finalize = lambda value: value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)


# Cells of the plain tables


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str) -> Markup | None:
    """Shows URLs, paths, ids of captures and stocks as links."""
    if database != DATABASE or table is None or not isinstance(value, str):
        return None
    if column == "url":
        return page_link(value, value)
    if column == "post":
        return Markup('<a href="{}">{}</a>').format(post_path(value), value)
    if column == "captures":
        links = [Markup('<a href="{}">{}</a>').format(capture_path(number), number) for number in json.loads(value)]
        return Markup(" ").join(links)
    if column == "stocks":
        links = [Markup('<a href="{}">{}</a>').format(stock_path(stock), stock) for stock in json.loads(value)]
        return Markup(" ").join(links)
    return None


def page_link(url: str, words: str) -> Markup:
    """A link to another site; only the text if the URL in the archive is no web URL."""
    if not is_web_url(url):
        return Markup("{}").format(words)
    return Markup('<a class="outward" rel="noreferrer noopener" target="_blank" href="{}">{}</a>').format(url, words)


def post_path(path: str) -> str:
    """The path of the page of a post.

    >>> post_path("posts/2026/03/01/2026-03-01-a.md")
    '/-/post/posts/2026/03/01/2026-03-01-a.md'
    """
    return f"/-/post/{quote(path)}"


def capture_path(number: int) -> str:
    """The path of the page of a capture."""
    return f"/-/capture/{int(number)}"


def articles_path(**values: str) -> str:
    """The path of the list of articles with these values.

    >>> articles_path(day="2026-03-01")
    '/browse/articles?day=2026-03-01'
    """
    return f"/{DATABASE}/articles?{urlencode(values)}"


def stock_path(stock: str) -> str:
    """The path of the list of articles about a stock."""
    return articles_path(stocks__arraycontains=stock)


# Functions and filters for the templates


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request) -> dict[str, Any]:
    """Adds functions for the templates, and the nonce of the answer's scripts and styles."""
    root = root_of(datasette)

    async def passages(rows: Iterable[Any], query: str) -> dict[str, str]:
        """The part of each article's text that a list shows, by key."""
        texts = await asyncio.to_thread(kept.texts, root, [row["key"] for row in rows])
        return {key: passage(text, query, PASSAGE) for key, text in texts.items()}

    async def story(key: str) -> dict[str, Any]:
        """The record of an article; empty if the ledger does not have it any more."""
        with suppress(NotKept):
            return await asyncio.to_thread(kept.record, root, key)
        return {}

    async def captured(numbers: str) -> Sequence[Any]:
        """The rows of an article's captures."""
        return await asyncio.to_thread(kept.captures_of, root, json.loads(numbers))

    async def asked(sql: str, *parameters: Any) -> Sequence[Any]:
        """Rows of the search database."""
        return [*(await datasette.get_database(DATABASE).execute(sql, parameters)).rows]

    return {
        "passages": passages, "story": story, "captured": captured, "asked": asked, "marked": marked,
        "page_link": page_link, "post_path": post_path, "capture_path": capture_path, "stock_path": stock_path,
        "articles_path": articles_path, "from_json": json.loads, "nonce": request.scope["nonce"],
        "one_line": one_line, "limit_seconds": datasette.sql_time_limit_ms // 1000, "limit_megabytes": HEAP // 2**20,
    }  # fmt: skip


@hookimpl
def filters_from_request(request: Request, table: str) -> FilterArguments | None:
    """Filters articles by `?_from=` and `?_to=`: days, both included; an empty one is ignored."""
    given = {name: request.args.get(f"_{name}") for name in ("from", "to")}
    bounds = {name: day for name, day in given.items() if day and table == "articles"}
    if not bounds:
        return None
    wheres = [f"day {'>=' if name == 'from' else '<='} :{name}_day" for name in bounds]
    params = {f"{name}_day": day for name, day in bounds.items()}
    return FilterArguments(wheres, params, [f"{name} {day}" for name, day in bounds.items()])


class CountFacet(Facet):  # type: ignore[misc]  # Datasette has no types
    """A facet that counts values. Its SQL has two placeholders: `column`, and `sql` for the selected rows."""

    counted: str
    argument: str  # the query parameter that selects a value

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The values of each column with their numbers of rows, and the columns that took too long."""
        results: list[dict[str, Any]] = []
        late: list[str] = []
        size, limit = self.get_facet_size(), self.ds.setting("facet_time_limit_ms")
        for each in self.get_configs():
            column = each["config"]["simple"]
            sql = self.counted.format(column=escape_sqlite(column), sql=self.sql) + f" limit {size + 1}"
            try:
                answer = await self.ds.execute(self.database, sql, self.params, custom_time_limit=limit)
            except QueryInterrupted:
                late.append(column)
                continue
            argument = self.argument.format(column=column)
            results.append(
                {
                    "name": column,
                    "type": self.type,
                    "hideable": each["source"] != "metadata",
                    "toggle_url": path_with_removed_args(self.request, {f"_facet_{self.type}": column}),
                    "results": [self.choice(argument, str(value), count) for value, count in answer.rows[:size]],
                    "truncated": len(answer) > size,
                }
            )
        return results, late

    def choice(self, argument: str, value: str, count: int) -> dict[str, Any]:
        """A value, with the path that selects it, or that deselects it if it is selected."""
        selected = (argument, value) in self.get_querystring_pairs()
        changed = path_with_removed_args if selected else path_with_added_args
        path = changed(self.request, {argument: value})
        return {"value": value, "label": value, "count": count, "toggle_url": path, "selected": selected}


class DayFacet(CountFacet):
    """A facet of days, the latest first; Datasette's own facets begin with the most frequent value."""

    type = "day"
    counted = "select {column} as value, count(*) from ({sql}) group by value order by value desc"
    argument = "{column}"


class ListFacet(CountFacet):
    """A facet of the values of JSON lists, which must be distinct; Datasette's own facet sorts all rows for that."""

    type = "list"
    counted = (
        "select each.value, count(*) as n from (select {column} as list from ({sql}) where list != '[]') as lists, "
        "json_each(lists.list) as each group by each.value order by n desc, each.value"
    )
    argument = "{column}__arraycontains"


@hookimpl
def register_facet_classes() -> list[type[Facet]]:
    """Registers the facets of days and lists."""
    return [DayFacet, ListFacet]


# Posts and captures


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Registers the pages of posts and captures, of queries, and tables as CSV."""
    return [
        (CSV, show_csv),
        (QUERIES, show_query),
        (r"^/-/post/(?P<path>.+)$", show_post),
        (r"^/-/file/(?P<path>.+)$", show_file),
        (r"^/-/capture/(?P<number>\d{1,18})$", show_capture),
        (r"^/-/capture/(?P<number>\d{1,18})/page$", show_page),
        (r"^/-/capture/(?P<number>\d{1,18})/body$", show_body),
    ]


async def show_post(datasette: Datasette, request: Request) -> Response:
    """The page of a post."""
    path = unquote(request.url_vars["path"])
    data = await call_in_thread(kept.post, root_of(datasette), path)
    about = {"path": path, "text": data.decode("utf-8", "replace"), "file": f"/-/file/{quote(path)}"}
    return Response.html(await datasette.render_template("post.html", about, request=request))


async def show_file(datasette: Datasette, request: Request) -> Response:
    """The file of a post."""
    data = await call_in_thread(kept.post, root_of(datasette), unquote(request.url_vars["path"]))
    return Response(data, content_type=PLAIN, headers=captured_headers(request))


async def show_capture(datasette: Datasette, request: Request) -> Response:
    """The page of a capture: its data, and the captured page in a frame."""
    capture = await captured(datasette, request)
    return Response.html(await datasette.render_template("capture.html", {"capture": capture}, request=request))


async def show_page(datasette: Datasette, request: Request) -> Response:
    """A captured page, for the frame. Raises NotFound if it is neither HTML nor text."""
    capture = await captured(datasette, request)
    if not capture.kind:
        raise NotFound("it is neither a page nor text; save it instead")
    kind = "text/html; charset=utf-8" if capture.kind == "page" else PLAIN
    nonce = request.scope["nonce"].encode()
    body = STYLE.sub(lambda tag: tag[0] + b' nonce="' + nonce + b'"', capture.shown) if kind != PLAIN else capture.shown
    return Response(body, content_type=kind, headers=captured_headers(request))


async def show_body(datasette: Datasette, request: Request) -> Response:
    """The body of a capture, decompressed, as a download."""
    capture = await captured(datasette, request)
    name = f"capture-{capture.row['id']}.{'html' if capture.kind == 'page' else 'bin'}"
    headers = captured_headers(request) | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(capture.body, content_type="application/octet-stream", headers=headers)


def captured_headers(request: Request) -> dict[str, str]:
    """The headers of what came from elsewhere: a policy that lets it do nothing, in frames of this server at most."""
    policy = CAPTURED.format(nonce=request.scope["nonce"])
    return {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}


async def captured(datasette: Datasette, request: Request) -> kept.CaptureView:
    """The capture of a request's URL. Raises NotFound."""
    capture: kept.CaptureView = await call_in_thread(kept.capture, root_of(datasette), int(request.url_vars["number"]))
    return capture


async def call_in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function of `kept` in a thread. Raises NotFound where it raises NotKept."""
    try:
        return await asyncio.to_thread(function, *arguments)
    except NotKept as lost:
        raise NotFound(str(lost)) from lost
