"""A site with patterns that take longer than anybody lives, and pages that meet them: each by a letter of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.server import Answer, Server, article

PATH = "/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
MANY = 60  # of a letter: 2^60 ways to part them


def endless(letter: str, more: str = "") -> str:
    """A pattern that never ends on many of a letter."""
    return f"(?:{letter}+)+{more}_"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a site file for a pattern, and a page that meets it."""

    site: dict[str, Any]
    page: bytes


PLACES = {
    "line": Place({"boilerplate": {"lines": [{"match": endless("a"), "why": "x"}]}}, article("标题", "a" * MANY)),
    "title": Place(
        {"refusals": [{"reason": "odd", "title": endless("b"), "why": "x"}]},
        f"<html><title>{'b' * MANY}</title><body><p>x</p></body></html>".encode(),
    ),
    "ban": Place({"politeness": {"ban_page": endless("d")}}, f"<html><p>{'d' * MANY}</p></html>".encode()),
    "comment": Place(
        {"stock_comment": endless("e", "(?P<market>x)(?P<codes>y)")},
        article("标题", f"正文。<!-- {'e' * MANY} -->"),
    ),
}
WHEN = endless("f")
LIST = f"<ul><li><a href='{PATH.format(1)}'>x</a> {'f' * MANY}</li></ul>".encode()


def slow_answers(good: int, places: tuple[str, ...] = (*PLACES,)) -> dict[str, Answer | bytes]:
    """The answers of a site: the page of each place, then so many articles, a list of them all, and a slow list."""
    pages = [PLACES[place].page for place in places]
    pages += [article(f"标题{number}", f"正文{number}。") for number in range(good)]
    paths = [PATH.format(number) for number in range(len(pages))]
    links = "".join(f"<li><a href='{path}'>标题</a></li>" for path in paths).encode()
    return {**dict(zip(paths, pages, strict=True)), "/list.html": b"<ul>" + links + b"</ul>", "/slow.html": LIST}


def slow_site(server: Server, folder: Path, seconds: float, places: tuple[str, ...] = (*PLACES,)) -> Path:
    """Its site file, with the lists `all` and `slow`. `seconds`: of CPU time that a page may take."""
    path = server.site_file(folder, delay=0, concurrency=2)
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    for place in places:
        for name, value in PLACES[place].site.items():
            values[name] = {**values[name], **value} if isinstance(values.get(name), dict) else value
    listing = {"label": "x", "kind": "html", "rows": "li a"}
    values["lists"] = [
        {"name": "all", "url": f"{server.base}/list.html", **listing},
        {"name": "slow", "url": f"{server.base}/slow.html", "when": WHEN, **listing},
    ]
    path.write_text(yaml.safe_dump({**values, "page_seconds": seconds}), encoding="utf-8")
    return path
