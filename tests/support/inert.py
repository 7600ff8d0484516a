"""Judges a body: what in it is not allowed, what a second sanitizer changes of it, what Markdown makes of it."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt

from newscrawl.extraction.allowed import ATTRIBUTES, ELEMENTS, EVERYWHERE, SHEET_LINE, WITHOUT_CONTENT, style_value
from newscrawl.sites.loader import load_site

OWN = load_site("sina_finance").own_attributes
ADDRESS = re.compile(r"|https?://\S+|#\S*|data:image/(?:png|gif|jpeg|webp)[;,]\S*", re.IGNORECASE)
IMPLIED = {"tbody", "tr", "colgroup", "p", "br"}  # HTML adds them where they are left out, or for a stray end tag
OF_BLOCKS = {"p", "pre", "code", "br"}  # what Markdown makes of blank lines and indentation alone


def _any(url: str) -> bool:
    return url is not None


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MARKDOWN.validateLink = _any  # type: ignore[method-assign]


class Seen(NamedTuple):
    """What a parser sees in HTML."""

    tags: Counter[tuple[str, tuple[tuple[str, str], ...]]]
    text: Counter[str]  # the signs of the text and of comments, without white space
    raw: list[str]  # the texts of style sheets


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen(Counter(), Counter(), [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.tags[tag, tuple(sorted((name, value or "") for name, value in attrs))] += 1

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.seen.raw.append(data.replace("&#123;", "{").replace("&#125;", "}"))
        else:
            self.seen.text.update("".join(data.split()))

    def handle_comment(self, data: str) -> None:
        self.seen.text.update("".join(data.split()))

    def handle_decl(self, decl: str) -> None:
        self.seen.tags[f"<!{decl}>", ()] += 1

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)


def seen(html: str) -> Seen:
    """What Python's parser sees in HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.seen


def not_allowed(html: str) -> list[str]:
    """What in a body is on no list, as a sentence each."""
    found = seen(html)
    wrong = [f"a sheet {text[:80]!r}" for text in found.raw if not all(map(SHEET_LINE.fullmatch, text.split("\n")))]
    for tag, attributes in found.tags:
        if tag not in ELEMENTS:
            wrong.append(f"an element {tag}")
            continue
        for name, value in attributes:
            if name in OWN:
                wrong += [f"{name}={value}"] if re.search(r"[()<>{}\"'\[\]]|script:|data:", value) else []
            elif (
                name not in (*EVERYWHERE, *ELEMENTS[tag])
                or (value and not ATTRIBUTES[name].fit(value))
                or (name in ("href", "src") and not ADDRESS.fullmatch(value))
                or (name == "style" and style_value(value) != value)
            ):
                wrong.append(f"{tag} {name}={value}")
    return wrong


def second_opinion(html: str) -> str:
    """A body as nh3 leaves it with the same lists."""
    return nh3.clean(
        html,
        tags=set(ELEMENTS),
        clean_content_tags=set(WITHOUT_CONTENT),
        attributes={tag: {*names, *EVERYWHERE, *OWN} for tag, names in ELEMENTS.items()},
        url_schemes={"http", "https", "data"},
        strip_comments=False,
        link_rel=None,
    )


def differences(html: str) -> list[str]:
    """What nh3 takes from a body, or adds to it, but for what HTML implies."""
    ours, theirs = seen(html), seen(second_opinion(html))
    tags = {each[0] for each in theirs.tags.keys() - ours.tags.keys()} - IMPLIED
    lost = {each[0] for each in ours.tags.keys() - theirs.tags.keys()}
    text = (ours.text - theirs.text) + (theirs.text - ours.text)
    return [
        *(f"nh3 adds {tag}" for tag in tags),
        *(f"nh3 drops {tag}" for tag in lost),
        *(f"text {each!r}" for each in text),
    ]


def of_markdown(post: str) -> list[str]:
    """What Markdown makes of a post's body that is more than its HTML: elements that are not in the body."""
    body = post.partition("\n---\n\n")[2]
    before, after = seen(body), seen(MARKDOWN.render(body))
    more = {tag for tag, attributes in after.tags - before.tags if tag not in OF_BLOCKS or attributes}
    return [f"Markdown makes {tag}" for tag in more]
