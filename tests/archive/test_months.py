"""WARC files of months that are over are in a folder for each month, also after a kill, and wherever somebody put them."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newscrawl.archive import months
from newscrawl.archive.archive import Archive
from newscrawl.archive.months import file_by_months
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from newscrawl.ledger.about import note_server_time
from newscrawl.ledger.ledger import Ledger
from tests.archive.conftest import APRIL, FILED, FLAT
from tests.support.archives import NOON, bodies, keep, warcs
from tests.support.steps import Steps


def run(march: Path, now: datetime) -> None:
    """A run with captures, which keeps one."""
    store = Archive(march, captures=True)
    keep(store, 7, now=now)
    store.close(now)


def is_whole(march: Path) -> bool:
    return check(march).damages == ()


def test_the_first_run_of_a_month_files_those_before(march: Path) -> None:
    before, contents = bodies(march), [*warcs(march).values()]
    run(march, APRIL - timedelta(seconds=1))
    assert [*warcs(march)][:3] == FLAT
    run(march, APRIL)
    *filed, last = warcs(march)
    assert filed[:3] == FILED
    assert last == "warc/newscrawl-20260401000000-00001.warc.gz"
    assert [*warcs(march).values()][:3] == contents
    assert is_whole(march)
    assert before.items() <= bodies(march).items()
    manifest = (march / "manifests/2026-04-01.jsonl").read_text()
    assert f'{{"path": "{FLAT[0]}", "gone": true}}' in manifest
    assert f'{{"path": "{FILED[0]}", "size": ' in manifest


@pytest.mark.parametrize(("told", "paths"), [(APRIL - timedelta(seconds=1), FLAT), (APRIL, FILED)])
def test_a_clock_that_is_ahead_ends_no_month(march: Path, told: datetime, paths: list[str]) -> None:
    """Servers have told what time it is."""
    with Ledger(march) as ledger, ledger.transaction() as connection:
        note_server_time(connection, int(told.timestamp()))
    run(march, APRIL + timedelta(days=40))
    assert [*warcs(march)][:3] == paths


def test_a_run_without_captures_leaves_them(march: Path) -> None:
    Archive(march).close(APRIL)
    assert [*warcs(march)] == FLAT


def test_a_revisit_refers_to_an_original_in_a_folder(march: Path) -> None:
    run(march, APRIL)
    with Archive(march, captures=True) as store:
        keep(store, 1, now=APRIL)
    assert is_whole(march)
    assert len(set(bodies(march).values())) < len(bodies(march))


def test_a_kill_at_each_step_is_completed_by_the_next_run(march: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run has no captures, and the one after it files what is left."""
    before, steps = bodies(march), Steps(march)
    with Archive(march) as store, monkeypatch.context() as patch:
        for owner, name in ((Path, "replace"), (months, "rename")):
            steps.watch(patch, owner, name)
        months.settle(march, store.ledger, FLAT[1:2])
    for step in steps.each():
        assert is_whole(march), step
        assert bodies(march) == before, step
        Archive(march).close(NOON)
        Archive(march, captures=True).close(APRIL)
        assert [*warcs(march)] == FILED, step
        assert is_whole(march), step
    assert [name for name in steps.names if name != "copytree"] == ["replace", "replace", "rename"]


def test_a_power_cut_may_keep_what_the_ledger_says_and_lose_the_new_name(march: Path) -> None:
    before = bodies(march)
    run(march, APRIL)
    (march / FILED[1]).rename(march / FLAT[1])
    (march / ".unfinished").mkdir()
    assert is_whole(march)
    Archive(march).close(NOON)
    assert [*warcs(march)][:3] == FILED
    assert is_whole(march)
    assert before.items() <= bodies(march).items()


def test_what_somebody_has_moved_is_put_right_by_the_next_run_or_a_repair(march: Path) -> None:
    """Into the folder of its month before newscrawl did, and out of it again."""
    before = bodies(march)
    (march / FILED[0]).parent.mkdir(parents=True)
    (march / FLAT[0]).rename(march / FILED[0])
    assert bodies(march) == before
    assert not is_whole(march)
    copy = Path(shutil.copytree(march, march.with_name("copy")))
    assert [each.done for each in repair(copy)] == [True]
    assert [*warcs(copy)] == FLAT
    run(march, APRIL)
    assert [*warcs(march)][:3] == FILED
    (march / FILED[0]).rename(march / FLAT[0])
    run(march, APRIL + timedelta(days=1))
    assert [*warcs(march)][:3] == FILED
    assert is_whole(march)


def test_nothing_is_written_over_and_no_strange_file_is_moved(march: Path) -> None:
    kept = (march / FLAT[0]).read_bytes()
    for path in (FILED[0], "warc/mine.warc.gz", "warc/newscrawl-20260101000000-00001.warc.gz"):
        (march / path).parent.mkdir(parents=True, exist_ok=True)
        (march / path).write_bytes(b"mine")
    with Ledger(march) as ledger:
        file_by_months(march, ledger, APRIL)
    found = warcs(march)
    assert [path for path in found if found[path] == b"mine"] == [
        FILED[0], "warc/mine.warc.gz", "warc/newscrawl-20260101000000-00001.warc.gz"
    ]  # fmt: skip
    assert found[FLAT[0]] == kept
    assert FILED[1] in found


def test_a_file_with_other_bytes_is_not_taken_for_one_of_the_same_name(march: Path) -> None:
    (march / FILED[0]).parent.mkdir(parents=True)
    (march / FLAT[0]).rename(march / FILED[0])
    with (march / FILED[0]).open("ab") as file:
        file.write(b"?")
    with Ledger(march) as ledger:
        file_by_months(march, ledger, APRIL)
    assert {damage.what for damage in check(march).damages} >= {FLAT[0], FILED[0]}
