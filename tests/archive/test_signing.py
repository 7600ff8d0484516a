"""Signing leaves an archive as it was, but for the signatures."""

import errno
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from newscrawl.archive import signing
from newscrawl.archive.paths import unfinished, was_killed
from newscrawl.archive.signing import sign, unsigned
from newscrawl.atomic import write_whole
from newscrawl.cli.main import main
from tests.support.archives import make_archive


def made(path: Path) -> Ed25519PrivateKey:
    """A private key, in a file that only its owner may read."""
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return key


def test_a_signed_archive_is_not_taken_for_a_killed_run_s(tmp_path: Path) -> None:
    root, private, public = make_archive(tmp_path / "kept"), tmp_path / "key.pem", tmp_path / "public.pem"
    key = made(private)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    days = len(unsigned(root, public))
    assert sign(root, private) == days > 0
    assert unsigned(root, public) == []
    assert not was_killed(root)
    assert sign(root, private) == 0
    assert not was_killed(root)


def test_what_a_killed_run_left_is_left_to_the_next(tmp_path: Path) -> None:
    root, private = make_archive(tmp_path / "kept"), tmp_path / "key.pem"
    made(private)
    (unfinished(root) / "half.md").write_bytes(b"half")
    assert sign(root, private) > 0
    assert [path.name for path in unfinished(root).iterdir()] == ["half.md"]


def test_a_signature_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root, private = make_archive(tmp_path / "kept"), tmp_path / "key.pem"
    made(private)

    def second_does_not_fit(path: Path, data: bytes, part: Path) -> None:
        if list(path.parent.glob("*.sig")):
            part.write_bytes(data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        write_whole(path, data, part)

    monkeypatch.setattr(signing, "write_whole", second_does_not_fit)
    assert main(["sign", str(root), "--key", str(private)]) == 4
    assert capfd.readouterr().err == f"newscrawl: cannot use {root}: the disk is full; make room and run it again\n"
    assert [path.stat().st_size for path in (root / "manifests").glob("*.sig")] == [64]
    assert not was_killed(root)
    assert main(["verify", str(root)]) == 0
    monkeypatch.undo()
    assert sign(root, private) > 0


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644])
def test_a_private_key_that_others_can_read_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], mode: int
) -> None:
    root, private = tmp_path / "kept", tmp_path / "key.pem"
    (root / "manifests").mkdir(parents=True)
    made(private)
    private.chmod(mode)
    assert main(["sign", str(root), "--key", str(private)]) == 2
    told = f"newscrawl: others may read the private key {private} (mode {mode:o}); chmod 600 {private}\n"
    assert capfd.readouterr().err == told
    private.chmod(0o400)
    assert main(["sign", str(root), "--key", str(private)]) == 0
