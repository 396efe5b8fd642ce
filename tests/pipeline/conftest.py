"""Batches drawn by code, and an import that runs as the command runs it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image
from tests.conftest import NOON

from openhotline_server.pipeline.importing import Imported, import_batch

PictureOf = Callable[..., bytes]


def draw(seed: int, *, size: tuple[int, int] = (320, 240), form: str = "JPEG", quality: int = 85) -> bytes:
    """A picture of soft hills: sums of a few waves, different for every seed."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    waves = sum(
        rng.uniform(0.4, 1)
        * np.sin(2 * np.pi * (rng.uniform(0.5, 5) * x + rng.uniform(0.5, 5) * y + rng.uniform()))
        for _ in range(9)
    )
    grey = np.clip(128 + 32 * waves, 0, 255).astype(np.uint8)
    colour = np.stack([grey, np.roll(grey, 9, 0), np.roll(grey, 9, 1)], axis=-1)
    out = io.BytesIO()
    Image.fromarray(colour).save(out, form, quality=quality)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six files: four different pictures in nested folders, an exact copy, and a near one."""
    root = tmp_path / "batch"
    (root / "deep" / "er").mkdir(parents=True)
    (root / "one.jpg").write_bytes(draw(1))
    (root / "one again.jpg").write_bytes(draw(1))
    (root / "one smaller.jpg").write_bytes(draw(1, quality=60))
    (root / "deep" / "two.png").write_bytes(draw(2, form="PNG"))
    (root / "deep" / "er" / "three.webp").write_bytes(draw(3, form="WEBP"))
    (root / "four.jpg").write_bytes(draw(4))
    return root


@pytest.fixture
def take_in(db: None) -> Callable[..., Imported]:
    def run(path: Path, source: str = "a test", day: int = 2) -> Imported:
        return import_batch(
            path=path,
            source=source,
            received_on=date(2026, 11, day),
            actor="command-line",
            clock=lambda: NOON,
            workers=1,
        )

    return run


@pytest.fixture
def inputs_of_this_test_only(request: pytest.FixtureRequest) -> None:
    """Trust lists, detectors and weights that a test puts into the data directory go with it."""
    for path in (settings.DATA.trust, settings.DATA.detectors):
        request.addfinalizer(lambda path=path: shutil.rmtree(path, ignore_errors=True))
    request.addfinalizer(lambda: settings.DATA.origin_settings.unlink(missing_ok=True))
