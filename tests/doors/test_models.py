"""Rows point upstream only, and nothing is deleted by accident."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ORDER = [stage.rsplit(".", 1)[1] for stage in settings.STAGES]  # from the doors down to the ledger
OURS = [m for m in apps.get_models() if m._meta.app_label in ORDER]
RELATIONS = [
    (model, field)
    for model in OURS
    for field in model._meta.get_fields()
    if isinstance(field, models.ForeignKey | models.ManyToManyField) and not field.auto_created
]


def test_there_is_something_to_check() -> None:
    assert len(OURS) > 20
    assert len(RELATIONS) > 20


@pytest.mark.parametrize(
    ("model", "field"), RELATIONS, ids=lambda x: getattr(x, "__name__", getattr(x, "name", ""))
)
def test_a_relation_points_upstream_is_protected_and_has_no_way_back(
    model: type[models.Model], field: models.ForeignKey
) -> None:
    target = field.related_model._meta.app_label
    assert ORDER.index(target) >= ORDER.index(model._meta.app_label)
    assert isinstance(field, models.ForeignKey), "many-to-many tables hide rows of a third kind"
    assert field.remote_field.on_delete is models.PROTECT
    assert field.remote_field.related_name == "+"


def test_no_door_has_tables() -> None:
    assert not [m for m in OURS if m._meta.app_label in ("public", "console", "api", "pipeline")]
