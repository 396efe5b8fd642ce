"""Compile ahead of time."""

from __future__ import annotations

from importlib import import_module


def prepare() -> None:
    """Compile the kernels, or read them from numba's cache: seconds once per machine, then half of one."""
    for module in ("linear_kernels", "running_kernels"):
        import_module(f"openhotline.hashing.{module}")
