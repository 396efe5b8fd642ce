"""VICS documents: read again by our own reader, and by the rules of the open readers that were found."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.taxii.published_lines import digits

from openhotline import hashlists
from openhotline.errors import BadInput, Refused
from openhotline.exchange import vics

AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
NUMBERS = {"A": 1, "B": 2, "C": 3}
CASE = vics.Case(
    id="6ff1d3a1-1111-4111-8111-111111111111",
    number="OH-2026-0001",
    contact_name="Test Analyst",
    organisation="A hotline",
    email="hotline@example.org",
)


def _confirmed(profile: str = "uk") -> vics.Categories:
    text = vics.shipped_text(profile).replace('confirmed_by = ""', 'confirmed_by = "Test partner"')
    return vics.read_categories(text.replace('confirmed_on = ""', "confirmed_on = 2026-11-03"))


def _media(
    number: int = 1, *, grade: str = "B", outcome: str = "pseudo_photograph", **more: Any
) -> vics.Media:
    name = str(number)
    known = {
        kind: digits(f"{kind}{name}", length)
        for kind, length in (("md5", 32), ("sha1", 40), ("sha256", 64), ("pdq", 64))
    }
    grades = {"gb-eng": {"outcome": outcome, "grade": grade, "edition": "2026-11"}}
    return vics.Media(
        **{"number": number, "updated_at": AT, **known, "grades": grades, "ai": "wholly_generated", **more}
    )


def _hash_set(*media: vics.Media, categories: vics.Categories | None = None) -> str:
    out = io.StringIO()
    vics.write_hash_set(out, media, categories)
    return out.getvalue()


def _rows(text: str) -> list[hashlists.Row]:
    rows = list(hashlists.read_rows(io.BytesIO(text.encode()), form="vics"))
    assert all(isinstance(row, hashlists.Row) for row in rows)
    return rows  # type: ignore[return-value]


def test_our_reader_reads_back_every_hash() -> None:
    media = [_media(number) for number in range(1, 51)]
    rows = _rows(_hash_set(*media, categories=_confirmed()))
    expected = {(kind, getattr(m, kind)) for m in media for kind in ("md5", "sha1", "sha256", "pdq")}
    assert {(row.algorithm, row.value) for row in rows} == expected
    assert {row.at for row in rows} == {AT}
    assert all("vics:default:2" in row.tags and 'openhotline:gb-eng-grade="B"' in row.tags for row in rows)


def test_our_reader_reads_back_a_case() -> None:
    out = io.StringIO()
    media = [_media(number, victim_identified=True) for number in (1, 2)]
    assert vics.write_case(out, CASE, media, _confirmed(), version="0.1.0") == 2
    rows = _rows(out.getvalue())
    assert {row.value for row in rows if row.algorithm == "md5"} == {m.md5 for m in media}
    assert all("vics:uk:2" in row.tags and "vics:victim-identified" in row.tags for row in rows)


def test_a_strict_reader_finds_two_keys_in_their_order_and_nothing_null() -> None:
    """As IPED reads a hash set: first the context, exactly; then ``value``; any other key is an error."""
    pairs = json.loads(_hash_set(_media(), categories=_confirmed()), object_pairs_hook=list)
    assert [key for key, _ in pairs] == ["@odata.context", "value"]
    assert (
        pairs[0][1] == "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media"
    )
    entry = dict(pairs[1][1][0])
    assert None not in entry.values()
    assert type(entry["Category"]) is int
    assert re.fullmatch(r"[0-9A-F]{32}", entry["MD5"])
    assert re.fullmatch(r"[0-9A-F]{40}", entry["SHA1"])
    assert all(not isinstance(value, dict) for value in entry.values())
    assert entry["Tags"]  # an entry without any property beside its hashes would be skipped


def test_a_loose_reader_recognises_a_case_and_finds_its_files() -> None:
    """As GLEAPP does: a word in the head of the file, ``int`` of the category, ``bool`` of a flag."""
    out = io.StringIO()
    place = vics.Place("test-1.png", "https://img.example.net/benign/test-1.png", created_at=AT)
    media = [
        _media(1, places=(place,), relative_path="media\\1.png", exif={"Software": "TestGenerator"}),
        _media(2),
    ]
    vics.write_case(out, CASE, media, _confirmed(), version="0.1.0")
    assert "vicsdatamodel" in out.getvalue()[:8192].lower()
    document = json.loads(out.getvalue())
    assert document["@odata.context"].endswith("2.0.xml/UK/$metadata#Cases")
    (case,) = document["value"]
    first, second = case["Media"]
    assert int(first["Category"]) == 2
    assert first["MediaFiles"][0]["FileName"] == "test-1.png"
    assert datetime.fromisoformat(first["MediaFiles"][0]["Created"]) == AT
    assert first["Exifs"] == [
        {"MD5": first["MD5"], "PropertyName": "Software", "PropertyValue": "TestGenerator"}
    ]
    assert not bool(second.get("VictimIdentified"))
    assert case["CaseNumber"] == "OH-2026-0001"
    assert "ContactPhone" not in case


@pytest.mark.parametrize("grade", NUMBERS)
def test_a_number_comes_only_from_a_rule_that_holds(grade: str) -> None:
    assert _entry(_media(grade=grade), "uk").get("Category") == NUMBERS[grade]


def test_where_the_file_is_silent_there_is_no_number() -> None:
    assert "Category" not in _entry(_media(grade="C"), "us")
    assert "Category" not in _entry(_media(outcome="discounted", grade=""), "uk")
    assert _entry(_media(outcome="prohibited_image", grade=""), "uk")["Category"] == 4
    assert "Category" not in _entry(
        _media(grades={"us-ncmec": {"outcome": "industry_classification", "grade": "A1"}}), "uk"
    )


def _entry(media: vics.Media, profile: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_hash_set(media, categories=_confirmed(profile)))["value"][0]
    return found


def test_a_flag_that_is_false_is_left_out_and_true_is_a_text() -> None:
    entry = _entry(_media(distributed=True), "uk")
    assert entry["IsDistributed"] == "true"
    assert not {"VictimIdentified", "OffenderIdentified", "SelfGenerated"} & entry.keys()


def test_what_is_unknown_is_left_out() -> None:
    entry = json.loads(_hash_set(vics.Media(number=1, updated_at=AT, md5=digits("x", 32))))["value"][0]
    assert entry.keys() == {"MediaID", "MD5", "DateUpdated", "Tags"}


def test_a_file_without_md5_and_sha1_is_no_entry_of_a_hash_set() -> None:
    only_pdq = vics.Media(number=2, updated_at=AT, pdq=digits("x", 64))
    assert len(json.loads(_hash_set(_media(), only_pdq))["value"]) == 1


@pytest.mark.parametrize("profile", vics.PROFILES)
def test_a_shipped_file_is_not_confirmed_and_nothing_is_written_with_it(profile: str) -> None:
    shipped = vics.read_categories(vics.shipped_text(profile))
    assert not shipped.is_confirmed
    out = io.StringIO()
    with pytest.raises(Refused, match="confirmed_by"):
        vics.write_hash_set(out, [_media()], shipped)
    with pytest.raises(Refused):
        vics.write_case(out, CASE, [_media()], shipped, version="0.1.0")
    assert out.getvalue() == ""


def test_a_confirmed_copy_says_by_whom_and_when() -> None:
    found = _confirmed()
    assert (found.confirmed_by, found.confirmed_on) == ("Test partner", date(2026, 11, 3))


@pytest.mark.parametrize(
    "text",
    ["", "x", 'edition = "1"', "context = 3", vics.shipped_text("uk").replace("number = 1", 'number = "1"')],
)
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="category numbers"):
        vics.read_categories(text)


def test_two_files_of_one_number_are_refused() -> None:
    with pytest.raises(BadInput):
        _hash_set(_media(1), _media(1, md5=digits("y", 32)))


def test_a_sign_that_readers_join_by_does_not_get_through() -> None:
    assert _entry(_media(series="a|b"), "uk")["Series"] == "a b"


def test_entries_are_written_one_by_one() -> None:
    class Counting(io.StringIO):
        longest = 0

        def write(self, text: str) -> int:
            Counting.longest = max(Counting.longest, len(text))
            self.seek(0)
            self.truncate()
            return super().write(text)

    def many() -> Iterator[vics.Media]:
        for number in range(1, 3001):
            yield _media(number)

    assert vics.write_hash_set(Counting(), many(), None) == 3000
    assert Counting.longest < 2000
