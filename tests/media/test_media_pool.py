"""The pool: order, bounds, and survival of whatever a file does to its process."""

from __future__ import annotations

import os
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from media_drawings import landscape, saved

from openhotline.errors import BadInput, Busy, OpenHotlineError, TooLarge, WorkerFailed, WrongUsage
from openhotline.media import reason_of
from openhotline.media.confined import Limits, Pool, Reply

HERE = Path(__file__).parent
LIMITS = Limits(
    seconds=5.0, cpu_seconds=20, memory_bytes=512 << 20, reply_bytes=8 << 20, request_bytes=64 << 20
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")


def pool_of(name: str, *, workers: int = 1, limits: Limits = LIMITS) -> Pool:
    return Pool(f"confined_entries:{name}", workers=workers, limits=limits, extra_sys_path=[HERE])


@pytest.fixture(scope="module")
def counting() -> Iterator[Pool]:
    with pool_of("count", workers=2) as pool:
        yield pool


@pytest.fixture(scope="module")
def misbehaving() -> Iterator[Pool]:
    with pool_of("misbehave", workers=2) as pool:
        yield pool


def outcome_of(pool: Pool, word: str) -> str:
    try:
        return str(pool.call(word.encode()).header["word"])
    except OpenHotlineError as problem:
        return reason_of(problem)


def test_a_call_brings_bytes_and_arguments_in_and_an_answer_out(counting: Pool) -> None:
    header = counting.call(b"abc", letters=["ü", 1, None], depth={"a": 1.5}).header
    assert (header["length"], header["warmed"]) == (3, [True])
    assert header["args"] == {"letters": ["ü", 1, None], "depth": {"a": 1.5}}


@pytest.mark.parametrize("size", [0, 1, 4095, 65536, 1 << 20, 3_000_001])
def test_blobs_of_any_size_come_back_unchanged(size: int) -> None:
    data = os.urandom(size)
    with pool_of("echo") as pool:
        assert pool.call(data).blobs == [data]
        assert pool.call(data, times=2).blobs == [data] * 2


def test_map_answers_every_file_once_on_all_workers(counting: Pool) -> None:
    sent = {number: os.urandom(number * 37 % 5000) for number in range(300)}
    got = dict(counting.map((number, data, {"n": number}) for number, data in sent.items()))
    assert sorted(got) == sorted(sent)
    replies = {number: reply for number, reply in got.items() if isinstance(reply, Reply)}
    assert all(reply.header["length"] == len(sent[number]) for number, reply in replies.items())
    assert all(reply.header["args"] == {"n": number} for number, reply in replies.items())
    assert len({reply.header["pid"] for reply in replies.values()}) == 2


@pytest.mark.parametrize(("size", "most"), [(2000, 4), (1_200_000, 2)])
def test_map_holds_no_more_than_two_files_per_worker_or_four_small_ones(
    counting: Pool, size: int, most: int
) -> None:
    taken = 0

    def endless() -> Iterator[tuple[int, bytes, dict[str, object]]]:
        nonlocal taken
        while True:
            taken += 1
            yield taken, b"x" * size, {}

    answers = counting.map(endless())
    for done in range(1, 50):
        next(answers)
        assert taken - done <= 2 * most + most  # in flight, and answers that came together
    answers.close()
    assert counting.call(b"again").header["length"] == 5


def test_an_empty_map_is_over_at_once(counting: Pool) -> None:
    assert list(counting.map([])) == []


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("abort", "crashed"),
        ("segfault", "crashed"),
        ("exit", "crashed"),
        ("kill", "crashed"),
        ("hog", "out_of_memory"),
        ("sleep", "out_of_time"),
        ("loop", "out_of_time"),
        ("raise", "stumbled"),
        ("long", "reply_too_large"),
    ],
)
def test_whatever_a_file_does_only_that_file_fails(misbehaving: Pool, word: str, reason: str) -> None:
    assert outcome_of(misbehaving, word) == reason
    assert outcome_of(misbehaving, "well") == "well"


def test_a_loop_is_stopped_by_processor_time_too() -> None:
    with pool_of("misbehave", limits=Limits(seconds=120, cpu_seconds=0.3)) as pool:
        assert outcome_of(pool, "loop") == "out_of_cpu_time"
        assert outcome_of(pool, "well") == "well"


def test_in_a_long_map_each_failure_is_a_value_and_its_neighbours_are_whole(misbehaving: Pool) -> None:
    words = ["well", "abort", "well", "raise", "well", "hog", "well", "segfault", "sleep", "exit"] * 3
    answers = dict(misbehaving.map((n, word.encode(), {}) for n, word in enumerate(words)))
    assert len(answers) == len(words)
    for number, word in enumerate(words):
        answer = answers[number]
        if word == "well":
            assert isinstance(answer, Reply), f"{number}: {answer!r}"
        else:
            assert isinstance(answer, WorkerFailed)


def test_an_entrys_own_error_arrives_as_itself_and_in_one_line(misbehaving: Pool) -> None:
    with pytest.raises(BadInput) as refusal:
        misbehaving.call(b"refuse")
    assert refusal.value.message == "This is refused. Send another."
    assert refusal.value.details == "truncated"


def test_an_unforeseen_error_tells_its_place_and_nothing_of_the_file(misbehaving: Pool) -> None:
    with pytest.raises(WorkerFailed) as failure:
        misbehaving.call(b"raise")
    assert "ValueError at" in failure.value.details and "confined_entries.py" in failure.value.details
    assert "words from the file" not in failure.value.diagnostics()


def test_what_a_library_prints_is_no_answer(misbehaving: Pool) -> None:
    assert outcome_of(misbehaving, "shout") == "shout"


@pytest.mark.parametrize(
    "forgery",
    [
        struct.pack("<IQ", 1 << 31, 0),
        struct.pack("<IQ", 2, 1 << 60) + b"{}",
        struct.pack("<IQ", 2, 0) + b"{}",
        struct.pack("<IQ", 12, 0) + b'{"blobs":[9]',
        struct.pack("<IQ", 13, 0) + b'{"blobs":[9]}',
        struct.pack("<IQ", 14, 0) + b'{"blobs":[-1]}',
        struct.pack("<IQ", 40000, 0) + b"[" * 40000,
        struct.pack("<IQ", 15, 0) + b'{"blobs":[NaN]}',
        struct.pack("<IQ", 30, 0) + b'{"blobs":[],"header":"no map"}',
        struct.pack("<IQ", 0, 0),
    ],
)
def test_a_forged_answer_is_recognised(forgery: bytes) -> None:
    with pool_of("forge") as pool:
        with pytest.raises(WorkerFailed) as failure:
            pool.call(forgery)
        assert reason_of(failure.value) in ("malformed_reply", "reply_too_large")


def test_a_file_above_the_limit_is_not_even_sent() -> None:
    with pool_of("count", limits=Limits(request_bytes=100)) as pool:
        with pytest.raises(TooLarge):
            pool.call(b"x" * 101)
        answers = dict(pool.map([(1, b"x" * 101, {}), (2, b"x", {}), (3, b"x" * 200, {})]))
        assert isinstance(answers[1], TooLarge) and isinstance(answers[2], Reply)
        assert isinstance(answers[3], TooLarge)


def test_a_worker_is_replaced_after_its_share_of_calls() -> None:
    with pool_of("count", limits=Limits(recycle_after=5)) as pool:
        answers = [reply for _, reply in pool.map((n, b"x", {}) for n in range(23))]
        pids = [reply.header["pid"] for reply in answers if isinstance(reply, Reply)]
        assert len(pids) == 23 and len(set(pids)) == 5


def test_a_slow_receiver_costs_no_file_its_time() -> None:
    with pool_of("echo", limits=Limits(seconds=2.5)) as pool:
        for _, answer in pool.map((n, bytes(3 << 20), {}) for n in range(3)):
            assert isinstance(answer, Reply)
            time.sleep(2.8)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("no.such.module:entry", "The module no is missing."),
        ("confined_entries:nothing", "confined_entries has no function nothing."),
        ("confined_entries:HERE.x", "has no function"),
        ("confined_broken:entry", "Importing confined_broken failed with RuntimeError: half written."),
        ("confined_cold:entry", "warm() of confined_cold failed with KeyError: 'model'."),
        ("confined_threads:entry", "started threads"),
    ],
)
def test_an_entry_that_cannot_begin_is_told_plainly(entry: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "confined_broken.py").write_text("raise RuntimeError('half written')")
    (tmp_path / "confined_cold.py").write_text("def warm(): raise KeyError('model')\ndef entry(b): ...")
    (tmp_path / "confined_threads.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def entry(b): ..."
    )
    with pytest.raises(WrongUsage, match="cannot begin") as refusal:
        Pool(entry, workers=2, extra_sys_path=[HERE, tmp_path])
    assert words in refusal.value.message


def test_an_entry_that_kills_its_process_while_loading_is_told(tmp_path: Path) -> None:
    (tmp_path / "confined_dead.py").write_text("import os\nos.abort()")
    with pytest.raises(WorkerFailed, match="did not become ready"):
        Pool("confined_dead:entry", workers=1, extra_sys_path=[tmp_path])


def test_a_call_inside_a_map_over_all_workers_is_refused_not_hung(counting: Pool) -> None:
    for _ in counting.map([(1, b"x", {})]):
        with pytest.raises(Busy):
            counting.call(b"y")


def test_many_threads_may_call_one_pool(counting: Pool) -> None:
    lengths: list[int] = []

    def work(size: int) -> None:
        lengths.extend(counting.call(bytes(size)).header["length"] for _ in range(20))

    threads = [threading.Thread(target=work, args=(size,)) for size in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lengths) == sorted(list(range(1, 6)) * 20)
    assert counting.call(b"still here").header["length"] == 10


def test_a_closed_pool_says_so() -> None:
    pool = pool_of("count")
    pool.close()
    with pytest.raises(WrongUsage):
        pool.call(b"x")


def test_closing_stops_a_map_of_another_thread() -> None:
    pool = pool_of("misbehave", workers=2, limits=Limits(seconds=120))
    ended: list[BaseException] = []

    def work() -> None:
        try:
            list(pool.map((n, b"sleep", {}) for n in range(10)))
        except OpenHotlineError as problem:
            ended.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    pool.close()
    thread.join(60)
    assert not thread.is_alive()
    assert isinstance(ended[0], WrongUsage)


def test_a_worker_that_died_while_idle_is_replaced(counting: Pool) -> None:
    for process in list(counting._idle.queue):
        assert process is not None
        process._child.kill()
        process._child.wait()
    assert counting.call(b"abc").header["length"] == 3


def test_real_pictures_are_decoded_inside() -> None:
    data = saved(landscape(800, 600), "HEIF")
    with Pool("confined_entries:look", workers=1, extra_sys_path=[HERE]) as pool:
        reply = pool.call(data, want="rgb")
    assert reply.header["shape"] == [600, 800, 3]
    assert len(reply.blobs[0]) > 1000
