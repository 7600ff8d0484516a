"""Symbolic links in an archive: nothing that writes, moves or deletes follows one, and what it leads to stays as it is."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newscrawl.archive.archive import Archive
from newscrawl.archive.links import links_in, lock_to_write
from newscrawl.archive.lock import Lock
from newscrawl.archive.paths import unfinished
from newscrawl.cli.browse import search_database
from newscrawl.cli.main import main
from newscrawl.doctor.archive import archive as diagnoses
from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from tests.support.archives import NOON, keep, make_archive, page, url

DAY, POST = "posts/2026/03/01", "posts/2026/03/01/2026-03-01-abcdefg0000000.md"
PLACES = (
    ".unfinished", "browse.sqlite3", "damaged", "ledger.sqlite3", "ledger.sqlite3-wal", "manifests",
    "manifests/2026-03-02.jsonl", "manifests/ledger.json", "manifests/rules", "posts", "posts/2026", "posts/2026/03", DAY,
    "unknown-pages", "warc", "WARC",
)  # fmt: skip
ONCE = ("ledger.sqlite3", "manifests", "manifests/ledger.json", "warc", "WARC")  # what they hold cannot be made again
REPAIRED = [(place, True) for place in (*ONCE, ".unfinished", "damaged", "manifests/2026-03-02.jsonl", "posts", POST)]
REPAIRED += [(place, False) for place in ("browse.sqlite3", "manifests/rules", "posts/2026", DAY, "WARC")]
Tree = dict[str, tuple[int, bytes]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "kept", articles=2)


@pytest.fixture
def archive(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "kept"))


def tree(folder: Path) -> Tree:
    """What is in a folder: links as they are, the mode and bytes of each file."""
    return dict(sorted((str(path.relative_to(folder)), look(path)) for path in folder.rglob("*")))


def look(path: Path) -> tuple[int, bytes]:
    mode = path.lstat().st_mode
    return mode, path.read_bytes() if stat.S_ISREG(mode) else str(path.readlink()).encode() if stat.S_ISLNK(
        mode
    ) else b""


def named(archive: Path, place: str) -> str:
    return min((archive / "warc").iterdir()).relative_to(archive).as_posix() if place == "WARC" else place


def lead_away(archive: Path, place: str, *, own: bool) -> Path:
    """Puts a link in place of a part of an archive. It leads to what was there (`own`), or to somebody's folder or file.

    Returns the folder of what it leads to.
    """
    part, elsewhere = archive / place, archive.parent / "elsewhere" / Path(place).name
    elsewhere.parent.mkdir()
    if part.is_dir() or "." not in place[1:]:
        elsewhere.mkdir()
        (elsewhere / "letter.md").write_bytes(b"mine")
    else:
        elsewhere.write_bytes(b"mine")
    if part.exists() and own:
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.unlink(missing_ok=True)
        part.rename(elsewhere)
    elif part.is_dir():
        shutil.rmtree(part)
    part.unlink(missing_ok=True)
    part.symlink_to(elsewhere)
    return elsewhere.parent


def private_key(path: Path) -> Path:
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


@pytest.mark.fault(
    "run", "a symbolic link in the archive", "a link in place of each part of it, in turn",
    "a run is refused (6) before it writes anything; what the link leads to stays as it is",
)  # fmt: skip
@pytest.mark.parametrize("place", PLACES)
def test_a_run_refuses_a_link_in_place_of_any_part(archive: Path, place: str) -> None:
    path = named(archive, place)
    elsewhere = lead_away(archive, path, own=True)
    before, kept = tree(elsewhere), tree(archive)
    with pytest.raises(ArchiveDamaged) as error:
        Archive(archive)
    advice = f"put what it leads to in its place, or newscrawl verify {archive} --repair"
    assert str(error.value) == f"the archive is damaged: {archive / path} is a symbolic link; {advice}"
    assert (tree(elsewhere), tree(archive)) == (before, kept)


COMMANDS = {
    "crawl": ("crawl", "china", "-o", "DIR"),
    "fetch": ("fetch", url(0), "-o", "DIR"),
    "extract": ("extract", "PAGE", "--url", url(0), "-o", "DIR"),
    "replay": ("replay", "WARC", "-o", "DIR", "--workers", "1"),
    "sign": ("sign", "DIR", "--key", "KEY"),
    "retry": ("retry", "DIR"),
    "forget": ("forget", "DIR", "stock"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_that_writes_refuses_a_link(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    places = {
        "DIR": archive, "KEY": private_key(tmp_path / "key"), "PAGE": tmp_path / "page.html",
        "WARC": shutil.copy(min((archive / "warc").iterdir()), tmp_path),
    }  # fmt: skip
    (tmp_path / "page.html").write_bytes(page(0, 9))
    elsewhere = lead_away(archive, DAY, own=True)
    before, kept = tree(elsewhere), tree(archive)
    assert main([str(places.get(word, word)) for word in COMMANDS[name]]) == 6
    (line,) = capfd.readouterr().err.splitlines()
    assert f"{archive / DAY} is a symbolic link; put what it leads to in its place" in line
    assert (tree(elsewhere), tree(archive)) == (before, kept)


@pytest.mark.fault(
    "run", "a symbolic link in the archive", "a link in place of each part of it; `verify --repair`",
    "the link is named, and moved to `damaged/`, or left if it leads to captures or the like; what it leads to stays as it is",
)  # fmt: skip
@pytest.mark.parametrize(("place", "own"), REPAIRED)
def test_verify_names_a_link_and_repair_moves_nothing_that_it_leads_to(archive: Path, place: str, own: bool) -> None:
    path = named(archive, place)
    elsewhere = lead_away(archive, path, own=own)
    before, kept = tree(elsewhere), tree(archive)
    first = check(archive).damages[0]
    assert (first.what, first.why) == (path, f"is a symbolic link to {(archive / path).readlink()}")
    assert (tree(elsewhere), tree(archive)) == (before, kept)
    repairs = [*repair(archive)]
    assert tree(elsewhere) == before
    if place in ONCE:
        assert repairs[0].how.endswith("; put what it leads to in its place")
        assert not any(each.done for each in repairs)
        assert tree(archive) == kept
    else:
        assert repairs[0].how == f"was a symbolic link to {elsewhere / Path(path).name}; the link was moved to damaged/"
        assert (archive / f"damaged/{path}.link").is_symlink()
        assert [each for each in repairs if not each.done] == []
        assert check(archive).damages == ()
        assert [*links_in(archive)] == []


def test_browse_makes_no_search_database_through_a_link(archive: Path) -> None:
    elsewhere = lead_away(archive, "browse.sqlite3", own=True)
    with pytest.raises(ArchiveDamaged, match=r"browse\.sqlite3 is a symbolic link"), search_database(archive):
        pass
    assert tree(elsewhere) == {"browse.sqlite3": (0o100644, b"mine")}


def test_a_link_that_leads_nowhere_is_moved_and_its_captures_are_lost(archive: Path) -> None:
    shutil.rmtree(archive / "warc")
    (archive / "warc").symlink_to("nowhere")
    repairs = [*repair(archive)]
    assert (repairs[0].what, repairs[0].done) == ("warc", True)
    assert {each.how for each in repairs if not each.done} == {"is lost, and with it 2 captures"}
    assert check(archive).damages == ()


def test_a_post_that_is_a_link_is_replaced(archive: Path) -> None:
    elsewhere = lead_away(archive, POST, own=True)
    before = tree(elsewhere)
    with Archive(archive, captures=True) as opened:
        assert keep(opened, 0, version=9, now=NOON.replace(day=9)) == "revised"
    assert tree(elsewhere) == before
    assert not (archive / POST).is_symlink()
    assert check(archive).damages == ()


def test_a_link_among_what_a_killed_run_left_is_not_followed(archive: Path) -> None:
    """A manifest is made under this name, and then renamed."""
    (archive.parent / "mine").write_bytes(b"mine")
    (unfinished(archive) / "2026-03-04.jsonl").symlink_to(archive.parent / "mine")
    with pytest.raises(ArchiveDamaged, match=r"\.unfinished/2026-03-04\.jsonl is a symbolic link"):
        Archive(archive)
    assert [each.done for each in repair(archive)] == [True]
    assert (archive.parent / "mine").read_bytes() == b"mine"
    assert check(archive).damages == ()


def test_nothing_is_moved_through_a_link_in_damaged(archive: Path) -> None:
    foreign = archive.parent / "foreign"
    foreign.mkdir()
    (archive / "damaged").mkdir()
    (archive / "damaged/posts").symlink_to(foreign)
    assert check(archive).damages == ()
    (archive / POST).with_name("stray.md").write_bytes(b"stray")
    with pytest.raises(ArchiveDamaged, match="damaged/posts is a symbolic link, and nothing is moved there; delete it"):
        [*repair(archive)]
    assert tree(foreign) == {}
    assert (archive / POST).with_name("stray.md").read_bytes() == b"stray"


def test_the_archives_own_folder_may_be_a_link(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(archive)
    with Archive(tmp_path / "link", captures=True) as opened:
        keep(opened, 5)
    assert check(archive).damages == ()
    assert (archive / POST.replace("0.md", "5.md")).exists()


def test_the_lock_is_released_where_a_link_is_refused(archive: Path) -> None:
    (archive / "damaged").symlink_to("nowhere")
    with pytest.raises(ArchiveError, match="damaged is a symbolic link"):
        lock_to_write(archive)
    Lock(archive).release()


def test_only_what_newscrawl_writes_is_looked_at(archive: Path) -> None:
    (archive / "notes").symlink_to("/etc")
    (archive / "notes.md").symlink_to("nowhere")
    (archive / "browse.sqlite3-journal").symlink_to("nowhere")
    (archive / POST).with_name("a.md").symlink_to("nowhere")
    (archive / DAY / "deep").mkdir()
    (archive / DAY / "deep/b.md").symlink_to("nowhere")
    assert [*links_in(archive)] == ["browse.sqlite3-journal", f"{DAY}/a.md", f"{DAY}/deep/b.md"]
    assert [*links_in(archive, posts=False)] == ["browse.sqlite3-journal"]


def test_a_folder_that_may_not_be_read_has_no_links(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: str) -> Iterator[os.DirEntry[str]]:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", refused)
    assert [*links_in(archive)] == []


@pytest.mark.parametrize(
    ("command", "file"),
    [(("report",), "report.html"), (("export",), "all.csv"), (("crawl", "china", "--dry-run", "--metrics"), "a.prom")],
)
def test_an_output_does_not_leave_the_archive_through_a_link(
    archive: Path, capfd: pytest.CaptureFixture[str], command: tuple[str, ...], file: str
) -> None:
    (archive.parent / "mine").write_bytes(b"mine")
    (archive / file).symlink_to(archive.parent / "mine")
    words = ("-o", archive) if command[0] == "crawl" else (archive, "-o")
    option = "--metrics" if command[0] == "crawl" else "-o"
    given = [*command, archive / file, *words] if command[0] == "crawl" else [*command, *words, archive / file]
    assert main([*map(str, given)]) == 2
    assert capfd.readouterr().err == (
        f"newscrawl: {archive / file} is a symbolic link in the archive; give another file with {option}\n"
    )
    assert (archive.parent / "mine").read_bytes() == b"mine"


def test_posts_are_not_exported_through_a_link(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "site/posts").mkdir(parents=True)
    (tmp_path / "site/posts/2026").symlink_to(tmp_path / "foreign")
    assert main(["export", str(archive), "--format", "posts", "-o", str(tmp_path / "site")]) == 4
    assert "posts/2026 is a symbolic link; give the folder itself with -o" in capfd.readouterr().err
    assert tree(tmp_path / "foreign") == {}


def test_doctor_names_a_link(archive: Path) -> None:
    lead_away(archive, "ledger.sqlite3", own=True)
    wrong = [each for each in diagnoses(archive) if each.state == "wrong"]
    advice = "put what it leads to in its place"
    assert [(each.what, each.found, each.advice) for each in wrong] == [
        ("ledger.sqlite3", "is a symbolic link", advice)
    ]
    assert sorted(path.name for path in (archive.parent / "elsewhere").iterdir()) == ["ledger.sqlite3"]
