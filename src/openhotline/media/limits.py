"""How much a stranger's file may cost. One frozen record, handed to every confined process at its start."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds for decoding one file and for the process that does it.

    ``pixels`` is checked against the header before anything is decoded: 100 megapixels is above what phones
    and ordinary cameras make. ``seconds`` is wall clock and ``cpu_seconds`` processor time, both for one
    call. ``memory_bytes`` comes on top of what the process holds once its entry is loaded; a picture of 100
    megapixels needs up to 2 GiB on its way through Pillow. A worker is replaced after ``recycle_after``
    calls or ``life_cpu_seconds`` of processor time, so that nothing can pile up in it.
    """

    pixels: int = 100_000_000
    seconds: float = 60.0
    cpu_seconds: float = 30.0
    memory_bytes: int = 3072 * MEBIBYTE
    request_bytes: int = 1024 * MEBIBYTE
    reply_bytes: int = 64 * MEBIBYTE
    open_files: int = 48
    start_seconds: float = 120.0
    recycle_after: int = 20_000
    life_cpu_seconds: float = 1800.0


class _Adopted:
    """The limits of this process: the defaults, unless it is a confined worker that was told others."""

    limits = Limits()


def current() -> Limits:
    """Return the limits of this process."""
    return _Adopted.limits


def adopt(limits: Limits) -> None:
    """Make ``limits`` those of this process. Called once, by a confined worker before it sees any file."""
    _Adopted.limits = limits
