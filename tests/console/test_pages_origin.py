"""The panel about a case's origin: contradictions on top, every signal in one line with its doubt, no reader betrayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import PSEUDO_B, a_case, answered
from tests.triage.moves_cast import DETECTED, LABEL, SIGNED, WORDS, joined_by_an_unknown, look

from openhotline.provenance.contradictions import Contradiction
from openhotline.provenance.words import family_words
from openhotline_server.accounts.models import User
from openhotline_server.assessment.operations import UNDO_WITHIN
from openhotline_server.findings.operations import leave_cluster
from openhotline_server.findings.origin_records import FoundOrigin, record_origins
from openhotline_server.findings.queries import list_members
from openhotline_server.triage import moves
from openhotline_server.triage.models import Case

SignIn = Callable[[User], Client]
GRAVE = Contradiction("label_on_known_real", "A label of generation stands on an image of a real child.", ())
PHOTOGRAPH = PSEUDO_B | {"image_type": "photograph", "ai": "none"}
READERS = (
    "What the analyst found",
    "an analyst&#x27;s finding",
    "an analyst's finding",
)


def panel_of(client: Client, case: Case) -> str:
    words = text_of(client.get(f"/console/cases/{case.code}/"))
    return words.split("Where it comes from")[1].split("Custody")[0]


def test_every_signal_stands_in_one_line_with_its_doubt(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    look(case, SIGNED, LABEL)
    words = panel_of(sign_in(ana), case)
    assert "A lead, not proof" in words
    assert f"{family_words(SIGNED.family)} +2.00 together" in words
    assert (
        "Made by a generator signed by a listed signer, intact and bound to these pixels c2pa active: actions"
        in words
    )
    assert "Made by a generator the file says so, without proof png text: a program 0" in words


def test_the_weightiest_family_comes_first(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    look(case, LABEL, DETECTED, SIGNED)
    words = panel_of(sign_in(ana), case)
    families = (SIGNED.family, DETECTED.family, LABEL.family)
    places = [words.index(family_words(family)) for family in families]
    assert places == sorted(places)


def test_contradictions_stand_above_everything(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    look(case, LABEL, contradictions=[GRAVE])
    words = panel_of(sign_in(ana), case)
    assert words.index("These findings do not go together") < words.index(GRAVE.words) < words.index("Claim")


@pytest.mark.parametrize("speaks", [True, False])
def test_a_pixel_detector_never_speaks_without_its_warning(sign_in: SignIn, ana: User, speaks: bool) -> None:
    case = a_case()
    look(case, LABEL, *([DETECTED] if speaks else []))
    assert ("Not validated on images of people." in panel_of(sign_in(ana), case)) is speaks


def test_an_abstention_is_said_in_words(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    look(case, LABEL, abstained=["too_small"])
    assert "The pixels were not judged. The shorter side has less than 224 pixels" in panel_of(
        sign_in(ana), case
    )


def test_it_says_whether_the_deep_look_is_done_failed_or_outstanding(sign_in: SignIn, ana: User) -> None:
    done, failed, waiting = a_case(), a_case(), a_case()
    look(done, LABEL)
    broken = FoundOrigin("undetermined", 0.0, "", failure="It took too long.")
    record_origins(found=dict.fromkeys(list_members(failed.cluster), broken), inputs="one", at=NOON)
    client = sign_in(ana)
    assert "The deep look is done." in panel_of(client, done)
    assert "Looked at 3 November 2026" in panel_of(client, done)
    assert "The deep look or a part of it failed; nothing follows from that. It took too long." in panel_of(
        client, failed
    )
    assert "The deep look is still outstanding" in panel_of(client, waiting)


def test_nothing_found_says_nothing_either_way(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    look(case)
    assert "No signal was found. That says nothing either way." in panel_of(sign_in(ana), case)


def test_pictures_without_any_signal_take_one_line_together(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=3)
    look(case)
    joined_by_an_unknown(case)
    html = sign_in(ana).get(f"/console/cases/{case.code}/").content.decode()
    assert (
        html.count('<details class="picture-origin"') == 2
    )  # one of which nothing is known yet stays by itself
    words = panel_of(sign_in(ana), case)
    assert "3 others Undetermined no signal The deep look is done and found no signal in them." in words
    assert all(str(item.code)[:8] in words for item in list_members(case.cluster))


def test_few_lines_come_first_and_signals_are_folded(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    html = sign_in(ana).get(f"/console/cases/{case.code}/").content.decode()
    first, folded = html.split('<details class="picture-origin" open>')[1].split(
        '<details class="signal-rows">'
    )[:2]
    assert "Not validated on images of people." in first
    assert "+2.00" in first
    assert "<table" not in first
    assert "<table" in folded


def test_several_pictures_are_summed_up_the_most_telling_open(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=2)
    look(case, SIGNED)
    joined_by_an_unknown(case)
    answer = sign_in(ana).get(f"/console/cases/{case.code}/")
    assert "Synthetic indications: 2 Undetermined: 1 deep look outstanding: 1" in text_of(answer)
    html = answer.content.decode()
    assert " style=" not in html
    assert html.count('<details class="picture-origin"') == 3
    assert html.count('<details class="picture-origin" open>') == 1
    assert (
        "Synthetic indications"
        in html.split('<details class="picture-origin" open>')[1].split("</summary>")[0]
    )


def test_a_member_who_left_takes_her_signals_along(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=2)
    look(case, SIGNED)
    leave_cluster(item=list_members(case.cluster)[1], actor="test", at=NOON)
    html = sign_in(ana).get(f"/console/cases/{case.code}/").content.decode()
    assert html.count('<details class="picture-origin"') == 1


def test_a_second_reader_sees_no_reader_in_the_panel(
    sign_in: SignIn, ana: User, ben: User, cleo: User
) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PHOTOGRAPH))
    look(case, SIGNED)
    words = panel_of(sign_in(cleo), case)
    assert not [telling for telling in READERS if telling in words]


def test_a_reader_sees_her_own_finding_and_no_other(sign_in: SignIn, ana: User, ben: User) -> None:
    now = timezone.now()
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PHOTOGRAPH), at=now - timedelta(minutes=5))
    words = panel_of(sign_in(ben), case)
    assert "Taken with a camera an analyst" in words
    assert "answer: your own" in words
    assert "Made by a generator" not in words


def test_a_settled_finding_stands_in_the_panel(sign_in: SignIn, ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B), at=NOON - UNDO_WITHIN)
    look(case, SIGNED)
    words = panel_of(sign_in(mia), case)
    assert "answer: two readers who agree +1.00" in words
    assert "With what readers found: The findings give strong support for a generator" in words


def test_the_panel_asks_the_database_little(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=19)
    look(case, SIGNED, DETECTED, LABEL)
    client = sign_in(ana)
    with at_most(24):
        client.get(f"/console/cases/{case.code}/")


def test_a_manager_moves_a_case_and_gives_it_its_place_back(sign_in: SignIn, mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    client = sign_in(mia)
    page = f"/console/cases/{case.code}/"
    assert "You may let it wait behind the others of its urgency" in text_of(client.get(page))
    told = text_of(client.post(f"{page}move/", {"words": WORDS}, follow=True))
    assert "Moved. Its urgency is the same" in told
    assert f"Mia decided that on {timezone.now():%-d %B %Y}" in told
    assert "waits behind" in text_of(client.get("/console/queue/"))
    assert "It has its place back" in text_of(
        client.post(f"{page}move/back/", {"words": "It was a mistake of mine."}, follow=True)
    )
    assert moves.find_standing(case) is None


def test_without_ground_the_page_says_why_and_offers_nothing(sign_in: SignIn, mia: User) -> None:
    case = a_case()
    look(case, SIGNED)
    client = sign_in(mia)
    html = client.get(f"/console/cases/{case.code}/").content.decode()
    assert "Fewer than two independent families" in html
    assert "Let it wait" not in html
    told = text_of(client.post(f"/console/cases/{case.code}/move/", {"words": WORDS}, follow=True))
    assert "Fewer than two independent families" in told
    assert moves.find_standing(case) is None


def test_a_reader_is_offered_no_move_and_told_of_none(sign_in: SignIn, ana: User, mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    moves.move_within_level(case=case, person=mia, words=WORDS, at=NOON)
    client = sign_in(ana)
    words = text_of(client.get(f"/console/cases/{case.code}/"))
    assert WORDS not in words
    assert "case moved" not in words
    assert "waits behind" not in text_of(client.get("/console/queue/"))
    assert client.post(f"/console/cases/{case.code}/move/", {"words": WORDS}).status_code == 403
