"""The client against hostile names and servers; every server is real, on this machine."""

from __future__ import annotations

import base64
import gzip
import os
import socket
import threading
import time
from pathlib import Path

import pytest
from tests.trace.servers import LOOPBACK, SOON, Serve, certificate, client, never, says, serving

from openhotline.errors import (
    BadInput,
    Busy,
    NotAllowed,
    NotFound,
    OpenHotlineError,
    Refused,
    TooLarge,
    WrongUsage,
)
from openhotline.trace.guarded import Guarded
from openhotline.trace.reach import Reach

HOST = "files.example.org"
HERE = {HOST: "127.0.0.1"}


def test_asking_is_off_unless_it_is_switched_on() -> None:
    with pytest.raises(WrongUsage, match="OPENHOTLINE_ASK_NETWORK=1"):
        Guarded(resolve=lambda name: ("1.1.1.1",)).headers("https://example.org/")


def test_a_page_s_headers_come_back_and_its_host_is_named() -> None:
    with serving(says(200, {"X-A": "b", "Set-Cookie": "c=d"})) as server:
        reply = client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/a?b=c")
    assert (reply.status, reply.headers["x-a"], reply.ip, reply.body) == (200, "b", "127.0.0.1", b"")
    head = server.asked[0]
    assert head.startswith("HEAD /a?b=c HTTP/1.1\r\n") and f"host: {HOST}:{server.port}\r\n" in head.lower()
    assert "cookie" not in head.lower() and "authorization" not in head.lower()


@pytest.mark.parametrize("status", [403, 405, 501])
def test_where_head_is_refused_get_is_broken_off_after_the_headers(status: int) -> None:
    def serve(line: socket.socket, head: str) -> None:
        if head.startswith("HEAD"):
            says(status)(line, head)
            return
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with serving(serve) as server:
        reply = client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/")
    assert reply.status == 200 and reply.body == b""
    assert [head.split()[0] for head in server.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize(
    "where", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_inside_is_not_asked(where: str) -> None:
    with serving(says()) as server:
        inside = client(server.port, names={HOST: where}, reach=Reach())
        with pytest.raises(NotAllowed):
            inside.headers(f"http://{HOST}:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "0177.0.0.1", "localhost"]
)
def test_a_host_that_is_this_machine_is_not_asked_however_it_is_written(host: str) -> None:
    with serving(says()) as server, pytest.raises(Refused):
        client(server.port, reach=Reach()).headers(f"http://{host}:{server.port}/")
    assert server.asked == []


def test_the_second_answer_of_a_rebinding_name_is_never_asked_for() -> None:
    asked: list[str] = []

    def rebinding(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("127.0.0.1",) if len(asked) == 1 else ("10.0.0.1",)

    with serving(says(200)) as server:
        one = Guarded(on=True, resolve=rebinding, reach=Reach(allowed=LOOPBACK), ports=(server.port,))
        assert one.headers(f"http://{HOST}:{server.port}/").ip == "127.0.0.1"
        assert asked == [HOST]
        with pytest.raises(NotAllowed):  # every question resolves and checks anew
            one.headers(f"http://{HOST}:{server.port}/")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "onward",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "//192.168.0.1/",
        "http://inside.example.org/",
        "http://localhost/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "http://user@files.example.org/",
        "http://0x7f.1/",
    ],
)
def test_a_redirect_inside_is_not_followed(onward: str) -> None:
    with serving(says(302, {"Location": onward})) as server:
        names = {**HERE, "inside.example.org": "10.0.0.1"}
        with pytest.raises(Refused):
            client(server.port, 80, names=names).headers(f"http://{HOST}:{server.port}/")
    assert len(server.asked) == 1


def test_a_redirect_outside_is_followed_and_the_end_is_told() -> None:
    def serve(line: socket.socket, head: str) -> None:
        if head.startswith("HEAD /a "):
            says(301, {"Location": "/b c?d#e"})(line, head)
        else:
            says(200)(line, head)

    with serving(serve) as server:
        reply = client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/a")
    assert reply.target.path == "/b%20c?d" and len(server.asked) == 2


def test_redirects_without_end_are_left() -> None:
    with serving(says(302, {"Location": "/again"})) as server, pytest.raises(BadInput, match="without end"):
        client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/")
    assert len(server.asked) == 4  # the first and three redirects


def _header_by_header(line: socket.socket, head: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(10**6):
        line.sendall(b"X-%d: y\r\n" % number)


def _one_long_header(line: socket.socket, head: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        line.sendall(b"y" * 4096)


def _interim_for_ever(line: socket.socket, head: str) -> None:
    while True:
        line.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)


@pytest.mark.parametrize("serve", [_header_by_header, _one_long_header, _interim_for_ever])
def test_headers_without_end_are_left(serve: Serve) -> None:
    with serving(serve) as server, pytest.raises(BadInput):
        client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/")


def _drip(line: socket.socket, head: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X")
        time.sleep(0.1)


def _drip_body(line: socket.socket, head: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    while True:
        line.sendall(b"X")
        time.sleep(0.1)


@pytest.mark.parametrize("serve", [_drip, _drip_body, never])
def test_a_server_that_is_slow_on_purpose_holds_nobody_up(serve: Serve) -> None:
    begun = time.monotonic()
    with serving(serve) as server, pytest.raises(Busy):
        asking = client(server.port, names=HERE, limits=SOON)
        asking.document(f"http://{HOST}:{server.port}/", accept="*/*", plain=True)
    assert (
        time.monotonic() - begun < 40
    )  # 1.5 on a machine that is not busy; the servers go on for 60 or for ever


def test_many_slow_addresses_share_one_deadline() -> None:
    many = " ".join(f"127.0.0.{n}" for n in range(2, 12))
    begun = time.monotonic()
    with serving(never) as server, pytest.raises(OpenHotlineError):
        client(server.port, names={HOST: many}, limits=SOON).headers(f"http://{HOST}:{server.port}/")
    assert time.monotonic() - begun < 10  # ten deadlines one after the other would be fifteen


def _body_without_end(line: socket.socket, head: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        line.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")


def test_a_body_without_end_is_left() -> None:
    with serving(_body_without_end) as server, pytest.raises(TooLarge):
        client(server.port, names=HERE).document(f"http://{HOST}:{server.port}/", accept="*/*", plain=True)


def test_a_packed_body_is_never_unpacked() -> None:
    bomb = gzip.compress(b"0" * 2**20)
    with (
        serving(says(200, {"Content-Encoding": "gzip"}, bomb)) as server,
        pytest.raises(BadInput, match="packs"),
    ):
        client(server.port, names=HERE).document(f"http://{HOST}:{server.port}/", accept="*/*", plain=True)


def test_a_small_document_comes_whole() -> None:
    with serving(says(200, {"Content-Type": "text/plain"}, b"hello")) as server:
        reply = client(server.port, names=HERE).document(
            f"http://{HOST}:{server.port}/", accept="text/plain", plain=True
        )
    assert reply.body == b"hello"


def test_a_document_is_not_asked_for_without_tls_unless_that_is_said() -> None:
    with serving(says()) as server, pytest.raises(BadInput):
        client(server.port, names=HERE).document(f"http://{HOST}:{server.port}/", accept="*/*")
    assert server.asked == []


@pytest.mark.parametrize(
    "rubbish", [b"\x00\x01\x02\r\n\r\n", b"SSH-2.0-x\r\n\r\n", b"HTTP/9 99999\r\n\r\n", b""]
)
def test_what_is_no_http_is_no_answer(rubbish: bytes) -> None:
    def serve(line: socket.socket, head: str) -> None:
        line.sendall(rubbish)

    with serving(serve) as server, pytest.raises(BadInput):
        client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/")


def test_a_closed_port_is_said_to_be_one() -> None:
    with serving(says()) as server:
        port = server.port
    with pytest.raises(Refused, match="refuses connections"):
        client(port, names=HERE).headers(f"http://{HOST}:{port}/")


def test_a_name_that_is_gone_is_said_to_be_gone() -> None:
    with pytest.raises(NotFound):
        client(80).headers(f"http://{HOST}/")


def test_the_environment_s_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    with serving(says()) as server:
        assert client(server.port, names=HERE).headers(f"http://{HOST}:{server.port}/").status == 200


def test_tls_is_for_the_name_and_its_certificate_is_noted(tmp_path: Path) -> None:
    context, trust, digest = certificate(tmp_path, HOST)
    with serving(says(200, {}, b"ok"), context) as server:
        asking = client(server.port, names=HERE, trust=trust)
        reply = asking.document(f"https://{HOST}:{server.port}/", accept="*/*")
    assert (reply.body, reply.certificate, reply.certificate_names) == (b"ok", digest, (HOST,))
    assert reply.trusted


def test_a_document_under_a_false_certificate_is_refused_and_headers_are_noted(tmp_path: Path) -> None:
    context, trust, digest = certificate(tmp_path, "another.example.org")
    with serving(says(200, {}, b"ok"), context) as server:
        asking = client(server.port, names=HERE, trust=trust)
        with pytest.raises(BadInput, match="certificate"):
            asking.document(f"https://{HOST}:{server.port}/", accept="*/*")
        reply = asking.headers(f"https://{HOST}:{server.port}/")
    assert (reply.status, reply.trusted, reply.certificate) == (200, False, digest)


def test_an_egress_proxy_is_told_the_checked_address_and_not_the_name() -> None:
    with serving(says(200, {"X-From": "origin"})) as origin:

        def tunnel(line: socket.socket, head: str) -> None:
            line.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            with socket.create_connection(("127.0.0.1", origin.port)) as onward:
                back = threading.Thread(target=_copy, args=(onward, line), daemon=True)
                back.start()
                _copy(line, onward)
                back.join(5)

        with serving(tunnel) as proxy:
            asking = client(origin.port, names=HERE, proxy=f"http://me:secret@127.0.0.1:{proxy.port}")
            reply = asking.headers(f"http://{HOST}:{origin.port}/")
    assert reply.headers["x-from"] == "origin"
    assert proxy.asked[0].startswith(f"CONNECT 127.0.0.1:{origin.port} HTTP/1.1\r\n")
    assert HOST not in proxy.asked[0]
    assert base64.b64encode(b"me:secret").decode() in proxy.asked[0]


def test_a_proxy_that_refuses_is_no_answer_of_the_server() -> None:
    with serving(says(403)) as proxy, pytest.raises(Busy, match="proxy"):
        client(80, names=HERE, proxy=f"http://127.0.0.1:{proxy.port}").headers(f"http://{HOST}/")


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(4096):
            target.sendall(piece)
    except OSError:
        return
