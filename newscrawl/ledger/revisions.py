"""What changed between two readings of an article. Records in (`Article.record()`), plain data out.

Finance news is edited silently, and a figure put right is another matter than a comma: a change has kinds.
"""

import hashlib
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

HEAD = ("author", "source", "byline", "editor", "published", "keywords", "stocks", "original_title")
PICTURES = ("images", "headimg")
# What counts as the article: not where it stands nor how it was read, and `modified` moves without a change.
COUNTED = ("title", *HEAD, *PICTURES, "text", "html")

KINDS = ("title", "figures", "added", "removed", "text", "pictures", "head", "markup")

NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)*[%％‰]?")
SIMILAR = 0.5  # the share of pairs of characters that makes two paragraphs one, changed
NEAR = 5  # paragraphs that are looked at for the one that another became
LONG = 50  # lines between two anchors beyond which SequenceMatcher, at worst quadratic, is not asked

Edit = tuple[str | None, str | None]  # what a paragraph was and is; None: it was not, or is no more
Shape = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different between two readings; no kinds when nothing is.

    `figures` are numbers changed within a paragraph, `text` words; `pictures` also their captions, `head` all that
    stands around headline and text, `markup` the HTML where text and pictures are the same. `lines` are the paragraphs
    that differ, in order: what was as `- …`, what is now as `+ …`.
    """

    kinds: tuple[str, ...] = ()  # in the order of KINDS
    title: tuple[str, str] | None = None  # (was, is)
    lines: tuple[str, ...] = ()
    added: int = 0  # paragraphs
    removed: int = 0


def article_digest(record: Mapping[str, Any]) -> str:
    """The SHA-256 of the article that a record holds, in hexadecimal; equal when `compare` finds nothing.

    A field that is empty counts as one that is not there, so that a record of an older newscrawl keeps its digest.

    >>> article_digest({"title": "甲", "url": "https://a/"}) == article_digest({"title": "甲", "editor": "", "url": "https://b/"})
    True
    """
    return hashlib.sha256(_canonical(record, COUNTED)).hexdigest()


def _canonical(record: Mapping[str, Any], names: Sequence[str]) -> bytes:
    """Fields as bytes that depend on nothing but what they say. ASCII: a page may hold half a surrogate pair."""
    said = {name: record[name] for name in names if record.get(name)}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """What changed from one record to another.

    >>> change = compare({"text": "涨3.5%\\n完"}, {"text": "涨5.3%\\n完\\n又及"})
    >>> change.kinds, change.lines
    (('figures', 'added'), ('- 涨3.5%', '+ 涨5.3%', '+ 又及'))
    """

    def differ(*names: str) -> bool:
        return _canonical(old, names) != _canonical(new, names)

    found = tuple(edits(_paragraphs(old), _paragraphs(new)))
    changed = [(masked(was), masked(now)) for was, now in found if was is not None and now is not None]
    added, removed = sum(was is None for was, _ in found), sum(now is None for _, now in found)
    signs = {
        "title": differ("title"),
        "figures": any(was == now for was, now in changed),
        "added": added > 0,
        "removed": removed > 0,
        "text": any(was != now for was, now in changed),
        "pictures": differ(*PICTURES),
        "head": differ(*HEAD),
        "markup": differ("html") and not differ("text", *PICTURES),
    }
    return Change(
        tuple(kind for kind in KINDS if signs[kind]),
        (old.get("title") or "", new.get("title") or "") if signs["title"] else None,
        tuple(f"{sign} {line}" for edit in found for sign, line in zip("-+", edit, strict=True) if line is not None),
        added,
        removed,
    )


def _paragraphs(record: Mapping[str, Any]) -> list[str]:
    text = record.get("text") or ""
    return text.split("\n") if text else []


def describe(change: Change) -> str:
    """A change in one line.

    >>> describe(Change(("title", "figures", "added"), ("甲", "乙"), added=1))
    'title, figures, 1 paragraph added'
    >>> describe(Change(("removed", "markup"), removed=2)), describe(Change())
    ('2 paragraphs removed, markup', 'nothing')
    """
    counts = {"added": change.added, "removed": change.removed}
    parts = [
        f"{counts[kind]} paragraph{'s' * (counts[kind] != 1)} {kind}" if kind in counts else kind
        for kind in change.kinds
    ]
    return ", ".join(parts) or "nothing"


def masked(text: str) -> str:
    """A text with every number as 0: what is left is its words.

    >>> masked("2026年净利润下降1,234.5万元，同比-3%")
    '0年净利润下降0万元，同比0'
    """
    return NUMBER.sub("0", text)


def edits(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """The paragraphs that differ, in order; about linear in their number.

    Paragraphs that stand once in both texts part them (patience diff), SequenceMatcher compares what is between.

    >>> list(edits(["甲", "乙", "丙"], ["甲", "丙", "丁"]))
    [('乙', None), (None, '丁')]
    """
    at = to = 0
    for i, j in (*anchors(old, new), (len(old), len(new))):
        yield from _between(old[at:i], new[to:j])
        at, to = i + 1, j + 1


def anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Where the lines stand that each text has once: the longest run of them that is in order in both.

    >>> anchors(["甲", "乙", "丙", "同", "同"], ["丙", "甲", "同", "乙"])
    [(0, 1), (1, 3)]
    """
    first, second = Counter(old), Counter(new)
    place = {line: at for at, line in enumerate(new) if second[line] == 1}
    pairs = [(at, place[line]) for at, line in enumerate(old) if first[line] == 1 and line in place]
    tops: list[int] = []  # the lowest place in `new` that a run of each length ends at
    ends: list[int] = []  # and the pair that it ends with
    before: list[int] = []  # the pair before each one in its run
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1], ends[length : length + 1] = [j], [at]
    run = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    if max(len(old), len(new)) > LONG:
        yield from _paired(old, new)
        return
    for what, i, to_i, j, to_j in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield from _paired(old[i:to_i], new[j:to_j])


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Each paragraph with the next one that is like it; those without one were removed or added."""
    shapes = [shape(line) for line in new]
    to = 0
    for was in old:
        own = shape(was)
        near = range(to, min(to + NEAR, len(new)))
        found = next((at for at in near if new[at] == was or alike(own, shapes[at]) >= SIMILAR), None)
        if found is None:
            yield was, None
            continue
        yield from ((None, line) for line in new[to:found])
        if new[found] != was:
            yield was, new[found]
        to = found + 1
    yield from ((None, line) for line in new[to:])


def shape(text: str) -> Shape:
    """The pairs of characters in a text whose numbers do not matter, its ends counted as characters."""
    text = f"\n{masked(text)}\n"
    return frozenset(pairwise(text))


def alike(one: Shape, other: Shape) -> float:
    """How much two shapes share, 0 to 1 (Dice): linear, where a ratio by SequenceMatcher is not in long paragraphs.

    >>> alike(shape("净利润3亿元"), shape("净利润5.2亿元")), alike(shape("净利润3亿元"), shape("收盘"))
    (1.0, 0.0)
    """
    return 2 * len(one & other) / (len(one) + len(other))
