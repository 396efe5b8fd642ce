"""Writing an index: a pass over the hashes for each band, two bands at a time, and one over the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.matching import permutation as shuffle
from openhotline.matching import sections
from openhotline.matching.bands import plan
from openhotline.matching.index import FORMAT, MOST_ROWS
from openhotline.matching.keys import pack_keys
from openhotline.matching.packed import Hashes, check_hashes
from openhotline.matching.searching import Integers
from openhotline.matching.tables import NAMES, fill, fixed


def build_index(
    keys: Integers, hashes: Hashes, path: Path, *, prefix: str = "", consume: bool = False
) -> None:
    """Write an index of uint8[n, 32] under the caller's keys (int64[n], each once). Durable when it returns.

    Until then it is in a file beside ``path`` whose name begins with ``prefix`` and ends in ``.new``.
    With ``consume`` the memory of ``hashes`` is written over, and they are gone: 32 bytes less for each. What is
    needed beyond keys and hashes is then 4 bytes a hash for the stored keys, and up to 40 for the bands in the making.
    """
    check_entries(keys, hashes)
    if len(keys) > MOST_ROWS:
        raise BadInput(f"An index holds {MOST_ROWS:,} hashes. Make several.")
    if not ascending(keys):
        order = np.argsort(keys, kind="stable")
        keys, hashes = keys[order], hashes[order]
    packed, permutation, bands = pack_keys(keys), shuffle.standard(), plan(len(keys))
    about = {
        "format": FORMAT,
        "count": len(keys),
        "first_key": packed.first,
        "permutation": permutation.tolist(),
        "bands": [[band.start, band.width, band.group_bits] for band in bands],
    }

    def arrays() -> Iterator[tuple[str, npt.NDArray[Any]]]:
        yield "keys", packed.above
        codes = fixed((shuffle.encode_in_place if consume else shuffle.encode)(hashes, permutation))
        yield "codes", codes
        for number, filled in enumerate(fill(codes, bands)):
            for name, array in zip(NAMES, filled, strict=True):
                yield f"{name}.{number}", array

    sections.write(path, about, arrays(), prefix=prefix)


def check_entries(keys: Integers, hashes: Hashes) -> None:
    """Refuse what cannot be entries: int64[n], each once, and uint8[n, 32]."""
    check_hashes(hashes)
    if keys.dtype != np.int64 or keys.shape != (len(hashes),):
        raise BadInput("There is one key, int64, for each hash. Pass as many as there are hashes.")
    if not ascending(keys) and len(np.unique(keys)) < len(keys):
        raise BadInput("A key is given twice. Each key names one hash.")


def ascending(keys: Integers) -> bool:
    """Say whether the keys are in order, each once."""
    return bool((keys[1:] > keys[:-1]).all())
