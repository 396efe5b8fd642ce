"""First family: what a file says about itself without a signature.

Only that it says so, and which program or source type it names, is kept; never the text (prompts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from openhotline.provenance.evidence import ASSERTED_UNSIGNED, UNSIGNED_CLAIMS, Evidence
from openhotline.provenance.exif import Exif
from openhotline.provenance.rules import rules
from openhotline.provenance.xmp import PLACES, read_packet

DOUBT = "Anybody can write this into any file, a real photograph too. It is shown, and it weighs nothing."

_SOURCE_TYPE = PLACES["digitalsourcetype"]


def text_claims(key: str, value: bytes) -> Iterator[Evidence]:
    """Yield what a PNG text shows."""
    yield from _program("png_text", value, key=key)


def exif_claims(exif: Exif) -> Iterator[Evidence]:
    """Yield what EXIF's software and comment show."""
    yield from _program("exif_software", exif.software)
    yield from _program("exif_user_comment", exif.comment)


def packet_claims(packet: bytes) -> Iterator[Evidence]:
    """Yield what an XMP packet says; raises where it cannot be read."""
    for place, value in read_packet(packet):
        if place == _SOURCE_TYPE:
            code, claim = source_type(value)
            yield _claim(f"{place}:{code}", claim)
        else:
            yield from _program(place, value.encode("utf-8", "replace"))


def source_type(value: str) -> tuple[str, str]:
    """Return the vocabulary's code and the claim it makes.

    Writers put it as an address with http or https and perhaps a slash at the end, as a bare code, with the
    vocabulary's prefix, or by schema.org's name, which ends in DigitalSource.
    """
    code = re.split(r"[/#:]", value.strip().rstrip("/"))[-1].lower()
    return rules().source_types.get(code.removesuffix("digitalsource"), ("other", "other_origin_claimed"))


def _program(place: str, value: bytes, *, key: str = "") -> Iterator[Evidence]:
    program = rules().program(place, value, key=key) if value else None
    if program:
        yield _claim(f"{place}:{program}", "ai_generated")


def _claim(source: str, claim: str) -> Evidence:
    return Evidence(UNSIGNED_CLAIMS, source, claim, ASSERTED_UNSIGNED, 0.0, DOUBT)
