"""A replay as the command runs it, without a command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from study_cast import written
from tests.conftest import NOON

if TYPE_CHECKING:
    from openhotline_server.pipeline.study import Replayed


@pytest.fixture
def replay(db: None) -> Callable[[dict[str, Any]], Replayed]:
    from openhotline_server.pipeline.study import replay as replay_study
    from openhotline_server.pipeline.study_description import read_description

    def run(description: dict[str, Any], **more: Any) -> Replayed:
        return replay_study(
            study=read_description(written(description)),
            received_on=date(2023, 9, 30),
            actor="test",
            clock=lambda: NOON,
            **more,
        )

    return run
