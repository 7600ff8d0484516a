"""Generated pages with known content are read without error; traps are refused for the right reason."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl import Article, Refused, extract
from newscrawl.extraction.blocks import collapse_space
from tests.support.synthetic import SyntheticPage, pages, write
from tests.support.synthetic_designs import DESIGNS, PIECES, TRAPS

COUNT = 480
PAGES = list(pages(COUNT))


def expected(truth: Any) -> dict[str, Any]:
    """The expected fields of an article."""
    folder, path = truth["channel_path"], truth["channel_sudameta"]
    return {
        "text": [collapse_space(block) for block in truth["content"]],
        "images": [(image["url"], image["caption"]) for image in truth["images"]],
        "published": truth["published"],
        "channel": path if folder in ("", "roll") else folder,
        "categories": ["金融", "新浪财经", *([truth["label"]] if truth["label"] else [])],
        "byline": truth["author"],
        **{name: truth[name] for name in ("title", "source", "editor", "original_title", "stocks")},
        **({"keywords": truth["keywords"]} if truth["keywords"] is not None else {}),
        **({"docid": truth["docid"]} if truth["docid"] else {}),
    }


def found(article: Article) -> dict[str, Any]:
    """The fields of an article, in the same form."""
    return {
        **article.record(),
        "text": article.text.splitlines(),
        "images": [(image.src, image.caption) for image in article.images],
        "published": article.published.isoformat() if article.published else "",
    }


def errors(page: SyntheticPage) -> Iterator[tuple[str, Any, Any]]:
    """The errors of newscrawl on a page: (field, found value, expected value)."""
    truth = page.truth
    try:
        fields = found(extract(page.html, page.url))
    except Refused as refused:
        if truth["is_article"] or refused.reason != truth["reason"]:
            yield "refused", refused.reason, truth.get("reason")
        return
    if not truth["is_article"]:
        yield "taken", fields["title"], truth["reason"]
        return
    for name, value in expected(truth).items():
        if fields[name] != value:
            yield name, fields[name], value
    lines = {collapse_space(line) for line in fields["text"]}
    leaked = [block for block in truth["boilerplate"] if collapse_space(block) in lines]
    if leaked:
        yield "leaked", leaked, []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_is_read_without_error(page: SyntheticPage) -> None:
    assert list(errors(page)) == []


def test_pages_cover_every_design_piece_and_trap() -> None:
    used = {piece for page in PAGES for piece in page.truth.get("pieces", ())}
    assert {piece.name for piece in PIECES} == used
    assert {page.truth["layout"] for page in PAGES if page.truth["is_article"]} == {design.name for design in DESIGNS}
    assert {page.truth.get("reason") for page in PAGES} - {None} == {reason for reason, *_ in TRAPS}


def test_the_same_seed_makes_the_same_pages() -> None:
    assert list(pages(40, 3)) == list(pages(40, 3))
    assert list(pages(40, 3)) != list(pages(40, 4))


def test_pages_are_written_with_labels_and_index(tmp_path: Path) -> None:
    write(tmp_path, 16)
    index = (tmp_path / "INDEX.tsv").read_text(encoding="utf-8").splitlines()
    assert index[0] == "file\turl"
    for page, line in zip(pages(16), index[1:], strict=True):
        assert line == f"{page.name}.html\t{page.url}"
        assert (tmp_path / f"{page.name}.html").read_bytes() == page.html
        label = json.loads((tmp_path / "labels" / f"{page.name}.json").read_text(encoding="utf-8"))
        assert label == {"id": page.name, "url": page.url, **page.truth}
