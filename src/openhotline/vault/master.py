"""The key that wraps every object's key. It lives in a file, never beside the data it protects."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openhotline.errors import Conflict, NotInitialised, OpenHotlineError
from openhotline.vault.durable import sync_directory, write_file

VARIABLE: Final = "OPENHOTLINE_VAULT_KEY_FILE"
FORMAT: Final = "openhotline-master-key-1"
LENGTH: Final = 32
"""Bytes: AES-256."""

_LONGEST_FILE = 4096


class MasterKey:
    """256 secret bits. Printing it shows only its name; comparing compares the bits.

    Each use has a key of its own, derived with HKDF-SHA256, so that no use can be turned against another.
    """

    __slots__ = ("_secret", "_wrapping", "key_id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != LENGTH:
            raise OpenHotlineError(f"A master key has {LENGTH} bytes. Make one with MasterKey.generate().")
        self._secret = secret
        self._wrapping = self.cipher_for(b"wrap")
        self.key_id = derive(secret, b"master id")[:8].hex()

    @classmethod
    def generate(cls) -> MasterKey:
        """Make a new one from the operating system's random bytes."""
        return cls(os.urandom(LENGTH))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> MasterKey:
        """Read the file that OPENHOTLINE_VAULT_KEY_FILE names."""
        name = environment.get(VARIABLE)
        if not name:
            raise NotInitialised(f"The vault key is missing. Set {VARIABLE} to the file that holds it.")
        return cls.from_file(Path(name))

    @classmethod
    def from_file(cls, path: Path) -> MasterKey:
        """Read a key file. One that other accounts may read is refused: the key would be no secret."""
        try:
            with path.open("rb") as stream:
                _check_private(os.fstat(stream.fileno()), path)
                content = stream.read(_LONGEST_FILE)
        except FileNotFoundError:
            raise NotInitialised(
                f"The vault key file is missing. Restore it, or set {VARIABLE} to where it is.",
                details=str(path),
            ) from None
        except OSError as error:
            raise OpenHotlineError(
                "The vault key file could not be read. Check who owns it.", details=str(error)
            ) from error
        return cls(_parse(content, path))

    def write(self, path: Path) -> None:
        """Write a new key file, readable by its owner only. An existing file is never replaced."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
        content = f"{FORMAT}\n{base64.b64encode(self._secret).decode()}\n".encode()
        try:
            write_file(temporary, [content], sync=True)
            try:
                path.hardlink_to(temporary)
            finally:
                temporary.unlink()
            sync_directory(path.parent)
        except FileExistsError:
            raise Conflict(
                "There is a key file already. Keep it: it may be the only way to read a vault.",
                details=str(path),
            ) from None
        except OSError as error:
            raise OpenHotlineError(
                "The vault key file could not be written. Check the folder and the disk.", details=str(error)
            ) from error

    def wrap(self, key: bytes, *, nonce: bytes, bound_to: bytes) -> bytes:
        """Encrypt another key; it opens again only together with the same ``bound_to``."""
        return self._wrapping.encrypt(nonce, key, bound_to)

    def unwrap(self, wrapped: bytes, *, nonce: bytes, bound_to: bytes) -> bytes:
        """Undo :meth:`wrap`; raises cryptography's InvalidTag."""
        return self._wrapping.decrypt(nonce, wrapped, bound_to)

    def cipher_for(self, use: bytes) -> AESGCM:
        """Return the cipher of one named use."""
        return AESGCM(derive(self._secret, use))

    def sealed_under(self, other: MasterKey, *, nonce: bytes, bound_to: bytes) -> bytes:
        """Encrypt this key so that the holder of ``other`` can have it, for an unfinished rotation."""
        return other.cipher_for(b"previous master").encrypt(nonce, self._secret, bound_to)

    def open_previous(self, sealed: bytes, *, nonce: bytes, bound_to: bytes) -> MasterKey:
        """Undo :meth:`sealed_under`; raises cryptography's InvalidTag."""
        return MasterKey(self.cipher_for(b"previous master").decrypt(nonce, sealed, bound_to))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MasterKey) and self._secret == other._secret

    def __hash__(self) -> int:
        return hash(self.key_id)

    def __repr__(self) -> str:
        return f"<MasterKey {self.key_id}>"


def derive(secret: bytes, use: bytes, *, salt: bytes | None = None) -> bytes:
    """Return 32 bytes for one use: HKDF-SHA256 (RFC 5869). About 4 microseconds."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"openhotline vault 1 " + use).derive(secret)


def _check_private(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OpenHotlineError(
            "The vault key file is not a plain file. Name the file itself.", details=str(path)
        )
    if status.st_mode & 0o077:
        raise OpenHotlineError(
            "Other accounts can read the vault key file. Run `chmod 600` on it; if others had access, "
            "make a new key and re-wrap the vault.",
            details=str(path),
        )


def _parse(content: bytes, path: Path) -> bytes:
    try:
        form, encoded = content.decode("ascii").split("\n", 1)
        secret = base64.b64decode(encoded.strip(), validate=True)
        if form.strip() != FORMAT or len(secret) != LENGTH:
            raise ValueError("another form")
    except (ValueError, binascii.Error):
        raise OpenHotlineError(
            f"The vault key file is damaged: it should hold the line {FORMAT} and one line of base64. "
            "Restore it from the backup.",
            details=str(path),
        ) from None
    return secret
