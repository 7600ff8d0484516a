"""`newscrawl demo`: the whole pipeline on an embedded site."""

from pathlib import Path
from typing import Annotated

import typer

from newscrawl import demo as site
from newscrawl.archive import Archive
from newscrawl.cli.app import JsonOption, ProgressOption, QuietOption, VerboseOption, app, finish
from newscrawl.cli.fetch import export_settings, run_fetch
from newscrawl.cli.voice import Voice
from newscrawl.outcomes import DONE, FAULT, Outcomes
from newscrawl.site import load_site


@app.command()
def demo(
    archive: Annotated[Path, typer.Option("-o", "--archive", metavar="DIR", help="Keep the demo's posts here.")] = Path(
        "newscrawl-demo"
    ),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Run the whole pipeline on a small embedded site, served on this machine: no network needed.

    Some of its pages are traps and some addresses lead nowhere; it ends with 0 when each came out as it must.
    """
    voice = Voice(quiet=quiet, verbose=verbose, bars=not no_progress)
    Archive(archive).close()
    outcomes = Outcomes("demo")
    with site.serve() as running, site.site_file(running) as file:
        voice.say(
            f"Serving {len(running.urls)} pages like Sina's on {running.base}, fetching them as `newscrawl fetch` does."
        )
        settings = export_settings(archive, "post", "hexo", "clean")
        run_fetch(load_site(str(file)), str(file), running.urls, len(running.urls), outcomes, voice, settings)
    posts = sorted((archive / "posts").rglob("*.md"))
    if not quiet and posts:
        typer.echo("\n".join(map(str, posts)) + f"\n\nThe last of them:\n{posts[-1].read_text(encoding='utf-8')}")
    wrong = site.differing(archive)
    outcomes.code = FAULT if wrong or outcomes.failed != site.FAILURES else DONE
    code = finish(outcomes, voice, as_json=as_json, form="")
    if code:
        voice.say(f"newscrawl demo: not as it must be: posts {', '.join(wrong) or 'right'}; failures above")
    else:
        voice.say("newscrawl demo: every page came out as it must, the traps included")
    return code
