"""Upload checks over HTTP with a large list: our gate, our site, and the peer's index behind the same web server.

One run, interleaved: every round asks each service about one random hash and one JPEG of 2 megapixels, in an order
by chance, over kept-alive connections, and times in between what no service can be quicker than: decoding and hashing
alone, in this process and in a confined one, and a write that waits for the disk.
Then each service in turn is asked by several clients at once for a few seconds: requests a second.

    python -m benchmarks.serving [--entries 1000000] [--rounds 400] [--seconds 5]

The peer is threatexchange's ``PDQIndex`` (faiss) with ``pdqhash``; see ``benchmarks/serving_peer.py``. Ours identify
and count their callers, decode in a confined process, tell claims of origin, and write each question into a chained
log (the site: into its ledger, on the disk) before they answer; the peer does none of that. Ours are asked by a caller
who may know distances: then a file is hashed quickly first, and at full resolution only where anything lies near. What
they are compared with is always the decode and the hash at full resolution.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tests.desk.desk_site import environment, served

from benchmarks.landscapes import draw, jpeg
from openhotline import hashing, media
from openhotline.exchange.gate.keys import new_key
from openhotline.exchange.gate.looking import ENTRY
from openhotline.media.confined import Pool

PICTURES = 8
CLIENTS = 4
HASH_P99_MS = 10.0
FILE_RATIO = 1.2
WARM_UP = 20


@dataclass
class Service:
    """Something to ask over HTTP, and how long each answer took, in milliseconds by kind of question."""

    name: str
    port: int
    hash_path: str
    file_path: str
    headers: dict[str, str] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=lambda: {"hash": [], "file": []})
    rates: dict[str, float] = field(default_factory=dict)

    def connect(self) -> Callable[[str, bytes], float]:
        """Return what asks over one connection and gives the milliseconds to the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        paths = {"hash": self.hash_path, "file": self.file_path}

        def ask(kind: str, body: bytes) -> float:
            content_type = "application/json" if kind == "hash" else "image/jpeg"
            began = time.perf_counter()
            connection.request("POST", paths[kind], body, self.headers | {"Content-Type": content_type})
            response = connection.getresponse()
            answer = response.read()
            took = (time.perf_counter() - began) * 1e3
            if response.status != 200:
                raise RuntimeError(f"{self.name} {kind}: {response.status} {answer[:300]!r}")
            return took

        return ask


def question(value: bytes) -> bytes:
    return json.dumps({"hashes": [{"algorithm": "pdq", "value": value.hex(), "quality": 100}]}).encode()


def decode_and_hash(data: bytes) -> float:
    """Return the milliseconds that decoding at full resolution and hashing strictly take by themselves."""
    began = time.perf_counter()
    decoded = media.decode(data, want="rgb")
    hashing.pdq_strict(decoded.pixels, decoder=decoded.decoder)
    return (time.perf_counter() - began) * 1e3


@contextmanager
def gate(folder: Path, hashes: Path, workers: int) -> Iterator[Service]:
    """Start the gate on a CSV of all hashes."""
    listed, keys = folder / "large.csv", folder / "keys.toml"
    values = np.load(hashes)
    listed.write_text(
        "algorithm,value,quality\n" + "".join(f"pdq,{row.tobytes().hex()},100\n" for row in values)
    )
    secret, digest = new_key()
    keys.write_text(
        f'[benchmark]\nkey_sha256 = "{digest}"\nper_minute = 100000000\nper_day = 100000000\ntells_distance = true\n'
    )
    keys.chmod(0o600)
    command = [
        sys.executable,
        "-m",
        "openhotline",
        "gate",
        str(listed),
        "--port",
        "0",
        "--workers",
        str(workers),
    ]
    command += ["--keys", str(keys), "--state", str(folder / "state")]
    began = time.monotonic()
    with _process(command, os.environ.copy()) as line:
        print(
            f"  gate: list of {len(values):,} read, prepared and served after {time.monotonic() - began:.0f} s"
        )
        port = int(re.findall(r":(\d+)/", line)[0])
        yield Service("gate", port, "/check/hash", "/check", {"Authorization": f"Bearer {secret}"})


@contextmanager
def site(folder: Path, hashes: Path) -> Iterator[Service]:
    """Start a site with an imported list of all hashes."""
    began = time.monotonic()
    data = folder / "data"
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.serving_site", str(hashes)],
        env=environment(data),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    print(f"  site: list written and indexed after {time.monotonic() - began:.0f} s")
    with served(data) as address:
        port = int(address.rsplit(":", 1)[1])
        headers = {"Authorization": f"Bearer {made.stdout.strip().splitlines()[-1]}"}
        yield Service("site", port, "/api/1/match/hashes", "/api/1/match/bytes", headers)


@contextmanager
def peer(hashes: Path) -> Iterator[Service]:
    """Start the peer's index behind a web server of the same kind."""
    began = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.serving_peer", str(hashes)]
    with _process(command, os.environ.copy()) as line:
        print(f"  peer: index built after {time.monotonic() - began:.0f} s")
        yield Service("peer", int(line), "/check/hash", "/check")


@contextmanager
def _process(command: list[str], variables: dict[str, str]) -> Iterator[str]:
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield line if re.search(r"\d", line) else process.stdout.readline()
    finally:
        process.terminate()
        process.wait(60)


def confined(pool: Pool, data: bytes) -> float:
    """Return the milliseconds that the same takes in a confined process that is warm, without any service."""
    began = time.perf_counter()
    pool.call(data, mode="strict", preview=False, provenance=False)
    return (time.perf_counter() - began) * 1e3


def wait_for_disk(file: int) -> float:
    """Return the milliseconds until eight kilobytes are on the disk: what a ledger line waits for at the least."""
    began = time.perf_counter()
    os.write(file, bytes(8192))
    os.fdatasync(file)
    return (time.perf_counter() - began) * 1e3


@dataclass
class Floors:
    """What no service can be quicker than, in milliseconds, measured in the same rounds."""

    alone: list[float] = field(default_factory=list)
    confined: list[float] = field(default_factory=list)
    disk: list[float] = field(default_factory=list)


def in_turn(
    services: Sequence[Service], pictures: Sequence[bytes], rounds: int, file: int, pool: Pool
) -> Floors:
    """Ask all services side by side, and measure the floors between them."""
    chance = np.random.default_rng(1)
    asks = {service.name: service.connect() for service in services}
    floors = Floors()
    for turn in range(rounds + WARM_UP):
        picture, value = pictures[turn % len(pictures)], question(chance.bytes(32))
        kept = turn >= WARM_UP
        for name in chance.permutation([*asks, "floors"]).tolist():
            if name == "floors":
                took = decode_and_hash(picture), confined(pool, picture), wait_for_disk(file)
                for times, one in zip((floors.alone, floors.confined, floors.disk), took, strict=True):
                    times += [one] if kept else []
                continue
            service = next(one for one in services if one.name == name)
            for kind, body in (("hash", value), ("file", picture)):
                milliseconds = asks[name](kind, body)
                service.took[kind] += [milliseconds] if kept else []
    return floors


def at_once(service: Service, kind: str, bodies: Sequence[bytes], seconds: float) -> float:
    """Return the requests a second that several clients together get answered."""
    until, counts = time.monotonic() + seconds, [0] * CLIENTS

    def client(number: int) -> None:
        ask = service.connect()
        while time.monotonic() < until:
            ask(kind, bodies[(counts[number] + number) % len(bodies)])
            counts[number] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def report(services: Sequence[Service], floors: Floors) -> None:
    """Print every figure, and whether the aims are held."""
    print()
    for words, times in (
        ("decode + hash in this process", floors.alone),
        ("decode + hash in a confined process", floors.confined),
        ("8 KiB onto the disk", floors.disk),
    ):
        print(f"{words:36} p50 {statistics.median(times):6.2f} ms   p99 {_p99(times):6.2f} ms")
    for kind in ("hash", "file"):
        print(f"\n{kind:<6}{'':6}  {'p50 ms':>8}  {'p99 ms':>8}  {'requests/s':>10}")
        for service in services:
            times = service.took[kind]
            rate = service.rates[kind]
            print(
                f"      {service.name:6}  {statistics.median(times):8.2f}  {_p99(times):8.2f}  {rate:10.0f}"
            )
    print()
    ours = [service for service in services if service.name != "peer"]
    for service in ours:
        p99 = _p99(service.took["hash"])
        print(f"{service.name}: hash p99 {p99:.2f} ms   aim < {HASH_P99_MS:g}: {_held(p99 < HASH_P99_MS)}")
        ratio = _ratio(service.took["file"], floors.alone)
        print(
            f"{service.name}: file / (decode + hash) {ratio:.2f}   aim < {FILE_RATIO:g}: {_held(ratio < FILE_RATIO)}"
            f"   ({_ratio(service.took['file'], floors.confined):.2f} of the same in a confined process)"
        )
    for other in (service for service in services if service.name == "peer"):
        for service in ours:
            for kind in ("hash", "file"):
                ratio = _ratio(other.took[kind], service.took[kind])
                rates = service.rates[kind] / other.rates[kind]
                print(
                    f"{service.name} against the peer, {kind}: {ratio:.1f} times as fast, {rates:.1f} times as many"
                )


def _ratio(above: list[float], below: list[float]) -> float:
    """Return the median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def _p99(times: list[float]) -> float:
    return float(np.percentile(times, 99))


def _held(held: bool) -> str:
    return "held" if held else "MISSED"


def main() -> None:
    """Start everything, ask, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--without", default="", help="services to leave out, by comma: gate,site,peer")
    asked = parser.parse_args()
    left_out = set(asked.without.split(","))
    hashing.prepare()
    pictures = [jpeg(draw(1632, 1224, seed, grain=2.8)) for seed in range(PICTURES)]
    print(
        f"{asked.entries:,} random hashes; JPEGs of 2 MP, {statistics.mean(map(len, pictures)) / 1024:.0f} KiB"
    )
    with tempfile.TemporaryDirectory(prefix="openhotline-serving-") as name, ExitStack() as stack:
        folder = Path(name)
        hashes = folder / "hashes.npy"
        np.save(hashes, np.random.default_rng(7).integers(0, 256, (asked.entries, 32), dtype=np.uint8))
        starts = {
            "gate": lambda: gate(folder, hashes, asked.workers),
            "site": lambda: site(folder, hashes),
            "peer": lambda: peer(hashes),
        }
        services = [stack.enter_context(start()) for name, start in starts.items() if name not in left_out]
        pool = stack.enter_context(Pool(ENTRY, workers=1))
        file = stack.enter_context((folder / "disk").open("wb", buffering=0))
        floors = in_turn(services, pictures, asked.rounds, file.fileno(), pool)
        chance = np.random.default_rng(2)
        questions = [question(chance.bytes(32)) for _ in range(500)]
        for kind, bodies in (("hash", questions), ("file", pictures)):
            for service in services:
                service.rates[kind] = at_once(service, kind, bodies, asked.seconds)
        report(services, floors)


if __name__ == "__main__":
    main()
