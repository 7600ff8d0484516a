"""Builds the egg that `scrapyd-deploy` uploads, from the packages two folders up and without their dependencies.

scrapyd-deploy needs a setup.py beside scrapy.cfg, while newscrawl itself is built by hatchling. Both files are here and
not in the root, where setuptools would read pyproject.toml, too, and pip would have two build systems. The name and the
version are those of pyproject.toml; all files are written to a temporary folder.
"""
# ruff: noqa: INP001 (a script, not a package)

import tempfile
import tomllib
from pathlib import Path

from setuptools import find_packages, setup

ROOT = "../.."  # setuptools accepts only a relative path
PACKAGES = ("newscrawl", "spiders", "pipelines")
DATA = (
    "sites/*.yaml",
    "demo/pages/*.*",
    "demo/pages/*/*",
    "browse/static/*",
    "browse/templates/*",
    "report/page.[chj]*",
)  # in newscrawl/

if __name__ == "__main__":
    project = tomllib.loads(Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as build:
        setup(
            name=project["name"],
            version=project["version"],
            package_dir={"": ROOT},
            packages=find_packages(ROOT, include=[name for top in PACKAGES for name in (top, f"{top}.*")]),
            package_data={"newscrawl": list(DATA)},
            entry_points={"scrapy": ["settings = newscrawl.settings"]},  # Scrapyd reads it
            # In different folders: files below build_base are left out of the egg.
            options={"build": {"build_base": f"{build}/build"}, "egg_info": {"egg_base": build}},
            zip_safe=True,  # data is read through importlib.resources; only `newscrawl demo` needs a folder
        )
