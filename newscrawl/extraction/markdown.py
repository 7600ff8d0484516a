"""Keeps HTML in a Markdown file HTML: where a parser of Markdown may read a text, nothing in it is Markdown.

Posts stand in `.md` files, in a `<div>`. For Markdown that is one block of HTML up to the first blank line. Existing
posts have blank lines, so they stay; behind one, HTML goes on only where the next line begins with the tag of a block.
Everywhere else a parser may look for links, headings, code and raw HTML, so there each sign of a text is written as a
reference: it is shown the same, and is no Markdown.
"""

import re

# Tags that begin a block of HTML in Markdown, at the start of a line (CommonMark 0.31, 4.6, start condition 6). All
# parsers of the site generators have these.
BLOCK_STARTS = frozenset(
    "address article aside blockquote caption center col colgroup dd details div dl dt figcaption figure footer h1 h2 h3 "
    "h4 h5 h6 header hr li main nav ol p section summary table tbody td tfoot th thead tr ul".split()
)
MOST_INDENT = 3  # blanks; four are code
SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
ENDS_LINE = re.compile(r"\n {0,3}\Z")
# A fence of code, which Hexo and Pelican look for before they look for HTML: in a quotation or a list as well, and
# behind the separators that are line ends in JavaScript.
FENCE = re.compile(r"(?:^|(?<=[\u2028\u2029]))((?:[^\S\n\u2028\u2029]|[>*+-]|\d+\.)*)([`~])(?=\2\2)", re.MULTILINE)


class Place:
    """Where the next piece of a body stands: in a block of HTML for sure, or where Markdown may be read."""

    def __init__(self) -> None:
        self.is_html = True
        self.lead: str | None = ""  # what the open line begins with; None as soon as it holds anything but white space

    def at_line_start(self) -> bool:
        """Whether a tag here begins a line, for all parsers."""
        return self.lead is not None and len(self.lead) <= MOST_INDENT and not self.lead.strip(" ")

    def pass_text(self, text: str) -> None:
        """Goes on behind a text without a line feed."""
        if self.lead is not None:
            self.lead = None if text.strip() else self.lead + text

    def pass_line(self) -> None:
        """Goes on behind a line feed. What looks blank to one parser does not to another, so any white space counts."""
        if self.lead is not None:
            self.is_html = False
        self.lead = ""

    def pass_tag(self, name: str) -> None:
        """Goes on behind a start tag or an end tag."""
        self.is_html = self.is_html or (name in BLOCK_STARTS and self.at_line_start())
        self.lead = None

    def takes_comment(self, text: str) -> bool:
        """Whether a comment is one here for Markdown too, whatever it holds."""
        if BLANK_LINES.search(text):
            return False
        return self.is_html or self.at_line_start() or not ("\n" in text or "<" in text)

    def sheet(self, text: str) -> str:
        """Returns a style sheet for here, without blank lines where the end of the element could become a text."""
        if not (self.at_line_start() and ENDS_LINE.search(text)):
            return BLANK_LINES.sub("\n", text)
        self.is_html = self.is_html and not BLANK_LINES.search(text)
        return text


def referenced(text: str) -> str:
    """Returns a text with each ASCII sign as a reference.

    >>> referenced("1. [甲](x) &lt;")
    '1&#46; &#91;甲&#93;&#40;x&#41; &#38;lt&#59;'
    """
    return SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", text)


def without_fences(body: str) -> str:
    """Returns a body in which no line begins with a fence of code.

    >>> without_fences("a```\\n > ~~~ b")
    'a```\\n > &#126;~~ b'
    """
    return FENCE.sub(lambda found: f"{found[1]}&#{ord(found[2])};", body)
