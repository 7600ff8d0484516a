"""A site of any size, made from a seed: its entries and lists, and the pages and list items that show them.

Every sentence is invented. What an article says is determined by (seed, docid, version) alone; what a real page has
around the text (advertisements, quotes, counters) changes with every answer.
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
from newscrawl.demo.fake_site.story import dice, figures, lines, story
from newscrawl.sites.model import Channel

ALIASES = ("{url}?cre=financepagepc&mod=f&loc=4&r=9&doct=0&rfunc=100", "{url}#comments", "{mobile}")


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """One article of the site (or what the lists name in place of one): the truth about it, as it stands now."""

    seed: int
    number: int  # the running number of the site's entries
    docid: str
    channel: str
    day: date
    kind: Kind
    path: str
    url: str
    ctime: int = 0  # epoch seconds, as the other times
    intime: int = 0
    mtime: int = 0  # as the list says
    modified: int = 0  # as the article's own Last-Modified says
    lids: list[int] = field(default_factory=list)  # of its rows; one of them twice: two rows in that list
    late: bool = False
    waiting: bool = False  # late, and in no list yet
    slow: bool = False
    validator: Literal["etag", "modified", ""] = ""
    version: int = 1
    listed: int = 1  # the version whose title the list shows
    gone: bool = False
    withdrawn: bool = False

    @property
    def living(self) -> bool:
        """Whether it is an article that is served now and was in a list once."""
        return self.kind == "article" and not self.gone and not self.waiting

    @property
    def mobile(self) -> str:
        """The mobile form of the address."""
        return self.url.replace("/doc-i", "/detail-i").replace(".shtml", ".d.html")

    @property
    def etag(self) -> str:
        """Weak, because advertisements and quotes change with every answer."""
        return f'W/"{self.docid}-{self.version}"'

    def title(self, version: int = 0) -> str:
        """The title of a version (0: the present one)."""
        return story(self.seed, self.docid, version or self.version).title

    def paragraphs(self, version: int = 0) -> list[str]:
        """What an extractor must read in a version (0: the present one): captions and table rows are lines too."""
        return lines(story(self.seed, self.docid, version or self.version), figures(self.seed, self.docid))

    def page(self, version: int = 0, noise: int = 0) -> bytes:
        """The page of a version (0: the present one); `noise` is shown by all that is not the article."""
        told = story(self.seed, self.docid, version or self.version)
        created = datetime.fromtimestamp(self.ctime, BEIJING)
        return with_noise(page(told, figures(self.seed, self.docid), self.docid, self.url, created), noise)


@dataclass(slots=True, eq=False)
class FakeRow:
    """A line of a list."""

    entry: Entry
    url: str
    ctime: int


@dataclass(slots=True, eq=False)
class DayList:
    """A channel's list of one day: rows newest first, the late entries to come, and whether one will be withdrawn."""

    channel: Channel
    day: date
    rows: list[FakeRow] = field(default_factory=list)
    waiting: deque[Entry] = field(default_factory=deque)
    withdraws: bool = False

    @property
    def start(self) -> int:
        """The first second of the day."""
        return int(datetime.combine(self.day, datetime.min.time(), BEIJING).timestamp())

    def end(self, now: int) -> int:
        """The second behind the last that an entry can have by now."""
        return max(self.start + 1, min(self.start + 86400, now + 1))

    def top(self) -> int:
        """The newest time of it, of entries still to come too."""
        times = [row.ctime for row in self.rows[:1]] + [entry.ctime for entry in self.waiting]
        return max(times, default=self.start)


# The site -----------------------------------------------------------------------------------------------------------


def generate(plan: Plan, base: str, now: int) -> tuple[list[Entry], list[DayList]]:
    """The entries of a plan, oldest list first, and the lists that name them. No time is later than `now`."""
    known = known_channels()
    days = [plan.last - DAY * back for back in reversed(range(plan.days))]
    lists = [DayList(known[name], day) for day in days for name in plan.channels]
    rng = dice(plan.seed, "plan")
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
    held = {one: entries[at :: len(lists)] for at, one in enumerate(lists)}
    choose_moving(plan, rng, held, repeated)
    for one in lists:
        fill(one, held[one], rng, now)
    for entry, one, url in repeated:
        entry.lids.append(one.channel.lid)
        one.rows.append(FakeRow(entry, url, free(entry.ctime, {row.ctime for row in one.rows}, one.end(now))))
    for one in lists:
        one.rows.sort(key=lambda row: -row.ctime)
    return entries, lists


def new_entry(seed: int, number: int, one: DayList, kind: Kind, base: str) -> Entry:
    """An entry of a list, without its times."""
    rng = dice(seed, number)
    letters = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=6))
    docid = f"n{letters}{1_000_000 + number * 7919 % 9_000_000}"  # 7919 has no divisor with 9,000,000: none twice
    folder = next(iter(one.channel.paths), one.channel.name)
    path = f"/{folder}/{one.day}/doc-i{docid}.shtml"
    form = FOREIGN.get(kind)
    url = form.format(day=one.day, docid=docid, number=number) if form else base + path
    return Entry(
        seed=seed,
        number=number,
        docid=docid,
        channel=one.channel.name,
        day=one.day,
        kind=kind,
        path="/" + url.split("/", 3)[3],
        url=url,
        lids=[one.channel.lid],
    )


def repeats(
    plan: Plan, rng: Random, articles: Sequence[Entry], lists: Sequence[DayList]
) -> list[tuple[Entry, DayList, str]]:
    """The further rows of articles: by turns in the same list under another form of the address, and in another's."""
    found = []
    width = len(plan.channels)
    chosen = rng.sample(articles, len(articles))
    for turn, entry in enumerate(islice(cycle(chosen), plan.count(plan.duplicates))):
        at = entry.number % len(lists)
        if turn % 2 and width > 1:
            beside = at - at % width + (at + 1 + turn // 2 % (width - 1)) % width
            found.append((entry, lists[beside], entry.url))
        else:
            url = ALIASES[turn // 2 % len(ALIASES)].format(url=entry.url, mobile=entry.mobile)
            found.append((entry, lists[at], url))
    return found


def choose_moving(
    plan: Plan,
    rng: Random,
    held: Mapping[DayList, list[Entry]],
    repeated: Sequence[tuple[Entry, DayList, str]],
) -> None:
    """Chooses the lists that lose a row while they are paged and the entries that come late.

    A list has no more late ones than a reader of its first pages alone is sure to bring in by asking for them.
    """
    twice = {entry for entry, _, _ in repeated}
    further = Counter(one for _, one, _ in repeated)
    sizes = {one: len(entries) + further[one] for one, entries in held.items()}
    long = [one for one in held if sizes[one] > PAGE]
    rng.shuffle(long)
    for one in long[: plan.count(plan.withdrawn)]:
        one.withdraws = True
    places: list[tuple[int, Entry]] = []  # one a list in turn
    for one in long:
        fitting = [entry for entry in held[one] if entry.kind == "article" and entry not in twice]
        rng.shuffle(fitting)
        places += enumerate(fitting[: late_room(sizes[one], withdraws=one.withdraws)])
    for _, entry in sorted(places, key=itemgetter(0))[: plan.count(plan.late)]:
        entry.late = entry.waiting = True


def late_room(rows: int, *, withdraws: bool) -> int:
    """How many of a list's rows can be late, so that paging what is there at first brings all of them in.

    >>> [late_room(rows, withdraws=False) for rows in (50, 51, 52, 61, 101, 102, 204)]
    [0, 0, 1, 1, 1, 2, 4]
    """
    best = 0
    for late in range(1, rows):
        first = rows - late
        asked = -(-(first - 1) // PAGE) - 2 if withdraws else first // PAGE
        if first <= PAGE or late > asked:
            break
        best = late
    return best


def fill(one: DayList, entries: Sequence[Entry], rng: Random, now: int) -> None:
    """Spreads a list's entries over its day, late ones behind the others, and makes rows of those that are there."""
    start, end = one.start, one.end(now)
    present = [entry for entry in entries if not entry.late]
    step = (end - start) * 0.9 / max(1, len(present))
    for place, entry in enumerate(present):
        entry.ctime = start + int(place * step + rng.random() * max(0, step - 1))
        one.rows.append(FakeRow(entry, entry.url, entry.ctime))
    for place, entry in enumerate(entry for entry in entries if entry.late):
        entry.ctime = min(start + int((end - start) * 0.9) + 11 * (place + 1), end - 1)
        one.waiting.append(entry)
    for entry in entries:
        entry.intime = entry.mtime = entry.modified = min(entry.ctime + rng.randint(5, 600), max(now, entry.ctime))


def free(wanted: int, used: set[int], end: int) -> int:
    """The first second from the wanted one on that no other row has, while there is one."""
    return next((second for second in range(wanted, end) if second not in used), end - 1)
