"""A delivery is one report, an address one row, and nothing that was said is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.conftest import NOON

from openhotline.errors import BadInput, Conflict, NotAllowed, TooLarge
from openhotline_server.accounts.models import User
from openhotline_server.intake.models import Address, Mention, Particulars, Report
from openhotline_server.intake.queries import list_mentions
from openhotline_server.intake.reports import (
    Given,
    GivenAddress,
    Taken,
    ToTake,
    admit,
    refuse,
    take_report,
    take_reports,
)
from openhotline_server.ledger import queries as ledger

FORM = ToTake(Report.Kind.FORM, "Public form", Given(), NOON.date(), "form:1")


def given(*texts: str, **said: object) -> Given:
    return Given(addresses=[GivenAddress(text) for text in texts], **said)  # type: ignore[arg-type]


def take(origin: str, what: Given, standing: Report.Standing = Report.Standing.TAKEN) -> Taken:
    one = replace(FORM, origin=origin, given=what, standing=standing)
    return take_reports(deliveries=[one], actor="reporter", at=NOON)[0]


@pytest.mark.django_db
def test_a_report_is_taken_in_and_written_down() -> None:
    taken = take("a", given("Example.org/x", "https://example.net/"))
    assert (taken.fresh, taken.new, taken.known, taken.unreadable) == (True, 2, 0, ())
    assert [m.address.normal for m in taken.mentions] == ["https://example.org/x", "https://example.net/"]
    assert [m.given for m in list_mentions(taken.report)] == ["Example.org/x", ""]
    (line,) = ledger.search(event="report.received")
    assert line.subject == taken.report.subject
    assert line.details == {"kind": "form", "received_on": "2026-11-03", "addresses": 2, "known": 0}
    assert "example" not in str(line.details) and taken.report.origin_digest != "a"


@pytest.mark.django_db
def test_the_same_delivery_twice_is_once() -> None:
    first = take("a", given("https://example.org/x", words="Words."))
    again = take("a", given("https://example.org/other", words="Others."))
    assert not again.fresh and again.report == first.report
    assert list(again.mentions) == list(first.mentions) and (again.new, again.known) == (1, 0)
    assert Report.objects.count() == Mention.objects.count() == Particulars.objects.count() == 1
    assert ledger.search(event="report.received").count() == 1


@pytest.mark.django_db
def test_another_spelling_is_the_same_address() -> None:
    first = take("a", given("https://example.org/x"))
    second = take("b", given("HTTPS://EXAMPLE.org:443/x?utm_source=q", "hxxps://example[.]org/x"))
    assert (second.new, second.known, len(second.mentions)) == (0, 1, 1)
    assert second.mentions[0].address == first.mentions[0].address
    assert Address.objects.count() == 1


@pytest.mark.django_db
def test_what_cannot_be_read_stays_in_the_words() -> None:
    taken = take("a", given("https://example.org/", "my neighbour's page", words="Look."))
    assert [one.text for one in taken.unreadable] == ["my neighbour's page"]
    assert taken.unreadable[0].why.endswith(".")
    assert Particulars.objects.get().words == "Look.\nmy neighbour's page"


@pytest.mark.django_db
def test_a_group_in_an_app_is_a_place_in_words() -> None:
    first = take("a", Given([GivenAddress("Group Blue in App X", found_in="chat")]))
    again = take("b", Given([GivenAddress("group  BLUE in app x", found_in="chat")]))
    assert first.mentions[0].address.network == "other" and again.known == 1


@pytest.mark.django_db
def test_a_report_of_words_alone_is_a_report() -> None:
    taken = take("a", Given(words="Somebody told me of something.", at_risk_now=True))
    assert taken.mentions == () and taken.fresh
    assert Particulars.objects.get().at_risk_now


@pytest.mark.django_db
def test_a_report_that_says_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(BadInput):
        take("a", given("  ", words=" "))
    with pytest.raises(TooLarge):
        take("a", Given(words="x" * 5001))
    with pytest.raises(TooLarge):
        take("a", given(*[f"https://example.org/{n}" for n in range(5001)]))
    assert not Report.objects.exists() and not Address.objects.exists()


@pytest.mark.django_db
def test_what_a_sender_states_is_kept_as_it_is() -> None:
    stated = {"severity": "A1", "scheme": "another's", "their_own": [1, {"x": None}]}
    take("a", Given([GivenAddress("https://example.org/", stated=stated)]))
    assert Mention.objects.get().stated == stated


@pytest.mark.django_db
def test_a_quarantined_report_makes_nothing_known(mia: User) -> None:
    aside = take("a", given("https://example.org/x"), Report.Standing.QUARANTINED)
    taken = take("b", given("https://example.org/x"))
    assert taken.new == 1 and ledger.search(event="report.set_aside").count() == 1
    (mention,) = admit(report=aside.report, person=mia, at=NOON)
    assert mention.known and Mention.objects.get(report=aside.report).known
    assert aside.report.standing == Report.Standing.TAKEN


@pytest.mark.django_db
def test_only_whoever_may_decides_on_what_was_set_aside_and_once(ana: User, mia: User) -> None:
    aside = take("a", given("https://example.org/x"), Report.Standing.QUARANTINED).report
    with pytest.raises(NotAllowed):
        refuse(report=aside, person=ana, at=NOON)
    refuse(report=aside, person=mia, at=NOON)
    with pytest.raises(Conflict):
        admit(report=aside, person=mia, at=NOON)
    assert Report.objects.get().standing == Report.Standing.REFUSED
    assert next(line.event for line in ledger.search(subject=aside.subject)) == "report.refused"


@pytest.mark.django_db
def test_one_report_is_taken_as_many_are() -> None:
    taken = take_report(
        kind=Report.Kind.FORM, source="Public form", given=given("example.org"), received_on=NOON.date(),
        origin="a", actor="reporter", at=NOON,
    )  # fmt: skip
    assert taken.fresh and taken.report.finished_at == NOON


class ManyAreAsOneByOne(TestCase):
    """Fast code against slow: what many bring at once is what they bring one after the other."""

    @settings(max_examples=20, deadline=None)
    @over(
        st.lists(
            st.tuples(st.integers(0, 5), st.lists(st.integers(0, 6), min_size=1, max_size=4)), max_size=12
        )
    )
    def test_many_at_once_are_as_one_after_the_other(self, reports: list[tuple[int, list[int]]]) -> None:
        def deliveries(run: str) -> list[ToTake]:
            return [
                replace(
                    FORM,
                    origin=f"{run}:{origin}",
                    given=given(*(f"https://{run}.example.org/{n}" for n in numbers)),
                    standing=Report.Standing.QUARANTINED if origin == 5 else Report.Standing.TAKEN,
                )
                for origin, numbers in reports
            ]

        at_once = take_reports(deliveries=deliveries("a"), actor="partner", at=NOON)
        slowly = [take_reports(deliveries=[one], actor="partner", at=NOON)[0] for one in deliveries("b")]

        def told(taken: list[Taken]) -> list[tuple[object, ...]]:
            return [
                (t.fresh, t.new, t.known, [(m.address.normal[10:], m.known) for m in t.mentions])
                for t in taken
            ]

        assert told(at_once) == told(slowly)
