"""The page on which a provider's statement is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from tests.conftest import NOON

from openhotline.trace.agreement import agree
from openhotline.trace.answer import Answer
from openhotline_server.accounts.models import User
from openhotline_server.findings.traces import note_trace, statements_of
from openhotline_server.intake.models import Report
from openhotline_server.intake.reports import Given, GivenAddress
from openhotline_server.pipeline.reporting import take_in
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
DNS = Answer("dns", "dns", datetime(2026, 11, 3, tzinfo=UTC), ips=("192.0.2.1",))


@pytest.fixture
def case() -> AddressCase:
    take_in(
        kind=Report.Kind.HOTLINE,
        source="another hotline",
        given=Given([GivenAddress("https://files.example.org/a")]),
        received_on=NOON.date(),
        origin="one",
        actor="system",
        at=NOON,
    )
    return AddressCase.objects.select_related("address").get()


def test_a_statement_is_kept_and_the_address_traced_anew(
    case: AddressCase,
    ana: User,
    sign_in: Callable[[User], Client],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    note_trace(address=case.address, verdict=agree([DNS]), answers=[DNS], at=NOON)
    page = reverse("console:address_origin", args=[case.code])
    client = sign_in(ana)
    assert client.get(reverse("console:address_case", args=[case.code])).content.decode().count(page) == 1
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        answer = client.post(
            page, {"country": "ro", "ip": "", "network": "Example Hosting", "words": "Ticket 7"}
        )
    assert answer.status_code == 302
    (stated,) = statements_of(case.address)
    assert (stated.country, stated.network) == ("RO", "Example Hosting")
    task = DBTaskResult.objects.filter(task_path__endswith="tracing.trace_address").latest("enqueued_at")
    assert task.args_kwargs["args"] == [case.address_id, 0, True]


def test_what_is_wrong_is_said_on_the_page(
    case: AddressCase, ana: User, sign_in: Callable[[User], Client]
) -> None:
    client, page = sign_in(ana), reverse("console:address_origin", args=[case.code])
    untraced = client.post(page, {"country": "RO", "words": "Ticket 7"})
    assert untraced.status_code == 200 and "not traced yet" in untraced.content.decode()
    note_trace(address=case.address, verdict=agree([DNS]), answers=[DNS], at=NOON)
    nothing = client.post(page, {"words": "Ticket 7"})
    assert "State a country" in nothing.content.decode()
    assert "192.0.2.300" in client.post(page, {"ip": "192.0.2.300", "words": "Ticket 7"}).content.decode()
    assert statements_of(case.address) == []


def test_who_does_not_write_to_providers_may_not(
    case: AddressCase, ben: User, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(ben).get(reverse("console:address_origin", args=[case.code])).status_code == 403
