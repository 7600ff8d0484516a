"""`newscrawl browse` in a real browser, on a wide screen and on that of a phone."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Response, sync_playwright

from tests.browse.test_browse import HOSTILE, SPECIAL, WORDS, make_archive
from tests.support.processes import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not CHROMIUM:
    pytest.skip("no chromium on this machine", allow_module_level=True)
WIDE, PHONE = (1440, 900), (390, 844)


class Served(NamedTuple):
    """A running `newscrawl browse`: its URL, and docids of some articles."""

    base: str
    special: str  # docid of the article that contains WORDS
    edited: str
    hostile: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("browse") / "archive"
    entries = make_archive(root, 120)
    command = [sys.executable, "-m", "newscrawl", "browse", str(root), "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            line = process.stderr.readline()
            address = re.search(r"http://\S+", line)
            assert address, line
            yield Served(address[0].rstrip("/"), entries[SPECIAL].docid, entries[0].docid, entries[6].docid)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Page]:
    """A browser page of either size. Afterwards: no script of the archive has run, no other host was requested."""
    width, height = request.param
    small = (width, height) == PHONE
    context = chromium.new_context(viewport={"width": width, "height": height}, is_mobile=small, has_touch=small)
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def check(answer: Response) -> None:
        if answer.status >= 400 or urlsplit(answer.url).netloc != urlsplit(served.base).netloc:
            faults.append(f"{answer.status} {answer.url}")

    page.on("dialog", dismiss)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("response", check)
    yield page
    context.close()
    assert not faults


def fits(page: Page) -> bool:
    """Whether the page, with its stylesheet, is not wider than the screen."""
    page.wait_for_load_state("load")
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def found(page: Page) -> int:
    """The number of found articles, as the page shows it."""
    return int(page.locator("p.found strong").inner_text().replace(",", ""))


def open_filters(page: Page) -> None:
    """Opens the filters if the screen is too small to show them at first."""
    filters = page.locator("details.facets")
    small = page.viewport_size is not None and page.viewport_size["width"] < 500
    assert (filters.get_attribute("open") is None) == small
    if small:
        filters.locator("summary").click()


def test_search_and_read(page: Page, served: Served) -> None:
    page.goto(served.base)
    page.get_by_role("searchbox").fill("经济")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/articles?_search=*")
    assert (found(page), page.locator(".entry").count()) == (1, 1)
    assert page.locator(".entry mark").first.inner_text() == "经济"
    assert page.get_by_role("searchbox").input_value() == "经济"
    outward = page.locator(".entry a.outward")
    assert outward.get_attribute("href")
    assert "noreferrer" in (outward.get_attribute("rel") or "")

    page.locator(".entry h3 a").click()
    page.wait_for_url(f"**/browse/articles/{served.special}")
    assert WORDS in page.locator(".story .text").inner_text()
    page.get_by_role("link", name="post 文件").click()
    assert page.locator("pre.post").inner_text().lstrip().startswith("---")
    assert WORDS in page.locator("pre.post").inner_text()
    assert fits(page)
    page.get_by_role("link", name="原文件").click()
    assert "title:" in page.locator("body").inner_text()
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="capture 存档").click()
    assert WORDS in page.frame_locator("iframe").locator("body").inner_text()
    assert fits(page)


def test_filter_by_channel_stock_day_and_source(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/browse/articles?_search={quote('增长')}")
    last = found(page)
    for facet, shown in (("channel", ".about"), ("stocks", ".about"), ("source", ".about"), ("day", "time")):
        open_filters(page)
        choice = page.locator(f"#facet-{facet} li").first
        value, count = (part.strip() for part in choice.inner_text().split("\n"))
        choice.locator("a").click()
        page.wait_for_load_state()
        assert found(page) == int(count) <= last
        assert all(value in text for text in page.locator(f".entry {shown}").all_inner_texts())
        assert page.locator(".chip", has_text=value).count() == 1
        assert fits(page)
        last = found(page)
    page.locator(".chip", has_text="stocks").click()
    page.wait_for_load_state()
    assert found(page) >= last
    open_filters(page)
    page.locator('input[name="_from"]').fill("2031-01-01")
    page.locator(".days input[type=submit]").click()
    page.wait_for_load_state()
    assert found(page) == 0
    assert page.get_by_text("Nothing found").is_visible()


def test_every_page_of_the_list_is_reachable(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/browse/articles")
    total, seen = found(page), page.locator(".entry").count()
    while page.locator(".next a").count():
        page.locator(".next a").click()
        page.wait_for_load_state()
        seen += page.locator(".entry").count()
        assert page.locator("details.facets").count() == 0
    assert seen == total > 100
    page.get_by_role("link", name="首页").click()
    page.wait_for_load_state()
    assert page.locator("details.facets").count() == 1


def test_no_page_is_wider_than_the_screen(page: Page, served: Served) -> None:
    paths = [
        "/",
        "/browse",
        "/browse/articles",
        "/browse/articles?_all=1",
        f"/browse/articles/{served.edited}",
        "/-/capture/1",
    ]
    paths += [f"/browse/articles/{served.hostile}", "/browse/revisions", "/browse/not_kept", "/browse/runs"]
    for path in paths:
        page.goto(served.base + path)
        assert fits(page), path
        assert page.locator("h1").first.is_visible()
    page.goto(f"{served.base}/browse/articles?_all=1")
    wide = page.viewport_size is not None and page.viewport_size["width"] > 500
    scrolls = page.locator(".table-wrapper").evaluate("box => box.scrollWidth > box.clientWidth")
    assert scrolls == wide, "a wide table scrolls in its box, on a phone rows are cards"


def test_archived_scripts_do_not_run(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/browse/articles/{served.hostile}")
    assert page.locator("h1").inner_text() == HOSTILE
    page.goto(f"{served.base}/browse/articles?_search={quote('白鹭电机 年报')}")
    page.get_by_role("link", name="capture 存档").first.click()
    text = page.frame_locator("iframe").locator("body").inner_text()
    assert "没想到" in text
    assert "late" not in text, "the script of the page would write it"
    alone = page.get_by_role("link", name="单独打开").get_attribute("href")
    page.goto(f"{served.base}{alone}")
    assert "late" not in page.locator("body").inner_text()
    assert page.evaluate("origin") == "null", "without an origin it cannot read the archive"
