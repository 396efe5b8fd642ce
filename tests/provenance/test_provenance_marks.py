"""Marks that items of one batch share: numbers, digests and names, and never a word of a prompt."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from hashlib import sha256

import pytest
from heif_cast import avif
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from provenance_cast import DETAILS, MAKE, MODEL, OWN_TABLES, TRAINED, camera_exif, exif, jpeg, png, webp

from openhotline.provenance.signed.manifests import ManifestReport
from openhotline.provenance.unsigned.marks import (
    MAX_OF_A_KIND,
    Mark,
    origin_marks,
    seed_families,
    signer_marks,
)

TOKEN = "zqxjkv-nonsense-8841"
LINES = (
    f"{TOKEN}, Seed: 666, (x:1.2)\nNegative prompt: {TOKEN}\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 4021331, Size: 8x8, Model hash: abcdef1234, Model: "
    f"{TOKEN}, Version: v1.6"
)
ESCAPED = json.dumps({"text": f'{TOKEN} "seed": 666, "noise_seed": 667'})
GRAPH = json.dumps({"3": {"class_type": "K", "inputs": {"seed": 11, "noise_seed": 12, "text": ESCAPED}}})


def values(data: bytes, media_type: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mark in origin_marks(data, media_type):
        found.setdefault(mark.kind, set()).add(mark.value)
    assert TOKEN not in repr(found)
    return found


def user_comment(text: str) -> bytes:
    return exif({}, comment=b"UNICODE\0" + text.encode("utf-16-be"))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (png({"parameters": LINES}), "image/png"),
        (jpeg(exif=user_comment(LINES)), "image/jpeg"),
        (webp(exif=user_comment(LINES)), "image/webp"),
        (avif(exif=user_comment(LINES)), "image/avif"),
    ],
    ids=["png", "jpeg", "webp", "avif"],
)
def test_seed_and_digest_are_read_from_the_line_of_settings_alone(data: bytes, media_type: str) -> None:
    assert values(data, media_type) == {
        "generator": {"AUTOMATIC1111 or alike"},
        "seed": {"4021331"},
        "model_digest": {"abcdef1234"},
    }


@pytest.mark.parametrize(
    ("texts", "program", "seeds"),
    [
        ({"prompt": GRAPH}, "ComfyUI", {"11", "12"}),
        ({"Dream": f'"{TOKEN} -S 666 -s" -s 20 -S 42 -W 512'}, "InvokeAI", {"42"}),
        ({"Dream": f'"{TOKEN}" -s20 -S43'}, "InvokeAI", {"43"}),
        ({"sd-metadata": json.dumps({"image": {"seed": 44, "prompt": TOKEN}})}, "InvokeAI", {"44"}),
        ({"Software": "NovelAI", "Comment": json.dumps({"seed": 45, "uc": TOKEN})}, "NovelAI", {"45"}),
        ({"fooocus_scheme": "fooocus", "parameters": '{"seed": "46"}'}, "Fooocus", {"46"}),
        ({"use_stable_diffusion_model": "m", "seed": "47", "prompt": TOKEN}, "Easy Diffusion", {"47"}),
    ],
)
def test_seeds_are_read_where_each_program_keeps_them(
    texts: dict[str, str], program: str, seeds: set[str]
) -> None:
    assert values(png(texts), "image/png") == {"generator": {program}, "seed": seeds}


@pytest.mark.parametrize(
    "text",
    [
        "a recipe, Seed: 99, Steps: 3",
        '{"seed": 99}',
        f"{TOKEN}\nSteps: 3, Sampler: x, Seed: {TOKEN}, Model hash: {TOKEN}",
        f"{TOKEN}\nSteps: 3, Sampler: x, Seed: 12-{TOKEN}, Model hash: abc",
        f"{TOKEN}\nSteps: 3, Sampler: x, Seed: {'9' * 30}",
    ],
)
def test_nothing_but_digits_at_the_known_places_is_read(text: str) -> None:
    found = values(png({"parameters": text}), "image/png")
    assert found.keys() <= {"generator"}


def test_a_camera_is_make_model_and_a_digest_of_the_serial_number() -> None:
    assert values(jpeg(exif=camera_exif(), tables=OWN_TABLES), "image/jpeg") == {
        "camera": {"Drawn Optics DO-1"}
    }
    written = Image.Exif()
    written[MAKE], written[MODEL] = "Drawn Optics", "DO-1"
    written.get_ifd(DETAILS)[42033] = "SN-0815"
    data = jpeg(exif=written.tobytes().removeprefix(b"Exif\0\0"))
    digest = sha256(b"SN-0815").hexdigest()[:12]
    assert values(data, "image/jpeg") == {"camera": {f"Drawn Optics DO-1 #{digest}"}}
    assert "0815" not in repr(origin_marks(data, "image/jpeg"))


def test_names_of_a_camera_are_short_and_plain() -> None:
    data = jpeg(exif=exif({MAKE: "<b>Drawn</b>\n" + "x" * 5000, MODEL: "M\x07" * 900}))
    (mark,) = origin_marks(data, "image/jpeg")
    assert len(mark.value) <= 81
    assert not set("<>\n\x07") & set(mark.value)


def test_settings_in_the_cameras_tags_are_no_camera() -> None:
    flow = "workflow:" + json.dumps({"nodes": [TOKEN]})
    data = webp(exif=exif({MAKE: flow, MODEL: f"prompt:{GRAPH}"}))
    assert values(data, "image/webp") == {"generator": {"ComfyUI"}, "seed": {"11", "12"}}


def test_a_source_type_is_no_generator() -> None:
    assert origin_marks(jpeg(xmp=TRAINED), "image/jpeg") == ()


def test_many_seeds_are_bounded() -> None:
    text = '{"class_type": 1, ' + ", ".join(f'"seed": {number}' for number in range(10**5, 10**5 + 900)) + "}"
    marks = origin_marks(png({"prompt": text}), "image/png")
    assert len([mark for mark in marks if mark.kind == "seed"]) == MAX_OF_A_KIND


def test_what_was_found_before_is_not_looked_for_again() -> None:
    assert origin_marks(png({"parameters": LINES}), "image/png", found=()) == ()


@given(st.binary(max_size=200), st.sampled_from(["image/jpeg", "image/png", "image/avif", None]))
def test_any_bytes_have_marks_or_none(data: bytes, media_type: str | None) -> None:
    assert all(isinstance(mark, Mark) for mark in origin_marks(data, media_type))


def test_an_ordinary_file_costs_little() -> None:
    data = jpeg() + bytes(400_000)
    best = min(_timed(data) for _ in range(9))
    assert best < 0.002


def _timed(data: bytes) -> float:
    started = time.process_time()
    assert origin_marks(data, "image/jpeg") == ()
    return time.process_time() - started


def test_a_signer_is_named_only_where_a_list_vouched() -> None:
    listed = ManifestReport("c2pa_active", "s", "s", "", signer="Drawn Optics", trust_list="a list")
    (mark,) = signer_marks([listed, replace(listed, place="c2pa_ingredient")])
    assert (mark.kind, mark.value.split(" #")[0]) == ("signer", "Drawn Optics")
    (other,) = signer_marks([replace(listed, trust_list="", signer=TOKEN)])
    assert other.value.startswith("not on a list #")
    assert TOKEN not in other.value
    assert signer_marks([replace(listed, signer="")]) == ()


def test_seeds_that_count_up_are_one_family() -> None:
    run = [900_000_001, 900_000_002, 900_000_004]
    assert seed_families([*run, 5_000_000_000]) == (tuple(run), (5_000_000_000,))


def test_the_rule_of_nearness_has_an_edge() -> None:
    assert seed_families([100_000, 100_064]) == ((100_000, 100_064),)
    assert seed_families([100_000, 100_065]) == ((100_000,), (100_065,))


def test_seeds_that_people_type_are_joined_without_a_gap_only() -> None:
    assert seed_families([42, 43, 45, 1, 1]) == ((1,), (42, 43), (45,))
    assert seed_families([]) == ()


@given(st.lists(st.integers(0, 2**64)), st.randoms())
def test_every_seed_is_in_one_family_whatever_the_order(seeds: list[int], random: object) -> None:
    families = seed_families(seeds)
    assert sorted(seed for family in families for seed in family) == sorted(set(seeds))
    turned = list(seeds)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert seed_families(turned) == families
