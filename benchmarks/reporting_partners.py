"""Partners who send reports through the API's bulk call, each under a key of its own and as fast as it is answered."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.reporting_deliveries import Drawn

PATH = "/api/1/reports/bulk"
DESCRIBED = "/api/1/reports/openapi.json"


@dataclass
class Sent:
    """What was sent and how long each call took, in milliseconds; ``waited``: seconds, because the API asked for it."""

    deliveries: int = 0
    codes: set[str] = field(default_factory=set)
    seconds: float = 0.0
    waited: float = 0.0
    took: list[float] = field(default_factory=list)


def by_http(address: str, secrets: Sequence[str], deliveries: Sequence[Drawn], together: int) -> Sent:
    """Send everything, each delivery by the partner whose key it bears, and one sent twice by the same.

    Before the clock runs the site is asked once, so that it has loaded what it needs.
    """
    warm = http.client.HTTPConnection(urlsplit(address).netloc)
    warm.request("GET", DESCRIBED, headers={"Authorization": f"Bearer {secrets[0]}"})
    warm.getresponse().read()
    shares: list[list[Drawn]] = [[] for _ in secrets]
    for one in deliveries:
        shares[int(one.key.partition(":")[2]) % len(secrets)].append(one)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(secrets)) as pool:
        parts = list(
            pool.map(
                lambda pair: _send(address, pair[0], pair[1], together), zip(secrets, shares, strict=True)
            )
        )
    return Sent(
        deliveries=sum(one.deliveries for one in parts),
        codes={code for one in parts for code in one.codes},
        seconds=time.perf_counter() - began,
        waited=sum(one.waited for one in parts),
        took=[ms for one in parts for ms in one.took],
    )


def _send(address: str, secret: str, share: Sequence[Drawn], together: int) -> Sent:
    sent, connection = Sent(), http.client.HTTPConnection(urlsplit(address).netloc)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    for part in _parts(share, together):
        body = json.dumps([_row(one) for one in part])
        for row in json.loads(_asked(connection, body, headers, sent))["rows"]:
            if row["outcome"] != "taken":
                raise RuntimeError(f"A report was not taken: {row}")
            sent.codes.add(row["report"]["code"])
        sent.deliveries += len(part)
    return sent


def _asked(connection: http.client.HTTPConnection, body: str, headers: dict[str, str], sent: Sent) -> bytes:
    """Call until it is taken; wait where that is asked for, or the site says that it is busy."""
    while True:
        began = time.perf_counter()
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status == 200:
            sent.took.append(1000 * (time.perf_counter() - began))
            return data
        if answer.status not in (429, 503):
            raise RuntimeError(f"{answer.status}: {data[:300]!r}")
        seconds = float(answer.getheader("Retry-After") or 1)
        sent.waited += seconds
        time.sleep(seconds)


def _row(one: Drawn) -> dict[str, object]:
    address = {"address": one.text} | ({"severity": "A", "scheme": "drawn"} if one.place % 10 == 0 else {})
    return {"key": one.key, "addresses": [address]}


def _parts(share: Sequence[Drawn], size: int) -> Iterator[Sequence[Drawn]]:
    return (share[first : first + size] for first in range(0, len(share), size))
