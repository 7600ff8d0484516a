"""Reads the line beside a date: the medium that it names, and the writers.

It is the text of one element or of several: a date, labels (来源：, 作者：), the medium, and what a site's frame puts
beside it (a counter, a button). The words of the frame are the site's own, and come with its file.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.bounds import PARTS, SOURCE, bounded
from newscrawl.extraction.dates import without_dates

LONGEST = 80  # characters; a longer text names no medium
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ue000-\uf8ff]")  # zero width; icon fonts
ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+")
# Times that `without_dates` leaves, because they have no year; at the head of a line, or alone.
TIMES = re.compile(
    r"(?:今天|昨天|前天)?\s?(?<![\d:：])\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?![\d:：])|\d{1,2}月\d{1,2}日"
    r"|(?<!\S)(?:\d{1,2}[-/.]\d{1,2}(?!\S)|刚刚(?!\S)|\d+\s?(?:秒|分钟|小时|天)前)"
)
NAMED = "(?:稿件|文章|新闻|信息|消息|原文|本文)?(?:来源|來源|出处|稿源)"
STAFF = "(?:本[报網网刊社台])?(?:见习|实习|首席|特约)?(?:记者|記者)"
LABEL = re.compile(
    rf"""(?P<medium>{NAMED}\s*[:：]\s*|(?<![^\s|｜丨（(\[【]){NAMED}(?:\s*[|｜丨]\s*|\s+)|\b(?i:source)\s*:\s*)
    |(?P<writers>\S{{0,4}}?作者\s*[:：/|｜丨]\s*|(?<!\S)作者\s+|(?<!\S)(?:撰?文|撰稿|采写)\s*[:：/|｜丨]\s*
        |{STAFF}(?:\s*[:：/|｜丨]\s*|\s+))
    |(?P<other>(?:责任|本文|最后|原文|更新|发布)?
        (?:编辑|责编|責編|校对|审核|编译|翻译|监制|时间|日期|更新|发布|点击|阅读|浏览|评论|出版社|连载)\s*[:：]\s*)""",
    re.VERBOSE,
)
BRACKETS = (("(", ")"), ("（", "）"), ("[", "]"), ("［", "］"), ("【", "】"), ("〔", "〕"))
AROUND = "".join((" |｜丨·•,，、;；:：/／\\-－–—_>»", *chain(*BRACKETS)))  # separators and brackets
EMPTY = re.compile(r"[(（\[［【〔]\s*[)）\]］】〕]")
UNFILLED = re.compile(r"\$\{[A-Za-z][\w.]*\}|@@\w+@@|\{\{\s?\w+\s?\}\}")
TEMPLATE = re.compile(r"\$\{|@@|\{\{|^(?:undefined|null|本报|本网|本站|本刊)$")
MEDIUM = re.compile(r"(?:[报報网網社刊]|网站|电视台|总台|广播|新闻|客户端|公众号|频道|财经|在线|杂志|传媒|证券)$")


class Line(NamedTuple):
    """What a line names, each as text; empty where it names none."""

    medium: str
    writers: str


def read_line(text: str, extras: str = "(?!)") -> Line:
    """Returns the medium and the writers that a line names. `extras` is a pattern of what is neither.

    A label goes before what stands alone: of 某报 来源：江畔日报 the medium is 江畔日报.

    >>> read_line("2016年05月25日10:10 \\n新浪财经 ")
    Line(medium='新浪财经', writers='')
    >>> read_line("2026年10月04日08:23 | 来源：江畔日报 作者：方丽"), read_line("（来源: 周日报）").medium
    (Line(medium='江畔日报', writers='方丽'), '周日报')
    >>> read_line("2026年10月04日（周日 上午9点半）9点财经 微博 评论(12)", r"微博|评论[(]\\d+[)]").medium
    '9点财经'
    >>> read_line("江畔日报 | 南岭周报").medium, read_line("10-04 08:23 阅读：12").medium
    ('江畔日报 | 南岭周报', '')
    """
    text = TIMES.sub(" ", without_dates(ADDRESS.sub(" ", UNSEEN.sub("", bounded(text, SOURCE)))))
    edge = r"(?:(?<![^\s|｜丨])|(?=[\[［(（【]))"
    text = EMPTY.sub(" ", re.sub(rf"{edge}(?:{extras})(?![^\s|｜丨\[［(（【])", " ", text))
    parts, name, start = {"": ""}, "", 0
    for label in LABEL.finditer(text):
        parts[name] = parts.get(name) or text[start : label.start()]
        name, start = label.lastgroup or "", label.end()
    parts[name] = parts.get(name) or text[start:]
    return Line(a_name(parts.get("medium", "")) or a_name(parts[""]), a_name(parts.get("writers", "")))


def read_parts(parts: Sequence[str], extras: str = "(?!)") -> Line:
    """Returns the medium and the writers that a line of several parts, such as links, names.

    The first medium alone counts where several parts name one. No recorded page has two, and readers of a post look for
    one. What a single part says is one name, as it stands.

    >>> read_parts(["2026-10-04 08:23", "江畔日报", "南岭周报"]), read_parts(["新浪财经 江畔日报"]).medium
    (Line(medium='江畔日报', writers=''), '新浪财经 江畔日报')
    >>> read_parts(["某报 来源：", "江畔日报", "南岭周报 作者：方丽"])
    Line(medium='江畔日报', writers='方丽')
    """
    whole = read_line(" ".join(parts), extras)
    begun = (read_line(" ".join(parts[:end]), extras).medium for end in range(1, min(len(parts), PARTS)))
    return whole._replace(medium=next((name for name in begun if name and whole.medium.startswith(name)), whole.medium))


def declared_name(text: str) -> str:
    """Returns the name that a meta declares: all of its text, without a label; empty for a template.

    >>> declared_name(" 洋子谈科技 +1"), declared_name("来源：江畔日报"), declared_name("${author}")
    ('洋子谈科技 +1', '江畔日报', '')
    """
    name = collapse_space(text)
    label = LABEL.search(name)
    return read_line(text).medium if (label and label["medium"]) or UNFILLED.fullmatch(name) else name


def a_name(text: str) -> str:
    """Returns a text without the separators and the brackets around it; empty when it cannot be a name.

    >>> a_name(" | 【江畔日报】"), a_name("《理财周刊》"), a_name("云上（客户端）"), a_name("江畔日报）"), a_name("12")
    ('江畔日报', '《理财周刊》', '云上（客户端）', '江畔日报', '')
    """
    name = collapse_space(text).strip(AROUND)
    for opening, closing in BRACKETS:
        unclosed = name.count(opening) - name.count(closing)
        name = opening * -unclosed + name + closing * unclosed
    return name if any(map(str.isalpha, name)) and len(name) <= LONGEST and not TEMPLATE.search(name) else ""


def is_medium(name: str, registered: Iterable[str] = ()) -> bool:
    """Whether a name is that of a medium: the page registers it as its own, or it ends as names of media do.

    >>> is_medium("江畔日报"), is_medium("方丽"), is_medium("洋子谈科技", ["洋子谈科技"])
    (True, False, True)
    """
    return name in registered or MEDIUM.search(name) is not None
