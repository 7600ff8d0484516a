"""The names of WARC files, and the places where each may be."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from newscrawl.archive.warc_files import (
    begun_on,
    find,
    flat_path,
    free_path,
    in_time,
    is_of_closed_month,
    is_own_path,
    month_path,
    other_path,
    own_files,
    places_of,
)

NAME = "newscrawl-20260131235959-00001.warc.gz"
FLAT, FILED = f"warc/{NAME}", f"warc/2026/01/{NAME}"
BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("path", "day"),
    [
        (FLAT, "2026-01-31"),
        (FILED, "2026-01-31"),
        ("warc/newscrawl-20261205000000-00100-repaired-repaired.warc.gz", "2026-12-05"),
        ("warc/newscrawl-20261205000000-00100-joined-repaired-joined.warc.gz", "2026-12-05"),
        (f"{FLAT}.open", ""),
        ("warc/newscrawl-2026-00001.warc.gz", ""),
        ("warc/xnewscrawl-20260131235959-00001.warc.gz", ""),
        ("", ""),
    ],
)
def test_the_day_is_in_the_name(path: str, day: str) -> None:
    assert begun_on(path) == day


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        (datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 2, 1, tzinfo=UTC), True),
        (datetime(2026, 2, 1, 7, tzinfo=BEIJING), False),  # the month is one of UTC, as the name is
        (datetime(2027, 1, 1, tzinfo=UTC), True),
        (datetime(2025, 12, 31, tzinfo=UTC), False),
    ],
)
def test_when_a_month_is_over(now: datetime, closed: bool) -> None:
    assert is_of_closed_month(FLAT, now) is is_of_closed_month(FILED, now) is closed


def test_a_file_that_newscrawl_did_not_name_is_of_no_month() -> None:
    assert not is_of_closed_month("warc/mine.warc.gz", datetime(2026, 2, 1, tzinfo=UTC))
    assert month_path("warc/mine.warc.gz") == flat_path("warc/mine.warc.gz") == "warc/mine.warc.gz"
    assert not is_own_path("warc/mine.warc.gz")


def test_a_file_has_two_places() -> None:
    assert (other_path(FLAT), other_path(FILED)) == (FILED, FLAT)
    assert [is_own_path(path) for path in (FLAT, FILED, f"warc/2026/02/{NAME}", NAME)] == [True, True, False, False]


def test_the_order_of_names_is_that_of_time_whatever_their_folders() -> None:
    later = "warc/2026/02/newscrawl-20260201000000-00001.warc.gz"
    assert sorted([later, FLAT]) == [later, FLAT]
    assert sorted([later, FLAT], key=in_time) == [FLAT, later]


def test_a_suffix_makes_a_name_that_is_free(tmp_path: Path) -> None:
    first, second = (FLAT.replace(".warc.gz", f"{suffix}.warc.gz") for suffix in ("-joined", "-joined-joined"))
    assert free_path(tmp_path, FLAT, "-joined") == first
    make(tmp_path / first)
    assert free_path(tmp_path, FLAT, "-joined") == second
    later = FLAT.replace("-00001", "-00002")
    assert max([later, FLAT, second, first], key=in_time) == later


def make(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_own_files_are_found_in_both_places(tmp_path: Path) -> None:
    assert own_files(tmp_path) == []
    later = "warc/2026/02/newscrawl-20260201000000-00001.warc.gz"
    for path in (
        later,
        FLAT,
        "warc/mine.warc.gz",
        "warc/newscrawl-20260202000000-00001.warc.gz.open",
        f"warc/x/{NAME}",
    ):
        make(tmp_path / path)
    assert own_files(tmp_path) == [FLAT, later]


def test_where_a_file_is_looked_for(tmp_path: Path) -> None:
    root, moved = tmp_path / "kept", tmp_path / "old"
    assert [*places_of(root, FILED, "s3://old")] == [root / FILED, root / f"{FILED}.open", root / FLAT]
    assert [*places_of(root, FLAT)][2] == root / FILED
    assert find(root, FILED, str(moved)) is None
    for place in (root / FLAT, root / f"{FILED}.open", root / FILED, moved / FILED):  # each goes before the last one
        make(place)
        assert find(root, FILED, str(moved)) == place
    assert find(root, FILED) == root / FILED
