"""Control characters of pages, servers and file names: which they are, and what becomes of them on the way out.

A terminal takes them for commands, and a reader does not see them. Posts and records lose them; what is printed or
logged shows them as escapes; addresses have them percent-encoded. Each of these edges calls a function of this module.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

# Parts of a class of characters. A line feed is no control here: it is what lines end with. Joiners (U+200C, U+200D)
# are none either: names of several scripts and emoji need them.
C0 = "\x00-\x09\x0b-\x1f\x7f"  # DEL with them
C1 = "\x80-\x9f"
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they turn the order of what is read around
CONTROLS = C0 + C1 + BIDI
CONTROL = re.compile(f"[{CONTROLS}]")
UNSEEN = re.compile(f"[{CONTROLS}\u2028\u2029]")  # and what some programs take for the end of a line
BREAKING = re.compile(f"[{CONTROLS}\n\u2028\u2029]")


def without_controls(text: str) -> str:
    """Returns a text for a record: without controls, and with a blank for each tab.

    >>> without_controls("a\\x1b[31mb\\tc\\u202e\\x9bd\\ne")
    'a[31mb cd\\ne'
    """
    return CONTROL.sub("", text.replace("\t", " ")) if CONTROL.search(text) else text


def visible(text: str) -> str:
    """Returns lines for a terminal or a log: each control as an escape; line feeds stay.

    >>> print(visible("a\\x1b[31m\\u202e b\\n"), end="")
    a\\x1b[31m\\u202e b
    """
    return UNSEEN.sub(_escape, text)


def visible_line(text: str) -> str:
    """Returns a text as one line for a terminal or a log: line feeds are escaped, too.

    >>> print(visible_line("a\\nnewscrawl: done\\r\\x85"))
    a\\x0anewscrawl: done\\x0d\\x85
    """
    return BREAKING.sub(_escape, text)


def percent_encoded(address: str) -> str:
    """Returns an address in which each control is percent-encoded, as browsers do.

    >>> percent_encoded("/a\\x1b/\\u202eb\\n")
    '/a%1B/%E2%80%AEb%0A'
    """
    return BREAKING.sub(lambda match: quote(match[0]), address)


def with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Returns a value of JSON with each text in it changed, the names in objects too.

    >>> with_texts({"a": ["b", 1, None]}, str.upper)
    {'A': ['B', 1, None]}
    """
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {with_texts(name, change): with_texts(each, change) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_texts(each, change) for each in value]
    return value


def visible_json(data: Any) -> str:
    """Returns data as JSON in one line. Its texts show controls as escapes, so no reader of the JSON gets one either.

    >>> print(visible_json({"what": "a\\x1b[2J\\u2028b"}))
    {"what": "a\\\\x1b[2J\\\\u2028b"}
    """
    return json.dumps(with_texts(data, visible), ensure_ascii=False)


def _escape(match: re.Match[str]) -> str:
    return f"\\x{ord(match[0]):02x}" if match[0] < "\u0100" else f"\\u{ord(match[0]):04x}"
