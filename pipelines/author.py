"""Author: three different things on a Sina page, kept apart: the medium, the persons, the editor on duty."""

import re
from collections.abc import Iterable

from newscrawl.body import squash
from newscrawl.dates import VISIBLE
from newscrawl.evidence import Candidate, Evidence, decide
from newscrawl.items import Article

EDITOR = re.compile(r"^[（(]?(?:责任)?编辑[:：]\s*(?P<name>.*?)\s*(?:[A-Z]{2}\d+)?[）)]?$")
STAFF = r"(?:本报|本刊|每经|新京报|[\u4e00-\u9fff]{2,8}报)?(?:见习|实习|首席|特约)?(?:记者|编辑)"
BYLINE = re.compile(
    rf"^(?:[■⊙►▶●◆]\s*)?[（(]?(?:作者[:：]|(?:撰?文|采写|撰稿)\s*[/|｜丨:：]\s*(?:{STAFF})?|[■⊙►]?\s*{STAFF}[:：\s])"
    r"\s*(?P<names>[\u4e00-\u9fffA-Za-z_·]+(?:[\s、，,]+[\u4e00-\u9fffA-Za-z_·]+){0,5})[）)]?$"
)
EDGE, LONG = 4, 80  # a byline stands alone among the first or last lines, and is short
PARTED = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])\s([\u4e00-\u9fff])(?![\u4e00-\u9fff])")


def clean_source(text: str) -> str:
    """The medium that stands beside the date, without the date where one element holds both.

    >>> clean_source("2016年05月25日10:10 \\n新浪财经 ")
    '新浪财经'
    """
    return re.sub(r"^来源[:：]\s*", "", squash(VISIBLE.sub("", text)))


def clean_editor(text: str) -> str:
    """The person in charge (责任编辑), without the staff code; empty where the page gives only that.

    >>> clean_editor("责任编辑：支全明 SF099"), clean_editor("（编辑：SN067）"), clean_editor("责任编辑：霍琦 ")
    ('支全明', '', '霍琦')
    """
    match = EDITOR.match(squash(text))
    return match["name"] if match else ""


def persons(lines: Iterable[str]) -> list[str]:
    """The people that lines of their own name as writers, each once. A name set with a blank (矫 月) is one name.

    >>> persons(["■本报记者 矫 月", "文/玉浊清", "采写/新京报记者 魏铭言", "作者：环球时报", "记者走访了三家店"])
    ['矫月', '玉浊清', '魏铭言', '环球时报']
    """
    names: list[str] = []
    for line in lines:
        if match := BYLINE.match(line):
            names += re.split(r"[\s、，,]+", PARTED.sub(r"\1\2", match["names"]))
    return list(dict.fromkeys(names))


def named(header: str) -> str:
    """The name in a header as a byline, in whichever words it stands there.

    >>> named(" 出版社：团结 作者：罗银胜"), named("麦田守望"), named("12条评论")
    ('作者：罗银胜', '作者：麦田守望', '')
    """
    words = squash(header)
    _, sign, name = words.rpartition("作者")
    return f"作者{name}" if sign else "" if not words or re.search(r"[:：\d]", words) else f"作者：{words}"


class AuthorPipeline:
    """Fills `author` (what the post says), `source`, `byline`, `editor`."""

    def process_item(self, item: Article) -> Article:
        """The medium the page names is the author: its meta, else the source at the headline, else the site's label."""
        raw, site = item.raw, item.raw.site
        shown = Candidate(
            str(raw.layout.source), squash(raw.source), clean_source(raw.source), "the medium beside the date"
        )
        registered = [
            Candidate("mediaid", text, squash(text), "the medium's entry with the site, not shown")
            for text in raw.meta.get("mediaid", ())
        ]
        item.source = item.decided("source", Evidence(shown if shown.value else None, tuple(registered)))
        media = [
            Candidate(site.author_meta, text, squash(text), "the medium, as the page declares it")
            for text in raw.meta.get(site.author_meta, ())
        ]
        label = Candidate("site file: label", site.label, site.label, "where the page names no medium")
        item.author = item.decided("author", decide([*media, shown, label]))
        editor = Candidate(
            str(raw.layout.editor), squash(raw.editor), clean_editor(raw.editor), "责任编辑, without the staff code"
        )
        item.editor = item.decided("editor", decide([editor]))
        lines = [line.text for block in raw.blocks for line in block.lines if line.text]
        lines = [line for line in (*lines[:EDGE], *lines[-EDGE:]) if len(line) < LONG]
        signed = [
            Candidate("a line of its own", line, persons([line]), "names a writer")
            for line in [named(raw.byline), *lines]
        ]
        found = [candidate for candidate in signed if candidate.value]
        item.evidence["byline"] = Evidence(found[0] if found else None, tuple(found[1:]))
        item.byline = list(dict.fromkeys(name for candidate in found for name in candidate.value))
        return item
