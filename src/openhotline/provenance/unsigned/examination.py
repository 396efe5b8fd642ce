"""All checks on one file. A check that cannot be made has failed, and says so; it never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from openhotline.provenance.evidence import CAMERA_TRACES, UNSIGNED_CLAIMS, Evidence, unreadable
from openhotline.provenance.unsigned.camera import UNKNOWN, camera_traces, table_family
from openhotline.provenance.unsigned.claims import (
    claim,
    comment_claims,
    exif_claims,
    iptc_claims,
    packet_claims,
    programs_of,
    text_claims,
)
from openhotline.provenance.unsigned.exif import Exif, read_exif
from openhotline.provenance.unsigned.generators import comment_generator, text_generator
from openhotline.provenance.unsigned.hidden import hides_settings
from openhotline.provenance.unsigned.pieces import (
    COMMENT,
    EXIF,
    IPTC,
    TABLE,
    TEXT,
    XMP,
    XMP_EXTENSION,
    Piece,
    joined,
)
from openhotline.provenance.unsigned.readers import reader_of
from openhotline.provenance.unsigned.xmp import find_packet

Result = TypeVar("Result")

HIDDEN = "png_pixels:hidden settings (AUTOMATIC1111, NovelAI or alike)"
_PNG = frozenset({"image/png", "image/apng"})


def examine(untrusted_bytes: bytes, media_type: str | None) -> tuple[Evidence, ...]:
    """Return what the file says and shows about its origin, in a fixed order; nothing where it is silent.

    ``media_type`` is what sniffing its content said. No picture is decoded (of a PNG the first pixel of the first
    rows), nothing is fetched. Never raises: what is damaged or hostile becomes evidence of strength
    ``unreadable``. Cost: about 0.1 ms, for a long XMP packet some milliseconds.
    """
    if not untrusted_bytes:
        return ()
    found: set[Evidence] = set()
    pieces: list[Piece] = []
    name, reader = reader_of(media_type)
    # Extending keeps every piece as it comes: those before a damaged place are not lost.
    _attempt(found, name, partial(_extend, pieces, reader(untrusted_bytes)), UNSIGNED_CLAIMS, CAMERA_TRACES)
    exif = _attempt(found, "exif", partial(_exif, pieces), UNSIGNED_CLAIMS, CAMERA_TRACES) or Exif()
    tables = _attempt(found, "jpeg_tables", partial(_tables, pieces), CAMERA_TRACES) or UNKNOWN
    found.update(exif_claims(exif), camera_traces(exif, tables))
    _texts(found, pieces, exif)
    for packet in _packets(pieces, exif) or find_packet(untrusted_bytes):
        found.update(_attempt(found, "xmp", partial(_listed, packet), UNSIGNED_CLAIMS) or ())
    if media_type in _PNG:
        hidden = _attempt(found, "png_pixels", partial(hides_settings, untrusted_bytes), UNSIGNED_CLAIMS)
        found.update([claim(HIDDEN, "ai_generated")] if hidden else ())
    return tuple(sorted(found))


def _texts(found: set[Evidence], pieces: list[Piece], exif: Exif) -> None:
    """Read texts, comments and lines; the parsers are asked only where the rules named no program."""
    texts = {piece.key: piece.data for piece in pieces if piece.kind == TEXT}
    for piece in pieces:
        if piece.kind == TEXT:
            found.update(text_claims(piece.key, piece.data))
        elif piece.kind == COMMENT:
            found.update(comment_claims(piece.data))
    for block in _iptc(pieces, exif):
        found.update(_attempt(found, "iptc_iim", partial(_lines, block), UNSIGNED_CLAIMS) or ())
    if (texts or exif.comment) and not programs_of(found):
        parsed = _attempt(found, "sd_parsers", partial(_parsed, texts, exif.comment), UNSIGNED_CLAIMS)
        found.update(parsed or ())


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


def _iptc(pieces: list[Piece], exif: Exif) -> list[bytes]:
    blocks = [piece.data for piece in pieces if piece.kind == IPTC]
    return [block for block in (*blocks, exif.iptc) if block]


def _parsed(texts: Mapping[str, bytes], comment: bytes) -> list[Evidence]:
    """Ask the parsers about what the rules did not name; nearly every text is nothing for them."""
    by_place = {
        "png_text": text_generator(texts) if texts else None,
        "exif_user_comment": comment_generator(comment) if comment else None,
    }
    return [claim(f"{place}:{program}", "ai_generated") for place, program in by_place.items() if program]


def _lines(block: bytes) -> list[Evidence]:
    return list(iptc_claims(block))


def _listed(packet: bytes) -> list[Evidence]:
    return list(packet_claims(packet))
