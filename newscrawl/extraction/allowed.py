"""What HTML a post may hold, in either body: elements, their attributes, the values of these, the schemes of addresses.

Nothing else gets into a post. `docs/posts.md` draws these tables, and the clean body writes a part of them.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from newscrawl.sites.urls import resolve


class Values(NamedTuple):
    """The values that an attribute may have: in words, and as a pattern for the whole value."""

    words: str
    pattern: str

    def fit(self, value: str) -> bool:
        """Whether a value is one of them."""
        return re.fullmatch(self.pattern, value, re.IGNORECASE) is not None


TEXT = Values("any text", r"[\s\S]*")
NAMES = Values("names: letters, digits, `-`, `_`", r"[\w -]{1,200}")
# A browser makes a variable of each id: one that scripts of the site may have as well would take its place.
ID = Values("a number, or a name with a digit, `-` or `_` behind its first letters", r"\d{1,6}|[a-z]+[\d_-][\w-]{0,99}")
SIDE = Values("a side", "left|right|center|justify|top|middle|bottom|baseline|absmiddle")
COLOUR = Values("a colour", r"#?[0-9a-f]{3,8}|[a-z]{3,20}")
COUNT = Values("a number", r"\d{1,4}")
LENGTH = Values("a length", r"\d{1,4}(?:\.\d{1,4})?(?:px|%)?")
LINK = Values("an http or https address, or `#…`", r"(?:https?://|#)\S*")
PICTURE = Values(
    "an http or https address, or a picture in base64", r"https?://\S+|data:image/(?:png|gif|jpeg|webp)[;,]\S*"
)
STYLE = Values("the declarations below", r"[\s\S]*")
# What scripts read of a page, or templates run, has brackets and quotes, or a scheme.
OWN = Values(
    "words or an address, without brackets, quotes and `$`",
    r"(?!\W*(?:\w*script|data):)[^\x00-\x1f\"'`<>{}()\[\]\\$|]{0,500}",
)

ATTRIBUTES = {
    "align": SIDE,
    "alt": TEXT,
    "bgcolor": COLOUR,
    "border": COUNT,
    "cellpadding": COUNT,
    "cellspacing": COUNT,
    "class": NAMES,
    "color": COLOUR,
    "colspan": COUNT,
    "data-original": OWN,
    "data-src": OWN,
    "dir": Values("a direction", "ltr|rtl|auto"),
    "face": Values("names", r"[\w ,-]{1,100}"),
    "height": LENGTH,
    "href": LINK,
    "id": ID,
    "lang": Values("a language", r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,3}"),
    "referrerpolicy": Values("`no-referrer`", "no-referrer"),
    "rowspan": COUNT,
    "size": Values("a number", r"[+-]?\d"),
    "src": PICTURE,
    "start": COUNT,
    "style": STYLE,
    "target": Values("`_blank`", "_blank"),
    "title": TEXT,
    "valign": SIDE,
    "width": LENGTH,
}
EVERYWHERE = ("align", "class", "dir", "id", "lang", "style", "title")
CELL = ("bgcolor", "colspan", "height", "rowspan", "valign", "width")
ELEMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        "address article aside blockquote caption center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 "
        "h6 header hgroup hr li main nav p pre section summary tbody tfoot thead ul".split(),
        (),
    ),
    **dict.fromkeys(
        "abbr b bdi bdo big br cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strike strong sub "
        "sup time tt u var wbr".split(),
        (),
    ),
    "a": ("href", "target"),
    "col": ("width",),
    "colgroup": ("width",),
    "font": ("color", "face", "size"),
    "img": ("alt", "border", "data-original", "data-src", "height", "referrerpolicy", "src", "width"),
    "ol": ("start",),
    "style": (),  # without attributes; only what SHEET takes
    "table": ("bgcolor", "border", "cellpadding", "cellspacing", "height", "width"),
    "td": CELL,
    "th": CELL,
    "tr": ("bgcolor", "valign"),
}
VOID = frozenset(("br", "col", "hr", "img", "wbr"))  # of these

# Other elements lose their tags; these go with all that is in them: programs, other documents, styles, choices, and
# raw text, whose serialisation a browser parses differently (mutation XSS).
WITHOUT_CONTENT = frozenset(
    "script noscript template object embed applet base meta link frame frameset svg math iframe audio video canvas "
    "xmp noembed noframes plaintext textarea title select option datalist map area param source track head".split()
)
ELEMENT_NAME = re.compile(r"[a-z][a-z0-9]*")

LENGTHS = r"(?:\d{1,4}(?:\.\d{1,4})?(?:px|em|rem|ex|pt|%)?|auto|normal|none|inherit)"
COLOURS = r"(?:#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d., %]{5,40}\))"
LIKE_LENGTHS = rf"{LENGTHS}(?:\s+{LENGTHS}){{0,3}}"
LIKE_BORDERS = rf"(?:{LENGTHS}|{COLOURS})(?:\s+(?:{LENGTHS}|{COLOURS})){{0,2}}"
LIKE_NAMES = r"[\w ,-]{1,100}"
SIZES = ("font-size", "line-height", "letter-spacing", "text-indent", "width", "height", "max-width", "max-height",
         "margin", "margin-top", "margin-right", "margin-bottom", "margin-left",
         "padding", "padding-top", "padding-right", "padding-bottom", "padding-left")  # fmt: skip
WORDS = ("font-family", "font-weight", "font-style", "text-align", "text-decoration", "vertical-align", "white-space",
         "word-break", "float", "clear", "display", "list-style-type", "border-collapse")  # fmt: skip
DECLARATIONS = {
    **dict.fromkeys(SIZES, LIKE_LENGTHS),
    **dict.fromkeys(WORDS, LIKE_NAMES),
    **dict.fromkeys(("color", "background-color"), COLOURS),
    **dict.fromkeys(("border", "border-top", "border-right", "border-bottom", "border-left"), LIKE_BORDERS),
}

# A line of a style sheet. Existing posts have sheets; their braces are references (`&#123;`), so they style nothing.
# There is no at-rule, string, address, escape or comment in them, and no line that begins like anything of Markdown's.
SHEET_LINE = re.compile(r" *(?:(?:[.#]?[a-z]|[{}])[\w.:#,;% >{}!-]*)?", re.IGNORECASE)

# A comment is for people. Programs read some: `more` and `excerpt` cut a post; `[if IE]`, `#include`, `esi`, `ko` and
# `<%` run something. Some parser ends one at `--`, `>` or `->`.
COMMENT = re.compile(r"(?!\s*(?:[#?%]|\[if|-?>))(?:(?!--|<!-|<[%?])[\s\S])*(?<!-)", re.IGNORECASE)
COMMENT_READ = re.compile(r"\s*/?(?:more|excerpt|esi|ko|wp|build|endbuild|nextpage|toc)\b", re.IGNORECASE)


def attribute_value(tag: str, name: str, value: str, base: str, own: Collection[str] = ()) -> str | None:
    """Returns what a post may hold of an attribute; None: the attribute is left out.

    Links and pictures become absolute, a `style` loses the declarations that are not allowed. `own` are names of
    attributes of the publisher's, `base` is the address that the page's are relative to. An empty value is allowed.

    >>> attribute_value("a", "href", "/x", "https://a.example/y"), attribute_value("a", "onclick", "x", "")
    ('https://a.example/x', None)
    >>> attribute_value("p", "style", "color: red; position: fixed", ""), attribute_value("p", "id", "location", "")
    ('color: red', None)
    """
    if name in own:
        return value if OWN.fit(value) else None
    if name not in EVERYWHERE and name not in ELEMENTS[tag]:
        return None
    if not value:
        return value
    if name == "style":
        return style_value(value)
    values = ATTRIBUTES[name]
    if values is PICTURE or values is LINK:
        value = value if values.fit(value) and not value.startswith("http") else resolve(value, base, secure=False)
    return value if value and values.fit(value) else None


def style_value(value: str) -> str | None:
    """Returns a `style` with its allowed declarations alone; None if it has none of them.

    >>> style_value("max-width: 640px;"), style_value("width:1px;behavior:url(x)"), style_value("margin: -99px")
    ('max-width: 640px;', 'width:1px', None)
    """
    declared = [each for each in value.split(";") if each.strip()]
    kept = [each for each in declared if is_harmless(each)]
    return value if len(kept) == len(declared) else ";".join(kept).strip() or None


def is_harmless(declaration: str) -> bool:
    """Whether a declaration only sets a size, a colour, a border or words of a font, and nothing lies over the page.

    >>> [is_harmless(text) for text in ("color:#fff", "WIDTH : 50% ", "margin: 0 auto", "color", "width:calc(1px)")]
    [True, True, True, False, False]
    """
    name, _, value = declaration.partition(":")
    pattern = DECLARATIONS.get(name.strip().lower())
    return pattern is not None and re.fullmatch(pattern, value.strip(), re.IGNORECASE) is not None


def is_comment(text: str) -> bool:
    """Whether a comment may be in a post: no program reads it, and every parser ends it at the same place.

    >>> [is_comment(text) for text in (" 正文下iframe ", "a[<p>]a", "more", "[if IE]><b", "#exec", "a--!>", " <% 1 %>")]
    [True, True, False, False, False, False, False]
    """
    return COMMENT.fullmatch(text) is not None and COMMENT_READ.match(text) is None


def is_sheet(text: str) -> bool:
    """Whether a style sheet may be in a post.

    >>> is_sheet(".a b{width:1px}\\n\\n  .c {\\n}"), is_sheet("@import 'x'"), is_sheet("- a"), is_sheet("a{b:url(//x)}")
    (True, False, False, False)
    """
    return all(map(SHEET_LINE.fullmatch, text.split("\n")))
