"""Invisible marks: read from drawn pictures that a small embedder here has marked."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from math import comb

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from openhotline.errors import BadInput
from openhotline.provenance import UNREADABLE, UNSIGNED_CLAIMS, rules
from openhotline.provenance.unsigned import watermarks
from openhotline.provenance.unsigned.watermarks import installed_decoders, read_bits, watermark_claims

Pixels = npt.NDArray[np.uint8]

SD, SDXL = rules().watermarks


def drawn(height: int = 512, width: int = 640, seed: int = 3) -> Pixels:
    """Hills in soft colours with a little noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 90
    base = np.stack([np.sin(x) + np.cos(y * 1.3), np.cos(x * 0.7 + y), np.sin(y * 0.4 - x)], axis=-1)
    return np.clip(128 + 30 * base + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)


def to_yuv(pixels: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
    red, green, blue = np.moveaxis(pixels.astype(np.int64), -1, 0)
    y = (4899 * red + 9617 * green + 1868 * blue + 8192) >> 14
    u = ((blue - y) * 8061 + (128 << 14) + 8192) >> 14
    v = ((red - y) * 14369 + (128 << 14) + 8192) >> 14
    return y, u, v


def marked(pixels: Pixels, bits: Sequence[bool], *, step: int = 36, middle: float = 0) -> Pixels:
    """Embed as slowly and plainly as possible; each block's largest sum is moved into its half of the step.

    ``middle`` is 127.5 for a picture that is marked as real numbers.
    """
    y, u, v = (plane.astype(float) for plane in to_yuv(pixels))
    u -= middle
    for number, (down, across) in enumerate(np.ndindex(u.shape[0] // 8, u.shape[1] // 8)):
        block = u[8 * down : 8 * down + 8, 8 * across : 8 * across + 8]
        sums = block.reshape(4, 2, 4, 2).sum(axis=(1, 3)) / 2
        place = 1 + int(np.argmax(np.abs(sums).ravel()[1:]))
        size, sign = abs(sums.ravel()[place]), 1 if sums.ravel()[place] >= 0 else -1
        wanted = (size // step + 0.25 + 0.5 * bits[number % len(bits)]) * step
        wanted = sign * (wanted + step * (wanted < size))  # outwards, so that it stays the largest
        i, j = divmod(place, 4)
        block[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += (wanted - sums[i, j]) / 2
    u = np.clip(np.rint(u + middle), 0, 255)
    rgb = [y + (v - 128) / 0.877, y - 0.395 * (u - 128) - 0.581 * (v - 128), y + (u - 128) / 0.492]
    return np.clip(np.rint(np.stack(rgb, axis=-1)), 0, 255).astype(np.uint8)


def slow_bits(pixels: Pixels, length: int, middle: float) -> list[bool]:
    """The decoder once more, block by block."""
    _, u, _ = to_yuv(pixels)
    votes: list[list[bool]] = [[] for _ in range(length)]
    for number, (down, across) in enumerate(np.ndindex(u.shape[0] // 8, u.shape[1] // 8)):
        block = u[8 * down : 8 * down + 8, 8 * across : 8 * across + 8]
        sums = block.reshape(4, 2, 4, 2).sum(axis=(1, 3)) / 2 - 2 * middle
        votes[number % length].append(bool(max(abs(sums.ravel()[1:])) % 36 >= 18))
    return [sum(said) * 2 >= len(said) for said in votes]


@pytest.mark.parametrize("middle", [0, 127.5], ids=["in bytes", "in real numbers"])
@pytest.mark.parametrize(("number", "name"), [(0, "StableDiffusionV1"), (1, "SDXL")])
def test_a_mark_is_found_and_is_only_a_claim(number: int, name: str, middle: float) -> None:
    mark = rules().watermarks[number]
    (found,) = watermark_claims(marked(drawn(), mark.bits, middle=middle), further=())
    assert (found.family, found.source, found.claim) == (UNSIGNED_CLAIMS, f"watermark:{name}", "ai_generated")
    assert (found.strength, found.log10_lr) == ("asserted_unsigned", 0.0)
    assert "Anybody can embed this mark" in found.doubt
    assert f"of {len(mark.bits)} bits agree" in found.doubt


@pytest.mark.parametrize("seed", range(12))
def test_a_picture_without_a_mark_says_nothing(seed: int) -> None:
    assert watermark_claims(drawn(seed=seed), further=()) == ()
    rng = np.random.default_rng(seed)
    assert watermark_claims(rng.integers(0, 256, (300, 500, 3), np.uint8), further=()) == ()
    even = np.full((320, 400, 3), rng.integers(0, 256, 3), np.uint8)
    assert watermark_claims(even, further=()) == ()


def test_another_mark_is_none_of_these() -> None:
    other = [bool(bit) for bit in np.random.default_rng(8).integers(0, 2, 136)]
    assert watermark_claims(marked(drawn(), other), further=()) == ()
    assert list(read_bits(marked(drawn(), other), 136)) == other


@pytest.mark.parametrize("size", [(264, 251), (300, 256), (512, 640)])
def test_the_kernel_reads_what_the_slow_decoder_reads(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    for pixels in (drawn(*size), rng.integers(0, 256, (*size, 3), np.uint8), marked(drawn(*size), SDXL.bits)):
        for length in (48, 136):
            assert list(read_bits(pixels, length)) == slow_bits(pixels, length, 0)
            assert list(read_bits(pixels, length, centred=True)) == slow_bits(pixels, length, 127.5)


def test_the_published_false_alarm_rates_are_those_of_the_thresholds() -> None:
    for mark, bits, threshold in ((SD, 136, 104), (SDXL, 48, 44)):
        assert (len(mark.bits), mark.threshold) == (bits, threshold)
        tail = sum(comb(bits, agree) for agree in range(threshold, bits + 1)) / 2**bits
        assert mark.false_alarm == pytest.approx(2 * tail, rel=0.05)  # for two readings


def test_the_marks_are_the_published_ones() -> None:
    assert np.packbits(np.array(SD.bits)).tobytes() == b"StableDiffusionV1"
    assert (
        sum(bit << 47 - at for at, bit in enumerate(SDXL.bits))
        == 0b101100111110110010010000011110111011000110011110
    )


def test_a_mark_that_is_nearly_gone_is_not_a_hit() -> None:
    stream = io.BytesIO()
    Image.fromarray(marked(drawn(), SD.bits)).save(stream, "JPEG", quality=30)
    pixels = np.asarray(Image.open(stream).convert("RGB"))
    agree = int((read_bits(pixels, 136) == SD.bits).sum())
    assert bool(watermark_claims(pixels, further=())) == (agree >= SD.threshold)


@pytest.mark.parametrize(
    "shape", [(0, 0, 3), (1, 1, 3), (7, 40_000, 3), (40_000, 7, 3), (255, 256, 3), (9, 9000, 3)]
)
def test_small_and_narrow_pictures_are_taken(shape: tuple[int, int, int]) -> None:
    assert watermark_claims(np.zeros(shape, np.uint8), further=()) == ()


def test_what_is_no_picture_in_bytes_is_refused() -> None:
    wrong = (np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3), np.float32))
    for pixels in wrong:
        with pytest.raises(BadInput, match="8-bit RGB"):
            watermark_claims(pixels)  # type: ignore[arg-type]


def test_pixels_in_any_order_of_memory_are_read() -> None:
    pixels = marked(drawn(), SD.bits)
    turned = np.asfortranarray(pixels)
    read_only = pixels.copy()
    read_only.setflags(write=False)
    assert watermark_claims(turned, further=()) == watermark_claims(read_only, further=()) != ()


def test_a_large_picture_takes_no_longer_than_its_upper_part() -> None:
    large = np.zeros((9000, 3000, 3), np.uint8)
    watermark_claims(large, further=())
    started = time.process_time()
    watermark_claims(large, further=())
    assert time.process_time() - started < 0.1


@dataclass
class Corner:
    """A toy: four bits in the corners' brightness."""

    name: str = "corners"
    version: str = "1.2"
    expected: tuple[bool, ...] = (True, False, True, False)
    threshold: int = 4
    false_alarm: float = 0.0625
    answer: object = None

    def decode(self, pixels: Pixels) -> Sequence[bool]:
        if isinstance(self.answer, Exception):
            raise self.answer
        corners = (pixels[0, 0], pixels[0, -1], pixels[-1, 0], pixels[-1, -1])
        return self.answer or [bool(corner.mean() > 127) for corner in corners]  # type: ignore[return-value]


def test_a_further_decoder_is_asked() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    assert watermark_claims(pixels, further=[Corner()]) == ()
    pixels[:, 0] = 255
    (found,) = watermark_claims(pixels, further=[Corner()])
    assert (found.source, found.claim, found.log10_lr) == ("watermark:corners", "ai_generated", 0.0)
    assert "version 1.2" in found.doubt
    assert "6.2e-02" in found.doubt


@pytest.mark.parametrize("answer", [RuntimeError("x"), [True], "nonsense", [[True] * 4]])
def test_a_decoder_that_breaks_is_unreadable_and_stops_no_other(answer: object) -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:, 0] = 255
    found = watermark_claims(pixels, further=[Corner(name="broken", answer=answer), Corner()])
    assert [(piece.source, piece.strength) for piece in found] == [
        ("watermark:broken", UNREADABLE),
        ("watermark:corners", "asserted_unsigned"),
    ]


def test_installed_decoders_come_by_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("corners", f"{__name__}:Corner", watermarks.GROUP)
    monkeypatch.setattr(
        watermarks, "entry_points", lambda *, group: [point] if group == watermarks.GROUP else []
    )
    installed_decoders.cache_clear()
    try:
        assert [decoder.name for decoder in installed_decoders()] == ["corners"]
        pixels = np.zeros((20, 20, 3), np.uint8)
        pixels[:, 0] = 255
        assert [piece.source for piece in watermark_claims(pixels)] == ["watermark:corners"]
    finally:
        installed_decoders.cache_clear()
