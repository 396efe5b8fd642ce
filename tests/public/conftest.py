"""Before the public door: a form as a browser sends it, and a door that remembers nothing of the test before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.public.door_cast import Door


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    """Each test begins with a process that has seen nobody yet."""
    from openhotline_server.public import receipt_views, report_views, tickets
    from openhotline_server.public.flood import Flood

    with pytest.MonkeyPatch.context() as patch:
        for module in (report_views, receipt_views):
            patch.setattr(module, "FLOOD", Flood())
        patch.setattr(tickets, "WORK_BITS", 8)
        yield


@pytest.fixture
def door(db: None) -> Door:
    from django.test import Client
    from tests.public.door_cast import Door

    return Door(Client())
