"""What a fetch from a peer gives: portions, each with the checkpoint to store beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openhotline.hashlists import Item


@dataclass(frozen=True)
class Portion:
    """What one answer of a peer brought. Store its rows and its ``checkpoint`` in one transaction.

    ``checkpoint`` is plain JSON. ``anew``: it belongs to a fetch of the whole list, so that an entry which no portion
    from the one that ``begins`` to the one that is ``complete`` names is not on the list; such a fetch may be broken
    off and gone on with. ``complete``: nothing follows for now. ``left_out`` counts values of kinds that are not
    taken, by the sender's name for the kind.
    """

    rows: tuple[Item, ...]
    checkpoint: Mapping[str, Any]
    anew: bool
    begins: bool
    complete: bool
    left_out: Mapping[str, int] = field(default_factory=dict)
