"""Small files with one thing written into them. The pixels are one plain colour; every word is made up."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image, PngImagePlugin

from openhotline.provenance import Evidence

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
MAKE, MODEL, SOFTWARE, DETAILS, MAKER_NOTE, COMMENT = 271, 272, 305, 34665, 37500, 37510
OWN_TABLES = [[3 + row + column for row in range(8) for column in range(8)]] * 2
PROMPT = "a sentence that must never be kept"


def packet(description: str) -> bytes:
    """An XMP packet around the inside of one rdf:RDF."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{description}</rdf:RDF>'
        '</x:xmpmeta>\n   <?xpacket end="w"?>'
    ).encode()


def attribute(value: str, prefix: str = "Iptc4xmpExt") -> bytes:
    return packet(f'<rdf:Description xmlns:{prefix}="{NAMESPACE}" {prefix}:DigitalSourceType="{value}"/>')


def element(inside: str, more: str = "") -> bytes:
    return packet(
        f'<rdf:Description xmlns:e="{NAMESPACE}"><e:DigitalSourceType{more}>{inside}</e:DigitalSourceType>'
        "</rdf:Description>"
    )


TRAINED = attribute(VOCABULARY + "trainedAlgorithmicMedia")


def jpeg(
    *,
    xmp: bytes = b"",
    exif: bytes = b"",
    tables: list[list[int]] | None = None,
    quality: int = 80,
    segments: bytes = b"",
) -> bytes:
    stream = io.BytesIO()
    how = {"qtables": tables} if tables else {"quality": quality}
    Image.new("RGB", (16, 16), (120, 140, 130)).save(stream, "JPEG", **how)
    data = stream.getvalue()
    return (
        data[:2]
        + _app1(b"Exif\x00\x00", exif)
        + _app1(b"http://ns.adobe.com/xap/1.0/\x00", xmp)
        + segments
        + data[2:]
    )


def _app1(header: bytes, body: bytes) -> bytes:
    return segment(header + body) if body else b""


def segment(body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body


def extended(packet_: bytes, parts: int = 2) -> bytes:
    """The packet in extended-XMP segments, the last part first."""
    size = -(-len(packet_) // parts)
    pieces = [(at, packet_[at : at + size]) for at in range(0, len(packet_), size)]
    header = b"http://ns.adobe.com/xmp/extension/\x00" + b"0" * 32 + struct.pack(">I", len(packet_))
    return b"".join(segment(header + struct.pack(">I", at) + piece) for at, piece in reversed(pieces))


def png(texts: dict[str, str] | None = None, *, xmp: bytes = b"", packed: bool = False) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, value in (texts or {}).items():
        info.add_text(key, value, zip=packed)
    if xmp:
        info.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=packed)
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (120, 140, 130)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def webp(*, xmp: bytes = b"", exif: bytes = b"") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (120, 140, 130)).save(stream, "WEBP", xmp=xmp, exif=exif)
    return stream.getvalue()


def tiff(*, xmp: bytes) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (120, 140, 130)).save(stream, "TIFF", tiffinfo={700: xmp})
    return stream.getvalue()


def heif(*, xmp: bytes = b"", exif: bytes = b"") -> bytes:
    """As a HEIC or AVIF file holds them: somewhere in the media data."""
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(40) + exif + bytes(9) + xmp + bytes(20)


CONTAINERS: dict[str, tuple[str | None, Callable[[bytes], bytes]]] = {
    "jpeg": ("image/jpeg", lambda xmp: jpeg(xmp=xmp)),
    "jpeg, extended": ("image/jpeg", lambda xmp: jpeg(segments=extended(xmp))),
    "png": ("image/png", lambda xmp: png(xmp=xmp)),
    "png, compressed": ("image/png", lambda xmp: png(xmp=xmp, packed=True)),
    "webp": ("image/webp", lambda xmp: webp(xmp=xmp)),
    "tiff": ("image/tiff", lambda xmp: tiff(xmp=xmp)),
    "heic": ("image/heic", lambda xmp: heif(xmp=xmp)),
    "unknown": (None, lambda xmp: b"who knows" + xmp + b"what this is"),
}


def exif(
    tags: dict[int, str], *, maker_note: bytes = b"", comment: bytes = b"", big_endian: bool = False
) -> bytes:
    """EXIF as a TIFF structure, without the JPEG header."""
    written = Image.Exif()
    written.endian = ">" if big_endian else "<"
    for tag, value in tags.items():
        written[tag] = value
    details = written.get_ifd(DETAILS)
    if maker_note:
        details[MAKER_NOTE] = maker_note
    if comment:
        details[COMMENT] = comment
    return written.tobytes().removeprefix(b"Exif\x00\x00")


def camera_exif(*, maker_note: bool = True, software: str = "1.02") -> bytes:
    tags = {MAKE: "Drawn Optics", MODEL: "DO-1", SOFTWARE: software}
    return exif(tags, maker_note=b"DRAWN\x00" + bytes(range(40)) if maker_note else b"")


def claims(found: tuple[Evidence, ...]) -> list[tuple[str, str, str]]:
    return [(piece.source, piece.claim, piece.strength) for piece in found]
