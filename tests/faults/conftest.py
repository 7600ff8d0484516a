import json
import os
from collections.abc import Callable, Mapping
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest

Play = Callable[[Path], Mapping[str, Any]]
Story = Callable[[Play], Mapping[str, Any]]


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Plays a story in a folder, once for all workers of a run: many tests look at what came of it."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def played(play: Play) -> Mapping[str, Any]:
        folder = common / play.__module__
        folder.mkdir(exist_ok=True)
        told = folder / "told.json"
        with (folder / "lock").open("w") as lock:
            flock(lock, LOCK_EX)
            if not told.exists():
                told.write_text(json.dumps(play(folder)), encoding="utf-8")
        found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return found

    return played
