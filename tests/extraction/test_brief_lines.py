"""What a line of a brief's page is, which one is the paragraph, and which the date."""

import re
from dataclasses import replace

import pytest

from newscrawl.extraction.brief_choice import dates_near, paragraph_of
from newscrawl.extraction.brief_lines import (
    Kind,
    Row,
    Says,
    Subject,
    leads_to,
    rows_of,
    shared,
    with_dates_of_two_lines,
)
from newscrawl.extraction.briefs import headline_in, subject_of
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import BriefPages

SITE = load_site("sina_finance")
assert SITE.briefs
KIND: BriefPages = SITE.briefs
TITLE = "红枣主力合约触及涨停"
TEXT = f"{TITLE}，报12345元/吨"

# What a line is


def subject(headline: str = TITLE) -> Subject:
    found = subject_of(headline, "20260801", KIND)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "kind", "own"),
    [
        (TEXT, Kind.TEXT, TEXT),
        (f"【{TITLE}】", Kind.TEXT, f"【{TITLE}】"),
        ("08月01日 10:20", Kind.DATE, ""),
        ("发布时间：2026-08-01 10:20 来源：江畔日报", Kind.DATE, "来源：江畔日报"),
        ("08月01日 10:20 财经 股票 基金 外汇 期货", Kind.DATE, "财经 股票 基金 外汇 期货"),
        ("江畔日报 08月01日 10:20", Kind.DATE, "江畔日报"),
        ("08月01日", Kind.TEXT, "08月01日"),
        (f"08月01日 10:20 | {TEXT}", Kind.TEXT, TEXT),
        (f"{TEXT} (08月01日 10:20)", Kind.TEXT, TEXT),
        (f"08月01日 10:20左右，{TEXT}", Kind.TEXT, f"08月01日 10:20左右，{TEXT}"),
        (f"{TEXT}，至08月01日 10:20", Kind.TEXT, f"{TEXT}，至08月01日 10:20"),
        (f"10:20 {TITLE}", Kind.OTHER, f"10:20 {TITLE}"),
        (f"07月01日 10:20 {TEXT}", Kind.OTHER, f"07月01日 10:20 {TEXT}"),
        (f"首页 > 7x24 > {TITLE}", Kind.FRAME, f"首页 > 7x24 > {TITLE}"),
        ("7x24小时全球实时财经新闻直播", Kind.FRAME, ""),
        (f"坚持做最好的财经直播报道，给百姓最真的财经动态。 {TEXT}", Kind.TEXT, TEXT),
        ("下载新浪财经APP，了解全球实时汇率", Kind.FRAME, ""),
        ("财经首页 股票 基金 外汇", Kind.LITTLE, "财经首页 股票 基金 外汇"),
        ("新浪财经", Kind.LITTLE, "新浪财经"),
        ("随时掌握全球市场的动态。", Kind.TEXT, "随时掌握全球市场的动态。"),
    ],
)
def test_what_a_line_is(text: str, kind: Kind, own: str) -> None:
    (row,) = rows_of(text, subject())
    assert (row.kind, row.own) == (kind, own)


def seen(*texts: str) -> list[tuple[str, Kind]]:
    """What single lines are."""
    return [(row.own, row.kind) for text in texts for row in rows_of(text, subject())]


HEADINGS = "相关 更多 最新 热门 滚动 推荐 精彩 往期 今日".split()
BUTTONS = "分享 分享到 收藏 评论 点赞 转发 复制链接 查看详情 阅读全文 微博 微信 QQ空间".split()
AROUND = (
    "7x24小时实时财经新闻 7X24小时全球实时财经新闻直播 坚持做最好的财经直播报道，给百姓最真的财经动态 请最先掌握财经7x24快讯！ "
    "即将到达新浪财经APP 尽在新浪财经客户端 就在新浪财经微信 扫码新浪财经微博 打开新浪财经公众号 下载新浪财经APP 安装新浪财经APP 登录新浪财经APP "
    "关注新浪财经APP 手机扫码下载应用程序 分享：微博、微信 Copyright2026某公司 江畔公司_©某公司 新浪公司版权所有 版权所有请勿转载 "
    "All_Rights_Reserved 京ICP证000007号 京ICP备000007号 京公网安备000007号 新浪简介|联系我们 关于新浪|帮助 About_Sina|Help 客户服务|帮助 联系我们|帮助 "
    "招聘信息|帮助 网站律师|帮助 声明：不作为投资依据 新浪声明：不作为投资依据 免责声明：不作为投资依据 风险提示：不作为投资依据 "
    "相关新闻：白银合约下跌 相关阅读：白银合约下跌 相关推荐：白银合约下跌 相关快讯：白银合约下跌 热门：白银合约今日下跌 热门文章：白银合约下跌 "
    "热门快讯：白银合约下跌 热门推荐：白银合约下跌 更多快讯：白银合约下跌 最新快讯：白银合约下跌 上一条：白银合约下跌 下一篇：白银合约下跌"
).split()  # fmt: skip


@pytest.mark.parametrize("text", [text.replace("_", " ") for text in AROUND])
def test_the_words_of_the_frame_are_no_paragraph(text: str) -> None:
    assert [(row.kind, row.own) for row in rows_of(text, subject())] == [(Kind.FRAME, "")]


@pytest.mark.parametrize(
    "heading", [*HEADINGS, *(f"更多{what}" for what in "排行 快讯 文章 新闻 资讯 要闻 阅读 内容 列表".split())]
)
def test_the_heading_of_a_list_ends_the_paragraph(heading: str) -> None:
    assert [row.kind for row in rows_of(f"{heading} >", subject())] == [Kind.END]


@pytest.mark.parametrize("button", BUTTONS)
def test_buttons_behind_the_paragraph_are_none_of_it(button: str) -> None:
    assert [(row.kind, row.own) for row in rows_of(f"{TEXT}。 {button}", subject())] == [(Kind.TEXT, f"{TEXT}。")]


@pytest.mark.parametrize("text", ["下一条快讯将在 ?? 秒后到达", "更多快讯 >", "热门文章排行榜："])
def test_what_ends_the_paragraph(text: str) -> None:
    assert [row.kind for row in rows_of(text, subject())] == [Kind.END]
    assert [(row.kind, row.own) for row in rows_of(f"{TEXT} 下一条快讯将在 9 秒", subject())] == [
        (Kind.TEXT, TEXT),
        (Kind.END, ""),
    ]


def test_words_of_the_frame_may_be_the_headline() -> None:
    headline = "下载新浪财经APP的用户突破一亿"
    assert [row.kind for row in rows_of(f"【{headline}】公司公告", subject(headline))] == [Kind.TEXT]
    assert [row.kind for row in rows_of("10:20 港交所停市", subject("10:20 港交所停市"))] == [Kind.TEXT]


def test_how_much_of_the_headline_a_line_says() -> None:
    def said(text: str, headline: str = TITLE) -> Says:
        return next(rows_of(text, subject(headline))).says

    assert said("【红枣 主力合约】触及涨停：报1元") is Says.MORE
    assert said(f"{TITLE}。") is Says.SAME
    assert said("红枣主力合约触及涨停", f"快讯：{TITLE}") is Says.SAME
    assert said("红枣主力合约", "红枣主力合约触及涨停，再创年内新高") is Says.LESS
    assert said("红枣涨停，报1元", "红枣涨停") is Says.LESS  # too short to be certain
    assert said("红枣合约涨停，报1元", "红枣合约涨停") is Says.MORE
    assert said("红枣合约涨停", "红枣合约涨停创新高") is Says.SAME  # two thirds


def test_a_path_is_not_a_sentence_with_a_sign() -> None:
    assert leads_to(TITLE, f"江畔财经 | {TITLE}")
    assert leads_to(TITLE, f"{TITLE}_7x24小时财经新闻_新浪网")
    assert not leads_to(TITLE, TITLE)
    assert not leads_to(TITLE, f"{TITLE} > 机构：目标价为每吨13000元以上")


def test_a_day_and_the_clock_below_it_are_a_date() -> None:
    rows = [row for text in ("07月31日", "08月01日", "10:20", TEXT) for row in rows_of(text, subject())]
    joined = with_dates_of_two_lines(rows, subject())
    assert [(row.kind, row.date) for row in joined[1:]] == [(Kind.DATE, "2026年08月01日 10:20"), (Kind.TEXT, "")]
    assert [row.text for row in joined] == ["07月31日", "08月01日 10:20", TEXT]


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        (f"{TITLE}_7x24小时财经新闻_新浪网", TITLE),
        (f" 【快讯】{TITLE}_1 _ 7×24小时财经新闻_新浪网\n", f"【快讯】{TITLE}_1"),
        (f"{TITLE}_新浪财经_新浪网", ""),
        ("_7x24小时财经新闻_新浪网", ""),
        ("7x24小时全球实时财经新闻直播_新浪财经_新浪网", ""),
    ],
)
def test_the_headline_is_in_a_title_of_the_kind(title: str, headline: str) -> None:
    assert headline_in([title], KIND) == headline
    assert headline_in(["甲", title], KIND) == headline


def test_a_line_with_a_time_of_its_own_behind_it_is_another_briefs() -> None:
    assert [kind for _, kind in seen(f"{TITLE} 10:20", "将停市至12:00")] == [Kind.OTHER, Kind.TEXT]


def test_buttons_behind_a_text_are_cut_off() -> None:
    assert [own for own, _ in seen(f"{TEXT} 分享 (3)", "利润上涨一成。 收藏", "利润涨。 收藏")] == [
        TEXT,
        "利润上涨一成。",
        "利润涨。 收藏",
    ]


def test_a_date_in_a_sentence_does_not_hide_that_at_its_edge() -> None:
    (found,) = rows_of(f"{TEXT}，8月1日9:30左右恢复。08月01日 10:20", subject())
    assert (found.own, found.date) == (f"{TEXT}，8月1日9:30左右恢复。", "2026年08月01日 10:20")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("8月1日 10:20", "2026年8月1日 10:20"),
        ("07-31 10:20", "2026-07-31 10:20"),
        ("08/02 10:20", "2026/08/02 10:20"),
        ("2026-08-01T10:20", "2026-08-01T10:20"),
        ("7月30日 10:20", ""),
        ("8月3日 10:20", ""),
        ("2027年8月1日 10:20", ""),
    ],
)
def test_a_date_gets_the_year_of_a_day_near_that_of_the_address(text: str, told: str) -> None:
    (found,) = rows_of(text, subject())
    assert found.date == told


def test_which_share_of_the_headline_is_in_a_line() -> None:
    (found,) = rows_of("红枣合约触及跌停", subject("红枣合约涨停"))
    assert found.share == 0.6
    assert shared("青", "青石") == 0.0


def test_what_a_line_stands_in_is_noted() -> None:
    (heading,) = rows_of(TEXT, subject(), heading=True)
    (link,) = rows_of(TEXT, subject(), linked=True)
    assert [(each.text, each.heading, each.linked) for each in (heading, link)] == [
        (TEXT, True, False),
        (TEXT, False, True),
    ]


# Which line is the paragraph, which is the date


def row(kind: Kind = Kind.TEXT, says: Says = Says.LESS, share: float = 0.0, **more: object) -> Row:
    return Row("", kind, str(more.pop("own", "")), says=says, share=share, **more)  # type: ignore[arg-type]


def chosen(*rows: Row) -> int | None:
    return paragraph_of(rows)


DATE, END, LITTLE, OTHER = row(Kind.DATE, date="2026"), row(Kind.END), row(Kind.LITTLE), row(Kind.OTHER)
MORE, SAME, LESS = row(says=Says.MORE), row(says=Says.SAME), row()
HEADING, RELATED = row(says=Says.SAME, heading=True), row(share=0.3)


def test_what_says_more_than_the_headline_is_the_paragraph() -> None:
    assert chosen(HEADING, SAME, DATE, RELATED, END, MORE) == 5
    assert chosen(row(says=Says.MORE, own="甲乙", heading=True), row(says=Says.MORE, own="甲")) == 1
    assert chosen(row(says=Says.MORE, own="甲"), row(says=Says.MORE, own="甲乙"), row(says=Says.MORE, own="甲")) == 1
    assert chosen(row(says=Says.MORE, own="甲"), row(says=Says.MORE, own="甲乙", heading=True)) == 0
    assert chosen(row(says=Says.MORE, heading=True)) == 0
    assert chosen(DATE, MORE, END, row(says=Says.MORE, own="another brief that goes on from this one")) == 1


def test_the_container_of_a_known_design_comes_next() -> None:
    assert (
        chosen(SAME, DATE, RELATED, END, row(known=True, own="甲"), row(known=True, own="甲乙"), row(known=True)) == 5
    )


def test_a_related_sentence_beside_the_date_comes_before_the_headline() -> None:
    assert chosen(SAME, DATE, RELATED, END) == 2
    assert chosen(DATE, SAME, LITTLE, RELATED, END) == 3
    assert chosen(RELATED, DATE, END) == 0
    assert chosen(SAME, DATE, END, RELATED) == 0
    assert chosen(SAME, DATE, row(share=0.19), END) == 0
    assert chosen(DATE, RELATED, LESS, DATE, row(share=0.9), END, HEADING, DATE) is None  # another brief's date


def test_of_two_related_sentences_none_is_certain() -> None:
    assert chosen(row(share=0.31, own="甲"), DATE, row(share=0.5, own="乙")) is None
    assert chosen(row(share=0.29, own="甲"), DATE, row(share=0.5, own="乙")) == 2
    assert chosen(row(share=0.5, own="甲"), DATE, row(share=0.5, own="甲")) == 0


def test_a_heading_with_the_headline_is_no_paragraph() -> None:
    assert chosen(HEADING, DATE, END) is None
    assert chosen(HEADING, DATE, SAME, END) == 2


def test_of_lines_with_the_headline_the_last_at_the_date_is_the_paragraph() -> None:
    assert chosen(SAME, DATE, SAME, END) == 2
    assert chosen(SAME, SAME, DATE, END, SAME) == 1
    assert chosen(SAME) == 0
    assert chosen(SAME, LESS, DATE, SAME, END) == 3
    assert chosen(SAME, END, LESS, row(says=Says.SAME, date="2026"), LESS) == 3


def test_an_unrelated_sentence_must_be_the_only_one_between_the_only_date_and_the_end() -> None:
    assert chosen(LESS, DATE, LITTLE, LESS, END, LESS) == 3
    assert chosen(DATE, LESS, LESS, END) is None
    assert chosen(DATE, OTHER, DATE, LESS, END) is None
    assert chosen(DATE, LESS) is None
    assert chosen(END, DATE, LESS) is None
    assert chosen(DATE, row(linked=True), END) is None
    assert chosen(row(date="2026"), END) == 0


def test_links_near_each_other_are_a_list() -> None:
    linked = row(says=Says.MORE, linked=True)
    assert chosen(DATE, linked, END) == 1
    assert chosen(linked, LITTLE, LITTLE, row(linked=True)) is None
    assert chosen(linked, LITTLE, LITTLE, LITTLE, row(linked=True)) == 0
    assert chosen(row(linked=True), LITTLE, LITTLE, linked) is None
    assert chosen(row(linked=True), linked) is None
    assert chosen(linked, row(linked=True)) is None
    assert chosen(LESS, linked, OTHER) == 1


def near(*rows: Row) -> list[int]:
    """The dates near the line that says more than the headline; each line is a block."""
    blocks = [replace(each, block=number) for number, each in enumerate(rows)]
    return dates_near(blocks, next(at for at, each in enumerate(blocks) if each.says is Says.MORE))


def test_the_date_has_no_other_sentence_between_it_and_the_paragraph() -> None:
    assert near(DATE, OTHER, DATE, SAME, MORE, END, DATE) == [2]
    assert near(DATE, LITTLE, LITTLE, MORE, DATE) == [4, 0]
    assert near(DATE, MORE, DATE) == [0, 2]
    assert near(DATE, LESS, MORE) == [0]  # the only one
    assert near(DATE, LESS, MORE, END, DATE) == []
    assert near(DATE, row(says=Says.MORE, date="2026")) == [1]
    assert dates_near([row(says=Says.MORE, block=1), row(block=1), DATE, DATE], 0) == [2, 3]


def test_patterns_of_the_kind_leave_sentences_alone() -> None:
    said = (
        "新浪财经8月1日讯",
        "相关人士称，更多快讯将在晚间公布",
        "公司声明称不存在应披露事项",
        "据热门文章作者介绍，最新消息",
    )
    for text in said:
        assert next(rows_of(text, subject())).kind is Kind.TEXT, text
    assert not re.search(KIND.buttons, "监管部门评论，市场分享")


@pytest.mark.parametrize(
    "text",
    [
        "Copyright © 1996-2026 SINA Corporation, All Rights Reserved",
        "新浪公司 版权所有 京ICP证000007",
        "新浪简介 | About Sina | 广告服务",
        "免责声明：以上内容仅供参考，不构成投资建议。",
        "相关阅读：江畔港集装箱码头恢复夜间作业",
        "分享到：微博 微信 QQ空间",
        "打开新浪财经APP，第一时间看7x24快讯",
    ],
)
def test_lines_around_the_paragraph_are_none_as_a_whole(text: str) -> None:
    assert [(row.kind, row.own) for row in rows_of(text, subject())] == [(Kind.FRAME, "")]
