"""Load ahead of time, so that a process can be closed off afterwards."""

from __future__ import annotations

from importlib import import_module

from openhotline.media import raster


def prepare() -> None:
    """Load every decoder, and compile its kernels or read them from numba's cache; see ``hashing.prepare``."""
    raster.prepare()
    import_module("openhotline.media.eighth.walk")
