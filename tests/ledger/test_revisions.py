"""Changes between two revisions: every kind of change is found, and only where there is one."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl import extract
from newscrawl.ledger.revisions import COUNTED, HEAD, KINDS, PICTURES, Change, article_digest, compare, describe
from tests.support.server import article

FIRST = "港口集团一季度净利润3.5亿元，同比增长12%，货柜吞吐量再创新高。"
SECOND = "分析师认为，上游三个内河码头的扩建将在年内完成。"
THIRD = "公司表示，分红方案仍须股东大会批准。"
TEXT = f"{FIRST}\n{SECOND}\n{THIRD}"
FIGURES = FIRST.replace("3.5", "5.3").replace("12%", "21％")
WORDS = SECOND.replace("年内", "明年春天")
OTHER = "当日收盘，该股报八元整。"
RECORD: dict[str, Any] = {
    "title": "港口集团一季度盈利",
    "author": "海港日报",
    "source": "海港日报",
    "byline": ["王一"],
    "editor": "李二",
    "published": "2026-03-01T08:00:00+08:00",
    "keywords": ["港口"],
    "stocks": ["sh600000"],
    "original_title": "",
    "kicker": "",
    "subtitle": "",
    "images": [{"src": "https://n.example/1.jpg", "caption": "码头"}],
    "headimg": "https://n.example/1.jpg",
    "text": TEXT,
    "html": "<p>…</p>",
}

CASES: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[str, ...], str]] = {
    "nothing": ({}, (), (), "nothing"),
    "title": ({"title": "港口集团盈利下降"}, ("title",), (), "title"),
    "figures": ({"text": f"{FIGURES}\n{SECOND}\n{THIRD}"}, ("figures",), (f"- {FIRST}", f"+ {FIGURES}"), "figures"),
    "words": ({"text": f"{FIRST}\n{WORDS}\n{THIRD}"}, ("text",), (f"- {SECOND}", f"+ {WORDS}"), "text"),
    "words and figures of one paragraph": (
        {"text": TEXT.replace("增长12%", "下降1.2%")},
        ("text",),
        (f"- {FIRST}", f"+ {FIRST.replace('增长12%', '下降1.2%')}"),
        "text",
    ),
    "a sign is part of a number": (
        {"text": TEXT.replace("12%", "-12%")},
        ("figures",),
        (f"- {FIRST}", f"+ {FIRST.replace('12%', '-12%')}"),
        "figures",
    ),
    "added at the end": ({"text": f"{TEXT}\n{OTHER}"}, ("added",), (f"+ {OTHER}",), "1 paragraph added"),
    "added at the start": ({"text": f"{OTHER}\n{TEXT}"}, ("added",), (f"+ {OTHER}",), "1 paragraph added"),
    "added before a changed one": (
        {"text": f"{OTHER}\n{FIGURES}\n{SECOND}\n{THIRD}"},
        ("figures", "added"),
        (f"+ {OTHER}", f"- {FIRST}", f"+ {FIGURES}"),
        "figures, 1 paragraph added",
    ),
    "removed": (
        {"text": FIRST},
        ("removed",),
        (f"- {SECOND}", f"- {THIRD}"),
        "2 paragraphs removed",
    ),
    "another paragraph in its place": (
        {"text": f"{FIRST}\n{OTHER}\n{THIRD}"},
        ("added", "removed"),
        (f"- {SECOND}", f"+ {OTHER}"),
        "1 paragraph added, 1 paragraph removed",
    ),
    "withdrawn": (
        {"text": ""},
        ("removed",),
        (f"- {FIRST}", f"- {SECOND}", f"- {THIRD}"),
        "3 paragraphs removed",
    ),
    "pictures": ({"images": []}, ("pictures",), (), "pictures"),
    "caption": ({"images": [{"src": "https://n.example/1.jpg", "caption": "货柜"}]}, ("pictures",), (), "pictures"),
    "pictures explain the markup": ({"images": [], "html": "<p>"}, ("pictures",), (), "pictures"),
    "head": ({"editor": "张三", "keywords": []}, ("head",), (), "head"),
    "markup": ({"html": "<p><b>…</b></p>"}, ("markup",), (), "markup"),
    "not the article": ({"url": "https://b.example/", "modified": "2026-03-02", "layout": "new"}, (), (), "nothing"),
    "all at once": (
        {
            "title": "乙",
            "text": f"{FIGURES}\n{WORDS}\n{OTHER}",
            "headimg": "",
            "source": "",
            "html": "",
        },
        ("title", "figures", "added", "removed", "text", "pictures", "head"),
        (f"- {FIRST}", f"+ {FIGURES}", f"- {SECOND}", f"+ {WORDS}", f"- {THIRD}", f"+ {OTHER}"),
        "title, figures, 1 paragraph added, 1 paragraph removed, text, pictures, head",
    ),
}


@pytest.mark.parametrize(("other", "kinds", "lines", "words"), CASES.values(), ids=CASES)
def test_change(other: dict[str, Any], kinds: tuple[str, ...], lines: tuple[str, ...], words: str) -> None:
    change = compare(RECORD, RECORD | other)
    assert change.kinds == kinds
    assert change.lines == lines
    assert describe(change) == words
    assert change.title == ((RECORD["title"], other["title"]) if "title" in other else None)
    assert (article_digest(RECORD) == article_digest(RECORD | other)) == (not kinds)


@pytest.mark.parametrize("name", COUNTED)
def test_every_counted_field_changes_the_digest(name: str) -> None:
    other = RECORD | {name: ["x"] if isinstance(RECORD[name], list) else "x"}
    assert article_digest(other) != article_digest(RECORD)
    assert compare(RECORD, other).kinds


@pytest.mark.parametrize("name", ["kicker", "subtitle"])
def test_a_line_over_or_under_the_headline_is_a_part_of_the_head(name: str) -> None:
    other = RECORD | {name: "——码头一年"}
    assert article_digest(other) != article_digest(RECORD)
    assert compare(RECORD, other).kinds == ("head",)


def test_digest_is_stable() -> None:
    assert article_digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # sha256 of {}
    assert article_digest(dict(reversed(RECORD.items()))) == article_digest(RECORD)
    assert article_digest({"text": "\ud800"}) != article_digest({"text": "\ud801"})
    assert article_digest({"published": None}) == article_digest({})


def test_compare_records_of_pages() -> None:
    url = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
    old, new = (extract(article(paragraph=text), url).record() for text in (FIRST, FIGURES))
    assert set(COUNTED) <= set(old)
    assert compare(old, new).kinds == ("figures",)
    assert compare(old, extract(article(paragraph=FIRST), url).record()) == Change()


lines = st.lists(st.sampled_from(("甲乙丙丁", "甲乙丙丁1", "甲乙丙丁2", "", "戊己", "庚")), max_size=9)


@given(lines, lines)
def test_lines_account_for_every_paragraph(old: list[str], new: list[str]) -> None:
    was, now = "\n".join(old), "\n".join(new)
    change = compare({"text": was}, {"text": now})
    assert bool(change.kinds) == (was != now) == (article_digest({"text": was}) != article_digest({"text": now}))
    removed = [line[2:] for line in change.lines if line.startswith("- ")]
    added = [line[2:] for line in change.lines if line.startswith("+ ")]
    assert len(removed) + len(added) == len(change.lines)
    rest_of_old = [*(old if was else [])]
    for line in removed:
        rest_of_old.remove(line)
    rest_of_new = [*(new if now else [])]
    for line in added:
        rest_of_new.remove(line)
    assert sorted(rest_of_old) == sorted(rest_of_new)


@given(
    st.dictionaries(st.sampled_from(COUNTED), st.text(max_size=5)),
    st.dictionaries(st.sampled_from(COUNTED), st.text(max_size=5)),
)
def test_digests_differ_if_and_only_if_kinds_are_found(old: dict[str, str], new: dict[str, str]) -> None:
    change = compare(old, new)
    assert (article_digest(old) != article_digest(new)) == bool(change.kinds)
    assert [*change.kinds] == sorted(change.kinds, key=KINDS.index)


def test_every_field_has_one_kind() -> None:
    assert len({*HEAD, *PICTURES, "title", "text", "html"}) == len(COUNTED)


PARAGRAPHS = [f"{chr(0x4E00 + n)}{FIRST}{chr(0x9000 - n)}{SECOND}" for n in range(5000)]
LONG = {
    "one added": [*PARAGRAPHS[:2500], OTHER, *PARAGRAPHS[2500:]],
    "every second changed": [line + "又及" * (n % 2) for n, line in enumerate(PARAGRAPHS)],
    "all figures": [line.replace("3.5", "5.3") for line in PARAGRAPHS],
    "backwards": PARAGRAPHS[::-1],
    "the same line again and again": [OTHER] * 5000,
}


@pytest.mark.parametrize("other", LONG.values(), ids=LONG)
def test_long_articles(other: list[str]) -> None:
    start = time.process_time()
    assert compare({"text": "\n".join(PARAGRAPHS)}, {"text": "\n".join(other)}).lines
    assert compare({"text": "\n".join([OTHER] * 4999)}, {"text": "\n".join(other)}).lines
    assert time.process_time() - start < 4  # 0.5 s measured; a quadratic algorithm takes far longer
