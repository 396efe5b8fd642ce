"""Who may ask: a TOML file with one table per caller. It holds digests of keys, never a key.

::

    [example-platform]
    key_sha256 = "…64 hexadecimal digits…"
    per_minute = 600
    per_day = 200000
    tells_distance = true
"""

from __future__ import annotations

import hashlib
import re
import secrets
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput, NotAllowed, NotFound

_name = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
_digest = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMBERS = {"key_sha256", "per_minute", "per_day", "tells_distance"}


@dataclass(frozen=True, slots=True)
class Caller:
    """One identified caller. Limits count files and hashes asked about, not requests."""

    name: str
    key_sha256: str
    per_minute: int
    per_day: int
    tells_distance: bool = False


class Keys:
    """The callers of one key file, found by key."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self._callers = callers

    def __len__(self) -> int:
        return len(self._callers)

    def find(self, secret: str) -> Caller | None:
        """Return who holds this key. What is compared is a digest, so that time tells nothing about keys."""
        return self._callers.get(hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest())


def read_keys(path: Path) -> Keys:
    """Read a key file; refuse one that is empty, malformed, or that others may write."""
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except FileNotFoundError:
        raise NotFound(
            "There is no key file, and nobody may ask without a key. Make one with --new-key.",
            details=str(path),
        ) from None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotAllowed("Others may write the key file, and so let themselves in. Run chmod go-w on it.")
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise BadInput("The key file is no TOML. Correct it, or make a new one with --new-key.") from None
    callers = [_caller(name, table) for name, table in tables.items()]
    if not callers:
        raise BadInput(
            "The key file names nobody, and nobody may ask without a key. Make one with --new-key."
        )
    by_key = {caller.key_sha256: caller for caller in callers}
    if len(by_key) != len(callers):
        raise BadInput("Two callers in the key file have one key. Give each its own with --new-key.")
    return Keys(by_key)


def new_key() -> tuple[str, str]:
    """Return a new secret and its digest for the key file."""
    secret = "ohg_" + secrets.token_urlsafe(32)
    # A plain digest is enough: the secret has 256 random bits, so there is nothing to guess.
    return secret, hashlib.sha256(secret.encode()).hexdigest()


def entry_for(name: str, digest: str) -> str:
    """Return a caller's lines for the key file, with limits to begin with."""
    if not _name.fullmatch(name):
        raise BadInput(
            "A caller's name has small letters, digits and hyphens, 60 at most. Choose another one."
        )
    return f'[{name}]\nkey_sha256 = "{digest}"\nper_minute = 600\nper_day = 100000\ntells_distance = false'


def _caller(name: str, table: Any) -> Caller:
    if not _name.fullmatch(name) or not isinstance(table, dict) or not set(table) <= _MEMBERS:
        raise BadInput(
            "A caller in the key file is not a name of small letters, digits and hyphens with "
            f"{', '.join(sorted(_MEMBERS))}. Correct it."
        )
    minute, day = table.get("per_minute"), table.get("per_day")
    if not _digest.fullmatch(str(table.get("key_sha256"))) or not (_is_count(minute) and _is_count(day)):
        raise BadInput(
            "A caller in the key file lacks key_sha256, per_minute or per_day. Correct it.", details=name
        )
    tells = table.get("tells_distance", False)
    if not isinstance(tells, bool):
        raise BadInput("tells_distance in the key file is neither true nor false. Correct it.", details=name)
    return Caller(name, table["key_sha256"], int(str(minute)), int(str(day)), tells)


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0
