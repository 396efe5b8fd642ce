"""Whether a file could hold a manifest or point to one: told from its skeleton, before the library is loaded.

Nearly no file holds one, and the library costs 23 MB and some milliseconds a file. Every reader yields the parts
of a container that may speak of a manifest; "yes" is cheap to be wrong about, for the library then finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import error, unpack_from

MAX_PARTS = 100_000  # of a file: segments, chunks, boxes or tags
MAX_SEARCHED = (
    4 * 1024 * 1024
)  # bytes of a file without a skeleton that is known; a store stands near the beginning

# C2PA specification 2.2, annex A: where each container keeps the manifest store.
_JUMBF_WORDS = b"jumb"
_REFERENCE = b"provenance"  # the property dcterms:provenance, whatever prefix its writer chose
_BOX_IDS = (
    bytes.fromhex("d8fec3d61b0e483c92975828877ec481"),  # the store
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"),  # XMP
)
_TIFF_STORE, _TIFF_XMP = 0xCD41, 700


def may_hold_manifest(data: bytes, media_type: str | None) -> bool:
    """Return False where a file certainly has no manifest and names none; about 0.01 ms for a JPEG.

    ``media_type`` is what sniffing its content said. A skeleton that makes no sense is searched for words instead.
    """
    if len(data) < 32:
        return False
    reader = _READERS.get(media_type or "")
    if reader is None:
        return _anywhere(data)
    try:
        return any(reader(data))
    except (error, IndexError, ValueError):
        return _anywhere(data)


def _anywhere(data: bytes) -> bool:
    return any(data.find(words, 0, MAX_SEARCHED) >= 0 for words in (_JUMBF_WORDS, _REFERENCE))


def _jpeg(data: bytes) -> Iterator[bool]:
    at = 2
    for _ in range(MAX_PARTS):
        lead, marker, length = unpack_from(">BBH", data, at)
        if lead == marker == 0xFF:  # a fill byte
            at += 1
            continue
        if lead != 0xFF or length < 2:
            raise ValueError("no segment here")
        if marker in (0xDA, 0xD9):  # pixels begin; a manifest stands before them
            return
        if marker == 0xEB:
            yield True
        if marker == 0xE1:
            yield data.find(_REFERENCE, at, at + 2 + length) >= 0
        at += 2 + length
    raise ValueError("too many segments")


def _png(data: bytes) -> Iterator[bool]:
    at = 8
    for _ in range(MAX_PARTS):
        length, name = unpack_from(">I4s", data, at)
        if name == b"IEND":
            return
        # A packed text could hide the property: the library unpacks it, this reader does not.
        yield name == b"caBX" or (name == b"iTXt" and data.startswith(b"XML:com.adobe.xmp", at + 8))
        at += 12 + length
    raise ValueError("too many chunks")


def _webp(data: bytes) -> Iterator[bool]:
    at, end = 12, min(8 + int.from_bytes(data[4:8], "little"), len(data))
    for _ in range(MAX_PARTS):
        if at >= end:
            return
        name, length = unpack_from("<4sI", data, at)
        yield name == b"C2PA" or (name == b"XMP " and data.find(_REFERENCE, at, at + 8 + length) >= 0)
        at += 8 + length + length % 2
    raise ValueError("too many chunks")


def _boxes(data: bytes) -> Iterator[bool]:
    """HEIC and AVIF: the boxes of the outermost level."""
    at = 0
    for _ in range(MAX_PARTS):
        if at >= len(data):
            return
        length, name = unpack_from(">I4s", data, at)
        if length == 1:
            (length,) = unpack_from(">Q", data, at + 8)
        yield name == b"uuid" and any(identity in data[at + 8 : at + 32] for identity in _BOX_IDS)
        if length == 0:  # to the end of the file
            return
        if length < 8:
            raise ValueError("a box without room for its own name")
        at += length
    raise ValueError("too many boxes")


def _tiff(data: bytes) -> Iterator[bool]:
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None:
        raise ValueError("a form of TIFF that is not read here")
    (at,) = unpack_from(order + "I", data, 4)
    left = MAX_PARTS
    while at:
        (count,) = unpack_from(order + "H", data, at)
        left -= count + 1
        if left < 0:
            raise ValueError("too many tags")
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            yield unpack_from(order + "H", data, entry)[0] in (_TIFF_STORE, _TIFF_XMP)
        (at,) = unpack_from(order + "I", data, at + 2 + 12 * count)


def _gif(data: bytes) -> Iterator[bool]:
    """The extensions before the first image, where writers put them."""
    flags = data[10]
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    for _ in range(MAX_PARTS):
        if data[at : at + 1] != b"!":  # no extension: an image or the end
            return
        yield data[at + 2 : at + 11] == b"\x0bC2PA_GIF" or data[at + 2 : at + 11] == b"\x0bXMP Data"
        at += 2
        while size := data[at]:
            at += 1 + size
        at += 1
    raise ValueError("too many extensions")


def _nothing(_data: bytes) -> Iterator[bool]:
    """BMP has no place for a manifest."""
    return iter(())


_READERS: dict[str, Callable[[bytes], Iterator[bool]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/apng": _png,
    "image/webp": _webp,
    "image/tiff": _tiff,
    "image/heic": _boxes,
    "image/avif": _boxes,
    "image/gif": _gif,
    "image/bmp": _nothing,
}
