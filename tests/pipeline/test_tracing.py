"""Tracing as the worker does it: recorded answers stand for the network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.conftest import NOON

from openhotline.errors import WrongUsage
from openhotline.trace.answer import Answer, Place, failed
from openhotline.trace.asking import Look
from openhotline.trace.recorded import FORMAT
from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Check, Trace, TraceAnswer
from openhotline_server.findings.traces import newest_trace, note_statement, override
from openhotline_server.intake.models import Address
from openhotline_server.pipeline import tracing
from openhotline_server.pipeline.tracing import check_now, trace_address, trace_now

pytestmark = pytest.mark.django_db

DNS = {"source": "dns", "ips": ["192.0.2.1"]}
GEO = {"source": "geo:one", "country": "NL"}
REGISTRY = {"source": "rdap network", "country": "NL"}
BROKEN = {"source": "rdap network", "failure": "The registry did not answer in time."}


@pytest.fixture(autouse=True)
def asking_is_off(settings: Settings) -> None:
    settings.ASK_NETWORK = False
    settings.RECORDED_ANSWERS = None


@pytest.fixture
def address() -> Address:
    return make("files", "web")


def make(name: str, network: str) -> Address:
    host = f"{name}.example.org"
    return Address.objects.create(
        digest=f"{name:0>64}",
        normal=f"https://{host}/a",
        network=network,
        host=host,
        domain="example.org",
        first_reported_at=NOON,
    )


@pytest.fixture
def record(settings: Settings, tmp_path: Path) -> Any:
    """Let the site take these records' answers from now on."""

    def put(*answers: dict[str, Any], **more: Any) -> None:
        records = [{"host": "files.example.org", "answers": list(answers), **more}]
        (tmp_path / "a.json").write_text(json.dumps({"format": FORMAT, "records": records}))
        settings.RECORDED_ANSWERS = tmp_path

    return put


class Fake:
    """A test's own asking, which sees whether a transaction is open while the network is waited for."""

    def __init__(self, *answers: Answer, outcome: str = "online") -> None:
        self.answers, self.outcome, self.open = answers, outcome, False
        self.statements: Sequence[Answer] = ()

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        self.statements = statements
        return (*self.answers, *statements)

    def look(self, place: Place, *, at: datetime) -> Look:
        return Look(self.outcome, at, 200, "192.0.2.1", "The server answers.")


def waiting() -> list[Any]:
    return [
        row.args_kwargs["args"]
        for row in DBTaskResult.objects.filter(status="READY")
        if "trace" in row.task_path
    ]


def test_an_address_is_traced_on_recorded_answers(address: Address, record: Any) -> None:
    record(DNS, GEO, REGISTRY)
    trace = trace_now(address=address, at=NOON)
    assert (trace.country, trace.agreed, trace.ip, trace.traced_at) == ("NL", True, "192.0.2.1", NOON)


def test_how_many_must_agree_is_a_setting(address: Address, record: Any, settings: Settings) -> None:
    record(DNS, GEO, REGISTRY)
    settings.TRACE_AGREE = 3
    assert not trace_now(address=address, at=NOON).agreed


def test_asking_that_is_switched_off_says_so(address: Address) -> None:
    with pytest.raises(WrongUsage, match="OPENHOTLINE_ASK_NETWORK=1"):
        trace_now(address=address, at=NOON)
    assert not Trace.objects.exists()


def test_a_task_leaves_an_address_untraced_where_asking_is_off(address: Address) -> None:
    trace_address.func(address.pk)
    assert newest_trace(address) is None and waiting() == []


def test_an_onion_service_has_its_own_row_and_nobody_is_asked() -> None:
    trace = trace_now(address=make("hidden", "onion"), at=NOON, asking=Fake())
    assert (trace.country, trace.agreed, trace.asked) == ("", False, 0)
    assert "onion" in TraceAnswer.objects.get(trace=trace).failure
    trace_address.func(make("hidden2", "onion").pk)
    assert Trace.objects.count() == 2


def test_a_task_run_twice_traces_once(address: Address, record: Any) -> None:
    record(DNS, GEO, REGISTRY)
    trace_address.func(address.pk)
    trace_address.func(address.pk)
    assert Trace.objects.count() == 1 and waiting() == []


def test_an_address_that_came_back_later_is_traced_anew(address: Address, record: Any) -> None:
    record(DNS, GEO, REGISTRY)
    trace_now(address=address, at=NOON)  # long ago
    trace_address.func(address.pk)
    assert Trace.objects.count() == 2


def test_what_was_just_learned_is_traced_at_once(address: Address, record: Any) -> None:
    record(DNS, GEO, REGISTRY)
    trace_address.func(address.pk)
    trace_address.func(address.pk, 0, True)
    assert Trace.objects.count() == 2


def test_a_clock_that_jumped_back_does_not_stop_tracing(address: Address, record: Any) -> None:
    record(DNS, GEO, REGISTRY)
    trace_now(address=address, at=NOON + timedelta(days=4000))
    trace_address.func(address.pk)
    last = newest_trace(address)
    assert Trace.objects.count() == 2 and last is not None and last.traced_at < NOON + timedelta(days=4000)


def test_a_source_that_failed_is_asked_again_later_and_not_for_ever(address: Address, record: Any) -> None:
    record(DNS, GEO, BROKEN)
    for tried in range(len(tracing.AGAIN_AFTER) + 1):
        trace_address.func(address.pk, tried)
    assert waiting() == [[address.pk, n] for n in (1, 2, 3)] or sorted(waiting()) == [
        [address.pk, n] for n in (1, 2, 3)
    ]
    last = newest_trace(address)
    assert last is not None and not last.agreed
    assert TraceAnswer.objects.get(trace=last, source="rdap network").failure == BROKEN["failure"]


def test_trying_again_ends_once_the_source_answers(address: Address, record: Any) -> None:
    record(DNS, GEO, BROKEN)
    trace_address.func(address.pk)
    record(DNS, GEO, REGISTRY)
    trace_address.func(address.pk, 1)
    last = newest_trace(address)
    assert last is not None and last.agreed and len(waiting()) == 1
    trace_address.func(address.pk, 2)
    assert newest_trace(address) == last


def test_what_a_manager_settled_is_not_tried_again(address: Address, record: Any, mia: User) -> None:
    record(DNS, GEO, BROKEN)
    trace_address.func(address.pk)
    settled = override(address=address, country="NL", reason="The registry is down.", person=mia, at=NOON)
    trace_address.func(address.pk, 1)
    assert newest_trace(address) == settled


def test_sources_that_only_disagree_are_not_asked_again(address: Address, record: Any) -> None:
    record(DNS, GEO, {**REGISTRY, "country": "DE"})
    trace_address.func(address.pk)
    assert waiting() == []


def test_a_provider_s_statement_goes_with_every_later_trace(address: Address, ana: User) -> None:
    fake = Fake(failed("dns", "dns", NOON, "Nothing."))
    trace_now(address=address, at=NOON, asking=fake)
    note_statement(address=address, country="RO", ip="", network="", words="", person=ana, at=NOON)
    for hours in (1, 2):
        trace_now(address=address, at=NOON + timedelta(hours=hours), asking=fake)
        assert [statement.country for statement in fake.statements] == ["RO"]


def test_a_check_is_kept_and_one_that_could_not_run_is_a_failure(address: Address) -> None:
    assert check_now(address=address, at=NOON, asking=Fake()).outcome == Check.Outcome.ONLINE
    off = check_now(address=address, at=NOON)
    assert off.outcome == Check.Outcome.FAILED and "switched off" in off.words
    onion = check_now(address=make("hidden", "onion"), at=NOON, asking=Fake())
    assert onion.outcome == Check.Outcome.FAILED


def test_a_recorded_folder_that_went_away_is_a_failed_check(address: Address, settings: Settings) -> None:
    settings.RECORDED_ANSWERS = Path("/nowhere")
    assert check_now(address=address, at=NOON).outcome == Check.Outcome.FAILED


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_stranger_is_waited_for(address: Address) -> None:
    class Watching(Fake):
        def trace(
            self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()
        ) -> tuple[Answer, ...]:
            self.open = connection.in_atomic_block
            return super().trace(place, at=at, statements=statements)

    asking = Watching(failed("dns", "dns", NOON, "Nothing."))
    trace_now(address=address, at=NOON, asking=asking)
    assert not asking.open


def test_the_live_sources_are_built_from_the_settings(settings: Settings, tmp_path: Path) -> None:
    from openhotline.trace.live import Live
    from openhotline_server.pipeline.asking_sources import site_asking

    settings.ASK_NETWORK = True
    assert isinstance(site_asking(), Live) and site_asking() is site_asking()
    assert site.RECORDED_ANSWERS is None


def test_a_trace_into_our_own_country_moves_a_waiting_case_up(record: Any, settings: Settings) -> None:
    from openhotline_server.intake.models import Report
    from openhotline_server.intake.reports import Given, GivenAddress
    from openhotline_server.pipeline.reporting import take_in
    from openhotline_server.triage.models import AddressCase

    settings.COUNTRY = "NL"
    take_in(
        kind=Report.Kind.HOTLINE,
        source="another hotline",
        given=Given([GivenAddress("https://files.example.org/a")]),
        received_on=NOON.date(),
        origin="one",
        actor="system",
        at=NOON,
    )
    case = AddressCase.objects.select_related("address").get()
    before = case.urgency
    record(DNS, GEO, REGISTRY)
    trace_now(address=case.address, at=NOON)
    case.refresh_from_db()
    assert case.urgency > before


def test_a_changed_record_is_read_without_a_restart(address: Address, record: Any) -> None:
    record(DNS, GEO, REGISTRY)
    assert trace_now(address=address, at=NOON).country == "NL"
    record(DNS, {**GEO, "country": "RO"}, {**REGISTRY, "country": "RO"}, note="longer")
    assert trace_now(address=address, at=NOON).country == "RO"
