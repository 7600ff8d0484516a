"""`newscrawl explain`: where each field came from, and why the other candidates lost."""

import gzip
import json
from pathlib import Path

from newscrawl import extract
from newscrawl.demo.site import PAGES
from tests.conftest import Run
from tests.support.server import Serve, article

PAGE = PAGES / "fin2017_stocks.html"


def test_four_dates_and_why_three_of_them_lost(newscrawl: Run) -> None:
    published = json.loads(newscrawl("explain", PAGE, "--field", "published", "--json").stdout)["published"]
    assert published["value"] == "2026-03-11T09:30:17+08:00"
    assert published["place"] == "weibo: article:create_at"
    rivals = {rival["place"]: rival["raw"] for rival in published["rivals"]}
    assert rivals == {
        "span.date": "2026年03月11日 09:30",
        "article:published_time": "2026-03-11T12:45:03+08:00",
        "comment: published at": "2026-03-11 18:02:44",
    }
    assert all(rival["why"] for rival in published["rivals"])


def test_explain_has_the_values_of_the_record(newscrawl: Run) -> None:
    """Every field of the record that depends on the page is explained, with the value of the record."""
    fields = json.loads(newscrawl("explain", PAGE, "--json").stdout)
    record = extract(PAGE.read_bytes()).record()
    none_here = {"kicker", "subtitle"}
    for name in set(record) - {"text", "html", "images", "site"} - none_here:
        assert fields[name]["value"] == record[name], name
    assert all(fields[name]["value"] is None for name in none_here)
    dropped = [rival["raw"] for rival in fields["text"]["rivals"]]
    assert "来源：江畔日报" in dropped
    assert "(21.40, 0.35, 1.66%)" in dropped


def test_lines_for_a_person(newscrawl: Run) -> None:
    lines = newscrawl("explain", PAGE, "--field", "source", cold=True).stdout.decode().splitlines()
    assert lines[:2] == ["source          江畔日报", "  from          .source: the medium beside the date"]


def test_explain_fetches_a_url(newscrawl: Run, server: Serve, tmp_path: Path) -> None:
    site = server({"/china/2026-03-01/doc-iabcdefg0000001.shtml": article("一")})
    url = site.base + "/china/2026-03-01/doc-iabcdefg0000001.shtml"
    done = newscrawl("explain", url, "--site", site.site_file(tmp_path), "--field", "title")
    assert done.stdout.decode().splitlines()[0].split() == ["title", "一"]
    gone = newscrawl("explain", site.base + "/x", "--site", site.site_file(tmp_path))
    assert gone.returncode == 4
    assert b"http_404" in gone.stderr


def test_explain_reads_saved_files_as_extract_does(newscrawl: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(article("一")))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    done = newscrawl("explain", "a.html.gz", "--field", "title")
    assert done.stdout.decode().splitlines()[0].split() == ["title", "一"]
    done = newscrawl("explain", "a.pdf")
    assert (done.returncode, done.stderr) == (4, b"newscrawl: a.pdf: unreadable: a PDF document\n")
    done = newscrawl("explain", tmp_path)
    assert done.returncode == 2
    assert b"neither a URL nor a file that can be read: a folder; give its files\n" in done.stderr


def test_half_a_page_is_explained_as_far_as_it_goes_and_said_to_be_cut_off(newscrawl: Run, tmp_path: Path) -> None:
    half = article("一").replace(b"</div></body></html>", b"")
    assert half != article("一")
    (tmp_path / "half.html").write_bytes(half)
    done = newscrawl("explain", "half.html", "--field", "title")
    assert done.stdout.decode().splitlines()[0].split() == ["title", "一"]
    assert done.stderr == b"newscrawl: half.html: the page is cut off, and was read as far as it goes\n"
    (tmp_path / "half.html.gz").write_bytes(gzip.compress(article("一"))[:-4])
    assert b"half.html.gz: the page is cut off" in newscrawl("explain", "half.html.gz").stderr


def test_refused_pages_and_bad_usage(newscrawl: Run) -> None:
    assert newscrawl("explain", PAGES / "trap_video.html").returncode == 4
    for arguments in (["no-such-page"], [str(PAGE), "--field", "colour"]):
        done = newscrawl("explain", *arguments)
        assert done.returncode == 2
        assert done.stderr.decode().count("\n") == 1
