"""Symbolic links in an archive: nothing that writes, moves or deletes follows one, and what it leads to stays as it is."""

import shutil
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import unfinished
from newscrawl.browse.place import search_database
from newscrawl.cli.console import Progress
from newscrawl.cli.main import main
from newscrawl.doctor.archive import archive as diagnoses
from newscrawl.errors import ArchiveDamaged
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from tests.support.archives import NOON, keep, make_archive, page, url

DAY, POST = "posts/2026/03/01", "posts/2026/03/01/2026-03-01-abcdefg0000000.md"
MADE_AGAIN = (
    ".unfinished",
    "browse.sqlite3",
    "damaged",
    "manifests/2026-03-02.jsonl",
    "manifests/rules",
    "unknown-pages",
)
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
    if stat.S_ISLNK(mode):
        return mode, str(path.readlink()).encode()
    return mode, b"" if stat.S_ISDIR(mode) else path.read_bytes()


def lead_away(archive: Path, place: str, *, own: bool) -> Path:
    """Puts a link in place of a part of an archive. It leads to what was there (`own`), or to somebody's folder or file.

    Returns the folder of what the links of an archive lead to.
    """
    part, elsewhere = archive / place, archive.parent / "elsewhere" / Path(place).name
    elsewhere.parent.mkdir(exist_ok=True)
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


COMMANDS = {
    "crawl": ("crawl", "china", "-o", "DIR"),
    "fetch": ("fetch", url(0), "-o", "DIR"),
    "extract": ("extract", "PAGE", "--url", url(0), "-o", "DIR"),
    "replay": ("replay", "WARC", "-o", "DIR", "--workers", "1"),
    "sign": ("sign", "DIR", "--key", "KEY"),
    "retry": ("retry", "DIR"),
    "forget": ("forget", "DIR", "stock"),
}


@pytest.mark.fault(
    "run", "a symbolic link in the archive", "in place of a folder of posts; each command that writes",
    "a line, exit 6, before anything is written",
)  # fmt: skip
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
    "run", "a symbolic link in the archive", "in place of posts and all else that is made again; `verify --repair`",
    "each is named, and moved to `damaged/`; the archive is whole again, and what they lead to stays as it is",
)  # fmt: skip
@pytest.mark.parametrize(("posts", "own"), [("posts", True), (POST, True), (DAY, False)])
def test_a_repair_moves_links_and_nothing_that_they_lead_to(archive: Path, posts: str, own: bool) -> None:
    places = sorted((posts, *MADE_AGAIN)) if posts in ("posts", DAY) else [posts]
    for place in places:
        elsewhere = lead_away(archive, place, own=own)
    targets = {place: str((archive / place).readlink()) for place in places}
    before, kept = tree(elsewhere), tree(archive)
    told = {damage.what: damage.why for damage in check(archive).damages[: len(places)]}
    assert told == {place: f"is a symbolic link to {target}" for place, target in targets.items()}
    assert (tree(elsewhere), tree(archive)) == (before, kept)
    repairs = [*repair(archive)]
    assert {each.what: each.how for each in repairs[: len(places)]} == {
        place: f"was a symbolic link to {target}; the link was moved to damaged/" for place, target in targets.items()
    }
    assert all(each.done for each in repairs)
    assert check(archive).damages == ()
    assert tree(elsewhere) == before
    assert {place: str((archive / f"damaged/{place}.link").readlink()) for place in places} == targets


@pytest.mark.fault(
    "run", "a symbolic link in the archive", "in place of captures, the ledger or its seal; `verify --repair`",
    "each is named, and left with what it leads to; exit 6",
)  # fmt: skip
@pytest.mark.parametrize(
    "places", [("ledger.sqlite3", "manifests/ledger.json", "WARC"), ("manifests", "warc", "posts")]
)
def test_a_repair_leaves_links_to_what_cannot_be_made_again(
    archive: Path, capfd: pytest.CaptureFixture[str], places: tuple[str, ...]
) -> None:
    warc = min((archive / "warc").iterdir()).relative_to(archive).as_posix()
    for place in places:
        elsewhere = lead_away(archive, warc if place == "WARC" else place, own=True)
    before, kept = tree(elsewhere), tree(archive)
    assert main(["verify", str(archive), "--repair"]) == 6
    lines = capfd.readouterr().out.splitlines()
    left = f"posts: could not be repaired (is a symbolic link to {elsewhere / 'posts'})"
    assert [line == left or line.endswith("; put what it leads to in its place") for line in lines] == [True] * len(
        places
    )
    assert (tree(elsewhere), tree(archive)) == (before, kept)


def test_a_link_that_leads_nowhere_is_moved_and_its_captures_are_lost(archive: Path) -> None:
    shutil.rmtree(archive / "warc")
    (archive / "warc").symlink_to("nowhere")
    repairs = [*repair(archive)]
    assert (repairs[0].what, repairs[0].done) == ("warc", True)
    assert {each.how for each in repairs if not each.done} == {"is lost, and with it 2 captures"}
    assert check(archive).damages == ()


def test_browse_makes_no_search_database_through_a_link(archive: Path) -> None:
    elsewhere = lead_away(archive, "browse.sqlite3", own=True)
    match = r"browse\.sqlite3 is a symbolic link"
    with pytest.raises(ArchiveDamaged, match=match), search_database(archive, Progress(None), print):
        pass
    assert tree(elsewhere) == {"browse.sqlite3": (0o100644, b"mine")}


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
