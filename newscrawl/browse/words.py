"""Text of strangers, made fit to be shown: nothing in it controls a terminal or turns around what stands beside it."""

import re

# C0 but tab, line feed and carriage return; DEL and C1; the marks, embeddings, overrides and isolates of bidi text.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST = 300  # characters of a sentence
FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠|]|[\t\r]")  # what a spreadsheet may take for one


def visible(text: str) -> str:
    """A text with a replacement character for each control character.

    >>> visible("\\u202eab\\x1b\\n")
    '�ab�\\n'
    """
    return CONTROLS.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A text as one line that is not too long.

    >>> one_line("near x:\\n  syntax\\x1b error")
    'near x: syntax� error'
    """
    line = " ".join(visible(text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def cell(value: object) -> object:
    """A value as a cell of a table that a spreadsheet opens: text that would be a formula begins with an apostrophe.

    >>> cell("=1+1"), cell("经济"), cell(-1), cell("-1")
    ("'=1+1", '经济', -1, "'-1")
    """
    if not isinstance(value, str):
        return value
    return visible(f"'{value}" if FORMULA.match(value) else value)
