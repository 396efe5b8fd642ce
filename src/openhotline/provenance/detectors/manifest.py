"""``detector.toml``: what a detector is, which file it is, and how a picture is put before it.

The format stands in ``docs/reference/detector-manifest.md``. Unknown keys are refused: a misspelt one would change
every score without a word.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput, NotFound
from openhotline.provenance.detectors.picture import (
    COLOURS,
    FITS,
    LAYOUTS,
    RESAMPLES,
    Normalisation,
    Preparation,
)

FORMAT = "openhotline-detector-1"
FILE = "detector.toml"
MOST_BYTES = 1 << 16
HIGH, LOW = "high", "low"

_name = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
_digest = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Output:
    """What is read from the model. Either ``features``, tensors for the fitted head in the calibration file, or a
    score: place ``index`` of the tensor ``name``, where ``generated`` says which end means generated.
    """

    features: tuple[str, ...] = ()
    name: str = ""
    index: int = 0
    generated: str = HIGH


@dataclass(frozen=True)
class Manifest:
    """The whole file. ``model`` and ``calibration`` are names of files beside it."""

    name: str
    version: str
    licence: str
    model: str
    sha256: str
    preparation: Preparation
    normalisation: Normalisation
    output: Output
    calibration: str = ""
    calibration_sha256: str = ""


def read_manifest(directory: Path) -> Manifest:
    """Read the manifest in a directory; raise NotFound or BadInput, saying which field is wrong."""
    path = directory / FILE
    if not path.is_file():
        raise NotFound(f"There is no {FILE} in the detector's directory. Make one, or run provenance fit.")
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise BadInput(f"{FILE} is larger than 64 KiB. It should be a page.")
    try:
        return _manifest(tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadInput(f"{FILE} is no TOML. Correct it.", details=str(problem)) from None
    except (KeyError, TypeError, ValueError) as problem:
        raise BadInput(f"{FILE} lacks a field, or one is of the wrong kind: {problem}. Correct it.") from None


def _manifest(read: Mapping[str, Any]) -> Manifest:
    tables = {"model", "input", "normalisation", "output", "calibration"}
    _only("the file", read, {"format", "name", "version", "licence", *tables})
    if read["format"] != FORMAT:
        raise ValueError(f"format must be {FORMAT}")
    model, calibration = read["model"], read.get("calibration", {})
    _only("model", model, {"file", "sha256"})
    _only("calibration", calibration, {"file", "sha256"})
    return Manifest(
        name=_fits(_name, read["name"], "name: small letters, digits, . _ -, at most 40"),
        version=str(read["version"])[:40],
        licence=str(read["licence"])[:200],
        model=_file(model["file"]),
        sha256=_fits(_digest, model["sha256"], "model.sha256: 64 hexadecimal digits in small letters"),
        preparation=_preparation(read.get("input", {})),
        normalisation=_normalisation(read.get("normalisation", {})),
        output=_output(read["output"]),
        calibration=_file(calibration["file"]) if calibration else "",
        calibration_sha256=_fits(_digest, calibration["sha256"], "calibration.sha256") if calibration else "",
    )


def _preparation(read: Mapping[str, Any]) -> Preparation:
    _only("input", read, {"size", "fit", "resample", "colours", "layout", "top", "mean", "std"})
    usual = Preparation()
    return Preparation(
        size=_within("input.size", read.get("size", usual.size), 8, 2048),
        fit=_one_of("input.fit", read.get("fit", usual.fit), FITS),
        resample=_one_of("input.resample", read.get("resample", usual.resample), tuple(RESAMPLES)),
        colours=_one_of("input.colours", read.get("colours", usual.colours), COLOURS),
        layout=_one_of("input.layout", read.get("layout", usual.layout), LAYOUTS),
        top=float(read.get("top", usual.top)),
        mean=_three("input.mean", read.get("mean", usual.mean)),
        std=_three("input.std", read.get("std", usual.std), least=1e-6),
    )


def _normalisation(read: Mapping[str, Any]) -> Normalisation:
    _only("normalisation", read, {"working_side", "jpeg_quality"})
    usual = Normalisation()
    return Normalisation(
        _within("normalisation.working_side", read.get("working_side", usual.working_side), 32, 4096),
        _within("normalisation.jpeg_quality", read.get("jpeg_quality", usual.jpeg_quality), 50, 95),
    )


def _output(read: Mapping[str, Any]) -> Output:
    _only("output", read, {"features", "name", "index", "generated"})
    features = tuple(str(name) for name in read.get("features", ()))
    if features:
        _only("output", read, {"features"})
        return Output(features)
    # Which end means generated has no default: half of all detectors have it the other way round.
    generated = _one_of("output.generated", read["generated"], (HIGH, LOW))
    return Output((), str(read["name"]), _within("output.index", read.get("index", 0), 0, 4095), generated)


def _only(where: str, read: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(read) - known):
        raise ValueError(f"{where} has the unknown field {unknown[0]!r}")


def _file(value: Any) -> str:
    if not isinstance(value, str) or Path(value).name != value or value in ("", ".", ".."):
        raise ValueError("a file must be named without a folder and lie beside detector.toml")
    return value


def _fits(pattern: re.Pattern[str], value: Any, words: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(words)
    return value


def _within(what: str, value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{what} must be a whole number from {least} to {most}")
    return value


def _one_of(what: str, value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{what} must be one of {', '.join(choices)}")
    return str(value)


def _three(what: str, values: Any, least: float = -1e6) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    if not all(least <= value <= 1e6 for value in (first, second, third)):
        raise ValueError(f"{what} must be three numbers, none of them absurd")
    return first, second, third


def written(manifest: Manifest) -> str:
    """Return the manifest as TOML, the same text for the same manifest."""
    p, n, o = manifest.preparation, manifest.normalisation, manifest.output
    tables: dict[str, dict[str, Any]] = {
        "model": {"file": manifest.model, "sha256": manifest.sha256},
        "input": {
            "size": p.size,
            "fit": p.fit,
            "resample": p.resample,
            "colours": p.colours,
            "layout": p.layout,
            "top": p.top,
            "mean": list(p.mean),
            "std": list(p.std),
        },
        "normalisation": {"working_side": n.working_side, "jpeg_quality": n.jpeg_quality},
        "output": {"features": list(o.features)}
        if o.features
        else {"name": o.name, "index": o.index, "generated": o.generated},
    }
    if manifest.calibration:
        tables["calibration"] = {"file": manifest.calibration, "sha256": manifest.calibration_sha256}
    head = {"format": FORMAT, "name": manifest.name, "version": manifest.version, "licence": manifest.licence}
    lines = [_line(key, value) for key, value in head.items()]
    for table, fields in tables.items():
        lines += ["", f"[{table}]", *(_line(key, value) for key, value in fields.items())]
    return "\n".join(lines) + "\n"


def _line(key: str, value: Any) -> str:
    # JSON's strings, numbers and lists are TOML's too.
    return f"{key} = {json.dumps(value, ensure_ascii=True)}"
