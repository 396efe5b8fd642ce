"""The one door to numba: importing this module is what loads it, so only the hot kernels do.

Signatures are declared, so a kernel is compiled (or read from the cache on disk) once, when its module is
imported, and never again for a picture of another memory layout. Arguments that are only read are declared
read-only, which accepts writeable arrays too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba
from numba import types

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

BYTES_1D = types.Array(types.uint8, 1, "C", readonly=True)
BYTES_2D = types.Array(types.uint8, 2, "C", readonly=True)
NUMBERS_2D = types.Array(types.int32, 2, "C", readonly=True)
WORDS_2D = types.Array(types.uint64, 2, "C", readonly=True)
INDICES = types.Array(types.int64, 1, "C", readonly=True)
SINGLES_1D = types.Array(types.float32, 1, "C", readonly=True)
SINGLES_2D = types.Array(types.float32, 2, "C", readonly=True)
OUT_BYTES_2D = types.Array(types.uint8, 2, "C")
OUT_NUMBERS_2D = types.Array(types.int32, 2, "C")
OUT_INDICES = types.Array(types.int64, 1, "C")
OUT_SINGLES_1D = types.Array(types.float32, 1, "C")
OUT_SINGLES_2D = types.Array(types.float32, 2, "C")
OUT_SINGLES_3D = types.Array(types.float32, 3, "C")

TRUTH = types.boolean
INTEGER = types.int64
WORD = types.uint64
REAL = types.float64
SINGLE = types.float32
NOTHING = types.void

# Lets the compiler fuse and reorder sums. Only for kernels whose result is checked against its rounding
# error.
RELAXED = frozenset({"contract", "reassoc", "nsz"})


_tuple_of: Any = types.Tuple


def several(*parts: Any) -> Any:
    """Return the type of a tuple of these."""
    return _tuple_of(parts)


def compiled(returns: Any, *arguments: Any, relaxed: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a kernel for one signature; division by zero is as in NumPy, not an exception."""
    signature = returns(*arguments)
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    if relaxed:
        options["fastmath"] = set(RELAXED)

    def compile_kernel(function: Kernel) -> Kernel:
        with _unseen("scipy.linalg"):
            try:
                return cast("Kernel", numba.njit(signature, cache=True, **options)(function))
            except RuntimeError:  # numba found no place on disk that it may write its cache to
                return cast("Kernel", numba.njit(signature, **options)(function))

    return compile_kernel


@contextmanager
def _unseen(name: str) -> Iterator[None]:
    """Hide a library that is not loaded. numba takes SciPy's linear algebra where it is installed, which no kernel
    needs: a third of all loading."""
    hidden = name not in sys.modules
    if hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules[name]
