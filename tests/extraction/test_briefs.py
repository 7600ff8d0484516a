"""Pages of one short paragraph are read in any markup, by what their parts are, and flagged."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from newscrawl import Article, Refused, extract
from newscrawl.answers.model import CUT_OFF, Answer
from newscrawl.extraction.article import UNPROVEN
from newscrawl.extraction.brief_choice import dates_near, paragraph_of
from newscrawl.extraction.brief_lines import Kind, Row, Says, Subject, leads_to, rows_of, with_dates_of_two_lines
from newscrawl.extraction.briefs import headline_of, subject_of
from newscrawl.extraction.explain import explain
from newscrawl.extraction.page import FallbackPolicy, read_page
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import BriefPages
from tests.conftest import Run
from tests.support.brief_frames import BRIEFS, FRAMES, NOT_BRIEFS, OTHERS, Brief, by_chance, document, fits

SITE = load_site("sina_finance")
assert SITE.briefs
KIND: BriefPages = SITE.briefs
FIRST = BRIEFS[0]
TITLE = "红枣主力合约触及涨停"
TEXT = f"{TITLE}，报12345元/吨"


def page(body: str, title: str = TITLE) -> bytes:
    """A page of a brief with a body."""
    return document(Brief("", title, ""), body)


def read(body: str, title: str = TITLE, url: str = FIRST.url) -> Article:
    """The article of a page of a brief with a body."""
    return extract(page(body, title), url)


def parts(article: Article) -> tuple[str, str, str]:
    return article.title, article.text, article.published.isoformat() if article.published else ""


def expected(brief: Brief) -> tuple[str, str, str]:
    return brief.title, brief.text, brief.published


@pytest.mark.parametrize("frame", FRAMES)
def test_a_brief_is_read_in_any_frame(frame: str) -> None:
    briefs = [brief for brief in BRIEFS if fits(frame, brief)]
    read = [extract(document(brief, FRAMES[frame](brief)), brief.url) for brief in briefs]
    assert list(map(parts, read)) == list(map(expected, briefs))
    assert {(article.layout, article.raw.flags) for article in read} == {("brief", (UNPROVEN,))}


@pytest.mark.parametrize("seed", range(140))
def test_a_brief_is_read_in_frames_by_chance(seed: int) -> None:
    brief = BRIEFS[seed % len(BRIEFS)]
    assert parts(extract(document(brief, by_chance(brief, seed)), brief.url)) == expected(brief)


@pytest.mark.parametrize("frame", NOT_BRIEFS)
def test_a_page_without_a_paragraph_of_its_own_is_refused(frame: str) -> None:
    for brief in BRIEFS:
        with pytest.raises(Refused, match=r"^unknown_layout: "):
            extract(document(brief, NOT_BRIEFS[frame](brief)), brief.url)


# The page as a whole


@pytest.mark.parametrize(
    ("body", "url", "reason"),
    [
        ("<p>08月01日 10:20</p><p>{}</p><div id='myMovie'></div>", FIRST.url, "video"),
        ("<p>08月01日 10:20</p><p>{}</p>", "https://finance.sina.com.cn/7x24/", "index"),
        ("<p>08月01日 10:20</p><p>{}</p>", FIRST.url.replace("7x24", "stock"), "unknown_layout"),
        ("<p>08月01日 10:20</p><p>{}</p>", FIRST.url.replace("08-01", "13-01"), "unknown_layout"),
    ],
)
def test_rules_that_refuse_a_page_count_for_briefs(body: str, url: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        read(body.format(TEXT), url=url)
    assert caught.value.reason == reason


def test_rules_for_titles_must_match_the_whole_headline_of_a_brief() -> None:
    prices = "金价行情震荡，报价首页更新"
    assert read(f"<p>08月01日 10:20</p><p>{prices}</p>", prices).text == prices
    with pytest.raises(Refused, match=r"^error: "):
        read("<p>08月01日 10:20</p><p>页面没有找到</p>", "页面没有找到")


def test_an_article_of_a_known_design_with_a_whole_date_is_read_by_it() -> None:
    body = f"<h1 class='main-title'>{TITLE}</h1><div class='date-source'><span class='date'>{{}}</span></div><div id='artibody'><p>{TEXT}</p><p>又及。</p></div>"
    known = read(body.format("2026年08月01日 10:20"))
    assert (known.layout, known.raw.flags, known.text) == ("fin2017", (), f"{TEXT}\n又及。")
    brief = read(body.replace(f">{TITLE}<", ">全球实时财经新闻<").format("08月01日 10:20"))
    assert (brief.layout, brief.title, brief.text) == ("brief", TITLE, f"{TEXT}\n又及。")
    assert parts(brief)[2] == "2026-08-01T10:20:00+08:00"


@pytest.mark.parametrize(
    ("shown", "published"),
    [
        ("08月01日 10:20", "2026-08-01T10:20:00+08:00"),
        ("08月01日&nbsp;10:20:59", "2026-08-01T10:20:59+08:00"),
        ("2026/08/01 10:20", "2026-08-01T10:20:00+08:00"),
        ("07月31日 23:59", "2026-07-31T23:59:00+08:00"),
        ("08月02日 00:03", "2026-08-02T00:03:00+08:00"),
        ("08月01日 25:61", "2026-08-01T00:00:00+08:00"),
        ("<b>08月01日</b><i>10:20</i>", "2026-08-01T10:20:00+08:00"),
        ("<div>08月01日</div><div>10:20</div>", "2026-08-01T10:20:00+08:00"),
        ("08月09日 10:20", ""),
        ("2025年08月01日 10:20", ""),
        ("10:20", ""),
    ],
)
def test_the_year_of_the_date_is_that_of_the_address(shown: str, published: str) -> None:
    assert parts(read(f"<div>{shown}</div><p>{TEXT}</p>"))[1:] == (TEXT, published)


def test_no_date_of_another_brief_is_taken() -> None:
    rows = "".join(f"<li><b>08月01日 10:{at}</b><p>{text}</p></li>" for at, text in zip((40, 33), OTHERS, strict=False))
    assert parts(read(f"<div>{TEXT}</div><h3>更多快讯</h3><ul>{rows}</ul>"))[2] == ""
    assert parts(read(f"<ul>{rows}</ul><div>{TEXT}</div>"))[2] == ""


def test_links_pictures_and_stocks_of_the_paragraph_are_kept() -> None:
    article = read(
        f"<div><span>08月01日 10:20</span></div><p>{TITLE}，<a href='/realstock/'>报价</a>"
        "<span id='stock_sz300999'><a>白鹭</a></span><img src='https://n.sinaimg.cn/a.jpg'></p><div><img src='https://n.sinaimg.cn/qr.png'></div>"
    )
    assert article.html.startswith(f'<p>{TITLE}，<a href="https://finance.sina.com.cn/realstock/">报价</a>')
    assert [image.src for image in article.images] == ["https://n.sinaimg.cn/a.jpg"]
    assert article.stocks == ["sz300999"]


def test_a_paragraph_of_two_lines_is_kept_whole_and_nothing_beside_it() -> None:
    assert (
        read(f"<b>08月01日 10:20</b><div>【{TITLE}】<br>现报12345元/吨。</div>").text
        == f"【{TITLE}】\n现报12345元/吨。"
    )
    assert (
        read(f"<div>08月01日 10:20<br>{TEXT}<br>下一条快讯将在 9 秒后到达<br>随时掌握全球市场的动态。</div>").text
        == TEXT
    )


def test_buttons_behind_the_paragraph_are_left_out() -> None:
    assert read(f"<p>08月01日 10:20</p><p>{TEXT} <a>分享</a> <a>评论(3)</a></p>").text == TEXT
    assert read(f"<p>08月01日 10:20</p><p>{TEXT}，利润与员工分享</p>").text == f"{TEXT}，利润与员工分享"


def test_half_a_brief_is_no_brief() -> None:
    """A page that ends early may lack the paragraph, and what is left may look like it."""
    whole = page(f"<div>{TITLE}</div><p>08月01日 10:20</p><p>{TEXT}</p><p>下一条快讯将在 9 秒后到达</p>")
    assert read_page(Answer(whole), FIRST.url, SITE).raw.flags == (UNPROVEN,)
    for end in ("报12", "</p>", "秒后"):
        half = whole[: whole.rindex(end.encode()) + len(end.encode())]
        with pytest.raises(Refused, match=r"^broken: "):
            read_page(Answer(half), FIRST.url, SITE)
        assert extract(half, FIRST.url).raw.flags == (UNPROVEN, CUT_OFF)


def test_the_design_is_that_around_date_and_paragraph() -> None:
    same = [read(f"<div class='a'><b>08月01日 10:2{at}</b><p>{TEXT}{at}</p></div>").raw.fingerprint for at in range(2)]
    other = read(f"<div class='b'><b>08月01日 10:20</b><p>{TEXT}</p></div>").raw.fingerprint
    assert same[0] == same[1] != other


def test_options_for_unknown_designs_change_nothing() -> None:
    policy = FallbackPolicy(canary=True, fallback=True)
    brief = BRIEFS[1]
    article = extract(document(brief, FRAMES["semantic"](brief)), brief.url, policy=policy)
    assert parts(article) == expected(brief)
    assert UNPROVEN in article.raw.flags
    with pytest.raises(Refused, match=r"^unknown_layout: "):
        extract(document(brief, ""), brief.url, policy=policy)


def test_a_brief_is_explained_flagged_and_counted(newscrawl: Run, tmp_path: Path) -> None:
    _, evidence = explain(Answer(document(FIRST, FRAMES["soup"](FIRST))), FIRST.url, SITE)
    published, layout = evidence["published"].winner, evidence["layout"].winner
    assert published
    assert layout
    assert (published.raw, layout.value) == ("2026年08月01日 10:20", "brief")
    assert "any markup" in layout.why
    (tmp_path / "brief.html").write_bytes(document(FIRST, FRAMES["soup"](FIRST)))
    done = newscrawl("extract", tmp_path / "brief.html", "--url", FIRST.url, "--format", "jsonl", "--json")
    line, summary = map(json.loads, done.stdout.splitlines())
    assert (line["article"]["text"], summary["flagged"]) == (FIRST.text, {UNPROVEN: 1})


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


def test_a_path_is_not_a_sentence_with_a_sign() -> None:
    assert leads_to(TITLE, f"江畔财经 | {TITLE}")
    assert not leads_to(TITLE, TITLE)
    assert not leads_to(TITLE, f"{TITLE} > 机构：目标价为每吨13000元以上")


def test_a_day_and_the_clock_below_it_are_a_date() -> None:
    rows = [row for text in ("07月31日", "08月01日", "10:20", TEXT) for row in rows_of(text, subject())]
    assert [row.date for row in with_dates_of_two_lines(rows, subject())] == ["", "2026年08月01日 10:20", ""]


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
    assert headline_of([title], KIND) == headline
    assert headline_of(["甲", title], KIND) == headline


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
    assert chosen(row(says=Says.MORE, own="甲"), row(says=Says.MORE, own="甲乙")) == 1
    assert chosen(row(says=Says.MORE, heading=True)) == 0


def test_the_container_of_a_known_design_comes_next() -> None:
    assert chosen(SAME, DATE, RELATED, END, row(known=True, own="甲"), row(known=True, own="甲乙")) == 5


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


def test_an_unrelated_sentence_must_be_the_only_one_between_the_only_date_and_the_end() -> None:
    assert chosen(LESS, DATE, LITTLE, LESS, END, LESS) == 3
    assert chosen(DATE, LESS, LESS, END) is None
    assert chosen(DATE, OTHER, DATE, LESS, END) is None
    assert chosen(DATE, LESS) is None
    assert chosen(END, DATE, LESS) is None
    assert chosen(DATE, row(linked=True), END) is None


def test_links_near_each_other_are_a_list() -> None:
    linked = row(says=Says.MORE, linked=True)
    assert chosen(DATE, linked, END) == 1
    assert chosen(linked, LITTLE, LITTLE, row(linked=True)) is None
    assert chosen(linked, LITTLE, LITTLE, LITTLE, row(linked=True)) == 0


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
