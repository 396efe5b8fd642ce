"""The rules file, read once: what to look for and what it is worth."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class ProgramRule:
    """Names a program where a place (and ``key``, if it has one; ``*`` is any) holds every one of ``contains``
    and, where there are any, one of ``any_of``."""

    program: str
    key: str
    contains: tuple[bytes, ...]
    any_of: tuple[bytes, ...]
    claim: str

    def fits(self, key: str, value: bytes) -> bool:
        """Whether the rule speaks about this value."""
        if self.key not in (key, "*") or not all(words in value for words in self.contains):
            return False
        return not self.any_of or any(words in value for words in self.any_of)


@dataclass(frozen=True)
class WatermarkRule:
    """A mark that an open decoder reads: ``bits`` as it is embedded, and how many must agree."""

    name: str
    bits: tuple[bool, ...]
    threshold: int
    false_alarm: float
    doubt: str


@dataclass(frozen=True)
class Rules:
    """The whole file. ``source_types`` is keyed by the code in small letters, ``programs`` by the place."""

    edition: str
    bounds: Mapping[str, tuple[float, float]]
    camera_weights: Mapping[str, float]
    editors: tuple[str, ...]
    forgeable: Mapping[str, bool]
    source_types: Mapping[str, tuple[str, str]]
    programs: Mapping[str, tuple[ProgramRule, ...]]
    tags: Mapping[str, str]
    watermarks: tuple[WatermarkRule, ...]

    def rule(self, place: str, value: bytes, *, key: str = "") -> ProgramRule | None:
        """Return the first rule that fits, if any."""
        return next((rule for rule in self.programs.get(place, ()) if rule.fits(key, value)), None)

    def program(self, place: str, value: bytes, *, key: str = "") -> str | None:
        """Return the program whose traces ``value`` shows, if any."""
        rule = self.rule(place, value, key=key)
        return rule.program if rule else None


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
        programs=_program_rules(read["programs"]),
        tags=read["tags"],
        watermarks=tuple(_watermark_rule(entry) for entry in read["watermarks"]),
    )


def _program_rules(entries: Iterable[Mapping[str, Any]]) -> Mapping[str, tuple[ProgramRule, ...]]:
    placed: dict[str, tuple[ProgramRule, ...]] = {}
    for entry in entries:
        contains, any_of = (_encoded(entry.get(name, ())) for name in ("contains", "any_of"))
        claim = entry.get("claim", "ai_generated")
        rule = ProgramRule(entry["program"], entry.get("key", ""), contains, any_of, claim)
        for place in entry.get("places", [entry.get("place")]):
            placed[place] = (*placed.get(place, ()), rule)
    return placed


def _encoded(words: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words)


def _watermark_rule(entry: Mapping[str, Any]) -> WatermarkRule:
    mark = bytes.fromhex(entry["bits"])
    bits = tuple(bool(byte >> 7 - at & 1) for byte in mark for at in range(8))
    return WatermarkRule(entry["name"], bits, entry["threshold"], entry["false_alarm"], entry["doubt"])


def source_type(value: str) -> tuple[str, str]:
    """Return the vocabulary's code and the claim it makes.

    Writers put it as an address with http or https and perhaps a slash at the end, as a bare code, with the
    vocabulary's prefix, or by schema.org's name, which ends in DigitalSource.
    """
    code = re.split(r"[/#:]", value.strip().rstrip("/"))[-1].lower()
    return rules().source_types.get(code.removesuffix("digitalsource"), ("other", "other_origin_claimed"))
