"""What goes over the pipes: a JSON header and raw blobs behind it. Nothing that could be executed, ever.

A frame is twelve bytes of lengths (header as unsigned 32 bit, body as unsigned 64 bit, little endian), the
header in UTF-8, then the blobs one behind the other; the header's ``blobs`` holds their lengths.
"""

from __future__ import annotations

import json
import os
import struct
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

PREFIX = struct.Struct("<IQ")
LARGEST_HEADER = 4 << 20
_PIECES_AT_ONCE = 64


class MalformedError(Exception):
    """A frame against the format, or larger than agreed; ``reason`` is a key of ``reasons.FAILED``."""

    def __init__(self, reason: str = "malformed_reply") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Frame:
    """One message, either way."""

    header: dict[str, Any]
    blobs: list[bytes]


def encode(header: Mapping[str, object], blobs: Sequence[bytes] = ()) -> list[bytes]:
    """Return a frame as pieces to be written one behind the other; blobs are not copied."""
    lengths = [len(blob) for blob in blobs]
    text = _ENCODER.encode({**header, "blobs": lengths}).encode()
    return [PREFIX.pack(len(text), sum(lengths)) + text, *blobs]


def _decode(payload: memoryview, header_length: int) -> Frame:
    try:
        header = _DECODER.decode(str(payload[:header_length], "utf-8"))
        lengths = header["blobs"]
        if not all(type(length) is int and length >= 0 for length in lengths):
            raise MalformedError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MalformedError from None
    if header_length + sum(lengths) != len(payload):
        raise MalformedError
    blobs, start = [], header_length
    for length in lengths:
        blobs.append(bytes(payload[start : start + length]))
        start += length
    return Frame(header, blobs)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


# made once: a new one for each frame costs as much as reading the frame
_ENCODER, _DECODER = json.JSONEncoder(allow_nan=False), json.JSONDecoder(parse_constant=_refuse_constant)


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one frame from a blocking stream of the trusted side; None at its end."""
    prefix = stream.read(PREFIX.size)
    if len(prefix) < PREFIX.size:
        return None
    header_length, _ = PREFIX.unpack(prefix)
    header = json.loads(stream.read(header_length))
    return Frame(header, [stream.read(length) for length in header["blobs"]])


def write_frame(descriptor: int, pieces: Iterable[bytes]) -> None:
    """Write a frame to a blocking descriptor."""
    outlet = Outlet(descriptor)
    outlet.add(pieces)
    while not outlet.push():
        pass


class Outlet:
    """What still has to be written to a descriptor, blocking or not."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pieces: deque[memoryview] = deque()

    def add(self, pieces: Iterable[bytes]) -> None:
        """Queue a frame."""
        self._pieces.extend(memoryview(piece) for piece in pieces if len(piece))

    def push(self) -> bool:
        """Write as much as is taken now; return whether all is written."""
        while self._pieces:
            try:
                written = os.writev(self._descriptor, list(self._pieces)[:_PIECES_AT_ONCE])
            except BlockingIOError:
                return False
            while written:
                first = self._pieces.popleft()
                if written < len(first):
                    self._pieces.appendleft(first[written:])
                    break
                written -= len(first)
        return True


class Inlet:
    """Frames as they trickle in from an untrusted process, never taking more memory than agreed."""

    def __init__(self, descriptor: int, largest_body: int) -> None:
        self._descriptor = descriptor
        self._largest_body = largest_body
        self._expect(PREFIX.size, None)

    def _expect(self, length: int, header_length: int | None) -> None:
        self._target, self._filled, self._header_length = bytearray(length), 0, header_length

    def pull(self) -> Frame | None:
        """Return the next whole frame; None where it is not here yet; EOFError at the end; MalformedError."""
        while True:
            try:
                count = os.readv(self._descriptor, [memoryview(self._target)[self._filled :]])
            except BlockingIOError:
                return None
            if count == 0:
                raise EOFError
            self._filled += count
            if self._filled < len(self._target):
                continue
            if self._header_length is not None:
                frame = _decode(memoryview(self._target), self._header_length)
                self._expect(PREFIX.size, None)
                return frame
            self._begin(*PREFIX.unpack(self._target))

    def _begin(self, header_length: int, body_length: int) -> None:
        if not 2 <= header_length <= LARGEST_HEADER:
            raise MalformedError
        if body_length > self._largest_body:
            raise MalformedError("reply_too_large")
        self._expect(header_length + body_length, header_length)
