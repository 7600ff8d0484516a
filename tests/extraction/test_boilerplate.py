"""What rules for lines drop, by rules and blocks made here."""

from collections.abc import Sequence

import pytest

from newscrawl.extraction.blocks import Block, Line, Picture
from newscrawl.sites.model import LineRule
from pipelines.boilerplate import images_of, text_of, without_boilerplate

CODE, PHOTO, WIDE = "*code.png", "*photo.jpg", "*/w640h360/chart.png"
SCAN = LineRule("扫码领礼$", "an advertisement", where="edge", pictures="after")
APP = LineRule("看应用$", "an advertisement", where="edge", pictures="beside")
SOURCE = LineRule("来源：.{1,9}$", "the source", where="edge")


def line(*parts: str) -> Line:
    """A line of parts: those in angle brackets are links, those with an asterisk pictures."""
    pictures = [Picture(part[1:]) for part in parts if part.startswith("*")]
    texts = [part for part in parts if not part.startswith("*")]
    text = "".join(part[1:-1] if part.startswith("<") else part for part in texts)
    link = texts[-1][1:-1] if texts and texts[-1].startswith("<") else ""
    return Line(text, text, pictures, "".join(part for part in texts if not part.startswith("<")), link)


def paragraphs(*lines: Line) -> list[Block]:
    return [Block("p", "", [each]) for each in lines]


def kept(blocks: Sequence[Block], *rules: LineRule) -> list[str]:
    """The lines that the rules leave."""
    left, _ = without_boilerplate(blocks, rules)
    return text_of(left).splitlines()


@pytest.mark.parametrize(
    ("parts", "dropped"),
    [
        (("<专题：渡口>",), True),
        (("专题：", "<渡口>"), True),
        (("专题：", "<渡口>", "、", "<码头>", "（2）"), True),
        (("【专题】", "<渡口>"), False),  # the pattern wants a colon
        (("专题：渡口",), False),
        (("专题：", "<渡口>", "开讲"), False),
        (("专题：", "渡口的", "<灯>"), False),
        (("<专题：渡口>", "昨日开讲"), False),
        (("读专题：", "<渡口>"), False),
    ],
)
def test_a_linked_rule_drops_lines_that_are_only_links(parts: tuple[str, ...], dropped: bool) -> None:
    rule = LineRule("专题：.{1,30}$", "a link to a special", linked=True)
    assert kept(paragraphs(line(*parts)), rule) == ([] if dropped else [line(*parts).text])


def test_a_linked_rule_for_the_edge_leaves_the_middle() -> None:
    rule = LineRule(".{1,30}>>$", "a link to more", where="edge", linked=True)
    texts = ["<详细>>>", *"甲乙丙", "<详细>>>", *"丁戊己", "<详细>>>"]
    assert kept(paragraphs(*map(line, texts)), rule) == ["甲", "乙", "丙", "详细>>", "丁", "戊", "己"]


# (paragraphs of lines, the text that is left, the pictures that are left)
PICTURES = {
    "in the line": ([["甲"], [f"{CODE} 扫码领礼"]], "甲", []),
    "beside it in its paragraph": ([["甲"], [CODE, "扫码领礼"]], "甲", []),
    "in a paragraph with the article's text": ([["甲", PHOTO, "扫码领礼"]], "甲", ["photo.jpg"]),
    "after it at the end": ([["甲"], ["扫码领礼"], [CODE]], "甲", []),
    "after it, before another dropped line": ([["甲"], ["扫码领礼"], [CODE], ["来源：乙"]], "甲", []),
    "before it": ([["甲"], [PHOTO], ["扫码领礼"]], "甲", ["photo.jpg"]),
    "after it, before text": ([["扫码领礼"], [PHOTO], ["甲"]], "甲", ["photo.jpg"]),
    "after it, without any text": ([["扫码领礼"], [PHOTO]], "", ["photo.jpg"]),
    "after a rule that claims only those beside it": ([["甲"], ["看应用"], [PHOTO]], "甲", ["photo.jpg"]),
    "in the line of such a rule": ([["甲"], [f"看应用 {CODE}"]], "甲", []),
    "two that follow it": ([["甲"], ["扫码领礼"], [CODE], [PHOTO]], "甲", ["code.png", "photo.jpg"]),
    "a wide one that follows it": ([["甲"], ["扫码领礼"], [WIDE]], "甲", [WIDE[1:]]),
    "a wide one in the line": ([["甲"], [f"看应用 {WIDE}"]], "甲", [WIDE[1:]]),
    "a wide one beside it": ([["甲"], [WIDE, "看应用"]], "甲", [WIDE[1:]]),
    "one code in the line, one after it": ([["甲"], [f"扫码领礼 {CODE}"], [CODE]], "甲", []),
    "in a line with the source": ([["甲"], [f"{PHOTO} 来源：乙"]], "甲|来源：乙", ["photo.jpg"]),
    "beside the source": ([["甲"], [PHOTO, "来源：乙"]], "甲", ["photo.jpg"]),
    "beside two lines, one of them the source": ([["甲"], [PHOTO, "来源：乙", "看应用"]], "甲", ["photo.jpg"]),
    "lines with pictures do not count": ([["看应用"], *[[f"{PHOTO} {x}"] for x in "甲乙丙丁"], ["看应用"], *"戊己庚辛"],
                                         "甲|乙|丙|丁|戊|己|庚|辛", ["photo.jpg"] * 4),
}  # fmt: skip


@pytest.mark.parametrize(("paragraphs", "text", "pictures"), PICTURES.values(), ids=PICTURES)
def test_pictures_of_an_advertisement_go_with_it(paragraphs: list[list[str]], text: str, pictures: list[str]) -> None:
    blocks = [Block("p", "", [line(*each.split(" ")) for each in lines]) for lines in paragraphs]
    left, _ = without_boilerplate(blocks, (SCAN, APP, SOURCE))
    assert text_of(left) == text.replace("|", "\n")
    assert [image.src for image in images_of(left)] == pictures


def test_rules_for_the_edge_look_past_lines_that_any_rule_drops() -> None:
    texts = ["看应用", "扫码领礼", "来源：乙", *"甲乙丙丁", "扫码领礼", "看应用", "来源：乙", "看应用"]
    assert kept(paragraphs(*map(line, texts)), SCAN, APP, SOURCE) == [*"甲乙丙丁"]


def test_rules_for_the_edge_keep_the_fourth_line() -> None:
    texts = [*"甲乙", "看应用", *"丙丁", "看应用", *"戊己庚", "看应用", *"辛壬"]
    assert kept(paragraphs(*map(line, texts)), APP) == [*"甲乙丙丁", "看应用", *"戊己庚辛壬"]


INSERT = LineRule("看应用$", "an advertisement", where="outside")


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        ("看应用 甲。 看应用", "甲。"),
        ("看应用 看应用 来源：乙 看应用 甲。 来源：乙 看应用", "甲。"),
        ("看应用", ""),
        ("甲。 看应用 乙。", "甲。 看应用 乙。"),
        ("甲。 看应用 乙。 看应用", "甲。 看应用 乙。"),
        ("甲说： 看应用", "甲说： 看应用"),  # what somebody says
        ("记者乙 3月1日 看应用 甲。 看应用 丙港", "记者乙 3月1日 甲。 丙港"),
        ("甲 乙 丙 看应用 丁。 看应用", "甲 乙 丙 看应用 丁。"),  # more than a byline, a date or a place
        ("看应用 甲 看应用 乙 看应用", "甲 看应用 乙"),  # no sentence at all
        ("▲【看应用】▲ 甲。 (看应用)", "甲。"),
        ("“看应用” 甲。 「看应用」", "“看应用” 甲。 「看应用」"),
    ],
)
def test_a_rule_for_outside_drops_nothing_between_sentences(texts: str, left: str) -> None:
    assert kept(paragraphs(*map(line, texts.split())), INSERT, SOURCE) == left.split()


@pytest.mark.parametrize(
    ("parts", "dropped"),
    [
        (("看盘口，", "<点击看>"), True),
        (("看盘口【", "<点击看>", "】"), False),  # `line` knows a link only at the very end
        (("<看盘口，点击看>",), True),
        (("看盘口，点击看",), True),
        (("看盘口 点击看",), True),
        (("看盘口，", "<点击看行情>"), False),
        (("看盘口，点击看行情",), False),
        (("看盘口后点击看",), False),
        (("说盘口，", "<点击看>"), False),
    ],
)
def test_a_rule_with_a_call_drops_lines_that_end_in_one(parts: tuple[str, ...], dropped: bool) -> None:
    rule = LineRule("看.{1,30}$", "an advertisement", where="outside", call="点击看")
    assert kept(paragraphs(line(*parts)), rule) == ([] if dropped else [line(*parts).text])


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        ("甲。 江统计局 2026年3月1日", "甲。 江统计局 2026年3月1日"),
        ("甲。 江统计局 江海关 2026年3月1日", "甲。 江统计局 江海关 2026年3月1日"),
        ("甲。 江统计局 二〇二六年三月一日 来源：乙", "甲。 江统计局 二〇二六年三月一日"),
        ("江统计局 2026年3月1日 甲。", "2026年3月1日 甲。"),  # at the head it is the headline's
        ("甲。 来源：乙 2026年3月1日", "甲。 2026年3月1日"),
        ("甲。 江统计局 丙", "甲。 丙"),
    ],
)
def test_a_name_over_a_date_signs_the_article(texts: str, left: str) -> None:
    rule = LineRule(r"江\w{2,3}$", "a source's name", where="edge")
    assert kept(paragraphs(*map(line, texts.split())), rule, SOURCE) == left.split()


LIST = LineRule("相关新闻[:：]?", "a list of other articles", links=True)
TITLE = LineRule("原标题：(.+)$", "the title elsewhere", field="original_title")


def test_a_list_of_links_is_dropped_with_its_heading() -> None:
    texts = [("甲",), ("相关新闻：",), ("<乙>", " (2013-03-01)"), (PHOTO, "看图"), ("<丙>",), ("丁", "<戊>"), ("<己>",)]
    blocks = paragraphs(*(line(*parts) for parts in texts))
    assert kept(blocks, LIST) == ["甲", "看图", "丁戊", "己"]  # a picture does not end the list, words do


def test_captions_and_table_rows_are_never_dropped() -> None:
    blocks = [Block(tag, "", [line("来源：乙")]) for tag in ("descr", "p", "tr")]
    assert kept(blocks, SOURCE) == ["来源：乙"] * 2


def test_a_line_that_is_the_medium_is_dropped_at_the_edge() -> None:
    texts = ["江报", *"甲乙丙", "江报", *"丁戊己", f"{PHOTO} 江报"]
    blocks = paragraphs(*(line(*text.split(" ")) for text in texts))
    left, dropped = without_boilerplate(blocks, (APP,), frozenset({"江报"}))
    assert text_of(left).splitlines() == [*"甲乙丙", "江报", *"丁戊己", "江报"]
    assert [(found.line, found.rule.why) for found in dropped] == [
        (blocks[0].lines[0], "the medium of the headline, as a line of its own")
    ]


def test_dropped_lines_come_in_order_with_their_rules_and_values() -> None:
    blocks = paragraphs(*map(line, ("来源：乙", "甲", "原标题： 旧题 ", "看应用")))
    _, dropped = without_boilerplate(blocks, (APP, SOURCE, TITLE))
    assert [(found.line.text, found.rule, found.value) for found in dropped] == [
        ("来源：乙", SOURCE, ""), ("原标题： 旧题 ", TITLE, "旧题"), ("看应用", APP, "")
    ]  # fmt: skip


def test_a_rule_of_several_patterns_fills_its_field_from_the_one_that_fits() -> None:
    rule = LineRule(("原标题：(.+)$", "【旧题】(.+)$"), "the title elsewhere", field="original_title")
    _, dropped = without_boilerplate(paragraphs(line("原标题：甲"), line("【旧题】乙"), line("丙")), (rule,))
    assert [found.value for found in dropped] == ["甲", "乙"]


def test_without_rules_everything_is_left() -> None:
    assert kept(paragraphs(line("甲"), line("看应用"))) == ["甲", "看应用"]


DIGEST = LineRule("[^，。]{1,4}报$", "a source's name alone", where="edge", once=True)


def test_a_rule_for_what_stands_once_leaves_headings_and_lists() -> None:
    lone = ["江报", "运价上涨。", "货船靠岸。"]
    assert kept(paragraphs(*map(line, lone)), DIGEST) == lone[1:]
    headings = ["江报", "运价上涨。", "海报", "货船靠岸。"]
    assert kept(paragraphs(*map(line, headings)), DIGEST) == headings


def test_a_credit_that_a_colon_announces_stays_unless_it_is_the_medium() -> None:
    blocks = paragraphs(*map(line, ["运价上涨。", "获奖的是：", "江报"]))
    assert kept(blocks, DIGEST) == ["运价上涨。", "获奖的是：", "江报"]
    left, _ = without_boilerplate(blocks, (DIGEST,), frozenset({"江报"}))
    assert text_of(left).splitlines() == ["运价上涨。", "获奖的是："]
