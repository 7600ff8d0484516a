"""`newscrawl retry`: what it takes up, what it says, and that the archive is whole afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.cli.retry import chosen
from newscrawl.errors import BadUsage
from newscrawl.integrity.check import check
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import articles
from tests.conftest import Run
from tests.ledger.rows import NOW, change, item, listed, rows
from tests.support.archives import make_archive

ITEMS: dict[str, dict[str, Any]] = {
    "given up 1": {"state": "failed", "reason": "http_500", "tries": 6, "day": "2026-03-01"},
    "given up 2": {"state": "failed", "reason": "http_503", "tries": 6, "day": "2026-03-02"},
    "waits": {"state": "failed", "reason": "unreachable", "tries": 2, "due": NOW},
    "refused 1": {"state": "refused", "reason": "unknown_layout", "looked": NOW, "day": "2026-03-01"},
    "refused 2": {"state": "refused", "reason": "unknown_layout", "looked": NOW, "day": "2026-03-03"},
    "skipped": {"state": "refused", "reason": "advertorial"},
    "new": {},
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of two articles whose lists named more; its manifests are up to date."""
    root = make_archive(tmp_path / "kept", articles=2)
    with Archive(root) as opened, opened.ledger.transaction() as connection:
        listed(connection, *ITEMS)
        for key, values in ITEMS.items():
            change(connection, key, state="listed")
            if values:
                change(connection, key, **values)
    assert check(root).damages == ()
    return root


def taken_up(archive: Path) -> list[str]:
    """The items that the next crawl fetches, but for the one that no crawl has fetched yet."""
    with Ledger(archive) as ledger, ledger.reading() as connection:
        return [key for key in ITEMS if key != "new" and item(connection, key).state == "listed"]


@pytest.mark.parametrize(
    ("options", "keys", "line"),
    [
        (
            (), ["given up 1", "given up 2", "refused 1", "refused 2"],
            "4 articles will be fetched again (unknown_layout 2, http_500 1, http_503 1)",
        ),
        (("--reason", "unknown_layout"), ["refused 1", "refused 2"], "2 articles will be fetched again (unknown_layout 2)"),
        (("--reason", "http_500"), ["given up 1"], "1 article will be fetched again (http_500 1)"),
        (("--reason", "http_5xx"), ["given up 1", "given up 2"], "2 articles will be fetched again (http_500 1, http_503 1)"),
        (("--reason", "unreachable"), ["waits"], "1 article will be fetched again (unreachable 1)"),
        (
            ("--reason", "unreachable", "--reason", "http_503"), ["given up 2", "waits"],
            "2 articles will be fetched again (http_503 1, unreachable 1)",
        ),
        (
            ("--since", "2026-03-02"), ["given up 2", "refused 2"],
            "2 articles will be fetched again (http_503 1, unknown_layout 1)",
        ),
        (
            ("--since", "2d", "--now", "2026-03-05T08:00:00+08:00"), ["refused 2"],
            "1 article will be fetched again (unknown_layout 1)",
        ),
        (("--since", "2026-03-04"), [], "nothing to take up"),
        (("--reason", "advertorial"), [], "nothing to take up"),  # a rule of the site file skips it
        (("--reason", "http_404"), [], "nothing to take up"),
        (("--reason", "timeout"), [], "nothing to take up"),
    ],
)  # fmt: skip
def test_it_takes_up_what_was_given_up_or_refused(
    archive: Path, newscrawl: Run, options: tuple[str, ...], keys: list[str], line: str
) -> None:
    done = newscrawl("retry", archive, *options)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (0, b"", f"newscrawl retry: {line}\n")
    assert taken_up(archive) == keys
    assert check(archive).damages == ()


def test_it_tells_machines_what_it_took_up_and_can_be_quiet(archive: Path, newscrawl: Run) -> None:
    done = newscrawl("retry", archive, "--json", "--reason", "http_5xx")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == {
        "command": "retry", "taken_up": 2, "reasons": {"http_500": 1, "http_503": 1}, "exit": 0,
    }  # fmt: skip
    assert json.loads(newscrawl("retry", archive, "--json", "--reason", "http_5xx").stdout)["taken_up"] == 0
    done = newscrawl("retry", archive, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert taken_up(archive) == ["given up 1", "given up 2", "refused 1", "refused 2"]


def test_articles_that_are_held_stay_as_they_are(archive: Path, newscrawl: Run) -> None:
    with Archive(archive) as opened, opened.ledger.transaction() as connection:
        keys = [row.key for row in rows(connection, articles)]
        assert len(keys) == 2
        change(connection, keys[0], state="known", reason="http_500", tries=6, due=NOW)
        change(connection, keys[1], state="gone", reason="http_404", looked=NOW)
        before = [item(connection, key) for key in keys]
    newscrawl("retry", archive, "--reason", "http_500", "--reason", "http_404")
    with Ledger(archive) as ledger, ledger.reading() as connection:
        assert [item(connection, key) for key in keys] == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--reason", "gone_fishing"),
            "--reason gone_fishing is no reason; the articles that this archive does not hold",
        ),
        (("--reason", "http_5"), "have advertorial, http_500, http_503, unknown_layout, unreachable"),
        (("--since", "yesterday"), "yesterday is neither a day"),
        (("--since", "999999w"), "999999w is too far back"),
        (("--now", "soon"), "--now soon is no instant"),
    ],
)
def test_bad_usage_is_one_line_and_2(archive: Path, newscrawl: Run, options: tuple[str, ...], message: str) -> None:
    done = newscrawl("retry", archive, *options)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert message in done.stderr.decode()
    assert taken_up(archive) == []
    assert check(archive).damages == ()


def test_a_folder_that_is_no_archive_is_2(tmp_path: Path, newscrawl: Run) -> None:
    done = newscrawl("retry", tmp_path)
    assert done.returncode == 2
    assert "is no archive: it has no ledger.sqlite3" in done.stderr.decode()
    assert [*tmp_path.iterdir()] == []


def test_an_archive_that_a_run_holds_is_7(archive: Path, newscrawl: Run) -> None:
    with Archive(archive):
        done = newscrawl("retry", archive)
    assert (done.returncode, done.stderr.count(b"\n")) == (7, 1)
    assert "another run holds the archive" in done.stderr.decode()
    assert taken_up(archive) == []


def test_an_archive_without_failures_has_no_reasons() -> None:
    with pytest.raises(BadUsage, match="--reason x is no reason; this archive has none"):
        chosen(["x"], set())


def test_the_statuses_of_a_kind_are_those_that_begin_like_it() -> None:
    there = {"http_404", "http_410", "http_500", "http_4xx_of_ours"}
    assert chosen(["http_4xx"], there) == {"http_404", "http_410", "http_4xx_of_ours"}
    assert chosen(["http_404", "http_599"], there) == {"http_404"}
    assert chosen(["http_4xx_of_ours"], there) == {"http_4xx_of_ours"}
    assert chosen(["dns"], there) == set()
