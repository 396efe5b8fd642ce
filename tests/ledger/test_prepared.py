"""Prepared queries answer as their querysets do, and read the database each time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOON

from openhotline_server.accounts.models import PartnerKey, User
from openhotline_server.accounts.operations import issue_partner_key
from openhotline_server.ledger.prepared import Place, Prepared

pytestmark = pytest.mark.django_db


def _keys() -> Prepared[PartnerKey]:
    return Prepared(
        lambda: (
            PartnerKey.objects.select_related("partner")
            .filter(partner=Place(1), partner__role=Place(0), revoked_at=None)
            .order_by("-pk")
        )
    )


def test_rows_and_what_they_point_to_are_those_of_the_queryset(paul: User) -> None:
    for hours in range(3):
        issue_partner_key(partner=paul, actor="system", at=NOON + timedelta(hours=hours))
    plain = list(PartnerKey.objects.select_related("partner").order_by("-pk"))
    found = _keys().rows("partner", paul.pk)
    assert [vars(key) | {"_state": None} for key in found] == [vars(k) | {"_state": None} for k in plain]
    assert found[0].issued_at == NOON + timedelta(hours=2) and found[0].issued_at.tzinfo is not None
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert found[0].partner == paul and found[0].partner.code == paul.code
    assert len(asked) == 0


def test_each_call_reads_anew_with_its_own_values(paul: User, ana: User) -> None:
    keys = _keys()
    assert keys.rows("partner", paul.pk) == [] and keys.first("partner", paul.pk) is None
    made = issue_partner_key(partner=paul, actor="system", at=NOON).key
    assert keys.first("partner", paul.pk) == made
    assert keys.first("partner", ana.pk) is None and keys.first("analyst", paul.pk) is None
    PartnerKey.objects.update(revoked_at=NOON)
    assert keys.rows("partner", paul.pk) == []


def test_what_was_found_can_be_changed_and_saved(paul: User) -> None:
    issue_partner_key(partner=paul, actor="system", at=NOON)
    found = _keys().first("partner", paul.pk)
    assert found is not None
    found.revoked_at = NOON
    found.save(update_fields=["revoked_at"])
    assert PartnerKey.objects.get().revoked_at == NOON


def test_text_that_looks_like_sql_is_a_value(paul: User) -> None:
    issue_partner_key(partner=paul, actor="system", at=NOON)
    assert _keys().rows("partner' OR '1'='1", paul.pk) == []
