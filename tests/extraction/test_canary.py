"""The signs of the canary, each with a line that has it and a line that has not."""

from collections.abc import Iterator

import pytest
from lxml import etree

from newscrawl.extraction.canary import foreign, missing
from newscrawl.extraction.canary.foreign import Around, foreign_units
from newscrawl.extraction.canary.missing import Known, Run, is_line, missing_runs, runs_of
from newscrawl.extraction.canary.segments import Segment, segments
from newscrawl.extraction.canary.units import Habit, Unit, body_of, rests_of, units_of
from newscrawl.extraction.canary.wording import pairs, squash
from newscrawl.extraction.dom import parse

LINES = (
    "港口的吊机在清晨六点开始转动，第一批货柜要在中午以前装上驳船，驶往上游的三个内河码头。",
    "调度员说，吊机比去年多了两台，货柜的周转因此快了半天，驳船不必再在码头外面等候。",
    "上游的三个内河码头里，最小的一个只有一台吊机，货柜多的时候，驳船要排到中午。",
    "“货柜多，人手少。”码头的调度员指着驳船说，吊机一停，整条内河都要跟着停下来。",
    "港口打算明年再添一台吊机，让驳船在清晨就能离开码头，货柜不再过夜。",
)
OTHER = (
    "果农把梨树的枝条压低，用竹竿撑住，等到霜降以后再剪；冷藏的梨子卖得贵，可是仓库的电费也涨了不少，算下来挣得并不多。"
)
ALSO = (
    "霜降以后的梨树要剪枝，果农把竹竿收进仓库，冷藏的梨子等到春天再卖，电费虽然贵，仓库里的梨子却不会坏，挣得比秋天多。"
)
PARAGRAPHS = [f"<p>　　{line}</p>" for line in LINES]


def page_of(inside: str, before: str = "", after: str = "") -> etree._Element:
    return parse(f"<html><body><h1>题</h1>{before}<div id='c'>{inside}</div>{after}</body></html>".encode())


def container_of(root: etree._Element) -> etree._Element:
    (container,) = (each for each in root.iter("div") if each.get("id") == "c")
    return container


def units_in(insert: str, paragraphs: list[str] | None = None) -> list[Unit]:
    """The units of an article with an insert after its third paragraph."""
    lines = PARAGRAPHS if paragraphs is None else paragraphs
    container = container_of(page_of("".join([*lines[:3], insert, *lines[3:]])))
    return units_of(list(segments(container)), container)


def signs_of(insert: str, paragraphs: list[str] | None = None, general: str = "") -> set[str]:
    """The signs that the first unit of an insert has."""
    units = units_in(insert, paragraphs)
    at = 3
    around = Around(Habit.of(units), general, rests_of(units)[at])
    return {sign.__name__ for sign in foreign.SIGNS if sign(units[at], around)}


FLAT = [f"<p>{line}</p>" for line in LINES]
LINK = '<a href="/1">梨树的枝条</a>'
FOREIGN = (  # (sign, an insert that has it, one that has not)
    ("is_linked", f"<p>{LINK}</p>", f"<p>货柜和{LINK}都在等候吊机。</p>"),
    ("is_list_of_links", f"<ul><li>{LINK}</li><li>{LINK}</li></ul>", f"<ul><li>{LINK}</li></ul>"),
    ("is_list_of_labels", "<p>　　梨树的枝条</p><p>　　果农的竹竿</p>", "<p>　　梨树的枝条</p>"),
    ("is_list_of_strangers", "<ul><li>梨树枝条 3</li><li>果农竹竿 4</li></ul>", "<ul><li>港口的吊机 3</li><li>内河码头 4</li></ul>"),
    ("is_prices", "<ul><li>沪深 +1.20%</li><li>恒生 -0.31%</li></ul>", "<ul><li>吊机 +1.20%</li><li>货柜 -0.31%</li></ul>"),
    ("is_list_of_codes", "<p>梨园股份（600001） 竹竿科技（600002）</p>", "<p>梨园股份（600001）</p>"),
    ("is_timed_list", "<ul><li>09:30 梨子</li><li>09:45 竹竿</li></ul>", "<ul><li>梨子</li><li>竹竿</li></ul>"),
    ("is_labelled", "<blockquote><p>编辑</p><p>吊机一停，驳船也停。</p></blockquote>", "<blockquote><p>吊机一停，驳船也停。</p></blockquote>"),
    ("is_boxed", "<div><p>　　吊机一停，驳船也停。</p></div>", '<div><img src="1.jpg"><p>　　码头的吊机</p></div>'),
    ("is_box_of_others", "<div><span>小王</span><p>吊机一停，驳船也停。</p></div>", "<div><p>　　吊机一停，驳船也停。</p></div>"),
    ("has_other_tag", "<div>　　吊机一停，驳船也停。</div>", "<p>　　吊机一停，驳船也停。</p>"),
    ("has_name", '<p class="x7">　　吊机停了。</p>', "<p>　　吊机停了。</p>"),
    ("is_named_list", '<ul class="x7"><li>吊机</li></ul>', "<ul><li>吊机</li></ul>"),
    ("is_not_indented", "<p>吊机停了。</p>", "<p>　　吊机停了。</p>"),
    ("is_unfinished", "<p>　　吊机的一天</p>", "<p>　　吊机停了。</p>"),
    ("is_asking", "<p>　　码头的调度员让货主扫码登记，再下载装箱的单子。</p>", "<p>　　码头的调度员让货主登记，再去装箱。</p>"),
    ("is_calling", "<p>　　扫码下载看码头</p>", "<p>　　扫码即可下载。</p>"),
    ("is_address", "<p>　　请您在码头等候。</p>", "<p>　　他说：“请您在码头等候。”</p>"),
    ("is_pointing", "<p>　　相关阅读：吊机的一天</p>", "<p>　　调度员说：吊机停了。</p>"),
    ("has_clock", "<p>　　江畔报 2026-03-02 10:15</p>", "<p>　　吊机在10时15分停了。</p>"),
    ("is_scripted", '<p onclick="go(1)">　　吊机停了。</p>', "<p>　　吊机停了。</p>"),
    ("is_alien", f"<p>　　{OTHER}</p>", f"<p>　　{LINES[0][:20]}，{LINES[1][5:25]}。</p>"),
)  # fmt: skip


@pytest.mark.parametrize(("sign", "insert", "own"), FOREIGN, ids=[row[0] for row in FOREIGN])
def test_sign_of_a_foreign_line(sign: str, insert: str, own: str) -> None:
    assert sign in signs_of(insert)
    assert sign not in signs_of(own)


def test_line_that_the_general_extractor_leaves_out() -> None:
    general = "\n".join(LINES)
    line, subhead = "<p>　　吊机停了，驳船也停了。</p>", "<h3>吊机停了，驳船也停了。</h3>"
    assert "is_left_out" in signs_of(line, general=general)
    assert "is_left_out" not in signs_of(line, general=f"{general}\n吊机停了，驳船也停了。")
    assert "is_left_out" not in signs_of(line)  # it read nothing
    assert "is_left_out" not in signs_of(subhead, general=general)  # it loses headings of articles


def test_long_text_with_few_words_in_common_is_strange() -> None:
    rich = [f"<p>　　{line}{line[::-1]}</p>" for line in LINES]
    assert {"is_alien", "is_strange"} <= signs_of(f"<p>　　{OTHER}</p>", rich)
    assert "is_strange" not in signs_of(f"<p>　　{OTHER}</p>")  # the article is too short to say so
    names = "张杏、李桃、王梨、赵枣、钱柿、孙橘、周柚、吴莓、郑榴、冯椰、陈荔、褚榛"
    assert "is_alien" not in signs_of(f"<p>　　{names}。</p>", rich)


def test_words_say_nothing_where_lines_never_share_any() -> None:
    letters = [chr(0x4E00 + number) for number in range(2000)]
    lines = [f"<p>　　{''.join(letters[at * 40 : at * 40 + 40])}。</p>" for at in range(10)]
    assert "is_alien" not in signs_of(f"<p>　　{OTHER}</p>", lines)


def test_every_sign_has_a_test_and_no_sign_alone_is_proof_but_prices() -> None:
    tested = {row[0] for row in FOREIGN} | {"is_left_out", "is_strange"}
    assert {sign.__name__ for sign in foreign.SIGNS} == tested
    assert {sign.__name__ for sign, points in foreign.SIGNS.items() if points >= foreign.FOREIGN} == {"is_prices"}


def foreign_texts(insert: str, paragraphs: list[str] | None = None) -> list[str]:
    units = units_in(insert, paragraphs)
    return [unit.text for unit in foreign_units(units, rests_of(units), "")]


def test_insert_is_foreign_with_its_title_and_buttons() -> None:
    assert foreign_texts('<div class="x7"><h4>编辑推荐</h4><p>梨树的枝条</p><span>更多</span></div>') == [
        "编辑推荐梨树的枝条更多"
    ]
    flat = "<h4>小调查</h4><ul><li>看好</li><li>不看好</li></ul><p>提交 已有3人参与</p>"
    assert foreign_texts(flat) == ["小调查", "看好不看好", "提交已有3人参与"]


def test_parts_of_an_article_are_not_foreign() -> None:
    own = (
        "<h3>吊机的一天</h3>", "<p><strong>　　吊机的一天</strong></p>", "<ul><li>吊机：3台</li><li>驳船：12艘</li></ul>",
        '<div class="img_wrapper"><img src="1.jpg"><span>码头的调度员 摄</span></div>', "<blockquote><p>吊机一停，驳船也停。</p></blockquote>",
        '<table class="tb01"><tr><td>吊机</td><td>3.10%</td></tr><tr><td>驳船</td><td>12.20%</td></tr></table>',
        "<center><img src=1.jpg></center><center>码头的吊机</center>", "<p>吊机的一天</p>",
    )  # fmt: skip
    assert {part: foreign_texts(part) for part in own if foreign_texts(part)} == {}


def test_wrappers_say_nothing_on_a_page_that_is_made_of_them() -> None:
    wrapped = [f'<section class="x{at}"><p>　　{line}</p></section>' for at, line in enumerate(LINES)]
    assert foreign_texts("", wrapped) == []
    assert {unit.boxed for unit in units_in("", wrapped)} == {False}


def test_body_is_the_innermost_element_that_holds_nearly_all() -> None:
    container = container_of(page_of(f"<div><article>{''.join(PARAGRAPHS)}</article></div>"))
    assert body_of(list(segments(container)), container).tag == "article"
    container = container_of(page_of(f"<div>{PARAGRAPHS[0]}</div><div>{''.join(PARAGRAPHS[1:3])}</div>"))
    assert body_of(list(segments(container)), container) is container
    assert body_of([], container) is container


def test_text_with_line_breaks_at_a_picture_is_no_caption() -> None:
    lines = "<br>".join(f"　　{line}" for line in LINES)
    container = container_of(page_of(f'{lines}<br><img src="1.jpg"><br>码头的吊机'))
    assert {unit.pictured for unit in units_of(list(segments(container)), container)} == {False}


# What is missing.


def runs_in(root: etree._Element, elsewhere: tuple[str, ...] = ()) -> list[Run]:
    container = container_of(root)
    page = list(segments(root))
    read = [each for each in page if each.within(container) and not each.hidden]
    return list(runs_of(page, read, container, "题", ("".join(each.text for each in read), *elsewhere)))


def known_of(title: str = "", description: str = "", general: str = "", *, read: str = "".join(LINES[:3])) -> Known:
    units = units_of(list(segments(container_of(page_of("".join(PARAGRAPHS[:3]))))), container_of(page_of("")))
    return Known(Habit.of(units), general, pairs(read), pairs(title), description)


def missing_signs(run: Run, known: Known) -> set[str]:
    return {sign.__name__ for sign in missing.SIGNS if sign(run, known)}


def run_of(*lines: str, tag: str = "p", indent: str = "　　", **kind: bool) -> Run:
    page = parse("".join(f"<{tag}>{indent}{line}</{tag}>" for line in lines).encode())
    return Run(tuple(segments(page)), **kind)


OWN, TWO = run_of(LINES[3]), run_of(LINES[3], LINES[4])
PLAIN = known_of()
MISSING = (  # (sign, a run that has it, what it is compared with, a run that has not, what that is compared with)
    ("is_indented", OWN, PLAIN, run_of(LINES[3], indent=""), PLAIN),
    ("is_usual", OWN, PLAIN, run_of(LINES[3], tag="div"), PLAIN),
    ("is_in_general", OWN, known_of(general=LINES[3]), OWN, known_of(general=LINES[4])),
    ("is_several", TWO, PLAIN, OWN, PLAIN),
    ("is_near", run_of(LINES[3], near=True), PLAIN, run_of(LINES[3], near=True, labelled=True), PLAIN),
    ("is_between", run_of(LINES[3], between=True), PLAIN, OWN, PLAIN),
    ("is_hidden", run_of(LINES[3], inside=True), PLAIN, OWN, PLAIN),
    ("is_described", OWN, known_of(description=LINES[3][:20]), OWN, known_of(description=LINES[0])),
    ("is_entitled", OWN, known_of("货柜多，人手少", read=OTHER), OWN, known_of("港口的吊机")),
    ("fits", TWO, PLAIN, run_of(OTHER), PLAIN),
    ("is_unfit", run_of(OTHER), PLAIN, run_of(OTHER), known_of(description=OTHER)),
    ("is_alien", run_of(OTHER), PLAIN, OWN, PLAIN),
    ("is_less_entitled", run_of(OTHER), known_of("港口的吊机"), OWN, known_of("港口的吊机")),
    ("is_lone", OWN, PLAIN, run_of(LINES[3], near=True), PLAIN),
    ("is_made_otherwise", run_of(LINES[3], tag="div", indent=""), PLAIN, run_of(LINES[3], indent=""), known_of(description=LINES[3])),
    ("is_labelled", run_of(LINES[3], labelled=True), PLAIN, OWN, PLAIN),
    ("is_whole", run_of(*LINES, headed=True), PLAIN, run_of(*LINES), PLAIN),
)  # fmt: skip


@pytest.mark.parametrize(("sign", "run", "known", "other", "beside"), MISSING, ids=[row[0] for row in MISSING])
def test_sign_of_a_missing_run(sign: str, run: Run, known: Known, other: Run, beside: Known) -> None:
    assert sign in missing_signs(run, known)
    assert sign not in missing_signs(other, beside)


def test_every_sign_of_missing_runs_has_a_test() -> None:
    assert {sign.__name__ for sign in missing.SIGNS} == {row[0] for row in MISSING}


@pytest.mark.parametrize("tag", ["p", "div"])
def test_end_of_the_text_below_the_container_is_missing(tag: str) -> None:
    below = "".join(f"<{tag}>　　{line}</{tag}>" for line in LINES[3:])
    (run,) = runs_in(page_of("".join(PARAGRAPHS[:3]), after=f'<div class="x7">{below}</div>'))
    assert (run.near, run.between, run.labelled) == (True, False, False)
    assert missing_runs([run], PLAIN) == [run]


def test_other_article_below_the_container_is_not_missing() -> None:
    below = f"<div><h2>梨子为什么贵</h2><p>　　{OTHER}</p><p>　　{ALSO}</p></div>"
    (run,) = runs_in(page_of("".join(PARAGRAPHS[:3]), after=below))
    assert (run.labelled, run.headed) == (True, True)
    assert missing_runs([run], PLAIN) == []


def test_comments_are_not_missing() -> None:
    rows = "".join(f"<div><b>用户{at}</b><p>{line}</p></div>" for at, line in enumerate(LINES))
    runs = runs_in(page_of("".join(PARAGRAPHS[:3]), after=f"<div>{rows}</div>"))
    assert [run.labelled for run in runs] == [True, True]  # of the lines that were not read
    assert missing_runs(runs, PLAIN) == []


def lines_of(html: str) -> Iterator[Segment]:
    yield from segments(parse(html.encode()))


@pytest.mark.parametrize(
    "line",
    [
        "编辑精选", f'<a href="/1">{LINES[0]}</a>', f"<h2>{LINES[0]}</h2>", "请您仔细阅读用户协议与隐私条款，点击同意以后再继续浏览其余的内容。",
        f"09:30 {LINES[0]}", f"相关阅读：{LINES[0]}", "港口 码头 吊机 驳船 货柜 内河 调度 上游 清晨 中午 人手 去年 明年",
    ],
)  # fmt: skip
def test_what_is_no_line_of_an_article(line: str) -> None:
    assert [is_line(segment) for segment in lines_of(line)] == [False]


def test_what_is_a_line_of_an_article() -> None:
    assert [is_line(segment) for segment in lines_of("".join(PARAGRAPHS))] == [True] * len(LINES)
    cut_by_a_link = f"<p>{LINES[1][:-1]}，{LINES[2][:-1]}</p>"
    assert [is_line(segment) for segment in lines_of(cut_by_a_link)] == [True]


def test_segments_know_what_is_around_them() -> None:
    page = (
        '<body>零<div style="display: none">一<b>二</b></div><p>　　三<a href="/1">四</a><!-- x -->五</p>'
        "<script>六</script><h2>七</h2><p><strong>八</strong></p><table><tr><td>九 | 十</td></tr></table>尾</body>"
    )
    found = [
        (each.text, each.element.tag, each.linked, each.indented, each.heading, each.hidden) for each in lines_of(page)
    ]
    assert found == [
        ("零", "body", 0, False, False, False),
        ("一二", "div", 0, False, False, True),
        ("三四五", "p", 1, True, False, False),
        ("七", "h2", 0, False, True, False),
        ("八", "p", 0, False, True, False),
        ("九十", "td", 0, False, False, False),
        ("尾", "body", 0, False, False, False),
    ]
    assert squash("　九 | 十\n") == "九十"
