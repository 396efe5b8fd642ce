"""The digest of a shard and of a data set: the same for everybody who reads the same members."""

from __future__ import annotations

import hashlib

from openhotline.datasets.audit.digest import ShardDigest, dataset_digest
from openhotline.datasets.bulk.looking import Looker
from openhotline.datasets.inputs import Item
from openhotline.hashing import digests

MEMBERS = [
    Item("a.txt", b"a caption", is_label=True),
    Item("b.bin", b"no picture"),
    Item("c.jpg", b""),
    Item("d.jpg", problem="unreadable_member"),
    Item("b.bin", problem="duplicate_key"),
    Item("e.mp4", digests=digests(b"large")),
    Item("f", stated={"md5": "AB" * 16, "url": "HTTP://Example.org:80/a"}),
    Item("g", stated={"url": "http://example.org/b"}),
    Item("h", stated={"sha1": "no hash"}),
    Item("i-\udcff", b"a name that is no UTF-8"),
    Item("", problem="unreadable_shard"),
]


def digest_of(items: list[Item]) -> str:
    found = ShardDigest()
    for item in items:
        found.add_item(item)
    return found.hex


def test_who_reads_and_who_looks_find_the_same_digest() -> None:
    looked_at = ShardDigest()
    with Looker() as looker:
        for looked in looker.look(MEMBERS, batch_members=2):
            members = [at for at in range(len(looked.keys)) if looked.looks["state"][at]]
            looked_at.add_looked(looked, members)
    assert looked_at.hex == digest_of(MEMBERS)


def test_it_is_what_the_description_says() -> None:
    def with_length(text: bytes) -> bytes:
        return len(text).to_bytes(8, "little") + text

    stated = hashlib.sha256(f"md5={'ab' * 16}\nurl=http://example.org/a\n".encode()).digest()
    expected = hashlib.sha256(
        with_length(b"b.bin") + hashlib.sha256(b"no picture").digest() + with_length(b"f") + stated
    )
    assert digest_of([MEMBERS[1], MEMBERS[6]]) == expected.hexdigest()


def test_another_byte_key_or_order_is_another_digest() -> None:
    whole = digest_of(MEMBERS)
    assert digest_of([*MEMBERS[:1], Item("b.bin", b"no pictur"), *MEMBERS[2:]]) != whole
    assert digest_of([*MEMBERS[:1], Item("b.bi", b"no picture"), *MEMBERS[2:]]) != whole
    assert digest_of([MEMBERS[1], MEMBERS[0], *MEMBERS[2:]]) != whole
    assert digest_of(MEMBERS[:-2]) != whole


def test_a_data_set_has_one_digest_in_whatever_order_its_shards_finished() -> None:
    shards = [("b", "ab" * 32), ("a", "cd" * 32), ("failed", "")]
    assert dataset_digest(shards) == dataset_digest(reversed(shards))
    assert dataset_digest(shards) != dataset_digest(shards[:2])
    assert dataset_digest([("a", "ab" * 32), ("b", "cd" * 32), ("failed", "")]) != dataset_digest(shards)
