"""The optional packages that tables and object stores need, asked for when they are."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from openhotline.errors import OpenHotlineError

MISSING = "Audits need the optional packages. Run `pip install 'openhotline[datasets]'`."


def pyarrow() -> Any:
    """Return pyarrow."""
    return package("pyarrow")


def package(name: str) -> Any:
    """Return an optional package, or say how to install it."""
    try:
        return import_module(name)
    except ImportError:
        raise OpenHotlineError(MISSING) from None
