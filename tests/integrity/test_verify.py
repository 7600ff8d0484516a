"""Check and repair: every damage is found, and repaired if the lost data is stored elsewhere in the archive."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.captures import Captures
from newscrawl.archive.manifests import read_manifest
from newscrawl.errors import ArchiveDamaged
from newscrawl.extraction.page import extract
from newscrawl.integrity.check import check
from newscrawl.integrity.damage import Damage
from newscrawl.integrity.repair import repair
from newscrawl.ledger import articles
from newscrawl.ledger.ledger import Ledger
from tests.benchmarks.damage import posts_of, trial_of
from tests.conftest import Run
from tests.support.archives import ASKED, HTML, NOON, keep, make_archive, page, url

TRIALS = 15  # of one to five damages


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "kept")


@pytest.fixture
def archive(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "kept"))


def damages(archive: Path) -> list[Damage]:
    return [*check(archive).damages]


@pytest.mark.parametrize("first", range(0, TRIALS, 5))
def test_random_damages_are_found_and_repaired_or_named(original: Path, tmp_path: Path, first: int) -> None:
    """One to five damages at once. `make proof-archive` runs many more trials, on a crawled archive."""
    assert damages(original) == []
    outcomes = {number: trial_of(original, tmp_path, 1, number) for number in range(first, first + 5)}
    assert {number: outcome for number, outcome in outcomes.items() if outcome.faults} == {}


def test_verify_prints_one_line_per_damage(archive: Path, newscrawl: Run) -> None:
    done = newscrawl("verify", archive, cold=True)
    assert (done.returncode, done.stdout) == (0, b"")
    posts = sorted((archive / "posts").rglob("*.md"))
    posts[0].write_bytes(posts[0].read_bytes().replace(b"<p>", b"<b>"))
    posts[1].unlink()
    (archive / "posts" / "mine.txt").write_text("?")
    done = newscrawl("verify", archive)
    assert done.returncode == 6
    assert [line.split(": ")[0] for line in done.stdout.decode().splitlines()] == [
        posts[1].relative_to(archive).as_posix(), posts[0].relative_to(archive).as_posix(), "posts/mine.txt",
    ]  # fmt: skip
    done = newscrawl("verify", archive, "--repair")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3), done.stdout.decode()
    assert (archive / "damaged/posts/mine.txt").read_text() == "?"
    assert json.loads(newscrawl("verify", archive, "--json").stdout)["damages"] == []


def delete_all_except(archive: Path, *kept: str) -> None:
    for path in archive.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("kept", [("warc", "manifests"), ("ledger.sqlite3", "warc"), ("posts", "warc", "manifests")])
def test_posts_are_restored_from_captures(original: Path, archive: Path, kept: tuple[str, ...]) -> None:
    """Whole parts of an archive are missing, and are restored from the others."""
    delete_all_except(archive, *kept)
    assert damages(archive)
    repairs = [*repair(archive)]
    assert posts_of(archive) == posts_of(original), repairs
    assert damages(archive) == []
    ledgers = [sqlite3.connect(folder / "ledger.sqlite3") for folder in (archive, original)]
    with closing(ledgers[0]) as repaired, closing(ledgers[1]) as expected:
        for query in (
            "SELECT key, url, path, record, digest, revision, kept FROM articles ORDER BY key",
            "SELECT key, revision, record, kept FROM revisions ORDER BY key, revision",
            "SELECT url, date, file, offset, record FROM captures ORDER BY record",
        ):
            assert repaired.execute(query).fetchall() == expected.execute(query).fetchall()


def test_repair_reports_what_cannot_be_restored(archive: Path) -> None:
    shutil.rmtree(archive / "warc")
    (post,) = (archive / "posts").rglob("*0000000.md")  # written with --body full, which needs the captured page
    post.unlink()
    repairs = {each.what: each for each in repair(archive)}
    name = post.relative_to(archive).as_posix()
    assert not repairs[name].done
    assert "newscrawl fetch https://" in repairs[name].how
    assert sum(not each.done for each in repairs.values()) == 4  # and three WARC files
    assert [damage.what for damage in damages(archive)] == [name]
    with Archive(archive, captures=True) as store:
        keep(store, 0, 3, body="full")
    assert damages(archive) == []


def test_manifests_are_chained_and_derived_from_the_ledger(archive: Path) -> None:
    first, *later = [read_manifest(path) for path in sorted((archive / "manifests").glob("*.jsonl"))]
    assert [day.day for day in (first, *later)] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert [day.previous for day in (first, *later)] == ["", first.digest, later[0].digest]
    posts = [entry for entry in first.entries if entry["path"].startswith("posts/")]
    assert len(posts) == 8
    assert {*posts[0]} >= {"path", "size", "sha256", "url", "docid", "revision", "rules"}
    assert {entry["revision"] for entry in later[1].entries if "url" in entry} == {3}
    path = archive / "manifests/2026-03-02.jsonl"
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"revision": 1', b'"revision": 9', 1))
    assert [damage.what for damage in damages(archive)] == ["manifests/2026-03-02.jsonl"]
    assert [each.done for each in repair(archive)] == [True]
    assert path.read_bytes() == before


def test_manifests_are_signed(archive: Path, newscrawl: Run, tmp_path: Path) -> None:
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    assert newscrawl("verify", archive, "--key", public).returncode == 6
    assert b"3 manifests signed" in newscrawl("sign", archive, "--key", private, cold=True).stderr
    assert newscrawl("verify", archive, "--key", public).returncode == 0
    signed = archive / "manifests/2026-03-02.jsonl"
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", signed, "-sigfile", f"{signed}.sig"],
        check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0
    signed.write_bytes(signed.read_bytes() + b"\n")
    done = newscrawl("verify", archive, "--key", public)
    assert done.returncode == 6
    assert b"does not match its signature" in done.stdout
    wrong = newscrawl("sign", archive, "--key", public)
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)


def change(archive: Path, statement: str) -> None:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET record = replace(record, '净利润', '亏损') WHERE revision = 1",
        "UPDATE captures SET offset = offset + 1 WHERE id = 3",
        "UPDATE files SET digest = 'x' WHERE id = 2",
        "UPDATE articles SET path = 'posts/elsewhere.md' WHERE docid LIKE '%3'",
        "UPDATE revisions SET record = '{' WHERE revision = 1",
        "DELETE FROM rules",
        "UPDATE rules SET site = '{}'",
        "UPDATE captures SET refers = NULL WHERE refers IS NOT NULL",
        "UPDATE captures SET file = x'ff00fe' WHERE id = 3",
        "UPDATE articles SET revision = 'x' WHERE docid LIKE '%3'",
        "UPDATE articles SET revision = -7 WHERE docid LIKE '%3'",
        "UPDATE articles SET record = -7, captures = 'x' WHERE docid LIKE '%3'",
        "UPDATE files SET day = 'x' WHERE id = 2",
        "PRAGMA user_version = 2",
    ],
)
def test_changed_rows_are_repaired(original: Path, archive: Path, statement: str) -> None:
    change(archive, statement)
    assert damages(archive)
    repairs = [*repair(archive)]
    assert damages(archive) == [], repairs
    assert posts_of(archive) == posts_of(original)


def test_several_damages_at_once(original: Path, archive: Path) -> None:
    """The ledger is empty, two manifests are damaged, a post is missing; captures and other posts are intact."""
    (archive / "ledger.sqlite3").write_bytes(b"")
    with pytest.raises(ArchiveDamaged):
        Archive(archive)
    for day in ("2026-03-02", "2026-03-04"):
        path = archive / f"manifests/{day}.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"size"', b'"sizf"', 1))
    next((archive / "posts").rglob("*0000001.md")).unlink()
    assert damages(archive)
    repairs = [*repair(archive)]
    assert posts_of(archive) == posts_of(original), repairs
    assert damages(archive) == []


def test_what_was_appended_to_a_warc_file_is_cut_off(original: Path, archive: Path) -> None:
    path = min((archive / "warc").iterdir())
    with path.open("ab") as file:
        file.write(b"junk" * 50)
    assert [each.done for each in repair(archive)] == [True]
    assert path.read_bytes() == (original / "warc" / path.name).read_bytes()
    assert (archive / "damaged/warc" / path.name).read_bytes().endswith(b"junk")
    assert damages(archive) == []


def test_a_folder_in_the_place_of_a_post_is_put_aside(original: Path, archive: Path) -> None:
    post = min((archive / "posts").rglob("*.md"))
    post.unlink()
    post.mkdir()
    (post / "note.txt").write_text("?")
    assert all(each.done for each in repair(archive))
    assert damages(archive) == []
    assert posts_of(archive) == posts_of(original)


def test_captures_in_the_ledger_are_never_quarantined(original: Path, archive: Path) -> None:
    """The WARC file was renamed, and its row of `files` and its manifest are lost."""
    path = min((archive / "warc").iterdir())
    change(archive, f"DELETE FROM files WHERE path = 'warc/{path.name}'")
    (archive / "manifests/2026-03-02.jsonl").unlink()
    path.rename(path.with_name(f"x{path.name}"))
    repairs = [*repair(archive)]
    assert path.exists(), repairs
    assert damages(archive) == []
    assert posts_of(archive) == posts_of(original)


def test_a_kill_while_a_post_is_stored_damages_nothing(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies the archive around every step of storing a post; each copy has the old post or the new one."""
    killed: list[Path] = []

    def kill() -> None:
        killed.append(Path(shutil.copytree(archive, archive.parent / f"killed{len(killed)}")))

    def watched(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            kill()
            result = original(*args, **kwargs)
            kill()
            return result

        monkeypatch.setattr(owner, name, step)

    before = {*posts_of(archive).items()}
    with Archive(archive, captures=True) as store:
        for owner, name in ((Path, "replace"), (Path, "unlink"), (articles, "keep"), (Captures, "_write")):
            watched(owner, name)
        keep(store, 1, 2)
        assert store.captures
        moved = page(2).replace("2026年03月01日".encode(), "2026年03月05日".encode())
        captured = store.captures.keep(url(2), 200, HTML, moved, ASKED, NOON)
        article = extract(moved, url(2))
        article.captures = (captured,)
        assert store.keep(article, NOON)[0] == "revised"
        monkeypatch.undo()
    after = {*posts_of(archive).items()}
    assert len(killed) > 6
    for copy in killed:
        assert damages(copy) == []
        Archive(copy).close(NOON)
        assert damages(copy) == []
        assert {*posts_of(copy).items()} <= before | after
        assert len(posts_of(copy)) == len(before)


def test_a_migrated_archive_has_no_damage(archive: Path) -> None:
    """An archive of schema version 2 has no captures, manifests and rules."""
    delete_all_except(archive, "ledger.sqlite3", "posts")
    for table in ("captures", "files", "rules", "manifests"):
        change(archive, f"DROP TABLE {table}")
    for table in ("articles", "revisions"):
        for column in ("captures", "payloads"):
            change(archive, f"ALTER TABLE {table} DROP COLUMN {column}")
    change(archive, "PRAGMA user_version = 2")
    Ledger(archive).close()
    assert damages(archive) == []
    Archive(archive).close(NOON)
    assert damages(archive) == []
    assert [path.name for path in (archive / "manifests").iterdir()] != []


def test_a_killed_run_leaves_no_damage(archive: Path) -> None:
    """An open WARC file is no damage, and the next run closes it."""
    with Archive(archive, captures=True) as store:
        keep(store, 20)
        assert store.captures
        killed = Path(shutil.copytree(archive, archive.parent / "killed"))
    assert [path.suffix for path in sorted((killed / "warc").iterdir())].count(".open") == 1
    assert damages(killed) == []
    Archive(killed).close(NOON)
    assert damages(killed) == []
    assert posts_of(killed) == posts_of(archive)


def test_the_next_run_completes_an_interrupted_seal(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's transaction is committed, but the manifest's file is not written."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    store = Archive(archive, captures=True)
    keep(store, 30)
    with monkeypatch.context() as context:
        context.setattr("newscrawl.archive.manifests.write_manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            store.close(NOON)
    store.ledger.close()
    store.lock.release()
    Archive(archive).close(NOON)
    assert damages(archive) == []
