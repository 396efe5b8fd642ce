"""How the commands about audits fail: what is missing is said, and nothing that is refused looks like a match."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openhotline.errors import OpenHotlineError, Refused


@contextmanager
def needing_packages() -> Iterator[None]:
    """Say what to install where an optional package is missing."""
    try:
        yield
    except ImportError as problem:
        from openhotline.datasets.inputs.packages import MISSING

        raise OpenHotlineError(MISSING, details=str(problem)) from None


@contextmanager
def refusals_apart() -> Iterator[None]:
    """End a refusal with 3: it would end with 1, and that says that something matches."""
    try:
        yield
    except Refused as problem:
        raise OpenHotlineError(problem.message, details=problem.details) from None
