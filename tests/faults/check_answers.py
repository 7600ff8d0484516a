"""Answers that take time or memory, each of a host of its own, which has a good article too."""

import gzip
import os
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import brotli
import pytest
from backports import zstd

from tests.conftest import ROOT, Run
from tests.faults.conftest import Story
from tests.support.matrix import KEPT, Host, did, fetch_hosts, named, parameters, posts
from tests.support.memory import peak_of
from tests.support.odd_answers import PAGE, chunked, ok, said
from tests.support.raw import Reply, chunks, path_of, raw_server, reply
from tests.support.tls import over_tls, plainly, signed, speaking

Case: TypeAlias = tuple[str, Reply]
SECONDS = 15  # of politeness.timeout: more than a good answer takes on a busy machine
LARGE = 300 * 2**20
STEP = 2**20


def slowly(before: bytes, after: bytes) -> Callable[[socket.socket], None]:
    """Sends the second part of an answer a byte a second."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(before)
        for at in range(len(after)):
            connection.sendall(after[at : at + 1])
            time.sleep(1)

    return speak


def without_end(before: bytes, again: bytes) -> Callable[[socket.socket], None]:
    """Sends an answer that goes on and on."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(before)
        while True:
            connection.sendall(again)

    return speak


def silent(_: socket.socket) -> None:
    """Sends nothing, and keeps the connection."""
    time.sleep(2 * SECONDS)


def blocks() -> Iterator[bytes]:
    """A page of 300 MB."""
    yield PAGE
    for _ in range(LARGE // STEP):
        yield b" " * STEP


def compressed(coder: Any) -> bytes:
    """The page of 300 MB, packed by a compressor object."""
    return b"".join(coder.compress(block) for block in blocks()) + bytes(coder.flush())


def brotli_of(page: Iterator[bytes]) -> bytes:
    """A page, packed by brotli."""
    coder = brotli.Compressor(quality=3)
    return b"".join(coder.process(block) for block in page) + bytes(coder.finish())


SLOW: dict[str, Case] = {
    "nothing, and the connection stays": ("timeout", silent),
    "the headers a byte a second": ("timeout", slowly(b"", ok())),
    "the body a byte a second": ("timeout", slowly(ok(f"Content-Length: {len(PAGE)}", body=b""), PAGE)),
    "the body a byte a second, without a length": ("timeout", slowly(ok(body=b""), PAGE)),
    "a chunk a second": ("timeout", slowly(chunked(b""), chunks(PAGE))),
    "100 Continue without end": ("timeout", without_end(b"", said("HTTP/1.1 100 Continue", body=b"") * 99)),
    "half a page, and then nothing": ("timeout", slowly(ok(f"Content-Length: {len(PAGE)}", body=PAGE[:200]), b"<" * 40)),
}  # fmt: skip
ENDLESS: dict[str, Case] = {
    "a body": ("too_large", without_end(ok(), b"<p>x</p>" * 9000)),
    "chunks": ("too_large", without_end(chunked(b""), b"%x\r\n%b\r\n" % (2**16, b"x" * 2**16))),
    "a header line": ("broken", without_end(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 9000)),
    "a chunk's extension": ("broken", without_end(chunked(b"5;"), b"x" * 9000)),
}
HUGE: dict[str, Case] = {
    "100,000 headers": (KEPT, ok(*(f"X-{n}: {n}" for n in range(100_000)), f"Content-Length: {len(PAGE)}")),
    "11 MB of one letter": ("too_large", reply(b"a" * 11 * 2**20)),
    "9 MB of one letter": ("too_large", reply(b"a" * 9 * 2**20)),
    "9 MB of comments": ("too_large", reply(b"<!---->" * (9 * 2**20 // 7))),
    "11 MB behind a whole page": ("too_large", reply(PAGE + b" " * 11 * 2**20)),
    "10,000 answers before the answer": (KEPT, said("HTTP/1.1 102 Processing", body=b"") * 10_000 + reply(PAGE)),
}
ODD = {"a slow answer": SLOW, "an answer without end": ENDLESS, "a huge answer": HUGE}
CASES = named(ODD)


def host(answer: Reply) -> Host:
    """A host that gives this answer for one article, and a page for the other."""
    return Host(lambda path, _: answer if "/china/" in path else reply(PAGE))


def play(folder: Path) -> Mapping[str, Any]:
    """Fetches from all hosts: in one run those that need all its time, in another those that must not end by that."""
    runs = []
    for parts, seconds in ((("a slow answer",), SECONDS), ((*ODD,)[1:], 20 * SECONDS)):
        hosts = {name: host(case[1]) for part in parts for name, case in named({part: ODD[part]}).items()}
        (folder / parts[0]).mkdir()
        runs.append(fetch_hosts(folder / parts[0], hosts, concurrency=16, timeout=seconds))
    return {"runs": runs, "outcomes": runs[0]["outcomes"] | runs[1]["outcomes"]}


@pytest.fixture
def fetched(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize("name", parameters("answer", ODD, {name: did(case[0]) for name, case in CASES.items()}))
def test_an_answer_that_takes_long(fetched: Mapping[str, Any], name: str) -> None:
    assert fetched["outcomes"][name] == [CASES[name][0], KEPT]


def test_nothing_else_comes_of_them(fetched: Mapping[str, Any]) -> None:
    for each in fetched["runs"]:
        assert each["failed"].keys().isdisjoint(("fault", "lost"))
        assert "Traceback" not in each["errors"]
        assert (each["code"], each["verified"]) == (3, 0)


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: compressed(zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)),
    "deflate": lambda: compressed(zlib.compressobj(9)),
    "br": lambda: brotli_of(blocks()),
    "zstd": lambda: compressed(zstd.ZstdCompressor()),
    "gzip, gzip": lambda: gzip.compress(compressed(zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16))),
}


@pytest.mark.parametrize(
    "coding",
    [
        pytest.param(
            coding,
            id=coding,
            marks=pytest.mark.fault("answer", "a bomb", f"300 MB packed by {coding}", "`too_large`, in less than 250 MB of memory"),
        )
        for coding in BOMBS
    ],
)  # fmt: skip
def test_a_bomb(coding: str, tmp_path: Path) -> None:
    bomb = reply(BOMBS[coding](), Content_Encoding=coding)
    with raw_server(lambda path, _: bomb if path == path_of(1) else reply(PAGE)) as server:
        site, urls = server.site_file(tmp_path, timeout=120), [server.base + path_of(number) for number in range(3)]
        command = [sys.executable, "-m", "newscrawl", "fetch", *urls, "-o", "kept", "--site", str(site)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        peak = 0
        with (
            (tmp_path / "errors").open("w") as errors,
            subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=errors) as process,
        ):
            while process.poll() is None:
                peak = max(peak, peak_of(process.pid))
                time.sleep(0.01)
    said = (tmp_path / "errors").read_text(encoding="utf-8")
    assert "0000001.shtml: too_large: " in said
    assert process.returncode == 3
    assert {*posts(tmp_path / "kept")} == {"0000000", "0000002"}
    assert 50 << 20 < peak < 250 << 20


def fetch_one(newscrawl: Run, tmp_path: Path, url: str) -> str:
    """What standard error says of a URL."""
    site = tmp_path / "site.yaml"
    site.write_text("extends: sina_finance\nhosts: [127.0.0.1]\npoliteness: {delay: 0, retries: 0, timeout: 60}\n")
    done = newscrawl("fetch", url, "--site", site)
    assert done.returncode == 4
    return done.stderr.decode()


@pytest.mark.fault("answer", "a port that takes no connection", "nothing listens there", "`unreachable`, in one line")
def test_no_connection(newscrawl: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert ": unreachable: " in fetch_one(newscrawl, tmp_path, f"http://127.0.0.1:{port}{path_of(1)}")


@pytest.mark.fault(
    "answer", "TLS where http was asked for", "a server of TLS at an http:// address", "kept nothing, in one line"
)
def test_tls_at_a_plain_address(newscrawl: Run, tmp_path: Path) -> None:
    with speaking(over_tls(signed(), tmp_path / "pem", PAGE)) as port:
        told = fetch_one(newscrawl, tmp_path, f"http://127.0.0.1:{port}{path_of(1)}")
    assert ": robots_unreachable: robots.txt: " in told
    assert len(told.splitlines()) == 1


@pytest.mark.fault(
    "answer", "no TLS where https was asked for", "a plain server at an https:// address", "`tls`, in one line"
)
def test_a_plain_server_at_an_address_of_tls(newscrawl: Run, tmp_path: Path) -> None:
    with speaking(plainly) as port:
        told = fetch_one(newscrawl, tmp_path, f"https://127.0.0.1:{port}{path_of(1)}")
    assert ": tls: the server does not speak TLS at this address; try it with http://" in told
