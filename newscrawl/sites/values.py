"""The patterns and selectors of a site, by what the model says of each field: whoever adds one need not list it."""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

PATTERN, SELECTOR = "pattern", "selector"  # the marks of the model's types
XPATHS = ("/", "(", ".//", "id(")  # how a selector begins that is no CSS


class Value(NamedTuple):
    """A text of a site: where it stands in the site file, and how it is used (`search`, `match`, `css` …)."""

    where: str
    text: str
    use: str

    @property
    def is_xpath(self) -> bool:
        """Whether a selector is an XPath."""
        return self.use == "xpath" or self.text.startswith(XPATHS)


def marked(site: msgspec.Struct, mark: str) -> Iterator[Value]:
    """Yields the texts of a site with a mark, PATTERN or SELECTOR, that are not empty.

    >>> from newscrawl.sites.model import Skip
    >>> list(marked(Skip("blog", "^https?://blog[.]", "a reader's"), PATTERN))
    [Value(where='url', text='^https?://blog[.]', use='search')]
    """
    return _marked(site, _type_of(type(site)), mark, "")


@functools.cache
def _type_of(kind: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(kind)


def _marked(value: Any, kind: inspect.Type, mark: str, where: str) -> Iterator[Value]:
    match kind:
        case inspect.Metadata(extra=extra) if extra and mark in extra and isinstance(value, str) and value:
            yield Value(where, value, extra[mark])
        case inspect.Metadata(type=inner):
            yield from _marked(value, inner, mark, where)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _marked(value, each, mark, where)
        case inspect.VarTupleType(item_type=item) if isinstance(value, tuple):
            for number, each in enumerate(value):
                yield from _marked(each, item, mark, f"{where}[{_name_of(each, number)}]")
        case inspect.StructType(cls=cls, fields=fields) if isinstance(value, cls):
            for field in fields:
                name = f"{where}.{field.name}".lstrip(".")
                yield from _marked(getattr(value, field.name), field.type, mark, name)


def _name_of(value: Any, number: int) -> str:
    """Returns the name of a part of a list, else its number, from 1."""
    return getattr(value, "name", "") or str(number + 1)
