"""Invisible watermarks: the open ones that are read here, and an adapter for further decoders.

Read here is what the package imwatermark 0.2.0 embeds with its method dwtDct, by the marks in rules.toml:

1. The colour difference U of each pixel, in 8 bits, as OpenCV computes it.
2. One step of the Haar wavelet; kept is the coarse quarter, half the sum of four pixels.
3. Blocks of 4 x 4 coefficients, row by row. In each the largest but the first carries one bit: the upper or lower
   half of its step of 36. (In spite of the method's name, version 0.2.0 makes no cosine transform of them.)
4. Block n carries bit n modulo the mark's length; the majority of the blocks decides each bit.

The libraries for SDXL mark the picture before it is rounded to bytes; then U lies around zero, and largest means
farthest from there. Both readings are tried, so the chance of a false alarm is twice that of one.

A hit is a claim like every unsigned one: anybody can embed these marks, into a photograph too. No hit says
nothing: they seldom survive a new compression. Cost: some milliseconds for two megapixels, on one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Protocol

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.provenance.evidence import ASSERTED_UNSIGNED, UNSIGNED_CLAIMS, Evidence, unreadable
from openhotline.provenance.rules import WatermarkRule, rules

GROUP = "openhotline.watermarks"

MIN_PIXELS = 256 * 256  # the embedder refuses smaller pictures
MAX_PIXELS = 4_000_000  # from the top; the mark repeats, and more of it would only cost more

Pixels = npt.NDArray[np.uint8]


class WatermarkDecoder(Protocol):
    """A further decoder, installed by its own package under the entry-point group ``openhotline.watermarks``.

    The entry point names an object, or a class that needs no argument. ``expected`` are the mark's bits,
    ``threshold`` how many of them must agree, and ``false_alarm`` how often they do without a mark.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def expected(self) -> Sequence[bool]: ...
    @property
    def threshold(self) -> int: ...
    @property
    def false_alarm(self) -> float: ...

    def decode(self, pixels: Pixels) -> Sequence[bool]:
        """Return as many bits as are expected. ``pixels``: height x width x 3, red first."""
        ...


def watermark_claims(
    pixels: Pixels, *, further: Sequence[WatermarkDecoder] | None = None
) -> tuple[Evidence, ...]:
    """Return the marks that are found in decoded pixels; ``further``: the installed decoders where not given.

    A decoder that breaks becomes evidence of strength ``unreadable``: that it found nothing is not known.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise BadInput("The pixels are not height x width x 3 bytes. Convert the picture to 8-bit RGB first.")
    decoders = installed_decoders() if further is None else further
    return tuple(
        sorted((*_open_marks(pixels), *(piece for each in decoders for piece in _asked(each, pixels))))
    )


@lru_cache(maxsize=1)
def installed_decoders() -> tuple[WatermarkDecoder, ...]:
    """Return the further decoders that are installed, by name; one that cannot be loaded stops the start."""
    found = (point.load() for point in sorted(entry_points(group=GROUP)))
    return tuple(entry() if isinstance(entry, type) else entry for entry in found)


def prepare() -> None:
    """Load the kernel and the installed decoders, so that a process can be closed off afterwards."""
    _kernel()
    installed_decoders()


def read_bits(pixels: Pixels, length: int, *, centred: bool = False) -> npt.NDArray[np.bool_]:
    """Return the bits of a mark of this length, present or not: without one they are noise.

    ``centred``: as they are in a picture that was marked as real numbers.
    """
    return _voted(_block_bits(pixels)[centred], length)


def _open_marks(pixels: Pixels) -> Iterator[Evidence]:
    if pixels.shape[0] * pixels.shape[1] < MIN_PIXELS or min(pixels.shape[:2]) < 8:
        return
    readings = _block_bits(pixels)
    for mark in rules().watermarks:
        if readings[0].size >= len(mark.bits):
            agree = max(int((_voted(blocks, len(mark.bits)) == mark.bits).sum()) for blocks in readings)
            if agree >= mark.threshold:
                yield _claim(mark, agree, mark.doubt.strip())


def _asked(decoder: WatermarkDecoder, pixels: Pixels) -> Iterator[Evidence]:
    try:
        expected = np.asarray(decoder.expected, bool)
        bits = np.asarray(decoder.decode(pixels), bool)
        if bits.shape != expected.shape:
            raise ValueError("another number of bits than expected")
    except Exception:  # noqa: BLE001 - A stranger's file must not break a decoder and with it the other checks.
        yield unreadable(UNSIGNED_CLAIMS, f"watermark:{decoder.name}")
        return
    agree = int((bits == expected).sum())
    if agree >= decoder.threshold:
        yield _claim(decoder, agree, f"Read by the decoder's version {decoder.version}.")


def _claim(mark: WatermarkRule | WatermarkDecoder, agree: int, doubt: str) -> Evidence:
    expected = mark.bits if isinstance(mark, WatermarkRule) else mark.expected
    words = (
        f"{agree} of {len(expected)} bits agree; by chance {mark.threshold} do so in {mark.false_alarm:.1e} of images. "
        f"Anybody can embed this mark, into a real photograph too. {doubt}"
    )
    return Evidence(UNSIGNED_CLAIMS, f"watermark:{mark.name}", "ai_generated", ASSERTED_UNSIGNED, 0.0, words)


def _block_bits(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """Return one bit per block of 8 x 8 pixels, in the order of the blocks, read from zero and from the middle."""
    height, width, _ = pixels.shape
    height = min(height, max(8, MAX_PIXELS // width))
    rows = np.ascontiguousarray(pixels[:height]).reshape(height, -1)
    from_zero, from_middle = np.empty((2, height // 8, width // 8), np.uint8)
    _kernel()(rows, from_zero, from_middle)
    return from_zero.ravel(), from_middle.ravel()


def _voted(blocks: npt.NDArray[np.uint8], length: int) -> npt.NDArray[np.bool_]:
    """Return the majority for each bit; where as many say yes as no, it is yes."""
    places = np.arange(blocks.size) % length
    votes = np.bincount(places, blocks, minlength=length)
    return np.asarray(2 * votes >= np.bincount(places, minlength=length))


def _kernel() -> Callable[[Pixels, Pixels, Pixels], None]:
    # Loads numba, which nothing else here needs.
    from openhotline.provenance.unsigned.watermark_kernels import block_bits

    return block_bits
