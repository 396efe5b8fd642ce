"""VICS: hash sets and cases, old and new, categories only as tags until a deployment has said what they mean."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.hashlists.list_cast import bad, digits, good, outcome, read

from openhotline.errors import BadInput, WrongUsage
from openhotline.hashlists import Grade, Row, read_categories

MD5, SHA1, SHA256, PDQ = digits(32, 1), digits(40, 2), digits(64, 3), digits(64, 4)
PHOTODNA = digits(288, 5)
BASE = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml"
SET, CASES = f"{BASE}/UK/$metadata#Media", f"{BASE}/UK/$metadata#Cases"
MEDIUM: dict[str, Any] = {
    "MediaID": 7,
    "Category": 3,
    "MD5": MD5.upper(),
    "SHA1": SHA1.upper(),
    "PhotoDNA": base64.b64encode(bytes.fromhex(PHOTODNA)).decode(),
    "MediaSize": 44144,
    "MimeType": "image/png",
    "DateUpdated": "2026-01-02T03:04:05Z",
    "Tags": "openhotline:ai=generated",
    "VictimIdentified": "true",
    "IsDistributed": True,
    "IsSuspected": "false",
    "AlternativeHashes": [
        {"HashName": "SHA256", "HashValue": SHA256.upper()},
        {"HashName": "PDQ", "HashValue": PDQ},
        {"HashName": "Tiger", "HashValue": "x"},
    ],
    "Exifs": [{"PropertyName": "MD5", "PropertyValue": "x"}],
}
TAGS = ("vics:uk:3", "vics:victim-identified", "vics:distributed", "openhotline:ai=generated")


def document(
    *media: dict[str, Any], context: str = SET, key: str = "@odata.context", indent: int | None = None
) -> str:
    return json.dumps({key: context, "value": media}, indent=indent)


def case(*media: dict[str, Any]) -> dict[str, Any]:
    return {"CaseID": "1", "CaseNumber": "OH-2026-0001", "Media": media, "TotalMediaFiles": 99}


def values(rows: list[Any]) -> list[tuple[str, str]]:
    return [(row.algorithm, row.value) for row in good(rows)]


ALL = [("md5", MD5), ("sha1", SHA1), ("photodna", PHOTODNA), ("sha256", SHA256), ("pdq", PDQ)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "text",
    [
        lambda indent: document(MEDIUM, indent=indent),
        lambda indent: document(case(), case(MEDIUM), context=CASES, indent=indent),
        lambda indent: "\ufeff" + document(MEDIUM, indent=indent),
        lambda indent: json.dumps({"value": [MEDIUM], "@odata.context": SET}, indent=indent),
        lambda indent: json.dumps({"value": [case(MEDIUM)], "@odata.context": CASES}, indent=indent),
    ],
)
def test_every_value_of_a_medium_is_a_row(text: Any, indent: int | None) -> None:
    rows = read(text(indent), "vics")
    assert values(rows) == ALL
    assert {row.reference for row in good(rows)} == {"7"}


def test_what_a_medium_says_is_kept() -> None:
    (row,) = good(read(document({**MEDIUM, "SHA1": None, "PhotoDNA": None, "AlternativeHashes": []}), "vics"))
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert row == Row("md5", MD5, 1, reference="7", tags=TAGS, at=at)


@pytest.mark.parametrize(
    ("context", "tag"),
    [
        (f"{BASE}/US/$metadata#Media", "vics:us:3"),
        (f"{BASE}/Default/$metadata#Media", "vics:default:3"),
        ("http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media", "vics:1.3:3"),
        ("http://github.com/ICMEC/ProjectVic/DataModels/1.2.xml#Media", "vics:1.2:3"),
    ],
)
def test_the_profile_comes_from_the_context(context: str, tag: str) -> None:
    for key in ("@odata.context", "odata.metadata"):
        rows = good(read(document(MEDIUM, context=context, key=key), "vics"))
        assert {row.tags[0] for row in rows} == {tag}
        assert not any(row.grades for row in rows)


MAPPING = """
profile = "UK"
confirmed_by = "A police partner"
confirmed_on = 2026-11-03
[categories.3.gb-eng]
outcome = "photograph"
grade = "C"
edition = "2026-11"
[categories.9]
leave_out = true
"""


def test_a_category_is_a_grade_only_by_a_confirmed_file() -> None:
    categories = read_categories(MAPPING)
    assert (categories.confirmed_by, categories.confirmed_on) == ("A police partner", date(2026, 11, 3))
    other, out = {**MEDIUM, "Category": 4}, {**MEDIUM, "Category": 9}
    rows = good(read(document(MEDIUM, other, out), "vics", categories=categories))
    assert [dict(row.grades) for row in rows] == [{"gb-eng": Grade("photograph", "C", "2026-11")}] * 5 + [
        {}
    ] * 5
    us = good(read(document(MEDIUM, context=f"{BASE}/US/$metadata#Media"), "vics", categories=categories))
    assert not any(row.grades for row in us)
    with pytest.raises(WrongUsage):
        read("md5\n", "csv", categories=categories)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "",
        MAPPING + "more = 1",
        MAPPING.replace("UK", ""),
        MAPPING.replace("2026-11-03", '"soon"'),
        MAPPING.replace('grade = "C"\n', ""),
        MAPPING.replace("gb-eng", '"GB ENG"'),
        MAPPING.replace("true", "false"),
        MAPPING.replace("categories.3", "categories.x"),
    ],
)
def test_a_mapping_that_is_not_as_described_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Correct the file"):
        read_categories(text)


def test_a_wrong_value_is_a_bad_row_and_its_neighbours_are_taken() -> None:
    media = [
        {**MEDIUM, "MD5": MD5[1:]},
        7,
        {"MediaID": 8, "Category": 1},
        {**MEDIUM, "Category": -1},
        {**MEDIUM, "PhotoDNA": "AA=="},
    ]
    words = ["32 digits", "no object", "no value", "category", "144 bytes"]
    rows = read(document(*media, indent=0), "vics")  # type: ignore[arg-type]
    assert values(rows) == [*ALL[1:], *ALL[:2], *ALL[3:]]
    found = bad(rows)
    assert all(word in row.reason for word, row in zip(words, found, strict=True))
    assert len({row.line for row in found}) == 5


def test_photodna_may_be_hexadecimal() -> None:
    assert values(read(document({"PhotoDNA": PHOTODNA.upper()}), "vics")) == [("photodna", PHOTODNA)]


def test_a_video_is_a_video() -> None:
    rows = good(read(document({**MEDIUM, "MimeType": "video/mp4"}), "vics"))
    assert (rows[0].algorithm, rows[0].media) == ("video_md5", "video")


@pytest.mark.parametrize("context", [SET, CASES])
@pytest.mark.parametrize("missing", [1, 2, 40])
def test_a_cut_document_is_refused_behind_its_rows_with_its_line(context: str, missing: int) -> None:
    text = document(case(MEDIUM, MEDIUM) if context == CASES else MEDIUM, MEDIUM, context=context, indent=1)
    rows, problem = outcome(text.encode()[:-missing], "vics")
    assert values(rows)[:5] == ALL
    assert problem.startswith("Line ")
    assert int(problem.split()[1]) > 20
    assert "cut off" in problem


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "{}": "no VICS",
        '{"value": []}': "no VICS",
        document(MEDIUM, context="http://example.org/"): "none of VICS",
        json.dumps({"@odata.context": SET}): "no VICS",
        document(MEDIUM) + "{}": "behind the list's end",
        document(MEDIUM)[:-1] + ', "value": []}': "twice",
        "<xml/>": "no {",
    }.items(),
)
def test_another_document_is_refused(text: str, words: str) -> None:
    assert words in outcome(text.encode(), "vics")[1]
