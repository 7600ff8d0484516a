"""What is too long for its field is cut before it is read, and no page takes more than its share of time."""

import time
from datetime import datetime, timedelta

import pytest

from newscrawl import extract
from newscrawl.discovery.html import next_page_url, read_html
from newscrawl.extraction import bounds
from newscrawl.extraction.bounds import bounded
from newscrawl.extraction.canary.segments import segments
from newscrawl.extraction.canary.units import body_of
from newscrawl.extraction.dateline import read_line
from newscrawl.extraction.dates import read_date
from newscrawl.extraction.dom import parse, read_meta, text_start
from newscrawl.extraction.headline import without_tags
from newscrawl.extraction.images import sizes
from newscrawl.extraction.inserts import fits
from newscrawl.extraction.layouts import select_cut
from newscrawl.extraction.markup import attributes
from newscrawl.sites.loader import load_site
from pipelines.boilerplate import compiled_rules, fitting
from tests.growth.readers import PAGE, PLACES, URL, Material

SINA = load_site("sina_finance")
MANY = 20_000
SECONDS = 5.0  # of CPU; each of these pages took minutes, or takes a tenth of a second


def page(**parts: str) -> str:
    return PAGE.format_map(dict.fromkeys(PLACES, "") | parts)


def kind(sent: str, did: str, **parts: str) -> object:
    return pytest.param(parts, marks=pytest.mark.fault("flood", "a page that takes all time", sent, did), id=sent)


KEPT = "it was kept within seconds"
PAGES = [
    kind("200,000 blanks behind the day", KEPT, date="2026年03月01日" + " " * 200_000 + "x"),
    kind("200,000 ideographic blanks behind the day", KEPT, date="2026年03月01日" + "\u3000" * 200_000 + "x"),
    kind("200,000 digits behind the day", KEPT, date="2026年03月01日" + "1" * 200_000),
    kind("20,000 days in links", KEPT, date="<a>2026年03月01日</a>" * MANY),
    kind("20,000 elements of the date's class", KEPT, date="x</span>" + "<span class=date>x</span>" * MANY + "<span class=date>"),
    kind("30,000 clocks beside the date", KEPT, source="10:20 " * 30_000),
    kind("20,000 labels of a medium", KEPT, source="来源：" * MANY),
    kind("200,000 blanks in a meta's date", KEPT, head=f'<meta property="article:published_time" content="2026-03-01{" " * 200_000}x">'),
    kind("20,000 metas of one name", "50 of them counted, and " + KEPT, head='<meta name="author" content="x">' * MANY),
    kind("20,000 attributes on a picture", KEPT, body=f"<img {' '.join(f'a{each}=1' for each in range(MANY // 4))}>"),
    kind("a picture's address with 200,000 digits for a size", KEPT, body=f"<img src='//n.sinaimg.cn/a.jpg/w{'1' * 200_000}'>"),
    kind("20,000 comments that end the text", KEPT, body="<!--原始正文end-->x" * MANY),
    kind("20,000 comments of an advertisement in a sentence", KEPT, body="<p>x<!--画中画 begin--></p>" * MANY),
    kind("20,000 comments in the headline", KEPT, title="<!--x-->x" * MANY),
    kind("20,000 line breaks in the headline", KEPT, title="<br>" * MANY + "x"),
    kind("20,000 titles, each with its name cut off", KEPT, head="<title>a_b_c|d</title>" * MANY),
    kind("a keyword of 20,000 parts", KEPT, head=f'<meta name="keywords" content="{"题_" * MANY}">'),
    kind("words for a picture of 200,000 characters", KEPT, body=f"<img alt='{'微信' * 100_000}' src=/a.jpg>"),
    kind("an address in a picture's `srcset` of 200,000 characters", KEPT, body=f"<img srcset='{'a' * 200_000} x'>"),
    kind("4,000 sources and 4,000 pictures in one `<picture>`", KEPT, body="<picture>" + "<source srcset='/a.jpg 2x'></source>" * 4000 + "<img>" * 4000),
    kind("a link with 200,000 question marks and a line break", KEPT, body=f"<a href='//a{'?' * 200_000}\nx'>x</a>"),
    kind("a line of 20,000 invitations to the app", "its text was kept as it stood", body=f"<p>{'下载新浪财经APP，' * MANY}</p>"),
    kind("a pager of 20,000 numbers", "its text was kept as it stood", body=f"<p>{'1 ' * MANY}下一页</p>"),
]  # fmt: skip


@pytest.mark.parametrize("parts", PAGES)
def test_a_page_takes_no_more_than_its_share(parts: dict[str, str]) -> None:
    html = page(**parts).encode()
    begun = time.process_time()
    article = extract(html, URL)
    assert time.process_time() - begun < SECONDS
    assert article.title.startswith("题")
    assert "正文。" in article.text


PEOPLE = load_site("people_finance")
HEAD = '<div class="rm_txt"><div class="col-1">{}<h1>题</h1><div class="rm_txt_con"><p>正文。</p></div></div></div>'
HEALTH = '<div class="articleCont"><div class="title">{}<h2>题</h2></div><div class="artDet"><p>正文。</p></div></div>'
LONG = 30_000  # elements; of each of these old selectors took from 1.5 to 3 s, and takes 0.05


def before(sent: str, *page: str) -> object:
    marks = pytest.mark.fault("flood", "a page that takes all time", f"30,000 {sent}", KEPT)
    return pytest.param(*page, marks=marks, id=sent)


@pytest.mark.parametrize(
    ("form", "piece"),
    [
        before("lines of the kicker's class before the headline", HEAD, "<hr class=pre>"),
        before("headings before the headline", HEAD, "<h3>x</h3>"),
        before("headings before a headline of the health channel", HEALTH, "<h3>x</h3>"),
    ],
)
def test_what_stands_before_a_headline_takes_no_time(form: str, piece: str) -> None:
    html = f'<meta charset="utf-8">{form.format(piece * LONG)}'.encode()
    begun = time.process_time()
    article = extract(html, "http://finance.people.com.cn/n1/2026/0301/c1004-12345678.html", PEOPLE)
    assert time.process_time() - begun < 1.0
    assert (article.title, article.text, article.kicker) == ("题", "正文。", "x" if "x" in piece else "")


@pytest.mark.fault(
    "flood", "a list that takes all time", "60,000 links to the next page in 100 pagers", "the first was read"
)
def test_links_to_the_next_page_take_no_time() -> None:
    html = '<meta charset="utf-8">' + "<div class=page_n>" * 100 + "<a href=/2.html>下一页</a>" * 2 * LONG
    begun = time.process_time()
    found = next_page_url(html.encode(), "http://finance.people.com.cn/", PEOPLE.lists[0].next)
    assert time.process_time() - begun < 1.0
    assert found == "http://finance.people.com.cn/2.html"


@pytest.mark.fault(
    "flood", "a page that takes all time", "60,000 of one QR code in 100 elements", "99 were left out, within a second"
)
def test_codes_in_many_elements_take_no_time() -> None:
    root = parse(("<div>" * 100 + "<img src=/cece9e13/20200514/343233024.png>" * 2 * LONG).encode())
    begun = time.process_time()
    found = select_cut(root, SINA.boilerplate.cut)
    assert time.process_time() - begun < 1.0
    assert len(found) == 99


@pytest.mark.fault("flood", "a page that takes all time", "2,000 paragraphs in 200 elements, with the canary", KEPT)
def test_what_holds_an_article_is_found_in_a_deep_page() -> None:
    root = parse(("<div>" * 200 + "<p>正文。</p>" * 2000).encode())
    begun = time.process_time()
    body = body_of([*segments(root)], next(root.iter("div")))
    assert time.process_time() - begun < SECONDS  # 17 s when each level looked at all paragraphs; 0.2 s now
    assert [len(body), body.tag] == [2000, "div"]


ROWS = [
    pytest.param(row, many, least, marks=pytest.mark.fault("flood", "a list that takes all time", sent, did), id=sent)
    for sent, row, many, least, did in (
        ("900 rows in one another", "<li><a href=/{0}.html>题 10:20", 900, 200, "rows were read within seconds"),
        ("9,000 rows in one item", "<a href=/{0}.html>题</a> 10:20 ", 9000, 9000, "all rows were read within seconds"),
        ("900 rows that are never closed", "<p><a href=/{0}.html>题<b", 900, 200, "rows were read within seconds"),
        ("200 titles of 200 end tags", "<li><a href=/{0}.html>题" + "&lt;/b>" * 200, 200, 200, "rows were read within seconds"),
    )
]  # fmt: skip


@pytest.mark.parametrize(("row", "many", "least"), ROWS)
def test_a_list_takes_no_more_than_its_share(row: str, many: int, least: int) -> None:
    html = "<html><body><ul>" + "".join(row.format(number) for number in range(many)) + "</body></html>"
    begun = time.process_time()
    found = read_html(html.encode(), URL, "li a, body a", r"(?P<hour>\d\d):(?P<minute>\d\d)", SINA.zone)
    assert time.process_time() - begun < 2 * SECONDS
    assert len(found) >= least
    assert found[0].title.startswith("题")


def test_a_date_is_read_within_its_bound() -> None:
    day = "2026年3月1日 08:00"
    at = datetime(2026, 3, 1, 8, tzinfo=SINA.zone)
    for length, read in (
        (0, True),
        (bounds.DATE - len(day), True),
        (bounds.DATE - len(day) + 1, False),
        (bounds.DATE, False),
    ):
        found = read_date("中" * length + day, SINA.zone)
        assert (found is not None and found.start == at and found.span == timedelta(minutes=1)) is read, length
    assert bounds.DATE == 1000


def test_a_medium_is_read_within_its_bound() -> None:
    for length, medium in ((bounds.SOURCE - 7, "江畔日报"), (bounds.SOURCE, "")):
        assert read_line("，" * length + "来源：江畔日报").medium == medium
    assert (bounds.SOURCE, bounds.PARTS) == (1000, 40)


def test_metas_have_a_bound() -> None:
    html = '<meta name=a content="{}">'
    found = read_meta(parse((html.format("x" * 5001) + html.format("y") * 60).encode()))["a"]
    assert (len(found), len(found[0]), found[1]) == (50, 5000, "y")


def test_titles_have_a_bound() -> None:
    assert without_tags("题" * 1999 + "<b") == "题" * 1999
    assert len(without_tags("题" * 9999)) == bounds.TITLE == 2000
    found = extract(page(title="中" * 3000), URL)
    assert len(found.title) == 2000


def test_the_sizes_of_a_picture_have_a_bound() -> None:
    data = "data:image/png;base64," + "A" * 40_000
    assert sizes({"srcset": f"{data} 1x, /big.jpg 2x"}) == ["/big.jpg", data]
    for length, found in ((50_000, 2), (50_001, 1)):  # a part of an address is none
        text = f"/b.jpg 2x,/{'c' * (length - 11)}"
        assert (len(text), len(sizes({"srcset": text}))) == (length, found)
    assert sizes({"srcset": ", ".join(f"/{each}.jpg {each}w" for each in range(1, 31))})[-1] == "/11.jpg"


def test_a_long_line_is_text_whatever_it_says() -> None:
    outside = compiled_rules(SINA.boilerplate.lines, "any")
    title = "原标题：" + "题" * 1996
    (short,), (long,) = (Material(text=text).lines for text in (title, title + "题"))
    assert fitting(short, outside)
    assert fitting(long, outside) is None
    rule, pattern = next(each for each in outside[1] if each[1].match(title))
    assert fits(short, rule, pattern)
    assert fits(long, rule, pattern) is None
    assert bounds.LINE == 2000


def test_a_page_of_comments_is_read_without_them() -> None:
    for piece in ("<!--x-->", "<?x?>"):
        for count, left in ((1000, 1000), (1001, 0)):
            root = parse(f"<p>甲{piece * count}乙</p>".encode())
            (paragraph,) = root.iter("p")
            assert (len(paragraph), "".join(paragraph.xpath("text()"))) == (left, "甲乙")  # type: ignore[arg-type]


def test_the_start_of_a_text_ends_where_enough_is_read() -> None:
    (item,) = parse(b"<ul><li>" + b"<b>x</b>" * 3000).iter("li")
    assert text_start(item, bounds.ROW) == "x" * 100  # of as many as have 200 tags
    assert text_start(item, 10) == "x" * 10
    (item,) = parse(b"<ul><li>" + b"x" * 3000).iter("li")
    assert len(text_start(item, bounds.ROW)) == 1000


def test_many_attributes_are_those_of_few() -> None:
    (element,) = parse(f"<p b:c=1 {' '.join(f'a{each}={each}' for each in range(99))}>".encode()).iter("p")
    assert attributes(element) == {str(name): str(value) for name, value in element.items()}
    assert len(attributes(element)) == 100


def test_what_is_cut_loses_its_blanks_first() -> None:
    assert bounded("甲 \n 乙", 5) == "甲 \n 乙"
    assert bounded("甲 \n 乙丙", 5) == "甲 乙丙"
    assert bounded("甲 \n 乙丙丁戊", 5) == "甲 乙丙丁"
