"""The addresses' pages: whoever may, takes one, says what it is by a plain form, and everything follows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.console.address_cast import STANDING, case_of, reported, traced
from tests.console.pages_cast import at_most, text_of

from openhotline_server.accounts.models import User
from openhotline_server.assessment.addresses import find_address_assessment
from openhotline_server.findings.models import Check
from openhotline_server.findings.traces import newest_trace
from openhotline_server.intake.file_records import FileFacts
from openhotline_server.intake.messages import answer_hotline, list_messages
from openhotline_server.intake.models import FileRecord, Report
from openhotline_server.ledger.models import Line
from openhotline_server.notices.models import (
    Notice,
    NoticeAddress,
    Outgoing,
    PoliceAnswer,
    ProviderAnswer,
    Removal,
)
from openhotline_server.pipeline.file_noting import note_file
from openhotline_server.triage.address_cases import claim
from openhotline_server.triage.models import AddressCase, AddressClaim

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
HERE = "/console/address-cases/"
PLAIN = {
    "q_child": "3",
    "q_image_type": "1",
    "q_indecent": "1",
    "q_severity": "2",
    "q_sex": "1",
    "q_ai": "1",
    "pictures": "4",
    "films": "",
    "site_type": "image_host",
    "commercial": "unknown",
    "note": "",
}
BEGUN = {"begun_at": timezone.now().isoformat()}
PLAIN |= BEGUN
OFF_REMIT = {"q_child": "7", "q_discount_reason": "6", **BEGUN}
UNSURE = {"q_child": "8", **BEGUN}
LONG = "https://pictures.example.org/gallery/2291/"


@pytest.fixture
def case(db: None) -> AddressCase:
    return case_of(LONG, at=timezone.now(), words="I saw a child.", contact="me@mail.example")


def now_open(answers: dict[str, str]) -> dict[str, str]:
    """These answers, on a page that was opened this moment."""
    return {**answers, "begun_at": timezone.now().isoformat()}


@pytest.fixture
def nina(add_person: Callable[..., User]) -> User:
    return add_person("nina", "analyst")


def taken(client: Client, case: AddressCase) -> str:
    answer = client.post(f"{HERE}{case.code}/take/")
    assert answer.status_code == 302
    return str(answer["Location"])


def state(case: AddressCase) -> str:
    case.refresh_from_db()
    return str(case.state)


def test_the_queue_says_why_and_by_when(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    said = text_of(sign_in(ana).get(HERE))
    assert "hxxps://pictures[.]example[.]org/gallery/2291/" in said
    assert "No analyst has seen this address before." in said
    assert re.search(r"For you ?1 ", said)
    assert "in " in said and " h" in said


def test_a_manager_sees_who_has_it_in_hand(sign_in: SignIn, ana: User, mia: User, case: AddressCase) -> None:
    claim(case=case, person=ana, at=timezone.now())
    said = text_of(sign_in(mia).get(HERE))
    assert "For you" not in said
    assert "Ana" in said
    assert "Next address" not in said


def test_an_unknown_tab_is_the_first_one(sign_in: SignIn, mia: User, case: AddressCase) -> None:
    assert "hxxps" in text_of(sign_in(mia).get(f"{HERE}?state=nothing"))
    assert "No address stands here." in text_of(sign_in(mia).get(f"{HERE}?state=watched"))


def test_two_analysts_never_get_the_same_address(
    sign_in: SignIn, ana: User, nina: User, case: AddressCase
) -> None:
    second = case_of("https://other.example.org/", at=timezone.now())
    hers = sign_in(ana).post(f"{HERE}next/")["Location"]
    theirs = sign_in(nina).post(f"{HERE}next/")["Location"]
    assert {str(case.code), str(second.code)} == {hers.split("/")[3], theirs.split("/")[3]}
    assert (
        sign_in(nina).post(f"{HERE}{hers.split('/')[3]}/take/")["Location"].endswith(f"{hers.split('/')[3]}/")
    )


def test_nothing_waits_and_says_so(sign_in: SignIn, ana: User) -> None:
    answer = sign_in(ana).post(f"{HERE}next/", follow=True)
    assert "Nothing waits for you." in text_of(answer)


def test_no_page_leads_to_the_address(sign_in: SignIn, ana: User, mia: User, case: AddressCase) -> None:
    traced(case, ("NL", "NL", "NL"), at=timezone.now())
    client = sign_in(ana)
    pages = [taken(client, case), HERE, f"{HERE}{case.code}/", "/console/"]
    pages += [f"/console/inbox/{Report.objects.get().code}/", "/console/inbox/"]
    for page in pages:
        html = client.get(page).content.decode()
        assert not re.search(r'(?:href|src|action|data-[a-z]+|content)="[^"]*example\.org', html), page
        outside = re.sub(r'<input id="address-plain"[^>]*>', "", html)
        assert "pictures.example.org" not in outside, page
    html = sign_in(mia).get(f"/console/reports/{Report.objects.get().code}/").content.decode()
    assert "pictures[.]example[.]org" in html
    assert "pictures.example.org" not in html


def test_a_page_asks_the_database_little(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    for number in range(20):
        case_of(f"https://other.example.org/{number}", at=timezone.now())
    client = sign_in(ana)
    with at_most(20):
        client.get(HERE)
    with at_most(35):
        client.get(f"{HERE}{case.code}/")


def test_the_plain_form_is_a_whole_assessment(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    traced(case, ("NL", "NL", ""), at=timezone.now())
    client = sign_in(ana)
    place = taken(client, case)
    answer = client.post(place, {**PLAIN, "identifying": ["school", "voice"]})
    assert answer.status_code == 302
    made = find_address_assessment(case)
    assert made is not None
    assert (made.outcome, made.grade, made.pictures, made.films) == ("photograph", "B", 4, 0)
    assert made.identifying == ["school", "voice"]
    assert state(case) == "to_tell"
    page = text_of(client.get(f"{HERE}{case.code}/"))
    assert "Indecent photograph" in page
    assert "A school or a club" in page
    assert "No jurisdiction file in force here speaks for this country." in page


def test_an_answer_to_a_question_that_is_not_asked_counts_nothing(
    sign_in: SignIn, ana: User, case: AddressCase
) -> None:
    client = sign_in(ana)
    client.post(taken(client, case), {**OFF_REMIT, "q_severity": "1", "q_sex": "2"})
    made = find_address_assessment(case)
    assert made is not None
    assert made.facts == {"child": "no", "discount_reason": "off_remit"}
    assert state(case) == "off_remit"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"q_severity": ""}, "still open: Which category of severity?"),
        ({"site_type": ""}, "kind of site"),
        ({"pictures": ""}, "at least one"),
        ({"pictures": "many"}, "whole number"),
        ({"identifying": ["castle"]}, "castle"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    sign_in: SignIn, ana: User, case: AddressCase, wrong: dict[str, object], sentence: str
) -> None:
    client = sign_in(ana)
    answer = client.post(taken(client, case), {**PLAIN, "note": "Two rooms.", **wrong})
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "Two rooms." in answer.content.decode()
    assert find_address_assessment(case) is None


def test_a_page_left_open_does_not_supersede_what_was_said_since(
    sign_in: SignIn, ana: User, nina: User, case: AddressCase
) -> None:
    place = taken(sign_in(ana), case)
    earlier = now_open(PLAIN)
    AddressClaim.objects.all().delete()  # it lapsed
    sign_in(nina).post(taken(sign_in(nina), case), OFF_REMIT)
    answer = sign_in(ana).post(place, earlier)
    assert answer.status_code == 400
    assert "assessed since you opened it" in text_of(answer)
    made = find_address_assessment(case)
    assert made is not None
    assert made.person == nina


def test_only_what_is_in_her_hands_opens(sign_in: SignIn, ana: User, nina: User, case: AddressCase) -> None:
    answer = sign_in(ana).get(f"{HERE}{case.code}/assess/", follow=True)
    assert "not in your hands" in text_of(answer)
    claim(case=case, person=nina, at=timezone.now())
    refused = sign_in(ana).post(f"{HERE}{case.code}/assess/", PLAIN)
    assert refused.status_code == 400
    assert "Somebody else" in text_of(refused)


def test_a_skipped_address_is_not_offered_to_her_again(
    sign_in: SignIn, ana: User, nina: User, case: AddressCase
) -> None:
    client = sign_in(ana)
    taken(client, case)
    answer = client.post(f"{HERE}{case.code}/skip/", {"reason": "The page does not open."}, follow=True)
    assert "Skipped." in text_of(answer)
    assert client.post(f"{HERE}next/")["Location"] == HERE
    assert str(case.code) in sign_in(nina).post(f"{HERE}next/")["Location"]
    assert Line.objects.filter(details__skipped="The page does not open.").exists()


def test_who_could_not_tell_leaves_it_to_another_who_does_not_see_it(
    sign_in: SignIn, ana: User, nina: User, case: AddressCase
) -> None:
    client, other = sign_in(ana), sign_in(nina)
    client.post(taken(client, case), UNSURE)
    assert state(case) == "new"
    assert client.post(f"{HERE}next/")["Location"] == HERE
    place = other.post(f"{HERE}next/")["Location"]
    for page in (place, f"{HERE}{case.code}/"):
        assert "could not tell" not in text_of(other.get(page)), page
    other.post(place, now_open(UNSURE))
    made = find_address_assessment(case)
    assert made is not None
    assert made.discount_reason == "age_in_question"


def test_an_assessment_is_taken_back_and_opens_again(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    client = sign_in(ana)
    client.post(taken(client, case), OFF_REMIT)
    assert "You may take it back" in text_of(client.get(HERE))
    answer = client.post(f"{HERE}{case.code}/undo/")
    assert answer["Location"].endswith("/assess/")
    assert find_address_assessment(case) is None
    assert state(case) == "new"
    assert client.get(answer["Location"]).status_code == 200


def test_what_has_left_cannot_be_taken_back(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    traced(case, ("NL", "NL", "NL"), at=timezone.now())
    client = sign_in(ana)
    client.post(taken(client, case), PLAIN)
    notice = Notice.objects.create(
        kind="takedown",
        recipient="A host",
        document={},
        drafted_at=timezone.now(),
        approved_at=timezone.now(),
    )
    NoticeAddress.objects.create(notice=notice, case=case)
    answer = client.post(f"{HERE}{case.code}/undo/", follow=True)
    assert "it stands" in text_of(answer)
    assert find_address_assessment(case) is not None


def test_what_was_told_whom_and_until_it_is_gone_stands_on_its_page(
    sign_in: SignIn, ana: User, case: AddressCase
) -> None:
    now = timezone.now()
    traced(case, ("NL", "NL", "NL"), at=now)
    client = sign_in(ana)
    client.post(taken(client, case), PLAIN)
    notice = Notice.objects.create(
        kind="takedown", recipient="A host", document={}, drafted_at=now, approved_at=now
    )
    NoticeAddress.objects.create(notice=notice, case=case, illegal_there=False)
    Outgoing.objects.create(
        notice=notice,
        message_id="<1@x>",
        message="",
        state="dead",
        next_try_at=now,
        trouble="Refused.",
        queued_at=now,
    )
    ProviderAnswer.objects.create(notice=notice, kind="question", words="Which page?", answered_at=now)
    Removal.objects.create(
        case=case, notice=notice, country="NL", host="Example Hosting", began_at=now, misses=1
    )
    Check.objects.create(address=case.address, outcome="online", status=200, checked_at=now)
    said = text_of(client.get(f"{HERE}{case.code}/"))
    for words in (
        "Notice to the host to A host Given up: a person decides not illegal there",
        "Refused.",
        "Asks something",
        "Which page?",
        "Still there answer 200",
        "missed 1 time",
        "Example Hosting",
    ):
        assert words in said, words


def test_a_draft_falls_with_its_assessment(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    traced(case, ("NL", "NL", "NL"), at=timezone.now())
    client = sign_in(ana)
    client.post(taken(client, case), PLAIN)
    notice = Notice.objects.create(
        kind="takedown", recipient="A host", document={}, drafted_at=timezone.now()
    )
    NoticeAddress.objects.create(notice=notice, case=case)
    client.post(f"{HERE}{case.code}/undo/")
    notice.refresh_from_db()
    assert notice.dropped_at is not None
    assert state(case) == "new"


def test_a_supervisor_settles_where_it_lies(sign_in: SignIn, ana: User, mia: User, case: AddressCase) -> None:
    traced(case, ("NL", "FR", ""), at=timezone.now())
    client = sign_in(ana)
    client.post(taken(client, case), PLAIN)
    assert state(case) == "untraceable"
    place = f"{HERE}{case.code}/trace/"
    assert (
        client.post(place, {"country": "NL", "reason": "They told me on the telephone."}).status_code == 403
    )
    sign_in(mia).post(place, {"country": "nl", "reason": "They told me on the telephone."})
    trace = newest_trace(case.address)
    assert trace is not None
    assert (trace.country, trace.overridden_by) == ("NL", mia)
    assert state(case) == "to_tell"
    assert "They told me on the telephone." in text_of(client.get(f"{HERE}{case.code}/"))


def test_the_police_come_first_and_their_answer_is_recorded(
    sign_in: SignIn, ana: User, case: AddressCase
) -> None:
    traced(case, ("GB", "GB", "GB"), at=timezone.now())
    client = sign_in(ana)
    client.post(taken(client, case), PLAIN)
    assert state(case) == "referred"
    assert "have not answered yet" in text_of(client.get(f"{HERE}{case.code}/"))
    client.post(f"{HERE}{case.code}/police/", {"answer": "hold", "reference": "P 17"})
    assert state(case) == "on_hold"
    client.post(f"{HERE}{case.code}/police/", {"answer": "authorised", "reference": "P 18"})
    assert state(case) == "to_tell"
    assert PoliceAnswer.objects.count() == 2
    assert "P 17" in text_of(client.get(f"{HERE}{case.code}/"))


def test_a_case_is_handed_over_by_its_holder_or_a_manager(
    sign_in: SignIn, ana: User, nina: User, mia: User, case: AddressCase
) -> None:
    place = f"{HERE}{case.code}/hand-over/"
    to_nina = {"to": "nina", "reason": "She knows the language."}
    assert "Take it first" in text_of(sign_in(ana).post(place, to_nina, follow=True))
    sign_in(mia).post(place, to_nina)
    case.refresh_from_db()
    assert case.handed_to == nina
    assert sign_in(ana).post(f"{HERE}next/")["Location"] == HERE
    assert str(case.code) in sign_in(nina).post(f"{HERE}next/")["Location"]
    sign_in(nina).post(place, {"to": "", "reason": "My day ends."})
    assert str(case.code) in sign_in(ana).post(f"{HERE}next/")["Location"]


def test_a_case_is_put_back(sign_in: SignIn, ana: User, nina: User, case: AddressCase) -> None:
    client = sign_in(ana)
    taken(client, case)
    client.post(f"{HERE}{case.code}/release/")
    assert str(case.code) in sign_in(nina).post(f"{HERE}next/")["Location"]


def test_no_address_of_that_code(sign_in: SignIn, ana: User) -> None:
    assert sign_in(ana).get(f"{HERE}{uuid.uuid4()}/").status_code == 404


def test_the_inbox_shows_each_what_is_hers(sign_in: SignIn, ana: User, mia: User, case: AddressCase) -> None:
    now = timezone.now()
    reported("https://flood.example.org/1", at=now, standing=STANDING.QUARANTINED)
    hers = text_of(sign_in(ana).get("/console/inbox/?show=quarantine"))
    assert "Set aside" not in hers
    assert "Public form" in hers
    assert "Admit" in text_of(sign_in(mia).get("/console/inbox/?show=quarantine"))


def test_the_inbox_says_where_each_report_stands(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    assert "0 New" in text_of(sign_in(ana).get("/console/inbox/"))
    AddressCase.objects.update(state="watched")
    assert "0 Watched" in text_of(sign_in(ana).get("/console/inbox/"))


def test_a_flood_is_admitted_or_refused_by_a_manager(sign_in: SignIn, ana: User, mia: User) -> None:
    now = timezone.now()
    one = reported("https://flood.example.org/1", at=now, standing=STANDING.QUARANTINED)
    two = reported("https://flood.example.org/2", at=now, standing=STANDING.QUARANTINED)
    assert not AddressCase.objects.exists()
    assert sign_in(ana).post(f"/console/inbox/{one.code}/admit/").status_code == 403
    client = sign_in(mia)
    client.post(f"/console/inbox/{one.code}/admit/")
    client.post(f"/console/inbox/{two.code}/refuse/")
    assert AddressCase.objects.get().address.normal.endswith("/1")
    assert "Refused 1" in text_of(client.get("/console/inbox/"))
    again = client.post(f"/console/inbox/{two.code}/admit/", follow=True)
    assert AddressCase.objects.count() == 1
    assert "notice error" in again.content.decode()


def test_a_reporter_is_answered_and_nobody_learns_who_she_is(
    sign_in: SignIn, ana: User, case: AddressCase
) -> None:
    report = Report.objects.get()
    answer_hotline(report=report, words="It moved to another group.", at=timezone.now())
    client = sign_in(ana)
    assert "1 unread message" in text_of(client.get("/console/inbox/?show=messages"))
    page = text_of(client.get(f"/console/inbox/{report.code}/"))
    assert "It moved to another group." in page
    assert "I saw a child." in page
    assert "me@mail.example" in page
    assert "Received; nobody has looked at it yet." in page
    client.post(f"/console/inbox/{report.code}/message/", {"words": "Thank you. Which group?"})
    assert [m.from_reporter for m in list_messages(report)] == [True, False]
    assert "No reporter waits" in text_of(client.get("/console/inbox/?show=messages"))


def test_a_message_that_needs_no_answer_is_marked_read(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    report = Report.objects.get()
    answer_hotline(report=report, words="Thank you.", at=timezone.now())
    client = sign_in(ana)
    client.get(f"/console/inbox/{report.code}/")
    assert "1 unread" in text_of(client.get("/console/inbox/?show=messages"))
    client.post(f"/console/inbox/{report.code}/read/")
    assert "No reporter waits" in text_of(client.get("/console/inbox/?show=messages"))


def test_a_report_without_an_address_is_led_to_the_queue_or_closed(
    sign_in: SignIn, ana: User, mia: User
) -> None:
    now = timezone.now()
    one = reported("", at=now, words="A group of an app. The page is example.org/found")
    two = reported("", at=now, words="I would rather not say.", at_risk_now=True, origin="two")
    client = sign_in(ana)
    assert "2 reports name no address and wait to be read" in text_of(client.get("/console/"))
    assert "2 reports name no address" in text_of(sign_in(mia).get("/console/"))
    listed = text_of(client.get("/console/inbox/?show=words"))
    assert listed.index(str(two.code)[:8]) < listed.index(str(one.code)[:8])
    here = f"/console/inbox/{one.code}/"
    assert "What is left to do" in text_of(client.get(here))
    refused = client.post(
        f"{here}addresses/", {"addresses": "no page at all", "found_in": "web"}, follow=True
    )
    assert refused.status_code == 400 and "Line 1 is no address" in text_of(refused)
    assert "no page at all" in refused.content.decode()
    added = client.post(
        f"{here}addresses/", {"addresses": "example.org/found", "found_in": "web"}, follow=True
    )
    assert "waits in the queue" in text_of(added) and "What is left to do" not in text_of(added)
    assert AddressCase.objects.get().address.normal == "https://example.org/found"
    there = f"/console/inbox/{two.code}/"
    assert "Closed." in text_of(client.post(f"{there}close/", {"outcome": "handed_on"}, follow=True))
    page = text_of(client.get(there))
    assert "Handed on to others" in page and "It was looked at and is being worked on." in page
    assert "Closed" in text_of(client.get("/console/inbox/"))
    again = client.post(f"{there}close/", {"outcome": "unusable"}, follow=True)
    assert "does not wait any more" in text_of(again)
    assert "Every report without an address was read." in text_of(client.get("/console/inbox/?show=words"))
    assert "no address" not in text_of(client.get("/console/"))


def test_the_page_of_a_report_shows_its_files(sign_in: SignIn, ana: User) -> None:
    now = timezone.now()
    hashed = FileFacts("m.bin", "c3" * 32, size=1_234_567)
    for address in ("https://files.example.org/m.bin", ""):
        row = note_file(
            kind=FileRecord.Kind.GENERATOR, facts=hashed, address=address, source="own search",
            received_on=now.date(), actor="test", at=now,
        )  # fmt: skip
    page = text_of(sign_in(ana).get(f"/console/inbox/{row.report.code}/"))
    assert "m.bin 1,234,567 bytes" in page and "c3" * 32 in page
    first = FileRecord.objects.order_by("pk")[0].report
    assert f"Also in report {str(first.code)[:8]}" in page
    assert "files[.]example[.]org" in text_of(sign_in(ana).get(f"/console/inbox/{first.code}/"))


def test_what_was_forgotten_is_said_to_be(sign_in: SignIn, ana: User, case: AddressCase) -> None:
    from openhotline_server.intake.models import Particulars

    Particulars.objects.update(words="", contact="", forgotten_at=timezone.now())
    assert "as promised" in text_of(sign_in(ana).get(f"/console/inbox/{Report.objects.get().code}/"))


def test_home_has_addresses_beside_pictures(sign_in: SignIn, ana: User, mia: User, case: AddressCase) -> None:
    hers = text_of(sign_in(ana).get("/console/"))
    assert "Addresses for you" in hers
    assert "Next for you" in hers
    AddressCase.objects.update(due_at=timezone.now() - timedelta(hours=2))
    reported("https://flood.example.org/1", at=timezone.now(), standing=STANDING.QUARANTINED)
    overview = text_of(sign_in(mia).get("/console/"))
    assert "Where the addresses stand" in overview
    assert re.search(r"overdue ?1 ", overview)
    assert "2 h" in overview
    assert "1 report waits in quarantine" in overview
    assert "1 set aside" in overview
