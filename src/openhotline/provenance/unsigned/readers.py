"""Which reader cuts up which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openhotline.provenance.unsigned.boxes import heif_pieces
from openhotline.provenance.unsigned.pieces import (
    Piece,
    jpeg_pieces,
    other_pieces,
    png_pieces,
    tiff_pieces,
    webp_pieces,
)

Reader = Callable[[bytes], Iterator[Piece]]

_READERS: dict[str, tuple[str, Reader]] = {
    "image/jpeg": ("jpeg_segments", jpeg_pieces),
    "image/png": ("png_chunks", png_pieces),
    "image/apng": ("png_chunks", png_pieces),
    "image/webp": ("webp_chunks", webp_pieces),
    "image/tiff": ("tiff", tiff_pieces),
    "image/heic": ("heif_boxes", heif_pieces),
    "image/avif": ("heif_boxes", heif_pieces),
}


def reader_of(media_type: str | None) -> tuple[str, Reader]:
    """Return the reader's name, as a failed check is called, and the reader."""
    return _READERS.get(media_type or "", ("file", other_pieces))
