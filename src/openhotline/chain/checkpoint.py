"""A signed statement: up to this line, the ledger's digest was this.

Whoever can write the database can make a fresh, consistent chain. Without the signing key nobody can make it
agree with a checkpoint that has left the house.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openhotline.chain.canonical import encode, in_utc, moment
from openhotline.chain.line import Line

PublicKey = Ed25519PublicKey
"""The kind of key that checks a checkpoint."""

PURPOSE = b"openhotline-ledger-checkpoint-1\n"
"""Stands before the signed bytes, so that a signature made for anything else is never a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``digest`` is that of line ``sequence``; ``signature`` is Ed25519 in hexadecimal."""

    sequence: int
    digest: str
    at: datetime
    key_id: str
    signature: str


def sign_checkpoint(line: Line, *, at: datetime, key: Ed25519PrivateKey) -> Checkpoint:
    """Vouch for ``line`` and every line before it. Verify first: this signs whatever it is given."""
    name = key_id(key.public_key())
    signed = PURPOSE + _body(line.sequence, line.digest, at, name)
    return Checkpoint(line.sequence, line.digest, in_utc(at), name, key.sign(signed).hex())


def checkpoint_body(checkpoint: Checkpoint) -> bytes:
    """Return the canonical bytes that stand beside the signature in an export."""
    return _body(checkpoint.sequence, checkpoint.digest, checkpoint.at, checkpoint.key_id)


def key_id(key: PublicKey) -> str:
    """Return the short name of a key: the first 16 hexadecimal digits of the SHA-256 of its 32 raw bytes."""
    return hashlib.sha256(raw(key)).hexdigest()[:16]


def raw(key: PublicKey) -> bytes:
    """Return the key's 32 raw bytes (RFC 8032)."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def keyring(keys: PublicKey | Iterable[PublicKey]) -> Mapping[str, PublicKey]:
    """Return one key or several by their short names."""
    several = [keys] if isinstance(keys, PublicKey) else keys
    return {key_id(key): key for key in several}


def signature_holds(checkpoint: Checkpoint, key: PublicKey) -> bool:
    """True if ``key`` signed exactly this sequence, digest, time and key name."""
    try:
        key.verify(bytes.fromhex(checkpoint.signature), PURPOSE + checkpoint_body(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return True


def _body(sequence: int, digest: str, at: datetime, name: str) -> bytes:
    return encode({"at": moment(at), "digest": digest, "key_id": name, "sequence": sequence})
