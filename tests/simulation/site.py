"""The simulated site: its articles, its lists, the events that change them, and its honest answers.

Plain data, and functions of it. Instants are epoch seconds. Which answers are spoiled is said in `faults.py`.
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
HOUR, DAY = 3600, 86400
ROLLS = {"china": 1686, "stock": 2671, "forex": 2487}  # the channels of the roll API, with their ids in it
EMPTY = "forex"  # a channel that never names anything
OTHERS = {"feed": "rss.sina.com.cn/feed.xml", "map": "rss.sina.com.cn/map.xml", "page": "finance.sina.com.cn/list/"}
LISTS = (*OTHERS, *ROLLS)
PAGE_SIZE = 4  # rows on a page of the roll API, so that a day has several
HTML_SIZE = 6  # rows on a page of the HTML list
FEED_SIZE = 15  # entries of the feed
PARAGRAPHS = 4  # of every article; each carries a mark
SITE_FILE = f"""
extends: sina_finance
politeness: {{delay: 0, retries: 0, timeout: 5, concurrency: 2}}
roll: {{page_size: {PAGE_SIZE}}}
lists:
  - {{name: feed, label: 要闻, kind: feed, url: 'https://{OTHERS["feed"]}'}}
  - {{name: far, label: 远方, kind: feed, url: 'https://lists.example/far.xml'}}
  - {{name: map, label: 地图, kind: sitemap, url: 'https://{OTHERS["map"]}'}}
  - name: page
    label: 列表
    kind: html
    url: 'https://{OTHERS["page"]}{{page}}'
    rows: 'ul.list li a'
    when: '(?P<month>\\d\\d)月(?P<day>\\d\\d)日\\s*(?P<hour>\\d\\d):(?P<minute>\\d\\d)'
"""


# What there is


@dataclass(slots=True)
class Article:
    """An article. Its first version is that of its publication; each edit adds one."""

    number: int
    published: int
    edits: list[int] = field(default_factory=list)  # when each later version began
    gone: int | None = None  # when it was withdrawn
    status: int = 404  # that its page has from then on

    def version(self, now: int) -> int:
        """The number of the version that its page has at an instant, from 1."""
        return 1 + sum(edit <= now for edit in self.edits)


@dataclass(slots=True)
class Entry:
    """A row of a list. `form` is added to the article's address, which stays the same article's."""

    number: int
    ctime: int
    mtime: int
    form: str = ""


@dataclass(slots=True)
class Site:
    """Everything that the site has now."""

    articles: dict[int, Article] = field(default_factory=dict)
    lists: dict[str, list[Entry]] = field(default_factory=lambda: {name: [] for name in LISTS})

    def rows(self, name: str) -> list[Entry]:
        """The rows of a list, the newest first."""
        return sorted(self.lists[name], key=lambda row: (-row.ctime, -row.number, row.form))


# What happens to it


@dataclass(frozen=True, slots=True)
class New:
    """A new article, in some lists."""

    at: int
    number: int
    published: int
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A page that changes; where it is `noted`, the lists' time of change moves as well."""

    at: int
    number: int
    noted: bool


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An article that leaves all lists, and whose page is answered with `status` from then on."""

    at: int
    number: int
    status: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A list that names an article once more, or another list's article, by another form of its address."""

    at: int
    number: int
    name: str
    form: str


Event = New | Edit | Withdraw | Duplicate


def happen(site: Site, event: Event) -> None:
    """Changes the site by an event. An event of an article that does not exist, or is gone, changes nothing."""
    if isinstance(event, New):
        site.articles[event.number] = Article(event.number, event.published)
        for name in event.lists:
            site.lists[name].append(Entry(event.number, event.published, event.published))
        return
    article = site.articles.get(event.number)
    if article is None or article.gone is not None:
        return
    if isinstance(event, Edit):
        article.edits.append(event.at)
        for row in named(site, event.number) if event.noted else ():
            row.mtime = event.at
    elif isinstance(event, Withdraw):
        article.gone, article.status = event.at, event.status
        for name, rows in site.lists.items():
            site.lists[name] = [row for row in rows if row.number != event.number]
    else:
        site.lists[event.name].append(Entry(event.number, article.published, article.published, event.form))


def named(site: Site, number: int) -> Iterator[Entry]:
    """The rows of all lists that name an article."""
    return (row for rows in site.lists.values() for row in rows if row.number == number)


# How it is addressed


def key_of(number: int) -> str:
    """The article's key in the ledger."""
    return f"abcdefg{number:07}"


def number_of(key: str) -> int:
    """The article that a key of the ledger is."""
    return int(key[-7:])


def url_of(article: Article) -> str:
    """The address of an article's page."""
    return f"https://finance.sina.com.cn/china/{day_of(article.published)}/doc-i{key_of(article.number)}.shtml"


def title_of(number: int) -> str:
    """The title of an article, which no edit changes."""
    return f"某地第{number:05}號報告的用電量繼續增長" if is_big5(number) else f"某地第{number:05}号报告的用电量继续增长"


def is_big5(number: int) -> bool:
    """Whether the page of an article is in Big5, and only the header of its answer says so."""
    return number % 6 == 1


def has_moved(number: int) -> bool:
    """Whether lists name an article by an address whose page leads to its own by a refresh."""
    return number % 9 == 4


def date_shown(when: datetime, number: int) -> str:
    """The time that the page of an article shows, in one of the forms of Chinese pages."""
    clock = f"{when:%H:%M}"
    word = "凌晨" if when.hour < 1 else "上午" if when.hour < 12 else "下午"
    half = f"{word} {(when.hour - 1) % 12 + 1}:{when:%M}"
    forms = (clock, clock, f"星期三 {clock}", f"（周三）{clock}", half, f"| {clock}", f"，{clock}")
    return f"{when:%Y年%m月%d日} {forms[number % len(forms)]}"


def day_of(instant: int) -> str:
    """The day of an instant in Beijing, as YYYY-MM-DD."""
    return datetime.fromtimestamp(instant, BEIJING).date().isoformat()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: `kind` is `roll`, `feed`, `map`, `page`, `article`, `moved`, `robots` or `other`."""

    kind: str
    name: str = ""  # of the list
    start: int = 0  # of the window of a roll
    end: int = 0
    page: int = 1
    number: int = 0  # of the article

    @property
    def is_list(self) -> bool:
        """Whether it is the page of a list."""
        return bool(self.name)


def asked_by(url: str) -> Asked:
    """What the request for an address asks for."""
    parts = urlsplit(url)
    if parts.path == "/robots.txt":
        return Asked("robots")
    if parts.path.startswith("/api/roll/"):
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items() if values[0].isdecimal()}
        name = next(name for name, lid in ROLLS.items() if lid == query["lid"])
        return Asked("roll", name, query["etime"], query["stime"], query["page"])
    address = f"{parts.netloc}{parts.path}"
    for name, place in OTHERS.items():
        if address.startswith(place):
            return Asked(name, name, page=int(address.removeprefix(place) or 1))
    match = re.search(r"doc-iabcdefg(\d{7})\.shtml", parts.path)
    kind = "moved" if parts.path.startswith("/moved/") else "article"
    return Asked(kind, number=int(match[1])) if match else Asked("other")


# What it answers


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as Scrapy's download handler gives it. `error`: there is none, for this reason.

    `flags` are Scrapy's: `partial` for a body that ended with the connection, `dataloss` for one that ended too early.
    `length`: whether it has a Content-Length; a body that is cut later keeps that of the whole.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    error: str = ""


def honest_answer(site: Site, asked: Asked, now: int, etag: str = "") -> Answer:
    """What the site answers when nothing is wrong. `etag`: the validator that the request came with."""
    if asked.kind == "robots":
        return Answer(status=404, headers=dated(now) if now % 2 else ())
    if asked.kind == "article":
        return article_answer(site, asked.number, now, etag)
    if asked.kind == "moved" and asked.number in site.articles:
        leads = f'<meta http-equiv="refresh" content="0; url={url_of(site.articles[asked.number])}">'
        return Answer(page_of("新浪财经", "", leads), headers=dated(now))
    if asked.kind in ("other", "moved"):
        return Answer(page_of("新浪财经首页", "<p>首页</p>"), headers=dated(now))
    rows = rows_asked(site, asked)
    if asked.kind == "roll":
        part = rows[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE]
        return Answer(roll_body(site, part, len(rows)), kind="application/json", headers=dated(now))
    if asked.kind == "page":
        part = rows[(asked.page - 1) * HTML_SIZE : asked.page * HTML_SIZE]
        return Answer(html_body(site, part), headers=dated(now))
    body = feed_body(site, rows) if asked.kind == "feed" else map_body(site, rows)
    return Answer(body, kind="text/xml", headers=dated(now))


def rows_asked(site: Site, asked: Asked) -> list[Entry]:
    """All rows that the list has of what is asked for: of the window of a roll, of a feed only its newest."""
    rows = site.rows(asked.name)
    if asked.kind == "roll":
        return [row for row in rows if asked.start <= row.ctime < asked.end]
    return rows[:FEED_SIZE] if asked.kind == "feed" else rows


def rows_on_page(site: Site, asked: Asked) -> list[Entry]:
    """The rows that the honest answer has."""
    size = {"roll": PAGE_SIZE, "page": HTML_SIZE}.get(asked.kind, 10**6)
    return rows_asked(site, asked)[(asked.page - 1) * size : asked.page * size]


def dated(now: int) -> tuple[tuple[str, str], ...]:
    """The header with the server's time."""
    return (("Date", format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)),)


def article_answer(site: Site, number: int, now: int, etag: str) -> Answer:
    """The page of an article; every second one has a validator, and is not sent again if that is known."""
    article = site.articles.get(number)
    if article is None or (article.gone is not None and article.gone <= now):
        return Answer(page_of("出错", "<p>出错</p>"), article.status if article else 404, headers=dated(now))
    version = article.version(now)
    own = f'"{number}-{version}"' if number % 2 else ""
    headers = (*dated(now), *((("ETag", own),) if own else ()))
    if own and own == etag:
        return Answer(status=304, headers=headers)
    kind = "text/html; charset=big5" if is_big5(number) else "text/html; charset=utf-8"
    return Answer(article_page(article, version), kind=kind, headers=headers)


def article_page(article: Article, version: int) -> bytes:
    """The page of a version of an article, in one of Sina's designs; each paragraph carries its mark."""
    when = datetime.fromtimestamp(article.published, BEIJING)
    big5 = is_big5(article.number)
    says = "今年上半年增長百分之四。" if big5 else "周三公布的数据显示，某地上半年用电量同比增长百分之四。"
    text = "".join(f"<p>　　{mark(article.number, version, part)}{says}</p>\n" for part in range(PARAGRAPHS))
    head = f'<meta property="og:url" content="{url_of(article)}">'
    page = page_of(
        title_of(article.number) if big5 else f"{title_of(article.number)}_新浪财经_新浪网",
        f'<h1 class="main-title">{title_of(article.number)}</h1><div class="date-source">'
        f'<span class="date">{date_shown(when, article.number)}</span> <span class="source">江畔日報</span></div>\n'
        f'<div class="article" id="artibody">\n{text}</div>',
        head,
    )  # fmt: skip
    return page.replace(b'<meta charset="utf-8">', b"").decode().encode("big5") if big5 else page


def page_of(title: str, body: str, head: str = "") -> bytes:
    """A page in HTML."""
    start = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
    return f"{start}<body>\n{body}</body></html>".encode()


def mark(number: int, version: int, part: int) -> str:
    """The mark that a paragraph of a version of an article carries."""
    return f"文號{number}之{version}之{part}完。"


def marks_in(text: str) -> list[tuple[int, int, int]]:
    """The marks of a text, as (number, version, part)."""
    return [(int(n), int(v), int(p)) for n, v, p in re.findall(r"文號(\d+)之(\d+)之(\d+)完。", text)]


def link_of(site: Site, row: Entry) -> str:
    """The address by which a row names its article."""
    url = url_of(site.articles[row.number])
    return (url.replace("/china/", "/moved/") if has_moved(row.number) else url) + row.form


def roll_body(site: Site, rows: Sequence[Entry], total: int) -> bytes:
    """A page of the roll API."""
    data = [
        {
            "docid": f"comos:{key_of(row.number)}", "url": link_of(site, row), "title": title_of(row.number),
            "ctime": str(row.ctime), "intime": str(row.ctime), "mtime": str(row.mtime),
        }
        for row in rows
    ]  # fmt: skip
    return json.dumps({"result": {"status": {"code": 0, "msg": "succ"}, "total": total, "data": data}}).encode()


def feed_body(site: Site, rows: Sequence[Entry]) -> bytes:
    """A feed."""
    items = "".join(
        f"<item><title>{title_of(row.number)}</title><link>{link_of(site, row)}</link>"
        f"<pubDate>{format_datetime(datetime.fromtimestamp(row.ctime, BEIJING))}</pubDate></item>\n"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss><channel>{items}</channel></rss>'.encode()


def map_body(site: Site, rows: Sequence[Entry]) -> bytes:
    """A sitemap."""
    urls = "".join(
        f"<url><loc>{link_of(site, row)}</loc><lastmod>{datetime.fromtimestamp(row.mtime, BEIJING).isoformat()}"
        f"</lastmod><news:news><news:publication_date>{datetime.fromtimestamp(row.ctime, BEIJING).isoformat()}"
        f"</news:publication_date><news:title>{title_of(row.number)}</news:title></news:news></url>\n"
        for row in rows
    )
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f'<?xml version="1.0" encoding="utf-8"?><urlset {spaces}>{urls}</urlset>'.encode()


def html_body(site: Site, rows: Sequence[Entry]) -> bytes:
    """A page of the HTML list."""
    items = "".join(
        f'<li><a href="{link_of(site, row)}">{title_of(row.number)}</a>'
        f"<span>({datetime.fromtimestamp(row.ctime, BEIJING):%m月%d日 %H:%M})</span></li>\n"
        for row in rows
    )
    return page_of("列表", f'<ul class="list">{items}</ul>')


def packed(answer: Answer) -> Answer:
    """An answer with its body packed."""
    return Answer(
        gzip.compress(answer.body, mtime=0), answer.status, answer.kind, (*answer.headers, ("Content-Encoding", "gzip"))
    )
