"""What a value may be: one table of algorithms, each with its media and its normal form.

A value of another form is refused with a sentence; nothing is guessed, cut or padded.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from openhotline.errors import BadInput
from openhotline.hashlists.addresses import normal_domain, normal_url

IMAGE, VIDEO, TEXT, MODEL, ADDRESS = "image", "video", "text", "model", "address"
MEDIA = (IMAGE, VIDEO, TEXT, MODEL, ADDRESS)

PHOTODNA_BYTES = 144
"""Of one PhotoDNA value; written as base64 in VICS, as hexadecimal here (GLEAPP and IPED read both)."""

BASE64_SIGNS = 192

_decimals = re.compile(r"[0-9]{1,3}(?:\s*,\s*[0-9]{1,3}){143}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """``normal`` returns a value's one spelling or raises BadInput. ``words`` say what is accepted."""

    algorithm: str
    media: str
    words: str
    normal: Callable[[str], str]


def hexadecimal(digits: int, words: str) -> Callable[[str], str]:
    """Return what lowers exactly so many hexadecimal digits, and refuses everything else."""
    whole = re.compile(rf"[0-9a-f]{{{digits}}}").fullmatch

    def normal(text: str) -> str:
        value = text.strip().lower()
        if whole(value):
            return value
        if len(value) != digits:
            raise BadInput(f"{words} has {digits} digits, and here are {len(value)} characters.")
        raise BadInput(f"{words} has only the digits 0 to 9 and a to f, and here is something else.")

    return normal


def normal_photodna(text: str) -> str:
    """Return 288 hexadecimal digits; accepts base64 and 144 decimal numbers with commas as well."""
    value = "".join(text.split())
    if len(value) == 2 * PHOTODNA_BYTES or value.isdigit():
        return _photodna_hex(value)
    return _photodna_bytes(value).hex()


def _photodna_bytes(value: str) -> bytes:
    try:
        if _decimals.fullmatch(value):
            return bytes(int(number) for number in value.split(","))
        found = base64.b64decode(value, validate=True) if len(value) == BASE64_SIGNS else b""
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != PHOTODNA_BYTES:
        raise BadInput(
            "A PhotoDNA value is 144 bytes as base64 or as 288 hexadecimal digits, and this is neither."
        )
    return found


_photodna_hex = hexadecimal(2 * PHOTODNA_BYTES, "A PhotoDNA value")


DIGITS = {
    "md5": 32,
    "sha1": 40,
    "sha256": 64,
    "pdq": 64,
    "text_sha256": 64,
    "file_sha256": 64,
    "video_md5": 32,
    "tensor_f16": 64,
    "tensor_bf16": 64,
}
"""Hexadecimal digits of the kinds that are written so and in no other way."""


def _digest(algorithm: str, media: str, words: str) -> Kind:
    digits = DIGITS[algorithm]
    return Kind(algorithm, media, f"{digits} hexadecimal digits", hexadecimal(digits, words))


KINDS: dict[str, Kind] = {
    kind.algorithm: kind
    for kind in (
        _digest("md5", IMAGE, "An MD5"),
        _digest("sha1", IMAGE, "A SHA-1"),
        _digest("sha256", IMAGE, "A SHA-256"),
        _digest("pdq", IMAGE, "A PDQ hash"),
        Kind("photodna", IMAGE, "144 bytes: base64, or 288 hexadecimal digits", normal_photodna),
        Kind("url", ADDRESS, "an absolute http or https address in ASCII", normal_url),
        Kind("domain", ADDRESS, "a host name in ASCII", normal_domain),
        _digest("text_sha256", TEXT, "A SHA-256 of a text"),
        _digest("file_sha256", MODEL, "A SHA-256 of a file"),
        _digest("video_md5", VIDEO, "An MD5 of a video"),
        _digest("tensor_f16", MODEL, "A digest of a tensor"),
        _digest("tensor_bf16", MODEL, "A digest of a tensor"),
    )
}
"""By algorithm."""

MANY_OF_ONE = ("tensor_f16", "tensor_bf16")
"""Kinds of which one reference has many values, and one value may belong to several references: parts of models."""


def normal_value(algorithm: str, text: str) -> str:
    """Return the normal form of a value of any kind, or raise BadInput saying what is wrong with it."""
    kind = KINDS.get(algorithm)
    if kind is None:
        raise BadInput(f"The algorithm is none of {', '.join(KINDS)}.")
    return kind.normal(text)


def placed(algorithm: str, media: str) -> tuple[str, str]:
    """Return algorithm and media of a value, given what its sender says the medium is, if anything.

    An MD5 of a video is ``video_md5`` wherever it comes from, so that it is one thing in the index.
    """
    if media == VIDEO and algorithm == "md5":
        return "video_md5", VIDEO
    kind = KINDS[algorithm]
    return algorithm, media if media in MEDIA and kind.media == IMAGE else kind.media


def media_of(text: str) -> str:
    """Return the medium that a cell or a MIME type names, or nothing where it names none of ours."""
    word = text.strip().lower().partition("/")[0]
    return word if word in MEDIA else ""
