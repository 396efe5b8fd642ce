"""Gives every match that stands already a code of its own: the column before gave all of them the same."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import migrations

AT_ONCE = 1000


def name_matches(apps: Any, editor: Any) -> None:
    """Give codes, a few rows at a time."""
    match = apps.get_model("findings", "KnownMatch")
    last = 0
    while rows := list(match.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for row in rows:
            row.code = uuid.uuid4()
        match.objects.bulk_update(rows, ["code"], batch_size=200)
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("findings", "0002_governance")]

    operations = [migrations.RunPython(name_matches, migrations.RunPython.noop)]
