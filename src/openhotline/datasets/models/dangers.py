"""Pickles that would do something when they are loaded, as a scanner tells. Here they are never loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openhotline.datasets.models.archive import DEFLATED, Member
from openhotline.datasets.models.asking import ask, blob
from openhotline.datasets.models.problems import refused
from openhotline.datasets.models.source import Source
from openhotline.datasets.models.tensors import printable, read_list
from openhotline.errors import BadInput
from openhotline.media.confined import Pool

LARGEST_PICKLE = 64 << 20
MOST_PICKLES = 1000

UNSCANNED = "unscanned"
LEVELS = ("dangerous", "suspicious")
_suffixes = (".pkl", ".pickle", ".joblib", ".dat", ".data")


@dataclass(frozen=True, slots=True)
class Danger:
    """``level`` is the scanner's, ``name`` what the pickle in ``member`` would import; UNSCANNED where nobody can say."""

    member: str
    level: str
    name: str = ""


def dangers_in(untrusted_bytes: bytes, member: str, pool: Pool, *, packed: bool = False) -> list[Danger]:
    """Scan one pickle."""
    try:
        reply = ask(pool, untrusted_bytes, "dangers", packed=packed)
        told = read_list(blob(reply))
        if reply.header.get("scanned") is not True:
            raise refused(UNSCANNED)
        return [_danger(member, *one) for one in told]
    except (BadInput, TypeError):
        return [Danger(member, UNSCANNED)]


def _danger(member: str, level: object, module: object, name: object) -> Danger:
    if level not in LEVELS:
        raise refused("failed")
    return Danger(member, str(level), printable(f"{module}.{name}"))


def pickles_among(members: Sequence[Member], source: Source, pool: Pool) -> list[Danger]:
    """Scan every pickle of an archive, told by its name or its first bytes."""
    pickles = [one for one in members if one.packed and _is_pickle(one, source)]
    found = [Danger("", UNSCANNED)] if len(pickles) > MOST_PICKLES else []
    for one in pickles[:MOST_PICKLES]:
        name = printable(one.name)
        if one.packed > LARGEST_PICKLE or not (one.is_stored or one.method == DEFLATED):
            found.append(Danger(name, UNSCANNED))
            continue
        untrusted_bytes = source.read(one.place(source), one.packed)
        found += dangers_in(untrusted_bytes, name, pool, packed=not one.is_stored)
    return found


def _is_pickle(member: Member, source: Source) -> bool:
    if member.name.lower().endswith(_suffixes):
        return True
    if not member.is_stored or member.size < 2:
        return False
    head = source.read(member.place(source), 2)
    return head[0] == 0x80 and 2 <= head[1] <= 5
