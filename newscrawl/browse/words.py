"""Text of strangers, made fit to be shown: nothing in it controls a terminal or turns around what stands beside it."""

import re

from newscrawl.controls import CONTROLS
from newscrawl.export.csv_table import inert

CONTROL = re.compile(f"(?![\t\r])[{CONTROLS}]")  # tabs and carriage returns are in what readers type
LONGEST = 300  # characters of a sentence


def visible(text: str) -> str:
    """A text with a replacement character for each control character.

    >>> visible("\\u202eab\\x1b\\n")
    '�ab�\\n'
    """
    return CONTROL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A text as one line that is not too long.

    >>> one_line("near x:\\n  syntax\\x1b error")
    'near x: syntax� error'
    """
    line = " ".join(visible(text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def cell(value: object) -> object:
    """A value as a cell of a table that a spreadsheet opens: what would be a formula begins with an apostrophe.

    >>> cell("=1+1"), cell("经济"), cell(-1), cell("-1")
    ("'=1+1", '经济', -1, "'-1")
    """
    return inert(visible(value)) if isinstance(value, str) else value
