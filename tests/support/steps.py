"""A command that is killed at each of its steps: what is on the disk before every call of some functions is kept."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Steps:
    """Copies of a folder, each as a kill would have left it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.names = folder, list[str]()

    def watch(
        self, patch: pytest.MonkeyPatch, owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True
    ) -> None:
        """Copies the folder before each call of a function with arguments that count, as long as the patch holds."""
        original = getattr(owner, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            if when(*args, **kwargs):
                shutil.copytree(self.folder, self.kept(len(self.names)))
                self.names.append(name)
            return original(*args, **kwargs)

        patch.setattr(owner, name, step)

    def kept(self, number: int) -> Path:
        return self.folder.with_name(f"{self.folder.name}-{number}")

    def each(self) -> Iterator[str]:
        """Puts the folder back as it was at each step, under its own path, and yields what was to be called."""
        for number, name in enumerate(self.names):
            shutil.rmtree(self.folder)
            self.kept(number).rename(self.folder)
            yield f"{number}: {name}"
