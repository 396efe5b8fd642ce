"""How far a fast PDQ hash is off the strict one, by how sure it is of itself: ``python -m benchmarks.pdq_margins``.

A scan in bulk searches further with a fast hash, by ``datasets.bulk.asking.MARGINS``, and lets the strict one decide.
What is told here is whether those margins hold: for every margin, how many fast hashes it is for, the most bits that any
was off, and how many would have been lost. Qualities are compared in the same way with ``QUALITY_MARGIN``.

Pictures are drawn, from 0.1 to 2 megapixels, and saved in six ways: as they are, small and poor, blurred, with little
contrast, cropped, and cropped and blurred. A hash that fails its self-check counts nowhere: it is made again strictly.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from benchmarks.landscapes import draw, jpeg
from benchmarks.pdq import fast_alone, strict
from openhotline.datasets.bulk.asking import MARGINS
from openhotline.known.answers import QUALITY_MARGIN

SIDES = ((400, 300), (640, 480), (1024, 683), (1200, 900), (1632, 1224))

Change = Callable[[Image.Image], Image.Image]


def _blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(image.size) / 300))


def _cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 7, height // 9, width - width // 11, height - height // 8))


WAYS: Mapping[str, tuple[Change, int]] = {
    "as it is": (lambda image: image, 90),
    "poor JPEG": (lambda image: image, 25),
    "blurred": (_blurred, 85),
    "little contrast": (lambda image: ImageEnhance.Contrast(image).enhance(0.2), 85),
    "cropped": (_cropped, 85),
    "cropped and blurred": (lambda image: _blurred(_cropped(image)), 60),
}


def main() -> None:
    """Draw, hash twice, print a line for each margin."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=120, help="drawn for each of the five sizes")
    count = parser.parse_args().pictures
    off: list[list[tuple[int, int]]] = [[] for _ in MARGINS]
    lower, again = [0], 0
    for width, height in SIDES:
        for seed in range(count):
            image = Image.fromarray(draw(width, height, seed, grain=1.0 + seed % 4))
            for change, quality in WAYS.values():
                data = jpeg(np.asarray(change(image)), quality)
                fast, full = fast_alone(data), strict(data)
                if not fast.is_certain:
                    again += 1
                    continue
                row = next(at for at, (most, _) in enumerate(MARGINS) if fast.near_median <= most)
                off[row].append((fast.distance(full), fast.near_median))
                lower.append(full.quality - fast.quality)
    print(f"{sum(map(len, off)):,} fast hashes, {again:,} more that were made again strictly\n")
    print("near the median   hashes   most bits off   beyond its own count   margin   lost")
    for (most, margin), seen in zip(MARGINS, off, strict=True):
        bits = [found for found, _ in seen]
        beyond = max((found - near for found, near in seen), default=0)
        lost = sum(found > margin for found in bits)
        print(
            f"up to {most:10}  {len(seen):7,}  {max(bits, default=0):14}  {beyond:21}  {margin:7}  {lost:5}"
        )
    verdict = "held" if max(lower) <= QUALITY_MARGIN else "MISSED"
    print(f"\nquality: at most {max(lower)} too low, margin {QUALITY_MARGIN}: {verdict}")


if __name__ == "__main__":
    main()
