"""An archive remembers its site, flavour and body: later commands need not name them."""

import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from newscrawl.integrity.check import check
from tests.conftest import Run
from tests.ledger.test_migrations import FILES
from tests.support.server import Answer, Serve, Server, article

PATHS = [f"/china/2026-03-01/doc-iabcdefg{number:07}.shtml" for number in range(1, 4)]
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{}</channel></rss>"""
ENTRY = "<item><title>标题{0}</title><link>{1}</link><pubDate>Sun, 01 Mar 2026 08:0{0}:00 +0800</pubDate></item>"
NOW = ("--now", "2026-03-02T08:00:00+08:00")


class Kept:
    """A server, its site file, and the commands that keep its articles in an archive."""

    def __init__(self, server: Server, folder: Path, run: Run) -> None:
        self.server, self.run = server, run
        self.archive, self.file = folder / "kept", folder / "site.yaml"
        self.urls = [f"{server.base}{path}" for path in PATHS]
        self.lists(2)
        for number, path in enumerate(PATHS, 1):
            server.answers[path] = Answer(
                article(f"标题{number}", f"第{number}篇。</p><p>责任编辑：甲乙", f"2026年03月01日 08:0{number}")
            )
        values = {
            "extends": "sina_finance", "label": "甲报", "hosts": ["127.0.0.1"],
            "politeness": {"delay": 0, "concurrency": 4},
            "lists": [{"name": "hot", "label": "要闻", "kind": "feed", "url": f"{server.base}/rss.xml"}],
        }  # fmt: skip
        self.file.write_text(yaml.safe_dump(values), encoding="utf-8")

    def lists(self, count: int) -> None:
        """Lets the feed name the first articles."""
        entries = "".join(ENTRY.format(number, url) for number, url in enumerate(self.urls[:count], 1))
        body = FEED.format(entries).encode()
        self.server.answers["/rss.xml"] = Answer(body, headers={"Content-Type": "application/rss+xml"})

    def __call__(self, *words: str | Path, code: int = 0) -> Any:
        """Runs a command and returns the object in the last line of its output, if it is one."""
        done = self.run(*words)
        self.out, self.errors = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, self.errors
        last = (self.out.splitlines() or [""])[-1]
        return json.loads(last) if last.startswith("{") else None

    def first(self, *options: str) -> Any:
        options = options or ("--flavour", "hugo", "--body", "full")
        return self("crawl", "hot", "-o", self.archive, "--site", self.file, *options, *NOW, "--json")

    def posts(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.archive / "posts").rglob("*.md"))}

    def captures(self) -> list[Path]:
        return sorted((self.archive / "warc").iterdir())

    def knows(self, code: int = 0) -> dict[str, str]:
        known: dict[str, str] = self("status", self.archive, "--json", code=code)["remembers"]
        return known


@pytest.fixture
def kept(server: Serve, tmp_path: Path, newscrawl: Run) -> Kept:
    return Kept(server({}), tmp_path, newscrawl)


def is_hugo(post: bytes) -> bool:
    return post.startswith(b"---\n") and b"'2026-03-01T00:0" in post


def is_whole(post: bytes) -> bool:
    """Whether a post has the body `full`."""
    return "责任编辑".encode() in post


def test_later_commands_need_no_options(kept: Kept, tmp_path: Path) -> None:
    assert kept.first()["posts"]["written"] == 2
    made = kept.posts()
    assert kept("crawl", "hot", "-o", kept.archive, *NOW, "--dry-run", "--json")["sources"] == ["hot"]
    kept.lists(3)
    assert kept("crawl", "hot", "-o", kept.archive, *NOW, "--json")["posts"]["written"] == 1
    posts = kept.posts()
    assert len(posts) == 3
    assert all(is_hugo(post) and is_whole(post) for post in posts.values())
    assert {name: posts[name] for name in made} == made

    compared = kept("replay", *kept.captures(), "-o", kept.archive, "--diff", "--json")["diff"]
    assert (compared["compared"], compared["differ"], compared["lacking"]["articles"]) == (3, 0, 0)
    assert kept.errors == ""
    assert kept("replay", *kept.captures(), "-o", kept.archive, "--json")["posts"] == {
        "written": 0, "unchanged": 3, "revised": 0,
    }  # fmt: skip
    assert kept("fetch", *kept.urls, "-o", kept.archive, "--json")["posts"]["unchanged"] == 3
    assert kept.posts() == posts

    kept("export", kept.archive, "--format", "posts", "-o", tmp_path / "out")
    assert all(is_hugo(path.read_bytes()) for path in (tmp_path / "out").rglob("*.md"))
    kept("export", kept.archive, "-o", tmp_path / "feed.xml")
    assert "<title>甲报</title>" in (tmp_path / "feed.xml").read_text(encoding="utf-8")
    kept("report", kept.archive, "-o", tmp_path / "report.html", *NOW)
    assert "要闻" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert kept.knows() == {"site": str(kept.file), "flavour": "hugo", "body": "full"}
    kept("status", kept.archive)
    assert kept.out.splitlines()[1] == f"site {kept.file}, flavour hugo, body full"
    assert check(kept.archive).damages == ()


def test_a_new_article_has_the_form_that_is_remembered(kept: Kept, tmp_path: Path) -> None:
    kept("fetch", kept.urls[0], "-o", kept.archive, "--site", kept.file, "--flavour", "hugo", "--body", "full")
    kept("fetch", kept.urls[1], "-o", kept.archive)
    page = tmp_path / "page.html"
    page.write_bytes(kept.server.answers[PATHS[2]].body)
    kept("extract", page, "--url", kept.urls[2], "-o", kept.archive)
    assert [is_hugo(post) and is_whole(post) for post in kept.posts().values()] == [True] * 3


def test_an_explicit_option_wins_and_is_not_remembered(kept: Kept, tmp_path: Path) -> None:
    kept.first()
    kept("fetch", kept.urls[2], "-o", kept.archive, "--site", kept.file, "--flavour", "jekyll", "--body", "clean")
    assert [is_hugo(post) for post in kept.posts().values()] == [True, True, False]
    assert [is_whole(post) for post in kept.posts().values()] == [True, True, False]
    assert kept.knows() == {"site": str(kept.file), "flavour": "hugo", "body": "full"}
    kept("fetch", kept.urls[1], "-o", kept.archive, "--site", "sina_finance", code=4)  # whose host is another
    kept("export", kept.archive, "--format", "posts", "-o", tmp_path / "out", "--flavour", "jekyll")
    assert not any(is_hugo(path.read_bytes()) for path in (tmp_path / "out").rglob("*.md"))
    assert kept.knows()["site"] == str(kept.file)


def test_a_comparison_with_another_site_says_so(kept: Kept) -> None:
    kept.first()
    kept("replay", *kept.captures(), "-o", kept.archive, "--diff", "--site", "sina_finance")
    line = f"reads with sina_finance, and not with the site of {kept.archive}, {kept.file}"
    assert kept.errors.splitlines()[0] == f"newscrawl replay: {line}"
    kept("replay", *kept.captures(), "-o", kept.archive, "--diff", "--site", kept.file)
    assert "reads with" not in kept.errors


def test_an_archive_without_its_site_file_still_knows_the_site(kept: Kept, tmp_path: Path) -> None:
    kept.first()
    kept.file.rename(tmp_path / "moved.yaml")
    kept.lists(3)
    assert kept("crawl", "hot", "-o", kept.archive, *NOW, "--json")["posts"]["written"] == 1
    for workers in ("1", "2"):
        words = ("replay", *kept.captures(), "-o", kept.archive, "--diff", "--json", "--workers", workers)
        assert (kept(*words)["diff"]["compared"], kept(*words)["diff"]["differ"]) == (3, 0)
    assert all(is_hugo(post) and is_whole(post) for post in kept.posts().values())


def test_a_remembered_site_that_cannot_be_read_is_asked_for(kept: Kept, tmp_path: Path) -> None:
    kept.first()
    moved = kept.file.rename(tmp_path / "moved.yaml")
    with closing(sqlite3.connect(kept.archive / "ledger.sqlite3")) as connection, connection:
        connection.execute("UPDATE about SET value = '{}' WHERE name = 'site_text'")  # as of another newscrawl
    archive, posts = kept.archive, kept.posts()
    commands: list[tuple[str | Path, ...]] = [
        ("crawl", "hot", "-o", archive), ("crawl", "hot", "-o", archive, "--dry-run"), ("fetch", kept.urls[2], "-o", archive),
        ("replay", *kept.captures(), "-o", archive, "--diff"), ("export", archive), ("report", archive),
    ]  # fmt: skip
    for words in commands:
        kept(*words, code=2)
        assert kept.errors.startswith(f"newscrawl: the site that {archive} remembers cannot be used; give --site (")
        assert (kept.errors.count("\n"), kept.out) == (1, "")
    assert kept.posts() == posts
    kept("fetch", kept.urls[2], "-o", archive, "--site", moved)
    assert len(kept.posts()) == 3


def test_a_first_run_by_replay_is_remembered_too(kept: Kept, tmp_path: Path) -> None:
    kept.first()
    again = tmp_path / "again"
    options = ("--site", kept.file, "--flavour", "hugo", "--body", "full")
    kept("replay", *kept.captures(), "-o", again, *options)
    first, kept.archive = kept.posts(), again
    assert kept.posts() == first
    assert kept.knows() == {"site": str(kept.file), "flavour": "hugo", "body": "full"}


def test_an_archive_of_an_earlier_version_is_taken_by_what_it_holds(kept: Kept) -> None:
    kept.archive.mkdir()
    shutil.copyfile(FILES / "ledger-v3.sqlite3", kept.archive / "ledger.sqlite3")
    before = (kept.archive / "ledger.sqlite3").read_bytes()
    plan = kept("crawl", "china", "-o", kept.archive, "--dry-run", "--json", code=2)
    assert plan is None  # an older ledger is not migrated to be read
    assert (kept.archive / "ledger.sqlite3").read_bytes() == before
    kept("fetch", kept.urls[0], "-o", kept.archive, "--flavour", "hugo")  # of 127.0.0.1, as the demo's site says
    assert [is_hugo(post) for post in kept.posts().values()] == [True]
    assert kept.knows(code=3) == {"site": "", "flavour": "hugo", "body": "clean"}
    kept("fetch", kept.urls[1], "-o", kept.archive)
    assert [is_hugo(post) for post in kept.posts().values()] == [True, True]


def test_without_an_archive_the_defaults_are_as_ever(kept: Kept) -> None:
    kept.first()
    kept("fetch", kept.urls[0], "--site", kept.file)
    assert kept.out.startswith("\n---\n")
    kept("fetch", kept.urls[0], code=4)
    assert "offsite" in kept.errors


def test_the_contact_stands_in_requests_and_in_nothing_else_that_is_kept(kept: Kept) -> None:
    """Exports, the report and browse are made of the ledger, which does not know it."""
    values = yaml.safe_load(kept.file.read_text(encoding="utf-8"))
    values["politeness"]["contact"] = "mail@example.org"
    kept.file.write_text(yaml.safe_dump(values), encoding="utf-8")
    kept("fetch", kept.urls[0], "-o", kept.archive, "--site", kept.file, "--json")
    assert all(agent.endswith("; mail@example.org)") for agent in agents(kept.server))
    files = {path: path.read_bytes() for path in kept.archive.rglob("*") if path.is_file()}
    (warc,) = (path for path in files if path.parent.name == "warc")
    assert b"mail@example.org" in gzip.decompress(files[warc])
    assert [path for path, data in files.items() if b"example.org" in data] == []
    assert {path.parent.name for path in files} >= {"rules", "manifests", "01", "kept"}


def agents(server: Server) -> list[str]:
    return [headers["User-Agent"] for _, _, headers in server.hits]
