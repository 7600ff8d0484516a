"""A small site like Sina's, served on this machine: pages of every design, pages without an article, and redirects.

The pages are written for newscrawl and are no publisher's. Beside each page with an article is the post expected of it.
"""

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from newscrawl.extraction.identity import saved_page_url

PAGES = Path(__file__).with_name("pages")
ROBOTS = "User-agent: *\nDisallow: /private/\n"
SITE_FILE = """\
# The demo's site: Sina's rules, the address of this machine, no delay.
extends: sina_finance
hosts: [127.0.0.1]
politeness: {{delay: 0, concurrency: 4, contact: "demo"}}
roll: {{url: "{base}/api/roll/get"}}
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """The running site: its base URL and the URLs to fetch."""

    base: str
    urls: list[str]


# The expected failures.
FAILURES = Counter(error=1, http_404=1, index=1, no_date=2, robots=1, video=1)


def differing(folder: Path) -> list[str]:
    """The names of pages whose expected post is not in an archive, byte for byte."""
    written = {path.read_bytes() for path in (folder / "posts").rglob("*.md")}
    return [post.stem for post in sorted(PAGES.glob("*.md")) if post.read_bytes() not in written]


def pages() -> dict[str, bytes]:
    """The embedded pages by their URL path."""
    found = (page.read_bytes() for page in sorted(PAGES.glob("*.html")))
    return {urlsplit(saved_page_url(html)).path: html for html in found}


@contextmanager
def serve() -> Iterator[Demo]:
    """Serves the pages on a free port of the loopback address until the context ends."""
    served = pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/robots.txt":
                self.answer(200, ROBOTS.encode(), "text/plain")
            elif path == "/moved.shtml":
                self.send_response(301)
                self.send_header("Location", next(iter(served)))
                self.end_headers()
            elif path in served:
                self.answer(200, served[path], "text/html")
            else:
                self.answer(404, b"<title>404</title>", "text/html")

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Logs nothing: the run reports what happened."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    others = ("/moved.shtml", "/private/draft.shtml", "/china/2026-02-05/doc-inowhere0000012.shtml")
    try:
        yield Demo(base, [base + path for path in (*served, *others)])
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def site_file(demo: Demo) -> Iterator[Path]:
    """Yields a site file that replaces Sina by the demo's server."""
    with tempfile.TemporaryDirectory(prefix="newscrawl-demo-") as folder:
        path = Path(folder, "demo.yaml")
        path.write_text(SITE_FILE.format(base=demo.base), encoding="utf-8")
        yield path
