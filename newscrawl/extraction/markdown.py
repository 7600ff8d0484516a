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
    "address article aside blockquote caption center col colgroup dd details div dl dt figcaption figure footer h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol p section summary table tbody td tfoot th thead tr ul".split()
)
SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
# A fence of code, which Hexo and Pelican look for before they look for HTML: in a quotation or a list as well, and
# behind the separators that are line ends in JavaScript.
FENCE = re.compile(r"(?:^|(?<=[\u2028\u2029]))((?:[^\S\n\u2028\u2029]|[>*+-]|\d+\.)*)([`~])(?=\2\2)", re.MULTILINE)

# The line of dashes under the head of a table, for which markdown-it looks before it looks for HTML.
SECOND_ROW = re.compile(r"^( *)([|:-])(?=[|: -]*$)", re.MULTILINE)


class Place:
    """Where the next piece of a body stands: in a block of HTML for sure, or where Markdown may be read."""

    def __init__(self) -> None:
        self.is_html = True
        self.is_blank = True  # the open line, so far
        # Nothing stands on the open line. A tag behind blanks does not end a paragraph for marked 15, Hexo's parser.
        self.is_start = True

    def pass_text(self, text: str) -> None:
        """Goes on behind a text without a line feed."""
        self.is_start = self.is_start and not text
        self.is_blank = self.is_blank and not text.strip()

    def pass_line(self) -> None:
        """Goes on behind a line feed. What looks blank to one parser does not to another, so any white space counts."""
        self.is_html = self.is_html and not self.is_blank
        self.is_blank = self.is_start = True

    def pass_tag(self, name: str) -> None:
        """Goes on behind a start tag or an end tag."""
        self.is_html = self.is_html or (self.is_start and name in BLOCK_STARTS)
        self.is_blank = self.is_start = False

    def takes_comment(self, text: str) -> bool:
        """Whether a comment is one here for Markdown too, whatever it holds."""
        if BLANK_LINES.search(text):
            return False
        return self.is_html or self.is_start or not ("\n" in text or "<" in text)

    def sheet(self, text: str) -> str:
        """Returns a style sheet for here, without blank lines where the end of the element could become a text."""
        if not (self.is_start and text.endswith("\n")):
            return BLANK_LINES.sub("\n", text)
        self.is_html = self.is_html and not BLANK_LINES.search(text)
        return text


def referenced(text: str) -> str:
    """Returns a text with each ASCII sign as a reference.

    >>> referenced("1. [甲](x) &lt;")
    '1&#46; &#91;甲&#93;&#40;x&#41; &#38;lt&#59;'
    """
    return SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", text)


def without_starts(body: str) -> str:
    """Returns a body in which no line begins a fence of code, or is the second one of a table.

    >>> without_starts("a```\\n > ~~~ b\\n|--|:-|\\n- -a")
    'a```\\n > &#126;~~ b\\n&#124;--|:-|\\n- -a'
    """
    for start in (FENCE, SECOND_ROW):
        body = start.sub(lambda found: f"{found[1]}&#{ord(found[2])};", body)
    return body
