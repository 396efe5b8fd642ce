"""Fronts (CDNs, protection services) told apart from origins, by the signs in ``data/fronts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from openhotline.errors import BadInput, OpenHotlineError
from openhotline.trace.answer import Answer, Question
from openhotline.trace.guarded import Guarded

NAME = "front"


@dataclass(frozen=True)
class Front:
    """One front and what it is known by. Suffixes begin with a dot; header values are small letters."""

    name: str
    basis: str
    asns: frozenset[int]
    names: tuple[str, ...]
    headers: Mapping[str, str]
    certificates: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What was seen of a place: its network, the chain of its names, its headers, its certificate's names."""

    asn: int | None = None
    names: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    certificate_names: Sequence[str] = ()


def signs_of(front: Front, seen: Seen) -> tuple[str, ...]:
    """By what a front is recognised here; nothing when it is not."""
    signs = [f"network AS{seen.asn}"] if seen.asn in front.asns else []
    signs += [f"name ends in {s}" for s in front.names if any(n.endswith(s) for n in seen.names)]
    signs += [
        f"header {name}"
        for name, start in front.headers.items()
        if name in seen.headers and seen.headers[name].strip().lower().startswith(start)
    ]
    signs += [
        f"certificate for {s}"
        for s in front.certificates
        if any(f".{name}".endswith(s) for name in seen.certificate_names)
    ]
    return tuple(signs)


def recognise(seen: Seen, fronts: Sequence[Front]) -> tuple[str, tuple[str, ...]]:
    """The front with the most signs and its signs; two empties where there is none."""
    found = [(front.name, signs) for front in fronts if (signs := signs_of(front, seen))]
    return max(found, key=lambda one: len(one[1]), default=("", ()))


def load_fronts(path: Path | None = None) -> tuple[Front, ...]:
    """The operator's file where it is there, else the shipped one. BadInput where it cannot be read."""
    if path is None or not path.is_file():
        return _shipped()
    return _read(path.read_text("utf-8"), str(path))


@cache
def _shipped() -> tuple[Front, ...]:
    return _read(files("openhotline.trace").joinpath("data/fronts.toml").read_text("utf-8"), "")


def _read(text: str, where: str) -> tuple[Front, ...]:
    try:
        return tuple(
            Front(
                name=str(row["name"])[:60],
                basis=str(row["basis"]),
                asns=frozenset(int(number) for number in row["asns"]),
                names=tuple(str(suffix).lower() for suffix in row["names"]),
                headers={str(k).lower(): str(v).lower() for k, v in row["headers"].items()},
                certificates=tuple(str(suffix).lower() for suffix in row["certificates"]),
            )
            for row in tomllib.loads(text)["front"]
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            "The file of fronts cannot be read. Correct it, or remove it.", details=where
        ) from error


@dataclass(frozen=True)
class FrontSource:
    """Look for a front: by what earlier sources found, and by the headers of the site's first page, never the address.

    A site that does not answer can still be recognised by its network.
    """

    client: Guarded
    fronts: Sequence[Front]
    name: str = field(default=NAME, init=False)
    group: str = field(default="site headers", init=False)

    def ask(self, question: Question, *, at: datetime) -> Answer:
        headers: Mapping[str, str] = {}
        certificate_names: Sequence[str] = ()
        note = ""
        try:
            reply = self.client.headers(f"https://{question.place.authority}/", follow=False)
            headers, certificate_names = reply.headers, reply.certificate_names
        except OpenHotlineError as error:
            note = error.message
        seen = Seen(question.asn, question.names, headers, certificate_names)
        front, signs = recognise(seen, self.fronts)
        if note and not front:
            return Answer(self.name, self.group, at, said={"note": note}, failure=note[:200])
        return Answer(self.name, self.group, at, front=front, said={"signs": list(signs), "note": note})
