"""The lists of a generated site: the roll API, its faults, static pages, the feed and the sitemap."""

import html
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from newscrawl.demo.fake_site.entries import FakeRow
from newscrawl.demo.fake_site.pages import ERROR, old_page
from newscrawl.demo.fake_site.plan import BEIJING, FOREIGN
from newscrawl.demo.fake_site.story import figures, story

# How lists show it --------------------------------------------------------------------------------------------------

FIELDS = (
    "oid docid url wapurl title stitle summary wapsummary intro ctime mtime intime author authoruid level img images "
    "commentid vid ipad_vid keywords categoryid channelid mediaid columnid subjectid templateid productid lids mlids "
    "ext_0 ext_1 ext_2 ext_3 ext_4 ext media_name video_id video_time_length urls wapurls hqChart icons is_cre_manual"
).split()
TIMES = ("ctime", "mtime", "intime")


def item(row: FakeRow) -> dict[str, Any]:
    """A row as in the roll API, with the 44 keys of recorded answers."""
    entry = row.entry
    details = figures(entry.seed, entry.docid)
    content = story(entry.seed, entry.docid, entry.listed)
    wapurl = "" if entry.kind in FOREIGN or entry.number % 7 == 0 else entry.mobile
    picture = {"u": f"https://n.sinaimg.cn/finance/{entry.docid}.jpg", "w": "550", "h": 366}
    chart = {"stockCharts": "daily", "stockCode": details.stock[2:], "stockMarket": details.stock[:2]}
    return dict.fromkeys(FIELDS, "") | {
        "oid": str(entry.number + 1),
        "docid": entry.docid if entry.number % 10 == 0 else f"comos:{entry.docid}",
        "url": row.url,
        "wapurl": wapurl,
        "title": content.title,
        "stitle": content.title[:12],
        "intro": f" {content.paragraphs[0]}",
        "summary": content.paragraphs[0],
        "ctime": str(row.ctime),
        "mtime": str(entry.mtime),
        "intime": str(entry.intime),
        "author": "0",
        "img": picture if details.caption else [],
        "images": [picture] if details.caption else [],
        "commentid": f"cj:comos-{entry.docid}:0",
        "keywords": f"{details.company},{details.stock}",
        "lids": ",".join(map(str, sorted(set(entry.lids)))),
        "media_name": details.source,
        "urls": escaped([row.url]),
        "wapurls": escaped([wapurl] if wapurl else []),
        "hqChart": escaped(chart) if entry.number % 3 == 0 else "",
    }


def escaped(value: Any) -> str:
    """JSON as Sina writes it: without spaces, with non-ASCII characters as \\uXXXX and slashes escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def envelope(rows: Sequence[FakeRow], lid: int, start: int, total: int, now: int) -> dict[str, Any]:
    """An answer of the roll API as data. `start`: the index of its first row; `now`: epoch seconds."""
    stamp = datetime.fromtimestamp(now, BEIJING)
    result = {
        "status": {"code": 0, "msg": "succ"},
        "timestamp": f"{stamp:%a %b %d %H:%M:%S %z %Y}",
        "top": [],
        "pdps": [],
        "cre": [],
        "total": total,
        "end": start + len(rows),
        "start": start,
        "lid": lid,
        "rtime": now,
        "data": [item(row) for row in rows],
    }
    return {"result": result}


def jsonp(text: str, callback: str) -> str:
    """An answer as JSONP, as Sina writes it."""
    return f"try{{{callback}({text});}}catch(e){{}};"


Fault = Callable[[dict[str, Any]], tuple[int, str, str]]  # status, body and content type
JSON = "application/json"
# Faulty answers of the roll API, each made from the correct answer.
FAULTS: dict[str, Fault] = {
    "jsonp": lambda answer: (200, jsonp(escaped(answer), "jsonpcallback"), "application/javascript"),
    "string": lambda answer: (200, json.dumps(escaped(answer)), JSON),
    "no_result": lambda _: (200, "{}", JSON),
    "null_data": lambda answer: (200, escaped(with_data(answer, None)), JSON),
    "dict_data": lambda answer: (200, escaped(with_data(answer, dict(enumerate(answer["result"]["data"])))), JSON),
    "int_times": lambda answer: (
        200,
        escaped(with_data(answer, [int_times(row) for row in answer["result"]["data"]])),
        JSON,
    ),
    "html": lambda _: (200, ERROR, "text/html"),
    "empty": lambda _: (200, "", JSON),
    "half": lambda answer: (200, escaped(answer)[: len(escaped(answer)) // 2], JSON),
    "500": lambda _: (500, ERROR, "text/html"),
    "bad_status": lambda _: (200, escaped({"result": {"status": {"code": 11, "msg": "lid error"}}}), JSON),
}


def with_data(answer: dict[str, Any], data: Any) -> dict[str, Any]:
    """An answer of the roll API with other `data`."""
    return {"result": answer["result"] | {"data": data}}


def int_times(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its times as numbers instead of strings."""
    return row | {name: int(row[name]) for name in TIMES}


def roll_page(rows: Iterable[FakeRow]) -> bytes:
    """A page of the static roll (`/roll/index.d.html`), five rows a list, in GBK."""
    cells = [
        f'<li><a href="{html.escape(row.url)}" target="_blank">{html.escape(row.entry.title(row.entry.listed))}</a>'
        f"<span>({clock(row):%m月%d日 %H:%M})</span></li>"
        for row in rows
    ]
    fives = ("\n".join(cells[at : at + 5]) for at in range(0, len(cells), 5))
    body = "\n".join(f'<ul class="list_009">\n{five}\n</ul>' for five in fives)
    return old_page("滚动新闻", f'<ul class="nav"><li><a href="/">首页</a></li></ul>\n{body}')


def stock_page(rows: Iterable[FakeRow], following: str) -> bytes:
    """A page of a stock's news (`vCB_AllNewsStock.php`) in GBK, with a link to the next page if there is one."""
    body = "\n".join(
        f"{clock(row):%Y-%m-%d}&nbsp;{clock(row):%H:%M}&nbsp;&nbsp;<a target='_blank' href='{html.escape(row.url)}'>"
        f"{html.escape(row.entry.title(row.entry.listed))}</a> <br>"
        for row in rows
    )
    onward = f'<a href="{html.escape(following)}">下一页</a>' if following else ""
    return old_page(
        "个股资讯",
        f'<div class="datelist"><ul>\n{body}\n</ul></div>\n<div style="margin:5px;float:right;">{onward}</div>',
    )


def rss(rows: Iterable[FakeRow], base: str) -> bytes:
    """The feed (RSS 2.0)."""
    items = "".join(
        f"<item><title>{html.escape(row.entry.title(row.entry.listed))}</title><link>{html.escape(row.url)}</link>"
        f"<guid>{html.escape(row.url)}</guid>"
        f"<pubDate>{format_datetime(clock(row).astimezone(UTC), usegmt=True)}</pubDate></item>\n"
        for row in rows
    )
    head = f"<title>滚动</title><link>{base}/</link><description>滚动</description>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>'.encode()
    )


def sitemap(rows: Iterable[FakeRow]) -> bytes:
    """The sitemap (sitemaps.org 0.9): URLs with the times of their last changes."""
    urls = "".join(
        f"<url><loc>{html.escape(row.url)}</loc>"
        f"<lastmod>{datetime.fromtimestamp(row.entry.mtime, BEIJING).isoformat()}</lastmod></url>\n"
        for row in rows
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{space}">\n{urls}</urlset>'.encode()


def clock(row: FakeRow) -> datetime:
    """The publication time of a row's article, in Beijing time."""
    return datetime.fromtimestamp(row.ctime, BEIJING)
