"""Files damaged by chance, against every parser of ``openhotline.provenance``.

``python -m tests.provenance.fuzz --minutes 60`` runs for an hour; ``--seed`` begins where an earlier run began. A
file that breaks a parser is kept, and its place printed: no crash of the process, no exception, no hang.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from fuzz_cast import MEDIA_TYPES, damaged

from openhotline.media.sniff import sniff
from openhotline.provenance import (
    CAMERA_TRACES,
    UNSIGNED_CLAIMS,
    Evidence,
    examine,
    origin_marks,
    watermark_claims,
)
from openhotline.provenance.signed.manifests import signed_provenance
from openhotline.provenance.signed.trust_list import NO_TRUST
from openhotline.provenance.unsigned.generators import comment_generator, text_generator
from openhotline.provenance.unsigned.iptc import read_lines
from openhotline.provenance.unsigned.marks import GENERATOR, MODEL_DIGEST, SEED

HANG = 90  # seconds for one file with all parsers; then the process ends with a trace of where it stood
SLOW = 3.0  # seconds of the processor that one parser may take; nearly all take a millisecond


@dataclass
class Broken(Exception):
    """A parser that raised or was slow. ``what`` holds no byte of the file."""

    what: str


def try_all(data: bytes, chance: random.Random) -> None:
    """Give one file to every parser; raises Broken."""
    kinds = {sniff(data), chance.choice(MEDIA_TYPES)}
    for kind in kinds:
        found = _timed("examine", lambda kind=kind: examine(data, kind))
        for piece in found:
            _check(piece)
        marks = _timed("origin_marks", lambda kind=kind, found=found: origin_marks(data, kind, found=found))
        if not all(mark.kind not in (SEED, MODEL_DIGEST) or mark.value.isalnum() for mark in marks):
            raise Broken("origin_marks: a number or digest that is none")
        if any(mark.kind == GENERATOR and len(mark.value) > 60 for mark in marks):
            raise Broken("origin_marks: a long name")
        signed = _timed("signed_provenance", lambda kind=kind: signed_provenance(data, kind, NO_TRUST))
        if any(piece.log10_lr for piece in signed):
            raise Broken("signed_provenance: weight without a trust list")
    _timed("watermark_claims", lambda: watermark_claims(_pixels(data, chance), further=()))
    cut = data[chance.randrange(len(data) + 1) :][:20_000]
    for parse in (_texts, comment_generator, read_lines):
        _timed(parse.__name__, lambda parse=parse: _refused(parse, cut))


def _check(piece: Evidence) -> None:
    weightless = piece.log10_lr == 0 or (piece.family == CAMERA_TRACES and -0.5 <= piece.log10_lr <= 0)
    if piece.family not in (UNSIGNED_CLAIMS, CAMERA_TRACES) or not weightless or len(piece.source) > 100:
        raise Broken("examine: evidence of a form that it never has")


def _texts(data: bytes) -> object:
    third = len(data) // 3
    three = dict(
        zip(
            ("Comment", "Description", "Source"), (b'{"a":' + data[:third], data[third:], b"A B"), strict=True
        )
    )
    return text_generator({"parameters": data}) or text_generator(three)


def _refused(parse: Callable[[bytes], object], data: bytes) -> object:
    """Parsers below ``examine`` may refuse with an exception; it holds no word of the file."""
    try:
        return parse(data)
    except Exception as refusal:  # noqa: BLE001 - A stranger's file must not bring its words into a message.
        if len(str(refusal)) > 200:
            raise Broken(f"{parse.__name__}: a long message") from None
        return None


def _pixels(data: bytes, chance: random.Random) -> np.ndarray:
    width = chance.choice((1, 7, 8, 200, 257, 300))
    height = chance.choice((0, 1, 8, 260, 300))
    return np.resize(np.frombuffer(data or b"\0", np.uint8), (height, width, 3))


def _timed(name: str, check: Callable[[], object]) -> object:
    started = time.process_time()
    try:
        result = check()
    except Broken:
        raise
    except Exception as problem:
        raise Broken(f"{name}: {type(problem).__name__}") from problem
    if time.process_time() - started > SLOW:
        raise Broken(f"{name}: took longer than {SLOW} seconds")
    return result


def run(seconds: float, seed: int) -> int:
    """Try files until the time is over; returns how many. The present one lies in a file, should the process die."""
    kept = Path(tempfile.gettempdir()) / f"provenance-fuzz-{seed}.bin"
    print(f"seed {seed}; the file being tried is {kept}", flush=True)
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        chance = random.Random(f"{seed}:{number}")
        data = damaged(chance)
        kept.write_bytes(data)
        faulthandler.dump_traceback_later(HANG, exit=True)
        try:
            try_all(data, chance)
        except Broken as broken:
            print(f"file {number}: {broken.what}", flush=True)
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
        number += 1
    kept.unlink()
    print(f"{number} files, none broke a parser", flush=True)
    return number


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--seed", type=int, default=None)
    read = options.parse_args()
    run(60 * read.minutes, random.SystemRandom().randrange(10**9) if read.seed is None else read.seed)


if __name__ == "__main__":
    main()
