"""What changed between two revisions of an article: takes records (`Article.record()`), returns plain data.

Finance news is edited silently, and a corrected figure matters more than a comma: a change has kinds.
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

HEAD = (
    "author",
    "source",
    "byline",
    "editor",
    "published",
    "keywords",
    "stocks",
    "original_title",
    "kicker",
    "subtitle",
)
PICTURES = ("images", "headimg")
# The fields whose change is a revision: not the URL or the layout, and not `modified`, which moves without a change.
COUNTED = ("title", *HEAD, *PICTURES, "text", "html")

KINDS = ("title", "figures", "added", "removed", "text", "pictures", "head", "markup")

NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)*[%％‰]?")
SIMILAR = 0.5  # minimum Dice similarity of two paragraphs that are versions of one
NEAR = 5  # paragraphs that are searched for the new version of one
LONG = 50  # maximum lines between two anchors for SequenceMatcher, which is quadratic in the worst case

Edit = tuple[str | None, str | None]  # the old and new text of a paragraph; None: added or removed
Shape = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """The differences between two revisions; without kinds there are none.

    `figures`: numbers have changed within a paragraph, `text`: words have; `pictures` includes captions; `head`: the
    fields of HEAD; `markup`: the HTML differs while text and pictures are the same.
    """

    kinds: tuple[str, ...] = ()  # in the order of KINDS
    title: tuple[str, str] | None = None  # (old, new)
    lines: tuple[str, ...] = ()  # the paragraphs that differ, in order: old ones as `- …`, new ones as `+ …`
    added: int = 0  # paragraphs
    removed: int = 0


def article_digest(record: Mapping[str, Any]) -> str:
    """The SHA-256 of a record's article, in hexadecimal; equal for two records when `compare` finds no change.

    An empty field counts as missing, so that a record of an older newscrawl keeps its digest when fields are added.

    >>> article_digest({"title": "甲", "url": "https://a/"}) == article_digest({"title": "甲", "editor": "", "url": "https://b/"})
    True
    """
    return hashlib.sha256(_canonical(record, COUNTED)).hexdigest()


def _canonical(record: Mapping[str, Any], names: Sequence[str]) -> bytes:
    """Fields in a canonical form. ASCII-only JSON, because a page may hold half a surrogate pair."""
    values = {name: record[name] for name in names if record.get(name)}
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """The change from one record to another.

    >>> change = compare({"text": "涨3.5%\\n完"}, {"text": "涨5.3%\\n完\\n又及"})
    >>> change.kinds, change.lines
    (('figures', 'added'), ('- 涨3.5%', '+ 涨5.3%', '+ 又及'))
    """

    def differ(*names: str) -> bool:
        return _canonical(old, names) != _canonical(new, names)

    found = tuple(edits(_paragraphs(old), _paragraphs(new)))
    changed = [(masked(was), masked(now)) for was, now in found if was is not None and now is not None]
    added, removed = sum(was is None for was, _ in found), sum(now is None for _, now in found)
    present = {
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
        tuple(kind for kind in KINDS if present[kind]),
        (old.get("title") or "", new.get("title") or "") if present["title"] else None,
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
    """A text with every number replaced by 0.

    >>> masked("2026年净利润下降1,234.5万元，同比-3%")
    '0年净利润下降0万元，同比0'
    """
    return NUMBER.sub("0", text)


def edits(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Yields the paragraphs that differ, in order, in about linear time.

    A patience diff: paragraphs that occur once in both texts are anchors, SequenceMatcher compares what is between.

    >>> list(edits(["甲", "乙", "丙"], ["甲", "丙", "丁"]))
    [('乙', None), (None, '丁')]
    """
    old_start = new_start = 0
    for i, j in (*anchors(old, new), (len(old), len(new))):
        yield from _between(old[old_start:i], new[new_start:j])
        old_start, new_start = i + 1, j + 1


def anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The anchors of a patience diff, as positions (in `old`, in `new`).

    They are the longest increasing subsequence of the lines that occur exactly once in each text.

    >>> anchors(["甲", "乙", "丙", "同", "同"], ["丙", "甲", "同", "乙"])
    [(0, 1), (1, 3)]
    """
    first, second = Counter(old), Counter(new)
    place = {line: at for at, line in enumerate(new) if second[line] == 1}
    pairs = [(at, place[line]) for at, line in enumerate(old) if first[line] == 1 and line in place]
    tops: list[int] = []  # the lowest position in `new` at which a subsequence of each length ends
    ends: list[int] = []  # the pair at which it ends
    before: list[int] = []  # the predecessor of each pair in its subsequence
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1], ends[length : length + 1] = [j], [at]
    chain = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    if max(len(old), len(new)) > LONG:
        yield from _paired(old, new)
        return
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _paired(old[i:i_end], new[j:j_end])


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Pairs each old paragraph with the next similar new one; those without a partner were removed or added."""
    shapes = [shape(line) for line in new]
    start = 0
    for was in old:
        own = shape(was)
        near = range(start, min(start + NEAR, len(new)))
        found = next((at for at in near if new[at] == was or similarity(own, shapes[at]) >= SIMILAR), None)
        if found is None:
            yield was, None
            continue
        yield from ((None, line) for line in new[start:found])
        if new[found] != was:
            yield was, new[found]
        start = found + 1
    yield from ((None, line) for line in new[start:])


def shape(text: str) -> Shape:
    """The character bigrams of a text with its numbers masked; its start and end count as characters."""
    text = f"\n{masked(text)}\n"
    return frozenset(pairwise(text))


def similarity(one: Shape, other: Shape) -> float:
    """The Dice similarity of two shapes, 0 to 1. Linear, unlike SequenceMatcher's ratio in long paragraphs.

    >>> similarity(shape("净利润3亿元"), shape("净利润5.2亿元")), similarity(shape("净利润3亿元"), shape("收盘"))
    (1.0, 0.0)
    """
    return 2 * len(one & other) / (len(one) + len(other))
