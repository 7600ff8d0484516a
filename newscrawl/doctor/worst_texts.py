"""The worst texts for a pattern, of its own parts: what reaches a repetition, what is repeated, and an end that fails.

A pattern that takes more than its share of time has a repetition that can be left at many places, and something behind
it that fails. So for each repetition there are texts that reach it, go on in it, and then end otherwise. A search
begins anew at each place of the text, so what leads to the repetition is repeated, too.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import permutations
from typing import Any, NamedTuple

COMMON = " \n\t\u3000a中1<>\"'-_./:;,&=()[]{}|、，。：（）*"  # what texts and pages have
CHOICES, LITERALS, PAIRED = 4, 24, 8  # characters of a class that are tried; of the pattern, alone and in pairs
CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_NOT_DIGIT": lambda each: not each.isdecimal(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda each: not each.isspace(),
    "CATEGORY_WORD": lambda each: each.isalnum() or each == "_",
    "CATEGORY_NOT_WORD": lambda each: not (each.isalnum() or each == "_"),
}
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
Items = Any  # a part of the parser's tree: (operation, argument) pairs


class Worst(NamedTuple):
    """A text of any size: one part of it is repeated."""

    before: str
    again: str
    after: str = ""

    def text(self, size: int) -> str:
        """Returns the text with about `size` characters in its repeated part.

        >>> Worst("<", "ab", ">").text(5)
        '<abab>'
        """
        return self.before + self.again * max(1, size // len(self.again)) + self.after

    @property
    def words(self) -> str:
        """The text in words, short enough for a line.

        >>> Worst("2026", " ", "x").words
        "'2026', then ' ' again and again, then 'x'"
        """
        parts = (
            self.before and repr(self.before[-40:]),
            f"{self.again[:40]!r} again and again",
            self.after and repr(self.after[:40]),
        )
        return ", then ".join(filter(None, parts))


def worst_texts(pattern: str | bytes, flags: int = 0, *, few: bool = False) -> list[Worst]:
    """Returns the worst texts for a pattern, each once. A `few` of them find most of what all find, sooner.

    Raises re.error for a pattern that is none.

    >>> Worst("a", " ", "") in worst_texts(r"a\\s*b")
    True
    """
    tree = re._parser.parse(pattern, flags)  # type: ignore[attr-defined] # noqa: SLF001 (there is no other parser of its syntax)
    own = dict.fromkeys(literals(tree))
    most = "\u00ff" if isinstance(pattern, bytes) else "\U0010ffff"
    pool = Pool([each for each in dict.fromkeys((*own, *COMMON)) if each <= most], tree, 2 if few else CHOICES)
    ends = ("\0",) if few else ("", "\0")
    found: dict[Worst, None] = {}
    for before, body in repetitions(tree, "", pool):
        for again in bodies(body, pool):
            other = next((each for each in pool.characters if each not in again and not holds_all(body, each)), "!")
            fails = f"{other}\0" if holds_all(body, "\0") else "\0"  # what goes on in the repetition is no end of it
            after = (fails,) if few else (*ends, other, fails)
            found |= dict.fromkeys(Worst(before, again, each) for each in after)
            found[Worst("", before + again)] = None
    letters = [*own][: CHOICES if few else LITERALS]
    found |= dict.fromkeys(Worst("", each, after) for each in (*letters, *COMMON[:8]) if each <= most for after in ends)
    found |= dict.fromkeys(
        Worst("", first + second) for first, second in permutations([*own][: 0 if few else PAIRED], 2)
    )
    return [*found]


class Pool:
    """The characters that texts for a pattern are made of, those first which most of its parts hold."""

    def __init__(self, characters: Iterable[str], tree: Items, choices: int) -> None:
        self.characters = [*characters]
        self.choices = choices
        self.known: dict[tuple[Any, int], frozenset[str]] = {}
        count = Counter(each for kind, value in single(tree) for each in self.held(kind, value))
        self.characters.sort(key=lambda each: -count[each])

    def held(self, operation: Any, argument: Any) -> frozenset[str]:
        """Returns the characters that a class of the pattern holds, which is asked for again and again."""
        key = (operation, argument if isinstance(argument, int) else id(argument))
        if key not in self.known:
            self.known[key] = frozenset(each for each in self.characters if holds(operation, argument, each))
        return self.known[key]

    def of(self, operation: Any, argument: Any) -> list[str]:
        """Returns the characters of a class that are tried."""
        held = self.held(operation, argument)
        return [each for each in self.characters if each in held][: self.choices]


def single(items: Items) -> Iterator[tuple[Any, Any]]:
    """Yields the parts of a pattern that hold one character each."""
    for operation, argument in items:
        if str(operation) in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            yield operation, argument
        for part in parts_of(operation, argument):
            yield from single(part)


def literals(items: Items) -> Iterator[str]:
    """Yields the characters that a pattern names, those of its classes included."""
    for operation, argument in single(items):
        for kind, value in argument if str(operation) == "IN" else ((operation, argument),):
            if str(kind) in ("LITERAL", "NOT_LITERAL"):
                yield chr(value)
            elif str(kind) == "RANGE":
                yield chr(value[0])


def parts_of(operation: Any, argument: Any) -> tuple[Items, ...]:
    """Returns the patterns within a part of a pattern."""
    match str(operation):
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return (argument[2],)
        case "BRANCH":
            return tuple(argument[1])
        case "SUBPATTERN":
            return (argument[3],)
        case "ASSERT" | "ASSERT_NOT":
            return (argument[1],)
        case "ATOMIC_GROUP":
            return (argument,)
        case "GROUPREF_EXISTS":
            return tuple(filter(None, argument[1:]))
    return ()


def holds(operation: Any, argument: Any, character: str) -> bool:
    """Whether a part of a pattern that holds one character holds this one."""
    match str(operation):
        case "LITERAL":
            return bool(chr(argument) == character)
        case "NOT_LITERAL":
            return bool(chr(argument) != character)
        case "ANY":
            return character != "\n"
        case "RANGE":
            return bool(argument[0] <= ord(character) <= argument[1])
        case "CATEGORY":
            return CATEGORIES[str(argument)](character)
        case "IN":
            negated = str(argument[0][0]) == "NEGATE"
            return negated != any(holds(kind, value, character) for kind, value in argument[negated:])
    return False


def holds_all(items: Items, character: str) -> bool:
    """Whether a repeated part is a single class that holds a character."""
    return len(items) == 1 and holds(items[0][0], items[0][1], character)


def example(items: Items, pool: Pool) -> str:
    """Returns a short text that a pattern matches, as far as it has no conditions on its surroundings."""
    found = ""
    for operation, argument in items:
        match str(operation):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                found += next(iter(pool.of(operation, argument)), "")
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                found += example(argument[2], pool) * argument[0]
            case "ASSERT" | "ASSERT_NOT":
                pass
            case _:
                found += next((example(part, pool) for part in parts_of(operation, argument)), "")
    return found


def bodies(items: Items, pool: Pool) -> Iterator[str]:
    """Yields texts that a repeated part matches: the characters of a class, else one for each of its alternatives."""
    if len(items) == 1:
        operation, argument = items[0]
        if str(operation) in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            yield from pool.of(operation, argument)
            return
        if str(operation) not in REPEATS:
            for part in parts_of(operation, argument):
                yield from bodies(part, pool)
            return
    if whole := example(items, pool):
        yield whole
    elif inner := next((example(part, pool) for each in items for part in parts_of(*each)), ""):
        yield inner  # (?:a*)*: of which once is none


def repetitions(items: Items, before: str, pool: Pool) -> Iterator[tuple[str, Items]]:
    """Yields the repetitions of a pattern: a text that leads to each, and what is repeated."""
    for operation, argument in items:
        if str(operation) in REPEATS and argument[1] > 1:
            yield before, argument[2]
        for part in parts_of(operation, argument):
            yield from repetitions(part, before, pool)
        before += example([(operation, argument)], pool)
