"""The slow, obvious reference agrees with the others wherever there is something to see."""

from __future__ import annotations

import numpy as np
import pytest
from hash_drawings import draw, some

from openhotline import hashing


def test_the_reference_agrees_with_strict() -> None:
    compared = 0
    for name, picture in some(70, largest=300, seed=11):
        obvious, strict = hashing.pdq_reference(picture), hashing.pdq_strict(picture)
        if strict.near_median > hashing.SELF_CHECK_LIMIT:
            continue  # what is left is rounding, and the peer's is single precision
        compared += 1
        assert obvious.distance(strict) <= 2, name
        assert abs(obvious.quality - strict.quality) <= 1, name
    assert compared > 20


def test_the_reference_takes_grey_and_small_pictures() -> None:
    grey = np.ascontiguousarray(draw("landscape", 90, 120)[:, :, 0])
    assert hashing.pdq_reference(grey).distance(hashing.pdq_strict(grey)) <= 2
    assert hashing.pdq_reference(draw("noise", 3, 50)).value == bytes(32)
    assert hashing.pdq_reference(grey, decoder="hand").decoder == "hand"


def test_a_hash_has_thirty_two_bytes_and_exchanges_as_hexadecimal() -> None:
    found = hashing.PdqHash(bytes(range(32)), 77, "strict", 3)
    assert found.hex == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    assert found.distance(hashing.PdqHash(bytes(32), 77, "strict", 3)) == 80
    with pytest.raises(ValueError, match="32 bytes"):
        hashing.PdqHash(b"short", 77, "strict", 3)
