"""A device's sensor pattern, and the file that holds it. No part of it can be executed, and a changed file is refused.

The file, numbers little-endian:

1. 29 bytes: ``OpenHotline sensor pattern 1`` and a line feed.
2. 4 bytes: the header's length; then the header, JSON in UTF-8 with sorted keys and no spaces: ``name``, ``width``,
   ``height`` (of the frames), ``rows``, ``columns`` (of the pattern), ``type`` (``<f2``), ``deviation``, ``frames`` (a
   list of ``of``, ``sha256``), ``made_with``, ``method``, ``made_at`` (ISO 8601 with its offset).
3. rows x columns numbers of two bytes: the pattern over its standard deviation, a row after the other.
4. 32 bytes: the SHA-256 of everything before.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput, Damaged
from openhotline.provenance.sensor.residuals import LARGEST, SMALLEST, STEP

MAGIC = b"OpenHotline sensor pattern 1\n"
METHOD = 1
"""Of residual and estimate. Patterns of another method do not fit this one's residuals."""

LARGEST_HEADER = 1 << 20
LARGEST_FILE = len(MAGIC) + 4 + LARGEST_HEADER + 2 * LARGEST**2 + 32
LONGEST_NAME = 80
_LENGTH = struct.Struct("<I")

DAMAGED = "The pattern's file was changed or cut short. Take a sound copy, or learn the device again."
FOREIGN = "This is no sensor pattern of this version. Make one with `openhotline device learn`."


@dataclass(frozen=True)
class FrameDigest:
    """SHA-256 of a frame's ``file``, or of its ``pixels`` where only those were given."""

    of: str
    sha256: str


@dataclass(frozen=True, eq=False)
class SensorPattern:
    """What one device's sensor does to every picture.

    ``values`` is float16[rows, columns] with deviation 1; ``deviation`` is that of the estimate before, as a part of the
    light (0.003 to 0.02 for real sensors; more where few frames were used). ``width`` and ``height`` are the frames'.
    """

    name: str
    width: int
    height: int
    values: npt.NDArray[np.float16]
    deviation: float
    frames: tuple[FrameDigest, ...]
    made_with: str
    made_at: datetime

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the pattern's file, in hexadecimal: what records name the device's pattern by."""
        return hashlib.sha256(encode(self)).hexdigest()


def write_pattern(pattern: SensorPattern, path: Path) -> None:
    """Write the file; it gets its name when it is whole."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(encode(pattern))
    partial.replace(path)


def read_pattern(path: Path) -> SensorPattern:
    """Read the file. BadInput where it is none, Damaged where it is not as it was written."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    return decode(data)


def encode(pattern: SensorPattern) -> bytes:
    """Return the file's bytes; the same pattern gives the same bytes."""
    header = {
        "name": pattern.name,
        "width": pattern.width,
        "height": pattern.height,
        "rows": pattern.values.shape[0],
        "columns": pattern.values.shape[1],
        "type": "<f2",
        "method": METHOD,
        "deviation": pattern.deviation,
        "frames": [asdict(frame) for frame in pattern.frames],
        "made_with": pattern.made_with,
        "made_at": pattern.made_at.isoformat(),
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    body = MAGIC + _LENGTH.pack(len(text)) + text + pattern.values.astype("<f2").tobytes()
    return body + hashlib.sha256(body).digest()


def decode(data: bytes) -> SensorPattern:
    """Return the pattern that a file's bytes hold."""
    if not data.startswith(MAGIC):
        raise BadInput(FOREIGN)
    if len(data) > LARGEST_FILE or hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise Damaged(DAMAGED)
    begin = len(MAGIC) + _LENGTH.size
    try:
        end = begin + _LENGTH.unpack_from(data, len(MAGIC))[0]
        pattern = _pattern(json.loads(data[begin:end]), data[end:-32])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        raise BadInput(FOREIGN) from None
    if encode(pattern) != data:  # one pattern has one file, hence one digest
        raise BadInput(FOREIGN)
    return pattern


def _pattern(header: dict[str, Any], body: bytes) -> SensorPattern:
    rows, columns = header["rows"], header["columns"]
    for side, whole in ((rows, header["height"]), (columns, header["width"])):
        if not (type(side) is type(whole) is int and SMALLEST <= side <= min(whole, LARGEST)) or side % STEP:
            raise ValueError
    values = np.frombuffer(body, "<f2").reshape(rows, columns)
    if header["method"] != METHOD or not _is_name(header["name"]) or not np.isfinite(values).all():
        raise ValueError
    return SensorPattern(
        name=header["name"],
        width=header["width"],
        height=header["height"],
        values=values,
        deviation=float(header["deviation"]),
        frames=tuple(FrameDigest(str(frame["of"]), str(frame["sha256"])) for frame in header["frames"]),
        made_with=str(header["made_with"]),
        made_at=datetime.fromisoformat(header["made_at"]),
    )


def checked_name(name: str) -> str:
    """Return a device's name, or say that it is none."""
    if not _is_name(name):
        raise BadInput(f"A device's name has 1 to {LONGEST_NAME} ordinary characters. Choose another.")
    return name


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and name.strip() == name
