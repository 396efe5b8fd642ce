"""Pictures that a table only names: fetched where that is wanted, by the guarded client, from servers on this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.datasets.audit_cast import known_list
from tests.datasets.audit_results import ASKED, KEY, NOON
from tests.gate.gate_cast import KNOWN_AGAIN, drawn, encoded
from tests.trace.servers import PATIENT, Server, client, says, serving

from openhotline.datasets.audit.finishing import finish
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.work import ShardWork
from openhotline.datasets.cleaning.run import Wish, clean
from openhotline.datasets.inputs import Reading, fetching
from openhotline.datasets.inputs.fetching import AT_ONCE, FROM_ONE_HOST, Fetch, guarded_fetch, with_fetched
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.shard import Item
from openhotline.errors import NotFound, OpenHotlineError
from openhotline.known.preparing import prepare

OTHER = encoded(drawn(7))
HOST = "pictures.example.org"
PAGES = {"/known.jpg": KNOWN_AGAIN, "/other.jpg": OTHER}


def answers(line: socket.socket, head: str) -> None:
    path = head.split()[1]
    says(200 if path in PAGES else 404, {}, PAGES.get(path, b"no such page"))(line, head)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answers) as found:
        yield found


@pytest.fixture
def fetch(server: Server) -> Fetch:
    limits = replace(PATIENT, body_bytes=1 << 20)
    return guarded_fetch(client(server.port, names={HOST: "127.0.0.1"}, limits=limits))


@pytest.fixture
def table(server: Server, tmp_path: Path) -> Path:
    """Three rows: a known picture, another, and one that is gone."""
    at = f"http://{HOST}:{server.port}"
    (tmp_path / "set").mkdir()
    rows = {"key": ["a", "b", "c"], "url": [f"{at}/known.jpg", f"{at}/other.jpg", f"{at}/gone.jpg"]}
    pq.write_table(pa.table(rows), tmp_path / "set" / "rows.parquet")
    return tmp_path / "set"


def looked_at(table: Path, listed: Path, fetch: Fetch | None) -> ShardResult:
    conf: dict[str, Any] = {
        "lists": [{"name": "known", "folder": str(listed)}],
        "rule": {"distance": 31, "min_quality": 50, "turned": False},
        "reading": {},
        "fingerprints": False,
        "census": False,
        "fetch": fetch is not None,
    }
    (shard,) = plan(str(table), Reading())
    with patch.object(fetching, "guarded_fetch", lambda: fetch), ShardWork(conf) as work:
        return work.run(shard)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    prepare(known_list(tmp_path), tmp_path / "prepared")
    return tmp_path / "prepared"


def test_what_a_table_names_is_looked_at_and_what_is_gone_is_told(
    table: Path, listed: Path, fetch: Fetch, server: Server
) -> None:
    result = looked_at(table, listed, fetch)
    assert [(row["key"], row["matched"], row["confirmed"]) for row in result.hits.to_pylist()] == [
        ("a", "pdq", True)
    ]
    assert [(row["key"], row["kind"]) for row in result.errors.to_pylist()] == [("c", "not_fetched")]
    assert (result.counts["seen"], result.counts["hashed"], result.counts["addresses"]) == (3, 2, 1)
    assert len(server.asked) == 3
    assert not any("cookie" in head.lower() for head in server.asked)


def test_nothing_is_asked_unless_it_is_wanted(table: Path, listed: Path, server: Server) -> None:
    result = looked_at(table, listed, None)
    assert (result.counts["seen"], result.counts["addresses"], result.hits.num_rows) == (3, 3, 0)
    assert server.asked == []


def test_the_data_sets_digest_does_not_depend_on_what_servers_gave(
    table: Path, listed: Path, fetch: Fetch
) -> None:
    assert looked_at(table, listed, fetch).digest == looked_at(table, listed, None).digest


def test_cleaning_goes_by_the_keys_of_what_was_fetched(
    table: Path, listed: Path, fetch: Fetch, tmp_path: Path
) -> None:
    asked = {"reading": {"store": {}}, "fingerprints": False, "fetch": True}
    finish(tmp_path / "audit", [looked_at(table, listed, fetch)], {**ASKED, **asked}, key=KEY, at=NOON)
    clean(Wish(str(table), tmp_path / "audit"), tmp_path / "clean", key=KEY, now=lambda: NOON)
    (written,) = (tmp_path / "clean").rglob("rows.parquet")
    assert pq.read_table(written)["key"].to_pylist() == ["b", "c"]


def test_one_host_is_asked_little_at_once_and_another_does_not_wait_for_it() -> None:
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    lock, other_was_asked = threading.Lock(), threading.Event()

    def slow(url: str) -> bytes:
        host = url.split("/")[2]
        with lock:
            under_way[host] += 1
            most[host] = max(most[host], under_way[host])
        if host == "two.example.org":
            other_was_asked.set()
        assert other_was_asked.wait(20)
        with lock:
            under_way[host] -= 1
        return b"x"

    hosts = ["one.example.org"] * 5 + ["two.example.org"] + ["one.example.org"] * 20
    items = [Item(str(n), stated={"url": f"https://{host}/{n}"}) for n, host in enumerate(hosts)]
    found = list(with_fetched([*items, Item("no", stated={"url": "http://["})], slow, digest=lambda _: b""))
    assert most["one.example.org"] == FROM_ONE_HOST < AT_ONCE
    assert [item.untrusted_bytes for item in found] == [b"x"] * 27


def test_order_is_kept_and_few_are_held(server: Server) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def slow(url: str) -> bytes:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        threading.Event().wait(0.01)
        with lock:
            under_way -= 1
        if url.endswith("7"):
            raise NotFound("gone") if under_way else ValueError("something unforeseen")
        return url.encode()

    items = [
        Item(str(n), stated={"url": f"https://example.org/{n}"} if n % 3 else {"md5": "00" * 16})
        for n in range(40)
    ]
    found = list(with_fetched(iter(items), slow, digest=lambda item: item.key.encode()))
    members = [item for item in found if item.problem != "not_fetched"]
    assert [item.key for item in members] == [item.key for item in items]
    for item in members:
        number = int(item.key)
        is_there = bool(number % 3) and not item.key.endswith("7")
        assert item.untrusted_bytes == (f"https://example.org/{number}".encode() if is_there else None)
        assert item.stands_for == (item.key.encode() if is_there else b"")
    assert {item.key for item in found if item.problem == "not_fetched"} == {"7", "17", "37"}
    assert 1 < most <= AT_ONCE


def test_the_guard_holds_when_fetching_is_on(table: Path, tmp_path: Path, server: Server) -> None:
    """The command reaches no machine of our own network, whatever a table names."""
    rows = {"key": ["a"], "url": [f"http://127.0.0.1:{server.port}/known.jpg"]}
    pq.write_table(pa.table(rows), table / "rows.parquet")
    out, listed = tmp_path / "out", known_list(tmp_path)
    command = [sys.executable, "-m", "openhotline", "audit", "run", str(table), "--list", str(listed)]
    command += ["--out", str(out), "--workers", "1", "--fetch", "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "OPENHOTLINE_DATA"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert told["errors"] == {"not_fetched": 1} and told["asked"]["fetch"] is True
    assert server.asked == []


def test_names_are_resolved_by_this_machine_and_only_public_addresses_are_asked(server: Server) -> None:
    fetch = guarded_fetch()
    for host in ("localhost.localdomain", "127.0.0.1", "no-such-name.example"):
        with pytest.raises(OpenHotlineError):
            fetch(f"http://{host}/known.jpg")
    assert server.asked == []
