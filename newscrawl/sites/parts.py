"""Named parts of patterns: what several rules of a site file share stands there once."""

import re
from collections.abc import Mapping

import msgspec

from newscrawl.sites.model import Boilerplate

NAME = re.compile(r"\(\?&(\w+)\)")


def expanded(pattern: str, parts: Mapping[str, str]) -> str:
    """Returns a pattern with the part of that name in place of each `(?&name)`. Raises ValueError for an unknown name.

    >>> expanded("(?&verb)(?&mark)?$", {"verb": "see|read", "mark": "[!>]"})
    '(?:see|read)(?:[!>])?$'
    """

    def part(name: re.Match[str]) -> str:
        if name[1] not in parts:
            raise ValueError(f"{pattern} names the part {name[1]}, which is not among those before it")
        return f"(?:{parts[name[1]]})"

    return NAME.sub(part, pattern)


def with_parts(rules: Boilerplate) -> Boilerplate:
    """Returns the rules with their parts in place. A part may hold those before it."""
    parts: dict[str, str] = {}
    for name, text in (rules.parts or {}).items():
        parts[name] = expanded(text, parts)
    lines = tuple(
        msgspec.structs.replace(rule, match=expanded(rule.pattern, parts), call=expanded(rule.call, parts))
        for rule in rules.lines
    )
    return msgspec.structs.replace(rules, parts=None, lines=lines)
