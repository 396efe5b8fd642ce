"""What the rule files say: parameters that only track, and the forms that a service gives one and the same thing.

``data/tracking.toml`` and ``data/hosts.toml`` are data with an edition; each rule brings examples that a test runs.
Nothing here asks a network. A rule is a public fact about a general service, never about hosts of illegal material.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

from openhotline.addresses.escapes import normal_escapes
from openhotline.addresses.parts import Parts


@dataclass(frozen=True)
class Tracking:
    """Names of parameters that can go: everywhere, or on some hosts. A name that ends in ``*`` is a beginning."""

    edition: str
    everywhere: tuple[str, ...]
    by_host: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Form:
    """Forms of one thing: paths with named groups, parameters that must fit, and how the thing is written here."""

    paths: tuple[re.Pattern[str], ...]
    parameters: Mapping[str, re.Pattern[str]]
    normal: str


@dataclass(frozen=True)
class Forms:
    """``aliases``: hosts that are another one; ``wrappers``: by host, paths and the parameter that holds the target."""

    edition: str
    aliases: Mapping[str, str]
    forms: Mapping[str, tuple[Form, ...]]
    wrappers: Mapping[str, tuple[tuple[str, str], ...]]
    examples: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def tracking() -> Tracking:
    """Read which parameters only track."""
    read = _read("tracking.toml")
    by_host = {host: tuple(one["parameters"]) for one in read["host"] for host in one["hosts"]}
    return Tracking(read["edition"], tuple(read["everywhere"]), by_host)


@lru_cache(maxsize=1)
def forms() -> Forms:
    """Read the equivalent forms of services."""
    read = _read("hosts.toml")
    found: dict[str, tuple[Form, ...]] = {}
    examples = [(str(given), str(normal)) for given, normal in read["examples"]]
    for one in read["form"]:
        form = Form(
            tuple(re.compile(path) for path in one["paths"]),
            {name: re.compile(pattern) for name, pattern in one.get("parameters", {}).items()},
            one["normal"],
        )
        examples += [(str(given), str(normal)) for given, normal in one["examples"]]
        for host in one["hosts"]:
            found[host] = (*found.get(host, ()), form)
    aliases = {alias: host for host, aliases in read["aliases"].items() for alias in aliases}
    wrappers = {host: tuple(map(tuple, one)) for host, one in read["wrappers"].items()}
    return Forms(read["edition"], aliases, found, wrappers, tuple(examples))


def target_of(parts: Parts, *, end: str) -> str:
    """Return the address that a forwarding link leads to, where the link says it itself; else nothing."""
    for path, parameter in _wrappers_of(parts.host):
        if path == parts.path:
            target = next((value for name, value in _pairs(parts.query) if name == parameter), "")
            if target.startswith(("http://", "https://")):
                return target + end
    return ""


def one_form(parts: Parts, *, fragment: str) -> Parts:
    """Write a thing as its service's rule says; ``fragment`` is whatever stood behind ``#``."""
    known = forms()
    alias = known.aliases.get(parts.host)
    parts = replace(parts, host=alias) if alias else parts
    return next(_written(parts, fragment, known.forms.get(parts.host, ())), parts)


def without_tracking(parts: Parts) -> Parts:
    """Drop parameters that only track. The others keep their order and their spelling."""
    if not parts.query:
        return parts
    names = (*tracking().everywhere, *tracking().by_host.get(parts.host, ()))
    kept = [pair for pair in parts.query.split("&") if pair and not _is_named(pair.partition("=")[0], names)]
    return replace(parts, query="&".join(kept))


def _written(parts: Parts, fragment: str, candidates: Sequence[Form]) -> Iterator[Parts]:
    path = f"{parts.path}#{fragment}" if fragment else parts.path
    for form in candidates:
        found = next(filter(None, (pattern.fullmatch(path) for pattern in form.paths)), None)
        values = _values(form, parts.query) if found else None
        if found and values is not None:
            yield _filled(form.normal, {**_named(found), **values})


def _named(found: re.Match[str]) -> dict[str, str]:
    """What the groups of a path hold; one thing in several places of a pattern is id, id2, id3."""
    return {name.rstrip("0123456789"): value for name, value in found.groupdict().items() if value}


def _values(form: Form, query: str) -> dict[str, str] | None:
    """The parameters that a form asks for; None where one is not there or does not fit."""
    given = dict(_pairs(query))
    fitting = {
        name: given[name]
        for name, pattern in form.parameters.items()
        if name in given and pattern.fullmatch(given[name])
    }
    return fitting if len(fitting) == len(form.parameters) else None


def _filled(template: str, values: Mapping[str, str]) -> Parts:
    written = template.format_map({name: normal_escapes(value) for name, value in values.items()})
    scheme, _, rest = written.partition("://")
    place, query_mark, query = rest.partition("?")
    host, _, path = place.partition("/")
    return Parts(scheme, "", host, 0, f"/{path}", query if query_mark else "")


def _wrappers_of(host: str) -> Iterator[tuple[str, str]]:
    for known, ways in forms().wrappers.items():
        if host == known or (known.startswith("*.") and host.endswith(known[1:])):
            yield from ways


def _is_named(name: str, names: Sequence[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in names)


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, max_num_fields=2000) if query else []


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("openhotline.addresses").joinpath("data", name).read_text("utf-8"))
