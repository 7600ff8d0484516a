"""`python -m newscrawl.demo.fake_site`: serves a generated site until it is interrupted."""

import argparse
import signal
import tempfile
import threading
from contextlib import suppress
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.fake_site.server import FakeSite


def main() -> None:
    """Serves a site until it is interrupted; every field of the plan is an option."""
    parser = argparse.ArgumentParser(prog="python -m newscrawl.demo.fake_site", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    plan = Plan()
    defaults: dict[str, Any] = {field.name: getattr(plan, field.name) for field in fields(Plan)}
    for name, default in defaults.items():
        kind: Any = {"channels": lambda text: tuple(text.split(",")), "last": date.fromisoformat}.get(
            name, type(default)
        )
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default)
    values = vars(parser.parse_args())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the temporary folder goes then, too
    port = values.pop("port")
    with (
        tempfile.TemporaryDirectory(prefix="newscrawl-fake-site-") as folder,
        FakeSite(Plan(**values), port=port) as site,
    ):
        print(site.base, site.site_file(Path(folder)), flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


main()
