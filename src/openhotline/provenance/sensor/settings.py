"""Thresholds and weights of the sensor's pattern, from the rules file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class SensorSettings:
    """``match`` and ``hint`` are peak-to-correlation energies; ``noise`` is in grey levels of 0 to 255."""

    match: float
    match_false_alarm: float
    hint: float
    match_weight: float
    noise: float


@lru_cache(maxsize=1)
def sensor_settings() -> SensorSettings:
    """Return the settings that came with this version; their sources stand beside them in ``rules.toml``."""
    text = files("openhotline.provenance").joinpath("rules.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)["sensor_pattern"]
    return SensorSettings(**{field.name: table[field.name] for field in fields(SensorSettings)})
