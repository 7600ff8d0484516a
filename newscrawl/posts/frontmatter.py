"""Writes front matter that all common YAML readers read alike.

A scalar is plain only where every tested reader (PyYAML, ruamel, js-yaml 3 and 4, npm yaml 1.1 and 1.2, Psych, Go)
reads it as the same string; any other scalar is in single quotes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from newscrawl.extraction.markup import clean_text

LINE_SPACE = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
UNSAFE_START = frozenset("-?:,[]{}#&*!|>'\"%@`<=~.+\\")
UNSAFE_INSIDE = re.compile(r":[ \t\u3000\xa0]|[ \t]#|(?::|---|\.\.\.)$")
NOT_A_STRING = re.compile(
    r"(?:null|~|y|n|yes|no|on|off|true|false|nan|inf|\.nan|\.inf|=|<<)$"
    r"|[-+.]?[0-9][-+0-9a-fA-FxXoObBeE._:,TtZz/ ]*$"  # numbers, dates, times, sexagesimals, 1,000, 0x1f
    r"|[eE][-+]?[0-9]+$",
    re.IGNORECASE,
)
YEARS = range(1900, 10000)  # other years get no date line: Hexo reads year 1 as 2001, Hugo as no date


def one_line(value: str) -> str:
    """Returns a value that every reader preserves: one line, no controls, no lone surrogates, no outer white space.

    >>> one_line("\u3000中美\\n双方\\x00 ")
    '中美 双方'
    """
    return clean_text(LINE_SPACE.sub(" ", value)).strip()


def quoted(value: str) -> str:
    """Returns a value in single quotes, in which only the quote itself is special.

    >>> quoted("It's {{ 1 }}: \\\\n")
    "'It''s {{ 1 }}: \\\\n'"
    """
    return "'" + one_line(value).replace("'", "''") + "'"


def plain_scalar(value: str) -> str:
    """Returns a value without quotes where that is safe, else in single quotes.

    >>> [plain_scalar(v) for v in ("新浪财经", "36氪", "1:30", "no", "记者: x", "")]
    ['新浪财经', '36氪', "'1:30'", "'no'", "'记者: x'", "''"]
    """
    value = one_line(value)
    unsafe = not value or value[0] in UNSAFE_START or UNSAFE_INSIDE.search(value) or NOT_A_STRING.match(value)
    return quoted(value) if unsafe else value


def url(value: str) -> str:
    """Returns an image's address in single quotes, with white space as %20."""
    return quoted(re.sub(r"\s", "%20", one_line(value)))


def rfc1123(instant: datetime) -> str:
    """Returns an instant in GMT (RFC 1123), as in existing posts: `Fri, 03 Sep 2021 07:43:10 GMT`."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def iso(instant: datetime) -> str:
    """Returns an instant in UTC and quotes (ISO 8601): if a generator reads any form correctly, it reads this one."""
    return f"'{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"


@dataclass(frozen=True, slots=True)
class Post:
    """The values of a post's head; without a `date` there is no date line."""

    title: str
    author: str
    categories: tuple[str, ...]
    headimg: str
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Flavour:
    """The file form of a site generator: the lines of the head, and the text before the first `---`."""

    name: str
    head: Callable[[Post], Iterator[str]]
    before: str = ""


def yaml_head(date: Callable[[datetime], str]) -> Callable[[Post], Iterator[str]]:
    """Returns a function that yields the head lines of existing posts, with dates written by `date`."""

    def head(post: Post) -> Iterator[str]:
        categories = distinct_names(post.categories)
        yield f"title: {quoted(post.title)}"
        yield "categories: " if categories else "categories: []"
        yield from (f" - {plain_scalar(category)}" for category in categories)
        yield f"headimg: {url(post.headimg)}"
        yield f"author: {plain_scalar(post.author)}"
        yield "comments: false"
        if post.date and post.date.astimezone(UTC).year in YEARS:
            yield f"date: {date(post.date)}"
        yield f"thumbnail: {url(post.headimg)}"

    return head


def pelican_head(post: Post) -> Iterator[str]:
    """Pelican's own reader reads no YAML: a value is the rest of its line, a list is separated by `;` (or by `,`)."""
    categories = [category.replace(";", "；") for category in distinct_names(post.categories)]
    yield f"title: {one_line(post.title)}"
    if categories:
        yield f"category: {categories[0]}"
    if categories[1:]:
        yield f"tags: {'; '.join(categories[1:])};"
    yield f"author: {one_line(post.author).replace(';', '；')}"
    if post.date and post.date.astimezone(UTC).year in YEARS:
        yield f"date: {post.date.isoformat(sep=' ', timespec='seconds')}"
    yield f"headimg: {one_line(post.headimg)}"
    yield f"thumbnail: {one_line(post.headimg)}"


def distinct_names(values: Iterable[str]) -> list[str]:
    """Returns categories cleaned, without empty and repeated ones: Jekyll drops repeats, Hexo nests them.

    >>> distinct_names(["金融", "", "金融 ", "股市"])
    ['金融', '股市']
    """
    return list(dict.fromkeys(cleaned for value in values if (cleaned := one_line(value))))


FLAVOURS = {
    flavour.name: flavour
    for flavour in (
        Flavour("hexo", yaml_head(rfc1123), before="\n"),  # byte for byte the form of existing posts
        Flavour("jekyll", yaml_head(rfc1123)),  # Jekyll needs `---` at byte 0, else it prints the front matter as text
        Flavour("hugo", yaml_head(iso)),  # Hugo reads a named zone as local time where the site has a timeZone
        Flavour("eleventy", yaml_head(iso)),  # RFC 1123 fails the build
        Flavour("pelican", pelican_head),  # without the yaml-metadata plugin
    )
}


def render_post(post: Post, body: str, flavour: Flavour) -> str:
    """Returns a whole file: the head, then the body in the `<div>` of existing posts (`docs/posts.md`).

    >>> post = Post("题", "新浪财经", ("金融",), "", None)
    >>> print(render_post(post, "<p>一</p>", FLAVOURS["jekyll"]).replace(" ", "·"))
    ---
    title:·'题'
    categories:·
    ·-·金融
    headimg:·''
    author:·新浪财经
    comments:·false
    thumbnail:·''
    ---
    <BLANKLINE>
    <div>···
    <p>一</p>··
    </div>
    ············
    """
    head = "\n".join(flavour.head(post))
    return f"{flavour.before}---\n{head}\n---\n\n<div>   \n{body}  \n</div>\n            "
