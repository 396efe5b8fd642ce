"""Why a file, or a part of it, could not be compared: by code, so that they can be counted, and in words."""

from __future__ import annotations

from openhotline.errors import BadInput

WORDS = {
    "unreadable": "It could not be read. Check its permissions or the disk.",
    "changed": "It changed while it was read. Run it again once nobody writes to it.",
    "damaged": "Its header is not as its format demands. Only the whole file was compared.",
    "unknown_edition": "It is of an edition of its format that is not read. Only the whole file was compared.",
    "ambiguous": "A name stands in it more than once, and readers would differ. Only the whole file was compared.",
    "overlapping": "Its tensors overlap, which the format forbids. Only the whole file was compared.",
    "beyond": "A tensor lies outside the file. Only the whole file was compared.",
    "too_many": "It names more tensors, or members, than any model has. Only the whole file was compared.",
    "too_large": "Its header is larger than any model's. Only the whole file was compared.",
    "too_much": "Its tensors together are many times the file's size. Only the whole file was compared.",
    "encrypted": "It is encrypted. Only the whole file was compared.",
    "compressed": "Its tensors are compressed, which no writer of checkpoints does. Unpack it and run it again.",
    "big_endian": "Its numbers are in the other byte order. Only the whole file was compared.",
    "missing_part": "A file of this model is missing. Put all its files together and run it again.",
    "outside": "It names a file outside its own folder, which was not opened.",
    "failed": "Reading its header was stopped at its limits. Only the whole file was compared.",
    "unscanned": "A pickle in it could not be scanned for dangerous imports. Do not load it.",
    "not_walked": "Something here could not be looked at: no file, no folder, or a link that is not followed.",
}


def refused(kind: str) -> BadInput:
    """Return the error for a file that cannot be taken as what it seems to be; ``kind`` is a key of WORDS."""
    return BadInput(WORDS[kind], details=kind)
