"""Synthetic Sina pages with known ground truth, any number of them, reproducible by seed.

    python -m tests.support.synthetic FOLDER [COUNT] [SEED]

A page is a design filled with pieces (`tests.support.synthetic_designs`), and its truth is collected from the same
pieces. The truth has the keys of hand-made labels: content, boilerplate, and every field.
"""

import html
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from string import Template
from typing import Any

from tests.support.synthetic_designs import (
    COMPANIES,
    CRUMBS,
    DESIGNS,
    HEADLINES,
    ORDER,
    PIECES,
    SENTENCES,
    SOURCES,
    TRAP_PAGE,
    TRAPS,
    WORDS,
    Design,
    Piece,
)

TRAP_EVERY = 8  # one page in this many is a trap
BEIJING = timezone(timedelta(hours=8))
DECLARED = {
    "utf-8": ("utf-8",) * 7 + ("gb2312", "UTF-8", ""),
    "gb18030": ("gb2312",) * 6 + ("GB2312", "gbk", "utf-8", ""),
}
OUTSIDE = {"blk2012": "photo", "blk2007": "photo"}  # by design: pieces outside the comments that enclose the text


@dataclass(frozen=True)
class SyntheticPage:
    """A page as a server would send it, its URL, and its truth: what an extractor must return."""

    name: str
    url: str
    html: bytes
    truth: Mapping[str, Any]


def pages(count: int, seed: int = 0) -> Iterator[SyntheticPage]:
    """Yields `count` pages: every `TRAP_EVERY`th is a trap, the others cycle through the designs."""
    articles = traps = 0
    for number in range(count):
        rng = Random(f"{seed}/{number}")
        if number % TRAP_EVERY == TRAP_EVERY - 1:
            yield trap(rng, number, TRAPS[traps % len(TRAPS)])
            traps += 1
        else:
            yield article(rng, number, DESIGNS[articles % len(DESIGNS)])
            articles += 1


def write(folder: Path, count: int, seed: int = 0) -> None:
    """Writes pages as files: NAME.html, labels/NAME.json and INDEX.tsv (`file`, `url`)."""
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    index = ["file\turl"]
    for page in pages(count, seed):
        (folder / f"{page.name}.html").write_bytes(page.html)
        label = json.dumps({"id": page.name, "url": page.url, **page.truth}, ensure_ascii=False, indent=1)
        (folder / "labels" / f"{page.name}.json").write_text(label + "\n", encoding="utf-8")
        index.append(f"{page.name}.html\t{page.url}")
    (folder / "INDEX.tsv").write_text("\n".join(index) + "\n", encoding="utf-8")


def fill(text: str, slots: Mapping[str, str]) -> str:
    """A text with its slots filled."""
    return Template(text).substitute(slots)


def sentence(rng: Random, language: str, forms: Mapping[str, list[str]] = SENTENCES) -> str:
    """An invented sentence (or headline) in a language; a repeated slot has the same word, except clauses."""
    words = {kind: rng.choice(choices) for kind, choices in WORDS[language].items()}
    numbers = {
        "month": rng.randint(1, 12),
        "few": rng.randint(2, 28),
        "number": f"{rng.randint(1, 99)}.{rng.randint(1, 9)}",
    }
    first, *rest = rng.choice(forms[language]).split("{clause}")
    clauses = rng.sample(WORDS[language]["clause"], len(rest))
    return "".join([first, *(f"{clause}{text}" for clause, text in zip(clauses, rest, strict=True))]).format(
        **words, **numbers
    )


def fresh(rng: Random, language: str) -> dict[str, str]:
    """Slots with new values for every piece: sentences, names, numbers, URLs of pictures."""
    person, person2 = rng.sample(WORDS[language]["person"], 2)
    return {
        **{f"s{i}": sentence(rng, language) for i in range(1, 5)},
        "head": sentence(rng, language, HEADLINES),
        "head2": sentence(rng, language, HEADLINES),
        "caption": f"{rng.choice(WORDS[language]['place'])}的{rng.choice(WORDS[language]['thing'])}{rng.randint(100, 999)}",
        "person": person,
        "person2": person2,
        "number": f"{rng.randint(10, 99)}.{rng.randint(10, 99)}",
        "few": str(rng.randint(2, 28)),
        "code": f"{rng.choice(('sh600', 'sz300', 'sz000'))}{rng.randint(100, 999)}",
        "us": "".join(rng.choices("ABCDEFGHJKLMNPQRST", k=4)),
        "company": rng.choice(COMPANIES),
        "pic": f"{rng.randrange(16**8):08x}",
        "day": f"2026{rng.randint(1, 12):02}{rng.randint(1, 28):02}",
    }


def times(rng: Random, design: Design) -> tuple[dict[str, str], str]:
    """The times in a page, which may differ, and the true one: the visible time, with the seconds of `created`.

    The truth has no seconds if neither the visible time nor a `created` of the same minute shows them.
    """
    visible = datetime(
        rng.randint(*design.years), rng.randint(1, 12), rng.randint(1, 28), rng.randrange(24), rng.randrange(60),
        rng.randrange(60), tzinfo=BEIJING,
    )  # fmt: skip
    off = rng.choice((0, 0, 0, 0, 0, -7, 25))  # minutes; mostly the creation time is the visible one
    created = visible + timedelta(minutes=off)
    republished = created + rng.choice((timedelta(0), timedelta(seconds=-1), timedelta(minutes=30), timedelta(hours=3)))
    later = created + timedelta(hours=rng.randint(1, 26), seconds=17)
    shown = rng.choice(design.date).format(d=visible) if design.date else ""
    exact = "second" in "".join(design.date) or ("$created" in design.page and not off)
    truth = visible if exact else visible.replace(second=0)
    return {
        "visible": shown,
        "gmt": (visible - timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S"),
        "created": created.strftime("%Y-%m-%d %H:%M:%S"),
        "republished": republished.isoformat(),
        "later": later.strftime("%Y-%m-%d %H:%M:%S"),
        "iso": visible.strftime("%Y-%m-%d"),
        "compact": visible.strftime("%Y%m%d"),
        "year": str(visible.year),
        "minute": visible.strftime("%Y-%m-%d %H:%M:00"),
        "monthday": visible.strftime("%m%d"),
        "hhmm": visible.strftime("%H%M"),
    }, truth.isoformat() if design.date else ""


def identity(rng: Random) -> dict[str, str]:
    """Slots with the ids of a page, in the new and the old publishing system."""
    letters = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=7))
    number = rng.randint(1_000_000, 9_999_999)
    uid = f"{rng.randint(10**9, 9 * 10**9)}_{rng.randrange(16**12):012x}"
    return {"docid": f"{letters}{number}", "did": str(number), "hex": f"{rng.randrange(16**12):012x}", "uid": uid}


def headlines(rng: Random, language: str) -> list[str]:
    """Titles of other articles, for the sidebar."""
    return [sentence(rng, language, HEADLINES) for _ in range(rng.randint(3, 6))]


def linked(titles: Iterable[str]) -> str:
    """The sidebar's list items."""
    return "".join(f'<li><a href="/a/{i}.shtml">{html.escape(title)}</a></li>' for i, title in enumerate(titles))


def charset(declared: str) -> str:
    """The meta element that declares a charset; empty for no declaration."""
    return f'<meta http-equiv="Content-type" content="text/html; charset={declared}">' if declared else ""


def chosen(rng: Random, design: str) -> Iterator[Piece]:
    """Yields random pieces for a page of a design, in the order of the container."""
    for where, chance, most in ORDER:
        fitting = [p for p in PIECES if p.where == where and design in p.designs.split()]
        if fitting and rng.random() < chance:
            count = rng.randint(1, most) if where != "body" else rng.randint(3, most)
            yield from (
                rng.sample(fitting, min(count, len(fitting))) if where != "body" else rng.choices(fitting, k=count)
            )


def article(rng: Random, number: int, design: Design) -> SyntheticPage:
    """A page of a design with an article in it."""
    clocks, published = times(rng, design)
    title = sentence(rng, design.language, HEADLINES)
    title = rng.choice(
        (title, title, title, f'{title}里的"两个没想到"', f"{title} R&D", f"“{title}”", f"{title}，{title[:6]}，再看")
    )
    folder, path, *labels = rng.choice(design.folders)
    crumbs, section = rng.choice(CRUMBS)
    label = next(iter(labels), section if "$crumbs" in design.page else "")
    side = headlines(rng, design.language)
    source = rng.choice(SOURCES)
    own = {
        **fresh(rng, design.language), **identity(rng), **clocks,
        "title": title, "title_html": html.escape(title, quote=False), "title_attr": html.escape(title),
        "original": sentence(rng, design.language, HEADLINES),
        "folder": folder, "path": path, "crumbs": crumbs, "source": source, "keyword": rng.choice(WORDS[design.language]["thing"]),
        "editor": rng.choice(WORDS[design.language]["person"]), "staff": f"SF{rng.randint(1, 150):03}",
        "side": linked(side), "unclosed": rng.choice(("",) * 9 + ("<img",)),
    }  # fmt: skip
    own["sourcelink"] = rng.choice((
        f'<a href="http://www.example.com/1" class="source ent-source">{source}</a>',
        f'<span class="source ent-source">{source}</span>',
    )) if design.name != "fin2014" else source  # fmt: skip
    editorline, editor = rng.choice(design.editor)
    url = fill(design.url, own)
    declared = rng.choice(DECLARED[design.charset])
    pieces: list[Piece] = []
    parts = {"photo": "", "body": ""}
    for piece in chosen(rng, design.name):
        if piece.original_title and any(other.original_title for other in pieces):
            continue
        slots = {**own, **fresh(rng, design.language)}
        part = "photo" if piece.where == OUTSIDE.get(design.name) else "body"
        parts[part] += fill(piece.html.replace("$title<", "$title_html<"), slots) + rng.choice(("", "\n"))
        pieces.append(filled(piece, slots))
    pieces.sort(key=lambda piece: piece.where != OUTSIDE.get(design.name))  # those outside come first
    page = fill(
        design.page, {**own, **parts, "url": url, "charset": charset(declared), "editorline": fill(editorline, own)}
    )
    truth = {
        "is_article": True,
        "title": title,
        "published": published,
        "source": fill(design.source, own),
        "author": list(dict.fromkeys(name for piece in pieces for name in piece.author.split())),
        "editor": fill(editor, own) if "$editorline" in design.page else "",
        "docid": fill(design.docid, own),
        "channel_path": folder,
        "channel_sudameta": path,
        "keywords": [own["keyword"]] if "$title_attr,$keyword" in design.page else None,
        "label": f"新浪财经－{label}" if label else "",
        "original_title": next((piece.original_title for piece in pieces if piece.original_title), ""),
        "stocks": list(dict.fromkeys(piece.stock for piece in pieces if piece.stock)),
        "images": [image(piece) for piece in pieces if piece.image[0]],
        "content": [block for piece in pieces for block in piece.content],
        "boilerplate": [*(block for piece in pieces for block in piece.boilerplate), *side],
        "layout": design.name,
        "charset_actual": design.charset,
        "pieces": [piece.name for piece in pieces],
    }
    if "$person" in design.page:  # the owner of a blog, the author of a book
        truth["author"] = [own["person"]]
    return SyntheticPage(f"{number:04}-{design.name}", url, page.encode(design.charset), truth)


def filled(piece: Piece, slots: Mapping[str, str]) -> Piece:
    """A piece with its slots filled."""
    texts = {name: fill(getattr(piece, name), slots) for name in ("caption", "stock", "original_title", "author")}
    blocks = {name: tuple(fill(text, slots) for text in getattr(piece, name)) for name in ("content", "boilerplate")}
    best, shown = piece.image
    return Piece(piece.name, piece.where, piece.html, image=(fill(best, slots), fill(shown, slots)), **blocks, **texts)  # type: ignore[arg-type]


def image(piece: Piece) -> dict[str, str]:
    """The picture of a piece, in the form of labels."""
    best, shown = piece.image
    return {"url": best, "src": shown or best, "caption": piece.caption}


def trap(rng: Random, number: int, kind: tuple[str, str, str, str]) -> SyntheticPage:
    """A page without an article."""
    reason, url, title, inside = kind
    visible = datetime(rng.randint(2010, 2026), rng.randint(1, 12), rng.randint(1, 28), tzinfo=BEIJING)
    slots = {**fresh(rng, "zh"), **identity(rng), "iso": visible.strftime("%Y-%m-%d"), "later": str(visible)}
    slots |= {"source": rng.choice(SOURCES), "side": linked(headlines(rng, "zh")), "title_html": slots["head"]}
    slots |= {"pagetitle": fill(title, slots), "trap": fill(inside, slots), "charset": charset("utf-8")}
    page = fill(TRAP_PAGE, slots).encode()
    return SyntheticPage(f"{number:04}-trap-{reason}", fill(url, slots), page, {"is_article": False, "reason": reason})


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:4] or ["400"]))
