"""Batches through a confined process: order, what each member is, and that a hostile one costs only itself."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.datasets.bulk_cast import grey, picture, strict_hash
from tests.datasets.bulk_entries import HONEST, MISDEEDS

from openhotline.datasets.bulk.looking import MOST_HELD, Looker
from openhotline.datasets.bulk.record import LOOK, REASONS, REMARK, Looked, Mode, State
from openhotline.datasets.bulk.replies import DTYPE, read_reply
from openhotline.datasets.census import CLAIMS
from openhotline.datasets.inputs import Item
from openhotline.hashing import digests
from openhotline.media.confined import Limits, Pool, Reply

HERE = Path(__file__).parent
LIMITS = {"sleep": Limits(seconds=2.5), "spin": Limits(cpu_seconds=0.3)}
TOLD = {
    "abort": "crashed",
    "segfault": "crashed",
    "memory": "out_of_memory",
    "error": "stumbled",
    "sleep": "out_of_time",
    "spin": "out_of_cpu_time",
}
LIES = sorted(set(MISDEEDS) - set(TOLD) - {"slow"})


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as opened:
        yield opened


def standing(workers: int, *, word: str = "") -> Pool:
    return Pool("bulk_entries:entry", workers=workers, limits=LIMITS.get(word), extra_sys_path=[HERE])


def one(looker: Looker, items: list[Item], **wanted: bool) -> Looked:
    [looked] = looker.look(items, **wanted)
    return looked


def reasons(looked: Looked) -> list[str]:
    return [REASONS[number] for number in looked.looks["reason"]]


def test_members_come_in_order_with_their_digests_and_hashes(looker: Looker) -> None:
    pictures = [picture(seed, form) for seed, form in enumerate(("JPEG", "PNG", "WEBP", "GIF", "BMP"))]
    items = [Item(f"{n}.any", pictures[n % 5]) for n in range(23)]
    batches = list(looker.look(items, batch_members=4))
    assert [len(looked.keys) for looked in batches] == [4, 4, 4, 4, 4, 3]
    assert [key for looked in batches for key in looked.keys] == [item.key for item in items]
    rows = [
        (look, data) for looked in batches for look, data in zip(looked.looks, looked.untrusted, strict=True)
    ]
    for number, (look, data) in enumerate(rows):
        made = digests(pictures[number % 5])
        assert data == pictures[number % 5]
        assert [look[name].tobytes().hex() for name in ("md5", "sha1", "sha256")] == [
            made.md5,
            made.sha1,
            made.sha256,
        ]
        assert look["size"] == len(data)
        assert look["state"] == State.HASHED
        bits = int.from_bytes(look["pdq"].tobytes()) ^ int.from_bytes(strict_hash(data).value)
        assert bits.bit_count() <= 8
        assert look["mode"] in (Mode.FAST, Mode.STRICT)


def test_what_is_no_picture_is_told_by_its_name(looker: Looker) -> None:
    items = [
        *(Item("a.pdf", b"%PDF-1.7"), Item("b.JPG", b"%PDF-1.7"), Item("c", b""), Item("d.png", b"")),
        *(Item("e.jpg", picture(1)[:900]), Item("f.dat", picture(1)), Item("g.png", grey())),
    ]
    looked = one(looker, items)
    bad, other, hashed = State.UNREADABLE, State.OTHER, State.HASHED
    assert looked.looks["state"].tolist() == [other, bad, other, bad, bad, hashed, hashed]
    assert reasons(looked) == [
        *("not_a_picture", "not_a_picture", "empty", "empty", "truncated", "", ""),
    ]
    assert looked.looks["quality"].tolist()[:5] == [-1] * 5
    assert looked.looks["quality"][6] == 0
    assert all(look["sha256"].any() for look in looked.looks)


def test_where_every_member_should_be_a_picture_none_is_other(looker: Looker) -> None:
    looked = one(looker, [Item("1", b"%PDF-1.7"), Item("2", b"")], expects_pictures=True)
    assert looked.looks["state"].tolist() == [State.UNREADABLE] * 2


def test_labels_are_counted_and_a_picture_that_calls_itself_one_is_looked_at(looker: Looker) -> None:
    items = [
        *(Item("a.txt", b"words", is_label=True), Item("b.json", None, is_label=True)),
        Item("c.txt", picture(2), is_label=True),
    ]
    looked = one(looker, items)
    assert looked.looks["state"].tolist() == [State.LABEL, State.LABEL, State.HASHED]
    assert looked.looks["sha256"][0].tobytes() == hashlib.sha256(b"words").digest()
    assert looked.untrusted[0] is None


def test_what_was_not_read_says_why_and_remarks_are_no_members(looker: Looker) -> None:
    items = [
        *(Item("a.jpg", problem="unreadable_member"), Item("b.jpg", problem="duplicate_key")),
        *(Item("c", problem="unreadable_shard"), Item("d"), Item("e", digests=digests(b"large"))),
        Item("f.mov.jpg", digests=digests(b"large")),
    ]
    looked = one(looker, items)
    assert looked.problems == {0: "unreadable_member", 1: "duplicate_key", 2: "unreadable_shard", 3: "empty"}
    assert looked.looks["state"].tolist() == [
        *(State.UNREAD, REMARK, REMARK, State.UNREAD, State.OTHER, State.UNREADABLE),
    ]
    assert reasons(looked)[4:] == ["too_many_bytes"] * 2
    assert looked.looks["sha256"][4].tobytes() == hashlib.sha256(b"large").digest()


def test_a_table_without_pictures_starts_no_process_and_is_read_as_it_is_given() -> None:
    read = 0

    def rows() -> Iterator[Item]:
        nonlocal read
        for read in range(1, 20_001):
            yield Item(str(read), stated={"md5": "0" * 31 + "1"})

    def never(workers: int) -> Pool:
        raise AssertionError

    with Looker(start=never) as looker:
        batches = looker.look(rows())
        assert next(batches).looks["state"].tolist() == [State.STATED] * 4096
        assert read < 10_000
        assert sum(len(looked.keys) for looked in batches) == 20_000 - 4096


def test_values_of_another_form_are_told_and_the_others_taken(looker: Looker) -> None:
    items = [
        Item("a", stated={"md5": "xyz", "sha1": "00" * 19 + "01"}),
        Item("b", stated={"pdq": "11" * 32, "pdq_quality": "101"}),
        Item("c", stated={"pdq": "11" * 31}),
        Item("d", picture(1), stated={"url": "no address", "md5": "22" * 16}),
    ]
    looked = one(looker, items)
    assert looked.problems == dict.fromkeys(range(4), "bad_value")
    assert looked.looks["state"].tolist() == [State.STATED, State.STATED, State.UNREAD, State.HASHED]
    assert looked.stated == {3: {"md5": b"\x22" * 16}}
    assert looked.looks["quality"][1] == -1


def test_a_census_gives_claims_within_their_bits(looker: Looker) -> None:
    with Looker(census=True) as counting:
        looked = one(counting, [Item("a.jpg", picture(1)), Item("b.pdf", b"%PDF")])
    assert looked.looks["claims"].tolist() == [1 << CLAIMS.index("examined"), 0]
    assert one(looker, [Item("a.jpg", picture(1))]).looks["claims"].tolist() == [0]


def test_a_strict_look_is_the_strict_hash_or_a_reason(looker: Looker) -> None:
    data = picture(5)
    assert looker.strict(data) == (strict_hash(data).value, strict_hash(data).quality, "")
    assert looker.strict(b"%PDF-1.7") == (None, -1, "not_a_picture")


def test_a_picture_of_too_many_pixels_costs_only_itself() -> None:
    stream = io.BytesIO()
    Image.new("1", (1200, 1200)).save(stream, "PNG")
    with Looker(limits=Limits(pixels=1_000_000)) as strict:
        looked = one(
            strict, [Item("a.jpg", picture(1)), Item("b.png", stream.getvalue()), Item("c.jpg", picture(2))]
        )
    assert reasons(looked) == ["", "too_many_pixels", ""]


@pytest.mark.parametrize("words", [LIES, ["abort", "segfault", "memory", "error"], ["sleep"], ["spin"]])
def test_hostile_members_cost_only_themselves(words: list[str]) -> None:
    items = [Item(f"{n}.jpg", b"honest %d" % n) for n in range(3 * len(words) + 5)]
    for number, word in enumerate(words):
        items[3 * number + 1] = Item(f"{word}.jpg", word.encode())
    with Looker(start=partial(standing, word=words[0])) as looker:
        batches = list(looker.look(items, batch_members=5))
    assert [key for looked in batches for key in looked.keys] == [item.key for item in items]
    looks = {key: look for looked in batches for key, look in zip(looked.keys, looked.looks, strict=True)}
    for item in items:
        look, word = looks[item.key], item.key.removesuffix(".jpg")
        assert look["sha256"].tobytes() == hashlib.sha256(item.untrusted_bytes or b"").digest()
        if word in words:
            assert (look["state"], look["quality"]) == (State.UNREADABLE, -1)
            assert REASONS[look["reason"]] == TOLD.get(word, "malformed_reply")
            assert not look["pdq"].any()
        else:
            assert (look["state"], look["quality"], REASONS[look["reason"]]) == (State.HASHED, HONEST, "")


def test_whatever_comes_back_is_a_hash_or_a_reason_or_nothing_is_believed() -> None:
    chance = np.random.default_rng(7)
    taken = 0
    for _ in range(3000):
        rows = np.frombuffer(chance.bytes(DTYPE.itemsize * int(chance.integers(0, 3))), DTYPE).copy()
        rows["quality"] = chance.integers(-2, 103, len(rows))
        rows["mode"], rows["reason"] = chance.integers(0, 4, len(rows)), chance.integers(0, 2, len(rows))
        rows["near_median"], rows["claims"] = (
            chance.integers(0, 30, len(rows)),
            chance.integers(0, 3, len(rows)),
        )
        answers = read_reply(Reply({"done": len(rows)}, [rows.tobytes()]), asked=2, census=True)
        for answer in answers if answers is not None else ():
            taken += 1
            assert answer["mode"] in (Mode.FAST, Mode.STRICT)
            assert 0 <= answer["quality"] <= 100
            assert answer["reason"] == 0
            assert answer["near_median"] <= (24 if answer["mode"] == Mode.FAST else 0)
    assert taken > 50


def test_what_a_slow_batch_left_open_is_asked_again() -> None:
    items = [Item(str(n), b"slow 1" if n % 3 == 0 else b"honest") for n in range(20)]
    with Looker(start=standing, workers=2) as looker:
        batches = list(looker.look(items, batch_members=6))
    assert [key for looked in batches for key in looked.keys] == [item.key for item in items]
    assert all((looked.looks["quality"] == HONEST).all() for looked in batches)


def test_a_member_that_takes_its_time_does_not_let_the_others_pile_up() -> None:
    read = 0

    def members() -> Iterator[Item]:
        nonlocal read
        for read in range(1, 2001):
            yield Item(str(read), b"sleep" if read == 1 else b"honest %d" % read)

    with Looker(start=partial(standing, word="sleep"), workers=2) as looker:
        batches = looker.look(members(), batch_members=3)
        first = next(batches)
        assert read <= 3 * (MOST_HELD * 2 + 2)
        assert [*first.keys, *(key for looked in batches for key in looked.keys)] == list(
            map(str, range(1, 2001))
        )


def test_a_file_larger_than_a_request_may_be_is_told() -> None:
    with Looker(limits=Limits(request_bytes=100_000)) as looker:
        items = [Item("a.jpg", picture(1)), Item("b.jpg", bytes(150_000)), Item("c.jpg", picture(2))]
        batches = list(looker.look(items))
    assert [reason for looked in batches for reason in reasons(looked)] == ["", "too_many_bytes", ""]


def test_one_may_stop_looking_and_begin_again(looker: Looker) -> None:
    items = [Item(f"{n}.jpg", picture(1)) for n in range(40)]
    begun = looker.look(items, batch_members=5)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    assert sum(len(looked.keys) for looked in looker.look(items)) == 40


def test_a_row_of_numbers_holds_118_bytes() -> None:
    assert LOOK.itemsize == 118
