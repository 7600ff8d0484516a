"""Generates the entries and lists of a site of any size from a seed.

Every sentence is invented. The text of an article depends only on (seed, docid, version); what surrounds the text of a
real page (advertisements, quotes, counters) changes with every answer.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import cycle, islice
from operator import itemgetter
from random import Random
from typing import Literal

from newscrawl.demo.fake_site.pages import page, with_noise
from newscrawl.demo.fake_site.plan import BEIJING, DAY, FOREIGN, PAGE, Kind, Plan, known_channels
from newscrawl.demo.fake_site.story import figures, lines, random_for, story
from newscrawl.sites.model import Channel

ALIASES = ("{url}?cre=financepagepc&mod=f&loc=4&r=9&doct=0&rfunc=100", "{url}#comments", "{mobile}")


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """One article of the site, or what the lists name in place of one: its true state now."""

    seed: int
    number: int  # counts the entries of the site from 0
    docid: str
    channel: str
    day: date
    kind: Kind
    path: str
    url: str
    ctime: int = 0  # the times are in epoch seconds
    intime: int = 0
    mtime: int = 0  # in the list
    modified: int = 0  # in the article's Last-Modified
    lids: list[int] = field(default_factory=list)  # the lists of its rows; one list twice means two rows in it
    late: bool = False
    waiting: bool = False  # late, and not in a list yet
    slow: bool = False
    validator: Literal["etag", "modified", ""] = ""
    version: int = 1
    listed: int = 1  # the version whose title is in the list
    gone: bool = False
    withdrawn: bool = False

    @property
    def living(self) -> bool:
        """Whether it is an article that is served now and has been in a list."""
        return self.kind == "article" and not self.gone and not self.waiting

    @property
    def mobile(self) -> str:
        """The mobile form of the URL."""
        return self.url.replace("/doc-i", "/detail-i").replace(".shtml", ".d.html")

    @property
    def etag(self) -> str:
        """The ETag; weak, because advertisements and quotes change with every answer."""
        return f'W/"{self.docid}-{self.version}"'

    def title(self, version: int = 0) -> str:
        """The title of a version (0: the current one)."""
        return story(self.seed, self.docid, version or self.version).title

    def paragraphs(self, version: int = 0) -> list[str]:
        """The lines that an extractor must read in a version (0: the current one), captions and table rows included."""
        return lines(story(self.seed, self.docid, version or self.version), figures(self.seed, self.docid))

    def page(self, version: int = 0, noise: int = 0) -> bytes:
        """The page of a version (0: the current one); `noise` is a number shown in everything but the article."""
        content = story(self.seed, self.docid, version or self.version)
        created = datetime.fromtimestamp(self.ctime, BEIJING)
        return with_noise(page(content, figures(self.seed, self.docid), self.docid, self.url, created), noise)


@dataclass(slots=True, eq=False)
class FakeRow:
    """A row of a list."""

    entry: Entry
    url: str
    ctime: int


@dataclass(slots=True, eq=False)
class DayList:
    """The list of a channel and day: rows, newest first, late entries, and whether a row will be withdrawn."""

    channel: Channel
    day: date
    rows: list[FakeRow] = field(default_factory=list)
    waiting: deque[Entry] = field(default_factory=deque)
    withdraws: bool = False

    @property
    def start(self) -> int:
        """The first second of the day in Beijing, in epoch seconds."""
        return int(datetime.combine(self.day, datetime.min.time(), BEIJING).timestamp())

    def end(self, now: int) -> int:
        """The second after the latest possible time of an entry by now."""
        return max(self.start + 1, min(self.start + 86400, now + 1))

    def top(self) -> int:
        """The newest time of its entries, late ones included."""
        times = [row.ctime for row in self.rows[:1]] + [entry.ctime for entry in self.waiting]
        return max(times, default=self.start)


# The site -----------------------------------------------------------------------------------------------------------


def generate(plan: Plan, base: str, now: int) -> tuple[list[Entry], list[DayList]]:
    """The entries of a plan and the lists that name them, oldest list first. No time is later than `now`."""
    known = known_channels()
    days = [plan.last - DAY * back for back in reversed(range(plan.days))]
    lists = [DayList(known[name], day) for day in days for name in plan.channels]
    rng = random_for(plan.seed, "plan")
    kinds: list[Kind] = [kind for kind, count in plan.counts().items() for _ in range(count)]
    kinds += ["article"] * (plan.items - len(kinds))
    rng.shuffle(kinds)
    entries = [
        new_entry(plan.seed, number, lists[number % len(lists)], kind, base) for number, kind in enumerate(kinds)
    ]
    articles = [entry for entry in entries if entry.kind == "article"]
    for number, entry in enumerate(rng.sample(articles, min(plan.count(plan.validators), len(articles)))):
        entry.validator = "modified" if number % 2 else "etag"
    for entry in rng.sample(articles, min(plan.count(plan.slow), len(articles))):
        entry.slow = True
    repeated = repeats(plan, rng, articles, lists)
    entries_of = {day_list: entries[index :: len(lists)] for index, day_list in enumerate(lists)}
    choose_moving(plan, rng, entries_of, repeated)
    for day_list in lists:
        fill(day_list, entries_of[day_list], rng, now)
    for entry, day_list, url in repeated:
        entry.lids.append(day_list.channel.lid)
        day_list.rows.append(
            FakeRow(entry, url, free_second(entry.ctime, {row.ctime for row in day_list.rows}, day_list.end(now)))
        )
    for day_list in lists:
        day_list.rows.sort(key=lambda row: -row.ctime)
    return entries, lists


def new_entry(seed: int, number: int, day_list: DayList, kind: Kind, base: str) -> Entry:
    """Creates an entry of a list, without times."""
    rng = random_for(seed, number)
    letters = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=6))
    docid = f"n{letters}{1_000_000 + number * 7919 % 9_000_000}"  # 7919 and 9,000,000 are coprime: no docid twice
    folder = next(iter(day_list.channel.paths), day_list.channel.name)
    path = f"/{folder}/{day_list.day}/doc-i{docid}.shtml"
    form = FOREIGN.get(kind)
    url = form.format(day=day_list.day, docid=docid, number=number) if form else base + path
    return Entry(
        seed=seed,
        number=number,
        docid=docid,
        channel=day_list.channel.name,
        day=day_list.day,
        kind=kind,
        path="/" + url.split("/", 3)[3],
        url=url,
        lids=[day_list.channel.lid],
    )


def repeats(
    plan: Plan, rng: Random, articles: Sequence[Entry], lists: Sequence[DayList]
) -> list[tuple[Entry, DayList, str]]:
    """Further rows of articles: alternately another URL in the same list, and the same URL in another list."""
    found = []
    width = len(plan.channels)
    chosen = rng.sample(articles, len(articles))
    for turn, entry in enumerate(islice(cycle(chosen), plan.count(plan.duplicates))):
        index = entry.number % len(lists)
        if turn % 2 and width > 1:
            other = index - index % width + (index + 1 + turn // 2 % (width - 1)) % width
            found.append((entry, lists[other], entry.url))
        else:
            url = ALIASES[turn // 2 % len(ALIASES)].format(url=entry.url, mobile=entry.mobile)
            found.append((entry, lists[index], url))
    return found


def choose_moving(
    plan: Plan,
    rng: Random,
    entries_of: Mapping[DayList, list[Entry]],
    repeated: Sequence[tuple[Entry, DayList, str]],
) -> None:
    """Chooses the lists that lose a row while they are paged, and the entries that are late.

    A list has only as many late entries as the requests for its pages are certain to bring in.
    """
    twice = {entry for entry, _, _ in repeated}
    further = Counter(day_list for _, day_list, _ in repeated)
    sizes = {day_list: len(entries) + further[day_list] for day_list, entries in entries_of.items()}
    long = [day_list for day_list in entries_of if sizes[day_list] > PAGE]
    rng.shuffle(long)
    for day_list in long[: plan.count(plan.withdrawn)]:
        day_list.withdraws = True
    places: list[tuple[int, Entry]] = []  # (position in its list, entry)
    for day_list in long:
        fitting = [entry for entry in entries_of[day_list] if entry.kind == "article" and entry not in twice]
        rng.shuffle(fitting)
        places += enumerate(fitting[: late_room(sizes[day_list], withdraws=day_list.withdraws)])
    for _, entry in sorted(places, key=itemgetter(0))[: plan.count(plan.late)]:
        entry.late = entry.waiting = True


def late_room(rows: int, *, withdraws: bool) -> int:
    """How many rows of a list can be late, so that the requests for its first pages bring all of them in.

    >>> [late_room(rows, withdraws=False) for rows in (50, 51, 52, 61, 101, 102, 204)]
    [0, 0, 1, 1, 1, 2, 4]
    """
    best = 0
    for late in range(1, rows):
        first = rows - late
        requests = -(-(first - 1) // PAGE) - 2 if withdraws else first // PAGE
        if first <= PAGE or late > requests:
            break
        best = late
    return best


def fill(day_list: DayList, entries: Sequence[Entry], rng: Random, now: int) -> None:
    """Gives the entries of a list times of its day, late ones after the others, and adds rows for the others."""
    start, end = day_list.start, day_list.end(now)
    present = [entry for entry in entries if not entry.late]
    step = (end - start) * 0.9 / max(1, len(present))
    for place, entry in enumerate(present):
        entry.ctime = start + int(place * step + rng.random() * max(0, step - 1))
        day_list.rows.append(FakeRow(entry, entry.url, entry.ctime))
    for place, entry in enumerate(entry for entry in entries if entry.late):
        entry.ctime = min(start + int((end - start) * 0.9) + 11 * (place + 1), end - 1)
        day_list.waiting.append(entry)
    for entry in entries:
        entry.intime = entry.mtime = entry.modified = min(entry.ctime + rng.randint(5, 600), max(now, entry.ctime))


def free_second(wanted: int, used: set[int], end: int) -> int:
    """The first second from `wanted` on that is not in `used`, or the last one before `end`."""
    return next((second for second in range(wanted, end) if second not in used), end - 1)
