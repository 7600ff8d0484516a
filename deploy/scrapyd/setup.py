"""The egg that `scrapyd-deploy` sends: the packages of two folders up, for an interpreter that has what they need.

scrapyd-deploy wants a setup.py beside scrapy.cfg, while newscrawl itself is built by hatchling. So both stand here and
not in the root, where setuptools would read pyproject.toml too and pip would have two ways to build one thing. Name and
version are pyproject.toml's; nothing is written outside a temporary folder.
"""
# ruff: noqa: INP001 (a script in a folder that is no package)

import tempfile
import tomllib
from pathlib import Path

from setuptools import find_packages, setup

ROOT = "../.."  # a relative path: setuptools takes no other
PACKAGES = ("newscrawl", "spiders", "pipelines")
DATA = (
    "sites/*.yaml",
    "demo/pages/*.*",
    "demo/pages/*/*",
    "browse/static/*",
    "browse/templates/*",
    "report/page.[chj]*",
)  # of newscrawl

if __name__ == "__main__":
    project = tomllib.loads(Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as build:
        setup(
            name=project["name"],
            version=project["version"],
            package_dir={"": ROOT},
            packages=find_packages(ROOT, include=[name for top in PACKAGES for name in (top, f"{top}.*")]),
            package_data={"newscrawl": list(DATA)},
            entry_points={"scrapy": ["settings = newscrawl.settings"]},  # what Scrapyd asks an egg for
            # Apart: what lies below build_base is kept out of the egg.
            options={"build": {"build_base": f"{build}/build"}, "egg_info": {"egg_base": build}},
            zip_safe=True,  # data is read through importlib.resources; only `newscrawl demo` needs a folder
        )
