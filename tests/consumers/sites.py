"""Builds sites from a folder of posts with the site generators, with the settings of docs/posts.md."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

HERE = Path(__file__).parent
HOME = Path(
    os.environ.get("CONSUMERS_HOME", ROOT / ".venv" / "consumers")
).resolve()  # where setup.sh installs the programs
NODE, PYTHON = HOME / "node" / "node_modules", HOME / "python" / "bin"


@dataclass(frozen=True, slots=True)
class Program:
    """A site generator: `sites/NAME` is a site without posts, `settings` the file that docs/posts.md quotes."""

    name: str
    flavour: str
    settings: str
    content: str  # where the archive's `posts` are copied to
    command: tuple[str | Path, ...]
    output: str
    more: str = ""  # more lines for the settings

    @property
    def label(self) -> str:
        return self.name if self.name == self.flavour else f"{self.name}-{self.flavour}"


PELICAN = (PYTHON / "pelican", "--quiet", "--settings", "pelicanconf.py")
OWN_READER, YAML_READER = "PLUGINS = []\n", 'PLUGINS = ["pelican.plugins.yaml_metadata"]\n'
PROGRAMS = (
    Program("hexo", "hexo", "_config.yml", "source/_posts", (NODE / ".bin" / "hexo", "generate"), "public"),
    Program("jekyll", "jekyll", "_config.yml", "_posts", ("jekyll", "build", "--quiet"), "_site"),
    Program("hugo", "hugo", "hugo.toml", "content/posts", (PYTHON / "hugo",), "public"),
    Program("eleventy", "eleventy", "posts/posts.json", "posts", (NODE / ".bin" / "eleventy", "--quiet"), "_site"),
    Program("pelican", "pelican", "pelicanconf.py", "content/posts", PELICAN, "output", OWN_READER),
    Program("pelican", "hexo", "pelicanconf.py", "content/posts", PELICAN, "output", YAML_READER),
)


class NotBuiltError(Exception):
    """A program ended with an error; the message is its output."""


def build(program: Program, posts: Path, site: Path, zone: str, machine: str) -> Path:
    """Builds a site and returns the folder of its pages. Raises NotBuiltError.

    `zone` is the time zone in the settings, `machine` that of the machine.
    """
    shutil.copytree(HERE / "sites" / program.name, site)
    shutil.copy(HERE / "package.json", site)
    (site / "node_modules").symlink_to(NODE)
    shutil.copytree(posts, site / program.content, dirs_exist_ok=True)
    settings = site / program.settings
    text = settings.read_text(encoding="utf-8").replace("Asia/Shanghai", zone or "''")
    settings.write_text(text + program.more, encoding="utf-8")
    environment = os.environ | {"TZ": machine, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        program.command, cwd=site, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise NotBuiltError(f"exit {done.returncode}: {done.stdout.decode(errors='replace')[-4000:]}")
    return site / program.output


def read(pages: Path) -> list[dict[str, Any]]:
    """The content of the pages of posts in a built site (by `reading.py`)."""
    command = [PYTHON / "python", HERE / "reading.py", pages]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
