"""A second site, defined by data only: its ids, fields and lists, and a crawl from end to end."""

import json
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from sqlalchemy import update

from newscrawl import extract
from newscrawl.crawl.task import task_of
from newscrawl.demo.site import PAGES
from newscrawl.errors import SiteError
from newscrawl.ledger.coverage import silences
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.queue import note
from newscrawl.ledger.schema import items
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.model import Site
from newscrawl.sites.urls import Address, address, is_allowed
from tests.conftest import ROOT, Run
from tests.support.server import Answer, Serve, Server

PEOPLE = load_site("people_finance")
HARBOUR = (PAGES / "people_finance" / "rm2020_harbour.html").read_bytes()
LAMPS = (PAGES / "people_finance" / "rwb2015_lamps.html").read_bytes()
NOW = "2026-03-07T12:00:00+08:00"


def names_of(site: Site) -> list[str]:
    """The names of the site's channels and lists: the arguments of a crawl and the keys of the coverage."""
    return [channel.name for channel in site.channels] + [listing.name for listing in site.lists]


def people(path: str, host: str = "http://finance.people.com.cn") -> Address:
    return address(host + path, PEOPLE)


@pytest.mark.parametrize(
    ("path", "docid", "channel", "date"),
    [
        ("/n1/2026/0306/c1004-40600001.html", "people-40600001", "c1004", "20260306"),
        ("/n1/2026/0306/c1004-40600001-2.html?x=1#liuyan", "people-40600001", "c1004", "20260306"),
        ("/fund/n/2015/0918/c201329-27601887.html", "people-27601887", "c201329", "20150918"),
        ("/GB/9626633.html", "people-9626633", "", ""),
        ("/GB/1037/4123456.html", "people-4123456", "1037", ""),
        ("/GB/70846/index2.html", "", "", ""),
        ("/BIG5/n1/2026/0306/c1004-40600001.html", "", "", ""),
    ],
)
def test_addresses(path: str, docid: str, channel: str, date: str) -> None:
    found = people(path)
    assert (found.docid, found.channel, found.date, found.is_article) == (docid, channel, date, bool(docid))


def test_one_article_one_key() -> None:
    forms = [
        people("/n1/2026/0306/c1004-40600001.html"),
        people("/n1/2026/0306/c1004-40600001-3.html"),
        people("/n1/2026/0306/c153180-40600001.html"),
        people("/n1/2026/0306/c1004-40600001.html", "https://finance.people.com.cn:443"),
        people("/n1/2026/0306/c42877-40600001.html", "http://money.people.com.cn"),
    ]
    assert {form.key for form in forms} == {"people-40600001-20260306"}
    assert forms[1].page == 3
    assert (
        forms[3].url == forms[0].url == forms[1].url == "http://finance.people.com.cn/n1/2026/0306/c1004-40600001.html"
    )


def test_two_sites_have_no_name_in_common() -> None:
    """The same number on the same day is two articles: sites may share an archive."""
    sina = address("http://finance.sina.com.cn/china/20140924/012018372262.shtml", load_site("sina_finance"))
    other = people(f"/n/2014/0924/c1004-{sina.did}.html")
    assert (sina.did, sina.date) == (other.did, other.date)
    assert sina.key != other.key
    assert sina.docid != other.docid
    sites = [load_site(name) for name in site_names()]
    for names in (
        [site.prefix for site in sites],
        [name for site in sites for name in names_of(site)],
        [layout.name for site in sites for layout in (*site.layouts, site.briefs) if layout],
        [host for site in sites for host in site.hosts],
    ):
        assert len(set(names)) == len(names)


def test_only_its_own_hosts_are_allowed() -> None:
    assert is_allowed("http://money.people.com.cn/x", PEOPLE)
    assert not is_allowed("http://finance.people.com.cn:8080/x", PEOPLE)
    assert not is_allowed("http://people.com.cn.evil.example/x", PEOPLE)


def test_record_of_a_page() -> None:
    record = extract(HARBOUR, site="people_finance").record()
    assert record.pop("html").count("\n") == 7
    assert record == {
        "url": "http://finance.people.com.cn/n1/2026/0306/c1004-40600001.html",
        "docid": "people-40600001",
        "title": "临港码头的第一船粮食",
        "author": "人民网－江畔日报",
        "source": "人民网－江畔日报",
        "byline": ["陶喆镕", "许知远"],
        "editor": "何小舟、支全明",
        "published": "2026-03-06T08:15:00+08:00",
        "modified": None,
        "channel": "c1004",
        "categories": ["金融", "人民网", "人民网－财经"],
        "keywords": ["临港", "码头", "粮食"],
        "stocks": [],
        "original_title": "第一船粮食靠港了",
        "images": [
            {"src": "http://finance.people.com.cn/NMediaFile/2026/0306/MAIN202603060815000001.jpg", "caption": ""}
        ],
        "headimg": "http://finance.people.com.cn/NMediaFile/2026/0306/MAIN202603060815000001.jpg",
        "text": (
            "3月5日清晨，装着6.3万吨玉米的货船靠上临港码头，同比早了12天。\n仓容还够不够\n"
            "来源可靠的数据说，仓容还剩4成 & 足够。此前有人担心。\n品种 | 吨\n玉米 | 63000"
        ),
        "layout": "rm2020",
        "site": "people_finance",
        "kicker": "",
        "subtitle": "",
    }


def test_a_page_without_its_visible_date_has_the_day_of_its_meta() -> None:
    undated = HARBOUR.replace("2026年03月06日08:15".encode("gb18030"), b"")
    assert extract(undated, site="people_finance").record()["published"] == "2026-03-06T00:00:00+08:00"


def test_defaults_of_a_site_file_are_neutral(tmp_path: Path) -> None:
    """A minimal site file reads a page: the defaults hold no data of another site."""
    path = tmp_path / "least.yaml"
    values = {
        "name": "least", "spider": "sina_finance", "label": "小报", "timezone": "Asia/Shanghai",
        "hosts": ["paper.example"], "urls": [r"^/(?P<id>\w+)\.html$"],
        "layouts": [{"name": "only", "title": "h1", "body": "article", "date": "time"}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    page = (
        '<!-- published at 2026-01-01 00:00:00 --><meta name="mediaid" content="别家"><meta name="keywords" content="甲,sina.cn">'
        '<h1>题_新浪网</h1><time>2026年03月01日 08:00</time><article><p cms-style="b"><font cms-style="c">文</font></p>'
        '<img src="/1.jpg"><span id="stock_sz300750">宁德</span></article>'
    )
    record = extract(page.encode(), "http://paper.example/a1.html", str(path)).record()
    fields = ("url", "docid", "title", "author", "source", "keywords", "stocks", "categories", "html")
    assert [record[name] for name in fields] == [
        "https://paper.example/a1.html", "", "题_新浪网", "小报", "", ["甲", "sina.cn"], [], [],
        '<p>文</p>\n<p><img src="https://paper.example/1.jpg" referrerpolicy="no-referrer">宁德</p>',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prefix: Sina/", "prefix"),
        ("scheme: ftp", "scheme"),
        ("path_value: abc", "path_value, but has no group"),
        ("image_resized: abc", "image_resized, but has no group"),
        ("never_dates: [{place: x, match: abc, why: because}]", "the date of x, but has no group"),
        ("roll: {url: 'http://a/', docid: '('}", "unterminated"),
    ],
)
def test_errors_have_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(f"extends: people_finance\n{text}\n", encoding="utf-8")
    with pytest.raises(SiteError) as raised:
        load_site(str(path))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_crawl_without_channels_reads_them_all() -> None:
    now = datetime.fromisoformat(NOW)
    every = tuple(listing.name for listing in PEOPLE.lists)
    assert task_of(PEOPLE, [], "", "", None, now).channels == every
    sina = load_site("sina_finance")
    assert task_of(sina, [], "", "", None, now).channels == tuple(channel.name for channel in sina.channels)
    with pytest.raises(ValueError, match=f"no channel named china.*{', '.join(every)}"):
        task_of(PEOPLE, ["china"], "", "", None, now)


def test_silence_of_a_list_without_times(tmp_path: Path) -> None:
    """The articles' own dates are used instead."""
    day = 86400
    with Ledger(tmp_path) as ledger:
        for number in range(20):
            url = f"http://finance.people.com.cn/n1/2026/0101/c1004-{40000000 + number}.html"
            with ledger.transaction() as connection:
                note(connection, 1, "people", "2026-01-01", [ListedItem(str(number), url)], 0)
                connection.execute(
                    update(items).where(items.c.key == str(number)).values(published=(number + 1) * 3600)
                )
        with ledger.reading() as connection:
            assert silences(connection, ["people"], 21 * 3600) == {}
            assert silences(connection, ["people"], 2 * day)["people"].last == 20 * 3600


def list_page(links: dict[str, str], following: str = "") -> Answer:
    """A page of a list in the site's form: links, a day beside each, the pager."""
    rows = "".join(
        f"<li><a href='{url}' target=_blank>{title}</a> <em>2026-03-06</em></li>" for url, title in links.items()
    )
    pager = f'<a class="common_current_page">1</a>&nbsp;<a href="{following}">下一页</a>' if following else ""
    text = f'<html><head><meta charset="gb2312"></head><body><ul class="list_16 mt10">{rows}</ul>'
    return Answer(f'{text}<div class="page_n clearfix">{pager}</div></body></html>'.encode("gb18030"))


def page(number: int, day: str, title: str) -> bytes:
    """A page of the design of 2015 with a number and a day."""
    text = LAMPS.decode("gb18030").replace("路灯厂的三次转身", title).replace("28700003", str(number))
    return text.replace("2016年09月15日", day).encode("gb18030")


def site_file(server: Server, folder: Path) -> Path:
    """A site file that replaces the site by the server; the lists are those of the built-in file."""
    built_in = yaml.safe_load((ROOT / "newscrawl" / "sites" / "people_finance.yaml").read_text("utf-8"))
    lists = [{**entry, "url": server.base + urlsplit(entry["url"]).path} for entry in built_in["lists"]]
    politeness = {"delay": 0, "concurrency": 4}
    values = {"extends": "people_finance", "hosts": ["127.0.0.1"], "politeness": politeness, "lists": lists}
    path = folder / "people.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return path


def test_crawl_from_end_to_end(newscrawl: Run, server: Serve, tmp_path: Path) -> None:
    """Lists and an article of several pages, an article that only the sitemap names; a second run fetches only lists."""
    site = server({})
    new, two, alone = (f"/n1/2026/030{d}/c1004-4060000{n}" for d, n in ((6, 1), (5, 2), (6, 3)))
    pager = f'<div class="zdfy clearfix"><a href="{two}.html">1</a><a href="{two}-2.html">2</a>'.encode()
    first = page(40600002, "2026年03月05日", "两页的文章").replace(b'<div class="zdfy clearfix">', pager)
    second = page(40600002, "2026年03月05日", "两页的文章").replace(
        "80万元".encode("gb18030"), "第二页".encode("gb18030")
    )
    others = {
        f"http://{host}.people.com.cn/n1/2026/0306/c1-4060000{n}.html": host for n, host in ((8, "tv"), (9, "world"))
    }
    places = (f"<url><loc>{site.base}{one}.html</loc><lastmod>2026-03-06</lastmod></url>" for one in (new, alone))
    site.answers |= {
        "/GB/70846/index.html": list_page({f"{new}.html": "第一船粮食", **others}, "index2.html#fy01"),
        "/GB/70846/index2.html": list_page({f"{two}.html": "两页的文章", "/GB/70846/index.html": "滚动"}, "index3.html"),
        "/GB/70846/index3.html": list_page({"/n1/2026/0301/c1004-40590000.html": "旧的"}, "index4.html"),
        "/GB/153179/153522/index.html": list_page({f"{new}.html": "第一船粮食"}),
        "/GB/414330/index.html": list_page({f"{site.base}{two.replace('c1004', 'c414330')}.html": "两页的文章"}),
        "/sitemap/cn/finance/news_sitemap.xml": Answer(f"<urlset>{''.join(places)}</urlset>".encode()),
        f"{new}.html": Answer(HARBOUR),
        f"{two}.html": Answer(first),
        f"{two}-2.html": Answer(second),
        f"{alone}.html": Answer(page(40600003, "2026年03月06日", "只在地图上")),
    }  # fmt: skip
    command = ("crawl", "--site", site_file(site, tmp_path), "-o", "kept", "--since", "2d", "--now", NOW, "--json")
    done = newscrawl(*command)
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, summary["posts"]) == (0, {"written": 3, "unchanged": 0, "revised": 0}), (
        done.stderr.decode()
    )
    assert all(day["balanced"] for days in summary["coverage"].values() for day in days.values())
    assert summary["coverage"]["people"]["2026-03-06"]["not_article"] == {"offsite": 1, "video": 1}
    assert set(summary["coverage"]) == {listing.name for listing in PEOPLE.lists}
    requested = site.paths()
    assert "/GB/70846/index4.html" not in requested  # by its addresses, the page before is older than --since
    assert requested.count(f"{new}.html") == requested.count(f"{two}.html") == requested.count(f"{two}-2.html") == 1
    posts = {path.name: path.read_text("utf-8") for path in (tmp_path / "kept" / "posts").rglob("*.md")}
    assert set(posts) == {f"2026-03-0{day}-people-4060000{number}.md" for day, number in ((6, 1), (5, 2), (6, 3))}
    assert "第一年亏了第二页" in posts["2026-03-05-people-40600002.md"]

    site.hits.clear()
    again = newscrawl(*command)
    summary = json.loads(again.stdout.splitlines()[-1])
    assert (again.returncode, summary["posts"]) == (0, {"written": 0, "unchanged": 0, "revised": 0}), (
        again.stderr.decode()
    )
    assert not [path for path in site.paths() if path.startswith("/n1/")]
