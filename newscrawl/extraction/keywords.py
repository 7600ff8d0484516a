"""Keywords: those of a page without its title, which pages put among them, whole, in pieces, cut, or with others."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from newscrawl.extraction.headline import LONG_ENOUGH, letters, without_tags

CUT = 16  # letters and digits of a title's beginning that are no keyword: the longest names of companies have 15
# What one of a page's titles has before or behind the headline, and another has not.
LABEL = re.compile(
    r"^(?:独家|快讯|突发|重磅|视频|图解|图集|组图|直播|原创|专访|深度|综述|简讯|滚动|更新)\s*[:：|｜丨]\s*"
)
NOTE = re.compile(
    r"(?<!\s)\s*+[(（\[【](?:[组多附]?图|图[解集文]|高清图|附?表|附股|附?名单|视频|全文|实录|更新|独家)[)）\]】]$"
)
PARTED = 20  # places at which a keyword is parted
APART = re.compile(r"[\s_|｜]+")  # between keywords, where a page has no commas


class Form(NamedTuple):
    """A title as it may stand among keywords: its letters, and the numbers of them after which one of its commas is."""

    letters: str
    ends: frozenset[int]


def bare(text: str) -> str:
    """Returns the letters of a title, or of a piece, without what other titles of its page may leave out.

    >>> bare("独家：灯塔换灯(图)"), bare("灯塔（组图）"), bare("视频会议")
    ('灯塔换灯', '灯塔', '视频会议')
    """
    return letters(LABEL.sub("", NOTE.sub("", without_tags(text))))


def form_of(title: str, comma: str) -> Form:
    """Returns a title as it may stand among keywords.

    >>> form_of("茅台，五粮液、汾酒", "[,，]") == Form("茅台五粮液汾酒", frozenset((2, 7)))
    True
    """
    found, ends = "", set()
    for piece in re.split(comma, title):
        found += bare(piece)
        ends.add(len(found))
    return Form(found, frozenset(ends))


def without_title(
    words: Sequence[str], titles: Sequence[str], page_title: str = "(?!)", comma: str = "[,，]"
) -> list[str]:
    """Returns the keywords of a page without its title, which may stand among them in pieces, or cut.

    `titles` are the headline and the page's other titles, which count when they are long enough to be titles. `comma`
    is the pattern at which the keywords were parted, and `page_title` that of a keyword which is the page's title with
    the site's name behind it. A title stands there in pieces once: whatever comes again is a keyword.

    >>> without_title(["灯", "灯塔换灯", "港口不封", "港口"], ["灯塔换灯，港口不封"])
    ['灯', '港口']
    >>> without_title(["灯塔换灯", "港口不封_看灯人_小报", "港口"], ["灯塔换灯，港口不封"], "_小报$")
    ['港口']
    >>> without_title(["人民币", "美元", "人民币", "美元"], ["人民币，美元"])
    ['人民币', '美元']
    """
    headline, *others = (form_of(title, comma) for title in titles)
    long = {other for other in others if len(other.letters) >= LONG_ENOUGH}
    forms = sorted({headline, *long}, key=lambda form: len(form.letters), reverse=True)
    kept: list[str] = []
    told, at = False, 0
    while at < len(words):
        found = (
            pieces_of(form, words[at : at + (1 if told else len(form.letters) + 1)], page_title, first=at == 0)
            for form in forms
        )
        pieces, rest = max(found, key=lambda one: one[0])
        kept += rest if pieces else words[at : at + 1]
        told = told or pieces > 0
        at += pieces or 1
    return kept


def pieces_of(title: Form, words: Sequence[str], page_title: str, *, first: bool) -> tuple[int, tuple[str, ...]]:
    """Returns how many of the next keywords are the pieces of a title, and the keywords behind it in the last of them.

    0 when the title is not there. Pieces end where the title has a comma. A title that is cut ends with an ellipsis, or
    it is the page's `first` keyword and longer than one can be.
    """
    found, pieces = "", 0
    for number, word in enumerate(words, 1):
        longer = found + bare(word)
        if re.search(page_title, word) and (number == 1 or longer.startswith(title.letters)):
            return number, ()
        for head, rest in parted(word) if longer.startswith(title.letters) else ():
            if found + bare(head) == title.letters:
                return number, rest
        if not longer or not title.letters.startswith(longer):
            break
        found, pieces = longer, number
        if found == title.letters:
            return number, ()
        if len(found) not in title.ends:
            break
    cut = pieces and words[pieces - 1].endswith(("…", "..."))
    long = first and len(found) >= CUT and 4 * len(found) >= 3 * len(title.letters)
    return (pieces, ()) if cut or long else (0, ())


def parted(word: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields the ways to part a keyword that has others behind it: the first, and the others.

    >>> list(parted("灯塔 换灯_港口"))
    [('灯塔', ('换灯', '港口')), ('灯塔 换灯', ('港口',))]
    """
    for match in islice(APART.finditer(word), PARTED):
        yield word[: match.start()], tuple(filter(None, APART.split(word[match.end() :])))
