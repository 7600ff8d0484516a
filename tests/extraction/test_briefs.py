"""Pages of one short paragraph are read in any markup, by what their parts are, and flagged."""

import pytest

from newscrawl import Article, Refused, extract
from newscrawl.answers.model import CUT_OFF, Answer
from newscrawl.extraction.article import UNPROVEN
from newscrawl.extraction.explain import explain
from newscrawl.extraction.page import FallbackPolicy, read_page
from newscrawl.sites.loader import load_site
from tests.support.brief_frames import BRIEFS, FRAMES, NOT_BRIEFS, OTHERS, Brief, by_chance, document, fits

SITE = load_site("sina_finance")
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
        ("08/01 10:20", "2026-08-01T10:20:00+08:00"),
        ("08.01 10:20", "2026-08-01T10:20:00+08:00"),
        ("08月01日 10:20:01</div>前海证券：<div>", "2026-08-01T10:20:01+08:00"),
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


def test_a_brief_is_explained() -> None:
    _, evidence = explain(Answer(document(FIRST, FRAMES["soup"](FIRST))), FIRST.url, SITE)
    published, layout = evidence["published"].winner, evidence["layout"].winner
    assert published
    assert layout
    assert (published.raw, layout.value) == ("2026年08月01日 10:20", "brief")
    assert "any markup" in layout.why


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<p><span>08月01日 10:20</span>前海证券：{TEXT}</p>", f"前海证券：{TEXT}"),
        (f"<p>08月01日 10:20 前海证券：{TEXT}</p>", f"前海证券：{TEXT}"),
        (f"<p>08月01日 10:20</p><p><b>07月31日 23:30</b>，{TEXT}</p>", f"07月31日 23:30，{TEXT}"),
        (f"<p>08月01日 10:20</p><p>截至<b>08月01日 10:00</b>{TEXT}</p>", f"截至08月01日 10:00{TEXT}"),
        (
            f"<p>08月01日 10:20</p><img src='/qr.png'><p>{TEXT}<em>07月31日 23:30</em>起生效</p>",
            f"{TEXT}07月31日 23:30起生效",
        ),
    ],
)
def test_a_date_in_the_paragraph_is_part_of_it(body: str, text: str) -> None:
    assert parts(read(body))[1:] == (text, "2026-08-01T10:20:00+08:00")
