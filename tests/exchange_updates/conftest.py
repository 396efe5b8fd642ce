from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.exchange_updates.updates_cast import Scene, served


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with served(tmp_path) as found:
        yield found
