"""`newscrawl extract` and the library's `extract`: URLs, formats, refusals, and malformed pages."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from newscrawl import Refused, extract
from newscrawl.demo.site import PAGES
from tests.conftest import ROOT, Run
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"


def test_url_is_taken_from_the_option_the_table_or_the_page(newscrawl: Run, tmp_path: Path) -> None:
    other = URL.replace("china", "stock")
    page = tmp_path / "page.html"
    page.write_bytes(article("一"))
    own = tmp_path / "own.html"
    own.write_bytes(article("一", url=other.replace("https", "http")))
    saved = tmp_path / "saved.html"
    saved.write_bytes(f"<!-- saved from url=(0099){other} -->\n".encode() + article("一"))
    table = tmp_path / "urls.tsv"
    table.write_text(f"file\turl\npage.html\t{other}\n", encoding="utf-8")

    def channel(*arguments: str | Path) -> str:
        done = newscrawl("extract", *arguments, "--format", "json", "-q")
        return str(json.loads(done.stdout)["channel"])

    assert channel(page, "--url", URL) == "china"
    assert channel(page, "--urls", table) == "stock"
    assert channel(saved) == "stock"
    assert channel(own) == "stock"
    assert channel(own, "--url", URL) == "stock"  # the same docid: the URL in the page has the right channel
    assert channel(page) == ""


def test_saved_files_are_read_or_said_as_what_they_are(newscrawl: Run, tmp_path: Path) -> None:
    other = URL.replace("china", "stock")
    head = f"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Location: {other}\r\n\r\n"
    big5 = head.replace("html", "html; charset=big5").encode() + article("臺灣", "經濟。").replace(
        "_新浪财经_新浪网".encode(), b""
    ).decode().encode("big5")
    files = {
        "a.mht": head.encode() + article("甲"),
        "big5.mht": big5,
        "b.html.gz": gzip.compress(article("乙")),
        "c.pdf": b"%PDF-1.4",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    done = newscrawl("extract", *files, "folder", "gone.html", "--format", "jsonl")
    assert [(line.get("article") or line).get("title", line.get("detail")) for line in lines_of(done)] == [
        "甲",
        "臺灣",
        "乙",
        "a PDF document",
        "a folder; give its files",
        "no such file",
    ]
    assert {line["reason"] for line in lines_of(done) if not line["ok"]} == {"unreadable"}
    assert b"folder: unreadable: a folder; give its files" in done.stderr

    def url(*arguments: str) -> str:
        return str(lines_of(newscrawl("extract", "a.mht", "--format", "jsonl", *arguments))[0]["url"])

    (tmp_path / "urls.tsv").write_text(f"file\turl\na.mht\t{URL}\n", encoding="utf-8")
    assert (url(), url("--url", URL), url("--urls", "urls.tsv")) == (other, URL, URL)


def test_a_page_may_be_piped_in(newscrawl: Run, tmp_path: Path) -> None:
    (tmp_path / "other.html").write_bytes(article("乙"))
    for page in (article("甲"), gzip.compress(article("甲"))):
        first, second = lines_of(newscrawl("extract", "-", "other.html", "--format", "jsonl", stdin=page))
        assert (first["file"], first["article"]["title"], second["article"]["title"]) == ("-", "甲", "乙")
    assert lines_of(newscrawl("extract", "-", "--url", URL, "--format", "jsonl", stdin=article()))[0]["url"] == URL
    (tmp_path / "urls.tsv").write_text(f"file\turl\n-\t{URL}\n", encoding="utf-8")
    done = newscrawl("extract", "-", "--urls", "urls.tsv", "--format", "jsonl", stdin=article())
    assert lines_of(done)[0]["url"] == URL
    assert newscrawl("explain", "-", "--field", "title", stdin=article("甲")).stdout.decode().split()[1] == "甲"


def test_standard_input_without_a_page_is_said_in_one_line(newscrawl: Run) -> None:
    twice = newscrawl("extract", "-", "-", stdin=article())
    assert (twice.returncode, twice.stderr) == (2, b"newscrawl: - is standard input, which can be read only once\n")
    for command in ("extract", "explain"):
        nothing = newscrawl(command, "-")
        assert (nothing.returncode, nothing.stderr) == (4, b"newscrawl: -: unreadable: nothing was piped in\n")
        piped = newscrawl(command, "-", stdin=b'{"a": 1}')
        assert (piped.returncode, piped.stderr) == (4, b"newscrawl: -: unreadable: JSON\n")


@pytest.mark.parametrize("closed", [False, True], ids=["a terminal", "closed"])
def test_no_command_waits_for_a_page_that_cannot_come(closed: bool) -> None:
    terminal, other = os.openpty()
    with os.fdopen(terminal, "rb"), os.fdopen(other, "rb") as stdin:
        command = [sys.executable, "-m", "newscrawl", "extract", "-"]
        words = ["sh", "-c", '"$@" <&-', "sh", *command] if closed else command
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, env=environment, stdin=stdin, capture_output=True, timeout=60, check=False)
    expected = (4, "nothing was piped in") if closed else (2, "standard input is a terminal")
    assert (done.returncode, done.stderr.count(b"\n")) == (expected[0], 1)
    assert expected[1] in done.stderr.decode()


def test_a_page_that_is_too_large_is_refused_in_one_line(newscrawl: Run, tmp_path: Path) -> None:
    (tmp_path / "large.html").write_bytes(article() + b" " * 2**20)
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(article() + b"<script>" + b" " * 20 * 2**20 + b"</script>"))
    refused = newscrawl("extract", "large.html", "--max-size", "1")
    line = b"newscrawl: large.html: unreadable: the page is larger than 1 MB; raise --max-size to read it\n"
    assert (refused.returncode, refused.stderr) == (4, line)
    assert newscrawl("explain", "large.html", "--max-size", "1").stderr == line
    assert newscrawl("extract", "large.html", "--max-size", "2").returncode == 0
    assert newscrawl("explain", "large.html").returncode == 0
    assert b"larger than 10 MB" in newscrawl("extract", "bomb.html.gz").stderr
    assert newscrawl("extract", "bomb.html.gz", "--max-size", "21").returncode == 0
    for size in ("0", "65", "x"):
        assert newscrawl("extract", "large.html", "--max-size", size).returncode == 2


def test_a_cut_page_is_read_and_flagged(newscrawl: Run, tmp_path: Path) -> None:
    page = article("甲", "一段正文。</p><p>第二段。")
    (tmp_path / "cut.html").write_bytes(page[: page.index("第二段".encode()) + 3])
    done = newscrawl("extract", "cut.html", "--format", "jsonl")
    assert lines_of(done)[0]["flags"] == ["cut_off"]
    assert lines_of(done)[0]["article"]["text"].startswith("一段正文。")
    assert b"the page is cut off" in done.stderr


def lines_of(done: "subprocess.CompletedProcess[bytes]") -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_og_url_of_another_article_is_ignored() -> None:
    stale = URL.replace("0000001", "0000009")
    assert extract(article(url=stale), URL).url == URL


def test_json_lines_name_file_and_reason(newscrawl: Run, tmp_path: Path) -> None:
    good, trap, gone = PAGES / "fin2017_roll.html", PAGES / "trap_video.html", tmp_path / "gone.html"
    done = newscrawl("extract", "--format", "jsonl", good, trap, gone, "--json")
    first, second, third, summary = map(json.loads, done.stdout.decode().splitlines())
    assert (first["file"], first["ok"], first["article"]["title"]) == (
        str(good),
        True,
        "It's harvest time: 枸杞采收机下地",
    )
    assert (second["ok"], second["reason"]) == (False, "video")
    assert (third["ok"], third["reason"]) == (False, "unreadable")
    assert summary["failed"] == {"unreadable": 1, "video": 1}
    assert summary["posts"]["written"] == 1
    assert done.returncode == summary["exit"] == 3


def test_posts_are_printed_or_stored(newscrawl: Run, tmp_path: Path) -> None:
    first, second = PAGES / "fin2014_forex.html", PAGES / "wap_notice.html"
    both = first.with_suffix(".md").read_bytes() + b"\n" + second.with_suffix(".md").read_bytes()
    assert newscrawl("extract", first, second).stdout == both
    done = newscrawl("extract", first, second, "-o", "kept", "--flavour", "jekyll")
    assert done.stdout == b""
    kept = sorted((tmp_path / "kept").rglob("*.md"))
    assert [path.read_bytes() for path in kept] == [
        path.with_suffix(".md").read_bytes()[1:] for path in (first, second)
    ]


def test_the_reader_of_the_output_may_close_it() -> None:
    pages = [str(PAGES / "fin2017_stocks.html")] * 400
    command = [sys.executable, "-m", "newscrawl", "extract", "-q", *pages]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_quiet_prints_nothing(newscrawl: Run) -> None:
    done = newscrawl("extract", "no-such-page.html", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (4, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.html", "b.html", "--url", URL], "--url is for one file"),
        (["a.html", "--urls", "none.tsv"], "cannot read the table"),
        (["a.html", "--url", "x"], "not an http(s) URL"),
        ([], "FILE"),
    ],
)
def test_bad_usage(newscrawl: Run, arguments: list[str], message: str) -> None:
    done = newscrawl("extract", *arguments)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert message in done.stderr.decode()


def test_table_without_the_columns(newscrawl: Run, tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("name\taddress\nx\ty\n", encoding="utf-8")
    done = newscrawl("extract", "a.html", "--urls", "t.tsv")
    assert done.returncode == 2
    assert b"has no column 'file'" in done.stderr


@pytest.mark.parametrize(
    "html",
    [
        b"",
        b" \n ",
        b"\x00\x00",
        b"<!-- -->",
        b"\xff\xfe\x00",
        b"{}",
        b"<html",
        b"\xef\xbb\xbf",
        b"<?xml version='1.0' encoding='utf-16'?><a/>",
        "<title>\ud800</title>".encode("utf-8", "surrogatepass"),
        b"<!-- saved from url=http://[x -->",
        *(
            b"<meta charset=" + name + b">\xff\xd0"
            for name in (b"hex", b"zlib", b"idna", b"punycode", b"utf-7", b"undefined")
        ),
    ],
    ids=repr,
)
def test_malformed_pages_are_refused(html: bytes) -> None:
    with pytest.raises(Refused):
        extract(html, URL)


@pytest.mark.parametrize("url", ["http://[", "", "x", "http://a b/", "https://finance.sina.com.cn:x/"])
def test_a_bad_url_is_ignored(url: str) -> None:
    assert extract(article("一"), url).title == "一"


def test_malformed_table_rows_are_read() -> None:
    table = "<table><tr><td><div><tr><td>i</td></tr></div></td><td>b</td></tr></table><p>q"
    assert extract(article(paragraph=table), URL).text.splitlines()[-1] == "q"


def test_the_size_of_the_output_is_bounded() -> None:
    page = article(paragraph="<b>" * 2000 + "x<br>" * 2000)
    assert len(extract(page, URL).html) < 3 * len(page)
    title = article("").replace(b"</head>", b'<meta property="og:title" content="' + b"_" * 50_000 + b'"></head>')
    assert extract(title, URL).title


def test_a_bug_on_one_page_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import newscrawl.extraction.page as page\n"
        "real = page.as_utf8\n"
        "def broken(data, *declared):\n"
        "    if b'break here' in data:\n"
        "        raise RuntimeError('broken')\n"
        "    return real(data, *declared)\n"
        "page.as_utf8 = broken\n",
        encoding="utf-8",
    )
    pages = [tmp_path / f"{n}.html" for n in range(3)]
    for page, text in zip(pages, ("甲", "break here", "丙"), strict=True):
        page.write_bytes(article(text, text))
    command = [sys.executable, "-m", "newscrawl", "extract", "--format", "jsonl", "--json", *map(str, pages)]
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("ok") for line in lines[:3]] == [True, False, True]
    assert lines[3]["failed"] == {"fault": 1}
    assert done.returncode == 1


def test_pages_without_a_url_are_different_articles(newscrawl: Run, tmp_path: Path) -> None:
    for name in ("甲", "乙"):
        (tmp_path / f"{name}.html").write_bytes(article(name, name))
    done = newscrawl("extract", "甲.html", "乙.html", "-o", "kept", "--json")
    assert json.loads(done.stdout)["posts"]["written"] == 2
    assert len(list((tmp_path / "kept").rglob("*.md"))) == 2


def test_deeply_nested_pages_are_read() -> None:
    deep = article(paragraph="<div>" * 1500 + "深处" + "</div>" * 1500)
    assert "深处" in extract(deep, URL).text


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026年03月01日 08:00", "2026-03-01T08:00:00+08:00"),
        ("2026年3月1日&nbsp;08:00", "2026-03-01T08:00:00+08:00"),
        ("2026-03-01 08:00:59", "2026-03-01T08:00:59+08:00"),
        ("2026.03.01 08:00", "2026-03-01T08:00:00+08:00"),
        ("", "None"),
        ("今天 08:00", "None"),
        ("2026-03-01T08:00:00+08:00发布", "2026-03-01T08:00:00+08:00"),
        ("2026年3月1日 凌晨1:05", "2026-03-01T01:05:00+08:00"),
        ("2026年3月1日 晚上8:05", "2026-03-01T20:05:00+08:00"),
        ("0001-01-01T00:00:00", "None"),
    ],
)
def test_visible_dates(date: str, expected: str) -> None:
    published = extract(article(date=date), URL).published
    assert (published.isoformat() if published else "None") == expected


def test_windows_line_endings_make_no_difference() -> None:
    page = article("一", "甲<br>\n乙")
    assert extract(page.replace(b"\n", b"\r\n"), URL).html == extract(page, URL).html


def test_channels(newscrawl: Run) -> None:
    lines = newscrawl("channels", cold=True).stdout.decode().splitlines()
    assert lines[0].split() == ["china", "155/1686", "新浪财经－国內", "china"]
    assert json.loads(newscrawl("channels", "--json").stdout)[0]["lid"] == 1686


def test_a_full_disk_under_the_output_is_one_line_and_4() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "newscrawl", "channels"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4
    assert done.stderr == b"newscrawl: cannot write standard output: the disk is full; make room and run it again\n"


@pytest.mark.parametrize("command", ["extract", "explain"])
@pytest.mark.fault(
    "flood",
    "a saved answer that takes seconds to unpack",
    "4 MB of empty frames of zstd, `page_seconds: 0.4`",
    "`too_slow`: it took more than 0.4 s of CPU time",
)
def test_a_page_is_taken_out_of_its_file_within_its_time(newscrawl: Run, tmp_path: Path, command: str) -> None:
    site, file = tmp_path / "site.yaml", tmp_path / "page.http"
    site.write_text("extends: sina_finance\npage_seconds: 0.4\n", encoding="utf-8")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n"
    file.write_bytes(head + bytes.fromhex("28b52ffd2000010000") * 400_000)  # 1.6 s where it was measured
    done = newscrawl(command, file, "--site", site)
    assert done.returncode == 4
    assert b"too_slow: it took more than 0.4 s of CPU time" in done.stderr
