"""Real pages and posts. Their publishers own them, so they are not in the repository; conftest skips these tests then."""

import contextlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from newscrawl import Refused, extract
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.posts.render import post_of
from tests.conftest import SHARED, Run
from tests.support.inert import differences, not_allowed, of_markdown

URL = "https://finance.sina.com.cn/china/2021-09-03/doc-iktzscyx2063284.shtml"
FINANCE = ("a2", "a3", "a4", "g2", "m1", "m4", "m5")
NOT_REPRODUCIBLE = {"005.md", "052.md"}  # a broken attribute; an older form of the head


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SHARED / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page_behind(post: Path) -> bytes:
    page = tool("wrap_post").page_of(post.read_text(encoding="utf-8"), URL)
    assert isinstance(page, str)
    return page.encode()


def score(results: Path, labels: str) -> dict[str, object]:
    command = [sys.executable, str(SHARED / "tools" / "score.py"), str(results), str(SHARED / "data" / labels)]
    lines = subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    total = json.loads(lines[-1])
    assert isinstance(total, dict)
    return total


def test_sample_is_reproduced_byte_for_byte() -> None:
    sample = SHARED / "data" / "sample.md"
    post = post_of(extract(page_behind(sample), URL), body="full").encode()
    assert post == sample.read_bytes()
    assert len(post) == 3360


def test_clean_sample_is_the_sample_without_its_boilerplate() -> None:
    sample = (SHARED / "data" / "sample.md").read_text(encoding="utf-8")
    head, _, rest = sample.partition("<div>   \n")
    paragraphs = [line.partition("<!--")[0] for line in rest.splitlines() if line.startswith("<p cms-style")]
    assert len(paragraphs) == 5
    post = post_of(extract(page_behind(SHARED / "data" / "sample.md"), URL))
    assert post == head + "<div>   \n" + "\n".join(paragraphs) + "  \n</div>\n            "


def test_posts_are_reproduced_byte_for_byte() -> None:
    posts = sorted((SHARED / "data" / "posts").glob("*.md"))
    changed = {
        post.name
        for post in posts
        if post_of(extract(page_behind(post), URL), body="full").encode() != post.read_bytes()
    }
    assert len(posts) == 49
    assert changed <= NOT_REPRODUCIBLE


def test_bodies_hold_what_the_list_allows() -> None:
    """And nh3 changes nothing of them, Markdown makes nothing of them."""
    urls = dict(line.split("\t")[:2] for line in (SHARED / "data" / "pages" / "INDEX.tsv").read_text().splitlines()[1:])
    pages = [(path.read_bytes(), urls[path.name]) for path in sorted((SHARED / "data" / "pages").glob("*.html"))]
    pages += [(page_behind(post), URL) for post in sorted((SHARED / "data" / "posts").glob("*.md"))]
    read = 0
    for html, url in pages:
        with contextlib.suppress(Refused):
            article, read = extract(html, url), read + 1
            for body in ("clean", "full"):
                post = post_of(article, body=body)
                inner = post.partition("<div>   \n")[2].rpartition("  \n</div>")[0]
                assert (url, not_allowed(inner), differences(inner), of_markdown(post)) == (url, [], [], [])
    assert read > 70


def test_canary_is_quiet_on_recorded_articles() -> None:
    urls = dict(line.split("\t")[:2] for line in (SHARED / "data" / "pages" / "INDEX.tsv").read_text().splitlines()[1:])
    pages = [(path.read_bytes(), urls[path.name]) for path in sorted((SHARED / "data" / "pages").glob("*.html"))]
    posts = [(page_behind(post), URL) for post in sorted((SHARED / "data" / "posts").glob("*.md"))]
    for articles in (pages, posts):
        flags = []
        for html, url in articles:
            with contextlib.suppress(Refused):
                flags.append("strange_text" in extract(html, url, policy=FallbackPolicy(canary=True)).raw.flags)
        assert len(flags) > 25
        assert sum(flags) <= 0.05 * len(flags)


def test_finance_pages_are_read_without_error(newscrawl: Run, tmp_path: Path) -> None:
    pages = SHARED / "data" / "pages"
    done = newscrawl("extract", "--format", "jsonl", "--urls", pages / "INDEX.tsv", *sorted(pages.glob("*.html")))
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3  # the traps
    saved = tmp_path / "finance.jsonl"
    saved.write_text("".join(json.dumps(line) + "\n" for line in results), encoding="utf-8")
    scorer = tool("score")
    labels = scorer.read_labels(SHARED / "data" / "labels")
    for line in results:
        name = Path(line["file"]).stem
        if name in FINANCE:
            row = scorer.compare(line["article"], labels[name])
            assert (row["missing"], row["leaked"], row["wrong"]) == ([], [], []), name
    assert score(saved, "labels")["traps_refused"] == "10/10"
