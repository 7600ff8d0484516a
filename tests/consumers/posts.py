"""Posts for the site generators: ordinary, nasty and random ones, with the articles that they must show."""

import html
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import yaml

from newscrawl import Article, extract
from newscrawl.archive.paths import path_for
from newscrawl.demo.fake_site.entries import generate
from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.site import PAGES
from newscrawl.extraction.identity import saved_page_url
from newscrawl.extraction.markup import escape_text
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Channel, Site
from tests.conftest import ROOT
from tests.consumers.nasty import BODIES, RAW, VALUES, soup, strange
from tests.support import synthetic

SITE = "https://finance.sina.com.cn"
SYNTHETIC, GENERATED, RANDOM = 180, 20, 40
LONGEST_LABEL = 80  # characters; programs make folders of categories, and a file name has at most 255 bytes
BEIJING = ZoneInfo("Asia/Shanghai")
# Instants that programs may get wrong: both ends of a day, summer time in China, the epoch, a leap day.
INSTANTS = (
    datetime(2021, 9, 3, 15, 43, 10, tzinfo=BEIJING), datetime(2021, 9, 3, 0, 0, 0, tzinfo=BEIJING), datetime(2020, 12, 31, 23, 59, 59, tzinfo=BEIJING),
    datetime(2024, 2, 29, 7, 59, 59, tzinfo=BEIJING), datetime(2024, 3, 10, 8, 0, 0, tzinfo=BEIJING), datetime(1988, 7, 1, 0, 30, 0, tzinfo=BEIJING),
    datetime(1999, 12, 31, 16, 0, 0, tzinfo=UTC), datetime(2004, 10, 31, 1, 30, 0, tzinfo=BEIJING), datetime(1970, 1, 1, 8, 0, 1, tzinfo=BEIJING),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its URL."""

    url: str
    html: bytes


def ordinary_pages() -> Iterator[Page]:
    """Pages of every design: embedded, generated, synthetic. None is later than today: programs skip such posts."""
    for post in sorted(PAGES.glob("*.md")):
        page = post.with_suffix(".html").read_bytes()
        yield Page(saved_page_url(page), page)
    entries, _ = generate(
        Plan(items=GENERATED, last=date(2026, 3, 4)), SITE, now=int(datetime(2026, 3, 5, tzinfo=UTC).timestamp())
    )
    for entry in entries:
        yield Page(entry.url, entry.page())
    for made in synthetic.pages(SYNTHETIC, seed=5):
        published = made.truth.get("published")
        if published and datetime.fromisoformat(published) < datetime.now(UTC):
            yield Page(made.url, made.html)


def nasty_pages() -> Iterator[Page]:
    """A page for each nasty value, and some random ones, with nasty titles, authors and bodies.

    The label of the channel, and so the category, is that of `nasty_site`.
    """
    rng, shown = Random(7), html.escape
    titles = [*VALUES, *(strange(rng, 300 if number % 9 == 0 else 24) for number in range(RANDOM))]
    bodies = [body for body, _ in zip(cycle(BODIES), VALUES, strict=False)] + [soup(rng) for _ in range(RANDOM)]
    for number, (title, author, body) in enumerate(zip(titles, titles[7:] + titles[:7], bodies, strict=True)):
        page = f"""<html><head><meta charset="utf-8"><title>x</title>
<meta property="article:author" content="{shown(author)}"></head><body>
<h1 class="main-title">{shown(title)}</h1>
<div class="date-source"><span class="date">2021年09月{number % 28 + 1:02}日 {number % 24:02}:30</span></div>
<div class="article" id="artibody"><p>　　一</p>{body}</div></body></html>"""
        url = f"{SITE}/n{number:03}/2021-09-03/doc-inastyaa{number:07}.shtml"
        yield Page(url, page.encode(errors="xmlcharrefreplace"))  # a lone surrogate becomes &#55357;, as in real pages


def nasty_site() -> Site:
    """Sina with a channel for each nasty value."""
    sina = load_site("sina_finance")
    labels = [value for value in VALUES[13:] + VALUES[:13] if len(value) < LONGEST_LABEL]
    channels = [Channel(f"n{n:03}", label, 1, 90_000 + n, (f"n{n:03}",)) for n, label in enumerate(labels)]
    return msgspec.structs.replace(sina, channels=(*sina.channels, *channels))


def made_articles() -> Iterator[Article]:
    """Articles that no page gives: with values of `RAW`, with several or no categories, at `INSTANTS`."""
    plain = extract(next(nasty_pages()).html, f"{SITE}/china/2021-09-03/doc-imadeaaa0000000.shtml")
    rng = Random(5)
    raw = [*RAW, *(strange(rng, 300 if number % 9 == 0 else 24) for number in range(RANDOM))]
    for number, title in enumerate(raw):
        others = rng.sample([*RAW, *VALUES, *raw], 5)
        yield replace(
            plain,
            docid=f"madeaaa{number:07}",
            title=title,
            author="" if number % 20 == 0 else others[0],
            categories=[other[:LONGEST_LABEL] for other in others[1 : 1 + number % 5] + others[1:2] * (number % 3)],
            published=INSTANTS[number % len(INSTANTS)] + timedelta(days=number // len(INSTANTS)),
            html=plain.html.replace("一", escape_text(strange(rng, 60)).replace("\n", " ")),
        )


@cache
def articles() -> dict[str, Article]:
    """Every article by the path of its post in an archive."""
    site = nasty_site()
    read = [extract(page.html, page.url, site) for page in (*ordinary_pages(), *nasty_pages())]
    return {str(path_for(article.record())): article for article in (*read, *made_articles())}


def write(folder: Path, flavour: str) -> None:
    """Writes the posts of all articles in a flavour as in an archive: FOLDER/posts/YYYY/MM/DD/NAME.md."""
    saved = folder / "saved"
    saved.mkdir(parents=True)
    table = ["file\turl"]
    for number, page in enumerate((*ordinary_pages(), *nasty_pages())):
        (saved / f"{number:04}.html").write_bytes(page.html)
        table.append(f"{number:04}.html\t{page.url}")
    urls, site = folder / "urls.tsv", folder / "site.yaml"
    urls.write_text("\n".join(table), encoding="utf-8")
    channels = msgspec.to_builtins(nasty_site().channels)
    site.write_text(yaml.safe_dump({"extends": "sina_finance", "channels": channels}), encoding="utf-8")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "newscrawl",
        "extract",
        "-q",
        "-o",
        folder,
        "--flavour",
        flavour,
        "--site",
        site,
    ]
    subprocess.run([*command, "--urls", urls, *sorted(saved.iterdir())], cwd=ROOT, check=True)
    for article in made_articles():
        path = folder / path_for(article.record())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(post_of(article, flavour).encode())
