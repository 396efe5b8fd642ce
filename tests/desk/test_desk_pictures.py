"""What reaches the browser: small, grey, no clearer than chosen, counted before it is sent."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from django.conf import settings
from PIL import Image
from tests.conftest import NOON
from tests.desk.desk_cast import OFF_REMIT, Desk, shown_cases

from openhotline_server.accounts.models import User
from openhotline_server.assessment import sheets
from openhotline_server.assessment.models import Display
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import get_policy
from openhotline_server.evidence.models import Item
from openhotline_server.ledger.models import Line

pytestmark = pytest.mark.django_db


def _picture(answer: object) -> Image.Image:
    return Image.open(io.BytesIO(answer.content))  # type: ignore[attr-defined]


def _detail(picture: Image.Image) -> float:
    """The mean second difference between neighbouring pixels: how sharp edges are."""
    pixels = np.asarray(picture.convert("L")).astype(float)
    return float(sum(np.abs(np.diff(pixels, n=2, axis=axis)).mean() for axis in (0, 1)))


def test_a_sheet_is_grey_and_as_large_as_the_case_said(anas_desk: Desk) -> None:
    shown_cases([3])
    case = anas_desk.next()[0]
    answer = anas_desk.sheet(case)
    assert answer.status_code == 200, answer.content
    picture = _picture(answer)
    assert picture.mode == "L"
    assert picture.size == (case["sheets"][0]["width"], case["sheets"][0]["height"])
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Pictures"] == "3"


def test_nothing_clearer_than_the_chosen_level_is_drawn(anas_desk: Desk) -> None:
    shown_cases([2])
    case = anas_desk.next()[0]
    item = case["sheets"][0]["tiles"][0]["code"]
    assert anas_desk.sheet(case, level=4).status_code == 200
    for refused in (anas_desk.sheet(case, level=5), anas_desk.get(f"cases/{case['code']}/single/{item}/5")):
        assert refused.status_code == 403
        assert refused["Content-Type"] == "application/json"
    assert anas_desk.post("levels", rest=0, reveal=1).status_code == 200
    assert anas_desk.sheet(case, level=2).status_code == 403
    assert anas_desk.post("levels", rest=3, reveal=5).status_code == 200
    assert anas_desk.sheet(case, level=5).status_code == 200
    assert max(Display.objects.values_list("level", flat=True)) == 5


def test_a_lower_level_holds_less(anas_desk: Desk) -> None:
    shown_cases([1])
    case = anas_desk.next()[0]
    anas_desk.post("levels", rest=0, reveal=5)
    details = [_detail(_picture(anas_desk.sheet(case, level=level))) for level in range(6)]
    assert details == sorted(details)
    assert details[2] < details[5] / 2


def test_a_level_at_rest_is_never_clearer_than_the_other(anas_desk: Desk) -> None:
    assert anas_desk.post("levels", rest=4, reveal=3).status_code == 400
    for wrong in (-1, 6, True, "2", None):
        assert anas_desk.post("levels", rest=wrong, reveal=5).status_code == 400


def test_a_picture_of_a_case_that_is_not_in_her_hands_is_refused(anas_desk: Desk, bens_desk: Desk) -> None:
    shown_cases([1])
    case = anas_desk.next()[0]
    assert bens_desk.sheet(case).status_code == 403
    assert Display.objects.count() == 0


def test_every_display_is_a_row_and_a_ledger_line(anas_desk: Desk, ana: User) -> None:
    shown_cases([3])
    case = anas_desk.next()[0]
    item = case["sheets"][0]["tiles"][0]["code"]
    anas_desk.sheet(case)
    anas_desk.get(f"cases/{case['code']}/single/{item}/2")
    assert list(Display.objects.order_by("pk").values_list("kind", "level", "pictures")) == [
        ("sheet", 2, 3),
        ("single", 2, 1),
    ]
    lines = Line.objects.filter(event="derivative.shown", actor=str(ana.code))
    assert [line.subject for line in lines] == [f"case:{case['code']}", f"item:{item}"]


def test_going_back_to_a_level_draws_nothing_twice_but_counts_twice(
    anas_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openhotline_server.assessment import sheets

    shown_cases([2])
    case = anas_desk.next()[0]
    first = anas_desk.sheet(case).content
    monkeypatch.setattr(sheets, "_pool", lambda: pytest.fail("drawn twice"))
    assert anas_desk.sheet(case).content == first
    assert Display.objects.count() == 2


def test_a_group_that_changed_is_not_drawn_under_its_old_name(anas_desk: Desk) -> None:
    shown_cases([3])
    case = anas_desk.next()[0]
    anas_desk.post(f"cases/{case['code']}/exclude", tiles=[case["sheets"][0]["tiles"][1]["code"]])
    assert anas_desk.sheet(case).status_code == 409


def test_a_large_case_has_several_sheets_with_the_representative_first(anas_desk: Desk) -> None:
    made = shown_cases([30])[0]
    case = anas_desk.next()[0]
    assert [len(s["tiles"]) for s in case["sheets"]] == [24, 6]
    assert case["sheets"][0]["tiles"][0]["code"] == str(made.cluster.representative.code)
    assert anas_desk.sheet(case, page=1)["X-Pictures"] == "6"
    assert anas_desk.sheet(case, page=2).status_code == 404


def test_what_was_destroyed_is_not_drawn_from_memory(anas_desk: Desk) -> None:
    from django.utils import timezone

    from openhotline_server.evidence.operations import destroy

    shown_cases([2], first=700)  # contents of their own: what was destroyed is not taken in again
    case = anas_desk.next()[0]
    before = anas_desk.sheet(case).content
    item = Item.objects.get(code=case["sheets"][0]["tiles"][1]["code"])
    destroy(item=item, reason="a test", actor="test", at=timezone.now())
    after = anas_desk.sheet(case)
    assert after.content != before
    assert after["X-Pictures"] == "1"


def test_an_original_needs_a_reason_and_is_a_fresh_picture(anas_desk: Desk) -> None:
    shown_cases([1])
    case = anas_desk.next()[0]
    item = case["sheets"][0]["tiles"][0]["code"]
    for reason in ("", "short", 7):
        assert anas_desk.post(f"cases/{case['code']}/original", item=item, reason=reason).status_code == 400
    answer = anas_desk.post(
        f"cases/{case['code']}/original", item=item, reason="Text in the picture cannot be read at any level."
    )
    assert answer.status_code == 200, answer.content
    from openhotline_server.evidence.queries import original

    assert answer.content != original(Item.objects.get(code=item))
    assert _picture(answer).size == (480, 360)
    assert answer["Cache-Control"] == "no-store"
    display = Display.objects.get(kind="original")
    assert display.reason == "Text in the picture cannot be read at any level."
    line = Line.objects.get(event="original.opened")
    assert line.details["reason"] == display.reason


def test_no_file_name_leaves_the_server(anas_desk: Desk) -> None:
    shown_cases([2, 1])
    assert "very-telling-name" not in json.dumps(anas_desk.post("next").json())


def test_outside_her_limits_nothing_is_handed_out_and_a_sentence_says_when_it_goes_on(
    anas_desk: Desk,
) -> None:
    shown_cases([1, 1])
    case = anas_desk.next()[0]
    policy = get_policy()
    policy.daily_minutes = 0
    set_policy(policy=policy, actor="test", at=NOON)
    assert anas_desk.next() == []
    standing = anas_desk.get("standing").json()["standing"]
    assert not standing["open"]
    assert "tomorrow" in standing["words"]
    refused = anas_desk.sheet(case)
    assert refused.status_code == 403
    assert Display.objects.count() == 0


def test_an_answer_is_taken_even_after_the_limit(anas_desk: Desk) -> None:
    shown_cases([1])
    case = anas_desk.next()[0]
    anas_desk.sheet(case)
    policy = get_policy()
    policy.daily_minutes = 0
    set_policy(policy=policy, actor="test", at=NOON)
    assert anas_desk.vote(case, **OFF_REMIT).status_code == 200


def test_a_display_is_in_the_day_that_the_desk_shows(anas_desk: Desk) -> None:
    shown_cases([3])
    case = anas_desk.next()[0]
    anas_desk.sheet(case)
    standing = anas_desk.get("standing").json()["standing"]
    assert standing["pictures"] == [{"level": 2, "words": "coarse shapes", "count": 3}]
    assert standing["budget"] == 300


def test_a_damaged_preview_leaves_an_empty_place_and_is_not_counted(
    anas_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sheets, "_shelf", sheets.Shelf()
    )  # what an earlier test drew of an item of this number
    shown_cases([1])
    case = anas_desk.next()[0]
    for sealed in (settings.DATA.vault / "previews").rglob("*"):
        if sealed.is_file():
            sealed.write_bytes(sealed.read_bytes()[:-1] + b"\0")
    answer = anas_desk.sheet(case)
    assert (answer.status_code, answer["X-Pictures"]) == (200, "0")
    alone = anas_desk.get(f"cases/{case['code']}/single/{case['sheets'][0]['tiles'][0]['code']}/2")
    assert alone.status_code == 404
    assert "nothing to show" in json.loads(alone.content)["error"]
    assert not Display.objects.filter(pictures__gt=0).exists()
