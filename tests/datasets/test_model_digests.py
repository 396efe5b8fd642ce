"""A tensor's digests: the casts of every framework, and the rule for tensors that tell nothing."""

from __future__ import annotations

import hashlib
import itertools
import struct

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.datasets.models.casting import BF16_NAN, F16_NAN, halves
from openhotline.datasets.models.tensor_digest import (
    EVEN,
    FEW,
    FEWEST_ELEMENTS,
    FEWEST_VALUES,
    digest_of,
)

ODD = [
    0.0,
    -0.0,
    1e-45,
    -1e-45,
    6e-8,
    65504.0,
    65519.9,
    65520.0,
    3.4e38,
    np.inf,
    -np.inf,
    1.0009765625,
    1.00390625,
]


def test_both_casts_are_those_of_the_libraries() -> None:
    bits = np.random.default_rng(1).integers(0, 1 << 32, 50_000, np.uint32)
    numbers = np.concatenate([bits.view(np.float32), np.array(ODD, np.float32)])
    numbers = numbers[~np.isnan(numbers)]
    f16, bf16 = halves(numbers.tobytes(), "f32")
    with np.errstate(over="ignore"):
        assert (f16 == numbers.astype(np.float16).view(np.uint16)).all()
    assert (bf16 == numbers.astype(ml_dtypes.bfloat16).view(np.uint16)).all()


def test_every_half_is_its_own_half_and_widens_without_loss() -> None:
    every = np.arange(1 << 16, dtype=np.uint16)
    f16, _ = halves(every.tobytes(), "f16")
    _, bf16 = halves(every.tobytes(), "bf16")
    told = ~np.isnan(every.view(np.float16))
    assert (f16[told] == every[told]).all() and (f16[~told] == F16_NAN).all()
    wide = every.view(ml_dtypes.bfloat16)
    told = ~np.isnan(wide.astype(np.float32))
    assert (bf16[told] == every[told]).all() and (bf16[~told] == BF16_NAN).all()
    single = every.view(np.float16)[~np.isnan(every.view(np.float16))].astype(np.float32)
    assert (halves(single.tobytes(), "f32")[0] == every[~np.isnan(every.view(np.float16))]).all()


def test_a_number_of_64_bits_becomes_one_of_32_first() -> None:
    tie = 1 + 2**-11 + 2**-40  # half way between two halves, but for what 32 bits cannot hold
    as_double = halves(np.array([tie], np.float64).tobytes(), "f64")[0]
    as_single = halves(np.array([tie], np.float32).tobytes(), "f32")[0]
    assert as_double == as_single != np.array([tie], np.float64).astype(np.float16).view(np.uint16)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_a_digest_does_not_depend_on_how_the_bytes_come(cuts: list[int]) -> None:
    numbers = np.random.default_rng(2).normal(size=600).astype(np.float32)
    data = numbers.tobytes()
    places = sorted({0, *(4 * min(cut, 600) for cut in np.cumsum(cuts)), len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    assert digest_of(pieces, kind="f32", elements=600) == digest_of([data], kind="f32", elements=600)


def test_the_digest_is_the_one_that_is_written_down() -> None:
    numbers = np.random.default_rng(3).normal(size=300).astype(np.float32)
    found = digest_of([numbers.tobytes()], kind="f32", elements=300)
    head = b"openhotline tensor f16 1\n" + struct.pack("<Q", 300)
    assert found.f16 == hashlib.sha256(head + numbers.astype("<f2").tobytes()).hexdigest()
    head = b"openhotline tensor bf16 1\n" + struct.pack("<Q", 300)
    assert found.bf16 == hashlib.sha256(head + numbers.astype(ml_dtypes.bfloat16).tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("numbers", "silent"),
    [
        (np.linspace(0, 1, FEWEST_ELEMENTS - 1), FEW),
        (np.linspace(0, 1, FEWEST_ELEMENTS), ""),
        (np.ones(5000), EVEN),
        (np.arange(5000) % (FEWEST_VALUES - 1), EVEN),
        (np.arange(5000) % FEWEST_VALUES, ""),
        (np.full(5000, np.nan), EVEN),
    ],
)
def test_a_tensor_that_says_nothing_is_told_apart(numbers: np.ndarray, silent: str) -> None:
    for kind, name in (("f8", "f64"), ("f4", "f32"), ("f2", "f16")):
        found = digest_of([numbers.astype(kind).tobytes()], kind=name, elements=len(numbers))
        assert found.silent == silent
