"""Tells what a line of a page of one paragraph (a brief) is, by what it says."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from itertools import pairwise

from newscrawl.extraction.headline import letters

SHORT, BESIDE, STEP = 6, 10, 12  # letters: fewer are no sentence; may stand beside a date; may name a step of a path
MENU, PATH = 4, 20  # words of a menu, at least; steps of a path, at most
MOST = 0.6  # of a headline, which may name a medium that the paragraph leaves out
RELATED = 0.2  # share of the headline in a line that is about the same
DATE = re.compile(
    r"(?<![\d./-])(?:(?P<year>(?:19|20)\d\d)\s?[年./-]\s?)?(?P<month>\d{1,2})\s?(?P<between>[月./-])\s?(?P<day>\d{1,2})日?"
    r"(?:\s|T)?(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?\s?)?\d{1,2}\s?[:：]\s?\d{2}(?:\s?[:：]\s?\d{2})?(?!\d)"
)
LABEL = re.compile(r"[^\d，。]{0,8}[:：]\s?")
ONLY_DATE = re.compile(rf"(?:{LABEL.pattern})?{DATE.pattern}")
APART_FROM_TEXT = re.compile(r"[\s|｜丨·:：)）\]】—-]+")
GOES_ON = re.compile(r"\s?[,，、。；-]|左右|前后")  # behind a date, a sentence does
IN_SENTENCE = re.compile(rf"{GOES_ON.pattern}|[前后至起许]")
CLOCK = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)")
STEPS = re.compile(r"(?<!\s)\s*+[>›»_]\s*+|(?<!\s)\s++[/|｜·-]\s++")


class Kind(Enum):
    """What a line is; `OTHER` is another brief, `LITTLE` no sentence."""

    TEXT, DATE, END, FRAME, OTHER, LITTLE = range(6)


class Says(Enum):
    """How much of the headline a line says: the headline and more, no more than it, or less."""

    MORE, SAME, LESS = range(3)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page. `own` is its text without a date at its edge, a slogan before it and what ends it."""

    text: str
    kind: Kind
    own: str = ""
    date: str = ""  # with its year
    says: Says = Says.LESS
    share: float = 0.0  # of the headline's pairs of letters
    heading: bool = False
    linked: bool = False  # it is a link as a whole
    block: int = 0  # the number of the block that it is a line of
    known: bool = False  # it stands in a container that a design of the site names


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a page beside its lines: the headline, the day in its address, patterns of its frame's words."""

    headline: str
    day: date
    ends: re.Pattern[str]
    buttons: re.Pattern[str]
    frame: re.Pattern[str]


def shared(headline: str, text: str) -> float:
    """Returns which share of a headline's pairs of letters is in a text, 0 to 1.

    >>> shared("青石股份：回购达1%", "青石集团公告称，回购达1.5%"), shared("青", "青石")
    (0.5714285714285714, 0.0)
    """
    head, own = (Counter(map("".join, pairwise(each))) for each in map(letters, (headline, text)))
    return (head & own).total() / head.total() if head else 0.0


def says(headline: str, text: str) -> Says:
    """Returns how much of a headline, which may be cut short, a text says.

    >>> [says("红枣合约涨停", text).name for text in ("【红枣合约涨停】报1元", "红枣合约涨停。", "白银上涨")]
    ['MORE', 'SAME', 'LESS']
    """
    head, own = letters(headline), letters(text)
    if own in head and len(own) >= max(SHORT, MOST * len(head)):
        return Says.SAME
    return Says.MORE if len(head) >= SHORT and head in own else Says.LESS


def with_year(found: re.Match[str], day: date) -> str:
    """Returns a date with its year, which is that of the day in the address or of one beside it; empty for others.

    >>> [with_year(DATE.search(text), date(2026, 1, 1)) for text in ("12月31日 23:59", "01-02 9:30", "7月1日 9:30")]
    ['2025年12月31日 23:59', '2026-01-02 9:30', '']
    """
    near = (day, day - timedelta(days=1), day + timedelta(days=1))
    wanted = int(found["month"]), int(found["day"])
    year = next((each.year for each in near if (each.month, each.day) == wanted), 0)
    if not year or (found["year"] and int(found["year"]) != year):
        return ""
    return found[0] if found["year"] else f"{year}{found['between'].replace('月', '年')}{found[0]}"


def without_date(text: str, subject: Subject) -> tuple[str, str]:
    """Returns a line without the date at its edge, and that date; a date that a sentence says stays.

    >>> of = Subject("", date(2026, 8, 1), *[re.compile("(?!)")] * 3)
    >>> [without_date(text, of)[0] for text in ("8月1日 10:20 红枣上涨", "8月1日10:20左右地震", "定于8月1日 10:20")]
    ['红枣上涨', '8月1日10:20左右地震', '定于8月1日 10:20']
    """
    for found in DATE.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        told = with_year(found, subject.day)
        if not told or letters(found[0]) in letters(subject.headline) or IN_SENTENCE.match(after):
            continue
        if not before or LABEL.fullmatch(before):
            return APART_FROM_TEXT.sub("", after, count=1) if APART_FROM_TEXT.match(after) else after, told
        if not letters(after) and not before[-1].isalnum():
            return before.rstrip(" (（[【|｜—-"), told
    return text, ""


def leads_to(headline: str, text: str) -> bool:
    """Whether a line is a path with the headline as a step.

    >>> leads_to("红枣合约涨停", "首页 > 7x24 > 红枣合约涨停"), leads_to("红枣合约涨停", "红枣合约涨停，报1元/吨")
    (True, False)
    """
    steps = [step for step in STEPS.split(text) if letters(step)]
    if len(steps) > PATH:
        return False
    others = [step for step in steps if says(headline, step) is not Says.SAME]
    return 0 < len(others) < len(steps) and all(len(letters(step)) <= STEP for step in others)


def is_listed(text: str, headline: str) -> bool:
    """Whether a line is a brief in a list, with a time of its own before or behind it.

    >>> [is_listed(text, "红枣合约涨停") for text in ("10:20 红枣合约上涨，", "7月1日 9:30 白银", "红枣合约涨停9:30")]
    [True, True, True]
    >>> [is_listed(text, "10:20 停电") for text in ("10:20 停电", "8月1日10:20左右停电", "将停电至12:00")]
    [False, False, False]
    """
    time = DATE.match(text) or CLOCK.match(text)
    if time:
        return not letters(headline).startswith(letters(time[0])) and not IN_SENTENCE.match(text, time.end())
    time = re.search(rf"{CLOCK.pattern}$", text)
    return time is not None and says(headline, text[: time.start()]) is Says.SAME


def is_menu(text: str) -> bool:
    """Whether a line is a row of words.

    >>> is_menu("财经 股票 基金 外汇"), is_menu("港股 休市")
    (True, False)
    """
    words = re.split(r"[\s|｜·/>]+", text)
    return len(words) >= MENU and all(len(letters(word)) <= SHORT for word in words)


def rows_of(text: str, subject: Subject, *, heading: bool = False, linked: bool = False) -> Iterator[Row]:
    """Yields what a line is: one row, or two where the phrase that ends the paragraph stands on its line."""
    end = subject.ends.search(text)
    own = (text[: end.start()] if end else text).strip()
    frame = subject.frame.match(own)
    if frame and not letters(own).startswith(letters(subject.headline)[:STEP]):
        own = own[frame.end() :].strip()
    buttons = subject.buttons.search(own)
    if buttons and len(letters(own[: buttons.start()])) >= SHORT:
        own = own[: buttons.start()].strip()
    if letters(own) or not end:
        own, told = without_date(own, subject)
        row = Row(
            text, Kind.TEXT, own, told, says(subject.headline, own), shared(subject.headline, own), heading, linked
        )
        yield replace(row, kind=kind_of(row, subject, framed=bool(frame)))
    if end:
        yield Row(text, Kind.END)


def kind_of(row: Row, subject: Subject, *, framed: bool) -> Kind:
    """Returns what a line is that does not end the paragraph. `framed`: the words of the page's frame begin it."""
    size = len(letters(row.own))
    if leads_to(subject.headline, row.own) or (framed and size < SHORT):
        return Kind.FRAME
    if row.says is Says.LESS:
        little = size < SHORT or is_menu(row.own)
        if row.date and (little or size <= BESIDE) and row.share < RELATED:
            return Kind.DATE
        if little:
            return Kind.LITTLE
    return Kind.OTHER if is_listed(row.own, subject.headline) else Kind.TEXT


def with_dates_of_two_lines(rows: Sequence[Row], subject: Subject) -> list[Row]:
    """Returns rows with a day and the clock in the line below it as one."""
    joined: list[Row] = []
    for row in rows:
        text = f"{joined[-1].text} {row.text}" if joined else ""
        found = ONLY_DATE.fullmatch(text)
        if found and (told := with_year(found, subject.day)):
            joined[-1] = Row(text, Kind.DATE, date=told)
        else:
            joined.append(row)
    return joined
