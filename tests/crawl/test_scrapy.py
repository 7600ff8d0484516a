"""newscrawl under plain Scrapy: feeds, commands, exit codes, and no files beside the requested ones."""

import csv
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.remembered import remembered
from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.extraction.page import extract
from newscrawl.extraction.stages import normalise
from tests.support.archives import NOON
from tests.support.scrapy_runs import environment_of, scrapy
from tests.support.server import Answer, Serve, Server, article

DOC = "/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
PICTURE = '利润增长。</p><p><img src="https://n.sinaimg.cn/a.jpg"></p><span class="img_descr">图：厂房</span><p>完。'


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def site(server: Serve) -> Server:
    return server({DOC.format(1): article('甲、乙与"丙"', PICTURE), DOC.format(3): b"<html><title>x</title></html>"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "empty"
    path.mkdir()
    return path


def test_feeds_hold_the_records(site: Server, tmp_path: Path, folder: Path) -> None:
    urls = [site.base + DOC.format(number) for number in (1, 2, 3)]
    config = site.site_file(tmp_path)
    feeds = [word for name in ("x.jsonl", "x.json", "x.csv", "x.xml", "x.md:post") for word in ("-O", name)]
    done = scrapy(folder, "crawl", "sina_finance", "-a", f"url={' '.join(urls)}", "-a", f"site={config}", *feeds)
    assert files_in(folder) == ["x.csv", "x.json", "x.jsonl", "x.md", "x.xml"], done.stderr.decode()
    assert done.returncode == 3
    assert done.stdout == b""
    expected = extract(site.answers[DOC.format(1)].body, urls[0], str(config))
    record = expected.record()
    assert record["images"] == [{"src": "https://n.sinaimg.cn/a.jpg", "caption": "图：厂房"}]
    assert (folder / "x.jsonl").read_text(encoding="utf-8") == json.dumps(record, ensure_ascii=False) + "\n"
    assert json.loads((folder / "x.json").read_text(encoding="utf-8")) == [record]
    with (folder / "x.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == list(record)
    assert row == {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value or ""
        for name, value in record.items()
    }
    (item,) = ET.parse(folder / "x.xml").getroot()
    assert [element.tag for element in item] == list(record)
    assert item.findtext("published") == record["published"] == "2026-03-01T08:00:00+08:00"
    assert item.findtext("images/value/caption") == "图：厂房"
    post = (folder / "x.md").read_text(encoding="utf-8")
    assert post.startswith("\n---\ntitle: '甲、乙与\"丙\"'\n")
    assert post.endswith("\n</div>\n            ")


def test_a_crawl_into_a_feed_leaves_no_archive(folder: Path, tmp_path: Path) -> None:
    plan = Plan(last=datetime.now(ZoneInfo("Asia/Shanghai")).date(), days=1, items=12, channels=("china",))
    with FakeSite(plan) as site:
        crawl = [
            "crawl",
            "sina_finance",
            "-a",
            "channel=china",
            "-a",
            "since=1d",
            "-a",
            f"site={site.site_file(tmp_path)}",
        ]
        done = scrapy(folder, *crawl, "-O", "x.jsonl")
        assert done.returncode == 0, done.stderr.decode()
        assert files_in(folder) == ["x.jsonl"]
        fed = [json.loads(line)["docid"] for line in (folder / "x.jsonl").read_text(encoding="utf-8").splitlines()]
        assert sorted(fed) == sorted(entry.docid for entry in site.entries if entry.kind == "article")
        (folder / "x.jsonl").unlink()
        refused = scrapy(folder, *crawl)
    assert refused.returncode == 2
    assert b"a crawl needs an archive: give -a archive=DIR" in refused.stderr
    assert b"Traceback" not in refused.stderr
    assert files_in(folder) == []


def test_scrapy_parse_shows_the_record(site: Server, tmp_path: Path, folder: Path) -> None:
    url, config = site.base + DOC.format(1), site.site_file(tmp_path)
    options = ["--spider", "sina_finance", "-a", f"site={config}", "--nocolour"]
    done = scrapy(folder, "parse", *options, url)
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    for text in ("'title': '甲、乙与\"丙\"'", "'channel': 'china'", "datetime.datetime(2026, 3, 1, 8, 0", "图：厂房"):
        assert text in shown, done.stderr.decode()
    assert not {name for name in ("raw", "evidence", "lease", "captures") if f"'{name}'" in shown}
    assert scrapy(folder, "parse", "--pipelines", *options, "-c", "parse", url).stdout.decode().count("'title'") == 1
    assert files_in(folder) == []


def test_scrapy_finds_the_spider_of_a_url(folder: Path) -> None:
    """`scrapy parse` and `scrapy shell` find it in this way without --spider; no request is sent."""
    code = (
        "from scrapy import Request\n"
        "from scrapy.spiderloader import get_spider_loader\n"
        "from scrapy.utils.project import get_project_settings\n"
        "loader = get_spider_loader(get_project_settings())\n"
        "for url in ('https://finance.sina.com.cn/x', 'http://finance.people.com.cn/x', 'https://example.org/x'):\n"
        "    print(loader.find_by_request(Request(url)))\n"
    )
    command, environment = [sys.executable, "-c", code], environment_of(folder)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == ["['sina_finance']", "['people_finance']", "[]"]


def test_scrapy_shell_and_check(site: Server, folder: Path) -> None:
    code = "print(response.status, response.css('h1::text').get())"
    done = scrapy(folder, "shell", site.base + DOC.format(1), "--nolog", "-c", code)
    assert done.stdout.decode().splitlines()[0] == '200 甲、乙与"丙"', done.stderr.decode()
    (folder / "page.html").write_bytes(article("存下的"))
    done = scrapy(folder, "shell", "./page.html", "--nolog", "-c", code)
    assert done.stdout.decode().splitlines()[0] == "200 存下的", done.stderr.decode()
    (folder / "page.html").unlink()
    done = scrapy(folder, "check")
    assert (done.returncode, files_in(folder)) == (0, []), done.stderr.decode()


def test_scrapy_crawl_has_newscrawls_exit_codes(site: Server, tmp_path: Path, folder: Path) -> None:
    config, kept = site.site_file(tmp_path), tmp_path / "kept"

    def code(*words: str, number: int = 1) -> int:
        url = f"url={site.base}{DOC.format(number)}"
        done = scrapy(folder, "crawl", "sina_finance", "-a", url, "-a", f"site={config}", *words)
        assert b"Traceback" not in done.stderr
        return done.returncode

    archive = ["-s", f"NEWSCRAWL_ARCHIVE={kept}"]
    assert code("-a", f"archive={kept}") == 0
    assert len(list((kept / "posts").rglob("*.md"))) == 1
    assert code(*archive, number=2) == 4
    assert code(*archive, "-s", "NEWSCRAWL_EXIT_CODE=0", number=2) == 0
    assert code(*archive, "-s", "NEWSCRAWL_FLAVOUR=gatsby") == 2
    off = 'EXTENSIONS={"newscrawl.crawl.extensions.archive.ArchiveExtension": null, "newscrawl.crawl.extensions.outcomes.OutcomesExtension": 1}'
    assert code("-s", off, "-a", f"archive={kept}") == 2
    for wrong in ("chanel=china", "site=/nowhere.yaml", "urls_file=/nowhere", "url="):
        assert code(*archive, "-a", wrong) == 2
    assert code("-a", "channel=china", "-a", "limit=few") == 2
    with Archive(kept):
        assert code(*archive) == 7
    assert files_in(folder) == []


def test_an_archive_remembers_site_and_flavour_under_scrapy_too(site: Server, tmp_path: Path, folder: Path) -> None:
    """Whether an argument names it, or a setting."""
    config, kept = site.site_file(tmp_path), tmp_path / "kept"
    site.answers[DOC.format(2)] = Answer(article("二"))
    first = ["-a", f"url={site.base}{DOC.format(1)}", "-a", f"site={config}", "-s", "NEWSCRAWL_FLAVOUR=hugo"]
    second = ["-a", f"url={site.base}{DOC.format(2)}"]
    for words in ([*first, "-a", f"archive={kept}"], [*second, "-s", f"NEWSCRAWL_ARCHIVE={kept}"]):
        done = scrapy(folder, "crawl", "sina_finance", *words)
        assert done.returncode == 0, done.stderr.decode()
    posts = [path.read_text(encoding="utf-8") for path in (kept / "posts").rglob("*.md")]
    assert [post.startswith("---\n") and "'2026-03-01T00:00" in post for post in posts] == [True, True]
    assert remembered(kept).site == str(config)


def test_an_archive_is_closed_once(tmp_path: Path) -> None:
    """A run that closes it again must not touch the files that the next run is writing."""
    first = Archive(tmp_path)
    first.close(NOON)
    with Archive(tmp_path) as second:
        half = second.unfinished / "2026-03-01-half.md"
        half.write_bytes(b"half a post")
        first.close(NOON)
        assert half.read_bytes() == b"half a post"


def test_an_article_normalised_twice_is_the_same(site: Server) -> None:
    once = extract(site.answers[DOC.format(1)].body, "https://finance.sina.com.cn" + DOC.format(1))
    record = once.record()
    assert normalise(once).record() == record
