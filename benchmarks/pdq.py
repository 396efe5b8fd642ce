"""PDQ against the peer, one core, interleaved in one run: ``python -m benchmarks.pdq [--quick]``.

The peer is what python-threatexchange's ``pdq_from_bytes`` does with an ordinary JPEG: Pillow opens the bytes,
NumPy takes the RGB pixels, ``pdqhash.compute`` hashes them at full size, the bits become hexadecimal. It is written
out here, because threatexchange is not a dependency. Ours is the product's own path: ``openhotline.media.decode``,
then ``pdq_strict`` or ``pdq_fast``; a fast hash that fails its self-check is made again strictly within the time
taken. The bare decode is simplejpeg's luma at the same scale and nothing else: with that decoder no hash can be
quicker, so its own ratio to the peer is printed as well. At an eighth of the size, hence at 12 megapixels, ours reads
the luma itself (``openhotline.media.eighth``) and can be quicker; the pixels are compared with simplejpeg's.

Every round times every method on the same picture, in an order by chance (who follows the peer finds the caches
emptied); a ratio is taken within its round. Times are processor time, which other work on the machine disturbs less
than it does the clock on the wall. Pictures are drawn; their bits a pixel are near those measured on photographs
(JPEG quality 90: 1.3 at 2 megapixels, 0.8 at 12).
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pdqhash
import PIL
import simplejpeg
from PIL import Image

from benchmarks.landscapes import Pixels, draw, jpeg
from openhotline import hashing, media
from openhotline.hashing import FAST_SHORTER_SIDE, PdqHash

Method = Callable[[bytes], object]


@dataclass(frozen=True)
class Size:
    """One row of the table: sides, grain (for the bits a pixel), and what the product promises."""

    name: str
    width: int
    height: int
    grain: float
    pictures: int
    strict_target: float
    fast_target: float
    decode_target: float | None = None


SIZES = (
    Size("0.3 MP", 640, 480, 3.0, 8, 0, 0),
    Size("2 MP", 1632, 1224, 2.8, 8, 8, 15),
    Size("12 MP", 4000, 3000, 1.1, 6, 15, 50, 1.15),
)


def peer(data: bytes) -> tuple[str, int]:
    """Hash as python-threatexchange does."""
    bits, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(data))))
    return f"{int(''.join(str(bit) for bit in bits), 2):064x}", quality


def strict(data: bytes) -> PdqHash:
    """Hash at full resolution."""
    decoded = media.decode(data, want="rgb")
    return hashing.pdq_strict(decoded.pixels, decoder=decoded.decoder)


def fast_alone(data: bytes) -> PdqHash:
    """Hash the scaled luma, whatever the self-check says."""
    small = media.decode(data, want="luma", min_short_side=FAST_SHORTER_SIDE)
    return hashing.pdq_fast(
        small.pixels, width=small.full_width, height=small.full_height, decoder=small.decoder
    )


def fast(data: bytes) -> PdqHash:
    """Hash the scaled luma, and strictly where the self-check fails."""
    found = fast_alone(data)
    return found if found.is_certain else strict(data)


def our_luma(data: bytes) -> Pixels:
    """Decode the luma as the fast path does."""
    return media.decode(data, want="luma", min_short_side=FAST_SHORTER_SIDE).pixels


def bare_luma(data: bytes) -> Pixels:
    """Decode the luma at the scale of the fast path by libjpeg-turbo, and nothing else."""
    height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    scale = next(s for s in (8, 4, 2, 1) if -(-min(height, width) // s) >= FAST_SHORTER_SIDE or s == 1)
    sides = {"min_height": -(-height // scale), "min_width": -(-width // scale)}
    luma: Pixels = simplejpeg.decode_jpeg(data, "GRAY", **sides)[:, :, 0]
    return luma


def bare_rgb(data: bytes) -> object:
    """Decode to RGB and nothing else: the floor of the strict path."""
    return simplejpeg.decode_jpeg(data, "RGB")


METHODS: dict[str, Method] = {
    "peer": peer,
    "strict": strict,
    "fast": fast,
    "our luma": our_luma,
    "bare luma": bare_luma,
    "bare RGB": bare_rgb,
}


def timed(pictures: Sequence[bytes], rounds: int) -> dict[str, list[float]]:
    """Return milliseconds by method, each method's in the same order of rounds and pictures."""
    names, chance = list(METHODS), np.random.default_rng(rounds)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        for picture in pictures:
            for name in chance.permutation(names).tolist():
                begin = time.process_time()
                METHODS[name](picture)
                if turn:  # the first round warms up
                    taken[name].append((time.process_time() - begin) * 1e3)
    return taken


def ratios(above: list[float], below: list[float]) -> str:
    """Return median and range of paired ratios."""
    each = [a / b for a, b in zip(above, below, strict=True)]
    return f"{statistics.median(each):6.2f}  [{min(each):.2f} - {max(each):.2f}]"


def verdict(above: list[float], below: list[float], target: float, *, at_most: bool = False) -> str:
    """Say whether the median of paired ratios holds a target; nothing where there is none."""
    if not target:
        return ""
    median = statistics.median(a / b for a, b in zip(above, below, strict=True))
    held = median <= target if at_most else median >= target
    return f"   target {'<=' if at_most else '>='} {target:g}: {'held' if held else 'MISSED'}"


def report_speed(size: Size, rounds: int) -> None:
    """Print one size's times and ratios, and check the strict hashes bit for bit."""
    pictures = [jpeg(draw(size.width, size.height, seed, grain=size.grain)) for seed in range(size.pictures)]
    bits = 8 * sum(map(len, pictures)) / (size.width * size.height * len(pictures))
    taken = timed(pictures, rounds)
    print(f"\n{size.name}: {size.pictures} pictures, {bits:.2f} bits a pixel, {rounds} rounds")
    for name, times in taken.items():
        print(f"  {name:10} {statistics.median(times):8.2f} ms  [{min(times):.2f} - {max(times):.2f}]")
    for name, target in (("strict", size.strict_target), ("fast", size.fast_target)):
        print(
            f"  peer / {name:7}  {ratios(taken['peer'], taken[name])}"
            f"{verdict(taken['peer'], taken[name], target)}"
        )
    print(
        f"  fast / bare luma {ratios(taken['fast'], taken['bare luma'])}"
        f"{verdict(taken['fast'], taken['bare luma'], size.decode_target or 0, at_most=True)}"
    )
    print(
        f"  peer / bare luma {ratios(taken['peer'], taken['bare luma'])}   what no hash over libjpeg-turbo can pass"
    )
    print(f"  our / bare luma  {ratios(taken['our luma'], taken['bare luma'])}")
    print(f"  strict / bare RGB {ratios(taken['strict'], taken['bare RGB'])}")
    found = [(strict(picture), peer(picture)) for picture in pictures]
    differing = sum((int(a.hex, 16) ^ int(b[0], 16)).bit_count() for a, b in found)
    quality = sum(a.quality != b[1] for a, b in found)
    print(f"  strict against the peer: {differing} bits differ, {quality} qualities differ")
    lumas = sum(int((our_luma(picture) != bare_luma(picture)).sum()) for picture in pictures)
    print(f"  our luma against simplejpeg's: {lumas} pixels differ")


def report_distances(count: int) -> None:
    """Print how far fast hashes lie from the peer's, over crops of many sizes and qualities.

    Some are hazy and some have little texture: there the frequencies crowd around their median.
    """
    chance = np.random.default_rng(12)
    rows: list[tuple[int, int, PdqHash]] = []
    sources = [draw(2400, 1800, seed, grain=(1.5, 0.5, 0.1)[seed % 3]) for seed in range(100, 112)]
    for index in range(count):
        source = sources[index % len(sources)]
        width, height = (int(side) for side in chance.integers(300, 1600, 2))
        left, top = int(chance.integers(0, 2400 - width)), int(chance.integers(0, 1800 - height))
        crop = np.ascontiguousarray(source[top : top + height, left : left + width])
        flat = 128 + (crop.astype(np.float32) - 128) * chance.uniform(0.1, 1.0)
        data = jpeg(flat.astype(np.uint8), quality=int(chance.integers(70, 96)))
        value, quality = peer(data)
        found = fast_alone(data)
        rows.append(((int(value, 16) ^ int(found.hex, 16)).bit_count(), quality, found))
    family = "crops of 300 to 1,600 pixels, contrast 10 to 100 %, JPEG quality 70 to 95"
    print(f"\nBits between fast and the peer: {count} {family}")
    matchable = [row for row in rows if row[1] >= hashing.MATCHABLE_QUALITY]
    certain = [row for row in matchable if row[2].is_certain]
    sent = 1 - np.mean([row[2].is_certain for row in rows])
    print(
        f"  self-check sends {sent:.1%} to strict, {1 - len(certain) / len(matchable):.1%} of those that may match"
    )
    bounds = (0, 2, 6, 10, 16, 31, 256)
    print("  " + " " * 38 + "".join(f"{f'<={b}':>7}" for b in bounds) + "   mean    p99    max")
    groups = {
        "all": rows,
        "all, self-check held": [row for row in rows if row[2].is_certain],
        "quality >= 50": matchable,
        "quality >= 50, self-check held": certain,
    }
    for name, group in groups.items():
        bits = np.array([row[0] for row in group])
        shares = "".join(f"{(bits <= bound).mean():7.1%}" for bound in bounds)
        mean, high = bits.mean(), np.percentile(bits, 99)
        print(f"  {name:31} {len(bits):5} {shares} {mean:6.2f} {high:6.1f} {bits.max():6}")


def main() -> None:
    """Run on one core and print everything."""
    quick = "--quick" in sys.argv
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    media.prepare()
    hashing.prepare()
    versions = f"pdqhash {pdqhash.__version__}, Pillow {PIL.__version__}, simplejpeg {simplejpeg.__version__}"
    print(f"PDQ, one core. {versions}. Medians, ranges in brackets; ratios are paired within a round.")
    for size in SIZES:
        report_speed(size, rounds=2 if quick else 7 if size.width < 2000 else 5)
    report_distances(120 if quick else 600)


if __name__ == "__main__":
    main()
