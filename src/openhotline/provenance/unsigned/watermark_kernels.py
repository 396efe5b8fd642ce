"""The numba kernel that reads the bit of every block. Importing this module loads numba."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.media.compiled import BYTES_2D, NOTHING, OUT_BYTES_2D, compiled

# Fixed-point weights, in 1/16384, of OpenCV's conversion from RGB to 8-bit YUV.
_RED, _GREEN, _BLUE, _U = 4899, 9617, 1868, 8061
_HALF, _SHIFT, _MIDDLE = 8192, 14, 128 << 14
_CENTRE = 510  # four times 127.5


@compiled(NOTHING, BYTES_2D, OUT_BYTES_2D, OUT_BYTES_2D)
def block_bits(
    rows: npt.NDArray[np.uint8], from_zero: npt.NDArray[np.uint8], from_middle: npt.NDArray[np.uint8]
) -> None:
    """Write the bit of each 8 x 8 block of pixels; ``rows`` holds red, green, blue, red, ... of each line.

    A block is 4 x 4 sums of four pixels of U. The largest of them but the first carries the bit: whether it
    lies in the upper half of its step of 36. Where the picture was marked as real numbers, U lies around zero,
    which in bytes is 127.5, and the largest is the farthest from there. Sums are twice the wavelet's
    coefficients, so the step is 72; the middle counts as upper, as the package's own rounding makes it.
    """
    for down in range(from_zero.shape[0]):
        for across in range(from_zero.shape[1]):
            largest, farthest = -1, -1
            for i in range(4):
                for j in range(4):
                    if i + j == 0:
                        continue
                    total = 0
                    for line in range(2):
                        y = 8 * down + 2 * i + line
                        for column in range(2):
                            x = 3 * (8 * across + 2 * j + column)
                            red, green, blue = int(rows[y, x]), int(rows[y, x + 1]), int(rows[y, x + 2])
                            luma = (_RED * red + _GREEN * green + _BLUE * blue + _HALF) >> _SHIFT
                            total += ((blue - luma) * _U + _MIDDLE + _HALF) >> _SHIFT
                    largest = max(largest, total)
                    farthest = max(farthest, abs(total - _CENTRE))
            from_zero[down, across] = largest % 72 >= 36
            from_middle[down, across] = farthest % 72 >= 36
