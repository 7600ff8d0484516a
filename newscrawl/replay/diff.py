"""The effect of today's rules: compares the newest capture of each article, read again, with the archive's record."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select

from newscrawl.archive.prepared import PreparedArticle
from newscrawl.errors import SOFT_MISSING
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.revisions import compare
from newscrawl.ledger.schema import articles
from newscrawl.outcomes.reasons import Report
from newscrawl.replay.index import Index
from newscrawl.replay.pool import Workers
from newscrawl.replay.read import TURNED_AWAY, Reader, Unread, read_tasks
from newscrawl.replay.replay import TROUBLE, ReplayTally, chunks, is_older
from newscrawl.replay.task import ReplayTask

NO_READING = (SOFT_MISSING, TURNED_AWAY)  # reasons of pages that do not show the article that was there
BEFORE, SHOWN = 12, 48  # characters of an excerpt: before the first difference, and in total


@dataclass(slots=True)
class Examples:
    """The number of articles of a kind, and the first ones as examples."""

    articles: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Differences:
    """The differences between an archive and what today's rules read in the captures."""

    examples: int = 3  # maximum number of examples of each kind
    compared: int = 0
    differ: int = 0
    fields: dict[str, Examples] = field(default_factory=dict)  # by name of the field that differs
    refused: dict[str, Examples] = field(default_factory=dict)  # held, but refused by today's rules; by reason
    lacking: Examples = field(default_factory=Examples)  # read by today's rules, but not held
    unseen: int = 0  # held, but in none of the captures

    def note(self, kind: Examples, **example: Any) -> None:
        """Counts an article, and adds it to the examples of its kind while these are few."""
        kind.articles += 1
        if len(kind.examples) < self.examples:
            kind.examples.append(example)

    def compare(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Counts the fields in which two records of an article differ; an empty field counts as missing."""
        self.compared += 1
        names = [name for name in {**new, **old} if (old.get(name) or None) != (new.get(name) or None)]
        self.differ += bool(names)
        for name in names:
            values: dict[str, Any] = {"old": old.get(name), "new": new.get(name)}
            if name == "text":
                values = {"lines": compare(old, new).lines}
            self.note(self.fields.setdefault(name, Examples()), url=new["url"], **values)

    def plain(self) -> dict[str, Any]:
        """The differences as data for JSON (`docs/reference.md`)."""

        def data(kinds: Mapping[str, Examples]) -> dict[str, Any]:
            ordered = sorted(kinds.items(), key=lambda kind: (-kind[1].articles, kind[0]))
            return {name: {"articles": kind.articles, "examples": kind.examples} for name, kind in ordered}

        return {
            "compared": self.compared,
            "differ": self.differ,
            "fields": data(self.fields),
            "refused": data(self.refused),
            **data({"lacking": self.lacking}),
            "unseen": self.unseen,
        }


def differences(
    index: Index,
    reader: Reader,
    workers: Workers,
    ledger: Ledger,
    tally: ReplayTally,
    report: Report,
    advance: Callable[[], None],
    examples: int,
) -> Differences:
    """Compares what today's rules read in the newest capture of each article with the archive's record.

    `examples`: maximum number of examples of each kind. `advance` is called once per article.
    """
    found = Differences(examples)
    for tasks, results in workers.in_order(read_tasks, chunks(index.newest(), reader.site.zone)):
        pairs = [newest_reading(task, result, index, reader) for task, result in zip(tasks, results, strict=True)]
        held = records(ledger, (result.row["key"] for _, result in pairs if isinstance(result, PreparedArticle)))
        for task, result in pairs:
            if isinstance(result, Unread):
                count_unread_against(task, result, index, found, tally, report)
            elif (record := held.get(result.row["key"])) is None:
                found.note(found.lacking, url=result.row["url"])
            elif is_older(task, result, index):
                tally.skipped["older"] += 1
            elif index.see(result.row["key"]):  # False: a newer capture, of another URL, was compared already
                old, new = json.loads(record), json.loads(result.row["record"])
                found.compare(old, new)
            advance()
    found.unseen = index.unseen()
    return found


def newest_reading(
    task: ReplayTask, result: PreparedArticle | Unread, index: Index, reader: Reader
) -> tuple[ReplayTask, PreparedArticle | Unread]:
    """The newest capture that shows the article, with its result: skips pages that are gone and ban pages.

    When no capture shows it, this is the newest one.
    """
    current, reading = task, result
    while isinstance(reading, Unread) and reading.reason in NO_READING:
        earlier = index.before(current)
        if earlier is None:
            return task, result
        current, (reading,) = earlier, reader.read([earlier])
    return current, reading


def count_unread_against(
    task: ReplayTask, unread: Unread, index: Index, found: Differences, tally: ReplayTally, report: Report
) -> None:
    """Counts a capture without an article; as `refused` if the archive holds the article."""
    if unread.reason in TROUBLE:
        tally.outcomes.failed[unread.reason] += 1
        report(task.url, unread.reason, unread.detail)
    elif index.see(task.key):
        tally.outcomes.failed[unread.reason] += 1
        found.note(found.refused.setdefault(unread.reason, Examples()), url=task.url, detail=unread.detail)
    else:  # the archive does not hold it either
        tally.skipped[unread.reason if task.article else "other"] += 1


def records(ledger: Ledger, keys: Iterable[str]) -> dict[str, str]:
    """The records (JSON) of the articles that are held, by key."""
    with ledger.reading() as connection:
        rows = connection.execute(select(articles.c.key, articles.c.record).where(articles.c.key.in_(list(keys))))
        return {row.key: row.record for row in rows}


# Text output


def difference_lines(found: Differences) -> Iterator[str]:
    """Yields the lines of a text report: what is refused now, a table of the fields, examples."""
    data = found.plain()
    for reason, kind in data["refused"].items():
        yield f"held, but refused now as {reason}: {kind['articles']}"
        yield from (f"  {each['url']}{each['detail'] and ': ' + each['detail']}" for each in kind["examples"])
    lacking = data["lacking"]
    if lacking["articles"]:
        yield f"read now, but not held: {lacking['articles']}"
        yield from (f"  {each['url']}" for each in lacking["examples"])
    yield f"{found.compared} compared: {found.compared - found.differ} the same, {found.differ} differ"
    width = max(map(len, data["fields"]), default=0)
    digits = len(str(found.compared))
    for name, kind in data["fields"].items():
        yield f"  {name:<{width}}  {kind['articles']:>{digits}} of {found.compared}"
    for name, kind in data["fields"].items():
        if kind["examples"]:
            yield name
        for each in kind["examples"]:
            if "lines" in each:
                yield f"  {each['url']}"
                yield from (f"    {shortened(line)}" for line in islice(each["lines"], 2 * found.examples))
            else:
                yield f"  {each['url']}: {' → '.join(excerpts(each['old'], each['new']))}"
    if found.unseen:
        yield f"held, but in none of these captures: {found.unseen}"


def excerpts(old: Any, new: Any) -> tuple[str, str]:
    """Excerpts of two values, from shortly before the first difference.

    >>> excerpts("新浪财经", None), excerpts("甲" * 40 + "涨", "甲" * 40 + "跌")
    (('新浪财经', 'nothing'), ('…甲甲甲甲甲甲甲甲甲甲甲甲涨', '…甲甲甲甲甲甲甲甲甲甲甲甲跌'))
    """
    one, other = (
        " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value else ""
        for value in (old, new)
    )
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = same - BEFORE if same > SHOWN // 2 else 0
    short, long = (f"{'…' * (start > 0)}{shortened(text[start:])}" if text else "nothing" for text in (one, other))
    return short, long


def shortened(text: str) -> str:
    """The first `SHOWN` characters of a text.

    >>> len(shortened("一" * 99))
    48
    """
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
