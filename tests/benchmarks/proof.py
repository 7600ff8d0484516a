"""The requirements of `newscrawl crawl`, tested at full size against the fake site. It takes minutes.

    python -m tests.benchmarks.proof [--items N] [--kills N] [--seed N]

1. A crawl of 3 channels and 5 days, whose lists move while they are paged, stores every article once, and its coverage
balances. 2. A second crawl fetches no article again. 3. Edits become revisions, deleted pages are marked as gone. 4. A
crawl that is killed repeatedly ends with the same files, and with at most 5 % more article requests. Exits with 1 if a
requirement is not met.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.outcomes.summary import is_unbalanced

ROOT = Path(__file__).parent.parent.parent
BEIJING = ZoneInfo("Asia/Shanghai")
failed: list[str] = []


def say(text: str) -> None:
    print(text, flush=True)


def check(what: str, *, holds: bool) -> None:
    say(f"  {'ok' if holds else 'FAILED'}: {what}")
    if not holds:
        failed.append(what)


def command(archive: Path, site: Path, plan: Plan, *more: str) -> list[str]:
    base = [sys.executable, "-m", "newscrawl", "crawl", *plan.channels, "-o", str(archive), "--site", str(site)]
    first = plan.last - timedelta(days=plan.days - 1)
    return [*base, "--since", str(first), "--until", str(plan.last), "--json", "-q", *more]


def crawl(*arguments: Any) -> tuple[dict[str, Any], float]:
    started = time.monotonic()
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, check=False)
    if not done.stdout:
        raise SystemExit(f"no summary: {done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout.decode().splitlines()[-1]), time.monotonic() - started


def tree(archive: Path) -> dict[str, str]:
    """The SHA-256 of each post, by path."""
    files = (path for path in (archive / "posts").rglob("*") if path.is_file())
    return {str(path.relative_to(archive)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def keepable(site: FakeSite) -> set[str]:
    return {entry.docid for entry in site.entries if entry.kind == "article"}


def kept(archive: Path) -> list[str]:
    return sorted(path.stem[11:] for path in (archive / "posts").rglob("*.md"))


def balance(summary: dict[str, Any]) -> tuple[int, bool]:
    """The number of articles that the lists name, and whether they balance but for those that are tried again."""
    tallies = [tally for days in summary["coverage"].values() for tally in days.values()]
    adds_up = all(
        tally["unique"]
        == tally["kept"] + tally["known"] + sum(tally["not_article"].values()) + sum(tally["failed"].values())
        for tally in tallies
    )
    return sum(tally["unique"] for tally in tallies), adds_up and not any(map(is_unbalanced, tallies))


def retrying(summary: dict[str, Any]) -> int:
    return sum(tally.get("retrying", 0) for days in summary["coverage"].values() for tally in days.values())


def unanswered(site: FakeSite) -> int:
    """The articles that the site answers with 500, of which nobody knows what became of them; once for each list."""
    return sum(entry.kind == "broken" for entry in site.entries)


def uninterrupted(plan: Plan, folder: Path) -> tuple[dict[str, str], int, float]:
    say(f"1. {plan.items} items, {plan.days} days of {', '.join(plan.channels)}, lists moving")
    # Early in the day: an article older than 5.25 days would have no further recrawl.
    early = datetime.now(BEIJING).replace(hour=2, minute=0)
    with FakeSite(plan) as site:
        config, archive = site.site_file(folder), folder / "once"
        summary, whole = crawl(archive, config, plan, "--now", early.isoformat())
        requests = site.article_requests()
        listed, balanced = balance(summary)
        say(f"  {whole:.1f} s, {requests} article requests, {summary['posts']}, failed {summary['failed']}")
        check(
            f"{len(keepable(site))} of {len(keepable(site))} kept, once", holds=kept(archive) == sorted(keepable(site))
        )
        check(f"the coverage of {listed} listed balances", holds=balanced and summary["exit"] == 3)
        check("what the site answers with 500 is tried again", holds=retrying(summary) == unanswered(site))
        files = tree(archive)

        say("2. again")
        before = site.article_requests()
        summary, seconds = crawl(archive, config, plan, "--now", early.isoformat())
        again = site.article_requests() - before
        say(f"  {seconds:.1f} s, {again} article requests, exit {summary['exit']}")
        check("no article is fetched again", holds=again == 0 and summary["posts"]["unchanged"] == 0)
        check(
            "it balances", holds=balance(summary) == (listed, True) and summary["exit"] == 3 and not summary["failed"]
        )

        say("3. after 40 edits and 10 deletions, a week later")
        edited = {entry.docid for entry in site.edit(40, noted=False)}
        site.delete(10)
        later = early + timedelta(days=7)
        summary, seconds = crawl(archive, config, plan, "--now", later.isoformat())
        say(f"  {seconds:.1f} s, {summary['requests']} requests, {summary['politeness']['not_modified']} not modified")
        check("40 revisions are kept", holds=summary["posts"]["revised"] == 40)
        check("10 are marked as gone", holds=summary["gone"] == 10)
        status = subprocess.run(
            [sys.executable, "-m", "newscrawl", "status", str(archive), "--revisions", "--json"],
            cwd=ROOT, capture_output=True, check=False,
        )  # fmt: skip
        revisions = json.loads(status.stdout)["revisions"]
        check("status lists the 40 that were edited", holds=edited == {r["key"] for r in revisions if not r["gone"]})
        check("no post is missing", holds=tree(archive).keys() == files.keys())
    return files, requests, seconds


def killed(plan: Plan, folder: Path, kills: int, seconds: float, files: dict[str, str], requests: int) -> None:
    say(f"4. killed {kills} times at random moments")
    rng = random.Random(plan.seed)
    with FakeSite(plan) as site:
        config, archive = site.site_file(folder), folder / "killed"
        times = 0
        for moment in sorted(rng.sample(range(int(requests * 0.97)), kills)):
            with subprocess.Popen(command(archive, config, plan), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
                early = time.monotonic() + rng.uniform(0.2, 6 * seconds)  # some are killed before they begin
                while process.poll() is None and site.article_requests() < moment and time.monotonic() < early:
                    time.sleep(0.004)
                time.sleep(rng.uniform(0, 0.02))
                times += process.poll() is None
                process.kill()
        summary, _ = crawl(archive, config, plan)
        more = site.article_requests() / requests - 1
        say(f"  {times} kills, {site.article_requests()} article requests: {more:+.1%}; exit {summary['exit']}")
        say(f"  requested more than once: {Counter(count for count in site.hits().values() if count > 1)}")
        check(f"killed {kills} times", holds=times == kills)
        check("the same files, byte for byte", holds=tree(archive) == files)
        check("at most 5 % more article requests", holds=more <= 0.05)
        check("it balances", holds=balance(summary)[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    yesterday = datetime.now(BEIJING).date() - timedelta(days=1)
    plan = Plan(
        items=options.items, last=yesterday, duplicates=0.05, videos=0.03, missing=0.02, soft_missing=0.02, broken=0.01,
        late=0.03, seed=options.seed,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="newscrawl-proof-"))
    try:
        files, requests, seconds = uninterrupted(plan, folder)
        started = time.monotonic()
        killed(plan, folder, options.kills, seconds, files, requests)
        say(f"  {time.monotonic() - started:.0f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"{len(failed)} failed" if failed else "all requirements are met")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
