"""The keywords of a page: its title, which pages put among them in many forms, is none of them."""

import time

import pytest

from newscrawl import extract
from newscrawl.extraction.keywords import without_title
from newscrawl.sites.loader import load_site
from pipelines.category import keywords_of

SINA, PEOPLE = load_site("sina_finance"), load_site("people_finance")
T = "灯塔换灯以后，港口不再封航"
LONG = "灯塔换灯以后港口不再封航渔船也不必绕路了"  # 20 letters


@pytest.mark.parametrize(
    ("text", "title"),
    [
        # whole: at the start, in the middle, at the end, alone
        (f"{T},灯塔,港口", T),
        (f"{T}，灯塔，港口", T),
        (f"灯塔,{T},港口", T),
        (f"灯塔,港口,{T}", T),
        # with other commas, white space, widths and signs
        ("灯塔换灯以后,港口不再封航,灯塔,港口", T),
        ("灯塔换灯以后， 港口不再 封航，灯塔,港口", T),
        ("灯塔换灯以后 港口不再封航,灯塔,港口", T),
        ("“灯塔”换灯以后,港口不再封航！,灯塔,港口", T),
        ("灯塔,港口,Ａ股涨３%,ＸＹ，回落", "A股涨3%，XY，回落"),
        # cut
        ("灯塔换灯以后，港口不…,灯塔,港口", T),
        ("灯塔,灯塔换灯以后，港...,港口", T),
        (f"{LONG[:16]},灯塔,港口", LONG),
        (f"{LONG[:18]},灯塔,港口", f"{LONG}一二三四"),  # three quarters of it
        ("甲_看灯人_新浪博客,灯塔,港口", ""),
        (f"{LONG[:12]}，{LONG[12:17]},灯塔,港口", f"{LONG[:12]}，{LONG[12:]}"),
        # with the owner of a blog and the site's name
        (f"{T}_看灯人_新浪博客,灯塔,港口", T),
        (f"{T}_Cl_看灯人_新浪博客,灯塔,港口", T),
        ("灯塔_换灯_看灯人_新浪博客,灯塔,港口", "灯塔_换灯"),
        ("_看灯人_新浪博客,灯塔,港口", T),
        ("灯塔,别的题目_看灯人_新浪博客,港口", T),
        (f"{T}_新浪财经_新浪网,灯塔,港口", T),
        (f"{T}<img,灯塔,港口", T),
        # nothing of it
        ("灯塔,港口", T),
        ("灯塔,港口", ""),
        ("灯塔,,港口,sina.cn", "！"),
        ("灯塔,港口,灯塔", T),
    ],
)
def test_the_title_is_no_keyword(text: str, title: str) -> None:
    kept = [word for word in keywords_of(text, title, SINA) if word in ("灯塔", "港口")]
    assert kept == keywords_of(text, title, SINA) == ["灯塔", "港口"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("灯塔换灯以后,灯塔", T),  # a part of the title may be a keyword
        ("港口不再封航,灯塔", T),
        ("茅台,五粮液,白酒", "茅台，五粮液，谁更强"),
        ("宁德时代新能源科技股份有限公司,电池", "宁德时代新能源科技股份有限公司公告"),  # 15 letters
        (f"灯塔,{LONG[:16]}", LONG),  # a cut title stands first
        (f"{LONG[:17]},灯塔", f"{LONG}一二三四"),  # less than three quarters of it
        ("别的…,灯塔", T),
        ("灯塔换灯以后…再说,灯塔", T),
        ("灯塔 换灯,灯塔", T),
        ("视频会议,灯塔", "会议"),
        ("新浪,新浪博客", T),
        ("Ａ", "B"),
        ("！,灯塔", ""),
        ("！,灯塔", "？"),
    ],
)
def test_what_is_a_keyword_stays(text: str, title: str) -> None:
    assert keywords_of(text, title, SINA) == text.split(",")


def test_the_title_stands_there_in_pieces_once() -> None:
    assert keywords_of(f"{LONG},灯塔,{LONG}", LONG, SINA) == ["灯塔"]
    assert keywords_of("人民币，美元,人民币,美元", "人民币，美元", SINA) == ["人民币", "美元"]
    assert keywords_of("人民币，美元，人民币，美元，欧元", "人民币，美元", SINA) == ["人民币", "美元", "欧元"]


def test_pieces_end_at_the_commas_of_the_title() -> None:
    assert keywords_of("储能,光伏,风电", "储能、光伏、风电", SINA) == ["储能", "光伏", "风电"]
    assert keywords_of("储能,光伏,风电", "储能 光伏 风电", SINA) == ["储能", "光伏", "风电"]
    assert keywords_of("储能,光伏、风电,电池", "储能，光伏、风电", SINA) == ["电池"]
    assert keywords_of("储能、光伏、风电,电池", "储能、光伏、风电", SINA) == ["电池"]


NAMED = "降息，不降息？美联储给出答案"


@pytest.mark.parametrize(
    ("text", "title", "others"),
    [
        # one of the page's other titles
        (f"{NAMED},美联储,利率", f"{NAMED}——专访经济学家李某", [NAMED]),
        (f"美联储,{NAMED},利率", "一句话的标题", ["", "别的标题在这里", NAMED]),
        # with a label or a note, here or there
        (f"{NAMED},美联储,利率", f"{NAMED}(图)", []),
        (f"{NAMED}（组图）,美联储,利率", NAMED, []),
        (f"{NAMED},美联储,利率", f"独家：{NAMED}", []),
        (f"独家：{NAMED},美联储,利率", NAMED, []),
        ("降息(图)，不降息？,美联储,利率", "快讯｜降息(图)，不降息？", []),
        # the other keywords behind it
        (f"{NAMED} 美联储 利率", NAMED, []),
        (f"{NAMED}_美联储_利率", NAMED, []),
        (f"{NAMED}|美联储|利率", NAMED, []),
        (f"{NAMED}(图)　美联储,利率", NAMED, []),
        ("美联储如何给出答案 美联储 利率", "美联储如何给出答案", []),
    ],
)
def test_no_form_of_the_title_is_a_keyword(text: str, title: str, others: list[str]) -> None:
    assert keywords_of(text, title, SINA, others) == ["美联储", "利率"]


def test_a_short_title_besides_the_headline_may_be_a_keyword() -> None:
    assert keywords_of("美联储,利率", NAMED, SINA, ["美联储", "美联储，利率"]) == ["美联储", "利率"]


def test_the_pages_own_title_is_compared_too() -> None:
    titles = f"<title>{NAMED}|美联储_新浪财经_新浪网</title><meta name=keywords content='{NAMED},美联储,利率'>"
    page = f'<meta charset="utf-8">{titles}<h1 class="main-title">{NAMED}——专访经济学家李某</h1><div id="artibody">文</div>'
    assert extract(page.encode()).keywords == ["美联储", "利率"]
    shared = page.replace("<title>", '<meta property="og:title" content="').replace("</title>", '">')
    assert extract(shared.encode()).keywords == ["美联储", "利率"]


def test_people_separates_by_blanks() -> None:
    assert keywords_of("灯塔 换灯以后 港口 灯塔", "灯塔 换灯以后", PEOPLE) == ["港口", "灯塔"]
    assert keywords_of("灯塔换灯--财经--人民网 港口", "灯塔换灯", PEOPLE) == ["港口"]


def test_a_page_gives_its_keywords_without_its_title() -> None:
    page = f'<html><meta name="keywords" content="{T}_看灯人_新浪博客,看灯人,灯塔"><h2 class="titName">{T}</h2><div class="articalContent">文</div>'
    assert extract(page.encode()).keywords == ["看灯人", "灯塔"]


def test_many_keywords_take_no_time() -> None:
    begun = time.process_time()
    assert len(without_title(["甲", *["！"] * 50_000] * 4, ["甲乙丙丁" * 20])) == 200_004
    assert time.process_time() - begun < 1.5
