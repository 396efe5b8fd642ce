"""What a file is, told by its first bytes. Names and declared types are never asked."""

from __future__ import annotations

JPEG, PNG, APNG, GIF = "image/jpeg", "image/png", "image/apng", "image/gif"
WEBP, TIFF, BMP = "image/webp", "image/tiff", "image/bmp"
HEIC, AVIF = "image/heic", "image/avif"

MEDIA_TYPES = (JPEG, PNG, APNG, GIF, WEBP, TIFF, BMP, HEIC, AVIF)

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BMP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)
# ISO/IEC 23008-12 (HEIF) annex B and the AV1 image file format, section 6.
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


def sniff(untrusted_bytes: bytes) -> str | None:
    """Return the media type of a picture by its content, or None for anything else."""
    head = untrusted_bytes[:64]
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(_PNG_SIGNATURE):
        return APNG if _is_animated_png(untrusted_bytes) else PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(_TIFF_SIGNATURES):
        return TIFF
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return BMP
    return _by_brand(untrusted_bytes) if head[4:8] == b"ftyp" else None


def _is_animated_png(untrusted_bytes: bytes) -> bool:
    """Tell whether an ``acTL`` chunk stands before the first image data, as the PNG standard asks."""
    position = len(_PNG_SIGNATURE)
    while position + 8 <= len(untrusted_bytes):
        kind = untrusted_bytes[position + 4 : position + 8]
        if kind in (b"acTL", b"IDAT", b"IEND"):
            return kind == b"acTL"
        position += 12 + int.from_bytes(untrusted_bytes[position : position + 4], "big")
    return False


def _by_brand(untrusted_bytes: bytes) -> str | None:
    """Read the brands of an ISO base media file: the major one, then the compatible ones."""
    size = min(int.from_bytes(untrusted_bytes[:4], "big"), 1024)
    box = untrusted_bytes[8:size]
    brands = {box[:4]} | {box[at : at + 4] for at in range(8, len(box), 4)}
    if brands & _AVIF_BRANDS:
        return AVIF
    return HEIC if brands & _HEIC_BRANDS else None
