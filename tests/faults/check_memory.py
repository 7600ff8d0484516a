"""What pages, lists and files of ten megabytes take: less than 100 MB and ten seconds each, in a process of its own.

`tests/extraction/test_limits.py` has each kind at a tenth of the bounds.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

MOST = 100  # MB beside what the process takes before, the page included
SECONDS = 30  # of CPU; most take one
BYTES = 9_900_000
# Reads a warm-up page, then the input, and prints the CPU seconds, the MB that were added, and what came of it.
CHILD = """
import json, resource, sys, time
from pathlib import Path
from zoneinfo import ZoneInfo
from newscrawl import Refused, extract
from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import read_html
from newscrawl.discovery.roll import read_roll
from newscrawl.errors import ListError
from newscrawl.extraction.saved import page_in
from newscrawl.posts.render import post_of
URL, ZONE = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml", ZoneInfo("Asia/Shanghai")
def article(data):
    read = extract(data, URL)
    return [len(post_of(read, body=body)) for body in ("clean", "full")]
READ = {
    "page": article, "sitemap": lambda data: read_sitemap(data, URL), "feed": lambda data: read_feed(data, URL),
    "html": lambda data: read_html(data, URL, "li a", "(?!)", ZONE), "roll": read_roll,
    "file": lambda data: article(page_in(data).page),
}
def most():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
def peak(data, read):
    try:
        read(data)
    except (Refused, ListError) as error:
        return error.reason
    return "read"
kind, warm, path = sys.argv[1:]
peak(Path(warm).read_bytes(), READ[kind])
Path("/proc/self/clear_refs").write_text("5")  # the peak is that from now on
before, began = most(), time.process_time()
said = peak(Path(path).read_bytes(), READ[kind])
print(json.dumps([time.process_time() - began, most() - before, said]))
"""


def page(body: str, head: str = "") -> bytes:
    """An article with a body of its own."""
    return (
        f'<html><head><meta charset="utf-8"><title>题_新浪财经_新浪网</title>{head}</head><body>'
        f'<h1 class="main-title">题</h1><div class="date-source"><span class="date">2026年03月01日 08:00</span></div>'
        f'<div class="article" id="artibody"><p>　　正文。</p>{body}</div></body></html>'
    ).encode()


def filled(unit: str) -> bytes:
    """A page full of one thing."""
    return page(unit * (BYTES // len(unit.encode())))


def attributes(value: str) -> bytes:
    names = BYTES // len(f"a{1:06x}{value} ")
    return page(f"<p {' '.join(f'a{number:06x}{value}' for number in range(names))}>")


def xml(root: str, unit: str, most: int = BYTES) -> bytes:
    return f"<{root}>{unit * (most // len(unit))}</{root}>".encode()


def roll(unit: str) -> bytes:
    return f'{{"result":{{"total":1,"data":[{unit * (BYTES // len(unit.encode()))}0]}}}}'.encode()


LINK = '<li><a href="/china/2026-03-01/doc-iabcdefg0000001.shtml">甲</a></li>'
LOC = "<url><loc>https://finance.sina.com.cn/china/2021-09-03/doc-iktzscyx2063284.shtml</loc><lastmod>2021-09-03</lastmod></url>"
REFUSED, READ, LIST = "too_large", "read", "list_too_large"
INPUTS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "line breaks": ("page", lambda: filled("a<br>"), REFUSED),
    "paragraphs": ("page", lambda: filled("<p>甲"), REFUSED),
    "elements that are never closed": ("page", lambda: filled("<b>"), REFUSED),
    "end tags of nothing": ("page", lambda: filled("</x>"), REFUSED),
    "items and links that are never closed": ("page", lambda: filled("<li><a>"), REFUSED),
    "table rows": ("page", lambda: filled("<table><tr><td>a<td>b"), REFUSED),
    "pictures": ("page", lambda: filled("<img src=/a.jpg>"), REFUSED),
    "metas": ("page", lambda: page("", "<meta name=a content=b>" * (BYTES // 23)), REFUSED),
    "scripts": ("page", lambda: filled("<script></script>"), REFUSED),
    "a script of smaller-than signs": ("page", lambda: page(f"<script>{'a<b;' * (BYTES // 4)}</script>"), READ),
    "comments": ("page", lambda: filled("<!---->"), REFUSED),
    "comments of one character": ("page", lambda: filled("<!>"), REFUSED),
    "one comment": ("page", lambda: page(f"<!--{'甲' * (BYTES // 3)}-->"), REFUSED),
    "attributes": ("page", lambda: attributes(""), REFUSED),
    "attributes with values that hide ends": ("page", lambda: attributes('=">"'), REFUSED),
    "attributes of one name": ("page", lambda: page(f"<p{' a' * (BYTES // 2)}>"), REFUSED),
    "elements with ten attributes": ("page", lambda: filled("<p a b c d e f g h i j>"), REFUSED),
    "one attribute": ("page", lambda: page(f'<p title="{"a" * 8_000_000}">'), READ),
    "a text": ("page", lambda: filled("甲"), REFUSED),
    "a text with one emoji": ("page", lambda: page("a" * BYTES + "😀"), REFUSED),
    "blanks": ("page", lambda: filled(" \n"), REFUSED),
    "references": ("page", lambda: filled("&lt;"), REFUSED),
    "a title": ("page", lambda: page("", f"<title>{'a' * BYTES}</title>"), REFUSED),
    "preformatted lines": ("page", lambda: page(f"<pre>{'a ' * 10}" + "a\n" * 900_000), REFUSED),
    "as many paragraphs as may be": ("page", lambda: page("<p>甲" * 39_000), READ),
    "as many inline elements as may be": ("page", lambda: page("<i>a</i>" * 99_000), READ),
    "as many attributes as may be": ("page", lambda: page("<p a=1 b=2 c=3>" * 49_000), READ),
    "as many pictures as may be": ("page", lambda: page("<img src=/a.jpg>" * 39_000), READ),
    "as many links as may be": ("page", lambda: page('<a href="/x?a=1&b=2">甲</a>' * 99_000), READ),
    "as much text as may be": ("page", lambda: page("甲" * 1_900_000), READ),
    "as many emoji as may be": ("page", lambda: page("😀" * 1_900_000), READ),
    "as many cells as may be": ("page", lambda: page("<table>" + f"<tr>{'<td>数据</td>' * 10}</tr>" * 8_500 + "</table>"), READ),
    "a list of links": ("html", lambda: filled(LINK), LIST),
    "a list of links that are never closed": ("html", lambda: filled("<li><a href=/1>"), LIST),
    "a sitemap of 50,000 addresses": ("sitemap", lambda: xml("urlset", LOC, 49_999 * len(LOC)), READ),
    "a sitemap of 50 MB": ("sitemap", lambda: xml("urlset", LOC, 5 * BYTES), LIST),
    "a sitemap of empty elements": ("sitemap", lambda: xml("urlset", "<a/>"), LIST),
    "a sitemap of elements in elements": ("sitemap", lambda: xml("urlset", "<url>"), LIST),
    "a sitemap of comments": ("sitemap", lambda: xml("urlset", "<!---->"), LIST),
    "a feed of empty items": ("feed", lambda: xml("rss", "<item/>"), LIST),
    "a feed of attributes": ("feed", lambda: b"<rss " + b" ".join(b'a%d=""' % n for n in range(600_000)) + b"></rss>", LIST),
    "JSON of numbers": ("roll", lambda: roll("0,"), LIST),
    "JSON of objects": ("roll", lambda: roll("{},"), LIST),
    "JSON of rows": ("roll", lambda: roll('{"url":"http://a.example/1","title":"甲"},'), LIST),
    "JSON of lists in lists": ("roll", lambda: b'{"result":{"data":' + b"[" * BYTES, LIST),
    "MHTML of parts": ("file", lambda: b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 900_000, REFUSED),
    "a property list of objects": ("file", lambda: b"<?xml version='1.0'?><plist><array>" + b"<dict/>" * (BYTES // 7), REFUSED),
}  # fmt: skip


def measured(folder: Path, kind: str, data: bytes) -> tuple[float, float, str]:
    """The CPU seconds and the MB that reading an input takes, and what came of it."""
    warm, path = folder / "warm", folder / "input"
    warm.write_bytes(page("<p>甲"))
    path.write_bytes(data)
    command = [sys.executable, "-c", CHILD, kind, str(warm), str(path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    seconds, memory, said = json.loads(done.stdout)
    return seconds, memory, said


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=pytest.mark.fault("flood", f"memory: {name}", "a page, a list or a file of up to 10 MB", f"{said}, and less than 100 MB")
        )
        for name, (_, _, said) in INPUTS.items()
    ],
)  # fmt: skip
def test_no_input_takes_more_than_100_mb(name: str, tmp_path: Path) -> None:
    kind, make, said = INPUTS[name]
    seconds, memory, found = measured(tmp_path, kind, make())
    assert (found, memory < MOST, seconds < SECONDS) == (said, True, True), (name, seconds, memory)


def test_a_tree_of_what_is_refused_would_take_more(tmp_path: Path) -> None:
    """So the bounds are what keeps memory: a planted fault."""
    data = filled("a<br>")
    code = CHILD.replace(
        "from newscrawl import",
        "from newscrawl.extraction import dom\ndom.check_page = lambda page: None\nfrom newscrawl import",
    )
    (tmp_path / "warm").write_bytes(page("<p>甲"))
    (tmp_path / "input").write_bytes(data)
    command = [sys.executable, "-c", code, "page", str(tmp_path / "warm"), str(tmp_path / "input")]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, timeout=300, check=False
    )
    assert json.loads(done.stdout)[1] > 3 * MOST
