"""What the site's own settings do to the ground for a move: they narrow it, and unreadable they take it away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from tests.conftest import NOON
from tests.desk_of import a_case
from tests.triage.moves_cast import DETECTED, SIGNED, WORDS, look

from openhotline.errors import Conflict
from openhotline_server.accounts.models import User
from openhotline_server.assessment import moving
from openhotline_server.triage import ground, moves, operations
from openhotline_server.triage.models import Case

NARROWER = "[families.pixel_detectors]\nlowest = -0.1\nhighest = 0.1\n"
DAMAGED = "[families.pixel_detectors\n"


@pytest.fixture(autouse=True)
def _no_settings_afterwards() -> Iterator[None]:
    yield
    settings.DATA.origin_settings.unlink(missing_ok=True)


def _moved(person: User) -> Case:
    case = a_case()
    look(case, SIGNED, DETECTED)
    moves.move_within_level(case=case, person=person, words=WORDS, at=NOON + timedelta(minutes=5))
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("written", [NARROWER, DAMAGED], ids=["narrower", "damaged"])
def test_settings_take_the_ground_away(mia: User, written: str) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    found = moving.ground_for(mia, case)
    assert found is not None
    assert found.stands
    settings.DATA.origin_settings.write_text(written)
    found = moving.ground_for(mia, case)
    assert found is not None
    assert not found.stands
    with pytest.raises(Conflict):
        moves.move_within_level(case=case, person=mia, words=WORDS, at=NOON)


@pytest.mark.parametrize("written,why", [(NARROWER, ground.GONE), (DAMAGED, ground.UNREADABLE)])
def test_settings_take_a_move_back(mia: User, written: str, why: str) -> None:
    case = _moved(mia)
    settings.DATA.origin_settings.write_text(written)
    operations.place_again(case=case, signals=moves.signals_of(case), at=NOON + timedelta(hours=1))
    assert moves.find_standing(case) is None
    assert moves.Move.objects.get().taken_back_why == why


def test_wider_settings_give_no_ground(mia: User) -> None:
    case = a_case()
    look(case, SIGNED)
    wider = '[families.camera_traces]\nlowest = -3.0\nhighest = 0.0\nsource = "a test"\n'
    settings.DATA.origin_settings.write_text(wider)
    found = moving.ground_for(mia, case)
    assert found is not None
    assert not found.stands
