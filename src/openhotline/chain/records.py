"""The records of an export, from bytes. The parsers raise ValueError, and only that, for anything unusual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openhotline.chain.canonical import JSON, decode, encode, read_moment
from openhotline.chain.checkpoint import Checkpoint
from openhotline.chain.line import FIRST, LONGEST_BODY, Line, is_digest
from openhotline.errors import BadInput

FORMAT = b"openhotline-ledger-1"

LONGEST_RECORD = LONGEST_BODY + 1024
"""Bytes in one line of the file, the line feed included."""

_LINE = {"actor", "at", "details", "event", "previous", "sequence", "subject"}
_CHECKPOINT = {"at", "digest", "key_id", "sequence"}
_END = {"checkpoints", "head", "lines"}
_signature = re.compile(rb"[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class End:
    """The last record: how many checkpoints and lines there are, and the digest of the last line."""

    checkpoints: int
    head: str
    lines: int

    def body(self) -> bytes:
        """Return the canonical bytes that follow the word ``end``."""
        return encode({"checkpoints": self.checkpoints, "head": self.head, "lines": self.lines})


def parse_header(text: bytes) -> tuple[Ed25519PublicKey, ...]:
    """Return the public keys that the heading names. Raises BadInput if it is no heading."""
    word, _, rest = text.removesuffix(b"\n").partition(b" ")
    try:
        if word != FORMAT:
            raise ValueError("another first word")
        keys = _members(rest, {"public_keys"})["public_keys"]
        if not isinstance(keys, list) or not keys or not all(map(is_digest, keys)):
            raise ValueError("keys of another shape")
        return tuple(Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(key))) for key in keys)
    except ValueError as error:
        raise BadInput(
            "This is not a ledger export: its first line is not the heading of one. "
            "Ask the hotline for the file that its export command wrote.",
            details=str(error),
        ) from None


def parse_record(text: bytes) -> tuple[Line, bytes] | Checkpoint | End:
    """Read one line of the file, its line feed included."""
    if not text.endswith(b"\n"):
        raise ValueError("it is cut off or too long")
    word, _, rest = text[:-1].partition(b" ")
    if word == b"line":
        return _line(rest)
    if word == b"checkpoint":
        return _checkpoint(rest)
    if word == b"end":
        return _end(rest)
    raise ValueError("an unknown first word")


def _line(rest: bytes) -> tuple[Line, bytes]:
    digest, _, body = rest.partition(b" ")
    members = _members(body, _LINE)
    line = Line(
        sequence=_whole(members["sequence"], least=FIRST),
        at=read_moment(members["at"]),
        actor=_text(members["actor"]),
        event=_text(members["event"]),
        subject=_text(members["subject"]),
        details=_mapping(members["details"]),
        previous=_digest(members["previous"]),
        digest=_digest(digest.decode("ascii")),
    )
    return line, body


def _checkpoint(rest: bytes) -> Checkpoint:
    signature, _, body = rest.partition(b" ")
    if not _signature.fullmatch(signature):
        raise ValueError("a signature of another shape")
    members = _members(body, _CHECKPOINT)
    return Checkpoint(
        sequence=_whole(members["sequence"], least=FIRST),
        digest=_digest(members["digest"]),
        at=read_moment(members["at"]),
        key_id=_text(members["key_id"]),
        signature=signature.decode("ascii"),
    )


def _end(rest: bytes) -> End:
    members = _members(rest, _END)
    return End(
        checkpoints=_whole(members["checkpoints"], least=0),
        head=_digest(members["head"]),
        lines=_whole(members["lines"], least=0),
    )


def _members(body: bytes, names: set[str]) -> Mapping[str, JSON]:
    members = _mapping(decode(body))
    if members.keys() != names:
        raise ValueError("other members than expected")
    return members


def _mapping(value: JSON) -> Mapping[str, JSON]:
    if not isinstance(value, dict):
        raise ValueError("a mapping is expected")
    return cast("Mapping[str, JSON]", value)


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _whole(value: JSON, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError("a whole number is expected")
    return value


def _digest(value: JSON) -> str:
    if not is_digest(value):
        raise ValueError("a digest is expected")
    return cast("str", value)
