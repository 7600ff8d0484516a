"""How newscrawl fares where nothing fits: what it reads of disturbed pages, what the canary flags, what the fallback reads.

    python -m tests.benchmarks.noise [SEED]

The pages are those of `tests.support.noise`. Prints a section and writes it into docs/accuracy.md, below the report of
`tests.benchmarks.accuracy`, which keeps it.
"""

import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from newscrawl import Article, Refused, extract
from newscrawl.extraction.canary.signals import sight_of, signals
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.fallback import general_text
from newscrawl.extraction.page import FallbackPolicy
from tests.benchmarks.accuracy import REPORT, overlap, same_day, squash, table
from tests.support.noise import NoisePage, pages
from tests.support.noise_kinds import KINDS

PER_KIND, SEED = 8, 0
RIGHT = 0.99  # F1 of the text from which on a page is read right, if the headline is right, too
FLAGGED, QUIET = (
    0.95,
    0.05,
)  # the canary flags as many of the pages that are read wrong, and no more of those read right
TITLE = "## Where nothing fits"
SETS = {False: "developed on", True: "kept aside"}
# What the canary flagged of each set of kinds before anybody had looked at it; the first three were developed on then.
AT_FIRST = ((46, "87.5 %", "7.1 %"), (38, "84.8 %", "12.3 %"), (38, "78.5 %", "22.8 %"), (32, "92.2 %", "14.6 %"))


@dataclass(frozen=True)
class Result:
    """What came of a page."""

    kind: str
    outcome: str  # right, wrong, refused
    f1: float = 0.0
    title: bool = False
    day: bool = False
    signals: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        """Whether the canary flags it."""
        return bool(self.signals)


def judged(article: Article, page: NoisePage, seen: tuple[str, ...] = ()) -> Result:
    """What an article is worth: the one definition of right and wrong."""
    f1, title = overlap(squash(article.text), squash(page.text)), squash(article.title) == squash(page.title)
    day = same_day(article.published.isoformat() if article.published else None, page.published.isoformat())
    return Result(page.kind, "right" if f1 >= RIGHT and title else "wrong", f1, title, day, seen)


def read(page: NoisePage) -> Result:
    """What newscrawl reads, and which signals the canary sees."""
    try:
        article = extract(page.html, page.url)
    except Refused:
        return Result(page.kind, "refused")
    return judged(article, page, signals(sight_of(as_utf8(page.html)[0], article.raw)))


def read_by_fallback(page: NoisePage) -> Result:
    """What the general extractor reads."""
    try:
        return judged(extract(page.html, page.url, policy=FallbackPolicy(fallback=True)), page)
    except Refused:
        return Result(page.kind, "refused")


def share(part: int, whole: int) -> str:
    """A share in per cent; empty of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def flagged(results: Iterable[Result], outcome: str) -> tuple[int, int]:
    """How many pages of an outcome are flagged, and how many there are."""
    its = [each for each in results if each.outcome == outcome]
    return sum(each.flagged for each in its), len(its)


def outcomes(name: str, results: Sequence[Result]) -> tuple[str, ...]:
    """A row: what came of pages."""
    counts = Counter(each.outcome for each in results)
    marks = (share(*flagged(results, outcome)) for outcome in ("wrong", "right"))
    return (name, str(len(results)), *(str(counts[outcome]) for outcome in ("right", "wrong", "refused")), *marks)


HEADER = ("", "pages", "right", "wrong", "refused", "flagged of the wrong", "flagged of the right")


def group_of(kind: str) -> str:
    """The row of a kind: inserts that stand near the text, or in it, share one."""
    return {"near": "an insert near the text", "inside": "an insert in the text"}.get(kind.partition(": ")[0], kind)


def by_kind(results: Mapping[str, Sequence[Result]]) -> str:
    """The tables of the kinds."""
    parts = []
    for name, its in results.items():
        groups = defaultdict(list)
        for each in its:
            groups[group_of(each.kind)].append(each)
        rows = [outcomes(kind, group) for kind, group in groups.items()]
        parts.append(f"Kinds that were {name}:\n\n{table([HEADER, *rows])}")
    return "\n\n".join(parts)


def by_signal(results: Sequence[Result]) -> str:
    """The table of the signals."""
    names = sorted({name for each in results for name in each.signals})
    rows: list[tuple[str, ...]] = [("signal", "wrong pages", "these alone", "right pages")]
    for name in names:
        its = [each for each in results if name in each.signals]
        wrong = [each for each in its if each.outcome == "wrong"]
        rows.append(
            (name, str(len(wrong)), str(sum(len(each.signals) == 1 for each in wrong)), str(len(its) - len(wrong)))
        )
    return table(rows)


def by_fallback(results: Mapping[str, Sequence[Result]]) -> str:
    """The table of the fallback."""
    rows: list[tuple[str, ...]] = [("--fallback", "pages", "refused", "text F1", "titles", "days", "right")]
    for name, its in results.items():
        kept = [each for each in its if each.outcome != "refused"]
        mean = statistics.fmean(each.f1 for each in kept) if kept else 0
        counts = (sum(getattr(each, what) for each in kept) for what in ("title", "day"))
        right = sum(each.outcome == "right" for each in kept)
        rows.append((name, str(len(its)), str(len(its) - len(kept)), f"{mean:.4f}", *map(str, counts), str(right)))
    return table(rows)


def milliseconds(call: Callable[[], object]) -> float:
    """The process time of a call: the median of five rounds."""
    rounds = []
    for _ in range(5):
        started = time.process_time()
        call()
        rounds.append(time.process_time() - started)
    return 1000 * statistics.median(rounds)


def costs(some: Iterable[NoisePage]) -> tuple[float, float, float]:
    """Milliseconds of a page: reading it, the general extractor, the rest of the canary."""
    rows = []
    for page in some:
        article = extract(page.html, page.url)
        text = as_utf8(page.html)[0]
        reading, general = milliseconds(lambda: extract(page.html, page.url)), milliseconds(lambda: general_text(text))  # noqa: B023
        rows.append((reading, general, milliseconds(lambda: signals(sight_of(text, article.raw))) - general))  # noqa: B023
    first, second, third = (statistics.median(column) for column in zip(*rows, strict=True))
    return first, second, third


SECTION = """\
{title}

Written by `make bench-noise`, from pages that were not made from newscrawl's rules (`tests/support/noise.py`, seed {seed}): an
article with invented text in a frame of random class names, wrappers, inserts that no rule knows, and blocks in any order.
A page is read right when its text has an F1 of {right} or more and its headline is the page's own; else wrong.

{anchored} of these pages have the headline, the date and the container of a known design, and the column of the article is
disturbed: a container moved, split, empty or twice, another element with its id, inserts in it, the text outside of it, a
teaser or a log-in instead. On the other {unanchored} nothing fits any design, and newscrawl must refuse them (`unknown_layout`).

{summary}

`--canary` is to flag 95 % of the pages that are read wrong, and no more than 5 % of those that are read right. It was
developed on the kinds of the first row, which a test holds to that (`tests/extraction/test_noise.py`); those of the second
row were kept aside. Measured once each (November 2026), before anybody had looked at them, it flagged of four such sets:

{at_first}

So expect it to miss about one in ten of the wrong pages of a sort that it has not met, and to flag about one in ten of the
right ones where much of what surrounds the text reads like an article. What it cannot know is a paragraph of another
article in the form of this one's (`tests/support/noise_blocks.py`: `paragraph`), a short line below 1 % of the text, and
text that is nowhere on the page. On recorded pages, where what surrounds the text shares fewer words with it, it
is quieter: `tests/test_corpus.py` allows it 5 % of them, and it flags none of 29 articles and none of 49 posts.

{signals}

- foreign: lines that look or read like inserts. missing: paragraphs outside that look and read like the article's. buttons: the
  same word after many lines. repeated: lines that are there twice. title: the page's head says another. description: its
  beginning is elsewhere. general: a general extractor reads other text. broken off, continued: dots or a button at the end.
  two topics: another article follows.
- these alone: wrong pages that no other signal flags.

{fallback}

- text F1, titles, days: of the pages that it does not refuse. `--fallback` flags all of them (`general_reading`).

Reading such a page takes {reading:.1f} ms, the general extractor {general:.1f} ms, the rest of the canary {rest:.1f} ms.

{kinds}
"""


def section(seed: int = SEED, per_kind: int = PER_KIND) -> str:
    """The section of the report. Needs trafilatura."""
    sizes = {held: per_kind * sum(kind.held == held for kind in KINDS) for held in SETS}
    anchored = {name: [*map(read, pages(sizes[held], seed, held=held))] for held, name in SETS.items()}
    strange = [page for held in SETS for page in pages(sizes[held], seed, held=held, anchored=False)]
    unread = [*map(read, strange)]
    fallback = {SETS[held]: [read_by_fallback(page) for page in strange if page.held == held] for held in SETS}
    both = [each for its in anchored.values() for each in its]
    reading, general, rest = costs(page for page in pages(64, seed) if page.kind.startswith(("unknown", "near")))
    return SECTION.format(
        title=TITLE, seed=seed, right=RIGHT, anchored=len(both), unanchored=len(unread),
        summary=table([HEADER, *(outcomes(name, its) for name, its in anchored.items()), outcomes("nothing fits", unread)]),
        at_first="\n".join(f"- {kinds} kinds: {wrong} of the wrong and {right} of the right" for kinds, wrong, right in AT_FIRST),
        signals=by_signal(both), fallback=by_fallback(fallback), kinds=by_kind(anchored), reading=reading, general=general, rest=rest,
    )  # fmt: skip


def main() -> None:
    """Measures, and writes the section."""
    text = section(*map(int, sys.argv[1:2]))
    print(text)
    before, _, _ = REPORT.read_text(encoding="utf-8").partition(f"\n{TITLE}")
    REPORT.write_text(f"{before.rstrip()}\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
