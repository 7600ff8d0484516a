"""A server that notes each connection when it is there, before a byte is read of it, and answers everything alike.

Run as a program, it plays a part in a network namespace (`tests/support/namespace.py`).
"""

import socket
import threading
from contextlib import suppress

PAGE = b"<html><title>internal</title><h1>internal admin</h1></html>"


def answer(body: bytes = PAGE, status: str = "200 OK", location: str = "") -> bytes:
    """An answer after which the connection is closed: the next request needs another one."""
    more = f"Location: {location}\r\n" if location else ""
    head = f"HTTP/1.1 {status}\r\n{more}Content-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class Listener:
    """Listens on an address and port. `reached`: the local address of each connection, and the path that it asked for."""

    def __init__(self, address: str, port: int, answers: dict[str, bytes] | None = None) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.answers = answers or {}
        self.reached: list[list[str]] = []
        self.socket = socket.create_server((address, port), family=family)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """Takes connections until the listener is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                seen = [connection.getsockname()[0], ""]
                self.reached.append(seen)
                threading.Thread(target=self.serve, args=(connection, seen), daemon=True).start()

    def serve(self, connection: socket.socket, seen: list[str]) -> None:
        """Answers a request."""
        with connection, suppress(OSError, IndexError):
            connection.settimeout(5)
            seen[1] = connection.recv(65536).split(b" ")[1].decode("latin-1")
            connection.sendall(self.answers.get(seen[1], answer(status="404 No") if "robots" in seen[1] else answer()))

    def close(self) -> None:
        """Stops listening."""
        self.socket.close()
