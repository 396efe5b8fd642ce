"""Compile ahead of time."""

from __future__ import annotations

from importlib import import_module


def prepare() -> None:
    """Compile the kernels, or read them from numba's cache: half a minute once per machine, then half a second.

    Leaves them in that cache for processes that may not write.
    """
    for module in ("brute_kernels", "index_kernels", "search_kernels", "star_kernels"):
        import_module(f"openhotline.matching.{module}")
