"""One chain, in the transaction of what it tells of, and every alteration is found."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.db import transaction
from tests.conftest import NOON

from openhotline import chain
from openhotline.errors import ChainBroken
from openhotline_server.ledger import operations, queries
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.models import Checkpoint, Head, Line

pytestmark = pytest.mark.django_db


def _write(count: int) -> None:
    with transaction.atomic():
        operations.record_many(
            actor="system",
            at=NOON,
            entries=[operations.Entry(Event.POLICY_SET, f"policy:{n}", {"n": n}) for n in range(count)],
        )


def test_lines_follow_each_other_without_a_gap() -> None:
    _write(3)
    _write(2)
    assert list(Line.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]
    assert queries.verify().lines == 5


def test_what_is_rolled_back_was_never_written() -> None:
    _write(2)
    with pytest.raises(ValueError, match="undo"), transaction.atomic():
        operations.record(actor="system", at=NOON, event=Event.POLICY_SET, subject="policy", details={})
        raise ValueError("undo")
    assert queries.verify().lines == 2


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        operations.record(actor="system", at=NOON, event=Event.POLICY_SET, subject="policy", details={})


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda: Line.objects.filter(sequence=4).update(details={"n": 99}), 4),
        (lambda: Line.objects.filter(sequence=4).update(actor="somebody else"), 4),
        (lambda: Line.objects.filter(sequence=4).delete(), 4),
        (lambda: Line.objects.filter(sequence__gte=8).delete(), 8),
    ],
)
def test_an_alteration_is_named_by_its_line(change: object, first: int) -> None:
    _write(10)
    change()  # type: ignore[operator]
    with pytest.raises(ChainBroken) as broken:
        queries.verify()
    assert broken.value.sequence == first


def test_a_checkpoint_is_signed_every_thousand_lines() -> None:
    for _ in range(5):
        _write(250)
    assert Checkpoint.objects.get().sequence == 1000
    assert queries.verify().checkpoints == 1


def test_a_chain_rewritten_whole_is_found_by_its_checkpoint() -> None:
    _write(1200)
    Line.objects.all().delete()
    Head.objects.all().delete()
    _write(1100)
    Line.objects.filter(sequence=1).update(at=NOON)
    assert Checkpoint.objects.count() == 1 or Checkpoint.objects.exists()
    Checkpoint.objects.update(digest="0" * 64)
    with pytest.raises(ChainBroken):
        queries.verify()


def test_an_export_verifies_without_the_site(tmp_path: Path) -> None:
    _write(30)
    with transaction.atomic():
        operations.checkpoint(at=NOON)
    out = io.BytesIO()
    queries.export(out)
    (tmp_path / "ledger").write_bytes(out.getvalue())
    found = chain.verify_export(tmp_path / "ledger")
    assert (found.lines, found.checkpoints) == (30, 1)
    (tmp_path / "ledger").write_bytes(out.getvalue().replace(b'"n":7', b'"n":8'))
    with pytest.raises(ChainBroken) as broken:
        chain.verify_export(tmp_path / "ledger")
    assert broken.value.sequence == 8
