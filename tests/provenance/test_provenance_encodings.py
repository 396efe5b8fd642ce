"""The digital source type in every encoding and every format, and what is hostile there refused."""

from __future__ import annotations

import struct

import pytest
from heif_cast import EXIF_ITEM, XMP_ITEM, avif, box, by_hand, heic
from provenance_cast import (
    CONTAINERS,
    SOFTWARE,
    TRAINED,
    VOCABULARY,
    attribute,
    claims,
    element,
    exif,
    jpeg,
    packet,
    png,
    tiff,
    webp,
)

from openhotline.provenance import UNREADABLE, examine
from openhotline.provenance.unsigned.boxes import heif_pieces
from openhotline.provenance.unsigned.pieces import EXIF, XMP

CODE = "trainedAlgorithmicMedia"
FOUND = [(f"xmp_digital_source_type:{CODE}", "ai_generated", "asserted_unsigned")]
REFUSED = [("xmp", "none", UNREADABLE)]
SAID = exif({SOFTWARE: "Imaginairy / Stable Diffusion"})
SAYS = [("exif_software:imaginAIry", "ai_generated", "asserted_unsigned")]

ENCODINGS = {
    "attribute": attribute(VOCABULARY + CODE),
    "odd prefix": attribute(VOCABULARY + CODE, prefix="ns0"),
    "https": attribute(VOCABULARY.replace("http:", "https:") + CODE),
    "slash at the end": attribute(VOCABULARY + CODE + "/"),
    "https and slash": attribute(VOCABULARY.replace("http:", "https:") + CODE + "/"),
    "bare code": attribute(CODE),
    "bare code in small letters": attribute(CODE.lower()),
    "prefix of the vocabulary": attribute("digsrctype:" + CODE),
    "schema.org": attribute("https://schema.org/TrainedAlgorithmicMediaDigitalSource"),
    "schema.org, http": attribute("http://schema.org/TrainedAlgorithmicMediaDigitalSource"),
    "schema.org, bare": attribute("TrainedAlgorithmicMediaDigitalSource"),
    "element": element(VOCABULARY + CODE),
    "element, bare code": element(f"\n\t{CODE}\n"),
    "element, schema.org": element("schema:TrainedAlgorithmicMediaDigitalSource"),
    "resource": element("", f' rdf:resource="{VOCABULARY}{CODE}"'),
    "resource, https and slash": element(
        "", f' rdf:resource="{VOCABULARY.replace("http:", "https:")}{CODE}/"'
    ),
    "list": element(f"<rdf:Seq><rdf:li>{VOCABULARY}{CODE}</rdf:li></rdf:Seq>"),
    "list of resources": element(f'<rdf:Bag><rdf:li rdf:resource="{VOCABULARY}{CODE}"/></rdf:Bag>'),
    "character references": attribute(VOCABULARY + "trained&#65;lgorithmic&#x4D;edia"),
}
FORMATS = {
    **CONTAINERS,
    "avif": ("image/avif", lambda xmp: avif(xmp=xmp)),
    "heic": ("image/heic", lambda xmp: heic(xmp=xmp)),
    "avif, in the table's own box": ("image/avif", lambda xmp: by_hand([(XMP_ITEM, xmp)], in_idat=True)),
    "avif, in two extents": ("image/avif", lambda xmp: by_hand([(XMP_ITEM, xmp)], split=True)),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_is_read_in_every_format(form: str, encoding: str) -> None:
    media_type, put_into = FORMATS[form]
    assert claims(examine(put_into(ENCODINGS[encoding]), media_type)) == FOUND


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + element("&b;"),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + element("&e;"),
        TRAINED.replace(b"</rdf:RDF>", b""),
    ],
    ids=["entity bomb", "external entity", "malformed"],
)
def test_a_hostile_packet_is_refused_in_every_format(form: str, hostile: bytes) -> None:
    media_type, put_into = FORMATS[form]
    assert claims(examine(put_into(hostile), media_type)) == REFUSED


@pytest.mark.parametrize("in_idat", [True, False])
@pytest.mark.parametrize("version", [0, 1, 2])
def test_items_are_found_by_the_table_wherever_they_stand(in_idat: bool, version: int) -> None:
    if in_idat and version == 0:
        return  # the first version knows no such place
    data = by_hand(
        [(XMP_ITEM, TRAINED), (EXIF_ITEM, bytes(4) + SAID), (b"av01\0", b"\x00" * 9)],
        in_idat=in_idat,
        version=version,
    )
    assert [(piece.kind, piece.data) for piece in heif_pieces(data)] == [(XMP, TRAINED), (EXIF, SAID)]
    assert claims(examine(data, "image/avif")) == SAYS + FOUND


@pytest.mark.parametrize("made", [avif, heic])
def test_exif_and_xmp_of_real_files_are_found_by_the_table(made: object) -> None:
    data = made(xmp=TRAINED, exif=SAID)  # type: ignore[operator]
    assert [piece.kind for piece in heif_pieces(data)] == [EXIF, XMP]
    assert claims(examine(data, "image/avif")) == SAYS + FOUND
    assert examine(made(), "image/heic") == ()  # type: ignore[operator]


def test_an_item_that_lies_outside_is_unreadable_and_the_raw_packet_is_found() -> None:
    data = by_hand([(XMP_ITEM, TRAINED)])
    torn = data.replace(struct.pack(">I", len(TRAINED)), struct.pack(">I", len(TRAINED) + 9))
    assert claims(examine(torn, "image/avif")) == [
        ("heif_boxes", "none", UNREADABLE),
        ("heif_boxes", "none", UNREADABLE),
        *FOUND,
    ]


def test_boxes_without_end_take_no_long_time() -> None:
    many = box(b"ftyp", b"avif") + box(b"free", b"") * 200_000
    assert {piece.strength for piece in examine(many, "image/avif")} == {UNREADABLE}


@pytest.mark.parametrize("data", [jpeg(xmp=TRAINED), webp(xmp=TRAINED), png(xmp=TRAINED), tiff(xmp=TRAINED)])
def test_a_packet_is_found_in_files_that_nothing_can_open(data: bytes) -> None:
    spoiled = b"\x00\x01" + data[2:]
    assert claims(examine(spoiled, None)) == FOUND


def test_ai_fields_of_iptc_are_a_claim_and_their_text_is_not_kept() -> None:
    words = "nonsense-word-4711"
    inside = f'<rdf:Description xmlns:e="e" e:AISystemUsed="{words}" e:AIPromptInformation="{words}"/>'
    found = examine(jpeg(xmp=packet(inside)), "image/jpeg")
    assert claims(found) == [
        ("xmp_ai_system:a system named in IPTC's own field", "ai_generated", "asserted_unsigned")
    ]
    assert words not in repr(found)
