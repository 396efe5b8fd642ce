"""One question over one connection to one checked address, against one deadline. Nothing is trusted to end by itself."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import h11

from openhotline.errors import BadInput, Busy, Refused, TooLarge, WrongUsage
from openhotline.trace.reach import Target

PIECE = 1 << 14


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes. Not measured at others' servers: generous for a registry's answer, which is tens of KiB."""

    connect: float = 8.0
    whole: float = 25.0
    header_bytes: int = 1 << 15
    body_bytes: int = 1 << 20
    redirects: int = 5


@dataclass(frozen=True)
class Reply:
    """What one server answered. ``headers`` have small names; ``body`` is empty where only headers were asked for.

    ``certificate`` is the SHA-256 of the TLS certificate in hexadecimal, ``certificate_names`` the names it is for;
    ``trusted`` says whether it was a good one.
    """

    target: Target
    ip: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    certificate: str = ""
    certificate_names: tuple[str, ...] = ()
    trusted: bool = True


class Deadline:
    """Until when a whole question must be over, redirects included; monotonic, so a jumping clock does not matter."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, at_most: float = float("inf")) -> float:
        """Seconds left, at most so many; Busy when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise _too_late()
        return min(left, at_most)


def _too_late() -> Busy:
    return Busy("The server did not answer in time. Try again later.")


def connect(ip: str, port: int, *, limits: Limits, deadline: Deadline, proxy: str = "") -> socket.socket:
    """Connect to exactly this address, through the operator's own proxy where one is named."""
    if proxy:
        return _through(proxy, ip, port, limits=limits, deadline=deadline)
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    line.settimeout(deadline.left(limits.connect))
    return _or_closed(line, lambda: line.connect((ip, port)))


def _or_closed(line: socket.socket, step: Callable[[], object]) -> socket.socket:
    """Take one step on a line; when it fails, close the line and say it in our words."""
    try:
        step()
    except ConnectionRefusedError as error:
        line.close()
        raise Refused("The server refuses connections.") from error
    except TimeoutError as error:
        line.close()
        raise _too_late() from error
    except OSError as error:
        line.close()
        raise Busy("The server cannot be reached. Try again later.") from error
    except BaseException:
        line.close()
        raise
    return line


def _through(proxy: str, ip: str, port: int, *, limits: Limits, deadline: Deadline) -> socket.socket:
    """A tunnel to the address itself, not to the name: the proxy must not resolve it once more, and otherwise."""
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise WrongUsage("OPENHOTLINE_EGRESS_PROXY must begin with http:// and name a host. Correct it.")
    authority = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
    headers = {"Host": authority}
    if parts.username:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(secret).decode()}"
    try:
        line = socket.create_connection((parts.hostname, parts.port or 3128), deadline.left(limits.connect))
    except OSError as error:
        raise Busy("The egress proxy cannot be reached. Check OPENHOTLINE_EGRESS_PROXY.") from error

    def tunnel() -> None:
        machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.header_bytes)
        _send(line, machine, h11.Request(method="CONNECT", target=authority, headers=list(headers.items())))
        if _head(line, machine, limits, deadline).status_code != 200:
            raise Busy("The egress proxy could not open a way there. Try again later, or check its rules.")

    return _or_closed(line, tunnel)


def secure(line: socket.socket, host: str, context: ssl.SSLContext, deadline: Deadline) -> ssl.SSLSocket:
    """Begin TLS for the name that was asked, whatever address it lies at. BadInput for a certificate not believed."""
    line.settimeout(deadline.left())
    try:
        return context.wrap_socket(line, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        line.close()
        raise BadInput("The server's certificate cannot be believed.") from error
    except TimeoutError as error:
        line.close()
        raise _too_late() from error
    except (OSError, ValueError) as error:
        line.close()
        raise Busy("The server breaks off when a secure connection is begun.") from error


def certificate_of(line: socket.socket) -> bytes:
    """The other side's certificate (DER); empty without TLS."""
    return (line.getpeercert(binary_form=True) or b"") if isinstance(line, ssl.SSLSocket) else b""


def converse(
    line: socket.socket,
    method: str,
    target: Target,
    headers: Mapping[str, str],
    *,
    with_body: bool,
    limits: Limits,
    deadline: Deadline,
) -> tuple[int, dict[str, str], bytes]:
    """Ask and read: status, headers, and the body only where it is wanted. The line must be closed afterwards."""
    machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.header_bytes)
    said = [("Host", target.authority), *headers.items(), ("Connection", "close")]
    try:
        _send(line, machine, h11.Request(method=method, target=target.path, headers=said))
        head = _head(line, machine, limits, deadline)
        fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
        body = _body(line, machine, fields, limits, deadline) if with_body else b""
    except h11.ProtocolError as error:
        raise BadInput("The server answers in no form of HTTP that can be read.") from error
    except TimeoutError as error:
        raise _too_late() from error
    except OSError as error:
        raise Busy("The server broke off. Try again later.") from error
    return head.status_code, fields, body


def _send(line: socket.socket, machine: h11.Connection, request: h11.Request) -> None:
    line.sendall((machine.send(request) or b"") + (machine.send(h11.EndOfMessage()) or b""))


def _head(line: socket.socket, machine: h11.Connection, limits: Limits, deadline: Deadline) -> h11.Response:
    """The status line and headers; so many bytes of both, interim answers included."""
    budget = limits.header_bytes
    while True:
        event = machine.next_event()
        if isinstance(event, h11.Response):
            return event
        if event is h11.NEED_DATA:
            # One piece may hold more than the headers; what is beyond them is dropped with the connection.
            budget -= _more(line, machine, deadline)
            if budget < -PIECE:
                raise TooLarge("The server's headers do not end. Nothing was kept.")
        elif not isinstance(event, h11.InformationalResponse):
            raise BadInput("The server broke off before it answered.")


def _body(
    line: socket.socket,
    machine: h11.Connection,
    fields: Mapping[str, str],
    limits: Limits,
    deadline: Deadline,
) -> bytes:
    """The whole body, never unpacked: a small packed one may hold gigabytes."""
    if fields.get("content-encoding", "identity").lower() != "identity":
        raise BadInput("The server packs its answer although it was asked not to. Nothing was kept.")
    pieces: list[bytes] = []
    taken = 0
    while True:
        event = machine.next_event()
        if event is h11.NEED_DATA:
            _more(line, machine, deadline)
        elif isinstance(event, h11.Data):
            taken += len(event.data)
            if taken > limits.body_bytes:
                raise TooLarge("The server's answer is larger than the limit. Nothing was kept.")
            pieces.append(bytes(event.data))
        else:
            return b"".join(pieces)


def _more(line: socket.socket, machine: h11.Connection, deadline: Deadline) -> int:
    line.settimeout(deadline.left())
    piece = line.recv(PIECE)
    machine.receive_data(piece)
    return len(piece)
