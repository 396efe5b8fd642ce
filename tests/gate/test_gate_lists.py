"""Lists that come, change and turn out bad while a gate runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gate_cast import KNOWN, OTHER, Running, comes, key_file, lines_for, pdq_of, running, write_list

from openhotline.errors import BadInput, Damaged, OpenHotlineError, WrongUsage
from openhotline.exchange.gate.sources import Source
from openhotline.hashing import digests
from openhotline.known.answers import Question, Rule
from openhotline.known.lists import ask
from openhotline.known.opening import open_list
from openhotline.known.preparing import ROWS, prepare
from openhotline.matching import ListIndex

OPEN = {"per_minute": 100_000, "per_day": 100_000}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    return key_file(tmp_path / "keys.toml", open=OPEN)["open"]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return write_list(tmp_path / "known.csv", lines_for(KNOWN))


@pytest.fixture
def gate(tmp_path: Path, secret: str, listed: Path) -> Iterator[Running]:
    with running(tmp_path, listed) as found:
        yield found


def _answer(gate: Running, secret: str, data: bytes) -> str:
    return str(gate.caller(secret).check(data).document["answer"])


def test_a_replaced_list_is_in_force_within_seconds(gate: Running, secret: str, listed: Path) -> None:
    before = gate.caller(secret).health()["lists"][0]["edition"]
    write_list(listed, lines_for(OTHER))
    assert comes(lambda: _answer(gate, secret, OTHER) == "match")
    assert _answer(gate, secret, KNOWN) == "no_match"
    assert gate.caller(secret).health()["lists"][0]["edition"] != before


def test_a_question_under_way_over_the_list_before_is_answered(tmp_path: Path, listed: Path) -> None:
    source = Source(listed, tmp_path / "prepared")
    value, quality = pdq_of(KNOWN)
    question = Question(pdq=bytes.fromhex(value), quality=quality)
    for others in ([OTHER], [OTHER, KNOWN], [OTHER]):
        before, verdict = source.known, ask(source.known, [question], Rule())[0].verdict
        write_list(listed, lines_for(*others))
        assert comes(source.refresh)
        assert ask(before, [question], Rule())[0].verdict == verdict
        assert len(list((tmp_path / "prepared" / "known").iterdir())) == 2
    Source(listed, tmp_path / "prepared")
    assert len(list((tmp_path / "prepared" / "known").iterdir())) == 1


def test_a_bad_list_leaves_the_edition_before_and_is_told(gate: Running, secret: str, listed: Path) -> None:
    listed.write_bytes(b'{"openhotline-hash-list": ')
    health = gate.caller(secret).health
    assert comes(lambda: health()["status"] == "behind")
    assert "stays in force" in health()["lists"][0]["problem"]
    assert _answer(gate, secret, KNOWN) == "match"
    write_list(listed, lines_for(KNOWN, OTHER))
    assert comes(lambda: _answer(gate, secret, OTHER) == "match")
    assert health()["status"] == "ok"


def test_a_change_to_an_index_is_in_force_at_the_next_question(tmp_path: Path, secret: str) -> None:
    index = ListIndex.create(tmp_path / "index")
    one = np.frombuffer(bytes.fromhex(pdq_of(KNOWN)[0]), np.uint8)[None]
    nothing = np.empty(0, np.int64)
    with running(tmp_path, tmp_path / "index") as gate:
        assert _answer(gate, secret, KNOWN) == "not_compared"  # an index without entries compares nothing
        index.apply(np.array([7], np.int64), one, nothing)
        [known] = gate.caller(secret).check(KNOWN).document["lists"]
        assert known["matches"][0]["entry"]["key"] == 7
        index.apply(nothing, one[:0], np.array([7], np.int64))
        assert _answer(gate, secret, KNOWN) != "match"


def test_several_lists_answer_for_themselves(tmp_path: Path, secret: str, listed: Path) -> None:
    second = write_list(tmp_path / "second.csv", lines_for(OTHER))
    with running(tmp_path, listed, second) as gate:
        told = gate.caller(secret).check(OTHER).document
    assert told["answer"] == "match"
    assert [(one["list"], one["answer"]) for one in told["lists"]] == [
        ("known", "no_match"),
        ("second", "match"),
    ]


def test_two_lists_of_one_name_are_refused(tmp_path: Path, secret: str, listed: Path) -> None:
    (tmp_path / "b").mkdir()
    again = write_list(tmp_path / "b" / "known.csv", lines_for(OTHER))
    with pytest.raises(WrongUsage), running(tmp_path, listed, again):
        pass


def test_a_restart_uses_what_was_prepared_and_prepares_what_was_damaged(
    tmp_path: Path, secret: str, listed: Path
) -> None:
    for _ in range(2):
        with running(tmp_path, listed) as gate:
            assert _answer(gate, secret, KNOWN) == "match"
    [prepared] = (tmp_path / "state" / "lists" / "known").iterdir()
    made = (prepared / ROWS).stat().st_mtime_ns
    with running(tmp_path, listed):
        assert (prepared / ROWS).stat().st_mtime_ns == made
    content = bytearray((prepared / ROWS).read_bytes())
    content[70] ^= 1
    (prepared / ROWS).write_bytes(content)
    with pytest.raises(Damaged):
        open_list(prepared, name="known")
    with running(tmp_path, listed) as gate:
        assert _answer(gate, secret, KNOWN) == "match"


def test_a_folder_that_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="neither"):
        open_list(tmp_path / "empty", name="x")


def test_a_list_that_cannot_be_taken_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\x00\x01\x02")
    with pytest.raises(OpenHotlineError):
        prepare(bad, tmp_path / "made")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_the_last_word_on_a_value_holds(tmp_path: Path) -> None:
    value, quality = pdq_of(KNOWN)
    source = tmp_path / "l.csv"
    gone, stays, back = (digests(text).md5 for text in (b"a", b"b", b"c"))
    source.write_text(
        "algorithm,value,quality,status,edition\n"
        f"md5,{gone},,listed,1\nmd5,{stays},,listed,1\nmd5,{gone},,withdrawn,2\n"
        f"md5,{back},,withdrawn,1\nmd5,{back},,listed,2\npdq,{value},{quality},listed,1\n"
    )
    prepare(source, tmp_path / "made")
    known = open_list(tmp_path / "made", name="l")
    assert known.kinds == {"md5": 2, "pdq": 1}
    found = {name: known.exact("md5", bytes.fromhex(name)) for name in (gone, stays, back)}
    assert {name: [known.entry(key).line for key in keys] for name, keys in found.items()} == {
        gone: [],
        stays: [3],
        back: [6],
    }


def test_many_exact_values_are_found_as_a_dictionary_finds_them(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    values = [bytes(chance.integers(0, 4, 16, dtype=np.uint8)) for _ in range(3000)]  # heads repeat
    source = tmp_path / "l.txt"
    source.write_text("\n".join(f"md5 {value.hex()}" for value in values))
    prepare(source, tmp_path / "made")
    known = open_list(tmp_path / "made", name="l")
    last = {value: line for line, value in enumerate(values, 1)}
    for value in [*values[:500], *(bytes(chance.integers(0, 4, 16, dtype=np.uint8)) for _ in range(500))]:
        told = [known.entry(key).line for key in known.exact("md5", value)]
        assert told == ([last[value]] if value in last else [])
