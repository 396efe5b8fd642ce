"""A census of claims: what the files say of themselves, as bits. Every picture is one plain colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from tests.provenance.manifest_cast import TRAINED, picture, said, signed

from openhotline import media
from openhotline.datasets import census
from openhotline.datasets.census import ALL_BITS, BIT, CLAIMS, claims_of, count_claims, share

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def xmp(code: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'e:DigitalSourceType="{VOCABULARY}{code}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def webp(packet: bytes = b"") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 140, 120)).save(stream, "WEBP", xmp=packet)
    return stream.getvalue()


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, words in texts.items():
        info.add_text(key, words)
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 140, 120)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def names(data: bytes) -> set[str]:
    bits = claims_of(data, media.sniff(data))
    assert bits & ~ALL_BITS == 0
    return {name for name in CLAIMS if bits & BIT[name]}


def test_a_silent_picture_was_examined_and_claims_nothing() -> None:
    assert names(png()) == names(picture()) == {"examined"}


def test_what_is_no_picture_is_not_examined() -> None:
    assert names(b"a caption") == names(b"") == set()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("trainedAlgorithmicMedia", {"ai", "generated", "source_type"}),
        ("compositeWithTrainedAlgorithmicMedia", {"ai", "edited", "source_type"}),
        ("algorithmicMedia", {"by_program", "source_type"}),
        ("digitalCapture", {"camera", "source_type"}),
    ],
)
def test_a_source_type_is_told_by_what_it_says(code: str, expected: set[str]) -> None:
    assert names(webp(xmp(code))) == expected | {"examined"}


def test_a_generators_settings_are_a_program() -> None:
    settings = "nothing to keep\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
    assert names(png(parameters=settings)) == {"examined", "ai", "generated", "program"}


def test_a_label_of_labelling_rules_is_a_label() -> None:
    assert names(png(AIGC='{"Label":"1"}')) == {"examined", "ai", "generated", "label"}
    assert names(png(AIGC='{"Label":"3"}')) == {"examined", "by_program", "label"}


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_a_manifest_is_seen_and_what_it_names(media_type: str) -> None:
    generated = signed(said(TRAINED), media_type=media_type)
    assert names(generated) == {"examined", "ai", "manifest", "manifest_ai"}
    assert names(signed(said("digitalCapture"), media_type=media_type)) == {"examined", "manifest"}


def test_words_in_xmp_beside_a_manifest_are_not_the_manifests() -> None:
    data = signed(said("digitalCapture"), media_type="image/webp", data=webp(xmp(TRAINED)))
    assert names(data) == {"examined", "ai", "generated", "source_type", "manifest"}


def test_damaged_metadata_are_no_claim() -> None:
    whole = webp(xmp(TRAINED))
    assert "unreadable" in names(whole.replace(b"</rdf:RDF>", b"</rdf:RXX>"))


def test_hostile_ends_never_raise() -> None:
    whole = signed(said(TRAINED))
    for end in range(2, len(whole), 97):
        assert claims_of(whole[:end], "image/jpeg") & BIT["examined"]


def test_shares_are_of_the_examined() -> None:
    answers = np.array([0, 1, 3, 7, 1], "<u4")
    counts = count_claims(answers)
    assert (counts["examined"], counts["ai"], counts["generated"]) == (4, 2, 1)
    assert list(counts) == list(CLAIMS)
    assert share(counts) == 0.5
    assert share({}) is None


def test_the_bits_keep_their_places() -> None:
    """Tables that were written once are read with this order: names are only ever added at the end."""
    assert CLAIMS[:4] == ("examined", "ai", "generated", "edited")
    assert CLAIMS[4:9] == ("by_program", "camera", "source_type", "program", "label")
    assert CLAIMS[9:13] == ("system", "manifest", "manifest_ai", "unreadable")
    assert len(CLAIMS) <= 32


def test_the_census_works_behind_closed_doors() -> None:
    from openhotline.media.confined import Pool

    settings = "nothing to keep\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
    with Pool("tests.datasets.census_entry:entry", workers=1, extra_sys_path=["."]) as pool:
        for data in (png(parameters=settings), webp(xmp(TRAINED)), signed(said(TRAINED))):
            assert pool.call(data).header == {"bits": claims_of(data, media.sniff(data))}


def test_the_edition_is_a_word() -> None:
    assert census.EDITION
    assert all(census.WORDS.values())
    assert "claims" in census.WORTH
