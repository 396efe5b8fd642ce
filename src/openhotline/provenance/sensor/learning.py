"""A device's pattern from its frames.

After M. Chen, J. Fridrich, M. Goljan, J. Lukas, "Determining image origin and integrity using sensor noise", 2008: a
picture is I (1 + K) and noise, so with a residual W of each frame the most likely K is sum(W I) / sum(I^2). Bright,
evenly lit frames are the best; then what all sensors of a make share is taken out (``spectrum``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.provenance.sensor.pattern import FrameDigest, SensorPattern, checked_name
from openhotline.provenance.sensor.residuals import centre, halved, noise_and_light
from openhotline.provenance.sensor.scene import first_alike, scene_of
from openhotline.provenance.sensor.spectrum import whitened

LEAST_FRAMES = 3
SAME_NOISE = 0.6
"""Correlation of two frames' residuals above which one is a copy of the other. Sixty flat frames of six cameras reach
0.1 among each other (polimi-ispl/prnu-python), copies of them saved again at quality 90 and more begin at 0.65. A flat
frame's copy of lower quality is not told from a new one; it adds little, and spoils nothing (measured 2026-11)."""

_PATCH = 128
_SINGLES = npt.NDArray[np.float32]
Pixels: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Frame:
    """Pixels of a frame, whole, as stored, and the SHA-256 of its file in hexadecimal.

    ``width`` and ``height`` are given where ``pixels`` is only the frame's centre, as ``residual.centre`` cuts it.
    """

    pixels: Pixels
    sha256: str
    width: int = 0
    height: int = 0


def learn(frames: Iterable[Frame | Pixels], *, name: str, at: datetime) -> SensorPattern:
    """Return the pattern of the device that made all ``frames``: uint8[h, w, 3] or grey uint8[h, w], one at a time.

    At least three, all of one size, of different scenes or evenly lit; BadInput names the frame by its number, from 1.
    Their order does not matter. Ten flat frames are good, fifty pictures of anything as well.
    """
    sums = _Sums(checked_name(name))
    for frame in frames:
        sums.add(frame if isinstance(frame, Frame) else Frame(frame, ""))
    return sums.pattern(at)


class _Sums:
    """What is kept of the frames: two sums, and enough of each to tell copies."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._size = (0, 0)
        self._digests: list[FrameDigest] = []
        self._scenes: list[_SINGLES] = []
        self._patches: list[_SINGLES] = []

    def add(self, frame: Frame) -> None:
        number = len(self._digests) + 1
        self._check_size(frame, number)
        self._digests.append(_digest(frame))
        if self._digests[-1] in self._digests[:-1]:
            first = self._digests.index(self._digests[-1]) + 1
            raise BadInput(f"Frames {first} and {number} are the same file. Leave one of them out.")
        cut = centre(frame.pixels)
        try:
            noise, light = noise_and_light(cut)
        except BadInput as problem:
            raise BadInput(f"Frame {number}: {problem.message}") from None
        self._scenes.append(scene_of(cut))
        self._patches.append(_patch(noise))
        if number == 1:
            self._upper, self._lower = (np.zeros(cut.shape) for _ in range(2))
        self._upper += noise * light  # float64, so that the order of the frames is lost in rounding
        self._lower += light * light

    def pattern(self, at: datetime) -> SensorPattern:
        if len(self._digests) < LEAST_FRAMES:
            raise BadInput(
                f"A pattern needs at least {LEAST_FRAMES} frames, better ten; these are {len(self._digests)}. Add more."
            )
        self._check_copies()
        estimate = (self._upper / np.maximum(self._lower, 1e-3)).astype(np.float32) * np.float32(1 / 255)
        values = whitened(estimate)
        return SensorPattern(
            name=self._name,
            width=self._size[0],
            height=self._size[1],
            values=halved(values),
            deviation=round(float(values.std(dtype=np.float64)), 6),
            frames=tuple(sorted(self._digests, key=lambda digest: (digest.of, digest.sha256))),
            made_with=f"openhotline {version('openhotline')}",
            made_at=at,
        )

    def _check_size(self, frame: Frame, number: int) -> None:
        height, width = frame.pixels.shape[:2]
        size = (frame.width or width, frame.height or height)
        if number == 1:
            self._size = size
        elif size != self._size:
            raise BadInput(
                f"Frame {number} is {size[0]} x {size[1]} pixels, frame 1 is {self._size[0]} x {self._size[1]}. Use "
                "frames of one size, as the device stores them; a resized one has lost the pattern."
            )

    def _check_copies(self) -> None:
        if pair := first_alike(self._scenes):
            raise BadInput(
                f"Frames {pair[0] + 1} and {pair[1] + 1} show the same scene, which would be learned with the sensor. "
                "Leave one of them out; use different scenes, or an evenly lit wall."
            )
        noises = np.stack(self._patches)
        copies = np.argwhere(np.triu(noises @ noises.T > SAME_NOISE, 1))
        if copies.size:
            first, second = (int(place) + 1 for place in copies[0])
            raise BadInput(f"Frames {first} and {second} are copies of one picture. Leave one of them out.")


def _patch(noise: _SINGLES) -> _SINGLES:
    """Return the residual's middle as a vector of length one."""
    top, left = ((side - _PATCH) // 2 for side in noise.shape)
    patch = noise[top : top + _PATCH, left : left + _PATCH].ravel()
    around: _SINGLES = patch - patch.mean()
    around /= np.float32(max(float(np.linalg.norm(around)), 1e-6))
    return around


def _digest(frame: Frame) -> FrameDigest:
    if frame.sha256:
        return FrameDigest("file", frame.sha256)
    shape = str(frame.pixels.shape).encode()
    return FrameDigest("pixels", hashlib.sha256(shape + frame.pixels.tobytes()).hexdigest())
