"""A machine of its own for a test: a network namespace with its own addresses, names and DNS server.

Run as a program, with a story in JSON as its argument, it is what happens there: it gives the namespace its addresses,
listens on the ports of http and https, answers for names, runs commands, and prints what was reached and told.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.support.listener import Listener, answer
from tests.support.scrapy_runs import environment_of

A, AAAA = 1, 28  # types of DNS records
UNSHARE = ("unshare", "--mount", "--net", "--propagation", "private")


def why_not() -> str:
    """Why this machine has no namespaces for us; empty if it has."""
    if os.geteuid():
        return "network namespaces need root"
    try:
        done = subprocess.run([*UNSHARE, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    except OSError as error:
        return f"network namespaces need {error.filename}"
    return done.stderr.decode().strip() and "this machine gives no network namespaces"


def played(folder: Path, story: dict[str, Any]) -> dict[str, Any]:
    """What happens in a story: `reached`, the connections by command, as [local address, path], and `told`, standard error.

    `addresses` are those of the machine, `names` the answers of its DNS server, by name: lists of addresses, one for each
    time that it is asked, the last for ever; `answers` those of the web servers, by path; `commands` what is run, in turn.
    """
    words = [*UNSHARE, sys.executable, "-m", "tests.support.namespace", json.dumps(story), str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def play(story: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Plays a story in a namespace."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in story["addresses"]:
        subprocess.run(
            ["ip", "address", "add", address, "dev", "lo", *(["nodad"] if ":" in address else [])], check=True
        )
    put(folder / "resolv.conf", "nameserver 127.0.0.1\n", "/etc/resolv.conf")
    put(folder / "hosts", "127.0.0.1 localhost\n", "/etc/hosts")
    threading.Thread(target=answer_names, args=(story["names"],), daemon=True).start()
    answers = {path: answer(**about) for path, about in story.get("answers", {}).items()}
    listeners = [Listener(address, port, answers) for address in ("0.0.0.0", "::") for port in (80, 443)]
    result: dict[str, Any] = {"reached": [], "told": []}
    for words in story["commands"]:
        command = [sys.executable, "-m", *words]
        done = subprocess.run(
            command, cwd=folder, env=environment_of(folder), capture_output=True, check=False, timeout=60
        )
        result["reached"].append([seen for listener in listeners for seen in listener.reached])
        result["told"].append(done.stderr.decode())
        for listener in listeners:
            listener.reached.clear()
    return result


def put(file: Path, text: str, place: str) -> None:
    """Puts a text in the place of a file of the system, in this namespace."""
    file.write_text(text, encoding="ascii")
    subprocess.run(["mount", "--bind", str(file), place], check=True)


def answer_names(names: dict[str, list[list[str]]]) -> None:
    """Answers for names, as a DNS server."""
    asked: defaultdict[tuple[str, int], int] = defaultdict(int)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def addresses(name: str, kind: int) -> list[str]:
        turns = names.get(name, [[]])
        asked[name, kind] += 1
        turn = turns[min(asked[name, kind], len(turns)) - 1]
        return [address for address in turn if (":" in address) == (kind == AAAA)]

    while True:
        query, peer = server.recvfrom(512)
        server.sendto(reply(query, addresses), peer)


def reply(query: bytes, addresses: Callable[[str, int], list[str]]) -> bytes:
    """The answer to a query (RFC 1035, 4)."""
    labels, place = [], 12
    while length := query[place]:
        labels.append(query[place + 1 : place + 1 + length].decode("ascii"))
        place += 1 + length
    kind = int.from_bytes(query[place + 1 : place + 3])
    family = socket.AF_INET6 if kind == AAAA else socket.AF_INET
    packed = [
        socket.inet_pton(family, each) for each in (addresses(".".join(labels), kind) if kind in (A, AAAA) else [])
    ]
    records = b"".join(struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(each)) + each for each in packed)
    head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, len(packed), 0, 0)
    return head + query[12 : place + 5] + records


if __name__ == "__main__":
    print(json.dumps(play(json.loads(sys.argv[1]), Path(sys.argv[2]))))
