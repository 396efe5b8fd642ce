"""Verifying names the first line that was altered, removed, moved, inserted or cut off."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from chain_cast import MORNING, make_lines
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from openhotline.chain import GENESIS, Checkpoint, Line, Verified, key_id, link, sign_checkpoint, verify
from openhotline.errors import ChainBroken

WHOLE = make_lines(12)


def first_broken(lines: list[Line], **more: Any) -> int:
    with pytest.raises(ChainBroken) as caught:
        verify(lines, **more)
    return caught.value.sequence


def relink(lines: list[Line], start: int) -> list[Line]:
    """What Otto does who owns the database: every line from ``start`` made anew so that the chain fits."""
    fresh = lines[: start - 1]
    for line in lines[start - 1 :]:
        fresh.append(
            link(
                previous=fresh[-1].digest if fresh else GENESIS,
                sequence=len(fresh) + 1,
                at=line.at,
                actor=line.actor,
                event=line.event,
                subject=line.subject,
                details=line.details,
            )
        )
    return fresh


def test_a_whole_chain_is_whole(lines: list[Line]) -> None:
    assert verify(lines) == Verified(lines=12, head=lines[-1].digest, checkpoints=0)


def test_an_empty_ledger_is_whole() -> None:
    assert verify([]) == Verified(lines=0, head=GENESIS, checkpoints=0)


def test_verification_can_begin_where_an_earlier_one_ended(lines: list[Line]) -> None:
    assert verify(lines[5:], previous=lines[4].digest).lines == 7


@given(
    st.integers(1, 12), st.sampled_from(["actor", "event", "subject", "at", "details", "previous", "digest"])
)
def test_an_altered_line_is_named(number: int, field: str) -> None:
    line = WHOLE[number - 1]
    other = {
        "at": line.at + timedelta(microseconds=1),
        "details": {**line.details, "number": 99},
        "previous": "f" * 64,
        "digest": "f" * 64,
    }.get(field, "otto")
    spoiled = [*WHOLE]
    spoiled[number - 1] = replace(line, **{field: other})
    assert first_broken(spoiled) == number


@given(st.integers(1, 11))
def test_a_removed_line_is_named(number: int) -> None:
    assert first_broken(WHOLE[: number - 1] + WHOLE[number:]) == number


@given(st.integers(1, 12), st.integers(1, 12))
def test_lines_that_changed_places_are_named(one: int, other: int) -> None:
    spoiled = [*WHOLE]
    spoiled[one - 1], spoiled[other - 1] = spoiled[other - 1], spoiled[one - 1]
    if one != other:
        assert first_broken(spoiled) == min(one, other)


@given(st.integers(1, 12), st.integers(1, 12))
def test_an_inserted_line_is_named(number: int, place: int) -> None:
    assert first_broken([*WHOLE[:place], WHOLE[number - 1], *WHOLE[place:]]) == place + 1 + (
        number == place + 1
    )


def test_an_inserted_line_that_fits_breaks_the_next() -> None:
    extra = link(
        previous=WHOLE[3].digest, sequence=5, at=MORNING, actor="otto", event="x.y", subject="", details={}
    )
    assert first_broken([*WHOLE[:4], extra, *WHOLE[4:]]) == 6
    renumbered = [replace(line, sequence=line.sequence + 1) for line in WHOLE[4:]]
    assert first_broken([*WHOLE[:4], extra, *renumbered]) == 6


def test_a_row_that_was_never_a_line_is_named(lines: list[Line]) -> None:
    lines[6] = replace(lines[6], details={"x": object()})  # type: ignore[dict-item]
    assert first_broken(lines) == 7
    lines[6] = replace(WHOLE[6], actor="\ud800")
    assert first_broken(lines) == 7


def test_checkpoints_vouch_for_their_lines(
    lines: list[Line], checkpoints: list[Checkpoint], key: Ed25519PrivateKey
) -> None:
    found = verify(lines, checkpoints=checkpoints, public_key=key.public_key())
    assert (found.checkpoints, found.signed_to, found.key_ids) == (2, 10, (key_id(key.public_key()),))


def test_an_end_cut_off_past_a_checkpoint_is_named(lines: list[Line], checkpoints: list[Checkpoint]) -> None:
    assert verify(lines[:10], checkpoints=checkpoints).lines == 10
    assert first_broken(lines[:9], checkpoints=checkpoints) == 10
    assert first_broken(lines[:2], checkpoints=checkpoints) == 3
    assert first_broken([], checkpoints=checkpoints) == 1


def test_checkpoints_before_the_walked_part_are_not_missing(
    lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    assert verify(lines[6:], previous=lines[5].digest, checkpoints=checkpoints).checkpoints == 1


def test_a_chain_made_anew_breaks_at_the_next_checkpoint(
    lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    lines[6] = replace(lines[6], actor="otto")
    fresh = relink(lines, 7)
    assert verify(fresh).lines == 12
    with pytest.raises(ChainBroken, match="lines up to 5 are vouched for") as caught:
        verify(fresh, checkpoints=checkpoints)
    assert caught.value.sequence == 10


def test_an_outsider_cannot_sign(lines: list[Line], key: Ed25519PrivateKey) -> None:
    forged = sign_checkpoint(lines[4], at=MORNING, key=Ed25519PrivateKey.generate())
    assert first_broken(lines, checkpoints=[forged], public_key=key.public_key()) == 5
    renamed = replace(forged, key_id=key_id(key.public_key()))
    assert first_broken(lines, checkpoints=[renamed], public_key=key.public_key()) == 5


@pytest.mark.parametrize(
    "change", [{"sequence": 6}, {"at": MORNING}, {"signature": "00" * 64}, {"signature": "no"}]
)
def test_a_changed_checkpoint_does_not_hold(
    lines: list[Line], checkpoints: list[Checkpoint], key: Ed25519PrivateKey, change: dict[str, Any]
) -> None:
    changed = replace(checkpoints[0], **change)
    assert first_broken(lines, checkpoints=[changed], public_key=key.public_key()) in {5, 6}


def test_memory_does_not_grow_with_the_number_of_lines() -> None:
    def many(count: int) -> Iterator[Line]:
        previous = GENESIS
        for number in range(1, count + 1):
            line = link(
                previous=previous,
                sequence=number,
                at=MORNING,
                actor="ana",
                event="a.b",
                subject="s",
                details={},
            )
            previous = line.digest
            yield line

    tracemalloc.start()
    verify(many(200))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    verify(many(5_000))
    grown = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert grown < 20_000, f"{grown} bytes for 5,000 lines"
