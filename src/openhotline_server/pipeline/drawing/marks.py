"""What a file may say about its origin, written into drawn files so that provenance has something to read.

All of it is made up. The names are no real maker's, and the "settings" describe no picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{code}"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_SETTINGS = (
    "drawn shapes\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 512x512, "
    "Model hash: d4a3905e5d, Version: drawn"
)
_FIRST_SEED, _RUN = 2_718_281_000, 40  # pictures of one run have seeds that follow each other

# Luminance and chrominance tables that no libjpeg quality gives: smooth, as camera makers' are.
_OWN_TABLES = [[2 + (row + column) * 2 for row in range(8) for column in range(8)]] * 2

_MAKE, _MODEL, _SOFTWARE, _EXIF, _TAKEN, _MAKER_NOTE = 271, 272, 305, 34665, 36867, 37500


@dataclass(frozen=True)
class Mark:
    """What to write beside the pixels. ``formats`` are those that can hold it."""

    formats: tuple[str, ...]
    text: Mapping[str, str] | None = None  # PNG text chunks; ``{seed}`` stands for the picture's seed
    source_type: str = ""  # an IPTC digital source type, as an XMP packet
    camera: bool = False
    maker_note: bool = False  # with the maker's own quantisation tables
    software: str = ""


MARKS: Mapping[str, Mark] = {
    "generator_text": Mark(("png",), text={"parameters": _SETTINGS}),
    "source_type_generated": Mark(("jpeg", "png", "webp"), source_type="trainedAlgorithmicMedia"),
    "camera": Mark(("jpeg",), camera=True, maker_note=True),
    "source_type_edited": Mark(("jpeg", "png", "webp"), source_type="compositeWithTrainedAlgorithmicMedia"),
    "generator_software": Mark(("jpeg",), software="Imaginairy / Stable Diffusion drawn"),
    "camera_without_note": Mark(("jpeg",), camera=True),
    "source_type_camera": Mark(("jpeg", "webp"), source_type="digitalCapture"),
}


def texts(mark: Mark, family: int) -> Mapping[str, str]:
    """Return the PNG texts of a mark in a picture of this family, as if each were one of a run."""
    seed = _FIRST_SEED + family % _RUN
    return {key: words.format(seed=seed) for key, words in (mark.text or {}).items()}


def packet(mark: Mark) -> bytes:
    """Return the XMP packet of a mark with a source type."""
    return _PACKET.format(code=mark.source_type).encode()


def exif(mark: Mark) -> Image.Exif:
    """Return the EXIF of a mark; empty where it has none."""
    tags = Image.Exif()
    if mark.software:
        tags[_SOFTWARE] = mark.software
    if mark.camera:
        tags[_MAKE], tags[_MODEL] = "Drawn Optics", "DO-1"
        details = tags.get_ifd(_EXIF)
        details[_TAKEN] = "2023:09:30 12:00:00"
        if mark.maker_note:
            details[_MAKER_NOTE] = b"DRAWN\x00" + bytes(range(64))
    return tags


def tables(mark: Mark) -> list[list[int]] | None:
    """Return quantisation tables of the maker's own, or None for those of libjpeg."""
    return _OWN_TABLES if mark.maker_note else None
