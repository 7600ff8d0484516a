"""A small site shaped like Sina's, served on this machine: every page design, a few traps, and a server's moods.

The pages are written for newscrawl, no publisher's; beside each that holds an article stands the post it must give.
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

from newscrawl.extraction.identity import saved_from

PAGES = Path(__file__).with_name("pages")
ROBOTS = "User-agent: *\nDisallow: /private/\n"
SITE_FILE = """\
# The demo's site: Sina's rules, this machine's address, and no need to wait.
extends: sina_finance
hosts: [127.0.0.1]
politeness: {{delay: 0, concurrency: 4, contact: "demo"}}
roll: {{url: "{base}/api/roll/get"}}
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """The running site: its address and what there is to fetch."""

    base: str
    urls: list[str]


# What the traps and moods must end in.
FAILURES = Counter(error=1, http_404=1, index=1, no_date=2, robots=1, video=1)


def differing(folder: Path) -> list[str]:
    """The pages whose post in an archive is not, byte for byte, the one that stands beside the page."""
    written = {path.read_bytes() for path in (folder / "posts").rglob("*.md")}
    return [post.stem for post in sorted(PAGES.glob("*.md")) if post.read_bytes() not in written]


def pages() -> dict[str, bytes]:
    """The embedded pages by the path they are served at."""
    found = (page.read_bytes() for page in sorted(PAGES.glob("*.html")))
    return {urlsplit(saved_from(html)).path: html for html in found}


@contextmanager
def serve() -> Iterator[Demo]:
    """Serves the pages on a free port of the loopback address until the block ends."""
    held = pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/robots.txt":
                self.answer(200, ROBOTS.encode(), "text/plain")
            elif path == "/moved.shtml":
                self.send_response(301)
                self.send_header("Location", next(iter(held)))
                self.end_headers()
            elif path in held:
                self.answer(200, held[path], "text/html")
            else:
                self.answer(404, b"<title>404</title>", "text/html")

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing: the run's own lines tell what happened."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    moods = ("/moved.shtml", "/private/draft.shtml", "/china/2026-02-05/doc-inowhere0000012.shtml")
    try:
        yield Demo(base, [base + path for path in (*held, *moods)])
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def site_file(demo: Demo) -> Iterator[Path]:
    """A site file that makes the demo stand in for Sina, as a test server's would."""
    with tempfile.TemporaryDirectory(prefix="newscrawl-demo-") as folder:
        path = Path(folder, "demo.yaml")
        path.write_text(SITE_FILE.format(base=demo.base), encoding="utf-8")
        yield path
