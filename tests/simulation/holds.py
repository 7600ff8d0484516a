"""What must hold after each run, and after the last one of a story.

Each invariant is a function of plain data that returns sentences of what broke. None of them knows how newscrawl works:
they compare what runs were answered, by the log of the simulated site, with what the archive holds and what is said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from tests.simulation.faults import SAME_ROWS, STILL_LISTS, TOTAL_TOO_LOW
from tests.simulation.model import LOST, TABLES, Archive, Known, looks_right
from tests.simulation.runs import MOST, Played, Run
from tests.simulation.site import (
    DAY,
    EMPTY,
    HOUR,
    LISTS,
    PARAGRAPHS,
    ROLLS,
    Site,
    day_of,
    key_of,
    marks_in,
    number_of,
    title_of,
)

DONE, USAGE, PARTLY, NOTHING, UNBALANCED, INTERRUPTED = 0, 2, 3, 4, 5, 130
LAST_LOOK = 7 * DAY * 3 // 4  # the age of an article from which a look at it counts as the plan's last
PLANNED = 60  # more days of a list are never planned in a story
TRIES = 6  # failures in a row after which an article is given up
Day = tuple[str, str]
"""A day of a list: (name, YYYY-MM-DD)."""


# (a) What is kept is what could be read


def kept_what_was_served(known: Known, archive: Archive) -> list[str]:
    """Every article whose whole page came to a run that ended is kept; none other is; each has one post."""
    articles = archive.articles
    broken = [
        f"article {number} was served whole, and is not kept" for number in sorted(known.came.keys() - articles.keys())
    ]
    unserved = {number for number, row in articles.items() if not known.served[number] and not is_half(row)}
    broken += [f"article {number} is kept, and was never served whole" for number in sorted(unserved)]
    return broken


def posts_are_the_articles(archive: Archive) -> list[str]:
    """There is one post for each article of the ledger, and no other file."""
    paths = Counter(row["path"] for row in archive.rows.get("articles", ()))
    broken = [f"{count} articles have the post {path}" for path, count in paths.items() if count > 1]
    broken += [f"{path} is missing" for path in sorted(paths.keys() - archive.posts.keys())]
    return broken + [f"{path} is no article's post" for path in sorted(archive.posts.keys() - paths.keys())]


def posts_are_whole(known: Known, archive: Archive) -> list[str]:
    """The text of a post is that of one version that was served; half a text is kept at the last try, and says so."""
    broken = []
    for number, row in archive.articles.items():
        text = archive.posts.get(row["path"], "")
        versions = {version for _, version, _ in marks_in(text)}
        if {own for own, _, _ in marks_in(text)} - {number}:
            broken.append(f"the post of article {number} has another article's text")
        elif len(versions) > 1:
            broken.append(f"the post of article {number} mixes the versions {sorted(versions)}")
        elif len(marks_in(text)) != PARAGRAPHS and not is_half(row):
            broken.append(f"the post of article {number} has {len(marks_in(text))} of {PARAGRAPHS} paragraphs")
        elif not is_half(row) and not versions <= known.served[number]:
            broken.append(f"the post of article {number} has version {sorted(versions)}, which was never served")
        elif is_half(row) and len(known.answers[number]) < TRIES:
            broken.append(f"article {number} is kept half, after {len(known.answers[number])} answers")
    return broken


def posts_say_what_the_pages_do(archive: Archive, site: Site) -> list[str]:
    """A post has the title of its article, and its time, in whatever charset and form its page has them."""
    broken = []
    for number, row in archive.articles.items():
        if title_of(number) not in archive.posts.get(row["path"], ""):
            broken.append(f"the post of article {number} has not its title")
        when = datetime.fromisoformat(row["published"]).timestamp()
        if when != site.articles[number].published:
            broken.append(f"article {number} was published at {site.articles[number].published}, not {when:.0f}")
    return broken


def asks_for_what_archives_read(played: Played) -> list[str]:
    """Answers are packed only as every reader of captures can unpack them."""
    found = {coding.strip() for entry in played.log for coding in entry["codings"].split(",") if coding}
    return [f"it asks for {coding}" for coding in sorted(found - {"gzip", "deflate", "identity"})]


def is_half(row: Mapping[str, Any]) -> bool:
    """Whether an article is flagged as half one: what the plan's last try found is kept even so."""
    return "cut_off" in row["flags"].split()


def outages_cost_no_try(known: Known, archive: Archive) -> list[str]:
    """An article has no more tries behind it than there were requests for it while its host answered, or runs were killed."""
    return [
        f"article {number} counts {item['tries']} failures, and its page was asked for {known.tries[number]} times"
        for key, item in archive.items.items()
        if item["tries"] > known.tries[number := number_of(key)] + known.killed[number]
    ]


def killed_runs_cost_a_try(run: Run, played: Played, before: Archive, after: Archive) -> list[str]:
    """What was under way in a killed run, and nothing else that it leased, counts a try; so does what it was killed at."""
    if not run.killed or played.code is not None:
        return []
    broken = []
    for key, item in after.items.items():
        number = number_of(key)
        tries = before.items[key]["tries"] if key in before.items else 0
        right = tries + (number in after.under_way)
        if item["lease"] is not None and item["tries"] != right:
            broken.append(f"article {number} counts {item['tries']} tries after the run was killed, not {right}")
    last = played.log[-1] if played.log else {"kind": ""}
    if last["kind"] in ("killed at article", "killed at moved") and last["number"] not in after.under_way:
        broken.append(f"the run was killed at article {last['number']}, and the ledger does not say so")
    return broken


def suspects_come_last(played: Played, before: Archive) -> list[str]:
    """What was under way in a killed run is asked for after all other articles of the next ones."""
    asked = [
        entry["number"] for entry in played.log if entry["kind"].removeprefix("killed at ") in ("article", "moved")
    ]
    order = [*dict.fromkeys(asked)]
    late = [number in before.suspects for number in order]
    if late != sorted(late):
        return [f"articles {order} were asked for, and {sorted(before.suspects)} were under way in killed runs"]
    return []


def nothing_left_under_way(played: Played, after: Archive) -> list[str]:
    """A run that ends by itself leaves no lease."""
    if played.code in (DONE, PARTLY, UNBALANCED, INTERRUPTED) and after.under_way:
        return [f"it ended with {played.code}, and left {sorted(after.under_way)} under way"]
    return []


def nothing_is_lost(before: Archive, after: Archive) -> list[str]:
    """What was kept is kept, with its text or a later version's, and whole if it was whole."""
    broken = []
    for number, row in before.articles.items():
        now = after.articles.get(number)
        if now is None:
            broken.append(f"article {number} was kept, and is no more")
            continue
        old, new = (text_state(each.posts.get(it["path"], "")) for each, it in ((before, row), (after, now)))
        if new < old:
            broken.append(f"the post of article {number} had version and length {old}, and now {new}")
    return broken


def text_state(post: str) -> tuple[int, int]:
    """How good the text of a post is: its version, and how much of it there is."""
    marks = marks_in(post)
    return (max((version for _, version, _ in marks), default=0), len(marks))


# (b) What is called balanced is the truth


def tallies_of(coverage: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[tuple[Day, Mapping[str, Any]]]:
    """The days of a coverage, each with its tally."""
    return (((name, day), tally) for name, days in coverage.items() for day, tally in days.items())


def balanced_days(summary: Mapping[str, Any]) -> list[Day]:
    """The days that a summary, or a status, calls balanced."""
    return [day for day, tally in tallies_of(summary.get("coverage", {})) if tally["balanced"]]


def noted_days(archive: Archive, run: int) -> list[Day]:
    """The days of which the ledger says that this run has read them whole."""
    rows = archive.rows.get("windows", ())
    return [
        (row["channel"], row["day"]) for row in rows if row["run"] == run and not row["reason"] and not row["missing"]
    ]


def balanced_days_were_read(
    days: Iterable[Day], log: Sequence[Mapping[str, Any]], archive: Archive, since: Mapping[str, int]
) -> list[str]:
    """A day that a run calls balanced was read whole in this run, and all its rows are in the ledger.

    `since`: from when on a list that is not read by days has to be read.
    """
    broken = []
    for day in days:
        name, date = day
        of_list = [entry for entry in log if entry["name"] == name]
        if name in ROLLS:
            of_list = [entry for entry in of_list if day_of(entry["start"]) == date]
        if not any(is_right(entry, archive.listed(day)) for entry in of_list):
            asked = ", ".join(sorted({entry["fault"] for entry in of_list})) or "nothing was asked"
            broken.append(f"{name} {date} is balanced, and no answer was right ({asked})")
            continue
        steady = steady_rows(of_list, date, 0 if name in ROLLS else since[name])
        served = {number for entry in of_list for number in entry["rows"]}
        if unread := steady - served:
            broken.append(f"{name} {date} is balanced, and the run was not given {sorted(unread)}")
        elif unknown := steady - archive.listed(day):
            broken.append(f"{name} {date} is balanced, and the ledger lacks {sorted(unknown)}")
    return broken


def is_right(entry: Mapping[str, Any], listed: Collection[int]) -> bool:
    """Whether the answer of a list was right, or cannot be told from a right one, where `listed` is all that is known."""
    looks = looks_right(entry) and (entry["fault"] == SAME_ROWS or set(listed) <= set(entry["rows"]))
    return entry["fault"] in ("", TOTAL_TOO_LOW) or looks


def steady_rows(entries: Sequence[Mapping[str, Any]], date: str, since: int) -> set[int]:
    """The articles that a day of a list had all the while it was read, of those that were published since an instant.

    An answer that cannot be told from a right one hides those that it lacks.
    """
    whole: dict[tuple[int, int], list[set[int]]] = defaultdict(list)
    for entry in entries:
        had = [row for row in entry["had"] if not looks_right(entry) or row[0] in entry["rows"]]
        found = {number for number, ctime in had if day_of(ctime) == date and ctime >= since}
        whole[entry["start"], entry["end"]].append(found)
    return set().union(*(set.intersection(*each) for each in whole.values()))


def fates_are_true(days: Iterable[Day], known: Known, archive: Archive) -> list[str]:
    """The articles of a balanced day are kept, or were answered by what their fate says."""
    broken = []
    items = archive.items
    for day in days:
        for number in sorted(archive.listed(day)):
            item = items.get(key_of(number))
            if item is None:
                broken.append(f"{' '.join(day)} names article {number}, of which there is no item")
                continue
            held = number in archive.articles
            if held != (item["state"] in ("kept", "known", "gone")):
                broken.append(f"article {number} is {item['state']}, and {'' if held else 'not '}kept")
            elif not held and not was_told(known, number, item["reason"]):
                broken.append(f"article {number} counts as {item['reason'] or item['state']}, and no answer said so")
    return broken


TOLD = {"http_404": ("404",), "http_410": ("410",), "error": ("article soft 404",)}
GONE = ("404", "410", "article soft 404")  # answers by which a page is gone


def was_told(known: Known, number: int, reason: str) -> bool:
    """Whether an answer has told that an article has this final outcome."""
    return any(what in TOLD.get(reason, ()) for _, what in known.answers[number])


def counts_are_the_ledgers(summary: Mapping[str, Any], archive: Archive) -> list[str]:
    """The numbers of each day are those of the ledger: what is listed, what is held, and what is not."""
    broken = []
    for day, tally in tallies_of(summary.get("coverage", {})):
        listed = archive.listed(day)
        held = len(listed & archive.articles.keys())
        said = tally["kept"] + tally["known"]
        if tally.get("unique") and tally["unique"] != len(listed):
            broken.append(f"{' '.join(day)}: {tally['unique']} articles, and the ledger has {len(listed)}")
        if said != held:
            broken.append(f"{' '.join(day)}: {said} held, and the archive holds {held}")
    return broken


# (c) All that is said agrees


def verdict(tally: Mapping[str, Any]) -> str:
    """What a tally says of its day: `balanced`, `empty`, `open` (articles are tried again) or `unbalanced`."""
    if tally["balanced"]:
        return "balanced"
    if tally.get("empty"):
        return "empty"
    if tally.get("missing") or tally.get("reason") or tally.get("waiting"):
        return "unbalanced"
    return "open" if tally.get("retrying") or tally.get("given_up") else "unbalanced"


def verdicts(coverage: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[Day, str]:
    """The verdict on each day of a coverage."""
    return {day: verdict(tally) for day, tally in tallies_of(coverage)}


def all_agree(played: Played) -> list[str]:
    """The summary, the status, the report and the metrics say the same of each day, and of the run."""
    summary, status = (verdicts(said.get("coverage", {})) for said in (played.summary, played.status))
    broken = []
    for day, said in summary.items():
        if (other := status.get(day, "unread")) != said:
            broken.append(f"{' '.join(day)} is {said} in the summary, and {other} in the status")
    states = {(name, day): state for name, days in played.report["states"].items() for day, state in days.items()}
    for day, said in status.items():
        if (said == "balanced") != (states.get(day) == "balanced"):
            broken.append(f"{' '.join(day)} is {said} in the status, and {states.get(day)} in the report")
    unbalanced = {day for day, said in status.items() if said == "unbalanced"}
    if unbalanced != {(name, day) for name, day in played.report["unbalanced"]}:
        broken.append(f"the report names {played.report['unbalanced']} as unbalanced, the status {sorted(unbalanced)}")
    return broken + status_code_follows(played.status, status) + metrics_agree(played, summary)


def status_code_follows(status: Mapping[str, Any], days: Mapping[Day, str]) -> list[str]:
    """The code of the status follows from its days."""
    right = UNBALANCED if "unbalanced" in days.values() else PARTLY if "open" in days.values() else DONE
    return [f"the status ends with {status['exit']}, and its days say {right}"] if status["exit"] != right else []


def metrics_agree(played: Played, days: Mapping[Day, str]) -> list[str]:
    """The metrics have the run's exit code, and its number of unbalanced days."""
    value = dict(re.findall(r"^(newscrawl_\w+(?:\{.*\})?) (\S+)$", played.metrics, re.MULTILINE))
    code = value.get('newscrawl_run_exit_code{command="crawl"}')
    broken = (
        [] if code and float(code) == played.code else [f"the metrics have exit code {code}, and it is {played.code}"]
    )
    for name in played.summary.get("coverage", {}):
        said = float(value.get(f'newscrawl_unbalanced_days{{channel="{name}",command="crawl"}}', "-1"))
        right = sum(said == "unbalanced" for day, said in days.items() if day[0] == name)
        if said != right:
            broken.append(f"the metrics have {said:.0f} unbalanced days of {name}, the summary {right}")
    return broken


def code_follows(played: Played) -> list[str]:
    """The exit code follows from what the run could read."""
    code, summary = played.code, played.summary
    said = Counter(verdicts(summary.get("coverage", {})).values())
    lists = [entry for entry in played.log if entry["name"]]
    done = sum(summary.get("posts", {}).values())
    held = sum(tally["kept"] + tally["known"] for _, tally in tallies_of(summary.get("coverage", {})))
    if code not in (DONE, PARTLY, NOTHING, UNBALANCED):
        return [f"it ends with {code}: {played.errors.strip()[-300:]}"]
    if summary.get("exit") != code:
        return [f"it ends with {code}, and its summary says {summary.get('exit')}"]
    if lists and all(map(is_no_list, lists)) and not done and code != NOTHING:
        return [f"it could read no list, and ends with {code}"]
    if code == DONE and (said["unbalanced"] or said["open"] or summary["failed"]):
        return [f"it ends with 0, and its days are {dict(said)}, its failures {summary['failed']}"]
    if code == PARTLY and said["unbalanced"]:
        return [f"it ends with 3, and {said['unbalanced']} days are unbalanced"]
    if code == PARTLY and not (said["open"] or summary["failed"]):
        return ["it ends with 3, and nothing has failed"]
    if code == UNBALANCED and not said["unbalanced"]:
        return ["it ends with 5, and no day is unbalanced"]
    if code == NOTHING and not summary.get("stopped") and held and any(not entry["fault"] for entry in lists):
        return ["it ends with 4, and a list could be read, and it was not stopped"]
    return []


def is_no_list(entry: Mapping[str, Any]) -> bool:
    """Whether an answer to the request for a list was none."""
    return entry["fault"] not in ("", *STILL_LISTS) and not entry["rows"]


def no_bug(played: Played) -> list[str]:
    """No run hangs, or ends with an error of Python's."""
    broken = ["it hangs"] if played.hung else []
    if len(played.log) >= MOST - 1:
        broken.append(f"it sends {MOST} requests")
    if "Traceback" in played.errors or "a bug in newscrawl" in played.errors:
        broken.append(f"it shows a bug: {played.errors.strip()[-600:]}")
    return broken


# (d) Watermarks


def watermarks_rise(before: Archive, after: Archive) -> list[str]:
    """No watermark goes down."""
    return [
        f"the watermark of {name} went from {old} down to {after.watermarks.get(name)}"
        for name, old in before.watermarks.items()
        if (after.watermarks.get(name) or 0) < old
    ]


def plans_few_days(played: Played) -> list[str]:
    """No run asks for an absurd number of days."""
    days: defaultdict[str, set[int]] = defaultdict(set)
    for entry in played.log:
        if entry["kind"] == "roll":
            days[entry["name"]].add(entry["start"] // DAY)
    return [f"it asked for {len(each)} days of {name}" for name, each in days.items() if len(each) > PLANNED]


# (e) A wrong clock


def wrong_clock_is_noticed(played: Played, before: Archive, after: Archive) -> list[str]:
    """A run whose clock is wrong ends with 2 or 4, and writes nothing."""
    broken = [] if played.code in (USAGE, NOTHING) else [f"its clock is wrong, and it ends with {played.code}"]
    return broken + [f"its clock is wrong, and it has changed the {what}" for what in changes(before, after)]


def changes(before: Archive, after: Archive) -> list[str]:
    """What a run has changed: tables of the ledger, and posts."""
    tables = [table for table in TABLES if before.rows.get(table, []) != after.rows.get(table, [])]
    return tables + (["posts"] if before.posts != after.posts else [])


def mistake_is_refused(played: Played, before: Archive, after: Archive) -> list[str]:
    """A run that names a list on a host that may not be fetched ends with 2, and does nothing."""
    broken = [] if played.code == USAGE and not played.log else [f"a mistake is no 2 but {played.code}"]
    return broken + [f"by a mistake it has changed the {what}" for what in changes(before, after)]


# (f) A full disk


def full_disk_is_said(played: Played) -> list[str]:
    """A run that could not write an article ends with 4."""
    unwritten = any(entry["full"] and entry["kind"] == "article" and not entry["fault"] for entry in played.log)
    if unwritten and played.code not in (NOTHING, None):
        return [f"its disk is full, and it ends with {played.code}"]
    return []


# After each run


def after_run(run: Run, played: Played, known: Known, archive: Archive, site: Site) -> list[str]:
    """All that must hold after a run, however it ended."""
    before = known.before
    since = {name: before.watermarks.get(name, run.at - DAY) - DAY for name in LISTS}
    broken = (
        no_bug(played) + watermarks_rise(before, archive) + plans_few_days(played) + nothing_is_lost(before, archive)
    )
    broken += posts_say_what_the_pages_do(archive, site) + asks_for_what_archives_read(played)
    if run.mistaken:
        return broken + mistake_is_refused(played, before, archive)
    if run.is_deceived:
        return broken  # nobody can know; a later run heals what it did
    if run.wrong:
        return broken + wrong_clock_is_noticed(played, before, archive)
    broken += outages_cost_no_try(known, archive) + killed_runs_cost_a_try(run, played, before, archive)
    broken += suspects_come_last(played, before) + nothing_left_under_way(played, archive)
    broken += posts_are_whole(known, archive) if played.code is not None else []
    if archive.run > before.run:
        broken += balanced_days_were_read(noted_days(archive, archive.run), played.log, archive, since)
    if played.code is None or run.full:
        return broken + (full_disk_is_said(played) if run.full else [])
    broken += posts_are_the_articles(archive) + kept_what_was_served(known, archive)
    if played.code == INTERRUPTED and run.interrupted:
        return broken
    balanced = balanced_days(played.summary)
    broken += balanced_days_were_read(balanced, played.log, archive, since) + fates_are_true(balanced, known, archive)
    broken += counts_are_the_ledgers(played.summary, archive) + all_agree(played) + code_follows(played)
    return [*dict.fromkeys(broken + never_named(played, known))]


def never_named(played: Played, known: Known) -> list[str]:
    """A channel that never gave anything is neither balanced nor unbalanced."""
    return [
        f"{name} {day} is balanced, and the list never gave anything"
        for name, day in balanced_days(played.summary)
        if name in ROLLS and not known.named[name]
    ] + [
        f"{name} is empty, and no day says so"
        for name, days in played.summary.get("coverage", {}).items()
        if name == EMPTY and any(not tally.get("empty") and not tally.get("reason") for tally in days.values())
    ]


# After the last run


def at_the_end(played: Played, known: Known, archive: Archive, site: Site, began: int) -> list[str]:
    """When nothing was wrong for long: all that the lists have is kept, with its edits, and everything is balanced."""
    hopeless = {number for number in site.articles if is_given_up(known, number)}
    right = (DONE, PARTLY) if hopeless else (DONE,)
    broken = [] if played.code in right else [f"the last run ends with {played.code}: {played.errors.strip()[-300:]}"]
    for name, rows in site.lists.items():
        if name not in played.summary.get("coverage", {}) and not archive.watermarks.get(name):
            continue
        listed = {
            row.number for row in rows if row.ctime >= began and (name != "feed" or row.number in known.named[name])
        }
        broken += [
            f"{name} has article {number}, which is not kept"
            for number in sorted(listed - archive.articles.keys() - hopeless - known.hidden)
        ]
    for number, row in archive.articles.items():
        if is_half(row) and known.served[number]:
            broken.append(f"article {number} is still half")
        elif not is_half(row) and must_have(known, site, number) > text_state(archive.posts.get(row["path"], ""))[0]:
            broken.append(f"the post of article {number} lacks its edit: {edit_story(site, number, known)}")
    return broken + [
        f"{' '.join(day)} is {said} at the end"
        for day, said in verdicts(played.status.get("coverage", {})).items()
        if said not in ("balanced", "empty", *(("open",) if hopeless else ()))
        and not left_the_list(day, played.status, known, site)
    ]


def left_the_list(day: Day, status: Mapping[str, Any], known: Known, site: Site) -> bool:
    """Whether rows of a day may have left a list before a run could read it; no later run can know.

    A feed drops its oldest rows. After a run whose clock was ahead, any other list must reach back as far as that run
    is known to have read, and cannot if the article there has been withdrawn.
    """
    name, date = day
    if status["coverage"][name][date].get("reason") != "list_short":
        return False
    rows = {row.number for row in site.lists[name]}
    return name == "feed" or any(
        day_of(site.articles[number].published) == date for number in known.named[name] - rows if name not in ROLLS
    )


def is_given_up(known: Known, number: int, since: int = 0) -> bool:
    """Whether an article was given up: since an instant all tries of the plan have failed, or it was gone once more."""
    answers = [(at, what) for at, what in known.answers[number] if what != LOST]
    rows = [answers[place : place + TRIES] for place in range(len(answers) - TRIES + 1)]
    failed = any(row[-1][0] > since and "whole" not in {what for _, what in row} for row in rows)
    told = [(at, what in GONE) for at, what in answers if what in ("whole", *GONE)]
    return failed or any(gone and still and at > since for (_, gone), (at, still) in pairwise(told))


def must_have(known: Known, site: Site, number: int) -> int:
    """The version that an article's post must have at least: that which the plan's looks must have seen.

    Of one that was given up it is the newest that came to a run that ended. A killed run may have lost what came to it.
    """
    article = site.articles[number]
    in_time = article.version(article.published + LAST_LOOK - 1)
    last = article.edits[in_time - 2] if in_time > 1 else article.published
    if article.gone is not None or is_given_up(known, number, last):
        return max(known.came[number], default=0)
    return in_time


def edit_story(site: Site, number: int, known: Known) -> str:
    """What became of an article, for a person."""
    article = site.articles[number]
    looks = [f"{(at - article.published) / HOUR:.1f} h {what}" for at, what in known.answers[number]]
    edits = [f"{(edit - article.published) / HOUR:.1f} h" for edit in article.edits]
    return f"edited {', '.join(edits)} after publication; looks: {', '.join(looks)}"
