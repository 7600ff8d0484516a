"""Signing leaves an archive as it was, but for the signatures."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from newscrawl.archive.paths import unfinished, was_killed
from newscrawl.archive.signing import sign, unsigned
from tests.support.archives import make_archive


def test_a_signed_archive_is_not_taken_for_a_killed_run_s(tmp_path: Path) -> None:
    root, private, public = make_archive(tmp_path / "kept"), tmp_path / "key.pem", tmp_path / "public.pem"
    key = Ed25519PrivateKey.generate()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    days = len(unsigned(root, public))
    assert sign(root, private) == days > 0
    assert unsigned(root, public) == []
    assert not was_killed(root)
    assert sign(root, private) == 0
    assert not was_killed(root)


def test_what_a_killed_run_left_is_left_to_the_next(tmp_path: Path) -> None:
    root, private = make_archive(tmp_path / "kept"), tmp_path / "key.pem"
    key = Ed25519PrivateKey.generate()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (unfinished(root) / "half.md").write_bytes(b"half")
    assert sign(root, private) > 0
    assert [path.name for path in unfinished(root).iterdir()] == ["half.md"]
