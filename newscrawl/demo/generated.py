"""A site of any size, made from a seed: its entries and lists, and the pages and list items that show them.

Every sentence is invented. What an article says is determined by (seed, docid, version) alone; what a real page has
around the text (advertisements, quotes, counters) changes with every answer.
"""

import html
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from itertools import cycle, islice
from operator import itemgetter
from random import Random
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from newscrawl.site import Channel, load_site

BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50  # rows of a list page
DAY = timedelta(days=1)

Kind = Literal["article", "missing", "soft_missing", "broken", "video", "slide", "blog", "elsewhere"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What stands elsewhere; all other kinds have an address of this site.
FOREIGN: dict[Kind, str] = {
    "video": "https://video.sina.com.cn/p/finance/{day}/detail-i{docid}.d.html",
    "slide": "https://slide.finance.sina.com.cn/slide_9_{number}.html",
    "blog": "https://blog.sina.com.cn/s/blog_{docid}.html",
    "elsewhere": "https://k.example.org/finance/{docid}.html",
}
ALIASES = ("{url}?cre=financepagepc&mod=f&loc=4&r=9&doct=0&rfunc=100", "{url}#comments", "{mobile}")

PLACES = "青峦 临沂口 白沙渡 云栖镇 南埠 望海坡 澄湖 东岭 雁洲 梅港 石桥铺".split()
BODIES = "商贸局 轴承厂 渔业社 轨道集团 种业站 仓储协会 纺织园 数据中心 供热公司 码头公司".split()
THINGS = "订单 吞吐量 开工率 库存 出口额 用电量 租金 培训人次 检修次数 新增岗位".split()
MOVES = "增长 下降 回落 提高 放缓 收窄".split()
PEOPLE = "郭砚 闻舟 丁朵朵 贺溪 孟听澜 欧阳砺 柏小青 卢帆 施榕 秦晚舟".split()
CLAUSES = (
    "夜班的灯比去年亮得早 老客户换了新的包装 第二条产线还在调试 工人学会了看图纸 雨季推迟了两周装船 账期缩短到四十天 "
    "样品先寄给了学校 仓库腾出半层给冷链 调度员把表格贴在墙上 旧机器拆成了零件 运价谈了三轮没有结果 村口的站牌改了名字 "
    "设备商答应春节前交货 新规则从下月起试行"
).split()
COMPANIES = "白鹭机电 雁洲重工 南埠出版 青禾种子 折纸科技".split()
SOURCES = "江畔晨报 南岭周刊 澄湖晚报 北麓新闻网 商路观察".split()
SENTENCES = (
    "{place}{body}公布，{thing}同比{move}{number}%，{clause}",
    "按{body}的测算，{thing}每{move}1%，成本就变动{number}元，{clause}",
    "{person}在{place}看到，{clause}，{thing}{move}了{number}%",
    "“{clause}，”{person}说，{place}的{thing}已{move}{number}万",
)
HEADLINES = (
    "{place}{body}{thing}{move}{number}% {clause}",
    "{place}观察：{thing}为何{move}了{number}%",
    "{person}：“{clause}”",
    "{clause}，{place}的{number}天",
)
CHANGES = ("title", "figures", "added", "removed")
FIGURE = re.compile(r"\d+\.\d+")


def today() -> date:
    """The day in Beijing."""
    return datetime.now(BEIJING).date()


def known_channels() -> dict[str, Channel]:
    """Sina's channels by name."""
    return {channel.name: channel for channel in load_site("sina_finance").channels}


def dice(*named: object) -> Random:
    """Chance that is the same for the same name."""
    return Random("/".join(map(str, named)))  # noqa: S311  # nothing is secret here


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The site to generate. All shares are of `items`; `items` are split evenly over channels and days."""

    channels: tuple[str, ...] = ("china", "stock", "world")  # by their names in the site file
    days: int = 5
    last: date = field(default_factory=today)  # the newest day, Beijing
    items: int = 300
    duplicates: float = 0.0  # further rows of articles, under another form of the address or in another channel's list
    videos: float = 0.0
    slides: float = 0.0
    blogs: float = 0.0
    elsewhere: float = 0.0
    missing: float = 0.0  # answered 404
    soft_missing: float = 0.0  # answered 200 with a page that says it is not there
    broken: float = 0.0  # answered 500 for ever
    late: float = 0.0  # at most: articles that come on top of their list while it is paged
    withdrawn: float = 0.0  # at most: articles that leave their list while it is paged, one a list
    slow: float = 0.0
    slow_seconds: float = 0.3
    validators: float = 0.5  # answered with ETag or Last-Modified
    seed: int = 0
    page_cap: int = 0  # list pages past this are empty; 0: none
    total_cap: int = 0  # `total` is never more than this; 0: none

    def __post_init__(self) -> None:
        if self.last > today():
            raise ValueError(f"the last day {self.last} is yet to come")
        known = known_channels()
        if unknown := [name for name in self.channels if name not in known]:
            raise ValueError(f"no channel named {', '.join(unknown)}; known: {', '.join(known)}")
        if not self.channels or self.days < 1:
            raise ValueError("a site needs a channel and a day")
        if sum(self.counts().values()) > self.items:
            raise ValueError("the shares of what is no article are more than all items")

    def count(self, share: float) -> int:
        """How many items a share is."""
        return round(share * self.items)

    def counts(self) -> dict[Kind, int]:
        """How many entries of each kind but articles there are."""
        shares: dict[Kind, float] = {
            "missing": self.missing,
            "soft_missing": self.soft_missing,
            "broken": self.broken,
            "video": self.videos,
            "slide": self.slides,
            "blog": self.blogs,
            "elsewhere": self.elsewhere,
        }
        return {kind: self.count(share) for kind, share in shares.items()}


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """One article of the site (or what the lists name in place of one): the truth about it, as it stands now."""

    seed: int
    number: int  # the running number of the site's entries
    docid: str
    channel: str
    day: date
    kind: Kind
    path: str
    url: str
    ctime: int = 0  # epoch seconds, as the other times
    intime: int = 0
    mtime: int = 0  # as the list says
    modified: int = 0  # as the article's own Last-Modified says
    lids: list[int] = field(default_factory=list)  # of its rows; one of them twice: two rows in that list
    late: bool = False
    waiting: bool = False  # late, and in no list yet
    slow: bool = False
    validator: Literal["etag", "modified", ""] = ""
    version: int = 1
    listed: int = 1  # the version whose title the list shows
    gone: bool = False
    withdrawn: bool = False

    @property
    def living(self) -> bool:
        """Whether it is an article that is served now and was in a list once."""
        return self.kind == "article" and not self.gone and not self.waiting

    @property
    def mobile(self) -> str:
        """The mobile form of the address."""
        return self.url.replace("/doc-i", "/detail-i").replace(".shtml", ".d.html")

    @property
    def etag(self) -> str:
        """Weak, because advertisements and quotes change with every answer."""
        return f'W/"{self.docid}-{self.version}"'

    def title(self, version: int = 0) -> str:
        """The title of a version (0: the present one)."""
        return story(self.seed, self.docid, version or self.version).title

    def paragraphs(self, version: int = 0) -> list[str]:
        """What an extractor must read in a version (0: the present one): captions and table rows are lines too."""
        return lines(story(self.seed, self.docid, version or self.version), figures(self.seed, self.docid))

    def page(self, version: int = 0, noise: int = 0) -> bytes:
        """The page of a version (0: the present one); `noise` is shown by all that is not the article."""
        told = story(self.seed, self.docid, version or self.version)
        created = datetime.fromtimestamp(self.ctime, BEIJING)
        return with_noise(page(told, figures(self.seed, self.docid), self.docid, self.url, created), noise)


@dataclass(slots=True, eq=False)
class Row:
    """A line of a list."""

    entry: Entry
    url: str
    ctime: int


@dataclass(slots=True, eq=False)
class DayList:
    """A channel's list of one day: rows newest first, the late entries to come, and whether one will be withdrawn."""

    channel: Channel
    day: date
    rows: list[Row] = field(default_factory=list)
    waiting: deque[Entry] = field(default_factory=deque)
    withdraws: bool = False

    @property
    def start(self) -> int:
        """The first second of the day."""
        return int(datetime.combine(self.day, datetime.min.time(), BEIJING).timestamp())

    def end(self, now: int) -> int:
        """The second behind the last that an entry can have by now."""
        return max(self.start + 1, min(self.start + 86400, now + 1))

    def top(self) -> int:
        """The newest time of it, of entries still to come too."""
        times = [row.ctime for row in self.rows[:1]] + [entry.ctime for entry in self.waiting]
        return max(times, default=self.start)


# The site -----------------------------------------------------------------------------------------------------------


def generate(plan: Plan, base: str, now: int) -> tuple[list[Entry], list[DayList]]:
    """The entries of a plan, oldest list first, and the lists that name them. No time is later than `now`."""
    known = known_channels()
    days = [plan.last - DAY * back for back in reversed(range(plan.days))]
    lists = [DayList(known[name], day) for day in days for name in plan.channels]
    rng = dice(plan.seed, "plan")
    kinds: list[Kind] = [kind for kind, count in plan.counts().items() for _ in range(count)]
    kinds += ["article"] * (plan.items - len(kinds))
    rng.shuffle(kinds)
    entries = [
        new_entry(plan.seed, number, lists[number % len(lists)], kind, base) for number, kind in enumerate(kinds)
    ]
    articles = [entry for entry in entries if entry.kind == "article"]
    for number, entry in enumerate(rng.sample(articles, min(plan.count(plan.validators), len(articles)))):
        entry.validator = "modified" if number % 2 else "etag"
    for entry in rng.sample(articles, min(plan.count(plan.slow), len(articles))):
        entry.slow = True
    repeated = repeats(plan, rng, articles, lists)
    held = {one: entries[at :: len(lists)] for at, one in enumerate(lists)}
    choose_moving(plan, rng, held, repeated)
    for one in lists:
        fill(one, held[one], rng, now)
    for entry, one, url in repeated:
        entry.lids.append(one.channel.lid)
        one.rows.append(Row(entry, url, free(entry.ctime, {row.ctime for row in one.rows}, one.end(now))))
    for one in lists:
        one.rows.sort(key=lambda row: -row.ctime)
    return entries, lists


def new_entry(seed: int, number: int, one: DayList, kind: Kind, base: str) -> Entry:
    """An entry of a list, without its times."""
    rng = dice(seed, number)
    letters = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=6))
    docid = f"n{letters}{1_000_000 + number * 7919 % 9_000_000}"  # 7919 has no divisor with 9,000,000: none twice
    folder = next(iter(one.channel.paths), one.channel.name)
    path = f"/{folder}/{one.day}/doc-i{docid}.shtml"
    form = FOREIGN.get(kind)
    url = form.format(day=one.day, docid=docid, number=number) if form else base + path
    return Entry(
        seed=seed,
        number=number,
        docid=docid,
        channel=one.channel.name,
        day=one.day,
        kind=kind,
        path="/" + url.split("/", 3)[3],
        url=url,
        lids=[one.channel.lid],
    )


def repeats(
    plan: Plan, rng: Random, articles: Sequence[Entry], lists: Sequence[DayList]
) -> list[tuple[Entry, DayList, str]]:
    """The further rows of articles: by turns in the same list under another form of the address, and in another's."""
    found = []
    width = len(plan.channels)
    chosen = rng.sample(articles, len(articles))
    for turn, entry in enumerate(islice(cycle(chosen), plan.count(plan.duplicates))):
        at = entry.number % len(lists)
        if turn % 2 and width > 1:
            beside = at - at % width + (at + 1 + turn // 2 % (width - 1)) % width
            found.append((entry, lists[beside], entry.url))
        else:
            url = ALIASES[turn // 2 % len(ALIASES)].format(url=entry.url, mobile=entry.mobile)
            found.append((entry, lists[at], url))
    return found


def choose_moving(
    plan: Plan,
    rng: Random,
    held: Mapping[DayList, list[Entry]],
    repeated: Sequence[tuple[Entry, DayList, str]],
) -> None:
    """Chooses the lists that lose a row while they are paged and the entries that come late.

    A list has no more late ones than a reader of its first pages alone is sure to bring in by asking for them.
    """
    twice = {entry for entry, _, _ in repeated}
    further = Counter(one for _, one, _ in repeated)
    sizes = {one: len(entries) + further[one] for one, entries in held.items()}
    long = [one for one in held if sizes[one] > PAGE]
    rng.shuffle(long)
    for one in long[: plan.count(plan.withdrawn)]:
        one.withdraws = True
    places: list[tuple[int, Entry]] = []  # one a list in turn
    for one in long:
        fitting = [entry for entry in held[one] if entry.kind == "article" and entry not in twice]
        rng.shuffle(fitting)
        places += enumerate(fitting[: late_room(sizes[one], withdraws=one.withdraws)])
    for _, entry in sorted(places, key=itemgetter(0))[: plan.count(plan.late)]:
        entry.late = entry.waiting = True


def late_room(rows: int, *, withdraws: bool) -> int:
    """How many of a list's rows can be late, so that paging what is there at first brings all of them in.

    >>> [late_room(rows, withdraws=False) for rows in (50, 51, 52, 61, 101, 102, 204)]
    [0, 0, 1, 1, 1, 2, 4]
    """
    best = 0
    for late in range(1, rows):
        first = rows - late
        asked = -(-(first - 1) // PAGE) - 2 if withdraws else first // PAGE
        if first <= PAGE or late > asked:
            break
        best = late
    return best


def fill(one: DayList, entries: Sequence[Entry], rng: Random, now: int) -> None:
    """Spreads a list's entries over its day, late ones behind the others, and makes rows of those that are there."""
    start, end = one.start, one.end(now)
    present = [entry for entry in entries if not entry.late]
    step = (end - start) * 0.9 / max(1, len(present))
    for place, entry in enumerate(present):
        entry.ctime = start + int(place * step + rng.random() * max(0, step - 1))
        one.rows.append(Row(entry, entry.url, entry.ctime))
    for place, entry in enumerate(entry for entry in entries if entry.late):
        entry.ctime = min(start + int((end - start) * 0.9) + 11 * (place + 1), end - 1)
        one.waiting.append(entry)
    for entry in entries:
        entry.intime = entry.mtime = entry.modified = min(entry.ctime + rng.randint(5, 600), max(now, entry.ctime))


def free(wanted: int, used: set[int], end: int) -> int:
    """The first second from the wanted one on that no other row has, while there is one."""
    return next((second for second in range(wanted, end) if second not in used), end - 1)


# What an article says -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Story:
    """The words of an article in one version."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in an article beside its paragraphs, the same in all versions."""

    company: str
    stock: str
    source: str
    editor: str
    caption: str = ""  # of a picture
    table: tuple[tuple[str, ...], ...] = ()


def sentence(rng: Random, forms: Sequence[str] = SENTENCES) -> str:
    """An invented sentence or headline."""
    return rng.choice(forms).format(
        place=rng.choice(PLACES),
        body=rng.choice(BODIES),
        thing=rng.choice(THINGS),
        move=rng.choice(MOVES),
        person=rng.choice(PEOPLE),
        clause=rng.choice(CLAUSES),
        number=f"{rng.randint(1, 99)}.{rng.randint(1, 9)}",
    )


def paragraph(rng: Random) -> str:
    """An invented paragraph; it has a figure with a decimal point."""
    return "。".join(sentence(rng) for _ in range(rng.randint(1, 3))) + "。"


@lru_cache(maxsize=4096)
def story(seed: int, docid: str, version: int) -> Story:
    """What an article says in a version."""
    if version > 1:
        return changed(story(seed, docid, version - 1), change(docid, version), dice(seed, docid, version))
    rng = dice(seed, docid)
    own = figures(seed, docid)
    first = f"{own.company}{sentence(rng)}。"
    return Story(sentence(rng, HEADLINES), (first, *(paragraph(rng) for _ in range(rng.randint(3, 7)))))


def change(docid: str, version: int) -> str:
    """How a version differs from the one before: the kinds take turns, and neighbours begin with different ones."""
    return CHANGES[(int(docid[-1]) + version) % len(CHANGES)]


def changed(old: Story, kind: str, rng: Random) -> Story:
    """A story after an edit."""
    title, paragraphs = old.title, list(old.paragraphs)
    at = rng.randrange(len(paragraphs))
    match kind:
        case "title":
            while title == old.title:
                title = sentence(rng, HEADLINES)
        case "figures":
            paragraphs[at] = FIGURE.sub(lambda found: f"{float(found[0]) + rng.randint(1, 9):.1f}", paragraphs[at])
        case "added":
            paragraphs.insert(at + 1, paragraph(rng))
        case _:
            del paragraphs[at]
    return Story(title, tuple(paragraphs))


@lru_cache(maxsize=4096)
def figures(seed: int, docid: str) -> Figures:
    """What stands in an article beside its paragraphs: a third have a picture, a quarter a table."""
    rng = dice(seed, docid, "figures")
    number = int(docid[-7:])
    company = rng.randrange(len(COMPANIES))
    things = rng.sample(THINGS, 3)
    rows = (("项目", "数值"), *((thing, f"{rng.randint(1, 99)}.{rng.randint(1, 9)}") for thing in things))
    return Figures(
        company=COMPANIES[company],
        stock=f"sz30000{company + 1}",
        source=rng.choice(SOURCES),
        editor=f"{rng.choice(PEOPLE)} SF{rng.randint(1, 99):03}",
        caption=f"{rng.choice(PLACES)}的{rng.choice(BODIES)}。资料图" if number % 3 == 0 else "",
        table=rows if number % 4 == 1 else (),
    )


def lines(told: Story, own: Figures) -> list[str]:
    """The lines of text that a page holds, as an extractor must read them."""
    return [*([own.caption] if own.caption else []), *told.paragraphs, *(" | ".join(row) for row in own.table)]


# How a page shows it ------------------------------------------------------------------------------------------------

NOISE = b"@NOISE@"
FRAME = """<!DOCTYPE html>
<!-- [ published at {created:%Y-%m-%d %H:%M:%S} ] -->
<html><head><meta charset="utf-8">
<meta name="sudameta" content="urlpath:{folder}/; allCIDs:56592,257">
<title>{title}_新浪财经_新浪网</title>
<meta name="keywords" content="{company}">
<meta property="og:type" content="news">
<meta property="og:title" content="{title}">
<meta property="og:url" content="{url}">
<meta name="weibo: article:create_at" content="{created:%Y-%m-%d %H:%M:%S}">
<meta property="article:published_time" content="{created:%Y-%m-%dT%H:%M:%S}+08:00">
<meta property="article:author" content="{source}">
<meta name="publishid" content="{docid}">
<meta name="comment" content="cj:comos-{docid}">
<link rel="stylesheet" href="//n.sinaimg.cn/finance/article.css?v=@NOISE@">
</head><body>
<div class="path-search"><div class="channel-path"><a href="/{folder}/">{folder}</a><span>&gt;</span>正文</div></div>
<h1 class="main-title">{title}</h1>
<div class="top-bar"><div class="date-source"><span class="date">{created:%Y年%m月%d日 %H:%M}</span>
<span class="source ent-source">{source}</span></div>
<div class="page-tools"><a>收藏</a><a href="#comments">评论 <span>@NOISE@</span></a></div></div>
<div class="article" id="artibody">
<div id="ad_@NOISE@"><p>第@NOISE@号推广位</p></div>
{body}
<ins class="sinaads" data-ad="@NOISE@">第@NOISE@次展示</ins>
<!-- 已有@NOISE@人读过 -->
<p class="article-editor">责任编辑：{editor}</p>
</div>
<div class="blk-comment" id="comments"><p>第@NOISE@楼：这一条每次都不同。</p></div>
<div class="side"><ul><li><a href="/">第@NOISE@条推荐</a></li></ul></div>
</body></html>
"""
QUOTED = (
    '<span id="stock_{stock}"><a class="keyword" href="https://finance.sina.com.cn/realstock/company/{stock}/nc.shtml"'
    ' target="_blank">{company}</a></span><span id="quote_{stock}">({noise}.34, +0.5%)</span>'
)
PICTURE = (
    '<div class="img_wrapper"><img src="//n.sinaimg.cn/finance/transform/{day:%Y%m%d}/{docid}.jpg" alt="{caption}">'
    '<span class="img_descr">{caption}</span></div>'
)
MISSING = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>页面没有找到</title></head>'
    "<body>抱歉，页面没有找到</body></html>"
)
BAN = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>拒绝访问</title></head><body>'
    "<h1>拒绝访问</h1><p>你的 IP 存在异常访问(例如: 爬虫/攻击/探测 等), 已被新浪安全部门封禁</p></body></html>"
)
ERROR = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@lru_cache(maxsize=4096)
def page(told: Story, own: Figures, docid: str, url: str, created: datetime) -> bytes:
    """A page of the design fin2017; what changes with every answer is marked."""
    quoted = QUOTED.format(stock=own.stock, company=own.company, noise="@NOISE@")
    body = [PICTURE.format(day=created, docid=docid, caption=own.caption)] if own.caption else []
    body += [f'<p cms-style="font-L">　　{text.replace(own.company, quoted, 1)}</p>' for text in told.paragraphs]
    if own.table:
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in own.table)
        body.append(f'<table class="tb01">{rows}</table>')
    return FRAME.format(
        title=html.escape(told.title),
        folder=url.split("/", 3)[3].rpartition(f"/{created:%Y-%m-%d}/")[0],
        url=url,
        docid=docid,
        created=created,
        company=own.company,
        source=own.source,
        editor=own.editor,
        body="\n".join(body),
    ).encode()


def with_noise(marked: bytes, noise: int) -> bytes:
    """A page as one answer shows it."""
    return marked.replace(NOISE, b"%d" % noise)


# How lists show it --------------------------------------------------------------------------------------------------

FIELDS = (
    "oid docid url wapurl title stitle summary wapsummary intro ctime mtime intime author authoruid level img images "
    "commentid vid ipad_vid keywords categoryid channelid mediaid columnid subjectid templateid productid lids mlids "
    "ext_0 ext_1 ext_2 ext_3 ext_4 ext media_name video_id video_time_length urls wapurls hqChart icons is_cre_manual"
).split()
TIMES = ("ctime", "mtime", "intime")


def item(row: Row) -> dict[str, Any]:
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


def envelope(rows: Sequence[Row], lid: int, start: int, total: int, now: int) -> dict[str, Any]:
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
MOODS: dict[str, Odd] = {
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


def roll_page(rows: Iterable[Row]) -> bytes:
    """A page of the static roll (`/roll/index.d.html`), five lines a list, in GBK."""
    cells = [
        f'<li><a href="{html.escape(row.url)}" target="_blank">{html.escape(row.entry.title(row.entry.listed))}</a>'
        f"<span>({clock(row):%m月%d日 %H:%M})</span></li>"
        for row in rows
    ]
    fives = ("\n".join(cells[at : at + 5]) for at in range(0, len(cells), 5))
    body = "\n".join(f'<ul class="list_009">\n{five}\n</ul>' for five in fives)
    return old_page("滚动新闻", f'<ul class="nav"><li><a href="/">首页</a></li></ul>\n{body}')


def stock_page(rows: Iterable[Row], following: str) -> bytes:
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


def old_page(title: str, body: str) -> bytes:
    """A page of the old system."""
    head = f'<meta http-equiv="Content-type" content="text/html; charset=gb2312"><title>{title}_新浪财经</title>'
    return f"<html><head>{head}</head><body>\n{body}\n</body></html>\n".encode("gbk")


def rss(rows: Iterable[Row], base: str) -> bytes:
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


def sitemap(rows: Iterable[Row]) -> bytes:
    """The list of addresses with the times of their last changes."""
    urls = "".join(
        f"<url><loc>{html.escape(row.url)}</loc>"
        f"<lastmod>{datetime.fromtimestamp(row.entry.mtime, BEIJING).isoformat()}</lastmod></url>\n"
        for row in rows
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{space}">\n{urls}</urlset>'.encode()


def clock(row: Row) -> datetime:
    """When a row's article was published, as Beijing's clocks show it."""
    return datetime.fromtimestamp(row.ctime, BEIJING)
