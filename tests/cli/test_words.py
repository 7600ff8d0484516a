"""What a user reads of a run that goes wrong: the whole of standard error, from real runs against real servers."""

import gzip
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from tests.conftest import Run
from tests.support.processes import Started
from tests.support.server import Answer, Serve, article
from tests.support.tls import Speak, over_tls, plainly, saying, signed, silently, speaking

NUMBERS = count(1)
TRUST = "SSL_CERT_FILE=FILE names the certificates to trust"
CLOCK = "is the clock of this machine right?"
CLOSED = "the server closed the connection without an answer; try again later"
Listen = Callable[[Speak], int]


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Starts servers that stop with the test, and returns their ports."""
    with ExitStack() as stack:

        def start(speak: Speak) -> int:
            return stack.enter_context(speaking(speak))

        yield start


def page() -> str:
    """The path of an article that no other test of this run has."""
    return f"/china/2026-03-01/doc-iabcdefg{next(NUMBERS):07d}.shtml"


def site_file(folder: Path) -> Path:
    path = folder / "site.yaml"
    values = {"extends": "sina_finance", "hosts": ["127.0.0.1"], "politeness": {"delay": 0, "timeout": 5, "retries": 0}}
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def told(run: Run, folder: Path, urls: dict[str, str]) -> tuple[dict[str, str], str]:
    """What standard error says of each of the named URLs, and its last line; it says nothing else."""
    done = run("fetch", *urls.values(), "--site", site_file(folder), "-o", folder / "kept", timeout=60)
    *lines, last = done.stderr.decode().splitlines()
    names = {url: name for name, url in urls.items()}
    found = [re.fullmatch(r"newscrawl: (https?://\S+): (.*)", line) for line in lines]
    return {names[match[1]]: match[2] for match in found if match}, last if all(found) else done.stderr.decode()


def test_what_is_wrong_with_a_connection(
    newscrawl: Run, listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, stranger = signed(names=()), signed(names=())
    certificates = {
        "fine": signed(authority),
        "expired": signed(authority, first=-3, last=-2),
        "early": signed(authority, first=2, last=3),
        "other": signed(authority, (x509.DNSName("b.example"),)),
        "own": signed(),
        "unknown": signed(stranger),
    }
    servers = {name: over_tls(own, tmp_path / name, article()) for name, own in certificates.items()}
    urls = {name: f"https://127.0.0.1:{listen(speak)}{page()}" for name, speak in servers.items()}
    urls["plain"] = f"https://127.0.0.1:{listen(plainly)}{page()}"
    answers = {"closed": b"", "not HTTP": b"SSH-2.0-x\r\n", "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html"}
    urls |= {name: f"http://127.0.0.1:{listen(saying(answer))}{page()}" for name, answer in answers.items()}
    (tmp_path / "authority").write_bytes(authority.pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority"))
    lines, last = told(newscrawl, tmp_path, urls)
    assert lines == {
        "expired": f"tls: its certificate has expired; {CLOCK}",
        "early": f"tls: its certificate is not valid yet; {CLOCK}",
        "other": "tls: its certificate is one of b.example, and not of 127.0.0.1",
        "own": f"tls: its certificate is self-signed; {TRUST}",
        "unknown": f"tls: nobody whom this machine trusts has issued its certificate; {TRUST}",
        "plain": "tls: the server does not speak TLS at this address; try it with http://",
        "closed": f"unreachable: {CLOSED}",
        "not HTTP": "broken: the answer was cut off or is not HTTP; try again later",
        "cut": "broken: the answer is 4 bytes shorter than its Content-Length",
    }
    assert last == "newscrawl fetch: 1 written, 9 failed (broken 2, tls 6, unreachable 1)"


def robots(body: bytes = b"", status: int = 200, **headers: str) -> dict[str, Answer | bytes]:
    return {"/robots.txt": Answer(body, status, {"Content-Type": "text/plain", **headers})}


def test_what_robots_txt_is_told_of(server: Serve, newscrawl: Run, listen: Listen, tmp_path: Path) -> None:
    forbid = b"User-agent: *\nDisallow: /china/\n"
    hops = {f"/{n}": Answer(b"", 302, {"Location": f"/{n + 1}"}) for n in range(1, 5)}
    bases = {
        "redirected": server(robots(status=302, Location="http://login.example/robots.txt")),
        "round": server(robots(status=302, Location="/robots.txt")),
        "busy": server(robots(status=503)),
        "slower": server(robots(status=429)),
        "none": server(robots(forbid, status=403)),
        "far": server({**robots(status=302, Location="/1"), **hops, "/5": Answer(forbid)}),
        "huge": server(robots(b"#" * 11 * 2**20 + b"\n" + forbid)),
        "long": server(robots(forbid + b"#" * 11 * 2**20)),
        "delayed": server(robots(b"User-agent: *\nCrawl-delay: 86400\n")),
        "nonsense": server(robots(b"User-agent: *\nCrawl-delay: -86400\n")),
    }
    urls = {name: f"{site.base}{page()}" for name, site in bases.items()}
    for name, site in bases.items():
        site.answers[urls[name].removeprefix(site.base)] = Answer(article(name))
    urls["silent"] = f"http://127.0.0.1:{listen(silently)}{page()}"
    lines, last = told(newscrawl, tmp_path, urls)
    unreachable = "robots_unreachable: robots.txt:"
    host = "login.example, which is not a host of this site; name it under hosts in a --site file"
    assert lines == {
        "redirected": f"{unreachable} it redirects to {host}",
        "round": f"{unreachable} too many redirects, the last to {bases['round'].base}/robots.txt",
        "busy": f"{unreachable} HTTP 503: the server has a problem; try again later",
        "slower": f"{unreachable} HTTP 429: too many requests; slow down and try again in an hour",
        "silent": f"{unreachable} {CLOSED}",
        "far": "robots: robots.txt forbids it",
        "long": "robots: robots.txt forbids it",
        "delayed": "robots_delay: robots.txt asks for 86400 s between two requests, and a run waits 600 s at most",
    }
    assert last == "newscrawl fetch: 3 written, 8 failed (robots 2, robots_delay 1, robots_unreachable 5)"
    for name in bases.keys() & lines.keys():
        assert urls[name].removeprefix(bases[name].base) not in bases[name].paths()


def test_what_an_answer_says(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    bomb = Answer(gzip.compress(b" " * 11 * 2**20), headers={"Content-Encoding": "gzip"})
    answers = {
        "401": Answer(b"", 401),
        "404": Answer(b"", 404),
        "410": Answer(b"", 410),
        "451": Answer(b"", 451),
        "500": Answer(b"", 500),
        "elsewhere": Answer(b"", 302, {"Location": "https://login.example/sso?x=1"}),
        "round": Answer(b"", 302, {"Location": "/round"}),
        "ftp": Answer(b"", 301, {"Location": "ftp://b.example/x"}),
        "nowhere": Answer(b"", 300),
        "large": Answer(b" " * 11 * 2**20),
        "bomb": bomb,
    }
    site = server({f"/{name}": answer for name, answer in answers.items()})
    lines, last = told(newscrawl, tmp_path, {name: f"{site.base}/{name}" for name in answers})
    too_large = "too_large: the answer is larger than 10 MB (DOWNLOAD_MAXSIZE)"
    host = "login.example, which is not a host of this site; name it under hosts in a --site file"
    assert lines == {
        "401": "http_401: the page wants a login; it cannot be fetched",
        "404": "http_404: the server has no such page",
        "410": "http_410: the page was removed for good",
        "451": "http_451: the page may not be shown, for legal reasons",
        "500": "http_500: the server has a problem; try again later",
        "elsewhere": f"offsite: it redirects to {host}",
        "round": f"redirects: too many redirects, the last to {site.base}/round",
        "ftp": "http_301: it redirects to ftp://b.example/x, which may not be fetched",
        "nowhere": "http_300: it redirects, and does not say where",
        "large": too_large,
        "bomb": too_large,
    }
    assert last.startswith("newscrawl fetch: 11 failed (")


def test_a_wait_is_said_and_what_an_interrupt_leaves(server: Serve, tmp_path: Path) -> None:
    site = server(robots(b"User-agent: *\nCrawl-delay: 300\n"))
    config = site.site_file(tmp_path)
    values = yaml.safe_load(config.read_text(encoding="utf-8")) | {"roll": {"url": f"{site.base}/roll"}}
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    urls = [site.base + page() for _ in range(3)]
    span = ["china", "--since", "2026-03-01", "--until", "2026-03-01"]
    fetching = ["fetch", *urls, "-o", "fetched", "--site", str(config)]
    crawling = ["crawl", *span, "-o", "crawled", "--site", str(config), "--log-json", "--json"]
    with Started(fetching, tmp_path) as fetch, Started(crawling, tmp_path) as crawl:
        for process in (fetch, crawl):
            interrupt_when_waiting(process)
        (_, lines), (out, events) = fetch.communicate(), crawl.communicate()
    assert (fetch.returncode, crawl.returncode) == (130, 130)
    waits = f"127.0.0.1:{site.port} asks for 300 s between two requests in its robots.txt"
    assert re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", lines.decode()) == (
        f"newscrawl: waiting 300 s, until HH:MM:SS: {waits}\n"
        "newscrawl: interrupted: 3 articles are left; run it again\n"
        "newscrawl fetch: nothing fetched\n"
    )
    waiting, *_, last = [json.loads(line) for line in events.splitlines()]
    assert (waiting["event"], waiting["seconds"], waiting["host"]) == ("waiting", 300.0, f"127.0.0.1:{site.port}")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", waiting["until"])
    words = "newscrawl: interrupted: 0 articles are left, and not every list was read; run it again"
    assert (last["event"], last["message"]) == ("interrupted", words)
    summary = json.loads(out)
    assert (summary["interrupted"], summary["left"], summary["exit"]) == (True, 0, 130)


def interrupt_when_waiting(process: Started) -> None:
    deadline = time.monotonic() + 60
    errors = process.streams[2]
    while not (errors.exists() and b"waiting" in errors.read_bytes()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)


def test_a_host_that_does_not_exist_is_named(newscrawl: Run, tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    config.write_text("extends: sina_finance\nhosts: [nowhere.invalid]\npoliteness: {retries: 0}\n", encoding="utf-8")
    url = "http://nowhere.invalid/china/2026-03-01/doc-iabcdefg0000001.shtml"
    done = newscrawl("fetch", url, "--site", config)
    assert done.stderr.decode().splitlines() == [
        f"newscrawl: {url}: dns: the host was not found; check the URL and the network connection"
    ]
    assert done.returncode == 4
