"""The outcomes of a run: each URL or file has exactly one, and together they decide the exit code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from newscrawl.exit_codes import DONE, FAULT, INTERRUPTED, NOTHING, PARTLY, UNBALANCED, USAGE
from newscrawl.outcomes.reasons import BUGS
from newscrawl.outcomes.stats import (
    ASKED,
    CLOSED,
    FAILED,
    FLAGGED,
    GIVEN_UP,
    LISTS,
    NO_ARCHIVE,
    POSTS,
    REFUSED,
    REPEATED,
    STILL_GONE,
    STOPPED,
    UNCHANGED,
    UNSENT,
    VANISHED,
)

UNREAD = "list_unread"  # the reason of a day whose lists a run did not read


def is_unbalanced(tally: Mapping[str, Any], *, limited: bool = False) -> bool:
    """Whether something is missing on a day: rows of its list, or outcomes; `limited`: these are left to a later run.

    A day whose only open question is what has failed is neither balanced nor unbalanced, nor is one of a list that has
    never named anything.
    """
    if tally["balanced"]:
        return False
    if tally.get("missing") or tally.get("reason"):
        return True
    counts = (tally.get(name, 0) for name in ("kept", "known", "not_article", "failed"))
    settled = sum(sum(count.values()) if isinstance(count, Mapping) else count for count in counts)
    return not limited and settled != tally["unique"]


@dataclass(slots=True)
class Outcomes:
    """The counts of a run."""

    command: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: int = 0
    given: int | None = 0  # URLs of a fetch; None: a stream, whose end is not known
    requests: int = 0
    bytes: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    flagged: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False
    gone: int = 0
    still_gone: int = 0
    given_up: int = 0  # items of a crawl that failed at their last retry
    robots_forbidden: int = 0
    not_modified: int = 0
    retried: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by status
    stopped: str = ""  # why the run was given up
    coverage: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # by channel and day
    unread: bool = False  # no list could be read
    limited: bool = False  # the crawl had a --limit
    stale: dict[str, dict[str, Any]] = field(default_factory=dict)  # channels that have gone silent
    code: int | None = None  # the exit code, if a command sets it itself

    def read_stats(self, stats: Mapping[str, Any]) -> None:
        """Takes the counts of a Scrapy run; counts URLs without an outcome as lost."""
        self.asked = stats.get(ASKED, 0)
        self.requests = stats.get("downloader/request_count", 0)
        self.bytes = stats.get("downloader/response_bytes", 0)
        self.repeated = stats.get(REPEATED, 0)
        self.gone = stats.get(VANISHED, 0)
        self.still_gone = stats.get(STILL_GONE, 0)
        self.given_up = stats.get(GIVEN_UP, 0)
        self.not_modified = stats.get(UNCHANGED, 0)
        self.robots_forbidden = stats.get("robotstxt/forbidden", 0)
        self.retried = stats.get("retry/count", 0)
        self.stopped = stats.get(STOPPED, "")
        self._read_counters(stats)
        finish = stats.get("finish_reason", "shutdown")
        self.interrupted = finish == "shutdown"
        if finish == "memusage_exceeded":
            self.stopped = self.stopped or "it took more memory than MEMUSAGE_LIMIT_MB allows"
        if stats.get(CLOSED):
            self.code = DONE
        if finish == NO_ARCHIVE:
            self.code = USAGE
        lost = self.asked - self.total - stats.get(UNSENT, 0)
        if lost > 0 and finish == "finished":  # else a signal, or a limit such as CLOSESPIDER_ITEMCOUNT, ended the run
            self.failed["lost"] += lost
        for key, count in stats.items():
            if key.startswith(LISTS):
                self.failed[key.removeprefix(LISTS)] += count

    def _read_counters(self, stats: Mapping[str, Any]) -> None:
        for key, count in stats.items():
            if key.startswith(POSTS):
                self.posts[key.removeprefix(POSTS)] += count
            elif key.startswith(FLAGGED):
                self.flagged[key.removeprefix(FLAGGED)] += count
            elif key.startswith(FAILED):
                self.failed[key.removeprefix(FAILED)] += count
            elif key.startswith(REFUSED):
                self.refused[key.removeprefix(REFUSED)] += count

    @property
    def total(self) -> int:
        """The number of outcomes so far."""
        return self.posts.total() + self.failed.total() + self.repeated + self.gone + self.still_gone

    @property
    def left(self) -> int:
        """The articles that have no outcome: those that wait in the coverage, or the rest of the URLs."""
        waiting: int = sum(tally.get("waiting", 0) for days in self.coverage.values() for tally in days.values())
        return max(waiting, max(self.asked, self.given or 0) - self.total)

    def remainder(self) -> str:
        """What an interrupted run leaves, in words.

        >>> Outcomes("fetch", given=3, posts=Counter(written=2)).remainder()
        '1 article is left'
        """
        tallies = [tally for days in self.coverage.values() for tally in days.values()]
        articles = "1 article is" if self.left == 1 else f"{self.left} articles are"
        lists = ", and not every list was read" if any(tally.get("reason") == UNREAD for tally in tallies) else ""
        return f"{'at least ' if self.given is None else ''}{articles} left{lists}"

    @property
    def unbalanced(self) -> list[tuple[str, str]]:
        """The (channel, day) pairs of which something is missing; what --limit left for a later run is not."""
        return [
            (channel, day)
            for channel, days in self.coverage.items()
            for day, tally in days.items()
            if is_unbalanced(tally, limited=self.limited)
        ]

    @property
    def open(self) -> Counter[str]:
        """The articles of which nobody knows what became: how many are tried again, and how many given up."""
        tallies = [tally for days in self.coverage.values() for tally in days.values()]
        return +Counter({name: sum(tally.get(name, 0) for tally in tallies) for name in ("retrying", "given_up")})

    @property
    def has_bugs(self) -> bool:
        """Whether something failed for no reason that newscrawl knows."""
        return any(self.failed[reason] for reason in BUGS)

    @property
    def nothing(self) -> bool:
        """Whether the archive holds none of the articles that the run was asked for."""
        tallies = [tally for days in self.coverage.values() for tally in days.values()]
        held = any(tally["kept"] + tally["known"] for tally in tallies)
        listed = not tallies or any(tally["unique"] for tally in tallies)
        return listed and not (self.posts.total() + self.gone or held)

    @property
    def exit(self) -> int:
        """The run's exit code, derived from the counts: Scrapy's is 0 even when everything failed."""
        if self.code is not None:
            return self.code
        if self.interrupted:
            return INTERRUPTED
        if self.has_bugs:
            return FAULT
        if self.stopped or (self.unread and not self.posts.total()):
            return NOTHING
        if self.failed.total() and self.nothing:
            return NOTHING
        if self.unbalanced:
            return UNBALANCED
        return PARTLY if self.failed.total() or self.open else DONE

    def summary(self) -> dict[str, Any]:
        """The run as `--json` prints it (`docs/reference.md`)."""
        seconds = (datetime.now(UTC) - self.started).total_seconds()
        return {
            "command": self.command,
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": round(seconds, 3),
            "requests": self.requests,
            "bytes": self.bytes,
            "posts": {name: self.posts[name] for name in ("written", "unchanged", "revised")},
            "failed": dict(sorted(self.failed.items())),
            "repeated": self.repeated,
            "flagged": dict(sorted(self.flagged.items())),
            "gone": self.gone,
            "politeness": {
                "not_modified": self.not_modified,
                "refused": dict(sorted(self.refused.items())),
                "robots_forbidden": self.robots_forbidden,
                "retried": self.retried,
            },
            **({"stopped": self.stopped} if self.stopped else {}),
            **({"interrupted": True, "left": self.left} if self.interrupted else {}),
            "coverage": self.coverage,
            "stale": self.stale,
            "exit": self.exit,
        }

    def sentence(self) -> str:
        """The run in one line of text.

        >>> outcomes = Outcomes("fetch", posts=Counter(written=2), failed=Counter(http_404=1, list_timeout=2))
        >>> outcomes.sentence()
        '2 written, 1 failed (http_404 1), lists: 2 failed (list_timeout 2)'
        """
        parts = [f"{self.posts[name]} {name}" for name in ("written", "unchanged", "revised") if self.posts[name]]
        if self.gone:
            parts.append(f"{self.gone} gone")
        if self.repeated:
            parts.append(f"{self.repeated} repeated")
        if self.flagged:
            reasons = ", ".join(f"{flag} {count}" for flag, count in sorted(self.flagged.items()))
            parts.append(f"{self.flagged.total()} flagged ({reasons})")
        for what, of_lists in (("", False), ("lists: ", True)):
            failed = {word: count for word, count in self.failed.items() if word.startswith("list_") == of_lists}
            if failed:
                reasons = ", ".join(f"{word} {count}" for word, count in sorted(failed.items()))
                parts.append(f"{what}{sum(failed.values())} failed ({reasons})")
        left = self.stopped or self.interrupted or self.unread
        return ", ".join(parts) or ("nothing fetched" if left else "nothing to do")
