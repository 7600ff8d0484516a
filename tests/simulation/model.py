"""The reference model: what the runs of a story were served, and what its archive holds, as plain data."""

import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.simulation.faults import SAME_ROWS, WITHOUT_ROWS
from tests.simulation.runs import Played, Run
from tests.simulation.site import number_of

TABLES = "articles revisions captures items listings windows watermarks".split()
ENDED = (0, 3, 5)  # exit codes of runs that came to their end
OK = 200
LOST = "lost"  # a whole page that came to a run that was stopped
KILLED = "killed"  # the run was killed while its request was under way: a try, whatever was answered
OF_ARTICLES = ("article", "moved")  # requests whose answers tell that the articles' host answers


@dataclass(slots=True)
class Archive:
    """What an archive holds, read from its files."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # of the ledger, by table
    posts: dict[str, str] = field(default_factory=dict)  # texts, by their paths from the archive's root
    run: int = 0  # the newest run in the ledger

    @property
    def articles(self) -> dict[int, dict[str, Any]]:
        """The articles of the ledger, by number."""
        return {number_of(row["key"]): row for row in self.rows.get("articles", ())}

    @property
    def items(self) -> dict[str, dict[str, Any]]:
        """The items of the ledger, by key."""
        return {row["key"]: row for row in self.rows.get("items", ())}

    @property
    def under_way(self) -> set[int]:
        """The articles whose requests were under way when the last run ended."""
        return {number_of(key) for key, row in self.items.items() if row["lease"] is not None and row["sent"]}

    @property
    def suspects(self) -> set[int]:
        """The articles that were under way in a killed run, and have had no outcome since."""
        return self.under_way | {number_of(key) for key, row in self.items.items() if row["killed"]}

    @property
    def watermarks(self) -> dict[str, int]:
        """The watermarks, by list."""
        return {row["channel"]: row["until"] for row in self.rows.get("watermarks", ())}

    def listed(self, day: tuple[str, str]) -> set[int]:
        """The articles that the ledger knows to be in a day of a list."""
        rows = self.rows.get("listings", ())
        return {number_of(row["key"]) for row in rows if (row["channel"], row["day"]) == day and not row["vanished"]}


def read_archive(root: Path, folder: Path) -> Archive:
    """Reads an archive. Its ledger is copied into `folder` first: to open it would tidy up after a killed run."""
    found = Archive()
    if not (root / "ledger.sqlite3").exists():
        return found
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for path in root.glob("ledger.sqlite3*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, folder / path.name)
    connection = sqlite3.connect(folder / "ledger.sqlite3")
    connection.row_factory = sqlite3.Row
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    for table in (*TABLES, "files"):
        if table in names:
            found.rows[table] = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    if "runs" in names:
        found.run = connection.execute("SELECT max(id) FROM runs").fetchone()[0] or 0
    connection.close()
    posts = (root / "posts").rglob("*.md")
    found.posts = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in posts}
    waiting = {sha256(path.read_bytes()).hexdigest(): path for path in (root / ".unfinished").glob("*.md")}
    newest = {row["path"]: row["digest"] for row in found.rows.get("files", ())}
    for name, digest in newest.items():
        if digest in waiting:  # after a kill: the next run gives it its place
            found.posts[name] = waiting[digest].read_text(encoding="utf-8")
    return found


@dataclass(slots=True)
class Known:
    """What is known of a story so far."""

    served: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # versions, by article
    came: defaultdict[int, set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )  # those that runs which ended got
    answers: defaultdict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))  # (at, what)
    tries: Counter[int] = field(default_factory=Counter)  # requests for each, in runs in which their host answered
    named: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # articles, by list, in truth
    hidden: set[int] = field(default_factory=set)  # articles of days that a list said to be empty, as no one can tell
    killed: Counter[int] = field(default_factory=Counter)  # killed runs in which each was under way, by the ledger
    before: Archive = field(default_factory=Archive)


def learn(known: Known, played: Played) -> None:
    """Adds what a run was served."""
    pages = [entry for entry in played.log if entry["kind"] == "article"]
    if any(not entry["error"] for entry in played.log if entry["kind"] in OF_ARTICLES):
        known.tries.update(entry["number"] for entry in pages)
    for entry in played.log:
        if entry["kind"] == "article":
            what = answer_word(entry)
            lost = what == "whole" and played.code not in ENDED  # the run was stopped perhaps before it kept the page
            known.answers[entry["number"]].append((entry["at"], LOST if lost else what))
            if what == "whole":
                known.served[entry["number"]].add(entry["version"])
                if played.code in ENDED:
                    known.came[entry["number"]].add(entry["version"])
        elif entry["name"] and looks_right(entry):
            known.hidden |= {number for number, _ in entry["had"]} - set(entry["rows"])
        elif entry["name"] and entry["status"] == OK:
            known.named[entry["name"]] |= set(entry["rows"])


def learn_killed(known: Known, run: Run, archive: Archive) -> None:
    """Adds what a killed run has left under way."""
    for number in archive.under_way:
        known.killed[number] += 1
        known.answers[number].append((run.at, KILLED))


def looks_right(entry: Mapping[str, Any]) -> bool:
    """Whether nobody can tell a wrong answer of a list from a right one: it is empty, or has only rows of its window."""
    return entry["fault"] == WITHOUT_ROWS or (entry["fault"] == SAME_ROWS and bool(entry["inside"]))


def answer_word(entry: Mapping[str, Any]) -> str:
    """What an answer to the request for an article was: `whole`, its status, or the fault that spoiled it."""
    if entry["status"] not in (OK, 304):
        return str(entry["status"])  # a page that is gone is gone, however its page is cut
    return str(entry["fault"]) or "whole"
