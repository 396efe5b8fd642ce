"""What items of one generation batch, or of one device, have in common: marks that can be compared.

A mark is a program's name, a whole number, a digest or a camera's make and model. The settings that hold a seed
hold the prompt as well: of them only digits and hexadecimal digits are read, at the places that the programs
themselves write, and nothing of the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from openhotline.provenance.evidence import Evidence
from openhotline.provenance.rules import rules
from openhotline.provenance.unsigned.claims import programs_of
from openhotline.provenance.unsigned.examination import examine
from openhotline.provenance.unsigned.exif import Exif, read_exif
from openhotline.provenance.unsigned.pieces import COMMENT, EXIF, TEXT, Piece
from openhotline.provenance.unsigned.readers import reader_of

if TYPE_CHECKING:
    from openhotline.provenance.signed.manifests import ManifestReport

GENERATOR, SEED, CAMERA, MODEL_DIGEST, SIGNER = "generator", "seed", "camera", "model_digest", "signer"

MAX_OF_A_KIND = 16
MAX_NAME = 40  # letters of a make or a model

# The keys under which programs keep their settings in a PNG.
_KEYS = frozenset(
    (
        "parameters",
        "prompt",
        "workflow",
        "Dream",
        "sd-metadata",
        "invokeai_metadata",
        "sui_image_params",
        "Comment",
    )
)
# The line of settings that AUTOMATIC1111 and its kin write after the prompts, and what stands in it.
_LINE = b"Steps: "
_LINE_SEED = re.compile(rb", Seed: (\d{1,20})(?=[,\s]|$)")
_LINE_DIGEST = re.compile(rb", Model hash: ([0-9a-f]{8,64})(?=[,\s]|$)")
# As JSON. Inside a prompt these quotes are escaped, so that no name ends before a colon.
_JSON_SEED = re.compile(rb'"(?:noise_|rand_)?seed"\s{0,4}:\s{0,4}"?(\d{1,20})(?=[",}\s])')
_JSON_DIGEST = re.compile(rb'"(?:sd_|base_)?model_hash"\s{0,4}:\s{0,4}"([0-9a-f]{8,64})"')
# As switches, behind the prompt and its quotes.
_SWITCH_SEED = re.compile(rb"\s-S ?(\d{1,20})(?=\s|$)")
_NO_NAME = re.compile(r"[^A-Za-z0-9 .,_()/+-]")

CLOSE = 64  # how far apart seeds of one run may be
TYPED = 65_536  # seeds below are numbers that people type


@dataclass(frozen=True, order=True)
class Mark:
    """``kind`` is one of the words above; ``value`` is bounded, and never a stranger's sentence."""

    kind: str
    value: str


def origin_marks(
    untrusted_bytes: bytes, media_type: str | None, *, found: Iterable[Evidence] | None = None
) -> tuple[Mark, ...]:
    """Return the marks of a file, in a fixed order. Never raises; what cannot be read has no marks.

    ``found``: what ``examine`` returned for it; where it is not given, the file is examined. Cost: that of cutting
    the file up once more, some 0.03 ms, and where settings were found the time to search them.
    """
    programs = programs_of(examine(untrusted_bytes, media_type) if found is None else found)
    pieces = list(_readable(untrusted_bytes, media_type))
    exif = _exif(pieces)
    marks = {Mark(GENERATOR, program) for program in programs}
    marks.update(_camera(exif))
    if programs:  # no seed is read where no program was told
        marks.update(_settings_marks(pieces, exif))
    return tuple(sorted(marks))


def signer_marks(reports: Iterable[ManifestReport]) -> tuple[Mark, ...]:
    """Return who signed a file's manifests. A name is shown only where a trust list vouched for it: another one is a
    stranger's words, and only its digest is kept, so that items of one signer can still be told to be."""
    return tuple(sorted({Mark(SIGNER, _signer(report)) for report in reports if report.signer}))


def _signer(report: ManifestReport) -> str:
    name = _NO_NAME.sub("", report.signer)[:MAX_NAME].strip() if report.trust_list else "not on a list"
    return f"{name} #{sha256(report.signer.encode('utf-8', 'replace')).hexdigest()[:12]}"


def seed_families(seeds: Iterable[int]) -> tuple[tuple[int, ...], ...]:
    """Return the seeds in groups that may come from one run; a seed alone is a group of one.

    The rule: programs count up from the first picture of a run, so seeds that follow each other at a distance
    of at most 64 are of one run. Among a thousand seeds drawn from 32 bits two come so close by chance once in
    seventy times. Below 65,536 people type them, and many type 1 or 42: there only seeds that
    follow each other without a gap are joined. A group is a lead, not a proof.
    """
    groups: list[list[int]] = []
    for seed in sorted(set(seeds)):
        near = CLOSE if seed >= TYPED else 1
        if groups and seed - groups[-1][-1] <= near:
            groups[-1].append(seed)
        else:
            groups.append([seed])
    return tuple(tuple(group) for group in groups)


def _settings_marks(pieces: list[Piece], exif: Exif) -> Iterator[Mark]:
    texts = [
        piece.data for piece in pieces if piece.kind == COMMENT or (piece.kind == TEXT and piece.key in _KEYS)
    ]
    texts += [exif.comment, exif.description, exif.model.encode()]
    seeds, digests = [], []
    for text in texts:
        line = text[text.rfind(_LINE) :] if _LINE in text else b""
        seeds += _LINE_SEED.findall(line) + _JSON_SEED.findall(text)
        digests += _LINE_DIGEST.findall(line) + _JSON_DIGEST.findall(text)
    for piece in pieces:
        if piece.key == "Dream":
            seeds += _SWITCH_SEED.findall(piece.data[piece.data.rfind(b'"') :])
        elif piece.key == "seed" and piece.data.isdigit() and len(piece.data) <= 20:
            seeds.append(piece.data)
    for seed in list(dict.fromkeys(int(seed) for seed in seeds))[:MAX_OF_A_KIND]:
        yield Mark(SEED, str(seed))
    for digest in list(dict.fromkeys(digests))[:MAX_OF_A_KIND]:
        yield Mark(MODEL_DIGEST, digest.decode("ascii"))


def _camera(exif: Exif) -> Iterator[Mark]:
    """Yield the camera; a digest of its serial number, which names a person's own device, tells two apart."""
    make, model = (_NO_NAME.sub("", name)[:MAX_NAME].strip() for name in (exif.make, exif.model))
    if not make or rules().program("exif_make", exif.make.encode()):
        return
    body = f" #{sha256(exif.serial.encode()).hexdigest()[:12]}" if exif.serial else ""
    yield Mark(CAMERA, f"{make} {model}".strip() + body)


def _readable(untrusted_bytes: bytes, media_type: str | None) -> Iterator[Piece]:
    """Yield the pieces up to a damaged place; that it is damaged, ``examine`` has said."""
    _, reader = reader_of(media_type)
    try:
        yield from reader(untrusted_bytes)
    except Exception:  # noqa: BLE001 - A stranger's file must not keep the others of its batch from being shown.
        return


def _exif(pieces: list[Piece]) -> Exif:
    first = next((piece for piece in pieces if piece.kind == EXIF), None)
    try:
        return read_exif(first.data) if first else Exif()
    except Exception:  # noqa: BLE001 - A stranger's file must not keep the others of its batch from being shown.
        return Exif()
