"""Rows made in bulk are the rows that the models' own saving makes, on either database."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.forms import model_to_dict
from tests.conftest import NOON

from openhotline_server.evidence.models import Item
from openhotline_server.findings.models import Examination, Provenance
from openhotline_server.intake.models import Report
from openhotline_server.ledger import inserting
from openhotline_server.ledger.inserting import insert_new, insert_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inserting, "AT_ONCE", 3)


def item(number: int) -> Item:
    return Item(
        sha256=f"{number:064x}", sha1="a" * 40, size=number, captured_at=NOON, captured_by="x", tool="t"
    )


def stored(row: Model) -> dict[str, object]:
    fresh = type(row)._default_manager.get(pk=row.pk)
    return model_to_dict(fresh, exclude=["id"]) | {"code": getattr(fresh, "code", None)}


@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_new_rows_get_their_keys_in_order(count: int) -> None:
    made = insert_new([item(number) for number in range(count)])
    assert [i.pk for i in made] == sorted(i.pk for i in made)
    assert [Item.objects.get(pk=i.pk).size for i in made] == list(range(count))
    assert all(i.code == Item.objects.get(pk=i.pk).code for i in made)
    for i in made:  # an instance with a key is changed, not made again
        i.save(update_fields=["tool"])
    assert Item.objects.count() == count


@pytest.mark.parametrize(
    "make",
    [
        lambda i: Examination(
            item=i, media_type="image/jpeg", notes=["a", "ü"], examined_at=NOON, version="1"
        ),
        lambda i: Examination(
            item=i, width=3, failure='It\'s "cut"; %s ?', has_preview=True, examined_at=NOON, version=""
        ),
        lambda i: Provenance(
            item=i, family="f", source="s", claim="c", strength="n", log10_lr=-0.25, version="1"
        ),
    ],
)
def test_a_row_is_what_saving_makes(make: Callable[[Item], Model]) -> None:
    saved, inserted = item(1), item(2)
    for i in (saved, inserted):
        i.save()
    by_saving, by_inserting = make(saved), make(inserted)
    by_saving.save()
    insert_new([by_inserting])
    assert stored(by_saving) | {"item": 0} == stored(by_inserting) | {"item": 0}


def test_columns_that_are_not_named_get_their_default_row_by_row() -> None:
    with transaction.atomic():
        insert_rows(
            Item,
            ("sha256", "captured_at", "captured_by", "tool"),
            [(f"{n:064x}", NOON, "x", "t") for n in range(5)],
        )
    rows = Item.objects.all()
    assert len({row.code for row in rows}) == 5
    assert all(isinstance(row.code, uuid.UUID) for row in rows)
    assert {(row.size, row.sha1, row.destroyed_at) for row in rows} == {(0, "", None)}


def test_twice_is_once_only_where_it_is_asked_for() -> None:
    names, row = ("sha256", "captured_at", "captured_by", "tool"), ("0" * 64, NOON, "x", "t")
    insert_rows(Item, names, [row])
    insert_rows(Item, names, [row, row], twice_is_once=True)
    assert Item.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Item, names, [row])


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(KeyError):
        insert_rows(Report, ("kind", "owner"), [("batch", "ana")])


def test_a_row_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        insert_rows(Item, ("sha1", "md5"), [("a", "b"), ("a",)])
