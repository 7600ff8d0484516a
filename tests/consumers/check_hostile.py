"""Sites built from hostile posts, opened in a browser: nothing runs, nothing is loaded from elsewhere but pictures.

Run by `make test-consumers`, after `setup.sh`.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, cycle, islice
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Request, sync_playwright

from newscrawl import Article, extract
from newscrawl.archive.paths import path_for
from newscrawl.extraction.allowed import ATTRIBUTES, ELEMENTS
from newscrawl.posts.render import post_of
from tests.consumers import sites
from tests.consumers.sites import PROGRAMS, Program
from tests.support.inert import OWN
from tests.support.vectors import KINDS, LAST, URL, page_of, vectors, with_call

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not CHROMIUM:
    pytest.skip("no chromium on this machine", allow_module_level=True)
TOGETHER, FRAMES = 12, 24  # vectors in a post, pages in a window
BODIES = ("clean", "full")
# Of the themes in `sites`, and of what generators put around a post
PAGE = ("html", "head", "meta", "title", "body", "article")
MORE = ("charset", "content", "data-source", "datetime", "name")
TOLD = "window.alert = () => console.error('ran in ' + location.href);"
# In each frame: what is not allowed in its document, and in its text parsed and written twice more, as editors do.
INSPECT = """([elements, attributes, paths]) => {
  const wrong = []
  const inspect = (root, where) => root.querySelectorAll('*').forEach(each => {
    if (!elements.includes(each.localName)) wrong.push(`${where}: an element ${each.localName}`)
    for (const name of Element.prototype.getAttributeNames.call(each)) {  // a form's own may be an input of that name
      const value = Element.prototype.getAttribute.call(each, name)
      if (!attributes.includes(name)) wrong.push(`${where}: ${each.localName} ${name}=${value}`)
      if (name == 'style' && /url|expression|position|@/i.test(value)) wrong.push(`${where}: ${value}`)
    }
    for (const name of ['href', 'src']) {
      if (each[name] && !/^(https?:|data:image.(png|gif|jpeg|webp)[;,])/.test(each[name])) wrong.push(`${where}: ${each[name]}`)
    }
  })
  document.querySelectorAll('iframe').forEach((frame, number) => {
    const page = frame.contentDocument, section = page.querySelector('article > section')
    inspect(page, paths[number])
    if (page.querySelector('article').parentElement.localName != 'body' || !section) wrong.push(`${paths[number]}: is torn`)
    let markup = section.innerHTML
    for (let times = 0; times < 2; times++) {
      const box = page.createElement('div')
      box.innerHTML = markup
      page.documentElement.append(box)  // a form called body takes the place of it
      inspect(box, `${paths[number]} parsed again`)
      markup = box.innerHTML
    }
  })
  return wrong
}"""


def grouped(kind: str) -> Iterator[str]:
    """The vectors of a kind, many in a page, but for those that swallow what follows them: they stand alone."""
    together = []
    for each in vectors(kind, places=1):
        if f"<p>{LAST}</p>" in post_of(extract(page_of(each), URL.format("together0000001")), body="full"):
            together.append(each)
        else:
            yield each
    remaining = iter(together)
    while some := "\n".join(islice(remaining, TOGETHER)):
        yield some


@cache
def articles() -> list[Article]:
    """Articles with all vectors. Each kind is the title or the author of one as well."""
    contents = [*chain.from_iterable(grouped(kind) for kind in KINDS)]
    names = cycle(with_call(each).replace("\x00", "") for kinds in KINDS.values() for each in kinds)
    made = []
    for number, content in enumerate(contents):
        for body in BODIES:
            article = extract(page_of(content), URL.format(f"hostile{number:07}{body}"))
            article.title, article.author = next(names), next(names)
            made.append(article)
    return made


def write(folder: Path, flavour: str) -> Path:
    """Writes the articles as posts, with either body in turn, and returns their folder."""
    for article, body in zip(articles(), cycle(BODIES), strict=False):
        path = folder / path_for(article.record())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(post_of(article, flavour, body), encoding="utf-8")
    return folder / "posts"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        here_only = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[here_only])
        yield browser
        browser.close()


def faults(browser: Browser, folder: Path, pages: Iterable[Path]) -> list[str]:
    """What happens, and what is not allowed, in pages of a built site. No other host answers, so pictures fail."""
    found: list[str] = []
    paths = [f"/{quote(str(path.relative_to(folder)))}" for path in pages]
    own, remaining = {*paths, "/window.html", "/favicon.ico"}, iter(paths)
    names = [[*ELEMENTS, *PAGE], [*ATTRIBUTES, *MORE, *OWN]]

    def watch(request: Request) -> None:
        # Of all pages, not only of those together: a busy browser tells late of requests, and of frames that are gone.
        if request.url.removeprefix(site) not in own and request.resource_type != "image":
            found.append(f"a request of {request.resource_type}: {request.url}")

    def dismiss(dialog: Dialog) -> None:
        found.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def listen(line: ConsoleMessage) -> None:
        if "Failed to load" not in line.text:
            found.append(line.text)

    with served(folder) as site, closing(browser.new_context(service_workers="block")) as context:
        context.add_init_script(TOLD)
        context.on("request", watch)
        window = context.new_page()
        context.on("page", lambda page: found.append(f"a window: {page.url}"))
        window.on("dialog", dismiss)
        window.on("pageerror", lambda error: found.append(f"a script: {error}"))
        window.on("console", listen)
        while together := [*islice(remaining, FRAMES)]:
            frames = "".join(f"<iframe src='{path}'></iframe>" for path in together)
            (folder / "window.html").write_text(frames)
            window.goto(f"{site}/window.html")
            found += window.evaluate(INSPECT, [*names, together])
            found += [f"a frame: {frame.url}" for frame in window.frames[1:] if frame.url.removeprefix(site) not in own]
        window.wait_for_timeout(50)  # for what the last inspection made
    return found


def test_the_judge_sees_what_runs(chromium: Browser, tmp_path: Path) -> None:
    """Each of these must be seen, else the test of the sites says nothing."""
    planted = {
        "<img src=x onerror=alert(1)>": "ran in",
        "<a href='javascript:alert(1)'>x</a>": "javascript:",
        "<iframe src=//evil.example/></iframe>": "a request of document",
        "<p @click=x>x</p>": "@click",
        "<p style='background:url(//evil.example/x)'>x</p>": "url(",
        "<script src=//evil.example/x.js></script>": "a request of script",
    }
    pages = [tmp_path / f"{number}.html" for number in range(len(planted))]
    for path, content in zip(pages, planted, strict=True):
        path.write_text(f"<body><article><section>{content}</section></article>", encoding="utf-8")
    seen = faults(chromium, tmp_path, pages)
    assert [content for content, fault in planted.items() if not any(fault in each for each in seen)] == []


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(
            program,
            id=program.label,
            marks=(
                pytest.mark.xdist_group(program.flavour),
                pytest.mark.fault(
                    "page",
                    f"hostile posts in a site of {program.label}",
                    "all vectors in titles, authors, alts, captions and both bodies, opened in a browser",
                    "nothing ran, only pictures were asked for elsewhere, also when parsed twice more",
                ),
            ),
        )
        for program in PROGRAMS
    ],
)
def test_nothing_runs_in_a_site(program: Program, chromium: Browser, tmp_path: Path) -> None:
    posts = write(tmp_path / "archive", program.flavour)
    folder = sites.build(program, posts, tmp_path / "site", "Asia/Shanghai", "Asia/Shanghai")
    pages = [path for path in sorted(folder.rglob("*.html")) if b"<article data-source=" in path.read_bytes()]
    assert len(pages) == len(articles())
    assert faults(chromium, folder, pages)[:20] == []
