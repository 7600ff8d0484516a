"""Headlines: what of a title is the headline, where markup, the site's name or the page itself has run into it."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from unicodedata import normalize

from lxml import etree

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.bounds import TITLE, bounded
from newscrawl.extraction.dom import Meta, text_content, text_outside, text_start, text_without
from newscrawl.extraction.markup import attributes, clean_text
from newscrawl.extraction.references import unescape
from newscrawl.extraction.walk import BLOCKS, HEADS

LONG_TITLE = "long_title"  # the flag of an article whose title had swallowed what follows it
LONGEST = 200  # characters; the longest of 20,000 titles of a list has 80
HEADINGS, ENDS = 20, 20  # further headings and titles of a page, and places where one may end, that are looked at
LEVELS = 8  # of escaping, one within another; the most of a real title are two
LONG_ENOUGH = 8  # letters and digits that are a title, and no word that many titles have

TAG = re.compile(
    r"</[a-z]|<(?:img|br|hr|font|span|div|strong|em|table|center|section|h[1-6]|iframe|script|style|link|meta|video|embed"
    r"|object|input|svg)(?![a-z0-9-])|<[abipsu]\s+[a-z-]+\s*=",
    re.IGNORECASE,
)
# A tag that is cut off with its title. Behind a letter or a digit, `<` may compare: r<g.
CUT_TAG = re.compile(r"</?$|<im$|(?<![a-z0-9])</?[a-z]{1,3}$", re.IGNORECASE)
MAYBE_TAG = re.compile(r"<(?:[a-z/!]|$)", re.IGNORECASE)
BREAKS = re.compile(r"(?:\s|<br\s*+/?>)++", re.IGNORECASE)
DATELINE = re.compile(r"\s*+\d{4}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}日?\s*+\S{0,5}?\s*+\d{1,2}[:：]\d{2}")
HEADING_TAG = re.compile(rb"<(/?)(?:h[1-6]|(p))\b[^<>]*>", re.IGNORECASE)
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


def without_tags(text: str, levels: int = LEVELS) -> str:
    """Returns a title without the tags at its end, of which the last may not be closed, or cut after its first letters.

    Tags may be written with entities, because a page escapes twice what was escaped before; `levels` times at most.

    >>> [without_tags(text) for text in ("灯塔<img", '灯塔 <br><img src="a.jpg', "甲公司ROE<7%", "<乙>与A<B")]
    ['灯塔', '灯塔', '甲公司ROE<7%', '<乙>与A<B']
    >>> [without_tags(text) for text in ("灯塔<im", "灯塔<", "灯塔&lt;img src=x", "A&lt;B")]
    ['灯塔', '灯塔', '灯塔', 'A&lt;B']
    """
    text = bounded(text, TITLE)
    if levels and "&lt" in text and (plain := unescape(text)) != (title := without_tags(plain, levels - 1)):
        return title
    end = len(text)
    while (at := text.rfind("<", 0, end)) >= 0 and (TAG.match(text, at) or CUT_TAG.match(text, at)):
        closed = text.find(">", at, end)
        if closed >= 0 and (text[closed + 1 : end].strip() or is_closing(text, at, closed)):
            break
        end = at
    return text if end == len(text) else text[:end].rstrip()


def is_closing(text: str, at: int, closed: int) -> bool:
    """Whether the tag at a place is the end tag of one that stands before it: an article may write of tags.

    >>> is_closing("<b>甲</b>", 4, 7), is_closing("甲</b>", 1, 4)
    (True, False)
    """
    return text.startswith("</", at) and 0 <= text.find(f"<{text[at + 2 : closed]}") < at


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
    others = [*others]
    title = without_end(text, others)
    if not swallowed and len(collapse_space(title)) <= LONGEST:
        return title
    own = letters(title[:TITLE])
    named = max(
        (begins(own, without_tags(other)) for other in others), key=lambda found: len(letters(found)), default=""
    )
    return named or without_tags(start) or (collapse_space(title)[:LONGEST] if swallowed else title)


def without_end(text: str, others: Collection[str]) -> str:
    """Returns a title without the tags at its end, which another title of its page may show to be none, or to be one.

    >>> tags = "标签<video>与<img>"
    >>> without_end(tags, []), without_end(tags, [tags]), without_end(tags + "<img", [tags])
    ('标签<video>与', '标签<video>与<img>', '标签<video>与<img>')
    >>> without_end("ROE<seven", []), without_end("ROE<seven", ["ROE"]), without_end("ROE<7%", ["ROE"])
    ('ROE<seven', 'ROE', 'ROE<7%')
    """
    agreed = {letters(without_breaks(other)) for other in others}
    whole = without_breaks(text)
    if letters(whole) in agreed and whole.rstrip().endswith(">"):
        return whole
    at = whole.rfind("<")
    if at > 0 and MAYBE_TAG.match(whole, at) and letters(whole[:at]) in agreed:
        return whole[:at].rstrip()
    return without_tags(text)


def without_breaks(text: str) -> str:
    """Returns a title without the line breaks at its end.

    >>> without_breaks("灯塔 <br> <BR/> "), without_breaks("灯塔<br>换灯 ")
    ('灯塔', '灯塔<br>换灯 ')
    """
    *_, last = (None, *BREAKS.finditer(text))
    return text[: last.start()] if last and last.end() == len(text) and "<" in last[0] else text


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
    return (title[: match.start()].strip() for match in islice(END_OF_TITLE.finditer(title), ENDS))


def headline_of(
    title: etree._Element,
    parts: Collection[etree._Element],
    root: etree._Element,
    meta: Meta,
    name: str,
    beside: Collection[etree._Element] = (),
    page: bytes = b"",
) -> tuple[str, tuple[str, ...]]:
    """Returns the headline in a page's title element, and the page's flags for it.

    A tag in a headline that is not closed, or an end tag that is lost, puts what follows into the title element.
    `parts` are those of the article that are no part of its title (container, date …), `name` is the site's. What
    stands `beside` the headline in its element, a kicker or a subtitle, is no part of it. `page` are the bytes.
    """
    text, apart = bounded(text_outside(title, beside), TITLE), frozenset(parts)
    lost = [each for each in title.iterdescendants() if each in apart or is_open(each)]
    blocks = blocks_in(title, text, beside)
    start = text_before(title, frozenset((*lost, *blocks)))
    named = [*page_titles(root, meta, name)]
    if instead := stands_elsewhere(start if lost else text, text, named):
        return instead, (LONG_TITLE,)
    if lost and (longer := continued(start, lost, named)):
        return longer, (LONG_TITLE,)
    if not lost and (rest := text_after(title, page)):
        return (text + rest, ()) if letters(text + rest) in map(letters, named) else (text, (LONG_TITLE,))
    others = [*named, *further_headings(title, root)]
    agreed = any(letters(part) == letters(start) for other in others for part in headlines_in(without_tags(other)))
    swallowed = bool(lost or blocks)
    headline = whole_title(text, others, start if lost or agreed else "", swallowed=swallowed)
    if not letters(headline):
        return text, ()  # a title may be a sign
    same = letters if swallowed else collapse_space
    return (text, ()) if same(headline) == same(text) else (headline, (LONG_TITLE,))


def blocks_in(title: etree._Element, text: str, beside: Collection[etree._Element]) -> list[etree._Element]:
    """Returns the blocks in a heading, with its `text`, that may be what follows it: not those that hold all of it."""
    lines = {each for line in beside for each in line.iter()}
    blocks = (each for each in title.iterdescendants(*BLOCKS) if each not in lines) if title.tag in HEADS else ()
    own = letters(text)
    return [each for each in islice(blocks, HEADINGS) if letters(bounded(text_without(each, lines), TITLE)) != own]


def stands_elsewhere(start: str, text: str, named: Iterable[str]) -> str:
    """Returns what other titles of a page `named` as its headline, where the start of its own is empty or is a date.

    Empty where another title begins all the `text` of the headline, which is then in its place. Where no other title is
    named, it is that text, as it stands.

    >>> date = "2014年03月01日 02:42"
    >>> stands_elsewhere(date, f"{date} 小报", ["灯塔换灯以后的港口"]), stands_elsewhere("", "小报", ["", "灯塔<img"])
    ('灯塔换灯以后的港口', '灯塔')
    >>> stands_elsewhere("2014年", "2014年", ["灯塔"]), stands_elsewhere(date, date, [date])
    ('', '')
    """
    empty = not collapse_space(start)
    if not empty and not DATELINE.match(start):
        return ""
    least = 1 if empty else LONG_ENOUGH
    own, others = letters(text[:TITLE]), [other for each in named if len(letters(other := without_tags(each))) >= least]
    return "" if any(begins(own, other) for other in others) else next(iter(others), collapse_space(text)[:LONGEST])


def continued(start: str, lost: Collection[etree._Element], named: Iterable[str]) -> str:
    """Returns the title of a page that goes on behind the `start` of its headline in the tags that were `lost` there.

    The words behind a tag without an end are its attributes for the parser. Where it has lost them too, the other title
    counts as far as a site's name, or a keyword, may begin.
    """
    within = letters(" ".join(word for each in lost for pair in attributes(each).items() for word in pair))
    begun = letters(start)
    for other in named if begun else ():
        longer = [part for part in headlines_in(without_tags(other)) if letters(part).startswith(begun)]
        if not longer or letters(longer[0]) == begun:
            continue
        told = [part for part in longer if letters(part)[len(begun) :] in within]
        return (told or longer[:1])[-1]
    return ""


def text_after(title: etree._Element, page: bytes) -> str:
    """Returns the text of a paragraph that a page has in its heading, and the parser behind it; else an empty string.

    For libxml2 a `<p>` ends the heading that it is in.
    """
    following = title.getnext()
    if title.tag not in HEADS or following is None or following.tag != "p" or (title.tail or "").strip():
        return ""
    own = letters(text_content(title))
    early = any(letters(before) == own for before in texts_before_paragraphs(page))
    return text_content(following) if early else ""


def texts_before_paragraphs(page: bytes) -> Iterator[str]:
    """Yields the text before the first `<p>` of each heading of a page with one in it.

    >>> list(texts_before_paragraphs(b"<h1>A&amp;<b>B</b><p>C<p>D</h1> <h2>E</h2><p>F</p> <h3>G<p>"))
    ['A&B']
    """
    start, before = -1, b""
    for tag in HEADING_TAG.finditer(page):
        ends, paragraph = tag.groups()
        if paragraph and start >= 0 and not ends:
            start, before = -1, page[start : tag.start()]
        elif not paragraph:
            if ends and before:
                yield unescape(re.sub("<[^<>]*>", "", before.decode("utf-8", "ignore")))
            start, before = -1 if ends else tag.end(), b""


def is_open(element: etree._Element) -> bool:
    """Whether an element is of a tag that was not closed, and so has the beginning of the next one in it."""
    return isinstance(element.tag, str) and any(
        "<" in text for text in chain((element.tag,), *attributes(element).items())
    )


def page_titles(root: etree._Element, meta: Meta, name: str) -> Iterator[str]:
    """Yields what a page says that its title is, for sharing and in its head, without the site's name."""
    own = map(text_content, islice(root.iter("title"), HEADINGS))
    for text in (*meta.get("og:title", ())[:HEADINGS], *own):
        yield without_site(bounded(text, TITLE), name)


def further_headings(title: etree._Element, root: etree._Element) -> Iterator[str]:
    """Yields the headings of a page besides its title that are long enough to be one."""
    for head in islice(root.iter(*HEADS), HEADINGS):
        text = collapse_space(bounded(text_content(head), TITLE))
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
    return without_tags(collapse_space(text_start(link, TITLE, lambda each: each is not link and is_open(each))))
