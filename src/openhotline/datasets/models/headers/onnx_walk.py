"""ONNX: a protobuf, walked window by window without decoding it (onnx/onnx, ``onnx.proto``; protobuf.dev, "Encoding").

The walk can stop anywhere and go on with another window. Weights are passed over, however long they are; what is
remembered is where they stand. Taken are the initializers of graphs, and constants in nodes, functions and inner graphs.
"""

from __future__ import annotations

from typing import Any

from openhotline.datasets.models.headers.found import MOST_TENSORS, Reply, Unfit, reply, tensor

DESCEND = {
    ("model", 7): "graph",
    ("model", 25): "function",
    ("graph", 1): "node",
    ("graph", 5): "tensor",
    ("function", 7): "node",
    ("node", 5): "attribute",
    ("attribute", 5): "tensor",
    ("attribute", 6): "graph",
    ("attribute", 10): "tensor",
    ("attribute", 11): "graph",
    ("tensor", 13): "external",
}
SPARSE = ("graph", 15)
TYPES = {1: "f32", 10: "f16", 11: "f64", 16: "bf16"}
SMALLER = (17, 18, 19, 20, 21, 22, 23, 24, 25, 26)
"""float8, int4, float4 and narrower: quantised."""

DIMS, TYPE, FLOATS, INT32, NAME, RAW, DOUBLES, LOCATION = 1, 2, 4, 5, 8, 9, 10, 14
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
LONGEST_KEPT = 64 * 1024
"""Bytes of a field that is read and not passed over, such as a name."""

HEAD = 24
"""Bytes that a field's tag and length may need, with room to spare."""

DEEPEST = 40

State = dict[str, Any]


def read(untrusted_bytes: bytes, *, at: int, size: int, state: State | None = None) -> Reply:
    """Walk a window that begins at byte ``at`` of a file of ``size``; returns what was found and where to go on."""
    walk = _Walk(untrusted_bytes, at, state or {"open": [["model", size]], "tensor": None})
    following = walk.run()
    more: State = {} if following is None else {"at": following, "state": walk.state}
    return reply(walk.found, **more)


class _Enough(Exception):
    pass


class _Walk:
    def __init__(self, window: bytes, start: int, state: State) -> None:
        self.window, self.start, self.state = window, start, state
        self.at, self.found = start, list[list[Any]]()

    def run(self) -> int | None:
        """Return from which byte on the next window is wanted, or None at the end of the file."""
        stack = self.state["open"]
        while stack:
            kind, end = stack[-1]
            if self.at >= end:
                self._close(kind)
                stack.pop()
                continue
            try:
                self._field(kind, end)
            except _Enough:
                return self.at
            if len(stack) > DEEPEST or len(self.found) > MOST_TENSORS:
                raise Unfit("too_many")
        return None

    def _field(self, kind: str, end: int) -> None:
        begin = self.at
        if self.start + len(self.window) - begin < min(HEAD, end - begin):
            raise _Enough
        tag, at = self._varint(begin)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, self.at = self._varint(at)
            self._number(kind, number, value)
        elif wire == LENGTH:
            length, at = self._varint(at)
            if at + length > end:
                raise Unfit("damaged")
            self._long(kind, number, at, length)
        elif wire in (FIXED64, FIXED32):
            self._number(kind, number, 0)
            self.at = at + (8 if wire == FIXED64 else 4)
        else:
            raise Unfit("damaged")
        if self.at > end:
            raise Unfit("damaged")

    def _varint(self, at: int) -> tuple[int, int]:
        value = 0
        for shift in range(0, 70, 7):
            byte = self.window[at - self.start]  # an IndexError is a damaged file
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at
        raise Unfit("damaged")

    def _number(self, kind: str, number: int, value: int) -> None:
        if kind != "tensor":
            return
        told = self.state["tensor"]
        if number == DIMS:
            told["dims"].append(value)
        elif number == TYPE:
            told["type"] = value
        elif number in (INT32, FLOATS, DOUBLES):
            told["loose"] = True
        elif number == LOCATION:
            told["external"] = told["external"] or {} if value == 1 else None

    def _long(self, kind: str, number: int, at: int, length: int) -> None:
        inner = DESCEND.get((kind, number))
        if inner:
            self.state["open"].append([inner, at + length])
            if inner == "tensor":
                self.state["tensor"] = {"dims": [], "type": 0, "name": "", "raw": None, "external": None}
            elif inner == "external":
                self.state["pair"] = {}
            self.at = at
            return
        if kind == "tensor" and number in (RAW, FLOATS, DOUBLES):
            told = self.state["tensor"]
            told["loose"] = told["raw"] is not None
            told["raw"] = [at, length]
        elif kind == "tensor" and number == INT32:
            self.state["tensor"]["loose"] = True
        elif (kind == "tensor" and number in (DIMS, NAME)) or kind == "external":
            self._kept(kind, number, self._bytes(at, length))
        elif (kind, number) == SPARSE:
            self.found.append(tensor("", "unread", (), 0, 0))
        self.at = at + length

    def _bytes(self, at: int, length: int) -> bytes:
        if length > LONGEST_KEPT:
            raise Unfit("damaged")
        begin = at - self.start
        if begin + length > len(self.window):
            raise _Enough
        return self.window[begin : begin + length]

    def _kept(self, kind: str, number: int, value: bytes) -> None:
        if kind == "external":
            self.state["pair"][number] = value.decode("utf-8")
        elif number == NAME:
            self.state["tensor"]["name"] = value.decode("utf-8", "replace")
        else:
            at, told = 0, _Walk(value, 0, {})
            while at < len(value):
                length, at = told._varint(at)
                self.state["tensor"]["dims"].append(length)

    def _close(self, kind: str) -> None:
        if kind == "external":
            pair = {int(key): text for key, text in self.state.pop("pair").items()}
            told = self.state["tensor"]
            told["external"] = (told["external"] or {}) | {pair.get(1, ""): pair.get(2, "")}
        elif kind == "tensor":
            told, self.state["tensor"] = self.state["tensor"], None
            self.found.append(_tensor(told))


def _tensor(told: dict[str, Any]) -> list[Any]:
    kind = TYPES.get(told["type"], "quantised" if told["type"] in SMALLER else "integer")
    if told["external"] is not None:
        said = told["external"]
        place, offset = said.get("location", ""), int(said.get("offset") or 0)
        if not place:
            raise Unfit("damaged")
        return tensor(told["name"], kind, told["dims"], offset, int(said.get("length") or -1), place)
    if told.get("loose") or told["raw"] is None:
        empty = 0 in told["dims"]
        return tensor(told["name"], kind if empty or kind == "integer" else "unread", told["dims"], 0, 0)
    return tensor(told["name"], kind, told["dims"], *told["raw"])
