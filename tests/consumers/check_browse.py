"""`newscrawl browse` in a real browser, on a wide screen and on that of a phone."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Literal, NamedTuple
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


# What a browser reports: each violation of the policy, and texts that cannot be read on what is behind them.
WATCH = """
addEventListener("securitypolicyviolation", (event) => {
  (window.violations ||= []).push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""
UNREADABLE = """
() => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const seen = (one) => { const [r, g, b, a = 1] = parts(one); return a && [r, g, b]; };
  const light = (rgb) => rgb.map((part) => part / 255).map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const ground = seen(getComputedStyle(each).backgroundColor);
      if (ground) return ground;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const written = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
      || (element.tagName === "INPUT" && element.type !== "hidden");
    if (!written || !element.checkVisibility() || element.tagName === "OPTION") continue;
    const [one, other] = [light(seen(getComputedStyle(element).color) || [0, 0, 0]), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) bad.push(`${element.tagName}.${element.className} ${contrast.toFixed(2)} ${element.textContent.slice(0, 20)}`);
  }
  return bad;
}
"""
PAGES = 30  # of those that are linked, the first of each kind


def kind_of(path: str) -> str:
    """The kind of a page: its path without keys, numbers and values."""
    path, _, query = path.partition("?")
    names = sorted(part.partition("=")[0] for part in query.split("&") if part)
    return re.sub(r"/articles/[^/]+|/revisions/[^/]+|/runs/[^/]+|/posts/.+|\d+", "/*", path) + "?" + "&".join(names)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_linked_page_keeps_the_policy_and_can_be_read(
    chromium: Browser, served: Served, look: Literal["light", "dark"]
) -> None:
    """No page violates the policy; each text has a contrast of 4.5, light and dark."""
    context = chromium.new_context(color_scheme=look, viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    todo, kinds, grounds = (
        ["/", "/browse?sql=select+nope", "/browse/articles/none", "/browse/articles?_search=a"],
        set[str](),
        set[str](),
    )
    while todo and len(kinds) < PAGES:
        path = todo.pop(0)
        kinds.add(kind_of(path))
        page.goto(served.base + path)
        assert page.evaluate("window.violations || []") == [], path
        assert page.evaluate(UNREADABLE) == [], path
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        links = page.eval_on_selector_all("a[href]:not([download])", "all => all.map((each) => each.href)")
        for link in links:
            address = urlsplit(link)
            found = address.path + (f"?{address.query}" if address.query else "")
            page_like = address.netloc == urlsplit(served.base).netloc and not re.search(
                r"\.json$|\.csv$|/body$|/page$|/file/", address.path
            )
            if page_like and kind_of(found) not in {*kinds, *map(kind_of, todo)}:
                todo.append(found)
    # Planted faults are seen.
    page.goto(served.base)
    page.evaluate("document.querySelector('h1').style.color = getComputedStyle(document.body).backgroundColor")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">a</p>')")
    assert page.evaluate(UNREADABLE)
    page.wait_for_function("(window.violations || []).length > 0")
    context.close()
    assert len(kinds) >= 20
    assert len(grounds) == 1
    (ground,) = grounds
    assert (ground == "rgb(248, 250, 251)") == (look == "light")


def test_another_site_cannot_reach_it(chromium: Browser, served: Served) -> None:
    """A page of another site: it can neither fetch, nor embed, nor frame; its link leads to the front page."""
    context = chromium.new_context()
    page = context.new_page()
    base = served.base
    html = (
        f"<img src='{base}/favicon.ico'><script src='{base}/browse/articles.json'></script><iframe src='{base}/'></iframe>"
        f"<a href='{base}/'>front</a><a href='{base}/browse?sql=select+1'>query</a>"
    )
    page.route("http://a.example/", lambda route: route.fulfill(body=html, content_type="text/html"))
    answers: dict[str, int] = {}
    page.on("response", lambda answer: answers.update({answer.url.removeprefix(base): answer.status}))
    page.goto("http://a.example/")
    assert page.evaluate(f"fetch('{base}/browse/articles.json').then(() => 'read', () => 'refused')") == "refused"
    assert page.evaluate(f"fetch('{base}/', {{mode: 'no-cors'}}).then((answer) => answer.type, () => 'refused')") in (
        "opaque",
        "refused",
    )
    assert {path: status for path, status in answers.items() if path.startswith("/") and status < 400} == {}
    page.get_by_text("query").click()
    assert "another site asks for this" in page.locator("body").inner_text()
    page.goto("http://a.example/")
    page.get_by_text("front").click()
    page.get_by_role("searchbox").wait_for()
    context.close()


def test_shift_and_enter_run_a_query(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/browse")
    page.locator("textarea").fill("select count(*) as n from articles")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url("**/browse?sql=*")
    assert int(page.locator("td").inner_text()) > 100
