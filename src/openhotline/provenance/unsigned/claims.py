"""First family: what a file says about itself without a signature.

Only that it says so, and which program or source type it names, is kept; never the text (prompts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from openhotline.provenance.evidence import ASSERTED_UNSIGNED, UNSIGNED_CLAIMS, Evidence
from openhotline.provenance.rules import rules, source_type
from openhotline.provenance.unsigned.exif import Exif
from openhotline.provenance.unsigned.iptc import read_lines
from openhotline.provenance.unsigned.xmp import PLACES, read_packet

DOUBT = "Anybody can write this into any file, a real photograph too. It is shown, and it weighs nothing."

_SOURCE_TYPE = PLACES["digitalsourcetype"]
# xAI signs the files that Grok makes in a way of its own that only xAI can verify; the form alone is told by.
_XAI_SIGNATURE = re.compile(rb"Signature: ?[A-Za-z0-9+/=]{64,}")
_XAI_NUMBER = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def text_claims(key: str, value: bytes) -> Iterator[Evidence]:
    """Yield what a PNG text shows."""
    yield from _program("png_text", value, key=key)


def comment_claims(value: bytes) -> Iterator[Evidence]:
    """Yield what a JPEG's comment shows."""
    yield from _program("jpeg_comment", value)


def exif_claims(exif: Exif) -> Iterator[Evidence]:
    """Yield what EXIF's texts show; some programs keep their settings in the camera's tags."""
    yield from _program("exif_software", exif.software)
    yield from _program("exif_user_comment", exif.comment)
    yield from _program("exif_description", exif.description)
    yield from _program("exif_make", exif.make)
    yield from _program("exif_model", exif.model)
    if exif.artist and _XAI_SIGNATURE.match(exif.description) and _XAI_NUMBER.fullmatch(exif.artist.strip()):
        yield claim("exif_description:xAI", "ai_generated")


def iptc_claims(block: bytes) -> Iterator[Evidence]:
    """Yield what IPTC's lines show; raises where they cannot be read."""
    for place, value in read_lines(block):
        yield from _program(place, value)


def packet_claims(packet: bytes) -> Iterator[Evidence]:
    """Yield what an XMP packet says; raises where it cannot be read."""
    for place, value in read_packet(packet):
        if place == _SOURCE_TYPE:
            code, said = source_type(value)
            yield claim(f"{place}:{code}", said)
        else:
            yield from _program(place, value)


def programs_of(found: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the programs that unsigned claims name, in order."""
    claims = (piece for piece in found if piece.family == UNSIGNED_CLAIMS and ":" in piece.source)
    return tuple(
        dict.fromkeys(
            program
            for place, _, program in (piece.source.partition(":") for piece in sorted(claims))
            if place != _SOURCE_TYPE
        )
    )


def claim(source: str, said: str) -> Evidence:
    """Return a claim that weighs nothing, as all do that anybody can write."""
    return Evidence(UNSIGNED_CLAIMS, source, said, ASSERTED_UNSIGNED, 0.0, DOUBT)


def _program(place: str, value: bytes | str, *, key: str = "") -> Iterator[Evidence]:
    words = value.encode("utf-8", "replace") if isinstance(value, str) else value
    rule = rules().rule(place, words, key=key) if words else None
    if rule:
        yield claim(f"{place}:{rule.program}", rule.claim)
