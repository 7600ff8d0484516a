"""The modes of what is written are those that the umask leaves: nothing is wider, and no file may be run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newscrawl.archive.signing import sign
from newscrawl.browse.index import update_search
from newscrawl.cli.main import main
from newscrawl.cli.report import write_page
from newscrawl.integrity.repair import repair
from tests.support.archives import make_archive


@pytest.fixture(params=[0o027, 0o077], ids="{:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_no_file_and_no_folder_is_wider_than_the_umask_leaves(umask: int, tmp_path: Path) -> None:
    key, written = tmp_path / "key.pem", tmp_path / "written"
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    archive = make_archive(written / "kept", articles=1)
    sign(archive, key)
    update_search(archive, archive / "browse.sqlite3")
    warc = min((archive / "warc").iterdir())
    warc.write_bytes(warc.read_bytes()[:-1])
    (archive / "posts/stray").write_bytes(b"stray")
    (archive / "damaged").symlink_to("nowhere")
    assert len([*repair(archive)]) > 2
    write_page(written / "report.html", b"")
    assert main(["export", str(archive), "-q", "-o", str(written / "all.csv")]) == 0
    assert main(["export", str(archive), "-q", "--format", "posts", "-o", str(written / "site")]) == 0
    modes = {path: path.stat().st_mode & 0o777 for path in written.rglob("*") if not path.is_symlink()}
    folders = {mode for path, mode in modes.items() if path.is_dir()}
    files = {mode for path, mode in modes.items() if path.is_file()}
    assert (folders, files) == ({0o777 & ~umask}, {0o666 & ~umask})
    kinds = {path.suffix for path in modes}
    assert {".md", ".gz", ".jsonl", ".json", ".sig", ".sqlite3", ".csv", ".html"} <= kinds
