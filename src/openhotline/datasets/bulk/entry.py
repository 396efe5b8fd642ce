"""Many strangers' files looked at in one go. Runs inside a confined process: see :mod:`openhotline.media.confined`.

A file of a batch costs what its decoding and hashing cost and next to nothing more: one request, one answer of numbers.
No preview is made, nothing of a picture leaves the process but its hash.
"""

from __future__ import annotations

import time
from struct import Struct
from typing import Any

from openhotline import hashing, media
from openhotline.datasets import census as claims
from openhotline.datasets.bulk.record import NO_QUALITY, REASONS, Mode
from openhotline.datasets.scan import warm as warm_decoders
from openhotline.errors import BadInput
from openhotline.hashing import PdqHash

ANSWER = Struct("<32shBBIB")
"""One file: PDQ hash, quality (-1 without one), ``record.Mode``, index into ``record.REASONS``, bits of the census; and
how many frequencies of a fast hash lie near the median."""

BATCH_SECONDS = 5.0
"""Processor time after which a batch is answered as far as it got, so that each file has its time: see ``Limits``."""

_MODES = {"fast": Mode.FAST, "strict": Mode.STRICT}
_CODES = {reason: number for number, reason in enumerate(REASONS)}
_NO_HASH = bytes(32)


def warm() -> None:
    """Load all that is needed before the process is closed to the outside."""
    warm_decoders()
    claims.warm()


def batch_entry(
    untrusted_bytes: bytes, *, sizes: list[int], census: bool = False, strict: bool = False
) -> tuple[dict[str, Any], list[bytes]]:
    """Look at files that lie one behind the other, ``sizes`` bytes each; the blob is an :data:`ANSWER` for each.

    The hash is a fast one with its self-check, or a strict one where that fails or all are to be ``strict``. ``done``
    is how many were looked at: at least one, and less than all where they took long; ask again for the others.
    """
    answers, at = [], 0
    until = time.process_time() + BATCH_SECONDS
    for size in sizes:
        answers.append(_look(untrusted_bytes[at : at + size], census=census, strict=strict))
        at += size
        if time.process_time() > until:
            break
    return {"done": len(answers)}, [b"".join(answers)]


def _look(untrusted_bytes: bytes, *, census: bool, strict: bool) -> bytes:
    said = 0
    try:
        if census:
            said = claims.claims_of(untrusted_bytes, media.sniff(untrusted_bytes))
        pdq = _hash(untrusted_bytes, strict=strict)
    except BadInput as problem:
        return ANSWER.pack(_NO_HASH, NO_QUALITY, Mode.NONE, _CODES[media.reason_of(problem)], said, 0)
    except MemoryError:
        raise  # the process ends, and the files are asked about one by one
    except Exception:  # noqa: BLE001 A stranger's file must not cost the others of its batch.
        return ANSWER.pack(_NO_HASH, NO_QUALITY, Mode.NONE, _CODES["stumbled"], said, 0)
    near_median = pdq.near_median if pdq.mode == "fast" else 0
    return ANSWER.pack(pdq.value, pdq.quality, _MODES[pdq.mode], 0, said, near_median)


def _hash(untrusted_bytes: bytes, *, strict: bool) -> PdqHash:
    if not strict:
        small = media.decode(untrusted_bytes, want="luma", min_short_side=hashing.FAST_SHORTER_SIDE)
        pdq = hashing.pdq_fast(
            small.pixels, width=small.full_width, height=small.full_height, decoder=small.decoder
        )
        if pdq.is_certain:
            return pdq
    full = media.decode(untrusted_bytes, want="rgb")
    return hashing.pdq_strict(full.pixels, decoder=full.decoder)
