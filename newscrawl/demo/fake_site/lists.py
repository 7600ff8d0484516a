"""The lists of a generated site."""

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
    """A row as the roll API gives it: the 44 keys that were recorded."""
    entry = row.entry
    own = figures(entry.seed, entry.docid)
    told = story(entry.seed, entry.docid, entry.listed)
    wapurl = "" if entry.kind in FOREIGN or entry.number % 7 == 0 else entry.mobile
    picture = {"u": f"https://n.sinaimg.cn/finance/{entry.docid}.jpg", "w": "550", "h": 366}
    chart = {"stockCharts": "daily", "stockCode": own.stock[2:], "stockMarket": own.stock[:2]}
    return dict.fromkeys(FIELDS, "") | {
        "oid": str(entry.number + 1),
        "docid": entry.docid if entry.number % 10 == 0 else f"comos:{entry.docid}",
        "url": row.url,
        "wapurl": wapurl,
        "title": told.title,
        "stitle": told.title[:12],
        "intro": f" {told.paragraphs[0]}",
        "summary": told.paragraphs[0],
        "ctime": str(row.ctime),
        "mtime": str(entry.mtime),
        "intime": str(entry.intime),
        "author": "0",
        "img": picture if own.caption else [],
        "images": [picture] if own.caption else [],
        "commentid": f"cj:comos-{entry.docid}:0",
        "keywords": f"{own.company},{own.stock}",
        "lids": ",".join(map(str, sorted(set(entry.lids)))),
        "media_name": own.source,
        "urls": escaped([row.url]),
        "wapurls": escaped([wapurl] if wapurl else []),
        "hqChart": escaped(chart) if entry.number % 3 == 0 else "",
    }


def escaped(value: Any) -> str:
    """JSON as Sina writes it: no blanks, \\uXXXX for all that is not ASCII, and slashes escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def envelope(rows: Sequence[FakeRow], lid: int, start: int, total: int, now: int) -> dict[str, Any]:
    """The roll API's answer as data."""
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
    """An answer as a call of a function."""
    return f"try{{{callback}({text});}}catch(e){{}};"


Odd = Callable[[dict[str, Any]], tuple[int, str, str]]  # status, body and content type
JSON = "application/json"
# The roll API's odd answers, made of what it had to say.
FAULTS: dict[str, Odd] = {
    "jsonp": lambda said: (200, jsonp(escaped(said), "jsonpcallback"), "application/javascript"),
    "string": lambda said: (200, json.dumps(escaped(said)), JSON),
    "no_result": lambda _: (200, "{}", JSON),
    "null_data": lambda said: (200, escaped(with_data(said, None)), JSON),
    "dict_data": lambda said: (200, escaped(with_data(said, dict(enumerate(said["result"]["data"])))), JSON),
    "int_times": lambda said: (200, escaped(with_data(said, [int_times(row) for row in said["result"]["data"]])), JSON),
    "html": lambda _: (200, ERROR, "text/html"),
    "empty": lambda _: (200, "", JSON),
    "half": lambda said: (200, escaped(said)[: len(escaped(said)) // 2], JSON),
    "500": lambda _: (500, ERROR, "text/html"),
    "bad_status": lambda _: (200, escaped({"result": {"status": {"code": 11, "msg": "lid error"}}}), JSON),
}


def with_data(said: dict[str, Any], data: Any) -> dict[str, Any]:
    """An answer of the roll API with other rows."""
    return {"result": said["result"] | {"data": data}}


def int_times(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose times are numbers."""
    return row | {name: int(row[name]) for name in TIMES}


def roll_page(rows: Iterable[FakeRow]) -> bytes:
    """A page of the static roll (`/roll/index.d.html`), five lines a list, in GBK."""
    cells = [
        f'<li><a href="{html.escape(row.url)}" target="_blank">{html.escape(row.entry.title(row.entry.listed))}</a>'
        f"<span>({clock(row):%m月%d日 %H:%M})</span></li>"
        for row in rows
    ]
    fives = ("\n".join(cells[at : at + 5]) for at in range(0, len(cells), 5))
    body = "\n".join(f'<ul class="list_009">\n{five}\n</ul>' for five in fives)
    return old_page("滚动新闻", f'<ul class="nav"><li><a href="/">首页</a></li></ul>\n{body}')


def stock_page(rows: Iterable[FakeRow], following: str) -> bytes:
    """A page of a stock's news (`vCB_AllNewsStock.php`) in GBK, with a link to the following one if there is one."""
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
    """The feed."""
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
    """The list of addresses with the times of their last changes."""
    urls = "".join(
        f"<url><loc>{html.escape(row.url)}</loc>"
        f"<lastmod>{datetime.fromtimestamp(row.entry.mtime, BEIJING).isoformat()}</lastmod></url>\n"
        for row in rows
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{space}">\n{urls}</urlset>'.encode()


def clock(row: FakeRow) -> datetime:
    """When a row's article was published, as Beijing's clocks show it."""
    return datetime.fromtimestamp(row.ctime, BEIJING)
