"""What the generated site holds: its entries and lists, and how they change."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from newscrawl.demo.fake_site.entries import DayList, Entry, FakeRow, generate, new_entry
from newscrawl.demo.fake_site.plan import PAGE, Plan

FAR = 2**40  # epoch seconds after all lists


class Content:
    """The true content of a site now. It has no lock of its own."""

    def __init__(self, plan: Plan, base: str) -> None:
        self.plan, self.base = plan, base
        self.entries, self.lists = generate(plan, base, int(time.time()))
        self.by_docid = {entry.docid: entry for entry in self.entries}
        self._edited = 0  # the number of the entry where the next edit begins

    def edit(self, count: int, *, noted: bool = True) -> list[Entry]:
        """Gives the next `count` living articles a new version; `noted`: their rows have the new title and mtime."""
        order = self.entries[self._edited :] + self.entries[: self._edited]
        chosen = first_entries(count, (entry for entry in order if entry.living))
        for entry in chosen:
            entry.version += 1
            entry.modified = max(int(time.time()), entry.modified + 1)
            if noted:
                entry.listed = entry.version
                entry.mtime = max(int(time.time()), entry.mtime + 1)
        if chosen:
            self._edited = chosen[-1].number + 1
        return chosen

    def delete(self, count: int, *, listed: bool = True) -> list[Entry]:
        """Answers 404 for `count` living articles, unedited ones first; not `listed`: removes them from the lists."""
        order = sorted(self.entries, key=lambda entry: (entry.version > 1, -entry.number))
        chosen = first_entries(count, (entry for entry in order if entry.living))
        for entry in chosen:
            entry.gone = True
        if not listed:
            removed = set(chosen)
            for day_list in self.lists:
                day_list.rows = [row for row in day_list.rows if row.entry not in removed]
        return chosen

    def add(self, count: int, channel: str, day: date | None = None) -> list[Entry]:
        """Adds `count` new articles on top of a list of the plan; without a day, of the newest one."""
        day = day or self.plan.last
        found = (each for each in self.lists if (each.channel.name, each.day) == (channel, day))
        day_list = next(found, None)
        if day_list is None:
            raise ValueError(f"the plan has no list of {channel} on {day}")
        now = int(time.time())
        end = day_list.end(now)
        begin = max(day_list.top() + 1, now - count + 1) if now < end else day_list.top() + 1
        made = []
        for place in range(count):
            entry = new_entry(self.plan.seed, len(self.entries), day_list, "article", self.base)
            entry.ctime = min(begin + place, end - 1)
            entry.intime = entry.mtime = entry.modified = entry.ctime
            self.entries.append(entry)
            self.by_docid[entry.docid] = entry
            insert(day_list, entry)
            made.append(entry)
        return made

    def move(self, lid: int, start: int, end: int) -> None:
        """Moves a list while it is paged: a row of its first page leaves it, or a late entry appears."""
        for day_list in self.newest_first(lid):
            if day_list.withdraws and day_list.start < end and day_list.start + 86400 > start:
                day_list.withdraws = False
                if row := next((row for row in day_list.rows[PAGE // 2 : PAGE] if may_leave(row)), None):
                    day_list.rows.remove(row)
                    row.entry.withdrawn = True
                    return
            if day_list.waiting and start <= day_list.waiting[0].ctime < end:
                entry = day_list.waiting.popleft()
                entry.waiting = False
                insert(day_list, entry)
                return

    def newest_first(self, lid: int | None) -> Iterator[DayList]:
        """The lists of a channel (None: of all)."""
        return (day_list for day_list in reversed(self.lists) if lid in (None, day_list.channel.lid))

    def rows(self, lid: int | None, start: int = 0, end: int = FAR) -> list[FakeRow]:
        """The rows of a channel's lists (None: of all) in a window of time, newest first."""
        found: list[FakeRow] = []
        for day_list in self.newest_first(lid):
            if start <= day_list.start and day_list.start + 86400 <= end:
                found += day_list.rows
            else:
                found += [row for row in day_list.rows if start <= row.ctime < end]
        return found if lid is not None else sorted(found, key=lambda row: -row.ctime)


def first_entries(count: int, entries: Iterator[Entry]) -> list[Entry]:
    """The first `count` entries. Raises ValueError if there are fewer."""
    chosen = list(islice(entries, count))
    if len(chosen) < count:
        raise ValueError(f"only {len(chosen)} articles are left, not {count}")
    return chosen


def insert(day_list: DayList, entry: Entry) -> None:
    """Inserts an entry into a list, above all rows that are as old or older."""
    place = bisect_left(day_list.rows, -entry.ctime, key=lambda row: -row.ctime)
    day_list.rows.insert(place, FakeRow(entry, entry.url, entry.ctime))


def may_leave(row: FakeRow) -> bool:
    """Whether a row can be withdrawn: if no other row names its article."""
    return row.entry.living and not row.entry.late and len(row.entry.lids) == 1


def distinct_entries(rows: Sequence[FakeRow]) -> list[FakeRow]:
    """The rows without those whose entry has a newer row."""
    return list({row.entry.docid: row for row in reversed(rows)}.values())[::-1]
