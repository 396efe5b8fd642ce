"""A gate that speaks TLS itself, with a certificate that is made for the test."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from gate_cast import KNOWN, key_file, lines_for, write_list

from openhotline.errors import BadInput
from openhotline.exchange.gate.server import tls_of


def certify(
    folder: Path, name: str = "gate", seal: KeySerializationEncryption | None = None
) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, seal or NoEncryption()))
    return certificate, key_path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, str, Path]]:
    """A gate as the command starts it: port, a caller's key, the certificate."""
    secret = key_file(tmp_path / "keys.toml", caller={})["caller"]
    certificate, key = certify(tmp_path)
    command = [sys.executable, "-m", "openhotline", "gate", write_list(tmp_path / "l.csv", lines_for(KNOWN))]
    command += [
        "--keys",
        tmp_path / "keys.toml",
        "--state",
        tmp_path / "state",
        "--workers",
        "1",
        "--port",
        "0",
    ]
    command += ["--certificate", certificate, "--key", key]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        line = process.stdout.readline()
        assert "https://127.0.0.1:" in line
        yield int(re.findall(r":(\d+)/", line)[0]), secret, certificate
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    finally:
        process.kill()


def test_questions_are_answered_over_tls_and_nothing_else(served: tuple[int, str, Path]) -> None:
    port, secret, certificate = served
    trusting = ssl.create_default_context(cafile=str(certificate))
    held = socket.create_connection(
        ("127.0.0.1", port)
    )  # somebody who never begins to speak TLS holds up nobody
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusting, timeout=30)
    for _ in range(2):  # over one connection
        connection.request("POST", "/check", KNOWN, {"Authorization": f"Bearer {secret}"})
        response = connection.getresponse()
        assert response.status == 200 and json.loads(response.read())["answer"] == "match"
    held.close()
    plain = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.request("GET", "/health")
        plain.getresponse()
    old = ssl.create_default_context(cafile=str(certificate))
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        http.client.HTTPSConnection("127.0.0.1", port, context=old, timeout=30).request("GET", "/health")
    connection.request("GET", "/health")
    assert json.loads(connection.getresponse().read()) == {"status": "ok"}


def test_a_certificate_of_another_key_or_with_a_password_is_refused(tmp_path: Path) -> None:
    one, other = certify(tmp_path, "one"), certify(tmp_path, "other")
    sealed = certify(tmp_path, "sealed", BestAvailableEncryption(b"words"))
    for pair in ((one[0], other[1]), sealed, (tmp_path / "none.pem", one[1])):
        with pytest.raises(BadInput, match="--certificate"):
            tls_of(*pair)


def test_a_certificate_without_a_key_is_wrong_usage(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "l.csv", lines_for(KNOWN))
    command = [
        sys.executable,
        "-m",
        "openhotline",
        "gate",
        str(listed),
        "--keys",
        "k.toml",
        "--certificate",
        "c.pem",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 2 and "--key" in done.stderr
