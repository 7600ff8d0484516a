"""`newscrawl demo`: runs the whole pipeline on embedded sites."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from newscrawl.cli.app import JsonOption, ProgressOption, QuietOption, VerboseOption, app, finish, on_archive
from newscrawl.cli.console import Console, print_lines
from newscrawl.cli.spider import export_settings, run_fetch
from newscrawl.crawl.options import RunOptions
from newscrawl.errors import BadUsage
from newscrawl.exit_codes import DONE, FAULT
from newscrawl.outcomes.summary import Outcomes
from newscrawl.sites.loader import load_site

CHANNELS = ("china", "stock")


@app.command()
@on_archive
def demo(
    archive: Annotated[
        Path, typer.Option("-o", "--archive", metavar="DIR", help="Store the demo's posts here.")
    ] = Path("newscrawl-demo"),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Run the whole pipeline on small sites that this machine serves: no network needed.

    It fetches pages of every design, some of them without an article, then crawls channels with moving lists, twice,
    with edits in between. The exit code is 0 if every result is as expected.
    """
    from newscrawl.archive.archive import Archive
    from newscrawl.demo import site  # imports an HTTP server, which no other command needs

    console = Console(quiet=quiet, verbose=verbose, bars=not no_progress)
    if archive.is_dir() and any(archive.iterdir()):
        raise BadUsage(f"{archive} is not empty, and the demo needs a new folder: remove it, or give another with -o")
    with Archive(archive):  # makes the folder, or fails before any request
        pass
    outcomes = Outcomes("demo")
    with site.serve() as running, site.site_file(running) as file:
        console.say(
            f"Serving {len(running.urls)} pages like Sina's on {running.base}, fetching them as `newscrawl fetch` does."
        )
        settings = export_settings(archive, "post", "hexo", "clean")
        options = RunOptions(urls=running.urls, outcomes=outcomes)
        run_fetch(load_site(str(file)), str(file), len(running.urls), console, settings, options)
    posts = sorted((archive / "posts").rglob("*.md"))
    if not quiet and posts:
        text = posts[-1].read_text(encoding="utf-8")
        print_lines(*map(str, posts), "", "The last of them:", *text.split("\n"))
    wrong = [f"the post of {name}" for name in site.differing(archive)]
    if outcomes.failed != site.FAILURES:
        wrong.append("the failures above")
    wrong += crawled(archive, console)
    outcomes.code = FAULT if wrong else DONE
    code = finish(outcomes, console, as_json=as_json, form="")
    verdict = f"not as expected: {', '.join(wrong)}" if wrong else "every result is as expected"
    console.say(f"newscrawl demo: {verdict}")
    return code


def crawled(archive: Path, console: Console) -> list[str]:
    """Crawls two channels of a generated site twice. Returns the results that are not as expected."""
    from newscrawl.demo.fake_site.server import FakeSite, Plan

    plan = Plan(channels=CHANNELS, days=2, items=130, duplicates=0.05, videos=0.03, missing=0.02, late=0.03)
    wrong = []
    with FakeSite(plan) as channels, TemporaryDirectory(prefix="newscrawl-demo-") as folder:
        config = channels.site_file(Path(folder))
        console.say("")
        console.say(f"Two channels of a generated site on {channels.base}; their lists grow while they are paged:")
        summary = shown_run(archive, config, console)
        days = [tally for days in summary.get("coverage", {}).values() for tally in days.values()]
        docids = {path.stem[11:] for path in (archive / "posts").rglob("*.md")}
        if not {entry.docid for entry in channels.entries if entry.kind == "article"} <= docids:
            wrong.append("an article is missing")
        if not days or not all(tally["balanced"] for tally in days):
            wrong.append("the coverage does not balance")
        console.say("")
        console.say("Four articles are edited, two are withdrawn, three are new:")
        channels.edit(4)
        channels.delete(2, listed=False)
        channels.add(3, CHANNELS[0])
        summary = shown_run(archive, config, console)
        if (summary.get("posts"), summary.get("gone")) != ({"written": 3, "unchanged": 0, "revised": 4}, 2):
            wrong.append("the second crawl")
    console.say("")
    console.say(f"What was edited: newscrawl status {archive} --revisions")
    return wrong


def shown_run(archive: Path, config: Path, console: Console) -> dict[str, Any]:
    """Runs a crawl as a user does, and returns its summary. It has its own process: Scrapy runs only once in one."""
    words = ["crawl", *CHANNELS, "--since", "1d", "-o", str(archive)]
    console.say(f"$ newscrawl {' '.join(words)} --site …")
    command = [sys.executable, "-m", "newscrawl", *words, "--site", str(config), "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    for line in done.stderr.decode("utf-8", "replace").splitlines():
        console.say(line)
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    return summary
