"""The gate's folder: its lock, the key that signs its log, and lists prepared for asking.

::

    gate.lock          held while a gate runs here
    log-signing.pem    made at the first start; mode 0600
    questions.log      who asked how much, chained and signed
    lists/NAME/…       lists as they were prepared; safe to delete while no gate runs
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openhotline.errors import BadInput, Busy
from openhotline.vault import durable
from openhotline.vault.locking import try_lock


class State:
    """One gate's folder, locked for this process until ``close``."""

    def __init__(self, root: Path) -> None:
        self.root, self.lists, self.log = root, root / "lists", root / "questions.log"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = try_lock(root / "gate.lock")
        if lock is None:
            raise Busy("Another gate works with this folder. Stop it, or name another folder with --state.")
        self._lock = lock

    def signing_key(self) -> Ed25519PrivateKey:
        """Return the key that signs the log, made when there is none."""
        path = self.root / "log-signing.pem"
        if not path.exists():
            made = Ed25519PrivateKey.generate()
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            durable.replace_file(path, pem, staging=self.root)
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise BadInput(
                "The key that signs the gate's log is none. Restore it from the backup.", details=str(path)
            )
        return key

    def close(self) -> None:
        """Let another gate in."""
        os.close(self._lock)
