"""What the pictures of a data set say of their own origin, as bits: a census of claims, not of facts.

Metadata only: IPTC's digital source type, programs' names and settings, labels of labelling rules, and whether a signed
manifest lies in the file. No picture is decoded, no signature checked, nothing kept of a file but these bits. Anybody
can write any of it into any file and most sites strip it: a share of claims is no share of generated pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from struct import error, unpack_from
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.provenance import UNREADABLE, UNSIGNED_CLAIMS, Evidence, examine, may_hold_manifest, rules

EDITION = "1"
"""Goes up with a bit's meaning. Bits are only ever added at the end. What the rules look for has an edition as well."""

WORDS: Mapping[str, str] = {
    "examined": "Pictures whose metadata were looked at. The shares are of these.",
    "ai": "A claim that a generator made or edited it, in any of the ways below. Anybody can write that.",
    "generated": "A source type, a generator's name, its settings or a label say that it was generated.",
    "edited": "A source type says that it was edited with a generator.",
    "by_program": "A source type says that a program made or altered it, or a label that it may be generated.",
    "camera": "A source type or a camera's maker is named. A maker's name is easily added.",
    "source_type": "IPTC's digital source type is there, whatever it says.",
    "program": "A generator's name, or settings in the form that one writes.",
    "label": "A label as labelling rules ask for.",
    "system": "IPTC's own field for the system that was used.",
    "manifest": "A store of signed manifests (C2PA) lies in the file. It was not checked.",
    "manifest_ai": "That manifest names a generator's source type, for the picture or something in it. Not checked.",
    "unreadable": "Part of the metadata is damaged, hostile or too large. Nothing follows from that.",
}
"""What each bit tells, in the order of the bits, with what it is worth. For the page that shows the numbers."""

WORTH = (
    "These are claims. They can be written into a real photograph and are lost whenever a picture is saved without "
    "its metadata. The share of pictures with a claim is neither a lower nor an upper bound of the share generated."
)

CLAIMS: tuple[str, ...] = tuple(WORDS)
"""Bit n of :func:`claims_of` is the n-th name."""

BIT: Mapping[str, int] = {name: 1 << place for place, name in enumerate(CLAIMS)}

ALL_BITS = (1 << len(CLAIMS)) - 1
"""No honest answer has another bit: whoever takes one from a confined process checks this."""

_SAID = {
    "ai_generated": ("ai", "generated"),
    "ai_edited": ("ai", "edited"),
    "synthetic_or_edited_claimed": ("by_program",),
    "camera_capture_claimed": ("camera",),
}
_PLACES = {"xmp_digital_source_type": "source_type", "xmp_ai_system": "system"}
_LABEL = "label of the Chinese labelling rules"  # as the rules call it

# IPTC's trainedAlgorithmicMedia, and compositeWith... of it. A manifest holds it as text, or in CBOR as the same bytes.
_AI_SOURCE_TYPE = b"rainedAlgorithmicMedia"
_STORE = b"jumdc2pa"  # the description box of a manifest store, C2PA specification 2.2, section 11
_MAX_SEGMENTS = 20_000


def warm() -> None:
    """Read the rules before the confined process is closed to the outside."""
    rules()


def claims_of(untrusted_bytes: bytes, media_type: str | None) -> int:
    """Return the bits of what a file says of its origin; 0 where it is no picture. Runs in a confined process.

    ``media_type`` is what sniffing its content said. Never raises. Cost: about 0.1 ms, see ``provenance.examine``.
    """
    if media_type is None or not media_type.startswith("image/"):
        return 0
    bits = BIT["examined"]
    for found in examine(untrusted_bytes, media_type):
        bits |= _bits(_names(found))
    if may_hold_manifest(untrusted_bytes, media_type):
        bits |= _bits(_manifest_names(_manifest_store(untrusted_bytes, media_type)))
    return bits


def count_claims(claims: npt.NDArray[Any]) -> dict[str, int]:
    """Count the pictures by claim, ``claims`` being unsigned integers of any shape; every name is there."""
    return {name: int(np.count_nonzero(claims & claims.dtype.type(bit))) for name, bit in BIT.items()}


def share(counts: Mapping[str, int], name: str = "ai") -> float | None:
    """Return the share of the examined pictures with this claim; None where none was examined."""
    examined = counts.get("examined", 0)
    return counts.get(name, 0) / examined if examined else None


def _bits(names: Iterable[str]) -> int:
    bits = 0
    for name in names:
        bits |= BIT[name]
    return bits


def _names(found: Evidence) -> Iterator[str]:
    if found.strength == UNREADABLE:
        yield "unreadable"
        return
    yield from _SAID.get(found.claim, ())
    if found.family != UNSIGNED_CLAIMS:
        return
    place, _, program = found.source.partition(":")
    if program == _LABEL:
        yield "label"
    else:
        yield _PLACES.get(place, "program")


def _manifest_names(store: bytes) -> Iterator[str]:
    if _STORE in store:
        yield "manifest"
        if _AI_SOURCE_TYPE in store:
            yield from ("ai", "manifest_ai")


def _manifest_store(data: bytes, media_type: str) -> bytes:
    """Return what holds the manifests, so that the same words in XMP beside it are not taken for theirs.

    A GIF's is cut by a byte every 255; words that lie across one are not found.
    """
    if media_type == "image/jpeg":
        return b"".join(_app11(data))  # a long one is cut into segments, anywhere
    at = data.find(b"jumb")
    if at < 4:
        return b""
    (length,) = unpack_from(">I", data, at - 4)
    return data[at - 4 : at - 4 + length]


def _app11(data: bytes) -> Iterator[bytes]:
    """Yield the bodies of a JPEG's segments of that kind, without their numbers (ISO 19566-5, annex D)."""
    at = 2
    try:
        for _ in range(_MAX_SEGMENTS):
            lead, marker, length = unpack_from(">BBH", data, at)
            if lead == marker == 0xFF:  # a fill byte
                at += 1
                continue
            if lead != 0xFF or length < 2 or marker in (0xDA, 0xD9):
                return
            if marker == 0xEB:
                # the identifier, the box's number and the segment's, and the box's length and name, in each again
                yield data[at + 4 + 16 : at + 2 + length]
            at += 2 + length
    except error:
        return
