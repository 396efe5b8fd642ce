"""Servers on this machine that behave as a test says: politely, rudely, or not at all."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from openhotline.errors import NotFound
from openhotline.trace.guarded import Guarded
from openhotline.trace.reach import Reach
from openhotline.trace.wire import Limits

LOOPBACK = (ip_network("127.0.0.0/8"),)
PATIENT = Limits(connect=20.0, whole=30.0, header_bytes=4096, body_bytes=8192, redirects=3)
SOON = replace(PATIENT, connect=1.0, whole=1.5)
"""For servers that nobody should wait for; a polite one may be slow on a machine that has other work."""

Serve = Callable[[socket.socket, str], None]
"""What to do with a connection, and with the head of the request that came over it."""


class Server:
    """A listening socket; ``asked`` holds the heads of all requests, in order."""

    def __init__(self, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[str] = []
        self._serve, self._context = serve, context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(line,), daemon=True).start()

    def _handle(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(line):
            line.settimeout(60)
            if self._context is not None:
                line = self._context.wrap_socket(line, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = line.recv(4096)
                if not piece:
                    return
                head += piece
            text = head.decode("latin-1")
            self.asked.append(text)
            self._serve(line, text)
            line.close()

    def close(self) -> None:
        # shutdown wakes the accepting thread; without it the port would stay open until the next connection.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@contextmanager
def serving(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(serve, context)
    try:
        yield server
    finally:
        server.close()


def never(line: socket.socket, head: str) -> None:
    """Say nothing until the other side has left."""
    line.recv(1)


def says(status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Serve:
    """A plain answer, with no body after HEAD."""

    def serve(line: socket.socket, head: str) -> None:
        fields = {"Content-Length": str(len(body)), **(headers or {})}
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        line.sendall("\r\n".join(lines).encode() + (b"" if head.startswith("HEAD") else body))

    return serve


def client(
    *ports: int,
    names: Mapping[str, str] | None = None,
    reach: Reach | None = None,
    limits: Limits = PATIENT,
    proxy: str = "",
    trust: ssl.SSLContext | None = None,
) -> Guarded:
    """A client that may reach loopback, with names of its own; every other name is unknown."""

    def resolve(name: str) -> tuple[str, ...]:
        try:
            return tuple((names or {})[name].split())
        except KeyError as error:
            raise NotFound("There is no such name any more.") from error

    return Guarded(
        on=True,
        resolve=resolve,
        reach=reach or Reach(allowed=LOOPBACK),
        ports=ports,
        limits=limits,
        proxy=proxy,
        trust=trust,
    )


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext, str]:
    """A server's context, a client's context that trusts it alone, and the certificate's SHA-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    trusting = ssl.create_default_context(cafile=str(chain))
    return server, trusting, made.fingerprint(hashes.SHA256()).hex()
