"""Each row of the table of reasons is produced by a test: by one of these, or by one that is named here."""

import ast
import json
import re
from pathlib import Path

import pytest

from newscrawl.crawl.listed import listed_item
from newscrawl.discovery.rows import Row
from newscrawl.outcomes.reasons import TABLE, reason_of
from newscrawl.sites.loader import load_site
from tests.conftest import ROOT, Run
from tests.support.server import Answer, Serve, article

SINA = "https://finance.sina.com.cn"
DOC = "/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
OTHER = "<html><title>别的</title><p>别的</p></html>".encode()  # a page of no layout
# Pages that are saved, as (URL, page).
PAGES = {
    "video": ("https://video.sina.com.cn/p/1.html", OTHER),
    "live": ("https://live.sina.com.cn/1.html", OTHER),
    "quote": (f"{SINA}/realstock/company/sh600519/nc.shtml", OTHER),
    "index": (f"{SINA}/stock/index.shtml", OTHER),
    "search": ("https://search.sina.com.cn/?q=1", OTHER),
    "home": ("https://www.sina.com.cn/", OTHER),
    "gallery": ("https://slide.finance.sina.com.cn/1.html", OTHER),
    "error": (SINA + DOC.format(1), "<html><title>页面没有找到</title></html>".encode()),
    "unknown_layout": (SINA + DOC.format(2), OTHER),
    "no_text": (SINA + DOC.format(3), article(paragraph="")),
    "no_title": (SINA + DOC.format(4), article(title="")),
    "no_date": (SINA + DOC.format(5), article(date="")),
}
# Entries of lists that are not fetched.
ENTRIES = {
    "blog": "https://blog.sina.com.cn/s/1.html",
    "weibo": "https://weibo.com/1/a",
    "offsite": "https://example.org/1.html",
}
# Answers of a server, between good ones.
STATUSES = {
    "http_401": 401, "http_404": 404, "http_408": 408, "http_410": 410, "http_451": 451, "http_3xx": 302, "http_4xx": 422,
    "http_5xx": 503, "http_xxx": 999,
}  # fmt: skip
FETCH, CRAWL, REPLAY = "tests/cli/test_fetch.py", "tests/crawl/test_crawl.py", "tests/replay/test_replay.py"
ANSWERS = "tests/crawl/test_answers.py"
REASON_OF = "tests/crawl/test_failures.py::test_the_reason_of_a_failure"  # a ban: the run pauses, and asks again
EVERY = f"{FETCH}::test_every_outcome_has_its_reason"
ELSEWHERE = {
    "not_html": EVERY,
    "robots": EVERY,
    "redirects": EVERY,
    "timeout": EVERY,
    "page_missing": f"{FETCH}::test_pages_of_an_old_article_are_joined",
    "unreachable": f"{FETCH}::test_an_unreachable_host_is_4",
    "robots_unreachable": f"{FETCH}::test_an_unreachable_robots_txt_forbids_all",
    "too_large": f"{FETCH}::test_answer_over_10_mb_is_refused",
    "bad_url": f"{FETCH}::test_malformed_urls_do_not_affect_the_others",
    "turned_away": f"{FETCH}::test_a_ban_of_all_pages_stops_the_run",
    "broken": f"{ANSWERS}::test_no_half_answer_is_kept_and_all_are_asked_for_again",
    "moved": f"{ANSWERS}::test_a_page_that_leads_to_another_is_followed_once",
    "other_article": f"{ANSWERS}::test_an_article_that_comes_under_every_address_is_kept_once",
    "too_slow": "tests/crawl/test_deadline.py::test_a_page_that_takes_too_long_is_left_and_all_others_are_kept",
    "run_killed": "tests/crawl/test_deadline.py::test_what_three_killed_runs_have_left_is_told_of_and_not_asked_for",
    "dns": "tests/cli/test_words.py::test_a_host_that_does_not_exist_is_named",
    "private_address": "tests/crawl/test_connections.py::test_a_name_that_leads_to_this_machine_is_not_connected_to",
    "tls": "tests/cli/test_words.py::test_what_is_wrong_with_a_connection",
    "http_418": REASON_OF,
    "http_429": REASON_OF,
    "http_456": REASON_OF,
    "robots_delay": "tests/cli/test_words.py::test_what_robots_txt_is_told_of",
    "http_403": f"{CRAWL}::test_one_closed_page_is_no_ban",
    "refused": "tests/crawl/test_user_parts.py::test_what_a_middleware_or_an_extension_drops_is_counted_and_the_run_ends",
    "dropped": "tests/crawl/test_user_parts.py::test_a_pipeline_changes_and_drops_articles",
    "fault": "tests/cli/test_extract.py::test_a_bug_on_one_page_leaves_the_others",
    "unwritten": "tests/crawl/test_full_disk.py::test_a_full_disk_ends_the_run_and_the_next_one_heals_it",
    "lost": "tests/outcomes/test_summary.py::test_the_end_of_a_run_decides_its_exit_code",
    "unreadable": "tests/cli/test_extract.py::test_json_lines_name_file_and_reason",
    "damaged": f"{REPLAY}::test_complete_records_of_a_damaged_file_are_used",
    "body_missing": f"{REPLAY}::test_files_of_other_tools",
    "list_short": "tests/crawl/test_frontier.py::test_how_a_day_was_read",
    "list_moving": "tests/discovery/test_reader.py::test_what_a_window_proves",
    "list_elsewhere": "tests/crawl/test_proof.py::test_a_list_that_ignores_what_it_was_asked_is_never_balanced",
    "list_unreadable": f"{CRAWL}::test_an_unreadable_list_is_reported",
    "list_refused": "tests/discovery/test_window.py::test_answers_without_a_list_raise",
    "list_empty": f"{CRAWL}::test_a_list_that_becomes_empty_is_an_error",
    "list_unread": "tests/crawl/test_frontier.py::test_after_three_days_without_an_answer_the_other_days_are_not_asked_for",
}


def test_every_row_is_produced_by_a_test() -> None:
    here = PAGES.keys() | ENTRIES.keys() | STATUSES.keys()
    assert here.isdisjoint(ELSEWHERE)
    assert here | ELSEWHERE.keys() == TABLE.keys()


@pytest.mark.parametrize("word", ELSEWHERE)
def test_the_test_that_is_named_asserts_the_reason(word: str) -> None:
    file, _, name = ELSEWHERE[word].partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    (test,) = (
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    )
    texts = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert any(re.search(rf"\b{word}\b", text) for text in texts)
    assert any(isinstance(node, ast.Assert) for node in ast.walk(test))


def test_pages_that_give_no_post(newscrawl: Run, tmp_path: Path) -> None:
    for word, (_, page) in PAGES.items():
        (tmp_path / f"{word}.html").write_bytes(page)
    table = "".join(f"{word}.html\t{url}\n" for word, (url, _) in PAGES.items())
    (tmp_path / "urls.tsv").write_text(f"file\turl\n{table}", encoding="utf-8")
    done = newscrawl("extract", *(f"{word}.html" for word in PAGES), "--urls", "urls.tsv", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["failed"] == dict.fromkeys(PAGES, 1)
    lines = done.stderr.decode().splitlines()
    assert [line.split(": ")[1:3] for line in lines[: len(PAGES)]] == [[f"{word}.html", word] for word in PAGES]


@pytest.mark.parametrize("word", ENTRIES)
def test_entries_of_lists_that_are_not_fetched(word: str) -> None:
    assert listed_item(Row(ENTRIES[word]), load_site("sina_finance")).reason == word


def test_answers_that_bring_no_page(newscrawl: Run, server: Serve, tmp_path: Path) -> None:
    answers: dict[str, Answer | bytes] = {}
    for number, status in enumerate(STATUSES.values()):
        answers[DOC.format(2 * number)] = Answer(OTHER, status)
        answers[DOC.format(2 * number + 1)] = article(f"标题{number}", f"正文{number}。")
    site = server(answers)
    config = site.site_file(tmp_path, patience=9, retries=0, concurrency=1)
    done = newscrawl("fetch", *(site.base + path for path in answers), "--site", config, "--json")
    failed = json.loads(done.stdout.splitlines()[-1])["failed"]
    assert failed == {f"http_{status}": 1 for status in STATUSES.values()}
    assert {reason_of(word).word for word in failed} == STATUSES.keys()
