"""Read a vocabulary from its TOML file and look its words up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from openhotline.errors import NotFound

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary. ``label`` is English; ``labels`` has every language by tag: "en", "fr"."""

    code: str
    label: str
    definition: str
    source: str
    labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of one file, in the order in which screens and tables show them."""

    name: str
    edition: str
    terms: tuple[Term, ...]
    title: str

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes in their order."""
        return tuple(term.code for term in self.terms)

    def term(self, code: str) -> Term:
        """Return the term of that code."""
        for term in self.terms:
            if term.code == code:
                return term
        raise NotFound(f"The vocabulary '{self.name}' has no such code. Use one of: {', '.join(self.codes)}.")


@cache
def names() -> tuple[str, ...]:
    """Return the names of every vocabulary that is shipped."""
    files = (resources.files(__package__) / "data").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@cache
def load(name: str) -> Vocabulary:
    """Return a vocabulary; the file is read once per process."""
    if name not in names():
        raise NotFound(f"There is no vocabulary of that name. Use one of: {', '.join(names())}.")
    text = (resources.files(__package__) / "data" / f"{name}.toml").read_text("utf-8")
    data = tomllib.loads(text)
    terms = tuple(_term(entry, default_source=data["source"]) for entry in data["terms"])
    return Vocabulary(name=name, edition=data["edition"], terms=terms, title=data["title"])


def label(name: str, code: str, language: str = ENGLISH) -> str:
    """Return the label of a code in a language, or in English where it is not translated."""
    term = load(name).term(code)
    return term.labels.get(language, term.label)


def _term(entry: Mapping[str, Any], *, default_source: str) -> Term:
    """Build a term; its source is its own or that of the whole file."""
    labels = dict(entry["label"])
    source = entry.get("source", default_source)
    return Term(entry["code"], labels[ENGLISH], entry["definition"], source, labels)
