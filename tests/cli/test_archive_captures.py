"""`newscrawl archive-captures`, and what the other commands say of captures that were moved or joined."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from newscrawl.archive.archive import Archive
from newscrawl.archive.places import Folder
from newscrawl.browse import kept
from newscrawl.cli.main import main
from newscrawl.errors import NotKept
from newscrawl.integrity.check import check
from tests.support.archives import bodies, make_archive, page, warcs
from tests.support.processes import Started, newscrawl_command

NOW = ("--now", "2026-04-01T00:00:00Z")
FILED = [f"warc/2026/03/newscrawl-2026030{day}040000-00001.warc.gz" for day in (2, 3, 4)]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "kept", articles=2)


@pytest.fixture
def archive(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of an archive, as `kept` in the current folder."""
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield Path(shutil.copytree(original, tmp_path / "kept"))
    signal.signal(signal.SIGTERM, before)


def ran(capfd: Capture, *words: str) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a command."""
    capfd.readouterr()
    code = main([*words])
    return code, *capfd.readouterr()


def moved(capfd: Capture, to: str = "old", *more: str) -> tuple[int, str, str]:
    return ran(capfd, "archive-captures", "kept", "--before", "2026-03-04", "--to", to, *NOW, *more)


def test_what_is_moved_and_who_finds_it(archive: Path, capfd: Capture, tmp_path: Path) -> None:
    before, old = bodies(archive), tmp_path / "old"
    code, out, _ = moved(capfd, "old", "--json")
    assert (code, json.loads(out)) == (0, {
        "command": "archive-captures", "before": "2026-03-04", "to": str(old), "dry_run": False,
        "files": 2, "captures": 4, "bytes": sum(map(len, warcs(old).values())), "exit": 0,
    })  # fmt: skip
    assert ([*warcs(old)], [*warcs(archive)]) == (FILED[:2], FILED[2:])
    assert moved(capfd) == (0, "", "newscrawl archive-captures: nothing to move\n")

    line = f"newscrawl verify: moved{{}}: 4 captures (2 files) to {old}\nnewscrawl verify: 3 files, all undamaged\n"
    assert ran(capfd, "verify", "kept") == (0, "", line.format(" and not read (--moved)"))
    assert ran(capfd, "verify", "kept", "--moved") == (0, "", line.format(""))
    assert json.loads(ran(capfd, "verify", "kept", "--json")[1])["moved"] == {str(old): {"files": 2, "captures": 4}}
    assert bodies(archive) == before
    assert [kept.capture(archive, number).body for number in (1, 6)] == [page(0), page(1)]
    code, out, error = ran(capfd, "replay", "kept", "-o", "again", "--json", "--workers", "1")
    assert (code, json.loads(out)["posts"], error) == (0, {"written": 2, "unchanged": 0, "revised": 2}, "")
    assert replayed_over(capfd)[:2] == (0, "2 compared: 2 the same, 0 differ\n")


def replayed_over(capfd: Capture) -> tuple[int, str, str]:
    return ran(capfd, "replay", "kept", "-o", "kept", "--diff", "--workers", "1")


def test_what_is_said_of_captures_that_cannot_be_read(archive: Path, capfd: Capture, tmp_path: Path) -> None:
    old = tmp_path / "old"
    assert moved(capfd)[0] == 0
    (old / FILED[0]).write_bytes((old / FILED[0]).read_bytes()[:-1])
    (old / FILED[1]).unlink()
    code, out, error = ran(capfd, "verify", "kept", "--moved")
    assert (code, out) == (6, f"{FILED[0]}: differs from what was written in {old}\n{FILED[1]}: is missing in {old}\n")
    assert error.endswith("newscrawl verify: 2 damages (captures 2)\n")

    shutil.rmtree(old)
    assert ran(capfd, "verify", "kept")[0] == 0
    code, out, _ = ran(capfd, "verify", "kept", "--moved")
    assert (code, out) == (6, f"{old}: is not there, and 2 files of captures are in it\n")
    away = f"its capture was moved to {old}"
    with pytest.raises(NotKept, match=f"^{away}$"):
        kept.capture(archive, 1)
    assert kept.capture(archive, 5).body == page(0, 3)
    assert kept.capture(archive, 6).damage == f"its body is that of an earlier capture: {away}"
    code, out, error = replayed_over(capfd)
    told = f"moved to where replay cannot read them: 4 captures in {old}; mount the folder, or copy the files and give them"
    assert error.startswith(f"newscrawl replay: {told}\n")
    assert "moved 4" in error.splitlines()[-1]
    shutil.rmtree(archive / "warc")
    assert replayed_over(capfd) == (2, "", f"newscrawl: {told}\n")


def test_small_files_are_joined(archive: Path, capfd: Capture) -> None:
    before, size = bodies(archive), sum(map(len, warcs(archive).values()))
    dry = ran(capfd, "archive-captures", "kept", "--join", "2026-03", "--dry-run", *NOW)
    assert dry[2] == "newscrawl archive-captures: would join 3 files with 6 captures, 0.0 MB, into 1\n"
    code, out, _ = ran(capfd, "archive-captures", "kept", "--join", "2026-03", "--json", *NOW)
    assert (code, json.loads(out)) == (0, {
        "command": "archive-captures", "join": "2026-03", "dry_run": False,
        "files": 3, "captures": 6, "bytes": size, "into": 1, "exit": 0,
    })  # fmt: skip
    joined = FILED[0].replace(".warc.gz", "-joined.warc.gz")
    assert ([*warcs(archive)], bodies(archive)) == ([joined], before)
    assert ran(capfd, "archive-captures", "kept", "--join", "2026", "--now", "2027-01-01T00:00:00Z")[2] == (
        "newscrawl archive-captures: nothing to join\n"
    )
    assert check(archive).damages == ()
    assert replayed_over(capfd)[:2] == (0, "2 compared: 2 the same, 0 differ\n")


def test_a_dry_run_changes_nothing(archive: Path, capfd: Capture, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    sizes = [(path, len(data)) for path, data in warcs(archive).items()][:2]
    code, out, error = moved(capfd, "old", "--dry-run")
    assert (code, out) == (0, "".join(f"{path} {size}\n" for path, size in sizes))
    assert error == f"newscrawl archive-captures: would move 2 files with 4 captures, 0.0 MB, to {tmp_path}/old\n"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say what is to be done: either --before DAY --to PLACE, or --join MONTH"),
        (("--before", "2026-03-04"), "say what is to be done"),
        (("--to", "old"), "say what is to be done"),
        (("--join", "2026-02", "--to", "old"), "say what is to be done"),
        (("--before", "soon", "--to", "old"), "--before soon is neither a day (2026-03-01) nor a time back from now"),
        (("--before", "2026-02-30", "--to", "old"), "--before 2026-02-30 is neither a day"),
        (("--before", "2026-04-02", "--to", "old"), "--before 2026-04-02 is in the future"),
        (("--before", "2026-03-04", "--to", "kept/old"), "captures cannot be moved to kept/old: it is in the archive"),
        (("--before", "2026-03-04", "--to", "memory://x"), "captures cannot be moved to memory://x: nothing is kept"),
        (("--join", "2026-04"), "--join 2026-04 is not over yet, in UTC: files are still added to it"),
        (("--join", "2026"), "--join 2026 is not over yet"),
        (("--join", "2026-13"), "--join 2026-13 is neither a month (2026-03) nor a year (2026)"),
        (("--now", "soon"), "--now soon is no instant"),
    ],
)
def test_bad_usage_is_one_line_and_2(archive: Path, capfd: Capture, words: tuple[str, ...], message: str) -> None:
    before = warcs(archive)
    code, out, error = ran(capfd, "archive-captures", "kept", *NOW, *words)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert error.startswith(f"newscrawl: {message}")
    assert warcs(archive) == before


def test_who_cannot_go_on_says_why(archive: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(archive):
        code, _, error = moved(capfd)
    assert (code, error.count("\n")) == (7, 1)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1))
        code, out, error = moved(capfd, "old", "--json")
    assert (code, json.loads(out)["exit"], error.count("\n")) == (4, 4, 1)
    assert error.endswith("has no room: 0.0 MB are to be moved, and 0.0 MB are free; make room and run it again\n")
    assert not Path("old").exists()
    Path("old", FILED[1]).mkdir(parents=True)
    code, out, error = moved(capfd, "old", "--json")  # the second of two files cannot be read there
    assert (code, json.loads(out)["files"]) == (3, 1)
    assert error.startswith(f"newscrawl: cannot read {Path.cwd()}/old/{FILED[1]}: ")
    assert ran(capfd, "archive-captures", "nowhere", "--join", "2026-03")[0] == 2


def killed_after_the_first_copy(words: list[str]) -> None:
    """Runs the command until the first of two files is at the place; the ledger does not know it yet."""
    put = Folder.put

    def killed(place: Folder, source: Path, path: str) -> None:
        if path == FILED[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        put(place, source, path)

    setattr(Folder, "put", killed)  # noqa: B010 (to mypy it is no method)
    newscrawl_command(words)


@pytest.mark.fault(
    "run",
    "killed while captures are moved to another place",
    "kill -9 when one of two files is there",
    "nothing is lost; the same command moves both",
)
def test_killed_between_two_copies(archive: Path, capfd: Capture, tmp_path: Path) -> None:
    before = bodies(archive)
    words = ["archive-captures", "kept", "--before", "2026-03-04", "--to", "old", *NOW]
    with Started(words, tmp_path, run=killed_after_the_first_copy) as process:
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert ([*warcs(tmp_path / "old")], [*warcs(archive)]) == (FILED[:1], FILED)
    assert (check(archive).killed, check(archive).damages) == (True, ())
    assert bodies(archive) == before
    assert moved(capfd)[0] == 0
    assert ([*warcs(tmp_path / "old")], [*warcs(archive)]) == (FILED[:2], FILED[2:])
    assert (check(archive).damages, bodies(archive)) == ((), before)


def test_a_store_takes_captures(archive: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
        for name, value in {**keys, "AWS_ENDPOINT_URL": endpoint}.items():
            monkeypatch.setenv(name, value)
        before = warcs(archive)
        assert moved(capfd, "s3://none/old")[::2] == (
            4, f"newscrawl: cannot write s3://none/old/{FILED[0]}: The specified bucket does not exist\n"
        )  # fmt: skip
        client = boto3.client("s3")
        client.create_bucket(Bucket="captures")
        assert moved(capfd, "s3://captures/old/")[0] == 0
        stored = client.get_object(Bucket="captures", Key=f"old/{FILED[0]}")["Body"].read()
        assert stored == next(iter(before.values()))
        assert ran(capfd, "verify", "kept", "--moved")[0] == 0
        client.delete_object(Bucket="captures", Key=f"old/{FILED[0]}")
        assert ran(capfd, "verify", "kept", "--moved")[:2] == (6, f"{FILED[0]}: is missing in s3://captures/old\n")
    finally:
        server.stop()
    assert "4 captures in s3://captures/old" in replayed_over(capfd)[2]
    with pytest.raises(NotKept, match=r"^its capture was moved to s3://captures/old$"):
        kept.capture(archive, 1)
