"""Lines of bulk work, appended at once: the same chain, and nothing of what failed."""

from __future__ import annotations

import pytest
from django.db import transaction
from tests.conftest import NOON

from openhotline_server.ledger import operations, queries
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.models import Line

pytestmark = pytest.mark.django_db


def note(subject: str, actor: str = "system") -> None:
    operations.record(actor=actor, at=NOON, event=Event.POLICY_SET, subject=subject, details={})


def test_gathered_lines_stand_in_their_order_behind_the_others() -> None:
    with transaction.atomic():
        note("first")
        with operations.gathered():
            note("second", "ana")
            note("third", "ben")
            assert Line.objects.count() == 1
        note("fourth")
    lines = Line.objects.order_by("sequence").values_list("actor", "subject")
    assert list(lines) == [("system", "first"), ("ana", "second"), ("ben", "third"), ("system", "fourth")]
    assert queries.verify().lines == 4


def test_a_block_that_fails_leaves_no_line() -> None:
    with pytest.raises(ValueError, match="undo"), transaction.atomic(), operations.gathered():
        note("first")
        raise ValueError("undo")
    with transaction.atomic():
        note("second")
    assert list(Line.objects.values_list("subject", flat=True)) == ["second"]


def test_an_empty_block_writes_nothing() -> None:
    with transaction.atomic(), operations.gathered():
        pass
    assert not Line.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_gathering_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"), operations.gathered():
        pass
