"""What today's rules change: the newest capture of each article, read again, beside what an archive holds of it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select

from newscrawl.archive.prepared import PreparedArticle
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.revisions import compare
from newscrawl.ledger.schema import articles
from newscrawl.outcomes.reasons import SOFT_MISSING, Report
from newscrawl.replay.index import Index
from newscrawl.replay.pool import Workers
from newscrawl.replay.read import TURNED_AWAY, Reader, Unread, read_tasks
from newscrawl.replay.replay import TROUBLE, ReplayTally, chunks, is_older
from newscrawl.replay.task import ReplayTask

NO_READING = (SOFT_MISSING, TURNED_AWAY)  # pages that say nothing of the article that was there
BEFORE, SHOWN = 12, 48  # characters that are shown of a value: before where it differs, and all


@dataclass(slots=True)
class Examples:
    """How many articles there are of a kind, and the first of them."""

    articles: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Differences:
    """What today's rules change against an archive. `examples`: how many of each kind are kept to be shown."""

    examples: int = 3
    compared: int = 0
    differ: int = 0
    fields: dict[str, Examples] = field(default_factory=dict)
    refused: dict[str, Examples] = field(default_factory=dict)  # by reason: held, and no article by today's rules
    lacking: Examples = field(default_factory=Examples)  # read now, and not held
    unseen: int = 0  # held, and in none of the captures

    def note(self, some: Examples, **example: Any) -> None:
        """Counts an article, and keeps it as an example while there are few."""
        some.articles += 1
        if len(some.examples) < self.examples:
            some.examples.append(example)

    def compare(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Counts the fields in which two records of an article differ; an empty one is one that is not there."""
        self.compared += 1
        names = [name for name in {**new, **old} if (old.get(name) or None) != (new.get(name) or None)]
        self.differ += bool(names)
        for name in names:
            values: dict[str, Any] = {"old": old.get(name), "new": new.get(name)}
            if name == "text":
                values = {"lines": compare(old, new).lines}
            self.note(self.fields.setdefault(name, Examples()), url=new["url"], **values)

    def plain(self) -> dict[str, Any]:
        """As data for JSON."""

        def data(kinds: Mapping[str, Examples]) -> dict[str, Any]:
            ordered = sorted(kinds.items(), key=lambda kind: (-kind[1].articles, kind[0]))
            return {name: {"articles": some.articles, "examples": some.examples} for name, some in ordered}

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
    """Compares what today's rules read in the newest capture of each article with what is held of it."""
    found = Differences(examples)
    for tasks, results in workers.in_order(read_tasks, chunks(index.newest())):
        pairs = [settled(task, result, index, reader) for task, result in zip(tasks, results, strict=True)]
        held = records(ledger, (result.row["key"] for _, result in pairs if isinstance(result, PreparedArticle)))
        for task, result in pairs:
            if isinstance(result, Unread):
                count_unread_against(task, result, index, found, tally, report)
            elif (record := held.get(result.row["key"])) is None:
                found.note(found.lacking, url=result.row["url"])
            elif is_older(task, result, index):
                tally.skipped["older"] += 1
            elif index.see(result.row["key"]):  # else another address of it was newer
                old, new = json.loads(record), json.loads(result.row["record"])
                found.compare(old, new)
            advance()
    found.unseen = index.unseen()
    return found


def settled(
    task: ReplayTask, result: PreparedArticle | Unread, index: Index, reader: Reader
) -> tuple[ReplayTask, PreparedArticle | Unread]:
    """A capture that speaks for its article: one that says that there is none any more leaves the word to those before.

    Where none of them has an article, it is the newest again.
    """
    at, last = task, result
    while isinstance(last, Unread) and last.reason in NO_READING:
        earlier = index.before(at)
        if earlier is None:
            return task, result
        at, (last,) = earlier, reader.read([earlier])
    return at, last


def count_unread_against(
    task: ReplayTask, unread: Unread, index: Index, found: Differences, tally: ReplayTally, report: Report
) -> None:
    """Counts a capture that gave no article, above all where the archive has one."""
    if unread.reason in TROUBLE:
        tally.outcomes.failed[unread.reason] += 1
        report(task.url, unread.reason, unread.detail)
    elif index.see(task.key):
        tally.outcomes.failed[unread.reason] += 1
        found.note(found.refused.setdefault(unread.reason, Examples()), url=task.url, detail=unread.detail)
    else:  # the archive has none either
        tally.skipped[unread.reason if task.article else "other"] += 1


def records(ledger: Ledger, keys: Iterable[str]) -> dict[str, str]:
    """What is held of articles, as JSON by key."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(articles.c.key, articles.c.record).where(articles.c.key.in_(list(keys))))
        return {row.key: row.record for row in rows}


# For a person


def difference_lines(found: Differences) -> Iterator[str]:
    """The differences for a person: what is refused now, a table of the fields, examples."""
    told = found.plain()
    for reason, some in told["refused"].items():
        yield f"held, but refused now as {reason}: {some['articles']}"
        yield from (f"  {each['url']}{each['detail'] and ': ' + each['detail']}" for each in some["examples"])
    lacking = told["lacking"]
    if lacking["articles"]:
        yield f"read now, but not held: {lacking['articles']}"
        yield from (f"  {each['url']}" for each in lacking["examples"])
    yield f"{found.compared} compared: {found.compared - found.differ} the same, {found.differ} differ"
    width = max(map(len, told["fields"]), default=0)
    counts = len(str(found.compared))
    for name, some in told["fields"].items():
        yield f"  {name:<{width}}  {some['articles']:>{counts}} of {found.compared}"
    for name, some in told["fields"].items():
        if some["examples"]:
            yield name
        for each in some["examples"]:
            if "lines" in each:
                yield f"  {each['url']}"
                yield from (f"    {shortened(line)}" for line in islice(each["lines"], 2 * found.examples))
            else:
                yield f"  {each['url']}: {' → '.join(excerpts(each['old'], each['new']))}"
    if found.unseen:
        yield f"held, but in none of these captures: {found.unseen}"


def excerpts(old: Any, new: Any) -> tuple[str, str]:
    """Two values in short, from a little before they differ.

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
    """The beginning of a text.

    >>> len(shortened("一" * 99))
    48
    """
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
