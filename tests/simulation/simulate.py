"""The story of a seed: its runs, what happens to the site between and during them, and what goes wrong; and playing it.

A story is a pure function of its seed. Stories of neighbouring seeds go through the kinds of faults in turn, so that a
few of them have met every kind.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation.faults import ARTICLES, KINDS, WITHOUT_ROWS, Fault
from tests.simulation.holds import after_run, at_the_end
from tests.simulation.model import Known, learn, learn_killed, read_archive
from tests.simulation.runs import Played, Run, play
from tests.simulation.site import (
    DAY,
    EMPTY,
    HOUR,
    ROLLS,
    SITE_FILE,
    Duplicate,
    Edit,
    Event,
    New,
    Site,
    Withdraw,
    happen,
)

BEGINNING = int(datetime(2026, 3, 2, 1, tzinfo=UTC).timestamp())  # 9:00 in Beijing
MINUTE = 60


def mixed(words: Iterable[str]) -> list[str]:
    """Words in an order that has no meaning, and is always the same."""
    return sorted(words, key=lambda word: random.Random(word).random())


PAUSES = (20 * MINUTE, 40 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 5 * HOUR, 9 * HOUR, 14 * HOUR, 26 * HOUR)
# The pauses before the last runs: longer than those of the plan, so that everything due is fetched before the last.
CALM = (30 * MINUTE, 74 * HOUR, 8 * DAY, HOUR)
LEAST = 3 + len(CALM)  # runs of a story
CUTS = {"killed": 40, "interrupted": 40, "torn": 600, "full": 12}  # how a run ends early, at one of so many steps
MISTAKEN = "list by mistake"
IN_1970, BEHIND, AHEAD = -56 * 365 * DAY, -5 * HOUR, 40 * DAY  # what is added to the right time
CLOCKS = {"clock in 1970": IN_1970, "clock behind": BEHIND, "clock ahead": AHEAD}
UNDATED = {"undated, in 1970": IN_1970, "undated, behind": BEHIND, "undated, ahead": AHEAD}
OF_ARTICLES = mixed(word for word, kind in KINDS.items() if kind.of == ARTICLES)
OF_OTHERS = mixed(word for word, kind in KINDS.items() if kind.only and "roll" not in kind.only)
OF_ALL = mixed({*KINDS, *CUTS, *CLOCKS, *UNDATED, MISTAKEN, "moved list"} - {*OF_ARTICLES, *OF_OTHERS})
TROUBLES = OF_ARTICLES + OF_OTHERS + OF_ALL  # all that goes wrong
CRAWLED = (("feed", "map", "page"), ("page", "map"), ("feed",), ())  # lists beside the rolls, by seed
DAILY = (3, 15)  # new articles a day
FORMS = ("?from=wap", "#x", "?cre=tianyi&mod=pc")


@dataclass(frozen=True, slots=True)
class Story:
    """A story: before each run some events happen; `lists` are crawled."""

    seed: int
    lists: tuple[str, ...]
    runs: tuple[Run, ...]
    events: tuple[tuple[Event, ...], ...]  # before each run
    faults: tuple[Fault, ...]
    calm: int  # the first of the runs from which on nothing goes wrong
    troubles: tuple[str, ...]

    def counts(self) -> Counter[str]:
        """How many events, faults and cuts of each kind it has."""
        during = [event for run in self.runs for events in run.moves.values() for event in events]
        events = Counter(type(event).__name__.lower() for each in (*self.events, during) for event in each)
        return events + Counter(self.troubles)


def story_of(seed: int, length: int, without: Collection[str] = ()) -> Story:
    """The story of a seed with so many runs. `without`: troubles that it leaves out."""
    rng = random.Random(seed)  # the only source of chance
    others = CRAWLED[seed % len(CRAWLED)]
    lists = (*others, *(("china", "stock") if rng.random() < 0.7 else ("china",)), *((EMPTY,) if seed % 3 == 0 else ()))
    calm = max(3, length - len(CALM))
    times = run_times(rng, calm, length)
    troubles = troubles_of(seed, calm, lists, without)
    faults = tuple(fault for at, word in troubles if word in KINDS for fault in faults_of(rng, word, at, lists))
    runs: list[Run] = []
    events: list[tuple[Event, ...]] = []
    numbers = Numbers()
    for number, at in enumerate(times):
        since = times[number - 1] if number else at - 2 * DAY
        quiet = number >= calm
        events.append(() if quiet else tuple(events_between(rng, numbers, since, at, lists)))
        if runs and runs[-1].is_deceived:  # what it met with its wrong clock is looked at even so
            events[-1] += tuple(
                Edit(at, each, noted=False) for each in range(max(1, numbers.last - 9), numbers.last + 1)
            )
        words = [word for when, word in troubles if when == number]
        runs.append(run_of(rng, number, at, words, numbers, lists))
    return Story(seed, lists, tuple(runs), tuple(events), faults, calm, tuple(word for _, word in troubles))


def run_times(rng: random.Random, calm: int, length: int) -> list[int]:
    """When the runs start."""
    times = [BEGINNING + rng.randrange(DAY)]
    for number in range(1, length):
        pause = rng.choice(PAUSES) if number < calm else CALM[number - calm]
        times.append(times[-1] + pause + rng.randrange(15 * MINUTE))
    return times


def troubles_of(seed: int, calm: int, lists: tuple[str, ...], without: Collection[str] = ()) -> list[tuple[int, str]]:
    """What goes wrong, as (run, word): one thing after the other, from the seed's place on.

    The first run is right, and so is the last before the calm. Articles, and the lists that only some stories have, have
    troubles of their own, less often.
    """
    found = []
    for words, every in ((OF_ALL, 1), (OF_ARTICLES, 2), (OF_OTHERS, 3)):
        turn = [word for word in words if can_befall(word, lists) and word not in without]
        places = range(every, calm - 1, every)
        found += [(at, turn[(seed * len(places) + place) % len(turn)]) for place, at in enumerate(places) if turn]
    return found


def can_befall(word: str, lists: tuple[str, ...]) -> bool:
    """Whether a story with these lists can have such a trouble."""
    return (
        word not in KINDS or not KINDS[word].only or "roll" in KINDS[word].only or bool({*KINDS[word].only} & {*lists})
    )


def faults_of(rng: random.Random, word: str, first: int, lists: tuple[str, ...]) -> Iterator[Fault]:
    """The fault of a word, in one to three runs; one of articles in two or three, as a ban of lists may hide the first."""
    kind = KINDS[word]
    most = rng.choice((0, 0, 0, 1, 3, 5))
    if kind.of == ARTICLES:
        every = rng.choice((1, 2, 3))
        yield Fault(word, first, first + rng.choice((1, 2)), every=every, rest=rng.randrange(every), most=most)
        return
    last = first + (0 if word == WITHOUT_ROWS else rng.choice((0, 0, 1, 2)))
    name = rng.choice(("", "", *lists)) if not kind.only else ""
    yield Fault(word, first, last, name, most=most)


class Numbers:
    """The numbers of the articles so far."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        """The number of the next article."""
        self.last += 1
        return self.last


def events_between(
    rng: random.Random, numbers: Numbers, since: int, until: int, lists: tuple[str, ...]
) -> Iterator[Event]:
    """What happens between two instants: new articles, and changes of the newest ones."""
    count = max(1, round(rng.randint(*DAILY) * (until - since) / DAY))
    known = numbers.last
    for at in sorted(rng.randrange(since, until) for _ in range(count)):
        yield new_article(rng, numbers, at, lists)
    for _ in range(min(known, rng.randint(0, 3))):
        number = rng.randint(max(1, known - 30), known)
        yield change(rng, number, rng.randrange(since, until), lists)


def new_article(rng: random.Random, numbers: Numbers, at: int, lists: tuple[str, ...]) -> New:
    """A new article, in a roll and perhaps in other lists; some appear hours after their time."""
    rolls = [name for name in lists if name in ROLLS and name != EMPTY]
    named = [rng.choice(rolls), *(name for name in lists if name not in ROLLS and rng.random() < 0.6)]
    late = rng.choice((0, 0, 0, 0, 40 * MINUTE, 5 * HOUR))
    return New(at, numbers.next(), (at - late) // MINUTE * MINUTE, tuple(named))


def change(rng: random.Random, number: int, at: int, lists: tuple[str, ...]) -> Event:
    """An edit, a withdrawal, or a row that names the article once more."""
    what = rng.random()
    if what < 0.6:
        return Edit(at, number, rng.random() < 0.5)
    if what < 0.75:
        return Withdraw(at, number, rng.choice((404, 410)))
    return Duplicate(at, number, rng.choice([name for name in lists if name != EMPTY]), rng.choice(FORMS))


def run_of(rng: random.Random, number: int, at: int, words: list[str], numbers: Numbers, lists: tuple[str, ...]) -> Run:
    """A run, with what goes wrong in it."""
    wrong = sum((CLOCKS | UNDATED).get(word, 0) for word in words)
    cut = {word: rng.randint(1, CUTS[word]) for word in words if word in CUTS}
    moves: dict[int, tuple[Event, ...]] = {}
    if "moved list" in words:
        for place in sorted(rng.sample(range(2, 12), 3)):
            moves[place] = (moved(rng, numbers, at, lists),)
    return Run(number, at, wrong, not UNDATED.keys().isdisjoint(words), MISTAKEN in words, moves=moves, **cut)


def moved(rng: random.Random, numbers: Numbers, at: int, lists: tuple[str, ...]) -> Event:
    """What happens while a list is read: a new row on top, or one that is withdrawn."""
    if rng.random() < 0.5 or numbers.last < 3:
        return new_article(rng, numbers, at, lists)
    return Withdraw(at, rng.randint(max(1, numbers.last - 8), numbers.last), 404)


# Playing it


@dataclass(slots=True)
class Ending:
    """What came of a story: the sentences of what broke, by run; and how many events, faults and runs there were."""

    seed: int
    broken: list[tuple[int, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


def tell(story: Story, folder: Path, *, stop: bool = True) -> Ending:
    """Plays a story in an empty folder. `stop`: no further than the first run after which something is broken."""
    ending = Ending(story.seed, counts=story.counts())
    site, known, archive = Site(), Known(), folder / "archive"
    (folder / "site.yaml").write_text(SITE_FILE, encoding="utf-8")
    played = Played([])
    for run in story.runs:
        for event in story.events[run.number]:
            happen(site, event)
        faults = tuple(fault for fault in story.faults if run.number < story.calm)
        played = play(run, site, faults, story.lists, archive, folder / f"run-{run.number}")
        ending.codes[str(played.code)] += 1
        learn(known, played)
        found = read_archive(archive, folder / "copy")
        if played.code is None:
            learn_killed(known, run, found)
        broken = after_run(run, played, known, found, site)
        if run is story.runs[-1]:
            broken += at_the_end(played, known, found, site, story.runs[0].at - DAY)
        ending.broken += [(run.number, sentence) for sentence in broken]
        if broken and stop:
            break
        known.before = found
    return ending


def told(seed: int, length: int, keep: str = "", without: Collection[str] = ()) -> Ending:
    """Plays the story of a seed in a folder of its own: `keep`, or one that is removed."""
    if keep:
        folder = Path(keep)
        folder.mkdir(parents=True)
        return tell(story_of(seed, length, without), folder, stop=False)
    memory = Path("/dev/shm")  # where there is such a file system, a story does not wait for the disk
    with tempfile.TemporaryDirectory(prefix="newscrawl-story-", dir=memory if memory.is_dir() else None) as name:
        return tell(story_of(seed, length, without), Path(name))
