"""What an audit asks lists, against the slow and obvious way to ask: one member after the other, by strict hashes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.datasets.bulk_cast import flipped, grey, listed, md5, picture, sha256, strict_hash

from openhotline.datasets.bulk.asking import MOST_TOLD, Asker
from openhotline.datasets.bulk.looking import Looker
from openhotline.datasets.bulk.record import LOOK, Hit, Looked, Mode, State
from openhotline.datasets.inputs import Item
from openhotline.errors import WrongUsage
from openhotline.known import Question, Rule, ask
from openhotline.known.lists import Known


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as opened:
        yield opened


def never(untrusted_bytes: bytes) -> tuple[bytes | None, int, str]:
    raise AssertionError


def hits_of(looker: Looker, known: Known, items: list[Item], rule: Rule = Rule()) -> list[Hit]:  # noqa: B008
    asker = Asker([known], rule)
    return [hit for looked in looker.look(items) for hit in asker.hits(looked, looker.strict)]


def test_hits_are_those_of_asking_one_by_one_with_strict_hashes(looker: Looker, tmp_path: Path) -> None:
    pictures = [picture(seed) for seed in range(12)] + [picture(seed, "PNG") for seed in range(12, 18)]
    rows = [f"md5,{md5(pictures[1])},,b", f"sha256,{sha256(pictures[2])},,c"]
    for number, bits in ((3, 0), (4, 30), (5, 31), (6, 32), (7, 33), (8, 47), (13, 31), (14, 32)):
        rows.append(f"pdq,{flipped(strict_hash(pictures[number]).value, bits).hex()},90,bits {bits}")
    known = listed(tmp_path, *rows)
    expected = set()
    for number, data in enumerate(pictures):
        found = strict_hash(data)
        exact = {"md5": bytes.fromhex(md5(data)), "sha256": bytes.fromhex(sha256(data))}
        for match in ask(known, [Question(exact, found.value, found.quality)], Rule())[0].matches:
            expected.add((number, match.algorithm, match.distance, match.entry.reference))
    found_hits = hits_of(looker, known, [Item(str(n), data) for n, data in enumerate(pictures)])
    assert {(hit.position, hit.by, hit.distance, hit.entry_reference) for hit in found_hits} == expected
    assert len(expected) == 6
    assert all(hit.confirmed for hit in found_hits)
    assert {hit.threshold for hit in found_hits if hit.by == "pdq"} == {31}


def test_a_fast_hash_within_the_margin_is_decided_by_the_strict_one(tmp_path: Path) -> None:
    near, far = bytes(32), flipped(bytes(32), 33)
    known = listed(tmp_path, f"pdq,{near.hex()},90,a")
    asker = Asker([known], Rule())
    looked = _fast(far)
    [hit] = asker.hits(looked, lambda _: (flipped(near, 31), 80, ""))
    assert (hit.confirmed, hit.distance, hit.quality, hit.pdq) == (True, 31, 80, flipped(near, 31).hex())
    assert asker.hits(looked, lambda _: (flipped(near, 32), 80, "")) == []
    assert asker.hits(looked, lambda _: (flipped(near, 31), 49, "")) == []


def test_what_cannot_be_hashed_strictly_is_told_as_not_confirmed(tmp_path: Path) -> None:
    known = listed(tmp_path, f"pdq,{bytes(32).hex()},90,a")
    [hit] = Asker([known], Rule()).hits(_fast(flipped(bytes(32), 33)), lambda _: (None, -1, "crashed"))
    assert (hit.confirmed, hit.distance, hit.threshold) == (False, 33, 31)


@pytest.mark.parametrize(
    ("doubt", "margin"), [(0, 6), (2, 6), (3, 8), (4, 8), (5, 12), (8, 12), (9, 16), (24, 16)]
)
def test_a_hash_with_more_frequencies_near_the_median_is_searched_further(
    tmp_path: Path, doubt: int, margin: int
) -> None:
    known = listed(tmp_path, f"pdq,{bytes(32).hex()},90,a")
    asker, made = Asker([known], Rule()), []

    def strict(untrusted_bytes: bytes) -> tuple[bytes | None, int, str]:
        made.append(untrusted_bytes)
        return flipped(bytes(32), 31), 90, ""

    assert asker.hits(_fast(flipped(bytes(32), 31 + margin + 1), doubt=doubt), strict) == []
    assert made == []
    assert len(asker.hits(_fast(flipped(bytes(32), 31 + margin), doubt=doubt), strict)) == 1
    assert len(made) == 1


def test_a_strict_hash_is_not_made_again_and_a_poor_one_not_asked(tmp_path: Path) -> None:
    known = listed(tmp_path, f"pdq,{bytes(32).hex()},90,a")
    asker = Asker([known], Rule(distance=20, min_quality=60))
    looked = _fast(flipped(bytes(32), 20), quality=60)
    looked.looks["mode"], looked.looks["near_median"] = Mode.STRICT, 0
    [hit] = asker.hits(looked, never)
    assert (hit.confirmed, hit.distance, hit.threshold, hit.variant) == (True, 20, 20, "original")
    looked.looks["quality"] = 59
    assert asker.hits(looked, never) == []
    looked.looks["quality"], looked.looks["pdq"][0] = 60, np.frombuffer(flipped(bytes(32), 21), np.uint8)
    assert asker.hits(looked, never) == []


def test_of_very_many_near_entries_the_nearest_are_told(tmp_path: Path) -> None:
    rows = {flipped(bytes(32), number % 30) for number in range(30)}
    rows |= {(int.from_bytes(flipped(bytes(32), 20)) ^ (1 << bit)).to_bytes(32) for bit in range(256)}
    known = listed(tmp_path, *(f"pdq,{value.hex()},90," for value in sorted(rows)))
    looked = _fast(bytes(32))
    looked.looks["mode"], looked.looks["near_median"] = Mode.STRICT, 0
    found = Asker([known], Rule()).hits(looked, never)
    truth = sorted(int.from_bytes(value).bit_count() for value in rows)
    assert [hit.distance for hit in found] == truth[:MOST_TOLD]


def test_turned_pictures_are_refused_and_not_passed_over() -> None:
    with pytest.raises(WrongUsage):
        Asker([], Rule(turned=True))


def test_a_hash_far_from_all_entries_is_not_made_again(tmp_path: Path) -> None:
    known = listed(tmp_path, f"pdq,{bytes(32).hex()},90,a")
    assert Asker([known], Rule()).hits(_fast(flipped(bytes(32), 48)), never) == []


def test_a_fast_hash_of_a_little_too_low_quality_is_made_again(tmp_path: Path) -> None:
    known = listed(tmp_path, f"pdq,{bytes(32).hex()},90,a")
    asker = Asker([known], Rule())
    assert len(asker.hits(_fast(bytes(32), quality=41), lambda _: (bytes(32), 50, ""))) == 1
    assert asker.hits(_fast(bytes(32), quality=39), lambda _: (bytes(32), 50, "")) == []


def test_entries_of_too_low_quality_and_even_surfaces_do_not_match(looker: Looker, tmp_path: Path) -> None:
    even, good = grey(), picture(1)
    known = listed(
        tmp_path,
        f"pdq,{strict_hash(even).hex},100,even",
        f"pdq,{strict_hash(good).hex},49,poor",
        f"pdq,{flipped(strict_hash(good).value, 3).hex()},,not stated",
    )
    found = hits_of(looker, known, [Item("even.png", even), Item("good.jpg", good)])
    assert [(hit.entry_reference, hit.entry_quality) for hit in found] == [("not stated", None)]


def test_every_list_answers_for_itself(looker: Looker, tmp_path: Path) -> None:
    data = picture(3)
    first = listed(tmp_path, f"sha256,{sha256(data)},,a", name="first")
    second = listed(tmp_path, f"pdq,{strict_hash(data).hex},90,b", f"md5,{md5(data)},,c", name="second")
    asker = Asker([first, second], Rule())
    [looked] = looker.look([Item("one.jpg", data)])
    found = asker.hits(looked, looker.strict)
    assert {(hit.list, hit.by, hit.edition) for hit in found} == {
        ("first", "sha256", first.edition),
        ("second", "pdq", second.edition),
        ("second", "md5", second.edition),
    }


def test_what_a_data_set_states_is_compared_and_not_confirmed(looker: Looker, tmp_path: Path) -> None:
    data, other = picture(3), picture(4)
    known = listed(tmp_path, f"pdq,{strict_hash(data).hex},90,a", f"md5,{md5(data)},,b")
    items = [
        Item("hashes", stated={"pdq": strict_hash(data).hex, "md5": md5(data).upper()}),
        Item("rated", stated={"pdq": strict_hash(data).hex, "pdq_quality": "49"}),
        Item("other.jpg", other, stated={"md5": md5(data), "pdq": strict_hash(data).hex}),
        Item("same.jpg", data, stated={"md5": md5(data)}),
    ]
    found = {(hit.position, hit.by, hit.confirmed) for hit in hits_of(looker, known, items)}
    assert found == {
        (0, "pdq", False),
        (0, "md5", False),
        (2, "pdq", False),
        (2, "md5", False),
        (3, "pdq", True),
        (3, "md5", True),
    }


def test_addresses_are_compared_in_their_normal_form_and_domains_with_hosts_below(
    looker: Looker, tmp_path: Path
) -> None:
    known = listed(
        tmp_path,
        "url,https://example.org/a%20b?c=1,,page",
        "domain,example.net,,house",
        "domain,other.example.com,,below",
    )
    addresses = [
        "HTTPS://user@EXAMPLE.org:443/a b?c=1#top",
        "https://example.org/a%20b",
        "http://pictures.Example.NET/1.jpg",
        "https://example.com/",
        "ftp://example.net/",
    ]
    items = [Item(str(n), stated={"url": text}) for n, text in enumerate(addresses)]
    asker = Asker([known], Rule())
    [looked] = looker.look(items)
    found = asker.hits(looked, looker.strict)
    assert [(hit.position, hit.by, hit.entry_reference) for hit in found] == [
        (0, "url", "page"),
        (2, "domain", "house"),
    ]
    assert looked.problems == {4: "bad_value"}
    assert looked.looks["state"].tolist() == [State.ADDRESS] * 4 + [State.UNREAD]


def test_labels_and_what_nobody_could_read_are_never_hits(looker: Looker, tmp_path: Path) -> None:
    known = listed(tmp_path, f"sha256,{sha256(b'a label')},,a", f"sha256,{'0' * 64},,zeros")
    items = [Item("a.txt", b"a label", is_label=True), Item("b.jpg", problem="unreadable_member")]
    assert hits_of(looker, known, items) == []


def _fast(pdq: bytes, *, quality: int = 90, doubt: int = 24) -> Looked:
    looks = np.zeros(1, LOOK)
    looks["pdq"][0] = np.frombuffer(pdq, np.uint8)
    looks["quality"], looks["mode"], looks["state"] = quality, Mode.FAST, State.HASHED
    looks["near_median"] = doubt
    return Looked(["one.jpg"], looks, [b"never decoded here"])
