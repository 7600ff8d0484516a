"""`newscrawl fetch` against an HTTP server on loopback: every outcome, and no request that must not be sent."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from newscrawl.demo.site import PAGES
from newscrawl.ledger import articles
from newscrawl.ledger.ledger import Ledger
from newscrawl.sites.loader import site_names
from tests.conftest import ROOT, Run
from tests.support.processes import Started
from tests.support.server import Answer, Serve, Server, article

ROBOTS = Answer(b"User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"})


def doc(number: int) -> str:
    return f"/china/2026-03-01/doc-iabcdefg{number:07d}.shtml"


def summary(done: "subprocess.CompletedProcess[bytes]") -> dict[str, object]:
    value = json.loads(done.stdout.decode().splitlines()[-1])
    assert isinstance(value, dict)
    assert value["exit"] == done.returncode
    return value


def every_answer(server: Serve) -> Server:
    """A server with pages for every outcome."""
    return server(
        {
            "/robots.txt": ROBOTS,
            doc(1): article("一"),
            "/moved.shtml": Answer(status=301, headers={"Location": doc(2)}),
            doc(2): article("二"),
            doc(3): Answer(b"down", 500),
            "/private" + doc(4): article("四"),
            doc(5): b"<html><title>x</title><p>hello</p></html>",
            doc(6): Answer(article("六"), wait=30),
            doc(7): Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"}),
            doc(8): Answer(article("八", date="")),
            "/away.shtml": Answer(status=302, headers={"Location": "http://localhost:1/x"}),
            "/loop.shtml": Answer(status=302, headers={"Location": "/loop.shtml"}),
        }
    )


def test_every_outcome_has_its_reason(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = every_answer(server)
    paths = [doc(n) for n in (1, 3, 5, 6, 7, 8, 9)]
    urls = [site.base + path for path in (*paths, "/moved.shtml", "/private" + doc(4), "/away.shtml", "/loop.shtml")]
    config = site.site_file(tmp_path, timeout=3)  # the other answers come at once, also on a busy machine
    done = newscrawl("fetch", *urls, "http://example.com/x", "--site", config, "--json", "-o", tmp_path / "a")
    result = summary(done)
    assert result["posts"] == {"written": 2, "unchanged": 0, "revised": 0}
    assert result["failed"] == {
        "http_404": 1, "http_500": 1, "no_date": 1, "not_html": 1, "offsite": 2, "redirects": 1, "robots": 1,
        "timeout": 1, "unknown_layout": 1,
    }  # fmt: skip
    assert done.returncode == 3
    errors = done.stderr.decode()
    assert "Traceback" not in errors
    assert all(line.startswith("newscrawl") for line in errors.splitlines())
    assert f"{site.base}{doc(9)}: http_404: the server has no such page" in errors
    assert "/private" + doc(4) not in site.paths()


def test_nothing_done_is_4_and_all_done_is_0(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = every_answer(server)
    config = site.site_file(tmp_path)
    assert newscrawl("fetch", site.base + doc(9), "--site", config).returncode == 4
    done = newscrawl("fetch", site.base + doc(1), "--site", config)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.decode().startswith(
        "\n---\ntitle: '一'\ncategories: \n - 金融\n - 新浪财经\n - 新浪财经－国內\n"
    )
    assert done.stdout.endswith(b"  \n</div>\n            ")


def test_an_unreachable_host_is_4(newscrawl: Run, server: Serve, tmp_path: Path) -> None:
    config = server({}).site_file(tmp_path)
    done = newscrawl(
        "fetch", "http://127.0.0.1:9/china/2026-03-01/doc-iabcdefg0000001.shtml", "--site", config, "--json"
    )
    assert summary(done)["failed"] == {"unreachable": 1}
    assert done.returncode == 4


def test_a_ban_of_all_pages_stops_the_run(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(n): Answer(b"", 403) for n in range(3)})
    config = site.site_file(tmp_path)
    done = newscrawl("fetch", *(site.base + doc(n) for n in range(3)), "--site", config, "--json")
    result = summary(done)
    assert done.returncode == 4
    failed = result["failed"]
    assert isinstance(failed, dict)
    assert sum(failed.values()) == 3
    assert set(failed) <= {"turned_away", "http_403"}
    assert "stopped: 127.0.0.1" in done.stderr.decode()


def test_a_single_request_waits_for_retry_after(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(1): Answer(b"", 429, headers={"Retry-After": "2"})})
    config = site.site_file(tmp_path)

    def end_ban() -> None:
        while doc(1) not in site.paths():
            time.sleep(0.01)
        site.answers[doc(1)] = Answer(article("一"))

    Thread(target=end_ban, daemon=True).start()
    done = newscrawl("fetch", site.base + doc(1), "--site", config, "-o", "kept")
    assert done.returncode == 0, done.stderr
    times = [when for when, path, _ in site.hits if path == doc(1)]
    assert times[1] - times[0] > 1.9


def test_robots_apply_to_requests_that_wait_together(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    """8 forbidden start URLs and no request: Scrapy's own middleware (2.19) fetches 6 of them."""
    paths = [f"/private{doc(n)}" for n in range(8)]
    slow = Answer(ROBOTS.body, headers=ROBOTS.headers, wait=0.3)
    site = server({"/robots.txt": slow, **dict.fromkeys(paths, article())})
    done = newscrawl("fetch", *(site.base + path for path in paths), "--site", site.site_file(tmp_path), "--json")
    assert site.paths() == ["/robots.txt"]
    assert summary(done)["failed"] == {"robots": 8}
    assert done.returncode == 4


def test_an_unreachable_robots_txt_forbids_all(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({"/robots.txt": Answer(b"", 503), doc(1): article()})
    done = newscrawl("fetch", site.base + doc(1), "--site", site.site_file(tmp_path), "--json")
    assert set(site.paths()) == {"/robots.txt"}
    assert summary(done)["failed"] == {"robots_unreachable": 1}


def test_crawl_delay_of_robots_is_applied(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    robots = Answer(b"User-agent: *\nCrawl-delay: 0.5\n", headers={"Content-Type": "text/plain"})
    site = server({"/robots.txt": robots, **{doc(n): article(str(n)) for n in range(4)}})
    newscrawl("fetch", *(site.base + doc(n) for n in range(4)), "--site", site.site_file(tmp_path))
    assert len(site.hits) == 5
    assert paced(site, 0.5)


def paced(site: Server, delay: float) -> bool:
    """Whether the articles were requested with a delay between them, as far as the server can tell.

    Two requests may arrive close together if the first was in flight for long. But the first article is requested after
    robots.txt; so request number n arrives at the earliest n delays after robots.txt.
    """
    (robots, path, _), *articles = site.hits
    assert path == "/robots.txt"
    tolerance = 0.01  # seconds that the clocks may differ by
    return all(when - robots > delay * before - tolerance for before, (when, _, _) in enumerate(articles))


def test_polite_by_default(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(n): article(str(n)) for n in range(3)})
    config = tmp_path / "polite.yaml"
    config.write_text("extends: sina_finance\nhosts: [127.0.0.1]\n", encoding="utf-8")
    newscrawl("fetch", *(site.base + doc(n) for n in range(3)), "--site", config)
    assert len(site.hits) == 4
    assert paced(site, 0.5)  # 1 s, jitter 50 %
    agents = {headers["User-Agent"] for _, _, headers in site.hits}
    assert len(agents) == 1
    assert agents.pop().startswith("newscrawl/")


def test_answer_over_10_mb_is_refused(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(1): article(paragraph="长" * (4 * 2**20))})
    done = newscrawl("fetch", site.base + doc(1), "--site", site.site_file(tmp_path), "--json")
    assert summary(done)["failed"] == {"too_large": 1}


def test_several_urls_of_one_article_are_fetched_once(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(1): article("一")})
    forms = f"# a list\n{site.base}{doc(1)}\n\n{site.base}{doc(1)}?cre=x&mod=f#top\nnot a url\n"
    done = newscrawl("fetch", "-i", "-", "--site", site.site_file(tmp_path), "--json", stdin=forms.encode())
    result = summary(done)
    assert (result["posts"], result["failed"], result["repeated"]) == (
        {"written": 1, "unchanged": 0, "revised": 0},
        {"bad_url": 1},
        1,
    )
    assert site.paths().count(doc(1)) == 1


def test_archive_writes_only_changed_articles(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(1): article("一"), doc(2): article("二")})
    arguments = (
        "fetch",
        site.base + doc(1),
        site.base + doc(2),
        "--site",
        site.site_file(tmp_path),
        "--json",
        "-o",
        "kept",
    )
    assert summary(newscrawl(*arguments))["posts"] == {"written": 2, "unchanged": 0, "revised": 0}
    site.answers[doc(2)] = Answer(article("二", "改过的正文。"))
    assert summary(newscrawl(*arguments))["posts"] == {"written": 0, "unchanged": 1, "revised": 1}
    files = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert [name for name in files if "posts" in name] == [
        f"kept/posts/2026/03/01/2026-03-01-abcdefg000000{n}.md" for n in (1, 2)
    ]
    assert {name.split("/")[1] for name in files} == {"ledger.sqlite3", "manifests", "posts", "warc"}


def old_page(number: int, links: str) -> bytes:
    return (
        '<html><head><meta charset="gb2312"><title>长文_新浪财经_新浪网</title></head><body>'
        '<h1 id="artibodyTitle">长文</h1><span id="pub_date">2010年09月03日 15:30</span><span id="media_name">周报</span>'
        f'<div id="artibody"><p>　　第{number}页。</p><!-- publish_helper_end --></div><p>{links}</p></body></html>'
    ).encode("gb18030")


def test_pages_of_an_old_article_are_joined(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    base = "/china/20100903/15308600123"
    links = "".join(f'<a href="{base}{tail}.shtml">{n}</a>' for n, tail in enumerate(("", "_2", "_3"), start=1))
    partly = f'<a href="{base}.shtml">1</a><a href="{base}_2.shtml">下一页</a>'
    pages = {
        f"{base}.shtml": old_page(1, partly),
        f"{base}_2.shtml": old_page(2, links),
        f"{base}_3.shtml": old_page(3, links),
    }
    site = server({**pages})
    config = site.site_file(tmp_path)
    done = newscrawl("fetch", f"{site.base}{base}_2.shtml", "--site", config, "--format", "json", "-q")
    record = json.loads(done.stdout)
    assert record["text"].splitlines() == ["第1页。", "第2页。", "第3页。"]
    assert record["url"] == f"{site.base}{base}.shtml"
    assert sorted(site.paths()) == sorted(["/robots.txt", *pages])
    site.answers[f"{base}_3.shtml"] = Answer(b"", 500)
    done = newscrawl("fetch", f"{site.base}{base}.shtml", "--site", config, "--json")
    assert summary(done)["failed"] == {"page_missing": 1}
    assert b"_3.shtml: http_500" in done.stderr


def test_pages_of_an_article_of_today_are_joined_by_their_numbers(
    server: Serve, newscrawl: Run, tmp_path: Path
) -> None:
    """Each page has a pager (first, its neighbours, last), and links to its own comments."""
    base = "/roll/2026-03-01/doc-iabcdefg0000001"
    paths = [f"{base}.shtml", *(f"{base}-p{number}.shtml" for number in range(2, 6))]
    pages = {}
    for at, path in enumerate(paths):
        near = dict.fromkeys((paths[0], *paths[max(0, at - 1) : at + 2], paths[-1]))
        pager = "".join(f'<a href="{link}">{link[-7]}</a>' for link in near)
        page = article("长文", f"第{at + 1}页。", url=f"https://finance.sina.com.cn{paths[0]}")
        pages[path] = page.replace(b"</body>", f'{pager}<a href="{path}#comments">0</a></body>'.encode())
    site = server({**pages})
    done = newscrawl("fetch", site.base + paths[2], "--site", site.site_file(tmp_path), "--format", "json", "-q")
    record = json.loads(done.stdout)
    assert record["text"].splitlines() == [f"第{number}页。" for number in range(1, 6)]
    assert record["docid"] == "abcdefg0000001"
    assert sorted(site.paths()) == sorted(["/robots.txt", *paths])


def test_pages_that_share_an_address_of_a_template_are_joined(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    base, other = "/china/20100903/15308600123", "https://finance.sina.com.cn/china/20100901/15308600999.shtml"
    claim = f'<head><meta property="og:url" content="{other}">'.encode()
    links = f'<a href="{base}.shtml">1</a><a href="{base}_2.shtml">2</a>'
    pages = {f"{base}{tail}.shtml": old_page(n, links).replace(b"<head>", claim) for n, tail in ((1, ""), (2, "_2"))}
    site = server({**pages})
    done = newscrawl("fetch", f"{site.base}{base}.shtml", "--site", site.site_file(tmp_path), "--format", "json", "-q")
    assert json.loads(done.stdout)["text"].splitlines() == ["第1页。", "第2页。"]


def test_records_instead_of_posts(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(1): article("一")})
    config = site.site_file(tmp_path)
    one = newscrawl("fetch", site.base + doc(1), "--site", config, "--format", "json", "-q")
    record = json.loads(one.stdout)
    assert record["url"] == site.base + doc(1)  # a host that only the site file names keeps its scheme and port
    assert record["published"] == "2026-03-01T08:00:00+08:00"
    line = newscrawl("fetch", site.base + doc(1), "--site", config, "--format", "jsonl", "-q")
    assert json.loads(line.stdout) == record


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch"], "nothing to fetch"),
        (["fetch", "finance.sina.com.cn/x"], "not an http(s) URL"),
        (["fetch", "-i", "no-such-list"], "cannot read the list"),
        (["fetch", "https://finance.sina.com.cn/", "--site", "no-such-site"], "no site named no-such-site"),
        (["fetch", "https://finance.sina.com.cn/", "--flavour", "wordpress"], "wordpress"),
        (["fetch", "https://finance.sina.com.cn/", "-o", "/proc/nowhere"], "cannot keep an archive"),
        (["fetsh"], "fetsh"),
    ],
)
def test_bad_usage_is_one_line_and_2(newscrawl: Run, arguments: list[str], message: str) -> None:
    done = newscrawl(*arguments)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert len(lines) == 1
    assert message in lines[0]
    assert done.stdout == b""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_is_130_and_keeps_finished_articles(server: Serve, tmp_path: Path, stop: signal.Signals) -> None:
    site = server({doc(n): Answer(article(str(n)), wait=0.2) for n in range(40)})
    config = site.site_file(tmp_path, concurrency=1, delay=0.1)
    command = [sys.executable, "-m", "newscrawl", "fetch", "-o", "kept", "--site", str(config), "--json"]
    process = subprocess.Popen(
        [*command, *(site.base + doc(n) for n in range(40))],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(site.hits) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(stop)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    written = json.loads(out.splitlines()[-1])["posts"]["written"]
    assert 0 < written < 40
    assert len(list((tmp_path / "kept" / "posts").rglob("*.md"))) == written


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_standard_input_is_open(server: Serve, tmp_path: Path, stop: signal.Signals) -> None:
    site = server({doc(1): article("一")})
    command = [
        sys.executable,
        "-m",
        "newscrawl",
        "fetch",
        "-i",
        "-",
        "-o",
        "kept",
        "--site",
        str(site.site_file(tmp_path)),
    ]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(f"{site.base}{doc(1)}\n".encode())
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while doc(1) not in site.paths() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(stop)
    assert process.wait(timeout=60) == 130
    process.stdin.close()


def test_the_reader_of_the_posts_may_close_the_pipe(server: Serve, tmp_path: Path) -> None:
    site = server({doc(n): article(str(n), "长" * 40_000) for n in range(30)})
    command = [sys.executable, "-m", "newscrawl", "fetch", "--site", str(site.site_file(tmp_path, concurrency=1))]
    command += [site.base + doc(n) for n in range(30)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert process.returncode == 0, errors
    assert "fault" not in errors
    assert len(site.hits) < 30


def test_a_page_cannot_write_outside_the_archive(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    meta = b'<meta name="publishid" content="1,x/../../../../../../pwned">'
    site = server({"/page": article("一").replace(b"</head>", meta + b"</head>")})
    done = newscrawl("fetch", site.base + "/page", "--site", site.site_file(tmp_path), "-o", "a/b/c/kept")
    assert done.returncode == 0
    (post,) = tmp_path.rglob("*.md")
    assert re.fullmatch(r"a/b/c/kept/posts/2026/03/01/2026-03-01-[0-9a-f]{16}\.md", str(post.relative_to(tmp_path)))


def test_malformed_urls_do_not_affect_the_others(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    site = server({doc(1): article("一"), doc(2): article("二")})
    malformed = "http://[::1]/x\nhttp://[\nhttp://127.0.0.1:99999/\nfile:///etc/passwd\nhttp://a b/\n"
    urls = f"\ufeff{site.base}{doc(1)}\n{malformed}{site.base}{doc(2)}\n"
    done = newscrawl(
        "fetch", "-i", "-", "--site", site.site_file(tmp_path), "--json", "-o", "kept", stdin=urls.encode()
    )
    result = summary(done)
    assert result["posts"] == {"written": 2, "unchanged": 0, "revised": 0}
    assert result["failed"] == {"bad_url": 4, "offsite": 1}


def test_killed_at_any_moment_every_file_is_complete(server: Serve, tmp_path: Path) -> None:
    size = 100_000
    site = server({doc(n): article(str(n), "长" * size) for n in range(90)})
    config = site.site_file(tmp_path)
    command = ["fetch", "-q", "-o", "kept", "--site", str(config), *(site.base + doc(n) for n in range(90))]
    for hits in (15, 30, 50):
        site.hits.clear()
        process = Started(command, tmp_path)
        deadline = time.monotonic() + 60
        while len(site.hits) < hits and time.monotonic() < deadline:
            time.sleep(0.001)
        process.kill()
        process.communicate()
        posts = list((tmp_path / "kept" / "posts").rglob("*"))
        kept = [path.read_text(encoding="utf-8") for path in posts if path.is_file()]
        assert all(path.suffix == ".md" for path in posts if path.is_file())
        assert kept
        assert all(post.count("长") == size and post.endswith("</div>\n            ") for post in kept)


def test_plain_scrapy_does_the_same_job(server: Serve, tmp_path: Path) -> None:
    site = server({doc(1): article("一")})
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "sina_finance",
        "-a",
        f"url={site.base}{doc(1)} {site.base}{doc(2)}",
    ]
    command += ["-a", f"site={site.site_file(tmp_path)}", "-s", f"NEWSCRAWL_ARCHIVE={tmp_path / 'kept'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=200, check=False)
    assert done.returncode == 3
    log = done.stderr.decode()
    assert "'newscrawl/posts/written': 1" in log
    assert "'newscrawl/failed/http_404': 1" in log
    post = (tmp_path / "kept/posts/2026/03/01/2026-03-01-abcdefg0000001.md").read_text(encoding="utf-8")
    assert post.startswith("\n---\ntitle: '一'\n")


def test_plain_scrapy_refuses_arguments_it_does_not_know() -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "sina_finance", "-a", "chanel=china"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=200, check=False)
    assert done.returncode == 2
    assert b"error: unknown argument chanel" in done.stderr
    assert b"Traceback" not in done.stderr


def test_scrapy_lists_the_spiders() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], cwd=ROOT, capture_output=True, timeout=200, check=True
    )
    assert done.stdout.decode().split() == site_names()


def test_new_designs_are_kept_flagged_and_listed(server: Serve, newscrawl: Run, tmp_path: Path) -> None:
    """Twenty pages of one design, then one with other markup around the headline."""
    other = article("新框").replace(b'<div class="article"', b'<div class="wrap-2027"><div class="article"')
    site = server({**{doc(n): article(str(n)) for n in range(20)}, doc(50): other})
    config = site.site_file(tmp_path)
    first = newscrawl("fetch", *(site.base + doc(n) for n in range(20)), "--site", config, "-o", "kept", "--json")
    assert summary(first)["flagged"] == {}
    assert summary(newscrawl("fetch", site.base + doc(50), "--site", config, "-o", "kept", "--json"))["flagged"] == {
        "new_design": 1
    }
    status = json.loads(newscrawl("status", "kept", "--json").stdout)
    assert status["articles"] == 21
    assert status["layouts"] == {"fin2017": 21}
    assert status["flagged"] == [{"url": site.base + doc(50), "flags": ["new_design"]}]
    assert "look at" in newscrawl("status", "kept", cold=True).stdout.decode()
    assert newscrawl("status", tmp_path).returncode == 2
    with Ledger(tmp_path / "kept") as ledger, ledger.reading() as connection:
        row = articles.article(connection, "abcdefg0000050")
    assert row
    assert row["record"]["title"] == "新框"
    assert row["evidence"]["title"]["place"] == "h1.main-title"  # kept with the record, not in the post


def test_demo_runs_offline_and_shows_posts(newscrawl: Run, tmp_path: Path) -> None:
    done = newscrawl("demo", "-o", "shown", cold=True)
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    pages = [post.read_text(encoding="utf-8").splitlines()[2] for post in PAGES.glob("*.md")]
    posts = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "shown").rglob("*.md")}
    fetched = [path for path, post in posts.items() if post.splitlines()[2] in pages]
    assert len(fetched) == len(pages)
    assert len(posts) > 100 + len(pages)
    assert all(str(path.relative_to(tmp_path)) in shown for path in fetched)
    assert "title: '白鹭电机: 年报里的\"两个没想到\"'" in shown
    assert "balanced" in done.stderr.decode()
