"""All checks on one file. A check that cannot be made has failed, and says so; it never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from openhotline.provenance.camera import UNKNOWN, camera_traces, table_family
from openhotline.provenance.claims import exif_claims, packet_claims, text_claims
from openhotline.provenance.evidence import CAMERA_TRACES, UNSIGNED_CLAIMS, Evidence, unreadable
from openhotline.provenance.exif import Exif, read_exif
from openhotline.provenance.pieces import (
    EXIF,
    READERS,
    TABLE,
    TEXT,
    XMP,
    XMP_EXTENSION,
    Piece,
    joined,
    other_pieces,
)
from openhotline.provenance.xmp import find_packet

Result = TypeVar("Result")


def examine(untrusted_bytes: bytes, media_type: str | None) -> tuple[Evidence, ...]:
    """Return what the file says and shows about its origin, in a fixed order; nothing where it is silent.

    ``media_type`` is what sniffing its content said. No pixel is decoded, nothing is fetched. Never raises:
    what is damaged or hostile becomes evidence of strength ``unreadable``. Cost: about 0.1 ms, for a long XMP
    packet some milliseconds.
    """
    if not untrusted_bytes:
        return ()
    found: set[Evidence] = set()
    pieces: list[Piece] = []
    name, reader = READERS.get(media_type or "", ("file", other_pieces))
    # Extending keeps every piece as it comes: those before a damaged place are not lost.
    _attempt(found, name, partial(_extend, pieces, reader(untrusted_bytes)), UNSIGNED_CLAIMS, CAMERA_TRACES)
    exif = _attempt(found, "exif", partial(_exif, pieces), UNSIGNED_CLAIMS, CAMERA_TRACES) or Exif()
    tables = _attempt(found, "jpeg_tables", partial(_tables, pieces), CAMERA_TRACES) or UNKNOWN
    found.update(exif_claims(exif), camera_traces(exif, tables))
    for piece in pieces:
        if piece.kind == TEXT:
            found.update(text_claims(piece.key, piece.data))
    for packet in _packets(pieces, exif) or find_packet(untrusted_bytes):
        found.update(_attempt(found, "xmp", partial(_listed, packet), UNSIGNED_CLAIMS) or ())
    return tuple(sorted(found))


def _attempt(found: set[Evidence], source: str, check: Callable[[], Result], *families: str) -> Result | None:
    """Make a check; where it breaks, add to ``found`` that it could not be made."""
    try:
        return check()
    except Exception:  # noqa: BLE001 - A stranger's file must not keep the other checks from being made.
        found.update(unreadable(family, source) for family in families)
        return None


def _extend(pieces: list[Piece], more: Iterable[Piece]) -> None:
    pieces.extend(more)


def _exif(pieces: list[Piece]) -> Exif | None:
    first = next((piece for piece in pieces if piece.kind == EXIF), None)
    return read_exif(first.data) if first else None


def _tables(pieces: list[Piece]) -> str:
    families = [table_family(piece.data) for piece in pieces if piece.kind == TABLE]
    return next((family for family in families if family != UNKNOWN), UNKNOWN)


def _packets(pieces: list[Piece], exif: Exif) -> list[bytes]:
    """Return the packets at the places that are meant for them; a long one comes in numbered parts."""
    parts = [piece.data for piece in pieces if piece.kind == XMP_EXTENSION]
    packets = [piece.data for piece in pieces if piece.kind == XMP]
    return [packet for packet in (*packets, joined(parts), exif.packet) if packet]


def _listed(packet: bytes) -> list[Evidence]:
    return list(packet_claims(packet))
