"""The rules file, read once: what to look for and what it is worth."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class ProgramRule:
    """Names a program where ``place`` (and ``key``, if it has one) holds every one of ``contains``."""

    program: str
    place: str
    key: str
    contains: tuple[bytes, ...]

    def fits(self, place: str, key: str, value: bytes) -> bool:
        """Whether the rule speaks about this value."""
        return self.place == place and self.key == key and all(words in value for words in self.contains)


@dataclass(frozen=True)
class Rules:
    """The whole file. ``source_types`` is keyed by the code in small letters."""

    edition: str
    bounds: Mapping[str, tuple[float, float]]
    camera_weights: Mapping[str, float]
    editors: tuple[str, ...]
    forgeable: Mapping[str, bool]
    source_types: Mapping[str, tuple[str, str]]
    programs: tuple[ProgramRule, ...]
    tags: Mapping[str, str]

    def program(self, place: str, value: bytes, *, key: str = "") -> str | None:
        """Return the program whose traces ``value`` shows, if any."""
        return next((rule.program for rule in self.programs if rule.fits(place, key, value)), None)


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Return the rules that came with this version."""
    read = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    camera = read["camera"]
    return Rules(
        edition=read["edition"],
        bounds={name: (family["lowest"], family["highest"]) for name, family in read["families"].items()},
        camera_weights={name: camera[name] for name in ("agree", "partly", "inconsistent")},
        editors=tuple(name.lower() for name in camera["editors"]),
        forgeable={name: strength["forgeable"] for name, strength in read["strengths"].items()},
        source_types={code.lower(): (code, claim) for code, claim in read["digital_source_types"].items()},
        programs=tuple(_program_rule(entry) for entry in read["programs"]),
        tags=read["tags"],
    )


def _program_rule(entry: Mapping[str, Any]) -> ProgramRule:
    contains = tuple(words.encode() for words in entry.get("contains", ()))
    return ProgramRule(entry["program"], entry["place"], entry.get("key", ""), contains)
