"""The accuracy and CPU time of newscrawl and other extractors, on pages with known truth.

    python -m tests.benchmarks.accuracy

The pages are synthetic (`tests.support.synthetic`), or with PAGES=folder LABELS=folder those of a folder, with a label
per page. Prints a table and writes it to docs/accuracy.md, or to the file REPORT (empty: to none), above the sections of
other benchmarks. The other libraries are not dependencies; one that is not installed is skipped with a message (`make
bench-accuracy` installs them, apart).
"""

import contextlib
import functools
import importlib
import io
import json
import logging
import os
import platform
import re
import statistics
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lxml import etree

from newscrawl import Refused, extract
from newscrawl.extraction.charset import as_utf8
from tests.support.synthetic import write

COUNT, SEED = 480, 0
ROUNDS, TIMED = 5, 64  # rounds of the CPU measurement, and maximum number of pages in it
REPORT = Path(__file__).parents[2] / "docs" / "accuracy.md"
FIELDS = ("title", "published", "source", "editor", "docid", "channel", "original_title", "stocks", "images")
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Page:
    """A labelled page."""

    name: str
    url: str
    html: bytes
    text: str  # `html`, decoded
    label: Mapping[str, Any]  # the truth


@dataclass(frozen=True)
class Reading:
    """The result of a library for a page: the text, and the fields that it returns."""

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Library:
    """An extractor: name, package to install, module to import, and a function that calls it."""

    name: str
    package: str
    module: str
    read: Callable[[Any, Page], Reading]


def by_newscrawl(_: Any, page: Page) -> Reading:
    """It takes the bytes, as a server sends them."""
    with contextlib.suppress(Refused):
        article = extract(page.html, page.url)
        record = article.record()
        return Reading(article.text, {**record, "images": [image["src"] for image in record["images"]]})
    return Reading("")


def by_trafilatura(module: Any, page: Page) -> Reading:
    """In precision mode, without comments."""
    found = module.bare_extraction(
        page.text, url=page.url, favor_precision=True, with_metadata=True, include_comments=False
    )
    if found is None:
        return Reading("")
    return Reading(found.text or "", {"title": found.title, "published": found.date, "source": found.sitename})


def by_newspaper(module: Any, page: Page) -> Reading:
    """In Chinese, without fetching pictures."""
    article = module.Article(page.url or "https://finance.sina.com.cn/", language="zh", fetch_images=False)
    article.download(input_html=page.text)
    article.parse()
    when = article.publish_date.isoformat() if article.publish_date else ""
    return Reading(article.text, {"title": article.title, "published": when, "images": list(article.images)})


def by_readability(module: Any, page: Page) -> Reading:
    """The text of the HTML that it returns, a line per text node."""
    document = module.Document(page.text)
    body = etree.fromstring(document.summary(), etree.HTMLParser())
    lines = body.itertext() if body is not None else ()
    return Reading("\n".join(map(str, lines)), {"title": document.short_title()})


def by_resiliparse(module: Any, page: Page) -> Reading:
    """The main content; it returns no fields."""
    return Reading(module.extract_plain_text(page.text, main_content=True))


def by_gne(module: Any, page: Page) -> Reading:
    """With its default options."""
    found = module.GeneralNewsExtractor().extract(page.text, host=page.url)
    fields = {"title": found["title"], "published": found["publish_time"], "images": found["images"]}
    return Reading(found["content"], fields)


LIBRARIES = (
    Library("newscrawl", "newscrawl", "newscrawl", by_newscrawl),
    Library("trafilatura (precision)", "trafilatura", "trafilatura", by_trafilatura),
    Library("newspaper4k", "newspaper4k", "newspaper", by_newspaper),
    Library("readability-lxml", "readability-lxml", "readability", by_readability),
    Library("resiliparse", "resiliparse", "resiliparse.extract.html2text", by_resiliparse),
    Library("GNE", "gne", "gne", by_gne),
)


def squash(text: str | None) -> str:
    """A text without white space and table bars, in which extractors differ."""
    return re.sub(r"[\s|\u200b\ufeff]+", "", text or "")


def grams(text: str, size: int = 4) -> Counter[str]:
    """The counts of the character n-grams of a text; a shorter text counts as one."""
    return Counter(text[i : i + size] for i in range(max(1, len(text) - size + 1))) if text else Counter()


def overlap(text: str, wanted: str) -> float:
    """The F1 score of the character 4-grams of two texts."""
    got, right = grams(text), grams(wanted)
    if not got or not right:
        return float(not got and not right)
    return 2 * (got & right).total() / (got.total() + right.total())


def image_key(src: str) -> str:
    """The URL of an image without scheme and query."""
    return re.sub(r"^https?:", "", src).split("?")[0]


def same_images(found: list[str], label: Mapping[str, Any]) -> bool:
    """Whether the images are those of the label, by any of the URLs that it accepts."""
    images = [{"url": each} if isinstance(each, str) else each for each in label.get("images") or []]
    accepted = [
        ({image_key(url) for url in (i.get("url"), i.get("src"), *i.get("alternatives", [])) if url}, i.get("optional"))
        for i in images
    ]
    keys = {image_key(src) for src in found}
    known = {key for names, _ in accepted for key in names}
    return keys <= known and all(optional or names & keys for names, optional in accepted)


def instant(text: str | None) -> datetime | None:
    """A date as any of the libraries returns it, in Beijing time if it has no zone; None if it cannot be parsed."""
    with contextlib.suppress(ValueError):
        when = datetime.fromisoformat((text or "").strip().replace("/", "-"))
        return when if when.tzinfo else when.replace(tzinfo=BEIJING)
    return None


def same_time(found: str | None, wanted: str | None, within: float = 60) -> bool:
    """Whether two instants differ by less than `within` seconds, or both are missing."""
    a, b = instant(found), instant(wanted)
    return abs((a - b).total_seconds()) < within if a and b else not found and not wanted


def same_day(found: str | None, wanted: str | None) -> bool:
    """Whether two dates are the same day in Beijing, or both are missing."""
    a, b = instant(found), instant(wanted)
    return a.astimezone(BEIJING).date() == b.astimezone(BEIJING).date() if a and b else not found and not wanted


def wrong_fields(fields: Mapping[str, Any], label: Mapping[str, Any]) -> list[str]:
    """The fields that differ from the label; one that a library does not return is right only if the page has none."""
    names = ("title", "source", "editor", "original_title")
    wrong = [name for name in names if squash(fields.get(name)) != squash(label.get(name))]
    if not same_time(fields.get("published"), label.get("published")):
        wrong.append("published")
    if label.get("docid") and fields.get("docid") != label["docid"]:
        wrong.append("docid")
    channels = {(label.get(name) or "").strip("/") for name in ("channel_path", "channel_sudameta")} - {"", "roll"}
    if channels and (fields.get("channel") or "").strip("/") not in channels:
        wrong.append("channel")
    if set(fields.get("stocks") or []) != set(label.get("stocks") or []):
        wrong.append("stocks")
    if not same_images(fields.get("images") or [], label):
        wrong.append("images")
    return wrong


@dataclass
class Score:
    """The figures of a library, summed over pages."""

    f1: list[float] = field(default_factory=list)
    missing: int = 0
    leaked: int = 0
    whole: int = 0
    titles: int = 0
    days: int = 0
    fields: int = 0
    perfect: int = 0
    refused: int = 0
    errors: int = 0
    cpu: list[float] = field(default_factory=list)

    def add(self, reading: Reading, label: Mapping[str, Any]) -> None:
        """Counts one page."""
        if not label.get("is_article"):
            self.refused += not squash(reading.text)
            return
        text, lines = squash(reading.text), {squash(line) for line in reading.text.splitlines()}
        content = [squash(block) for block in label["content"] if squash(block)]
        doubtful = {squash(block) for block in label.get("content_doubtful", [])}
        boilerplate = [squash(block) for block in label["boilerplate"] if squash(block)]
        missing = sum(block not in text for block in content if block not in doubtful)
        leaked = sum(block in (text if len(block) >= 10 else lines) for block in boilerplate)
        wrong = wrong_fields(reading.fields, label)
        self.f1.append(overlap(text, "".join(content)))
        self.missing += missing
        self.leaked += leaked
        self.whole += not missing and not leaked
        self.titles += "title" not in wrong
        self.days += same_day(reading.fields.get("published"), label.get("published"))
        self.fields += len(FIELDS) - len(wrong)
        self.perfect += not missing and not leaked and not wrong


def read(library: Library, module: Any, page: Page) -> Reading:
    """Reads one page and suppresses the library's own output. Raises the library's exceptions."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return library.read(module, page)


def cpu(call: Callable[[], object]) -> float:
    """The CPU seconds of a call: the median of the rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        with contextlib.suppress(Exception):
            call()
        rounds.append(time.process_time() - started)
    return statistics.median(rounds)


def bare_parse(page: Page, charset: str) -> None:
    """The minimum that any extractor must do. With a wrong charset libxml2 would stop at the first invalid byte."""
    etree.fromstring(page.html, etree.HTMLParser(encoding=charset, huge_tree=True))


def score(library: Library, module: Any, pages: list[Page]) -> Score:
    """The figures of a library for all pages. A page on which it raises an exception counts as not read."""
    result = Score()
    for page in pages:
        try:
            reading = read(library, module, page)
        except Exception:  # noqa: BLE001 (third-party code; errors are counted)
            reading, result.errors = Reading(""), result.errors + 1
        result.add(reading, page.label)
    timed = [page for page in pages if page.label.get("is_article")]
    for page in timed[:: max(1, len(timed) // TIMED)][:TIMED]:
        parse = cpu(functools.partial(bare_parse, page, as_utf8(page.html)[1].name))
        result.cpu.append(cpu(functools.partial(read, library, module, page)) / parse)
    return result


def corpus(folder: Path, labels: Path) -> Iterator[Page]:
    """Yields the pages of a folder that have a label."""
    for path in sorted(labels.glob("*.json")):
        html = folder / f"{path.stem}.html"
        label = json.loads(path.read_text(encoding="utf-8"))
        if html.exists() and "is_article" in label:
            data = html.read_bytes()
            yield Page(path.stem, label.get("url", ""), data, as_utf8(data)[0].decode("utf-8", "ignore"), label)


def installed() -> Iterator[tuple[Library, Any]]:
    """Yields the installed libraries with their modules; prints a line for each that is not installed."""
    for library in LIBRARIES:
        try:
            yield library, importlib.import_module(library.module)
        except ImportError as missing:
            print(f"{library.name}: skipped, {missing}", file=sys.stderr)


HEADER = (
    "library", "text F1", "missing", "leaked", "text perfect", "titles", "days", "fields right", "pages perfect",
    "traps refused", "errors", "CPU",
)  # fmt: skip


def row(name: str, result: Score, traps: int) -> tuple[str, ...]:
    """The line of a library in the table."""
    pages = max(1, len(result.f1))
    figures = (result.whole, result.titles, result.days)
    return (
        name,
        f"{statistics.fmean(result.f1 or [0]):.4f}",
        str(result.missing),
        str(result.leaked),
        *(f"{figure}/{pages}" for figure in figures),
        f"{100 * result.fields / (pages * len(FIELDS)):.1f} %",
        f"{result.perfect}/{pages}",
        f"{result.refused}/{traps}",
        str(result.errors),
        f"{statistics.median(result.cpu or [0]):.1f} x",
    )


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows as an aligned Markdown table."""
    widths = [max(len(line[i]) for line in rows) for i in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in rows]
    return "\n".join(f"| {line} |" for line in (lines[0], " | ".join("-" * width for width in widths), *lines[1:]))


INTRO = """\
# Accuracy, measured

Written by `make bench-accuracy` on {date}, from {what}; {articles} hold an article,
{traps} are traps (videos, lists, quotes, deleted pages).

{machine}; {versions}.

{results}

- text F1: overlap of runs of four characters with the article's text, white space ignored; the mean of the articles.
- missing: blocks of the articles ({blocks} in all) that the text does not hold. leaked: strings of boilerplate ({strings}
  in all) that it does. text perfect: articles with neither.
- titles: the article's own. days: the day of publication, in Beijing. pages perfect: text and all fields right.
- fields right: of {fields};
  one that a library does not give counts as wrong where the page has it.
- traps refused: pages without an article that gave no text. errors: pages on which the library raised an exception.
- CPU: process time for one page as a multiple of a bare lxml parse of the same page with its right charset; the median of
  {timed} pages, each the median of {rounds} rounds. newscrawl is given bytes, the others text decoded beforehand.
{note}"""
SYNTHETIC_NOTE = """\

The synthetic pages follow the designs that newscrawl is written for, and newscrawl must read each of them right or its
tests fail: the table says how well general extractors fit these designs, not how newscrawl fares on pages of other
designs or publishers. What follows says how it fares where nothing fits.
"""


def report(pages: list[Page], what: str, note: str, results: list[tuple[Library, Score]]) -> str:
    """The complete report in Markdown."""
    articles = [page for page in pages if page.label.get("is_article")]
    traps = len(pages) - len(articles)
    versions = []
    for library, _ in results:
        with contextlib.suppress(PackageNotFoundError):
            versions.append(f"{library.package} {version(library.package)}")
    return INTRO.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        what=what,
        articles=len(articles),
        traps=traps,
        machine=f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        versions=", ".join([*versions, f"lxml {version('lxml')}"]),
        results=table([HEADER, *(row(library.name, result, traps) for library, result in results)]),
        blocks=sum(len(page.label["content"]) for page in articles),
        strings=sum(len(page.label["boilerplate"]) for page in articles),
        fields=", ".join(FIELDS),
        timed=min(TIMED, len(articles)),
        rounds=ROUNDS,
        note=note,
    )


def main() -> None:
    """Reads and scores the pages with each library, and writes the report."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="newscrawl-accuracy-") as scratch:
        if folder := os.environ.get("PAGES"):
            pages = list(corpus(Path(folder), Path(os.environ.get("LABELS") or Path(folder, "labels"))))
            what, note = f"{len(pages)} labelled pages of a folder", ""
        else:
            write(Path(scratch), COUNT, SEED)
            pages = list(corpus(Path(scratch), Path(scratch, "labels")))
            what, note = f"{COUNT} synthetic pages (`tests/support/synthetic.py`, seed {SEED})", SYNTHETIC_NOTE
    results = [(library, score(library, module, pages)) for library, module in installed()]
    text = report(pages, what, note, results)
    print(text)
    if target := os.environ.get("REPORT", str(REPORT)):
        Path(target).write_text(text + other_sections(Path(target)), encoding="utf-8")


def other_sections(path: Path) -> str:
    """What a report has below this one: other benchmarks write their sections there."""
    before, mark, rest = path.read_text(encoding="utf-8").partition("\n## ") if path.exists() else ("", "", "")
    return mark + rest if before else ""


if __name__ == "__main__":
    main()
