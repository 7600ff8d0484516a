"""Character references in texts that were escaped twice: `&amp;lt;` in a page is `&lt;` in its tree."""

import html
import re

# Of a numeric reference; no character has more than seven, and Python refuses to read more than 4,300. With more of
# them a reference is no character in any browser, and is left as it stands.
DIGITS = 100
TOO_LONG = re.compile(rf"(&#(?:[0-9]{{{DIGITS + 1},}}|[xX][0-9A-Fa-f]{{{DIGITS + 1},}}))")

TOO_LONG_NUMBER = re.compile(rf"(#[xX]?[0-9A-Fa-f]{{{DIGITS}}})[0-9A-Fa-f]+")


def unescape(text: str) -> str:
    """Returns a text with its references replaced, as browsers do; a number of thousands of digits stays.

    >>> unescape("A&lt;B&#65;&#x42"), unescape("&lt;&#" + "1" * 5000 + ";") == "<&#" + "1" * 5000 + ";"
    ('A<BAB', True)
    """
    if "&#" not in text:
        return html.unescape(text)
    return "".join(part if at % 2 else html.unescape(part) for at, part in enumerate(TOO_LONG.split(text)))


def is_reference(text: str) -> bool:
    """Whether a browser takes a text that looks like a reference for one.

    >>> [is_reference(text) for text in ("&lt;", "&copy", "&unknown;", "&#" + "1" * 5000 + ";")]
    [True, True, False, True]
    """
    return TOO_LONG.match(text) is not None or html.unescape(text) != text


def with_short_numbers(text: str) -> str:
    """Returns a text whose numeric references have 100 digits at most, however often they are escaped.

    It is for a library that reads them with Python's `int`.

    >>> len(with_short_numbers("&amp;#" + "1" * 5000 + ";")), with_short_numbers("&#65; #1234")
    (107, '&#65; #1234')
    """
    return TOO_LONG_NUMBER.sub(r"\1", text)
