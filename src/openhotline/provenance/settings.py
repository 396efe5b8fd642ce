"""What each family may weigh and what a sum is called: the rules' own values, or an operator's, with their source.

An operator's file may lower every weight's bounds without a word of reason. Wider bounds and lower thresholds need a
``source`` beside them and are named as a warning with every result. What a stranger can write never weighs towards
generated, whatever the file says.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput
from openhotline.provenance.evidence import CAMERA_TRACES, UNSIGNED_CLAIMS

FORGEABLE_FAMILIES = (UNSIGNED_CLAIMS, CAMERA_TRACES)
LARGEST = 6.0  # above a million to one nothing here is known well enough
LARGEST_FILE = 1 << 20  # bytes

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Settings:
    """``bounds`` and ``sources`` by family; ``scale`` from the weakest word up; ``warnings`` are sentences."""

    edition: str
    bounds: Mapping[str, Bounds]
    sources: Mapping[str, str]
    synthetic_at: float
    camera_at: float
    analyst_view: float
    scale: tuple[tuple[float, str], ...]
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of everything that decides a result, the same on every machine."""
        decisive = {
            "bounds": {name: list(bounds) for name, bounds in sorted(self.bounds.items())},
            "thresholds": [self.synthetic_at, self.camera_at, self.analyst_view],
            "scale": [list(step) for step in self.scale],
        }
        return sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()

    @property
    def least(self) -> float:
        """Below this a weight speaks for nothing: the weakest word of the scale."""
        return self.scale[0][0]


@lru_cache(maxsize=1)
def default_settings() -> Settings:
    """Return the settings that came with this version."""
    read = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    families, fusion = read["families"], read["fusion"]
    return Settings(
        edition=read["edition"],
        bounds={name: (float(f["lowest"]), float(f["highest"])) for name, f in families.items()},
        sources={
            "fusion": fusion["source"].strip(),
            **{n: f["source"].strip() for n, f in families.items()},
        },
        synthetic_at=fusion["synthetic_at"],
        camera_at=fusion["camera_at"],
        analyst_view=fusion["analyst_view"],
        scale=tuple(sorted((float(at), words) for words, at in fusion["scale"].items())),
    )


def load_settings(path: Path) -> Settings:
    """Return an operator's settings: the shipped ones, changed by the tables of a TOML file."""
    try:
        with path.open("rb") as file:
            read = tomllib.loads(file.read(LARGEST_FILE).decode("utf-8"))
    except OSError as problem:
        raise BadInput(
            f"The settings file could not be read ({problem.strerror}). Check its name and permissions."
        ) from None
    except (ValueError, RecursionError):  # TOML's and UTF-8's errors are ValueErrors
        raise BadInput("The settings file is no TOML in UTF-8. Correct it.") from None
    return with_changes(default_settings(), read)


def with_changes(settings: Settings, read: Mapping[str, Any]) -> Settings:
    """Return ``settings`` changed by a read file, with warnings for all that it loosens; raises BadInput."""
    unknown = set(read) - {"edition", "families", "fusion"}
    if unknown:
        raise BadInput("The settings file has a table that is not known. Use families and fusion only.")
    bounds, sources, warnings = dict(settings.bounds), dict(settings.sources), list(settings.warnings)
    for family, table in _tables(read.get("families", {})):
        if family not in bounds:
            raise BadInput("The settings file names a family that is not known. See the page on origin.")
        new = (_number(table, "lowest", bounds[family][0]), _number(table, "highest", bounds[family][1]))
        warnings += _checked(family, bounds[family], new, source=_source(table))
        bounds[family], sources[family] = new, _source(table) or sources[family]
    changed = replace(settings, bounds=bounds, sources=sources, warnings=tuple(warnings))
    return _with_thresholds(changed, read.get("fusion", {}), edition=str(read.get("edition", ""))[:40])


def _with_thresholds(settings: Settings, table: Any, *, edition: str) -> Settings:
    if not isinstance(table, dict) or set(table) - {"synthetic_at", "camera_at", "analyst_view", "source"}:
        raise BadInput("The table fusion may hold synthetic_at, camera_at, analyst_view and source only.")
    synthetic = _number(table, "synthetic_at", settings.synthetic_at)
    camera = _number(table, "camera_at", settings.camera_at)
    analyst = _number(table, "analyst_view", settings.analyst_view)
    if synthetic < settings.least or camera > 0 or not 0 <= analyst <= settings.analyst_view:
        raise BadInput(
            "A threshold is outside what it may be: synthetic_at at least the weakest word of the scale, camera_at at "
            "most 0, analyst_view between 0 and the shipped value. Correct it."
        )
    warnings = list(settings.warnings)
    if synthetic < settings.synthetic_at:
        _demand_source(_source(table))
        warnings.append(
            "Less evidence than shipped is called synthetic indications, by the operator's settings."
        )
    return replace(
        settings,
        edition=f"{settings.edition}+{edition or 'operator'}",
        synthetic_at=synthetic,
        camera_at=camera,
        analyst_view=analyst,
        sources={**settings.sources, "fusion": _source(table) or settings.sources["fusion"]},
        warnings=tuple(warnings),
    )


def _checked(family: str, old: Bounds, new: Bounds, *, source: str) -> list[str]:
    """Refuse bounds that may not be; return a warning where they are wider than shipped."""
    if not new[0] <= 0 <= new[1]:
        raise BadInput(f"The bounds of {family} must lie on both sides of 0. Correct lowest and highest.")
    if new[1] > 0 and family in FORGEABLE_FAMILIES:
        raise BadInput(f"Anybody can write {family}: it never weighs towards generated. Set highest to 0.")
    if family == UNSIGNED_CLAIMS and new[0] < 0:
        raise BadInput(f"Anybody can write {family}: it weighs nothing. Set lowest to 0.")
    if old[0] <= new[0] and new[1] <= old[1]:
        return []
    _demand_source(source)
    return [f"The bounds of {family} are wider than shipped, by the operator's settings."]


def _demand_source(source: str) -> None:
    if not source:
        raise BadInput("Wider bounds and lower thresholds need a source: who measured what, where, when.")


def _tables(read: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(read, dict) or not all(isinstance(table, dict) for table in read.values()):
        raise BadInput("The table families holds one table for each family. Correct the settings file.")
    for family, table in read.items():
        if set(table) - {"lowest", "highest", "source", "words"}:
            raise BadInput("A family's table may hold lowest, highest and source only. Correct it.")
        yield family, table


def _number(table: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = table.get(name, otherwise)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not isfinite(value)
        or abs(value) > LARGEST
    ):
        raise BadInput(
            f"A weight in the settings is no number between -{LARGEST:g} and {LARGEST:g}. Correct it."
        )
    return float(value)


def _source(table: Mapping[str, Any]) -> str:
    return str(table.get("source", "")).strip()[:2000]
