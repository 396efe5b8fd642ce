"""The data directory: everything a site keeps, in one folder, with its own generated secrets.

::

    DIR/
        openhotline.sqlite3     the database, unless OPENHOTLINE_DATABASE_URL names a PostgreSQL
        vault/                  encrypted evidence
        secrets/                mode 0700: the vault's master key, the ledger's signing key, the site's key,
                                and updates/, the keys that sign feeds' files
        indexes/                one search index a list; made anew from the database when lost
        updates/                signed files of feeds, where `openhotline feed publish-files` made any
        trace/                  kept answers of registries; the operator's own fronts.toml and registries.toml
        trust/                  lists of whose signatures are believed (`openhotline trust update`)
        detectors/              one folder a pixel detector, if the operator brought any
        origin.toml             other weights of evidence about origin, if the operator set any
        import.lock             held while an import runs
        origin.lock             held while a deep look at origins runs
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openhotline.errors import BadInput, NotInitialised
from openhotline.vault import MasterKey, Vault


@dataclass(frozen=True)
class DataDirectory:
    """Paths inside one data directory; ``initialise`` makes what is missing and never replaces a secret."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "openhotline.sqlite3"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def master_key_file(self) -> Path:
        named = os.environ.get("OPENHOTLINE_VAULT_KEY_FILE")
        return Path(named) if named else self.secrets / "vault-master.key"

    @property
    def ledger_key_file(self) -> Path:
        return self.secrets / "ledger-signing.pem"

    @property
    def site_key_file(self) -> Path:
        return self.secrets / "site.key"

    @property
    def import_lock(self) -> Path:
        return self.root / "import.lock"

    @property
    def trust(self) -> Path:
        return self.root / "trust"

    @property
    def detectors(self) -> Path:
        return self.root / "detectors"

    @property
    def origin_settings(self) -> Path:
        return self.root / "origin.toml"

    @property
    def origin_lock(self) -> Path:
        return self.root / "origin.lock"

    @property
    def initialised(self) -> bool:
        return self.site_key_file.is_file() and self.ledger_key_file.is_file() and self.vault.is_dir()

    def require(self) -> None:
        """Raise :class:`NotInitialised` unless ``initialise`` has finished here."""
        if not self.initialised:
            raise NotInitialised(
                "This data directory is not initialised. Run `openhotline init` first, or name another one "
                "with OPENHOTLINE_DATA or --data.",
                details=str(self.root),
            )

    def initialise(self) -> bool:
        """Make the folder, its secrets and its vault; return whether anything was missing."""
        if self.root.exists() and not self.root.is_dir():
            raise BadInput(
                "The data directory's name is taken by a file. Name a folder.", details=str(self.root)
            )
        missing = not self.initialised
        self.root.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        if not self.site_key_file.exists():
            _write_secret(self.site_key_file, secrets.token_urlsafe(48).encode())
        if not self.ledger_key_file.exists():
            key = Ed25519PrivateKey.generate()
            _write_secret(
                self.ledger_key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
        if not self.vault.exists():
            if not self.master_key_file.exists():
                MasterKey.generate().write(self.master_key_file)
            Vault.create(self.vault, MasterKey.from_file(self.master_key_file))
        return missing

    def site_key(self) -> str:
        """The site's own secret: signs sessions and keys digests that must not be guessable."""
        return self.site_key_file.read_text().strip()

    def ledger_key(self) -> Ed25519PrivateKey:
        """The key that signs ledger checkpoints."""
        key = load_pem_private_key(self.ledger_key_file.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise BadInput("The ledger's signing key is not an Ed25519 key. Restore it from the backup.")
        return key


def _write_secret(path: Path, content: bytes) -> None:
    """Write ``content`` so that no other account can ever read it, not even while it is written."""
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.rename(path)


def current() -> DataDirectory:
    """The directory that OPENHOTLINE_DATA names; ``./openhotline-data`` when it names none."""
    return DataDirectory(Path(os.environ.get("OPENHOTLINE_DATA") or "openhotline-data").absolute())
