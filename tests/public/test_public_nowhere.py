"""A report through the real server, and then a search for where it came from: in the database, the vault, the logs."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.desk.desk_site import PATIENCE, ROOT, environment

FORWARDED = "198.51.100.77"
"""The reporter, as the operator's own proxy names her."""

DIRECT = "127.77.66.55"
"""The reporter, as she reaches the server itself: the loopback network is wide enough to have an address of her own."""

TRACES = [FORWARDED, "198.51.100", DIRECT, "127.77.66", "Mozilla/9.87"]
REPORTED = "https://pictures.example.org/gallery/nowhere"


@contextmanager
def serving(data: Path, log: Path) -> Iterator[int]:
    """The whole site, as `openhotline serve` runs it behind one proxy, with everything it says in one file."""
    env = environment(data) | {"OPENHOTLINE_TRUSTED_PROXIES": "1", "PYTHONWARNINGS": "default"}
    env.pop("OPENHOTLINE_DATABASE_URL", None)  # searched below as files
    command = [sys.executable, "-m", "openhotline"]
    subprocess.run([*command, "init"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port)], cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the site did not start")


def ask(port: int, path: str, fields: dict[str, str] | None = None, *, forwarded: bool = True) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(DIRECT, 0))
    headers = {"User-Agent": "Mozilla/9.87 (Rita's own)"}
    if forwarded:
        headers |= {
            "X-Forwarded-For": f"192.0.2.1, {FORWARDED}",
            "X-Real-IP": FORWARDED,
            "Forwarded": f"for={FORWARDED}",
        }
    if fields is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    line.request("GET" if fields is None else "POST", path, urlencode(fields or {}), headers)
    answer = line.getresponse()
    assert answer.getheader("Set-Cookie") is None
    text = answer.read().decode()
    line.close()
    return text


def report(port: int, **how: bool) -> str:
    ticket = re.search(r'name="ticket" value="([^"]+)"', ask(port, "/en/report/", **how))
    assert ticket
    fields = {
        "ticket": unescape(ticket[1]),
        "addresses": REPORTED,
        "words": "by " + ("proxy" if how.get("forwarded", True) else "hand"),
    }
    sent = ask(port, "/en/report/", fields, **how)
    code = re.search(r'id="code">([0-9A-Z-]{23})<', sent)
    assert code
    return code[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs an address of its own on the loopback network")
def test_where_a_reporter_is_stands_nowhere(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log.txt"
    with serving(data, log) as port:
        codes = [report(port), report(port, forwarded=False)]
        ask(port, "/en/receipt/", {"code": codes[0], "words": "and a message"})
        for number in range(
            12
        ):  # wrong codes, until the pause; an address that is not there; a form that is none
            ask(port, "/en/receipt/", {"code": f"wrong {number}"})
        ask(port, "/nothing/here/")
        ask(port, "/en/report/", {"ticket": "invented", "words": "x"})
        time.sleep(2)  # the worker takes what the report left for it
        during = _everything(data, log)
    after = _everything(data, log)
    for content in (during, after):
        assert REPORTED.encode() in content  # the search does find what is there
        for trace in [*TRACES, *codes]:
            assert trace.encode() not in content, trace
            assert trace.encode("utf-16-le") not in content, trace
    assert b"Traceback" not in log.read_bytes()


def _everything(*places: Path) -> bytes:
    files = [place for place in places if place.is_file()]
    files += [Path(folder, name) for place in places for folder, _, names in os.walk(place) for name in names]
    return b"\n".join(path.name.encode() + _content(path) for path in files)


def _content(path: Path) -> bytes:
    """What a file holds; nothing if the site, which is at work, has taken it away meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
