"""A small IMAP server over TLS: one mailbox, reading only, as RFC 9051 has it. Every letter is a file in memory."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "hotline", "a calm sentence"


@dataclass
class Post:
    """What lies in the mailbox, by UID, and what was asked of the server."""

    letters: Mapping[int, bytes]
    told_sizes: Mapping[int, int] = field(default_factory=dict)
    break_off_after: int = 10**6
    asked: list[str] = field(default_factory=list)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._send("* OK ready")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            post: Post = self.server.post  # type: ignore[attr-defined]
            post.asked.append(command)
            if sum("BODY.PEEK[]" in one for one in post.asked) > post.break_off_after:
                return
            if self._answer(tag, command, post):
                return

    def _answer(self, tag: str, command: str, post: Post) -> bool:
        word = " ".join(command.split()[:2]).upper()
        if word.startswith("CAPABILITY"):
            self._send("* CAPABILITY IMAP4rev1")
        elif word.startswith("LOGIN") and command != f'LOGIN {USER} "{PASSWORD}"':
            self._send(f"{tag} NO wrong")
            return False
        elif word.startswith("EXAMINE"):
            if '"INBOX"' not in command:
                self._send(f"{tag} NO no such folder")
                return False
            self._send(f"* {len(post.letters)} EXISTS")
        elif word == "UID SEARCH":
            self._send("* SEARCH " + " ".join(map(str, post.letters)))
        elif word == "UID FETCH":
            self._fetch(command, post)
        elif word.startswith("LOGOUT"):
            self._send("* BYE")
        self._send(f"{tag} OK done")
        return word.startswith("LOGOUT")

    def _fetch(self, command: str, post: Post) -> None:
        for number in map(int, command.split()[2].split(",")):
            letter = post.letters[number]
            if "HEADER.FIELDS" in command:
                head = letter.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
                wanted = re.findall(rb"^(?:message-id|from):.*$", head, re.MULTILINE | re.IGNORECASE)
                text = b"\r\n".join([*wanted, b"", b""])
                size = post.told_sizes.get(number, len(letter))
                about = f'RFC822.SIZE {size} INTERNALDATE " 2-Nov-2026 08:00:00 +0000" BODY[HEADER.FIELDS]'
            else:
                text, about = letter, "BODY[]"
            self._send(f"* {number} FETCH (UID {number} {about} {{{len(text)}}}")
            self.wfile.write(text)
            self._send(")")

    def _send(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


@contextmanager
def post_office(post: Post, folder: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Run it; give its port and what a client trusts to reach it."""
    certificate = _certificate(folder)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.post = post  # type: ignore[attr-defined]
        server.socket = own.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1], ssl.create_default_context(cafile=str(certificate))
        finally:
            server.shutdown()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "post.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
