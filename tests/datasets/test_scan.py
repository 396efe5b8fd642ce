"""One look gives everything that is known of a file, and a file that is no picture still has an answer."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pdqhash
import pytest
import simplejpeg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from openhotline import hashing, media
from openhotline.datasets.scan import scan_entry, warm
from openhotline.media.confined import Pool

ENTRY = "openhotline.datasets.scan:scan_entry"


def drawing(height: int = 600, width: int = 800, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Coarse cells with a little grain."""
    chance = np.random.default_rng(seed)
    cells = chance.integers(0, 200, (height // 40 + 1, width // 40 + 1, 3))
    picture = np.kron(cells, np.ones((40, 40, 1)))[:height, :width]
    return np.clip(picture + chance.normal(20, 4, picture.shape), 0, 255).astype(np.uint8)


def jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    return bytes(simplejpeg.encode_jpeg(picture, quality=90, colorsubsampling="420"))


def png(picture: npt.NDArray[np.uint8], **text: str) -> bytes:
    stream, info = io.BytesIO(), PngInfo()
    for key, words in text.items():
        info.add_text(key, words)
    Image.fromarray(picture).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def peer(data: bytes) -> tuple[str, int]:
    bits, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    return np.packbits(bits.astype(np.uint8)).tobytes().hex(), quality


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(ENTRY, workers=1) as pool:
        yield pool


@pytest.mark.parametrize("encode", [jpeg, png])
def test_a_confined_look_gives_the_peers_hash_and_a_preview(pool: Pool, encode: object) -> None:
    data = (jpeg if encode is jpeg else png)(drawing())
    reply = pool.call(data)
    pdq = reply.header["pdq"]
    assert (pdq["value"], pdq["quality"]) == peer(data)
    assert (pdq["mode"], bool(pdq["decoder"])) == ("strict", True)
    assert (reply.header["width"], reply.header["height"], reply.header["frames"]) == (800, 600, 1)
    assert reply.header["media_type"] == ("image/jpeg" if encode is jpeg else "image/png")
    assert [media.sniff(blob) for blob in reply.blobs] == ["image/jpeg"]
    assert "failure" not in reply.header


def test_what_is_not_wanted_is_left_out() -> None:
    header, blobs = scan_entry(jpeg(drawing()), provenance=False, preview=False)
    assert "digests" not in header
    assert "provenance" not in header
    assert blobs == []
    header, _ = scan_entry(b"words", digests=True)
    assert header["digests"]["sha256"] == hashing.digests(b"words").sha256


def test_one_look_decodes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    original = media.decode

    def counted(data: bytes, **options: object) -> media.Decoded:
        calls.append(str(options["want"]))
        return original(data, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(media, "decode", counted)
    scan_entry(jpeg(drawing()), digests=True)
    assert calls == ["rgb"]
    calls.clear()
    header, _ = scan_entry(jpeg(drawing(2000, 2600)), mode="fast")
    assert (calls, header["pdq"]["mode"]) == (["luma"], "fast")


def test_a_fast_look_that_is_not_sure_becomes_a_strict_one() -> None:
    faint = (100 + drawing() // 60).astype(np.uint8)
    header, blobs = scan_entry(jpeg(faint), mode="fast")
    assert header["pdq"]["mode"] == "strict"
    assert header["pdq"]["value"] == peer(jpeg(faint))[0]
    assert len(blobs) == 1


def test_what_a_generator_says_of_itself_is_found(pool: Pool) -> None:
    claims = pool.call(png(drawing(64, 64), parameters="Steps: 20, Sampler: Euler a, Seed: 1")).header[
        "provenance"
    ]
    assert {claim["family"] for claim in claims} == {"unsigned_claims"}


@pytest.mark.parametrize(
    ("data", "reason", "media_type"),
    [
        (b"", "empty", None),
        (b"a text file named .jpg", "not_a_picture", None),
        (jpeg(drawing())[:3000], "truncated", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "damaged", "image/png"),
    ],
)
def test_what_cannot_be_decoded_has_a_reason(
    pool: Pool, data: bytes, reason: str, media_type: str | None
) -> None:
    reply = pool.call(data, digests=True)
    assert (reply.header["reason"], reply.header["media_type"]) == (reason, media_type)
    assert reply.header["failure"].endswith(".")
    assert reply.header["digests"]["md5"] == hashing.digests(data).md5
    assert reply.blobs == []


def test_a_picture_too_small_to_hash_is_still_a_picture(pool: Pool) -> None:
    reply = pool.call(png(drawing(3, 90)))
    assert (reply.header["pdq"]["quality"], reply.header["pdq"]["value"]) == (0, "00" * 32)
    assert len(reply.blobs) == 1


def test_warming_up_loads_everything_that_a_closed_process_needs() -> None:
    warm()
    assert {"numba", "pillow_heif"} <= set(sys.modules)
    code = "import sys, openhotline.datasets; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_warming_up_does_not_load_what_no_kernel_needs_and_leaves_it_loadable() -> None:
    code = "import sys; from openhotline.datasets import scan; scan.warm(); linalg = 'scipy.linalg' in sys.modules; "
    code += "import scipy.linalg; sys.exit(linalg)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("size", [(520, 700), (640, 860), (800, 1000), (1000, 1300), (1500, 2000)])
def test_a_fast_look_with_a_preview_is_as_near_to_the_peer_as_one_without(size: tuple[int, int]) -> None:
    """Eight bits are the margin that matching adds to a list's distance, and confirms strictly."""
    for seed in range(6):
        data = jpeg(drawing(*size, seed=seed))
        value = int(peer(data)[0], 16)
        for preview in (True, False):
            found = scan_entry(data, mode="fast", preview=preview)[0]["pdq"]
            assert (int(found["value"], 16) ^ value).bit_count() <= 8
