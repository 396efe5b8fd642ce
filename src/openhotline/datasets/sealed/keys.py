"""The key that signs audits: one named by the operator, or one of this account's own, made on first use."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from openhotline.chain.checkpoint import PublicKey
from openhotline.errors import BadInput, NotFound
from openhotline.vault import durable

PUBLIC_KEY = "audit.pub"
LARGEST_KEY = 64 * 1024
"""Bytes; a key file in PEM has under 200."""


def audit_key(file: Path | None, environment: Mapping[str, str] = os.environ) -> Ed25519PrivateKey:
    """Return the key of ``file``, or this account's own, which is made (0600) where there is none."""
    if file is not None:
        return _read_private(file)
    own = default_file(environment)
    if not own.exists():
        _make(own)
    return _read_private(own)


def default_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where this account's own key lies (XDG Base Directory Specification 0.8)."""
    named = environment.get("XDG_DATA_HOME", "")
    # A relative XDG_DATA_HOME is invalid and to be ignored, says the specification.
    home = Path(named) if named and Path(named).is_absolute() else Path.home() / ".local" / "share"
    return home / "openhotline" / "audit.key"


def read_public(file: Path) -> PublicKey:
    """Return the public key of a PEM file."""
    try:
        key = load_pem_public_key(_read(file))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(
            "The public key is no Ed25519 key in PEM. Name the file audit.pub of the folder, or get the key again.",
            details=str(file),
        )
    return key


def public_pem(key: PublicKey) -> bytes:
    """Return what is written beside a summary."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _read_private(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_read(file), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(
            "The signing key is no unencrypted Ed25519 key in PEM. Restore it, or name another with --signing-key.",
            details=str(file),
        )
    return key


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise NotFound("There is no key of this name. Check the path.", details=str(file))
    with file.open("rb") as stream:
        return stream.read(LARGEST_KEY)


def _make(file: Path) -> None:
    """Write a new key whole or not at all; where two commands make one at once, the first one's stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(pem)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(new, file)
        durable.sync_directory(file.parent)
    except FileExistsError:
        pass
    finally:
        new.unlink(missing_ok=True)
