"""The names of countries as they are printed in tables. The codes are those of ISO 3166-1."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType


@cache
def country_names() -> Mapping[str, str]:
    """English short names by two-letter code; after the public-domain table of the tz database."""
    text = (resources.files(__package__) / "data" / "countries.csv").read_text("utf-8")
    return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(text.splitlines())})


def country_name(code: str) -> str:
    """The name of a country; a code that nobody knows stands for itself."""
    return country_names().get(code, code)
