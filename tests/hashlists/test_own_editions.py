"""Our own editions: what changed between two, and whether the bytes are those that were signed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.hashlists.conftest import Peak

from openhotline.errors import BadInput, Damaged, NotAllowed
from openhotline.hashlists import (
    Change,
    ChangeKind,
    EditionSignature,
    Entry,
    Status,
    diff,
    read_signature,
    sign_edition,
    verify_edition,
)

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LIST = b"algorithm,value\n" * 9


def entry(number: int, *, edition: int = 1, quality: int = 80, gone: bool = False) -> Entry:
    value = f"{number:064x}"
    return (
        Entry("pdq", value, edition, status=Status.WITHDRAWN)
        if gone
        else Entry("pdq", value, edition, quality)
    )


def test_an_edition_is_told_by_what_changed() -> None:
    old = [entry(1), entry(2), entry(3), entry(4), entry(5, gone=True), entry(6, gone=True)]
    new = [
        entry(1),
        entry(2, quality=90),
        entry(3, gone=True, edition=2),
        entry(5, edition=2),
        entry(6, gone=True),
        entry(7),
    ]
    assert list(diff(old, new)) == [
        Change(ChangeKind.CHANGED, entry(2), entry(2, quality=90)),
        Change(ChangeKind.WITHDRAWN, entry(3), None),
        Change(ChangeKind.WITHDRAWN, entry(4), None),
        Change(ChangeKind.ADDED, None, entry(5, edition=2)),
        Change(ChangeKind.ADDED, None, entry(7)),
    ]


def test_an_entry_that_went_and_came_back_as_it_was_has_not_changed() -> None:
    assert list(diff([entry(1)], [entry(1, edition=3)])) == []


states = st.dictionaries(st.integers(0, 12), st.tuples(st.integers(0, 2), st.booleans()), max_size=12)


@given(states, states)
def test_the_changes_lead_from_one_edition_to_the_other(
    old: dict[int, tuple[int, bool]], new: dict[int, tuple[int, bool]]
) -> None:
    before, after = (
        [entry(n, quality=quality, gone=gone) for n, (quality, gone) in sorted(state.items())]
        for state in (old, new)
    )
    held = {one.value: one for one in before if one.is_listed}
    for change in diff(before, after):
        if change.after is None:
            assert change.before is not None
            assert held.pop(change.before.value) == change.before
        else:
            assert held.get(change.after.value) == change.before
            held[change.after.value] = change.after
    assert held == {one.value: one for one in after if one.is_listed}


def test_lists_that_are_not_in_order_are_refused() -> None:
    for wrong in ([entry(2), entry(1)], [entry(1), entry(1)]):
        with pytest.raises(BadInput, match="old"):
            list(diff(wrong, []))
        with pytest.raises(BadInput, match="new"):
            list(diff([], wrong))


def test_two_long_editions_are_compared_without_holding_them(peak: Peak) -> None:
    def edition(first: int) -> Iterator[Entry]:
        return (entry(n) for n in range(first, first + 20_000))

    with peak(below=1 << 20):
        assert sum(1 for _ in diff(edition(0), edition(10))) == 20


def signed(data: bytes = LIST) -> EditionSignature:
    return sign_edition(io.BytesIO(data), name="own", edition=4, key=KEY, at=NOON)


def test_a_signed_edition_is_verified_from_a_file_or_a_stream(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(LIST)
    assert sign_edition(file, name="own", edition=4, key=KEY, at=NOON) == signed()
    found = verify_edition(file, signed().document(), KEY.public_key())
    assert found == verify_edition(io.BytesIO(LIST), signed().document(), [KEY.public_key()]) == signed()
    assert (found.name, found.edition, found.at, found.size) == ("own", 4, NOON, len(LIST))


def test_every_flipped_bit_of_the_list_is_seen() -> None:
    document = signed().document()
    for place in range(8 * len(LIST)):
        wrong = bytearray(LIST)
        wrong[place // 8] ^= 1 << place % 8
        with pytest.raises(Damaged):
            verify_edition(io.BytesIO(wrong), document, KEY.public_key())
    for other in (LIST[:-1], LIST + b"\n", b""):
        with pytest.raises(Damaged):
            verify_edition(io.BytesIO(other), document, KEY.public_key())


def test_every_flipped_bit_of_the_signature_is_seen() -> None:
    document = signed().document()
    for place in range(8 * (len(document) - 1)):
        wrong = bytearray(document)
        wrong[place // 8] ^= 1 << place % 8
        with pytest.raises((Damaged, BadInput, NotAllowed)):
            verify_edition(io.BytesIO(LIST), bytes(wrong), KEY.public_key())


@pytest.mark.parametrize(
    "more",
    [{"edition": 5}, {"name": "other"}, {"at": NOON.replace(day=4)}, {"size": 1}, {"digest": "0" * 64}],
)
def test_a_statement_that_was_changed_is_seen(more: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        verify_edition(io.BytesIO(LIST), replace(signed(), **more).document(), KEY.public_key())  # type: ignore[arg-type]


def test_another_key_is_not_believed() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(NotAllowed):
        verify_edition(io.BytesIO(LIST), signed().document(), other.public_key())
    forged = sign_edition(io.BytesIO(LIST), name="own", edition=4, key=other, at=NOON)
    forged = replace(forged, key_id=signed().key_id)
    with pytest.raises(Damaged):
        verify_edition(io.BytesIO(LIST), forged.document(), KEY.public_key())


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"x" * 5000, signed().document()[:-9], signed().document() + b"\n"]
)
def test_what_is_no_signature_is_refused(document: bytes) -> None:
    with pytest.raises(BadInput):
        read_signature(document)


def test_nothing_without_a_name_an_edition_or_a_time_zone_is_signed() -> None:
    for name, edition, at in (("", 1, NOON), ("own", 0, NOON), ("own", 1, NOON.replace(tzinfo=None))):
        with pytest.raises(BadInput):
            sign_edition(io.BytesIO(LIST), name=name, edition=edition, key=KEY, at=at)
