"""A detached signature's form: one line of canonical JSON that says what is vouched for, by whom, and proves it.

What is said is the caller's; ``digest`` (SHA-256), ``size``, ``at`` and ``key_id`` are always among it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import decode, encode, read_moment
from openhotline.chain.checkpoint import PublicKey

LONGEST = 4096
"""Bytes of a signature's document; an honest one has under 500."""

DIGITS = {"digest": 64, "key_id": 16, "signature": 128}


@dataclass(frozen=True, slots=True)
class Detached:
    """``purpose`` stands before the signed bytes, so that a signature made for one thing is never one of another."""

    purpose: bytes
    format: str

    def sign(self, told: Mapping[str, str | int], key: Ed25519PrivateKey) -> str:
        """Return the signature of what is told, 128 hexadecimal digits."""
        return key.sign(self.purpose + encode(told)).hex()

    def holds(self, told: Mapping[str, str | int], signature: str, key: PublicKey) -> bool:
        """Say whether ``key`` signed exactly this."""
        try:
            key.verify(bytes.fromhex(signature), self.purpose + encode(told))
        except (InvalidSignature, ValueError):
            return False
        return True

    def document(self, told: Mapping[str, str | int], signature: str) -> bytes:
        """Return what is kept beside the signed bytes."""
        return encode({**told, "format": self.format, "signature": signature}) + b"\n"

    def read(self, document: bytes) -> dict[str, Any]:
        """Return what a document tells, ``at`` as a time, and ``signature``. Raises ValueError for any other form."""
        told = decode(document.removesuffix(b"\n")) if len(document) <= LONGEST else None
        if not isinstance(told, dict) or told.pop("format", None) != self.format:
            raise ValueError("another document")
        for name, digits in DIGITS.items():
            if not re.fullmatch(rf"[0-9a-f]{{{digits}}}", str(told.get(name))):
                raise ValueError("not the one spelling of a number")
        if type(told.get("size")) is not int:
            raise ValueError("another type")
        return {**told, "at": read_moment(told.get("at"))}
