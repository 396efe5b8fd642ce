"""A detached signature for one edition of a list: these bytes are edition n of that list, says this key.

It shows who published the bytes. It cannot show that they are the newest; that is what the signed repository with
its expiring metadata is for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import in_utc, moment
from openhotline.chain.checkpoint import PublicKey, key_id, keyring
from openhotline.chain.detached import Detached
from openhotline.errors import BadInput, Damaged, NotAllowed

FORM = Detached(b"openhotline-hash-list-edition-1\n", "openhotline-edition-signature-1")

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class EditionSignature:
    """``digest`` is the SHA-256 of the file, ``size`` its bytes; ``signature`` is Ed25519 in hexadecimal."""

    name: str
    edition: int
    digest: str
    size: int
    at: datetime
    key_id: str
    signature: str

    def document(self) -> bytes:
        """Return what is published beside the file: one line of canonical JSON."""
        return FORM.document(_body(self), self.signature)


def sign_edition(
    source: Path | BinaryIO, *, name: str, edition: int, key: Ed25519PrivateKey, at: datetime
) -> EditionSignature:
    """Vouch for the bytes of a list. A stream is read from where it stands to its end."""
    if not name or edition < 1:
        raise BadInput("A list has a name, and an edition from 1 on. Name both.")
    digest, size = _digest(source)
    unsigned = EditionSignature(name, edition, digest, size, in_utc(at), key_id(key.public_key()), "")
    return replace(unsigned, signature=FORM.sign(_body(unsigned), key))


def verify_edition(
    source: Path | BinaryIO, document: bytes, keys: PublicKey | Iterable[PublicKey]
) -> EditionSignature:
    """Return what was signed, or raise: NotAllowed for another's key, Damaged for other bytes than were signed."""
    found = read_signature(document)
    key = keyring(keys).get(found.key_id)
    if key is None:
        raise NotAllowed(
            "The list is signed with a key that is not among those you trust. Ask its publisher."
        )
    if not FORM.holds(_body(found), found.signature, key):
        raise Damaged("The signature does not fit its own statement. Get both files again.")
    if _digest(source) != (found.digest, found.size):
        raise Damaged("The list is not the one that was signed. Get both files again.")
    return found


def read_signature(document: bytes) -> EditionSignature:
    """Read a signature document. This checks its form only; believe :func:`verify_edition`."""
    try:
        found = EditionSignature(**FORM.read(document))
        if not isinstance(found.name, str) or type(found.edition) is not int:
            raise ValueError("another type")
    except (TypeError, ValueError):
        raise BadInput("This is no signature of a list's edition. Get it again from its publisher.") from None
    return found


def _body(signature: EditionSignature) -> dict[str, str | int]:
    return {
        "at": moment(signature.at),
        "digest": signature.digest,
        "edition": signature.edition,
        "key_id": signature.key_id,
        "name": signature.name,
        "size": signature.size,
    }


def _digest(source: Path | BinaryIO) -> tuple[str, int]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return _digest(stream)
    found, size = hashlib.sha256(), 0
    while data := source.read(CHUNK):
        found.update(data)
        size += len(data)
    return found.hexdigest(), size
