"""Unsigned claims: found wherever they may stand, kept without a word of their text, worth nothing."""

from __future__ import annotations

import pytest
from provenance_cast import (
    COMMENT,
    CONTAINERS,
    PROMPT,
    SOFTWARE,
    TRAINED,
    VOCABULARY,
    attribute,
    claims,
    element,
    exif,
    heif,
    jpeg,
    packet,
    png,
    webp,
)

from openhotline.provenance import UNSIGNED_CLAIMS, examine, rules
from openhotline.provenance.unsigned.xmp import find_packet

CODE = "trainedAlgorithmicMedia"
FOUND = [(f"xmp_digital_source_type:{CODE}", "ai_generated", "asserted_unsigned")]
SETTINGS = f"{PROMPT}\nNegative prompt: none\nSteps: 20, Sampler: Euler a, CFG scale: 7, Size: 8x8"


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize(
    "xmp",
    [
        attribute(VOCABULARY + CODE),
        attribute(VOCABULARY + CODE, prefix="foo"),
        attribute(VOCABULARY.replace("http:", "https:") + CODE + "/"),
        attribute(CODE),
        attribute("digsrctype:" + CODE),
        attribute("https://schema.org/TrainedAlgorithmicMediaDigitalSource"),
        element(f"\n  {VOCABULARY}{CODE}  "),
        element("", f' rdf:resource="{VOCABULARY}{CODE}"'),
        element(f"<rdf:Bag><rdf:li>{VOCABULARY}{CODE}</rdf:li></rdf:Bag>"),
    ],
    ids=[
        "attribute",
        "odd prefix",
        "https and slash",
        "bare",
        "qcode",
        "schema.org",
        "element",
        "resource",
        "bag",
    ],
)
def test_a_source_type_is_found_in_every_encoding_and_container(container: str, xmp: bytes) -> None:
    media_type, put_into = CONTAINERS[container]
    assert claims(examine(put_into(xmp), media_type)) == FOUND


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("compositeWithTrainedAlgorithmicMedia", "ai_edited"),
        ("algorithmicMedia", "synthetic_or_edited_claimed"),
        ("digitalCapture", "camera_capture_claimed"),
        ("humanEdits", "other_origin_claimed"),
    ],
)
def test_the_vocabulary_decides_the_claim(code: str, claim: str) -> None:
    assert claims(examine(jpeg(xmp=attribute(VOCABULARY + code)), "image/jpeg")) == [
        (f"xmp_digital_source_type:{code}", claim, "asserted_unsigned")
    ]


def test_an_unknown_source_type_is_another_origin_and_its_words_are_not_kept() -> None:
    found = examine(jpeg(xmp=attribute(PROMPT)), "image/jpeg")
    assert claims(found) == [("xmp_digital_source_type:other", "other_origin_claimed", "asserted_unsigned")]
    assert PROMPT not in repr(found)


def test_several_values_are_several_claims() -> None:
    both = jpeg(xmp=TRAINED, segments=jpeg(xmp=attribute("digitalCapture"))[2:])
    assert {piece.claim for piece in examine(both, "image/jpeg")} == {
        "ai_generated",
        "camera_capture_claimed",
    }


@pytest.mark.parametrize(
    ("texts", "program"),
    [
        ({"parameters": SETTINGS}, "AUTOMATIC1111 or alike"),
        ({"parameters": SETTINGS + ", Version: stable-diffusion.cpp"}, "stable-diffusion.cpp"),
        ({"parameters": f'{{"base_model": "m", "prompt": "{PROMPT}", "version": "Fooocus v2"}}'}, "Fooocus"),
        ({"parameters": f'{{"sui_image_params": {{"prompt": "{PROMPT}"}}}}'}, "SwarmUI"),
        ({"prompt": f'{{"3": {{"class_type": "KSampler", "inputs": "{PROMPT}"}}}}'}, "ComfyUI"),
        ({"workflow": f'{{"nodes": ["{PROMPT}"]}}'}, "ComfyUI"),
        ({"Dream": f'"{PROMPT}" -s 20'}, "InvokeAI"),
        ({"sd-metadata": f'{{"prompt": "{PROMPT}"}}'}, "InvokeAI"),
        ({"invokeai_metadata": f'{{"positive_prompt": "{PROMPT}"}}'}, "InvokeAI"),
        ({"Software": "NovelAI", "Description": PROMPT}, "NovelAI"),
        ({"AIGC": '{"Label": "1"}', "Comment": PROMPT}, "label of the Chinese labelling rules"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_generators_text_names_the_program_and_nothing_else(
    texts: dict[str, str], program: str, packed: bool
) -> None:
    found = examine(png(texts, packed=packed), "image/png")
    assert claims(found) == [(f"png_text:{program}", "ai_generated", "asserted_unsigned")]
    assert PROMPT not in repr(found)


@pytest.mark.parametrize(
    ("software", "program"),
    [
        ("Imaginairy / Stable Diffusion v1.4", "imaginAIry"),
        ("stability.ai", "stability.ai"),
        ("https://github.com/rkhamilton/vqgan-clip-generator", "vqgan-clip-generator"),
    ],
)
def test_exif_software_names_the_program(software: str, program: str) -> None:
    written = exif({SOFTWARE: software})
    for data, media_type in (
        (jpeg(exif=written), "image/jpeg"),
        (webp(exif=written), "image/webp"),
        (heif(exif=written), "image/heic"),
    ):
        assert claims(examine(data, media_type)) == [
            (f"exif_software:{program}", "ai_generated", "asserted_unsigned")
        ]


@pytest.mark.parametrize("coding", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_user_comment_is_read_in_every_coding(coding: str) -> None:
    header = b"ASCII\x00\x00\x00" if coding == "ascii" else b"UNICODE\x00"
    data = jpeg(exif=exif({}, comment=header + SETTINGS.encode(coding)))
    found = examine(data, "image/jpeg")
    assert claims(found) == [
        ("exif_user_comment:AUTOMATIC1111 or alike", "ai_generated", "asserted_unsigned")
    ]
    assert PROMPT not in repr(found)
    assert COMMENT  # the tag the cast wrote


def test_a_credit_line_names_the_maker() -> None:
    xmp = packet('<rdf:Description xmlns:p="p" p:Credit="Made with Google AI"/>')
    assert claims(examine(jpeg(xmp=xmp), "image/jpeg")) == [
        ("xmp_credit:Google AI", "ai_generated", "asserted_unsigned")
    ]


@pytest.mark.parametrize(
    "data",
    [
        png({"Title": "parameters", "Comment": "Steps: many", "Software": "GIMP", "parameters": "width=3"}),
        png({"prompt": "Press any key", "workflow": "scan, then file"}),
        jpeg(exif=exif({SOFTWARE: "GIMP 2.10"}, comment=b"ASCII\x00\x00\x00a quiet place")),
        jpeg(xmp=packet('<rdf:Description xmlns:p="p" p:Credit="Rita" p:CreatorTool="Adobe Photoshop"/>')),
        jpeg(),
        webp(),
    ],
)
def test_everyday_files_claim_nothing(data: bytes) -> None:
    media_type = {b"\x89P": "image/png", b"\xff\xd8": "image/jpeg", b"RI": "image/webp"}[data[:2]]
    assert examine(data, media_type) == ()


def test_claims_weigh_nothing_and_say_why() -> None:
    for piece in examine(png({"parameters": SETTINGS}, xmp=TRAINED), "image/png"):
        assert piece.family == UNSIGNED_CLAIMS
        assert piece.log10_lr == 0
        assert "Anybody can write" in piece.doubt


def test_the_whole_vocabulary_is_known() -> None:
    assert len(rules().source_types) == 20
    assert all(claim in rules().tags for _, claim in rules().source_types.values())


@pytest.mark.parametrize("words", [b"<x:xmpmeta>a</x:xmpmeta>", b"<rdf:RDF>a</rdf:RDF>"])
def test_a_packet_is_found_wherever_it_stands(words: bytes) -> None:
    for before in range(9):
        for behind in range(5):
            data = b"\xff" * before + words + b"\xfe" * behind
            assert list(find_packet(data)) == [words]


@pytest.mark.parametrize(
    "data", [b"", b"abc", b"xmpm", b"x:xmpmet" * 9, b"<rdf:RD " * 9, bytes(range(256)) * 40]
)
def test_no_packet_is_found_where_there_is_none(data: bytes) -> None:
    assert list(find_packet(data)) == []
