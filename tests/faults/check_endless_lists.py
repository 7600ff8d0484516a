"""Lists without end, crawled for days beside one that ends: requests, memory, what is balanced, the next run."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from newscrawl.sites.loader import load_site
from tests.conftest import ROOT
from tests.support.memory import peak_of

CHANNELS = {channel.lid: channel.name for channel in load_site("sina_finance").channels}
DAYS = 10
MOST_MEMORY = 250  # MB; measured at 117 at most (2026-11-28)
Row = dict[str, Any]
Endless = Callable[[int, int, Iterator[int]], tuple[list[Row], int | None]]
"""The rows and the total of a page, by its number, the start of its window, and numbers that were never given."""


def row(number: int, when: int) -> Row:
    return {"url": f"https://example.org/{number}", "ctime": when, "title": "标题"}


def fresh(many: int, total: Callable[[int], int | None]) -> Endless:
    """A list of fresh rows on each page."""

    def answer(page: int, start: int, numbers: Iterator[int]) -> tuple[list[Row], int | None]:
        return [row(next(numbers), start + 5) for _ in range(many)], total(50 * page + 50)

    return answer


def same(_: int, start: int, numbers: Iterator[int]) -> tuple[list[Row], int | None]:
    """The same page for ever, of a total that is never reached."""
    return [row(number, start + 5) for number in range(50)], next(numbers) + 5000


LISTS: dict[str, Endless] = {
    "no total": fresh(50, lambda _: None),
    "a total that grows": fresh(50, lambda total: total),
    "a total of 10^9": fresh(5, lambda _: 10**9),
    "pages of 20,000 rows": fresh(20_000, lambda total: total),
    "the same page": same,
}
BUDGETS = {"requests": 100, "run_requests": 400}  # a tenth of the default, and less


@contextmanager
def serving(endless: Endless, asked: Counter[str]) -> Iterator[str]:
    """A server whose list of china is endless, and whose list of stock has a row a day; counts the requests of each."""
    numbers = count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body, status = b"", 404
            if query:
                channel = CHANNELS[int(query["lid"])]
                asked[channel] += 1
                page, start = int(query["page"]), int(query["etime"])
                rows, total = (
                    endless(page, start, numbers) if channel == "china" else ([row(start, start)][: page == 1], 1)
                )
                body, status = json.dumps({"result": {"data": rows, "total": total}}).encode(), 200
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("flood", f"a list without end, for {DAYS} days: {kind}", "beside a list that ends", "bounded requests and memory; the other list is balanced"))
        for kind in LISTS
    ],
)  # fmt: skip
def test_days_of_a_list_without_end(tmp_path: Path, kind: str) -> None:
    asked: Counter[str] = Counter()
    with serving(LISTS[kind], asked) as base:
        values = {
            "extends": "sina_finance",
            "hosts": ["127.0.0.1"],
            "roll": {"url": f"{base}/roll"},
            "budgets": BUDGETS,
        }
        (tmp_path / "site.yaml").write_text(yaml.safe_dump({**values, "politeness": {"delay": 0, "concurrency": 4}}))
        span = ["--since", "2026-01-01", "--until", f"2026-01-{DAYS}", "--now", "2026-03-01T12:00:00+08:00"]
        words = ["crawl", "china", "stock", *span, "-o", "kept", "--site", "site.yaml", "--json"]
        command = [sys.executable, "-m", "newscrawl", *words]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as errors:
            run = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=errors)
            memory = 0
            while run.poll() is None:
                memory = max(memory, peak_of(run.pid) >> 20)
                time.sleep(0.1)
    told = (tmp_path / "err").read_text(encoding="utf-8")
    assert run.returncode in (4, 5), told
    coverage = json.loads((tmp_path / "out").read_text(encoding="utf-8").splitlines()[-1])["coverage"]
    assert not any(tally["balanced"] for tally in coverage["china"].values())
    assert all(tally["balanced"] for tally in coverage["stock"].values())
    assert asked["china"] <= BUDGETS["run_requests"]
    assert asked["stock"] <= DAYS + 1
    assert "list_moving" in told or kind == "the same page"
    assert 0 < memory < MOST_MEMORY
