"""A user's own pipeline, middleware and extension work as in any Scrapy project; each test really runs a spider."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.scrapy_runs import scrapy
from tests.support.server import Serve, Server, article

PATH = "/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
MINE = """
from scrapy import signals
from scrapy.exceptions import DropItem, IgnoreRequest
from newscrawl.crawl.signals import visit_ended
from newscrawl.settings import *


class Edit:
    def process_item(self, item):
        if "坏" in item.title:
            raise DropItem("not of interest")
        item.title += "（改）"
        return item


class Disk:
    def process_item(self, item):
        raise OSError("my own disk is full")


class Other:
    def process_item(self, item):
        return {"other": item.title}


class Header:
    def process_request(self, request):
        request.headers["X-Mine"] = "yes"


class Picky:
    def process_request(self, request):
        if request.url.endswith("2.shtml"):
            raise IgnoreRequest("not today")


class Silent:
    async def process_spider_output(self, response, result):
        async for each in result:
            if "2.shtml" not in response.url:
                yield each


class Count:
    def __init__(self, crawler):
        self.items, self.endings = 0, []
        crawler.signals.connect(self.scraped, signals.item_scraped)
        crawler.signals.connect(self.ended, visit_ended)
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def scraped(self, item):
        self.items += 1

    def ended(self, visit, outcome):
        self.endings.append(outcome.ending.name)

    def close(self):
        print("counted", self.items, sorted(self.endings))


class Schedule:
    def __init__(self, crawler):
        crawler.signals.connect(self.scheduled, signals.request_scheduled)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def scheduled(self, request):
        if request.url.endswith("2.shtml"):
            raise IgnoreRequest("not today")
"""
PARTS = {
    "Edit": "ITEM_PIPELINES[{!r}] = 650",  # after the stages, before the article is stored
    "Disk": "ITEM_PIPELINES[{!r}] = 650",
    "Other": "ITEM_PIPELINES[{!r}] = 900",
    "Header": "DOWNLOADER_MIDDLEWARES[{!r}] = 543",
    "Picky": "DOWNLOADER_MIDDLEWARES[{!r}] = 543",
    "Silent": "SPIDER_MIDDLEWARES = {{{!r}: 543}}",
    "Count": "EXTENSIONS[{!r}] = 500",
    "Schedule": "EXTENSIONS[{!r}] = 500",
}


@pytest.fixture
def site(server: Serve) -> Server:
    return server({PATH.format(1): article("好"), PATH.format(2): article("坏")})


def run(site: Server, folder: Path, *parts: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs a spider over both pages, with parts of a user's in a settings module of theirs."""
    lines = [PARTS[part].format(f"mine.{part}") for part in parts]
    (folder / "mine.py").write_text("\n".join([MINE, *lines]), encoding="utf-8")
    urls = f"url={site.base}{PATH.format(1)} {site.base}{PATH.format(2)}"
    words = ["crawl", "sina_finance", "-a", urls, "-a", f"site={site.site_file(folder)}", "-a", "archive=kept"]
    return scrapy(folder, *words, "-O", "x.jsonl", settings="mine")


def titles(folder: Path) -> list[str]:
    posts = [path.read_text(encoding="utf-8") for path in (folder / "kept" / "posts").rglob("*.md")]
    return sorted(
        line.removeprefix("title: ").strip("'") for post in posts for line in post.splitlines()[:9] if "title: " in line
    )


def test_a_pipeline_changes_and_drops_articles(site: Server, tmp_path: Path) -> None:
    done = run(site, tmp_path, "Edit")
    assert done.returncode == 3, done.stderr.decode()
    assert titles(tmp_path) == ["好（改）"]
    assert f"{site.base}{PATH.format(2)}: dropped: not of interest" in done.stderr.decode()
    assert b"1 written, 1 failed (dropped 1)" in done.stderr


def test_a_pipeline_that_fails_fails_for_its_article_only(site: Server, tmp_path: Path) -> None:
    done = run(site, tmp_path, "Disk")
    assert done.returncode == 1
    assert b"2 failed (fault 2)" in done.stderr
    assert b"my own disk is full" in done.stderr
    assert b"the archive cannot be written" not in done.stderr


def test_a_pipeline_may_make_another_item_of_an_article(site: Server, tmp_path: Path) -> None:
    done = run(site, tmp_path, "Other", "Count")
    assert done.returncode == 0, done.stderr.decode()
    assert titles(tmp_path) == ["坏", "好"]
    items = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(item["other"] for item in items) == ["坏", "好"]


def test_a_downloader_middleware_adds_a_header(site: Server, tmp_path: Path) -> None:
    assert run(site, tmp_path, "Header").returncode == 0
    assert len(site.hits) == 3
    assert {headers.get("X-Mine") for _, _, headers in site.hits} == {"yes"}


def test_an_extension_counts_items_and_visits(site: Server, tmp_path: Path) -> None:
    done = run(site, tmp_path, "Count", "Edit")
    assert done.stdout.decode() == "counted 1 ['KEPT', 'REFUSED']\n", done.stderr.decode()


@pytest.mark.parametrize(("part", "reason"), [("Picky", "refused"), ("Silent", "dropped"), ("Schedule", "dropped")])
def test_what_a_middleware_or_an_extension_drops_is_counted_and_the_run_ends(
    site: Server, tmp_path: Path, part: str, reason: str
) -> None:
    done = run(site, tmp_path, part)
    assert done.returncode == 3, done.stderr.decode()
    assert f"1 written, 1 failed ({reason} 1)" in done.stderr.decode()
    assert titles(tmp_path) == ["好"]
