"""How much memory a test may take."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

Peak = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def peak() -> Peak:
    """Give what fails when the block inside holds more bytes at once."""

    @contextmanager
    def measured(*, below: int) -> Iterator[None]:
        tracemalloc.start()
        try:
            yield
            assert tracemalloc.get_traced_memory()[1] < below
        finally:
            tracemalloc.stop()

    return measured
