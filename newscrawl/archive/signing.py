"""Signatures of manifests (Ed25519, RFC 8032)."""

import shutil
import stat
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from newscrawl.archive.manifests import SIGNATURE
from newscrawl.archive.paths import MANIFESTS, UNFINISHED, unfinished, was_killed
from newscrawl.atomic import write_whole
from newscrawl.errors import BadKey


def sign(root: Path, key: Path) -> int:
    """Signs the manifests without a signature, and returns their number. A signature is a `.sig` file of 64 bytes.

    `key` is a PEM file (PKCS #8), as `openssl genpkey -algorithm ed25519` writes it: only its owner may read it. Raises
    BadKey, OSError.
    """
    private = _key(key, lambda data: load_pem_private_key(data, None))
    if not isinstance(private, Ed25519PrivateKey):
        raise BadKey(
            f"{key} holds no private Ed25519 key; make one: openssl genpkey -algorithm ed25519 -out {key.name}"
        )
    mode = key.stat().st_mode
    if is_open(mode):
        raise BadKey(f"others may read the private key {key} (mode {stat.S_IMODE(mode):o}); chmod 600 {key}")
    unsigned = [path for path in sorted((root / MANIFESTS).glob("*.jsonl")) if not _signature(path).exists()]
    killed = was_killed(root)  # then its unfinished files wait for the next run
    try:
        for path in unsigned:
            write_whole(_signature(path), private.sign(path.read_bytes()), unfinished(root) / _signature(path).name)
    finally:
        if not killed:
            shutil.rmtree(root / UNFINISHED, ignore_errors=True)
    return len(unsigned)


def unsigned(root: Path, key: Path) -> list[tuple[str, str]]:
    """The manifests without a valid signature by a public key (PEM), as (path, why). Raises BadKey."""
    public = _key(key, load_pem_public_key)
    if not isinstance(public, Ed25519PublicKey):
        raise BadKey(f"{key} holds no public Ed25519 key; make it: openssl pkey -in KEY -pubout -out {key.name}")
    found = []
    for path in sorted((root / MANIFESTS).glob("*.jsonl")):
        name = f"{MANIFESTS}/{path.name}"
        if not _signature(path).exists():
            found.append((name, "is not signed"))
            continue
        try:
            public.verify(_signature(path).read_bytes(), path.read_bytes())
        except InvalidSignature:
            found.append((name, "does not match its signature by this key"))
    return found


def is_open(mode: int) -> bool:
    """Whether others than its owner may do anything with a file of this mode.

    >>> [is_open(mode) for mode in (0o400, 0o600, 0o640, 0o602, 0o601)]
    [False, False, True, True, True]
    """
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _signature(path: Path) -> Path:
    return path.with_name(path.name + SIGNATURE)


def _key(path: Path, load: Any) -> Any:
    try:
        return load(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no key in PEM form"
        raise BadKey(f"cannot read the key {path}: {why}") from error
