"""The server: Datasette over a search database, with newscrawl's pages."""

import socket
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from newscrawl.browse import plugin
from newscrawl.browse.guard import LONGEST, Hosts
from newscrawl.browse.queries import BoundedDatabase

HERE = Path(__file__).parent
ANY_PORT = Hosts()
GRACE = 1  # seconds for unfinished responses when the server is stopped
SETTINGS = {
    "default_page_size": 50,
    "default_facet_size": 50,
    "facet_time_limit_ms": 3000,
    "sql_time_limit_ms": 5000,
    "num_sql_threads": 3,
    "max_returned_rows": 1000,
    "suggest_facets": False,
    "truncate_cells_html": 400,
}
DESCRIPTION = (
    "Search finds any run of characters, words of two (经济) and codes (600519) included; several words must all be "
    "there. 检索不分词：任意字词、代码均可，空格隔开的各词须同时出现。"
)
ARTICLES = "Each article as it was read last. Times are the site's (Beijing). 每篇文章的最新版本，时间为北京时间。"


def metadata_of(root: Path, hosts: Hosts) -> dict[str, Any]:
    """Datasette's metadata for an archive: title, descriptions, and how to show its tables."""
    tables = {
        "articles": {
            "title": "Articles 文章",
            "description": ARTICLES,
            "sort_desc": "published",
            "facets": ["channel", {"day": "day"}, "source", {"list": "stocks"}],
            "fts_table": "articles_fts",
            "label_column": "title",
        },
        "revisions": {
            "title": "Revisions 修改记录",
            "description": "What was edited after publication. 发表后改动了什么。",
            "sort_desc": "read",
        },
        "not_kept": {
            "title": "Not kept 未收录",
            "description": "What lists named and the archive does not hold, and why. 列表里有而未收录的，及原因。",
            "sort_desc": "day",
            "facets": ["reason", "list", {"day": "day"}],
        },
        "runs": {"title": "Runs 抓取记录", "description": "The crawls of this archive. 历次抓取。", "sort_desc": "id"},
        "stamps": {"hidden": True},
        "articles_fts": {"hidden": True},
    }
    return {
        "title": root.resolve().name,
        "description": DESCRIPTION,
        "license": "the texts belong to their publishers 文章版权归原作者及发布机构所有",
        "plugins": {"newscrawl": {"archive": str(root), "hosts": hosts}},
        "databases": {plugin.DATABASE: {"title": "Tables 数据表", "tables": tables}},
    }


class LeanDatasette(Datasette):  # type: ignore[misc]  # Datasette has no types
    """Datasette without a database of its own, which it asks at each request whether the schema has changed."""

    async def refresh_schemas(self) -> None:
        """Does nothing."""


def application(root: Path, path: Path, hosts: Hosts = ANY_PORT) -> Datasette:
    """Creates Datasette over the search database at `path`, with texts, posts and captures of the archive at `root`."""
    if not pm.has_plugin("newscrawl"):
        pm.register(plugin, "newscrawl")
        pm.unregister(name="datasette.handle_exception")  # it prints tracebacks; plugin.handle_exception answers
    datasette = LeanDatasette(
        metadata=metadata_of(root, hosts),
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("look", str(HERE / "static"))],
    )
    for name in ("_memory", "_internal"):
        datasette.remove_database(name)
    datasette.add_database(BoundedDatabase(datasette, path), name=plugin.DATABASE)
    return datasette


def close(datasette: Datasette) -> None:
    """Ends Datasette's query threads, and closes their connections."""
    datasette.get_database(plugin.DATABASE).stop()
    datasette.executor.shutdown(cancel_futures=True)
    for database in datasette.databases.values():
        database.close()


class Server(uvicorn.Server):
    """A server that calls `ready` when it listens, and `stop` when it is stopped."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready, self.stop = ready, stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, and calls `ready`."""
        await super().startup(sockets)
        if self.started:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Interrupts running queries, and stops."""
        self.stop()
        await super().shutdown(sockets)


def serve(datasette: Datasette, listener: socket.socket, ready: Callable[[], None], *, verbose: bool = False) -> None:
    """Serves on a listening socket until SIGTERM or Ctrl-C. Raises RuntimeError if Datasette does not start."""
    config = uvicorn.Config(
        datasette.app(),
        lifespan="on",
        log_level="info" if verbose else "critical",  # an interrupted response at the end is no error
        access_log=verbose,
        server_header=False,
        proxy_headers=False,  # who asks is not told by headers
        http="h11",
        ws="none",
        h11_max_incomplete_event_size=2 * LONGEST,  # of a request's headers; more is refused
        timeout_graceful_shutdown=GRACE,
    )
    # Datasette leaves its other facets where one has failed; the reader is told of the failure.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    stop = datasette.get_database(plugin.DATABASE).stop
    server = Server(config, ready, stop)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn raises the signal again after it has closed everything
        pass
    finally:
        stop()
        close(datasette)
    if not server.started:
        raise RuntimeError("Datasette does not start")
