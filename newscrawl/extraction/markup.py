"""Writes HTML from a parsed tree: balanced, inert, and safe in the templates of site generators."""

import html
import re
from collections.abc import Iterator
from typing import Any, cast

from lxml import etree

from newscrawl.extraction.dom import base_of
from newscrawl.sites.urls import resolve

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

# Elements that run, load or re-parse: scripts and plug-ins, elements that change the page's base URL or load styles,
# foreign content, and raw-text elements whose serialisation a browser parses differently (mutation XSS).
ACTIVE = frozenset(
    "script noscript template object embed applet base meta link frame frameset svg math "
    "xmp noembed noframes plaintext textarea title".split()
)
# Values that run, in any attribute. Browsers ignore controls and blanks in the scheme, so they are removed first.
SQUEEZED = re.compile(r"[\x00-\x20]+")
DANGEROUS = re.compile(r"(?:javascript|vbscript):|data:(?!image/(?:png|gif|jpeg|webp)[;,])", re.IGNORECASE)
PICTURE_DATA = re.compile(r"data:image/(?:png|gif|jpeg|webp)[;,]", re.IGNORECASE)
FENCE = re.compile(r"^[`~](?=[`~]{2})", re.MULTILINE)  # a code fence in Markdown
RAW = frozenset(("style", "iframe"))  # the parser reads their content as text
FEW = 50  # attributes of an element that lxml lists sooner than XPath; recorded pages have 15
ATTRIBUTES = etree.XPath("@*")
TAG_NAME = re.compile(r"[a-z][a-z0-9:_-]*")
ATTRIBUTE_NAME = re.compile(r"[A-Za-z_:@][A-Za-z0-9_:.@-]*")

# Characters that never go into a file, because some YAML readers refuse or change them: C0 except line feed, DEL, C1,
# lone surrogates, non-characters, the BOM. Those beyond the basic plane are searched only in texts that have such
# characters: one class for all is 15 times as slow.
UNWRITABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
ASTRAL_UNWRITABLE = re.compile(
    f"[{''.join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))}]"
)
ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);?")
UNSAFE_COMMENT = re.compile(
    r"^-?>|--|-$|<!-|^\s*more\s*$", re.IGNORECASE
)  # some parser ends the comment early, or Hexo cuts the post there


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
    return match[0] if html.unescape(match[0]) == match[0] else f"&amp;{match[0][1:]}"


def attribute(name: str, value: str) -> str:
    """Returns an attribute with a blank before it. An attribute without a value is only its name, as in existing posts.

    >>> attribute("alt", ""), attribute("href", 'https://x/?a=1&lt=2&b="')
    (' alt', ' href="https://x/?a=1&lt=2&b=&quot;"')
    """
    if not value:
        return f" {name}"
    if "&" in value:
        value = ENTITY.sub(_escaped_attribute_reference, value)
    return f' {name}="{value.replace(chr(34), "&quot;").replace("<", "&lt;")}"'


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


def full_body(container: etree._Element, url: str) -> str:
    """Returns the inner HTML of a container in the form of existing posts, boilerplate and comments included.

    That form is: no white space or comment before the first element, no scripts and event handlers, absolute links and
    images, `referrerpolicy` last on images, decoded entities, no TABs and controls. In addition, this removes every
    active element, attribute and URL, and keeps `<` escaped. `url` is the address of the container's page.
    """
    base = base_of(container.getroottree().getroot(), url)
    return template_safe(FENCE.sub(lambda match: f"&#{ord(match[0])};", "".join(_pieces(container, base))))


def _pieces(container: etree._Element, base: str) -> Iterator[str]:
    started = False  # existing posts have no leading white space and comments
    if container.text and container.text.strip():
        started = True
        yield escape_text(container.text)
    walker = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if element is container:
            continue
        inert = is_inert(element)
        if event == "start":
            started = started or inert
            if inert:
                yield _opened(element, base)
            if not inert or element.tag in RAW:
                walker.skip_subtree()
            continue
        if event == "end" and inert and element.tag not in VOID:
            yield f"</{element.tag}>"
        if event == "comment" and started:
            comment = clean_text(element.text or "")
            yield "" if UNSAFE_COMMENT.search(comment) else f"<!--{comment}-->"
        if element.tail and (started or element.tail.strip()):
            started = True
            yield escape_text(element.tail)


def is_inert(element: etree._Element) -> bool:
    """Whether an element can be written: its tag has a plain name and is not active."""
    return isinstance(element.tag, str) and element.tag not in ACTIVE and TAG_NAME.fullmatch(element.tag) is not None


def _opened(element: etree._Element, base: str) -> str:
    """Returns a start tag and the text up to the first child. An iframe's content is never shown and is left out."""
    text = escape_text(element.text or "")
    if element.tag in RAW:
        text = clean_text(element.text or "") if element.tag == "style" and "<" not in (element.text or "") else ""
    return f"<{element.tag}{''.join(_attributes(element, base))}>{text}"


def _attributes(element: etree._Element, base: str) -> Iterator[str]:
    values = attributes(element)
    if element.tag == "img":
        values["src"] = image_source(values)
        values.pop("referrerpolicy", None)
    for name, raw in values.items():
        if name.lower().startswith("on") or name in ("srcdoc", "srcset") or not ATTRIBUTE_NAME.fullmatch(name):
            continue
        value = clean_text(raw)
        if DANGEROUS.match(SQUEEZED.sub("", value)):
            continue
        if name in ("href", "src") and value and not value.startswith("#"):
            picture = element.tag == "img" and PICTURE_DATA.match(value)
            value = value if picture else resolve(value, base, secure=False)
            if not value:
                continue
        yield attribute(name, value)
    if element.tag == "img":
        yield ' referrerpolicy="no-referrer"'


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
