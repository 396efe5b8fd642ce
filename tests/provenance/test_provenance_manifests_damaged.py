"""Signed files that somebody has cut, bent and filled: no crash, no hang, and never a word that counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from manifest_cast import FORMS, TRAINED, identity_to_look_up, root, said, signed

from openhotline.media.confined import Pool
from openhotline.media.limits import Limits
from openhotline.provenance.signed import manifests
from openhotline.provenance.signed.library import STORE, Reading
from openhotline.provenance.signed.manifests import evidence_of, manifest_reports, signed_provenance
from openhotline.provenance.signed.store import Store
from openhotline.provenance.signed.trust import NO_TRUST, Trust, load_trust, update_trust

JPEG = "image/jpeg"
HEAD = 9000  # bytes: the manifests of the files below lie in here
STRENGTHS = {
    "unreadable",
    "broken_integrity",
    "signed_but_not_verifiable",
    "signed_but_untrusted",
    "remote_reference_only",
}

anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=9),
    lambda below: some.lists(below, max_size=3) | some.dictionaries(some.text(max_size=9), below, max_size=3),
    max_leaves=9,
)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    limits = Limits(seconds=20, cpu_seconds=10)
    folder = Path(__file__).parent
    with Pool("manifest_entry:entry", workers=1, extra_sys_path=[folder], limits=limits) as confined:
        yield confined


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("trust")
    (folder / "roots.pem").write_bytes(root().pem)
    update_trust(folder, [folder / "roots.pem"], name="drawn")
    return load_trust(folder)


@lru_cache(maxsize=1)
def files() -> tuple[bytes, ...]:
    plain = [signed(said(TRAINED), media_type=media_type) for media_type in FORMS]
    twice = signed(said("humanEdits"), ingredients=[("componentOf", plain[0])])
    address = signed(said(TRAINED), address="http://manifests.example.org/one", embed=False)
    return (*plain, twice, address, signed(said(TRAINED, more=[identity_to_look_up("issuers.example.org")])))


@settings(max_examples=80, deadline=None)
@given(
    some.integers(0, 6),
    some.lists(some.tuples(some.integers(0, HEAD), some.binary(max_size=6), some.integers(0, 9)), min_size=1),
)
def test_no_mutated_file_ends_the_process(
    pool: Pool, number: int, changes: list[tuple[int, bytes, int]]
) -> None:
    data = files()[number]
    for place, new, dropped in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + dropped :]
    found = pool.call(data, lists=[]).header["evidence"]  # WorkerFailed, had it crashed or hung
    assert {one["strength"] for one in found} <= STRENGTHS
    assert {one["log10_lr"] for one in found} <= {0.0}


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 6), some.integers(0, 100))
def test_no_file_that_was_cut_off_ends_the_process(pool: Pool, number: int, percent: int) -> None:
    data = files()[number]
    found = pool.call(data[: len(data) * percent // 100], lists=[]).header["evidence"]
    assert {one["log10_lr"] for one in found} <= {0.0}


@settings(max_examples=60, deadline=None)
@given(some.integers(0, HEAD), some.integers(1, 255))
def test_a_changed_byte_never_makes_a_listed_signer_say_something_else(
    trust: Trust, place: int, mask: int
) -> None:
    data = files()[0]
    at = place % len(data)
    changed = data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
    whole = set(signed_provenance(data, JPEG, trust))
    trusted = {
        one for one in signed_provenance(changed, JPEG, trust) if one.strength == "cryptographic_trusted"
    }
    assert trusted <= whole


@given(anything)
def test_whatever_the_library_describes_is_walked_to_its_end(words: Any) -> None:
    store = Store(
        {"active_manifest": "a", "manifests": {"a": words, "b": words}, "validation_results": words}
    )
    for label in store.labels():
        store.failures(label)
        store.source_types(label)
    store.vouched()


def test_an_active_manifest_that_is_missing_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"active_manifest": "a", "manifests": {"b": {}}, "validation_state": "Valid"}
    monkeypatch.setattr(manifests, "read_store", lambda *_, **__: Reading(STORE, words))
    reports = manifest_reports(files()[0], JPEG, NO_TRUST)
    assert [(one.source, one.strength) for one in evidence_of(reports)] == [("c2pa_manifest", "unreadable")]


def test_a_thousand_manifests_that_name_each_other_come_to_an_end() -> None:
    manifests = {
        str(number): {"ingredients": [{"active_manifest": str((number + step) % 1000)} for step in (1, 2, 0)]}
        for number in range(1000)
    }
    assert len(Store({"active_manifest": "0", "manifests": manifests}).labels()) == 500


def test_statements_nested_deep_are_found_without_a_deep_stack() -> None:
    deep: Any = {"digitalSourceType": "trainedAlgorithmicMedia"}
    for _ in range(5000):
        deep = {"below": [deep]}
    store = Store(
        {"active_manifest": "a", "manifests": {"a": {"assertions": [{"label": "x", "data": deep}]}}}
    )
    assert [one.code for one in store.source_types("a")] == ["trainedAlgorithmicMedia"]
