"""Headlines: what of a title is the headline, where markup, the site's name or the page itself has run into it."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from unicodedata import normalize

from lxml import etree

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.dom import Meta, text_content, text_outside
from newscrawl.extraction.markup import clean_text
from newscrawl.extraction.walk import BLOCKS, HEADS

LONG_TITLE = "long_title"  # the flag of an article whose title had swallowed what follows it
LONGEST = 200  # characters; the longest of 20,000 titles of a list has 80
LIMIT, HEADINGS = 10 * LONGEST, 20  # of a title that swallowed the page, and of further headings, what is looked at
LONG_ENOUGH = 8  # letters and digits that are a title, and no word that many titles have
CUT = 16  # letters and digits of a title's beginning that are no keyword: the longest names of companies have 15

TAG = re.compile(
    r"</[a-z]|<(?:img|br|hr|font|span|div|strong|em|table|center|section|h[1-6]|iframe|script|style|link|meta|video|embed"
    r"|object|input|svg)(?![a-z0-9-])|<[abipsu]\s+[a-z-]+\s*=",
    re.IGNORECASE,
)
END_OF_TITLE = re.compile(r"[|_—–-]+|$")  # what may follow the headline in a page's title


def letters(text: str) -> str:
    """Returns the letters and digits of a text, by which titles are compared.

    >>> letters("“Ａ股”，上涨 3%…")
    'a股上涨3'
    """
    return "".join(filter(str.isalnum, normalize("NFKC", text).casefold()))


def clean_title(text: str) -> str:
    """Returns a title as one line.

    >>> clean_title("　中美双方 \\n在天津 ")
    '中美双方 在天津'
    """
    return collapse_space(clean_text(text))


def without_tags(text: str) -> str:
    """Returns a title without the tags at its end, of which the last may not be closed.

    >>> [without_tags(text) for text in ("灯塔<img", '灯塔 <br><img src="a.jpg', "甲公司ROE<7%", "<乙>与A<B")]
    ['灯塔', '灯塔', '甲公司ROE<7%', '<乙>与A<B']
    """
    end = len(text)
    while (at := text.rfind("<", 0, end)) >= 0 and TAG.match(text, at):
        closed = text.find(">", at, end)
        if closed >= 0 and text[closed + 1 : end].strip():
            break
        end = at
    return text if end == len(text) else text[:end].rstrip()


def without_site(text: str, name: str) -> str:
    """Returns a page's title (`og:title`) without the keywords and the site's `name` after it.

    >>> without_site("中铁总辟谣|辟谣_新浪财经_新浪网", "新浪")
    '中铁总辟谣'
    """
    title = clean_title(text)
    parts = title.split("_")
    if not name or name not in parts[-1]:
        return title
    while len(parts) > 1 and (name in parts[-1] or not parts[-1]):
        parts.pop()
    return "_".join(parts).partition("|")[0]


def whole_title(text: str, others: Iterable[str], start: str = "", *, swallowed: bool = False) -> str:
    """Returns the headline of a title that may have swallowed what follows it on its page.

    A title ends before the tags at its end. One that is known to have `swallowed` something, or is too long, ends where
    the longest of the page's `others` that begin it ends, else where `start` does, its text before that.

    >>> whole_title("灯塔换灯 2026年03月01日 正文。", ["灯塔|港口_小报", "灯塔换灯"], swallowed=True)
    '灯塔换灯'
    >>> whole_title("灯塔换灯", ["灯塔"]), whole_title("灯塔换灯正文。", ["别的"], "灯塔换灯<img", swallowed=True)
    ('灯塔换灯', '灯塔换灯')
    """
    title = without_tags(text)
    if not swallowed and len(collapse_space(title)) <= LONGEST:
        return title
    own = letters(title[:LIMIT])
    named = max(
        (begins(own, without_tags(other)) for other in others), key=lambda found: len(letters(found)), default=""
    )
    return named or without_tags(start) or collapse_space(title)[:LONGEST]


def begins(own: str, other: str) -> str:
    """Returns what of another title, which may have the site's name behind it, is the beginning of a title's letters.

    >>> begins("灯塔换灯以后的港口2026年", "灯塔换灯以后的港口--财经"), begins("灯塔换灯2026年", "灯塔换灯")
    ('灯塔换灯以后的港口', '灯塔换灯')
    """
    if (whole := letters(other)) and own.startswith(whole):
        return other
    fitting = [part for part in headlines_in(other) if len(letters(part)) >= LONG_ENOUGH]
    return max((part for part in fitting if own.startswith(letters(part))), default="")  # each begins the next


def headlines_in(title: str) -> Iterator[str]:
    """Yields what of a page's title may be the headline: it ends where the site's name or a keyword may begin.

    >>> list(headlines_in("灯塔换灯--财经--小报"))
    ['灯塔换灯', '灯塔换灯--财经', '灯塔换灯--财经--小报']
    """
    return (title[: match.start()].strip() for match in END_OF_TITLE.finditer(title))


def headline_of(
    title: etree._Element,
    parts: Collection[etree._Element],
    root: etree._Element,
    meta: Meta,
    name: str,
    beside: Collection[etree._Element] = (),
) -> tuple[str, tuple[str, ...]]:
    """Returns the headline in a page's title element, and the page's flags for it.

    A tag in a headline that is not closed, or an end tag that is lost, puts what follows into the title element.
    `parts` are those of the article that are no part of its title (container, date …), `name` is the site's. What
    stands `beside` the headline in its element, a kicker or a subtitle, is no part of it.
    """
    text = text_outside(title, beside)
    lines = {each for line in beside for each in line.iter()}
    lost = [each for each in title.iterdescendants() if each in parts or is_open(each)]
    blocks = [each for each in title.iterdescendants(*BLOCKS) if each not in lines] if title.tag in HEADS else []
    swallowed = bool(lost or blocks)
    others = [*other_titles(title, root, meta, name)] if swallowed or len(text) > LONGEST else []
    start = text_before(title, frozenset((*lost, *blocks)))
    agreed = any(letters(part) == letters(start) for other in others for part in headlines_in(other))
    headline = whole_title(text, others, start if lost or agreed else "", swallowed=swallowed)
    return (text, ()) if letters(headline) == letters(text) else (headline, (LONG_TITLE,))


def is_open(element: etree._Element) -> bool:
    """Whether an element is of a tag that was not closed, and so has the beginning of the next one in it."""
    return isinstance(element.tag, str) and any("<" in text for text in chain((element.tag,), *element.items()))


def other_titles(title: etree._Element, root: etree._Element, meta: Meta, name: str) -> Iterator[str]:
    """Yields what a page says that its title is: for sharing, in its head, in further headings that are long enough."""
    for text in (*meta.get("og:title", ()), *map(text_content, root.iter("title"))):
        yield without_site(without_tags(text[:LIMIT]), name)
    for head in islice(root.iter(*HEADS), HEADINGS):
        text = collapse_space(text_content(head)[:LIMIT])
        if head is not title and len(letters(text)) >= LONG_ENOUGH:
            yield text


def text_before(element: etree._Element, ends: frozenset[etree._Element]) -> str:
    """Returns the text in an element before the first of some of its descendants."""
    texts = [element.text]
    walker = etree.iterwalk(element, events=("start", "end", "comment"))
    for event, each in walker:
        if each in ends:
            break
        if event == "start" and each.tag in ("script", "style"):
            walker.skip_subtree()
        elif each is not element:
            texts.append(each.text if event == "start" else each.tail)
    return "".join(text for text in texts if text)


def text_of_link(link: etree._Element) -> str:
    """Returns the title in a list's link, which may have an unclosed tag, and so what follows it, in it."""
    opened = frozenset(filter(is_open, link.iterdescendants()))
    return without_tags(collapse_space(text_before(link, opened)))


def without_title(words: Sequence[str], title: str, page_title: str = "(?!)") -> list[str]:
    """Returns the keywords of a page without its title, which may stand among them in pieces, or cut.

    `page_title` is the pattern of a keyword that is the page's title with the site's name behind it.

    >>> without_title(["灯", "灯塔换灯", "港口不封", "港口"], "灯塔换灯，港口不封")
    ['灯', '港口']
    >>> without_title(["灯塔换灯", "港口不封_看灯人_小报", "港口"], "灯塔换灯，港口不封", "_小报$")
    ['港口']
    """
    kept: list[str] = []
    wanted, at = letters(title), 0
    while at < len(words):
        pieces = pieces_of(wanted, words[at : at + len(title) + 1], page_title, first=at == 0)
        if not pieces:
            kept.append(words[at])
        at += pieces or 1
    return kept


def pieces_of(title: str, words: Sequence[str], page_title: str, *, first: bool) -> int:
    """Returns how many of the next keywords are the pieces of a title, given by its letters; 0 when it is not there.

    A title that is cut ends with an ellipsis, or it is the page's `first` keyword and longer than one can be.
    """
    found, pieces = "", 0
    for number, word in enumerate(words, 1):
        longer = found + letters(without_tags(word))
        if re.search(page_title, word) and (number == 1 or longer.startswith(title)):
            return number
        if not longer or not title.startswith(longer):
            break
        found, pieces = longer, number
        if found == title:
            return number
    cut = pieces and words[pieces - 1].endswith(("…", "..."))
    long = first and len(found) >= CUT and 4 * len(found) >= 3 * len(title)
    return pieces if cut or long else 0
