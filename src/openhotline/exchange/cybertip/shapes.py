"""How a frozen dataclass stands for an XML element: one field is one attribute, one child or the element's own text.

The order of the fields is the order of the children. What a field is called there is its own name in camel case,
unless it says otherwise. The module knows nothing of any protocol.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_known: dict[Any, tuple[Part, ...]] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands. ``most`` is its longest text in characters, 0 where only the whole document limits it.

    ``flag``: a child that says yes by being there. ``read_only``: some senders write it and we understand it, but
    never write it. ``also`` is another name under which it is read.
    """

    kind: str  # "child", "attribute" or "text"
    name: str = ""
    most: int = 0
    least: int | None = None  # of a number
    largest: int | None = None
    pattern: str = ""
    flag: bool = False
    read_only: bool = False
    also: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a class: its place, what it holds, and whether it may be missing or stand there many times."""

    field: str
    name: str
    place: Place
    type: type[Any]
    many: bool
    needed: bool


def child(name: str = "", **place: Any) -> Any:
    """A child that must be there."""
    return field(metadata={"place": Place("child", name, **place)})


def maybe(name: str = "", **place: Any) -> Any:
    """A child that may be missing."""
    return field(default=None, metadata={"place": Place("child", name, **place)})


def many(name: str = "", **place: Any) -> Any:
    """A child that may stand there any number of times."""
    return field(default=(), metadata={"place": Place("child", name, **place)})


def flag(name: str = "", **place: Any) -> Any:
    """A child whose being there means yes."""
    return field(default=False, metadata={"place": Place("child", name, flag=True, **place)})


def attribute(name: str = "", *, needed: bool = False, **place: Any) -> Any:
    """An attribute."""
    metadata = {"place": Place("attribute", name, **place)}
    return field(metadata=metadata) if needed else field(default=None, metadata=metadata)


def text(**place: Any) -> Any:
    """The element's own text."""
    return field(metadata={"place": Place("text", **place)})


def parts_of(kind: Any) -> tuple[Part, ...]:
    """Return the parts of a class in their order."""
    if kind not in _known:
        hints = get_type_hints(kind)
        _known[kind] = tuple(_part(one, hints[one.name]) for one in fields(kind))
    return _known[kind]


def _part(one: Any, hint: Any) -> Part:
    place: Place = one.metadata["place"]
    is_many = get_origin(hint) is tuple
    inner = get_args(hint)[0] if is_many else _without_none(hint)
    optional = is_many or place.flag or inner is not hint
    return Part(one.name, place.name or _camel(one.name), place, inner, is_many, not optional)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        [inner] = [one for one in get_args(hint) if one is not NoneType]
        return inner
    return hint


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
