"""A server on loopback that answers with bytes that a test chooses, also such as no HTTP library would send.

It has a list of articles, `roll`, in the form of the roll API.
"""

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

DAY, TIME = "2026-03-01", 1772330000  # of every row: 09:53 in Beijing
Reply = bytes | Callable[[socket.socket], None] | None
"""The whole answer; what follows it is cut: the connection is closed after it if it names no length. None: no answer.

A function speaks on the connection itself, which is closed after it.
"""


def reply(body: bytes, status: str = "200 OK", **headers: str | int | None) -> bytes:
    """An answer with the length of its body, unless that is None; a header's underscores are hyphens."""
    named = {"Content_Type": "text/html; charset=utf-8", "Content_Length": len(body)} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body


NO_RULES = reply(b"", "404 Not Found")


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def names_its_end(answer: bytes) -> bool:
    """Whether an answer says where it ends, and is whole."""
    told, _, body = answer.partition(b"\r\n\r\n")
    length = told.lower().partition(b"content-length:")[2].split(b"\r\n")[0].strip()
    return (length.isdigit() and len(length) < 10 and len(body) >= int(length)) or body.endswith(b"\r\n0\r\n\r\n")


def reset(connection: socket.socket) -> None:
    """Ends a connection by RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def path_of(number: int) -> str:
    """The path of an article."""
    return f"/china/{DAY}/doc-iabcdefg{number:07d}.shtml"


@dataclass
class RawServer:
    """A running server. `page` gives the answer for a path, and is called with how often it was asked for."""

    page: Callable[[str, int], Reply]
    numbers: Sequence[int] = ()  # of the articles that its list names
    titles: Callable[[int], str] = "标题{}".format
    instead: Callable[[dict[str, list[str]]], Reply] | None = None  # of the list, by the query
    robots: Reply = NO_RULES
    hits: Counter[str] = field(default_factory=Counter)
    heads: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def articles_asked(self) -> int:
        return sum(count for path, count in self.hits.items() if "/doc-i" in path)

    def site_file(self, folder: Path, **politeness: float | str) -> Path:
        """A site file that makes this server a host of Sina Finance, with its list."""
        values = {
            "extends": "sina_finance", "hosts": ["127.0.0.1"], "roll": {"url": f"{self.base}/api/roll/get"},
            "politeness": {"delay": 0, "concurrency": 4, "timeout": 5, "retries": 0, **politeness},
        }  # fmt: skip
        path = folder / "site.yaml"
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        return path

    def roll(self, query: dict[str, list[str]]) -> bytes:
        """A page of the list."""
        inside = int(query["etime"][0]) <= TIME < int(query["stime"][0])
        times = {"ctime": str(TIME), "intime": str(TIME), "mtime": str(TIME)}
        rows = [
            {"docid": f"comos:abcdefg{n:07d}", "url": self.base + path_of(n), "title": self.titles(n), **times}
            for n in self.numbers
            if inside
        ]
        data = {"status": {"code": 0}, "total": len(rows), "data": rows if query["page"] == ["1"] else []}
        return reply(json.dumps({"result": data}).encode(), Content_Type="application/json")

    def answer(self, target: str) -> Reply:
        parts = urlsplit(target)
        self.hits[parts.path] += 1
        if parts.path == "/api/roll/get":
            query = parse_qs(parts.query)
            return self.instead(query) if self.instead else self.roll(query)
        if parts.path == "/robots.txt":
            return self.robots
        return self.page(parts.path, self.hits[parts.path])


@contextmanager
def raw_server(
    page: Callable[[str, int], Reply], numbers: Sequence[int] = (), titles: Callable[[int], str] = "标题{}".format
) -> Iterator[RawServer]:
    """Runs a server."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = RawServer(page, numbers, titles, port=listening.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        waiting = b""
        with connection, suppress(OSError):
            while True:
                while b"\r\n\r\n" not in waiting:
                    data = connection.recv(65536)
                    if not data:
                        return
                    waiting += data
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                server.heads.append(head.decode("latin-1"))
                answer = server.answer(head.split()[1].decode("latin-1"))
                if answer is None:
                    return
                if callable(answer):
                    answer(connection)
                    return
                connection.sendall(answer)
                if not names_its_end(answer):
                    return  # it ends with the connection

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
