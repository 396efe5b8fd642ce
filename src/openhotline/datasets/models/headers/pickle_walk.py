"""A pickle, walked through without doing anything that it says.

Python's ``pickletools`` tells the instructions apart. Here they move inert values about: what would be imported is a
:class:`Named`, what would be called a :class:`Called` or a tensor, what would be fetched a :class:`Kept`. Nothing is
imported, called or set, whatever the file holds.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openhotline.datasets.models.headers.found import Unfit

MOST_STEPS = 20_000_000
MOST_WAITING = 2_000_000
"""Instructions, and values that wait on the stack."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the pickle would import."""

    module: str
    name: str


@dataclass(slots=True)
class Called:
    """What the pickle would call or make; ``keep`` holds it together where ``NEWOBJ`` names no class."""

    what: Any
    given: Any


@dataclass(frozen=True, slots=True)
class Kept:
    """What the pickle expects its reader to fetch: in a checkpoint, a storage."""

    told: Any


@dataclass(slots=True)
class Pairs:
    """A dictionary, whose members are not kept."""


Calling = Callable[[Any, Any], Any]
Naming = Callable[[str, Any], None]


@dataclass
class Walk:
    """``calling`` returns what stands for a call's answer; ``naming`` is told each value set under a text."""

    calling: Calling
    naming: Naming
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    marks: list[int] = field(default_factory=list)
    answer: Any = None

    def run(self, untrusted_bytes: bytes) -> int:
        """Walk one pickle, leave what it stands for in ``answer``, and return how many bytes it has."""
        for number, (opcode, argument, at) in enumerate(_steps(untrusted_bytes)):
            if number > MOST_STEPS or len(self.stack) > MOST_WAITING:
                raise Unfit("too_many")
            self._step(opcode, argument)
            if opcode.name == "STOP":
                self.answer = self.stack.pop()
                return int(at) + 1
        raise Unfit("damaged")

    def _step(self, opcode: Any, argument: Any) -> None:
        action = _actions.get(opcode.name)
        if action is not None:
            action(self, argument)
        elif not opcode.stack_before and len(opcode.stack_after) == 1:
            self.stack.append(argument)  # a constant
        else:
            raise Unfit("damaged")

    def above_mark(self) -> list[Any]:
        """Take everything above the last mark."""
        place = self.marks.pop()
        if place > len(self.stack):
            raise Unfit("damaged")
        found = self.stack[place:]
        del self.stack[place:]
        return found

    def pops(self, count: int) -> list[Any]:
        """Take so many values, the deepest first."""
        if len(self.stack) < count:
            raise Unfit("damaged")
        found = self.stack[-count:]
        del self.stack[-count:]
        return found

    def set(self, pairs: list[Any]) -> None:
        """Note what is set under which text."""
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if isinstance(key, str):
                self.naming(key, value)

    def call(self, what: Any, given: Any) -> None:
        """Push what stands for a call."""
        self.stack.append(self.calling(what, given))


def _steps(untrusted_bytes: bytes) -> Iterator[tuple[Any, Any, int]]:
    for opcode, argument, at in pickletools.genops(untrusted_bytes):
        yield opcode, argument, int(at or 0)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("damaged")
    return value


def _append(walk: Walk, values: list[Any]) -> None:
    if isinstance(walk.stack[-1], list):
        walk.stack[-1].extend(values)


def _named(walk: Walk, text: str) -> Named:
    module, _, name = text.partition(" ")
    return Named(module, name)


def _stack_global(walk: Walk, _: Any) -> None:
    module, name = walk.pops(2)
    walk.stack.append(Named(_text(module), _text(name)))


def _object(walk: Walk, _: Any) -> None:
    what, *given = walk.above_mark()
    walk.call(what, tuple(given))


def _set_items(walk: Walk, values: list[Any]) -> None:
    walk.set(values)


def _dict(walk: Walk, _: Any) -> None:
    walk.set(walk.above_mark())
    walk.stack.append(Pairs())


def _memo(walk: Walk, number: Any) -> None:
    walk.memo[int(number)] = walk.stack[-1]


def _new_with_keywords(walk: Walk, _: Any) -> None:
    what, given, _keywords = walk.pops(3)
    walk.call(what, given)


def _pop(walk: Walk, _: Any) -> None:
    if walk.marks and walk.marks[-1] == len(walk.stack):
        walk.marks.pop()
    else:
        walk.pops(1)


def _build(walk: Walk, _: Any) -> None:
    """An object is given its state. Tensors in it were noticed when they were made."""
    walk.pops(1)


_Action = Callable[[Walk, Any], Any]

_actions: dict[str, _Action] = {
    **dict.fromkeys(("PROTO", "FRAME", "READONLY_BUFFER", "STOP"), lambda walk, _: None),
    "MARK": lambda walk, _: walk.marks.append(len(walk.stack)),
    "POP": _pop,
    "POP_MARK": lambda walk, _: walk.above_mark(),
    "DUP": lambda walk, _: walk.stack.append(walk.stack[-1]),
    "NONE": lambda walk, _: walk.stack.append(None),
    "NEWTRUE": lambda walk, _: walk.stack.append(True),
    "NEWFALSE": lambda walk, _: walk.stack.append(False),
    "EMPTY_LIST": lambda walk, _: walk.stack.append([]),
    "EMPTY_TUPLE": lambda walk, _: walk.stack.append(()),
    "EMPTY_DICT": lambda walk, _: walk.stack.append(Pairs()),
    "EMPTY_SET": lambda walk, _: walk.stack.append([]),
    "LIST": lambda walk, _: walk.stack.append(walk.above_mark()),
    "TUPLE": lambda walk, _: walk.stack.append(tuple(walk.above_mark())),
    "FROZENSET": lambda walk, _: walk.stack.append(tuple(walk.above_mark())),
    "TUPLE1": lambda walk, _: walk.stack.append(tuple(walk.pops(1))),
    "TUPLE2": lambda walk, _: walk.stack.append(tuple(walk.pops(2))),
    "TUPLE3": lambda walk, _: walk.stack.append(tuple(walk.pops(3))),
    "DICT": _dict,
    "APPEND": lambda walk, _: _append(walk, walk.pops(1)),
    "APPENDS": lambda walk, _: _append(walk, walk.above_mark()),
    "ADDITEMS": lambda walk, _: walk.above_mark(),
    "SETITEM": lambda walk, _: _set_items(walk, walk.pops(2)),
    "SETITEMS": lambda walk, _: _set_items(walk, walk.above_mark()),
    "GLOBAL": lambda walk, text: walk.stack.append(_named(walk, text)),
    "STACK_GLOBAL": _stack_global,
    "INST": lambda walk, text: walk.call(_named(walk, text), tuple(walk.above_mark())),
    "OBJ": _object,
    "NEWOBJ": lambda walk, _: walk.call(*walk.pops(2)),
    "NEWOBJ_EX": _new_with_keywords,
    "REDUCE": lambda walk, _: walk.call(*walk.pops(2)),
    "BUILD": _build,
    "PERSID": lambda walk, text: walk.stack.append(Kept(text)),
    "BINPERSID": lambda walk, _: walk.stack.append(Kept(walk.pops(1)[0])),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _memo),
    **dict.fromkeys(
        ("GET", "BINGET", "LONG_BINGET"), lambda walk, number: walk.stack.append(walk.memo[int(number)])
    ),
    "MEMOIZE": lambda walk, _: _memo(walk, len(walk.memo)),
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), lambda walk, number: walk.stack.append(Named("", str(number)))),
    "NEXT_BUFFER": lambda walk, _: walk.stack.append(None),
}
