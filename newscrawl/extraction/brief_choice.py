"""Chooses the paragraph of a brief and its date among the lines of the page. Nothing is guessed."""

from bisect import bisect
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from newscrawl.extraction.brief_lines import RELATED, Kind, Row, Says

APART = 0.6  # share of the headline in any other line, at most, as a part of the share in the paragraph
ALONE = 3  # lines; sentences nearer to each other that are links are a list


def paragraph_of(rows: Sequence[Row]) -> int | None:
    """Returns the place of the paragraph among the lines of a page; None where none is certain to be it.

    It is what says more than the headline. What says as much may be the headline itself, so that a related sentence
    beside it and a date comes before it. A sentence that is not related must be the only one in its place.
    """
    texts = [at for at, row in enumerate(rows) if row.kind is Kind.TEXT and (not row.linked or is_alone(rows, at))]
    if more := [at for at in texts if rows[at].says is Says.MORE]:
        dated = beside_any(rows, dates_of(rows))
        return max(more, key=lambda at: (not rows[at].heading, at in dated, len(rows[at].own)))
    if known := [at for at in texts if rows[at].known]:
        return max(known, key=lambda at: len(rows[at].own))
    others = [at for at in texts if rows[at].says is Says.LESS]
    same = [at for at in texts if rows[at].says is Says.SAME and not rows[at].heading]
    related = most_related(rows, others)
    if related is None and same:
        return last_of_same(rows, same)
    return only_one_between(rows, others) if related is None else related


def is_alone(rows: Sequence[Row], at: int) -> bool:
    """Whether no other sentence near a line is a link."""
    near = [*rows[max(at - ALONE, 0) : at], *rows[at + 1 : at + ALONE + 1]]
    return not any(row.linked and row.kind in {Kind.TEXT, Kind.OTHER} for row in near)


def dates_of(rows: Sequence[Row]) -> list[int]:
    """Returns the places of the dates; those that stand before a text of their own only where there are no others."""
    dates = [at for at, row in enumerate(rows) if row.kind is Kind.DATE]
    return dates or [at for at, row in enumerate(rows) if row.date]


def away(at: int, places: Sequence[int]) -> int:
    """Returns how far the nearest of some places, in order, is from a place; 0 if there are none.

    >>> away(4, [0, 3, 9]), away(4, [])
    (1, 0)
    """
    after = bisect(places, at)
    return min((abs(at - place) for place in places[max(after - 1, 0) : after + 1]), default=0)


def last_of_same(rows: Sequence[Row], same: Sequence[int]) -> int:
    """Returns the last of the lines with the headline that stand together at a date: the others are the headline."""
    dates = dates_of(rows)
    first = min(same, key=lambda at: away(at, dates))
    together = {first, *beside(rows, first, also=(Kind.DATE,))}
    return max(at for at in same if at in together)


def only_one_between(rows: Sequence[Row], others: Sequence[int]) -> int | None:
    """Returns the only sentence between the page's only date and what ends a paragraph; None if there are more."""
    dates = dates_of(rows)
    end = next((at for at, row in enumerate(rows) if row.kind is Kind.END and dates and at > dates[0]), None)
    if len(dates) != 1 or end is None:
        return None
    found = [at for at in others if dates[0] <= at < end]
    return found[0] if len(found) == 1 and not rows[found[0]].linked else None


def most_related(rows: Sequence[Row], others: Sequence[int]) -> int | None:
    """Returns the sentence beside a date that shares most with the headline; None if it shares little.

    And None if another one shares nearly as much. Where the headline is on the page, only the date next to it counts.
    """
    dates = dates_of(rows)
    heads = [at for at, row in enumerate(rows) if row.says is Says.SAME]
    if heads and dates:
        nearest = min(away(date, heads) for date in dates)
        dates = [date for date in dates if away(date, heads) == nearest]
    near = beside_any(rows, dates)
    found = sorted((at for at in others if at in near), key=lambda at: -rows[at].share)
    if not found or rows[found[0]].share < RELATED:
        return None
    best = rows[found[0]]
    rivals = [rows[at] for at in found[1:] if rows[at].own != best.own]
    return None if any(rival.share > APART * best.share for rival in rivals) else found[0]


def beside(rows: Sequence[Row], at: int, also: Collection[Kind] = ()) -> Iterator[int]:
    """Yields the places around a line up to the next sentence, date or end on either side, that one included.

    The headline, and what is named `also`, ends nothing.
    """
    slight = {Kind.LITTLE, Kind.FRAME, *also}
    for side in (range(at - 1, -1, -1), range(at + 1, len(rows))):
        for place in side:
            yield place
            if rows[place].says is not Says.SAME and rows[place].kind not in slight:
                break


def beside_any(rows: Sequence[Row], dates: Sequence[int]) -> set[int]:
    """Returns the places beside some dates, and theirs."""
    return {at for date in dates for at in (date, *beside(rows, date))}


def dates_near(rows: Sequence[Row], paragraph: int) -> list[int]:
    """Returns the places of the dates with no sentence of another block between them and the paragraph.

    The nearest comes first. Without any, the only date of the page counts.
    """
    if rows[paragraph].date:
        return [paragraph]
    own = rows[paragraph].block
    apart = [row.kind is Kind.END or (is_other_sentence(row) and row.block != own) for row in rows]
    before = [0, *accumulate(apart)]  # how many stand before each line

    def is_near(at: int) -> bool:
        low, high = sorted((at, paragraph))
        return before[high] == before[low + 1]

    dates = [at for at, row in enumerate(rows) if row.kind is Kind.DATE]
    near = list(filter(is_near, dates)) or (dates if len(dates) == 1 else [])
    return sorted(near, key=lambda at: (abs(at - paragraph), at > paragraph))


def is_other_sentence(row: Row) -> bool:
    """Whether a line is a sentence, and not the headline's."""
    return row.kind in {Kind.TEXT, Kind.OTHER} and row.says is Says.LESS
