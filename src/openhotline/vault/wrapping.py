"""The key file of one object: its data key, encrypted under the master key and bound to the object's name."""

from __future__ import annotations

import os
import struct
from typing import TypeAlias

from cryptography.exceptions import InvalidTag

from openhotline.vault.master import MasterKey
from openhotline.vault.sealing import damaged

MAGIC = b"OHVKEY1\n"
NONCE = 12

Keyring: TypeAlias = tuple[MasterKey, ...]
"""Master keys that may open a key file; the first wraps new ones. Two only while a rotation is unfinished."""

_FILE = struct.Struct(">8s8s12s48s")
SIZE = _FILE.size


class UnknownMaster(Exception):
    """The key file names a master key that is not at hand."""


def wrap(key: bytes, *, sha256: str, master: MasterKey) -> bytes:
    """Return the bytes of a key file."""
    nonce, name = os.urandom(NONCE), bytes.fromhex(master.key_id)
    return _FILE.pack(MAGIC, name, nonce, master.wrap(key, nonce=nonce, bound_to=_bound(name, sha256)))


def unwrap(content: bytes, *, sha256: str, masters: Keyring) -> bytes:
    """Return the data key; raises UnknownMaster or Damaged."""
    name, nonce, wrapped = _parse(content)
    for master in masters:
        if master.key_id == name.hex():
            try:
                return master.unwrap(wrapped, nonce=nonce, bound_to=_bound(name, sha256))
            except InvalidTag:
                raise damaged("Its key file is not what was written") from None
    raise UnknownMaster


def wrapped_by(content: bytes) -> str:
    """Return the id of the master key that a key file names; raises Damaged."""
    return _parse(content)[0].hex()


def _parse(content: bytes) -> tuple[bytes, bytes, bytes]:
    if len(content) != SIZE or not content.startswith(MAGIC):
        raise damaged("Its key file is not a key file")
    _, name, nonce, wrapped = _FILE.unpack(content)
    return name, nonce, wrapped


def _bound(name: bytes, sha256: str) -> bytes:
    return MAGIC + name + bytes.fromhex(sha256)
