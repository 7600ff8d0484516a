"""A real HTTP server on loopback with responses that a test sets; it records the requests."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0  # seconds before the response


@dataclass
class Server:
    base: str
    port: int
    answers: dict[str, Answer]
    hits: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.hits]

    def site_file(self, folder: Path, **politeness: float | str) -> Path:
        """A site file that makes this server a host of Sina Finance."""
        path = folder / "site.yaml"
        values = {
            "extends": "sina_finance",
            "hosts": ["127.0.0.1"],
            "roll": {"url": f"{self.base}/api/roll/get"},
            "politeness": {"delay": 0, "concurrency": 16, **politeness},
        }
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        return path


def article(
    title: str = "标题", paragraph: str = "正文。", date: str = "2026年03月01日 08:00", url: str = "", crumbs: str = ""
) -> bytes:
    """A page of the current design."""
    og_url = f'<meta property="og:url" content="{url}">' if url else ""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}_新浪财经_新浪网</title>{og_url}</head><body>'
        f'<div class="channel-path">{crumbs}</div>'
        f'<h1 class="main-title">{title}</h1><div class="date-source"><span class="date">{date}</span></div>'
        f'<div class="article" id="artibody"><p>　　{paragraph}</p></div></body></html>'
    ).encode()


@contextmanager
def serve(answers: dict[str, Answer | bytes]) -> Iterator[Server]:
    known = {path: answer if isinstance(answer, Answer) else Answer(answer) for path, answer in answers.items()}
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # Looked up first: a test that sees the hit may set another answer.
            answer = known.get(self.path, Answer(b"nothing here", 404))
            server.hits.append((time.monotonic(), self.path, dict(self.headers)))
            stopped.wait(answer.wait)
            self.send_response(answer.status)
            headers = {"Content-Type": "text/html", "Content-Length": str(len(answer.body))} | answer.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None  # type: ignore[method-assign]  # some tests disconnect early
    server = Server(f"http://127.0.0.1:{http.server_port}", http.server_port, known)
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        stopped.set()
        http.shutdown()
        http.server_close()


Serve = Callable[[dict[str, Answer | bytes]], Server]
