"""Writes text, attributes and braces as HTML: inert, and safe in the templates of site generators."""

import re
from typing import Any, cast

from lxml import etree

from newscrawl.controls import CONTROLS
from newscrawl.extraction.references import is_reference

FEW = 50  # attributes of an element that lxml lists sooner than XPath; recorded pages have 15
ATTRIBUTES = etree.XPath("@*")

# Characters that never go into a file: controls, and what some YAML readers refuse or change (lone surrogates,
# non-characters, the BOM). Those beyond the basic plane are searched only in texts that have such
# characters: one class for all is 15 times as slow.
UNWRITABLE = re.compile(f"[{CONTROLS}\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
ASTRAL_UNWRITABLE = re.compile(
    f"[{''.join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))}]"
)
ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);?")


def escape_text(text: str) -> str:
    """Returns text as HTML with as few references as possible: `<`, and an `&` that would be read as a reference.

    Existing posts hold raw `>`, `"`, `&` and no-break spaces, so these stay (`docs/posts.md`).

    >>> escape_text('a < b && c > d &lt; "x" &copy')
    'a &lt; b && c > d &amp;lt; "x" &amp;copy'
    """
    text = clean_text(text)
    if "&" in text:
        text = ENTITY.sub(_escaped_reference, text)
    return text.replace("<", "&lt;")


def _escaped_reference(match: re.Match[str]) -> str:
    return f"&amp;{match[0][1:]}" if is_reference(match[0]) else match[0]


def attribute(name: str, value: str) -> str:
    """Returns an attribute with a blank before it. An attribute without a value is only its name, as in existing posts.

    >>> attribute("alt", ""), attribute("href", 'https://x/?a=1&lt=2&b="')
    (' alt', ' href="https://x/?a=1&lt=2&b=&quot;"')
    """
    if not (value := clean_text(value)):
        return f" {name}"
    if "&" in value:
        value = ENTITY.sub(_escaped_attribute_reference, value)
    value = (
        value.replace('"', "&quot;").replace("<", "&lt;").replace("\n", "&#10;")
    )  # Markdown ends a tag at a blank line
    return f' {name}="{value}"'


def _escaped_attribute_reference(match: re.Match[str]) -> str:
    """In an attribute, `&copy` without `;` is text before `=`, a letter or a digit (HTML standard, 13.2.5.73)."""
    following = match.string[match.end() : match.end() + 1]
    literal = not match[0].endswith(";") and not match[0].startswith("&#") and (following == "=" or following.isalnum())
    return match[0] if literal else _escaped_reference(match)


def clean_text(text: str) -> str:
    """Returns text without the characters that never go into a file.

    >>> clean_text("a\\x00b\\ufffe\\U0001ffffc\\U0001f600") == "abc\\U0001f600"
    True
    """
    text = UNWRITABLE.sub("", text)
    return ASTRAL_UNWRITABLE.sub("", text) if ASTRAL.search(text) else text


def template_safe(body: str) -> str:
    """Returns a body with its braces escaped: one `{% x %}` in a post fails a whole Hexo, Jekyll or Hugo build.

    >>> template_safe("{{ 7*7 }}")
    '&#123;&#123; 7*7 &#125;&#125;'
    """
    return body.replace("{", "&#123;").replace("}", "&#125;")


def attributes(element: etree._Element) -> dict[str, str]:
    """Returns an element's attributes as strings, in the page's order.

    lxml's `items` looks each up by its name among all: 20,000 take a second.
    """
    if len(element.attrib) > FEW:
        return {each.attrname: str(each) for each in cast("list[Any]", ATTRIBUTES(element))}
    return {str(name): str(value) for name, value in element.items()}


def image_source(values: dict[str, str]) -> str:
    """Returns the `src` of an image, else the first attribute value that names a picture file, else an empty string."""
    if values.get("src"):
        return values["src"]
    pictures = (".gif", ".png", ".jpg", ".webp")
    return next((value for value in values.values() if any(ending in value for ending in pictures)), "")
