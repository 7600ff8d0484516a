"""An archive of three WARC files, of a month that is over when a test says so."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.archives import make_archive

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
FLAT = [f"warc/newscrawl-2026030{day}040000-00001.warc.gz" for day in (2, 3, 4)]
FILED = [path.replace("warc/", "warc/2026/03/") for path in FLAT]
JOINED = FILED[0].replace(".warc.gz", "-joined.warc.gz")


@pytest.fixture(scope="session")
def marched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive as its runs have left it."""
    return make_archive(tmp_path_factory.mktemp("archive") / "kept", articles=2)


@pytest.fixture
def march(marched: Path, tmp_path: Path) -> Path:
    """A copy of it, for a test to change."""
    return Path(shutil.copytree(marched, tmp_path / "world" / "kept"))
