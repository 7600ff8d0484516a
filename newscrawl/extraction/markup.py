"""Writing HTML from a parsed tree: balanced, inert, and safe in the templates of site generators."""

import html
import re
from collections.abc import Iterator

from lxml import etree

from newscrawl.sites.urls import resolve

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

# Elements that run, load or re-parse: scripts and plug-ins, what moves the page's base or styles it from elsewhere,
# foreign content and raw-text elements whose serialisation a browser reads differently (mutation XSS).
ACTIVE = frozenset(
    "script noscript template object embed applet base meta link frame frameset svg math "
    "xmp noembed noframes plaintext textarea title".split()
)
# A value that runs, in whatever attribute: the scheme is read as browsers do, controls and blanks left out.
SQUEEZED = re.compile(r"[\x00-\x20]+")
DANGEROUS = re.compile(r"(?:javascript|vbscript):|data:(?!image/(?:png|gif|jpeg|webp)[;,])", re.IGNORECASE)
PICTURE_DATA = re.compile(r"data:image/(?:png|gif|jpeg|webp)[;,]", re.IGNORECASE)
FENCE = re.compile(r"^[`~](?=[`~]{2})", re.MULTILINE)  # of code, to a Markdown reader
RAW = frozenset(("style", "iframe"))  # their inside is text, whatever it looks like
TAG_NAME = re.compile(r"[a-z][a-z0-9:_-]*")
ATTRIBUTE_NAME = re.compile(r"[A-Za-z_:@][A-Za-z0-9_:.@-]*")

# Never in a file: C0 but line feed, DEL, C1, lone surrogates, non-characters, the BOM (front-matter.md §1.1). Beyond
# the basic plane they are looked for only where there is such a character: one class for all is 15 times as slow.
UNWRITABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
ASTRAL_UNWRITABLE = re.compile(
    f"[{''.join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))}]"
)
ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);?")
UNSAFE_COMMENT = re.compile(
    r"^-?>|--|-$|<!-|^\s*more\s*$", re.IGNORECASE
)  # ends early in some reader, or cuts a Hexo post


def escape_text(text: str) -> str:
    """Text as HTML with as few references as can be: `<`, and an `&` that would read as a reference.

    The sample's own text holds raw `>`, `"`, `&` and no-break spaces, so they stay.

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
    """One attribute with the blank before it; an empty value is written bare, as the sample has it.

    >>> attribute("alt", ""), attribute("href", 'https://x/?a=1&lt=2&b="')
    (' alt', ' href="https://x/?a=1&lt=2&b=&quot;"')
    """
    if not value:
        return f" {name}"
    if "&" in value:
        value = ENTITY.sub(_escaped_attribute_reference, value)
    return f' {name}="{value.replace(chr(34), "&quot;").replace("<", "&lt;")}"'


def _escaped_attribute_reference(match: re.Match[str]) -> str:
    """Without a semicolon and before `=` or a letter, an attribute's `&copy=` is text (HTML standard, 13.2.5.73)."""
    following = match.string[match.end() : match.end() + 1]
    literal = not match[0].endswith(";") and not match[0].startswith("&#") and (following == "=" or following.isalnum())
    return match[0] if literal else _escaped_reference(match)


def clean_text(text: str) -> str:
    """Text without what no file may hold.

    >>> clean_text("a\\x00b\\ufffe\\U0001ffffc\\U0001f600") == "abc\\U0001f600"
    True
    """
    text = UNWRITABLE.sub("", text)
    return ASTRAL_UNWRITABLE.sub("", text) if ASTRAL.search(text) else text


def template_safe(body: str) -> str:
    """A body that no template engine runs: one `{% x %}` in one post ends a whole Hexo, Jekyll or Hugo build.

    >>> template_safe("{{ 7*7 }}")
    '&#123;&#123; 7*7 &#125;&#125;'
    """
    return body.replace("{", "&#123;").replace("}", "&#125;")


def full_body(container: etree._Element, base: str) -> str:
    """The inside of a container as it is, boilerplate and comments included, made as the sample was.

    The chain behind the sample (`sina-layouts.md` §0): inner HTML without what precedes the first element, scripts and
    event handlers gone, links and images absolute, `referrerpolicy` last on images, entities decoded, TABs and controls
    dropped. Here besides: every active element, attribute and URL goes, `<` stays escaped.
    """
    return template_safe(FENCE.sub(lambda match: f"&#{ord(match[0])};", "".join(_pieces(container, base))))


def _pieces(container: etree._Element, base: str) -> Iterator[str]:
    started = False  # leading white space and comments are lost on the way to the sample
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
    """Whether an element can be written: a tag of a plain name that neither runs nor loads nor re-parses anything."""
    return isinstance(element.tag, str) and element.tag not in ACTIVE and TAG_NAME.fullmatch(element.tag) is not None


def _opened(element: etree._Element, base: str) -> str:
    """A start tag and the text up to the first child; the inside of an iframe is nothing a browser shows."""
    text = escape_text(element.text or "")
    if element.tag in RAW:
        text = clean_text(element.text or "") if element.tag == "style" and "<" not in (element.text or "") else ""
    return f"<{element.tag}{''.join(_attributes(element, base))}>{text}"


def _attributes(element: etree._Element, base: str) -> Iterator[str]:
    values = attributes(element)
    if element.tag == "img":
        values["src"] = image_source(values)
        values.pop("referrerpolicy", None)
    for name, held in values.items():
        if name.lower().startswith("on") or name in ("srcdoc", "srcset") or not ATTRIBUTE_NAME.fullmatch(name):
            continue
        value = clean_text(held)
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
    """An element's attributes as text, in the page's order."""
    return {str(name): str(value) for name, value in element.items()}


def image_source(values: dict[str, str]) -> str:
    """The src of an image, or the first other attribute that names a picture file when it has none."""
    if values.get("src"):
        return values["src"]
    pictures = (".gif", ".png", ".jpg", ".webp")
    return next((value for value in values.values() if any(ending in value for ending in pictures)), "")
