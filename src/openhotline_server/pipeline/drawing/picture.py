"""One picture from one number."""

from __future__ import annotations

import numpy as np
from PIL import Image

from openhotline_server.pipeline.drawing.grain import grained
from openhotline_server.pipeline.drawing.scenes import SCENES

CANVAS = 640  # pixels on the longer side of what is drawn; larger pictures are enlarged from it


def draw(seed: int, *, width: int, height: int) -> Image.Image:
    """Return an RGB picture: the same for the same seed and size, another one for any other seed.

    Cost: about 15 ms at one megapixel.
    """
    rng = np.random.default_rng(seed)
    scene = SCENES[int(rng.integers(len(SCENES)))]
    scale = min(1.0, CANVAS / max(width, height))
    canvas = scene(rng, max(1, round(width * scale)), max(1, round(height * scale)))
    if canvas.size != (width, height):
        canvas = canvas.resize((width, height), Image.Resampling.BILINEAR)
    return grained(canvas, rng)
