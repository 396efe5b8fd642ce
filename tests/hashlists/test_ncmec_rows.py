"""NCMEC's pages: tombstones, classifications whose letter is age, and documents that mean harm."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.hashlists.conftest import Peak
from tests.hashlists.list_cast import bad, digits, flowing, good, outcome, repeated

from openhotline.errors import BadInput
from openhotline.hashlists import Grade, Row, read_rows, rows_of_ncmec

MD5, SHA1, PDQ, PDNA = digits(32, 1), digits(40, 2), digits(64, 3), digits(288, 4)
NAMESPACE = ' xmlns="https://hashsharing.ncmec.org/hashsharing/v2"'
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def image(prints: str, *, more: str = "", tag: str = "image", number: str = "oh-1") -> str:
    return (
        f'<{tag}><member id="77">A member</member><timestamp>2026-01-02T03:04:05Z</timestamp><id>{number}</id>\n'
        f"{more}<fingerprints>{prints}</fingerprints></{tag}>\n"
    )


def page(images: str = "", videos: str = "", *, namespace: str = NAMESPACE, next_path: str = "") -> bytes:
    paging = f"<paging><next>{next_path}</next></paging>" if next_path else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<queryResult{namespace}>\n'
        f'<images count="1" maxTimestamp="2026-01-02T03:04:05Z">{images}</images>\n'
        f'<videos count="1" maxTimestamp="2026-01-02T03:04:06Z">{videos}</videos>{paging}</queryResult>'
    ).encode()


def rows_of(data: bytes) -> list[Row]:
    return good(rows_of_ncmec(io.BytesIO(data)).rows)


@pytest.mark.parametrize("namespace", [NAMESPACE, "", ' xmlns="urn:other"'])
def test_an_entry_is_a_row_for_each_fingerprint(namespace: str) -> None:
    prints = f"<md5>{MD5.upper()}</md5><sha1>{SHA1}</sha1><pdna>{PDNA}</pdna><pdq>{PDQ}</pdq>"
    found = rows_of(page(image(prints, more="<classification>A1</classification>"), namespace=namespace))
    assert [(row.algorithm, row.value) for row in found] == [
        ("md5", MD5),
        ("sha1", SHA1),
        ("photodna", PDNA),
        ("pdq", PDQ),
    ]
    assert {(row.line, row.reference, row.at, row.media) for row in found} == {(3, "77-oh-1", AT, "image")}
    assert found[0].grades == {"us-ncmec": Grade("industry_classification", "A1", "as-received")}


def test_a_letter_of_age_never_becomes_a_grade_of_severity() -> None:
    for word in ("A1", "A2", "B1", "B2", "C1", "A"):
        (row,) = rows_of(page(image(f"<md5>{MD5}</md5>", more=f"<classification>{word}</classification>")))
        assert set(row.grades) <= {"us-ncmec"}
        assert bool(row.grades) is (word in ("A1", "A2", "B1", "B2"))
        assert row.tags == (() if row.grades else (f"classification:{word}",))


def test_a_deleted_entry_withdraws_everything_of_its_reference() -> None:
    gone = '<deletedImage><member id="77"/><id>oh-0</id><timestamp>2026-01-02T03:04:05Z</timestamp></deletedImage>'
    gone += gone.replace("Image", "Video")
    assert rows_of(page(gone)) == [
        Row("", "", 3, media="image", reference="77-oh-0", withdrawn=True, at=AT),
        Row("", "", 3, media="video", reference="77-oh-0", withdrawn=True, at=AT),
    ]


def test_a_video_is_a_video_and_links_are_counted_and_left_out() -> None:
    prints = f'<md5>{MD5}</md5><tmk-pdqf rel="self" href="/x"/><pdq>{PDQ}</pdq>'
    found = rows_of_ncmec(io.BytesIO(page("", image(prints, tag="video"))))
    assert [(row.algorithm, row.media) for row in good(found.rows)] == [("video_md5", "video")]
    assert found.left_out == {"tmk-pdqf": 1, "pdq": 1}


def test_a_page_says_how_to_go_on() -> None:
    found = rows_of_ncmec(io.BytesIO(page(next_path="/v2/entries?from=1&amp;max=3000")))
    assert (found.rows, found.next_path) == ((), "/v2/entries?from=1&max=3000")
    assert found.max_timestamp == AT.replace(second=6)


def test_feedback_is_a_tag_of_its_fingerprint_and_its_members_are_not_the_entrys() -> None:
    feedback = (
        '<feedback><negativeFeedback type="Sha1"><reasons><reason guid="g" name="n" type="Sha1"/></reasons>'
        '<members><member id="43">Other</member></members></negativeFeedback>'
        '<affirmativeFeedback type="Md5"><members><member id="42">One</member></members></affirmativeFeedback></feedback>'
    )
    found = rows_of(page(image(f"<md5>{MD5}</md5><sha1>{SHA1}</sha1>", more=feedback)))
    assert [row.tags for row in found] == [("ncmec:affirmed",), ("ncmec:disputed",)]
    assert found[0].reference == "77-oh-1"


def test_a_wrong_fingerprint_is_a_bad_row_and_its_neighbours_are_taken() -> None:
    prints = f"<md5>{MD5[1:]}</md5><sha1>{SHA1}</sha1>"
    wrong = [
        image(f"<md5>{MD5}</md5>").replace('id="77"', 'id="x"'),
        image(f"<md5>{MD5}</md5>").replace("<id>oh-1</id>", ""),
        image(f"<md5>{MD5}</md5>").replace("<id>oh-1</id>", "<id>1</id><id>2</id>"),
        image(""),
        image(f"<md5>{'a' * 100_000}</md5>"),
    ]
    found = rows_of_ncmec(io.BytesIO(page(image(prints) + "".join(wrong))))
    assert [row.algorithm for row in good(found.rows)] == ["sha1"]
    assert [row.line for row in bad(found.rows)] == [3, 5, 7, 9, 11, 13]


def test_a_cut_page_is_refused_wherever_it_is_cut() -> None:
    whole = page(image(f"<md5>{MD5}</md5>") * 3)
    for cut in range(0, len(whole), 7):
        with pytest.raises(BadInput):
            rows_of_ncmec(io.BytesIO(whole[:cut]))


def test_a_cut_document_names_its_line_and_gives_its_rows_first() -> None:
    rows, problem = outcome(page(image(f"<md5>{MD5}</md5>") * 3)[:-200], "ncmec-xml")
    assert good(rows)
    assert problem.startswith("Line ")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><queryResult><images><image><id>&j;</id></image></images></queryResult>"
)
HOSTILE = {
    "laughs": LAUGHS.encode(),
    "an outer entity": b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/hostname">]><queryResult>&x;</queryResult>',
    "a document type": b'<!DOCTYPE q SYSTEM "http://192.0.2.1/x.dtd"><queryResult/>',
    "an undefined entity": page("&x;"),
    "another root": b"<status/>",
    "no XML": b"md5,sha1\n",
    "nothing": b"",
    "an unknown encoding": b'<?xml version="1.0" encoding="x-none"?><queryResult/>',
    "wrong UTF-8": page("\xff").replace("\xff".encode(), b"\xff"),
    "depth": b"<queryResult>" + b"<a>" * 100_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        rows_of_ncmec(io.BytesIO(data))


@pytest.mark.parametrize(
    "opening", [b"<queryResult><images><image><id>", b"<queryResult><!--", b'<queryResult a="']
)
def test_a_thing_without_end_is_not_held(opening: bytes, peak: Peak) -> None:
    def pieces() -> Iterator[bytes]:
        yield opening
        yield from repeated(b"a" * (1 << 20), total=1 << 28)

    with peak(below=16 << 20), pytest.raises(BadInput):
        list(read_rows(flowing(pieces()), form="ncmec-xml"))
