"""The four keys of a repository, each in a file of its own: one loss is not the loss of all.

``root`` says which keys count and is needed once a year; it belongs on a medium that is in no machine. The other
three sign by themselves: ``targets`` what the list is, ``snapshot`` which state of it, ``timestamp`` that this is
the newest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner

from openhotline.errors import BadInput, NotFound

ROOT = "root"
ONLINE = ("targets", "snapshot", "timestamp")


@dataclass(frozen=True)
class Keys:
    """A folder of keys, each ``ROLE.pem`` with an unencrypted Ed25519 key, readable by its owner only."""

    folder: Path

    def make_missing(self) -> bool:
        """Make what is not there, unless the root key was taken away before; return whether any was made."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        roles = ONLINE if self._file(ONLINE[0]).exists() else (ROOT, *ONLINE)
        missing = [role for role in roles if not self._file(role).exists()]
        for role in missing:
            _write(self._file(role), Ed25519PrivateKey.generate())
        return bool(missing)

    def replace_online(self) -> None:
        """Make new online keys; the old ones count until a new root that does not name them is out."""
        for role in ONLINE:
            _write(self._file(role), Ed25519PrivateKey.generate())

    @property
    def root_file(self) -> Path:
        """Where the root key lies until it is taken off the machine."""
        return self._file(ROOT)

    def online(self) -> Mapping[str, CryptoSigner]:
        """Return the signers that a publication needs."""
        return {role: read_signer(self._file(role)) for role in ONLINE}

    def _file(self, role: str) -> Path:
        return self.folder / f"{role}.pem"


def read_signer(path: Path) -> CryptoSigner:
    """Return the signer of a key file."""
    if not path.is_file():
        raise NotFound(
            f"The signing key {path.name} is not here. Restore it from the backup, or name the file of the root key.",
            details=str(path),
        )
    key: PrivateKeyTypes | None
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(
            "A signing key is no Ed25519 key in PEM. Restore it from the backup.", details=str(path)
        )
    return CryptoSigner(key)


def _write(path: Path, key: Ed25519PrivateKey) -> None:
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(path)
