"""An article that nothing else places has the label of the list that named it, also when it is read again."""

import json
import shutil

from newscrawl.archive.paths import LEDGER
from newscrawl.sites.loader import load_site
from newscrawl.warc.records import LISTS, read_records
from tests.crawl.test_crawl import Begin, begin  # noqa: F401 (a fixture)

MACRO = " - 新浪财经－宏观\n"


def test_a_crawl_labels_by_its_list_and_what_reads_again_does_too(begin: Begin) -> None:  # noqa: F811
    crawl = begin(items=6, channels=("macro",))
    assert not any(entry.paths for entry in load_site("sina_finance").channels if entry.name == "macro")
    assert crawl()["exit"] == 0
    posts = sorted((crawl.archive / "posts").rglob("*.md"))
    assert len(posts) == 6
    assert all(MACRO in post.read_text() for post in posts)
    (warc,) = (crawl.archive / "warc").glob("*.warc.gz")
    pages = [record for record in read_records(warc) if "/doc-i" in record.url and record.kind == "response"]
    assert {record.lists for record in pages} == {("macro",)}
    assert LISTS.startswith("Newscrawl-")  # WARC- is the standard's

    url = crawl.site.entries[0].url
    explained = ["explain", url, "--site", crawl.config, "--field", "categories", "--json"]
    places = [
        json.loads(crawl.run(*explained, *more).stdout)["categories"]["place"] for more in ((), ("-o", crawl.archive))
    ]
    assert places == ["site file: categories", "list macro"]

    before = crawl.files()
    again = crawl.folder / "again"
    assert crawl.run("replay", warc, "-o", again, "--site", crawl.config).returncode == 0
    assert {path.name: path.read_bytes() for path in (again / "posts").rglob("*.md")} == {
        post.name: post.read_bytes() for post in posts
    }
    (crawl.archive / LEDGER).unlink()
    assert crawl.run("verify", crawl.archive, "--repair").returncode in (0, 1, 6)
    assert crawl.run("verify", crawl.archive).returncode == 0
    assert crawl.files() == before


def test_fetch_labels_an_article_by_the_lists_that_the_archive_knows(begin: Begin) -> None:  # noqa: F811
    crawl = begin(items=2, channels=("macro",))
    crawl()
    (edited,) = crawl.site.edit(1, noted=False)
    done = crawl.run("fetch", edited.url, "--site", crawl.config, "-o", crawl.archive, "--json")
    assert json.loads(done.stdout.splitlines()[-1])["posts"]["revised"] == 1
    (post,) = (crawl.archive / "posts").rglob(f"*{edited.docid}.md")
    assert MACRO in post.read_text()
    shutil.rmtree(crawl.archive)
    crawl.run("fetch", edited.url, "--site", crawl.config, "-o", crawl.archive)
    (post,) = (crawl.archive / "posts").rglob(f"*{edited.docid}.md")
    assert MACRO not in post.read_text()


def test_a_post_that_gets_its_label_later_is_replayed_and_repaired_with_it(begin: Begin) -> None:  # noqa: F811
    crawl = begin(items=2, channels=("macro",))
    urls = [entry.url for entry in crawl.site.entries]
    crawl.run("fetch", *urls, "--site", crawl.config, "-o", crawl.archive)
    posts = sorted((crawl.archive / "posts").rglob("*.md"))
    assert not any(MACRO in post.read_text() for post in posts)
    crawl()  # finds them in its list, and held
    crawl.run("fetch", *urls, "--site", crawl.config, "-o", crawl.archive)
    assert all(MACRO in post.read_text() for post in posts)
    before = crawl.files()
    again = crawl.folder / "again"
    captures = sorted((crawl.archive / "warc").glob("*.warc.gz"))
    assert crawl.run("replay", *captures, "-o", again, "--site", crawl.config).returncode == 0
    assert {path.name: path.read_bytes() for path in (again / "posts").rglob("*.md")} == {
        post.name: post.read_bytes() for post in posts
    }
    for post in posts:
        post.unlink()
    (crawl.archive / LEDGER).unlink()
    assert crawl.run("verify", crawl.archive, "--repair").returncode in (0, 1, 6)
    assert crawl.files() == before
