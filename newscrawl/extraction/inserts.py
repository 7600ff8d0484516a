"""What a line is by its form: an insert in brackets, a call to click, a sentence, a date under a signature."""

import itertools
import re

from newscrawl.extraction.blocks import Line
from newscrawl.extraction.bounds import LINE
from newscrawl.sites.model import LineRule

RANGES = ((0x2190, 0x21FF), (0x25A0, 0x2BFF), (0x1F000, 0x1FAFF))  # arrows; boxes, stars and more; emoji
ORNAMENTS = " >＞<＜|｜~～*＊•·_=–—»«›‹\ufe0f-" + "".join(
    chr(code) for low, high in RANGES for code in range(low, high + 1)
)
BRACKETS = ("（）", "()", "【】", "[]", "［］", "〔〕")  # not quotation marks: what stands in them is quoted
NESTED = 4  # brackets in brackets, as many as are looked into
WORD = re.compile(r"\w")
LABEL = re.compile(r"[\W\d_]*(?:[^\W\d_]{1,12}\s*[:：|｜丨】\]）)][\W\d_]*)?")  # beside the links: one word and a colon
LAST_PIECE = re.compile(r"(?:^|[\s，,！!？?。：:；;、])([^\s，,！!？?。：:；;、]+)$")
SHORT = 30  # characters; a byline or a line that names a place is shorter
SENTENCE = re.compile(r"[。！？!?…]|[:：;；,，、”」』]$")
YEAR, FEW = r"(?:\d{4}|[二〇○零一三四五六七八九]{4})", r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
DAY = re.compile(rf"[（(]?(?:(?:{YEAR}年)?{FEW}月{FEW}日|{YEAR}([./-]){FEW}\1{FEW})(?:\s?\d{{1,2}}:\d{{2}})?[）)]?")
NAME = re.compile(r"[\w·]{2,20}(?: [\w·]{1,12}){0,3}")


def undecorated(text: str) -> str:
    """Returns a line without the ornaments at its ends, and without brackets around all of it.

    >>> undecorated("▼看应用>>"), undecorated("★（【看【应用】】）★"), undecorated("【一】看【二】")
    ('看应用', '看【应用】', '【一】看【二】')
    >>> undecorated("“看应用”"), undecorated(">>")
    ('“看应用”', '')
    """
    for _ in range(NESTED):
        text = without_ornaments(text)
        if not is_enclosed(text):
            break
        text = text[1:-1]
    return text


def without_ornaments(text: str) -> str:
    """Returns a text without the ornaments at its ends; `strip` compares each with all 3,000, 50 µs a character.

    >>> without_ornaments("★ 一★二 👉"), without_ornaments("★")
    ('一★二', '')
    """
    start, end = 0, len(text)
    while start < end and text[start] in ORNAMENTS:
        start += 1
    while end > start and text[end - 1] in ORNAMENTS:
        end -= 1
    return text[start:end]


def is_enclosed(text: str) -> bool:
    """Whether a pair of brackets is around all of a text.

    >>> is_enclosed("（看（应用））"), is_enclosed("（看）（应用）"), is_enclosed("看（应用）")
    (True, False, False)
    """
    pair = text[:1] + text[-1:]
    if pair not in BRACKETS or len(text) == 1:
        return False
    steps = ((each == pair[0]) - (each == pair[1]) for each in text[:-1])
    return all(depth > 0 for depth in itertools.accumulate(steps))


def call_of(line: Line) -> str:
    """Returns what a line ends with, where a call to click would stand: a link behind words, else the last words.

    >>> call_of(Line("看盘口，【点击查看】>>", "", bare="看盘口，【】>>", link="点击查看"))
    '点击查看'
    >>> call_of(Line("看盘口 >>", "")), call_of(Line("看盘口，点击查看", "", bare="", link="看盘口，点击查看"))
    ('>>', '点击查看')
    """
    if line.link and WORD.search(line.bare):
        return line.link
    piece = LAST_PIECE.search(line.text[-SHORT:])
    return piece[1] if piece else ""


def is_quoted(text: str) -> bool:
    """Whether a line begins and ends with quotation marks.

    >>> is_quoted("“看应用”"), is_quoted("「看“应用”」"), is_quoted("看“应用”")
    (True, True, False)
    """
    return text.startswith(("“", "「", "『", '"')) and text.endswith(("”", "」", "』", '"'))


def is_sentence(text: str) -> bool:
    """Whether a line is the article's telling, and no byline, date or place.

    >>> [is_sentence(text) for text in ("运价上涨。", "他说：", "吞吐量" * 11)]
    [True, True, True]
    >>> [is_sentence(text) for text in ("本报记者 柏青", "2026年3月1日", "（青岚港）", "来源：江报")]
    [False, False, False, False]
    """
    return len(text) > SHORT or SENTENCE.search(text) is not None


def is_signature(text: str, below: str) -> bool:
    """Whether a line is a name, and the line below is only a date: so an announcement ends.

    >>> is_signature("青岚统计局", "2026年3月1日"), is_signature("青岚统计局", "二〇二六年三月一日")
    (True, True)
    >>> is_signature("来源：青岚统计局", "2026年3月1日"), is_signature("青岚统计局", "2026年3月1日，码头")
    (False, False)
    """
    return NAME.fullmatch(text) is not None and DAY.fullmatch(below) is not None


def is_linked(line: Line) -> bool:
    """Whether a line is only links, with at most a label before them.

    >>> is_linked(Line("专题：走近渡口", "", bare="专题：")), is_linked(Line("详细>>", "", bare=""))
    (True, True)
    >>> is_linked(Line("专题：走近渡口", "", bare="专题：走近渡口")), is_linked(Line("他说：去看", "", bare="他说：去"))
    (False, False)
    """
    return line.bare != line.text and LABEL.fullmatch(line.bare) is not None


def fits(line: Line, rule: LineRule, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Returns the match of a rule, whose compiled pattern is given, with a line; None if it does not fit."""
    if (rule.linked and not is_linked(line)) or len(line.bare if rule.links else line.text) > LINE:
        return None
    match = pattern.fullmatch(line.bare) if rule.links else pattern.match(line.text)
    return match if match and (not rule.call or re.fullmatch(rule.call, call_of(line))) else None
