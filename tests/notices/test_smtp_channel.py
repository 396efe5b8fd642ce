"""One letter over a real line: what became of it is known, or said to be unknown."""

from __future__ import annotations

import datetime as dt
import ssl
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.notices.mail_servers import STEPS, WAYS, Kept, free_port, mail_server, trusting

from openhotline.errors import Conflict, WrongUsage
from openhotline_server.notices.mail_server import Cover, MailServer, mail_server_of
from openhotline_server.notices.smtp import Letter, Limits, Outcome, Result, send

LETTER = Letter(
    "hotline@example.org",
    "abuse@example.org",
    b"From: hotline@example.org\r\nTo: abuse@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nOne.\r\n.dot\r\n..two\r\n",
)
PATIENT = Limits(step_s=20, answer_s=20, whole_s=60)
QUICK = Limits(step_s=3, answer_s=3, whole_s=20)  # for servers that never answer


def sent(server: MailServer, limits: Limits = PATIENT) -> tuple[Result, int]:
    """The result, and how often the hook before DATA ran."""
    calls: list[int] = []
    result = send(server=server, letter=LETTER, before_data=lambda: calls.append(1), limits=limits)
    return result, len(calls)


def test_a_letter_is_taken_and_the_answer_is_its_receipt() -> None:
    with mail_server() as (server, kept):
        result, hooks = sent(server)
    assert (result.outcome, result.words, hooks) == (Outcome.TAKEN, "250 2.0.0 Taken as Q1", 1)
    assert kept.message_ids() == ["<1@example.org>"]
    assert kept.letters[0][1].endswith(b"One.\r\n.dot\r\n..two\r\n")


def expected(step: str, way: str) -> Outcome:
    if step == "letter":
        return {"4xx": Outcome.NOT_NOW, "5xx": Outcome.REFUSED}.get(way, Outcome.UNKNOWN)
    if way == "5xx" and step in ("mail", "rcpt", "data"):
        return Outcome.REFUSED
    return Outcome.NOT_NOW


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_fails_at_a_step(step: str, way: str) -> None:
    with mail_server(step=step, way=way) as (server, kept):
        result, hooks = sent(server, QUICK if way == "silent" else PATIENT)
    assert result.outcome == expected(step, way)
    assert hooks == (1 if step in ("data", "letter") else 0)
    assert not kept.letters
    assert result.words


def test_nobody_listens() -> None:
    result, hooks = sent(mail_server_of(f"smtp://127.0.0.1:{free_port()}"))
    assert (result.outcome, result.server_works, hooks) == (Outcome.NOT_NOW, False, 0)


@pytest.mark.parametrize(("step", "outcome"), [("connect", Outcome.NOT_NOW), ("letter", Outcome.UNKNOWN)])
def test_a_server_that_never_answers_is_left_when_the_whole_time_is_up(step: str, outcome: Outcome) -> None:
    with mail_server(step=step, way="silent") as (server, _):
        begun = monotonic()
        result, _ = sent(server, Limits(step_s=30, answer_s=30, whole_s=3))
        assert monotonic() - begun < 25  # and so it is not the step's time that was up
    assert result.outcome == outcome


def test_what_the_hook_refuses_does_not_leave() -> None:
    def refuse() -> None:
        raise Conflict("another worker")

    with mail_server() as (server, kept):
        with pytest.raises(Conflict):
            send(server=server, letter=LETTER, before_data=refuse, limits=PATIENT)
        assert not kept.letters


@pytest.mark.parametrize(
    ("url", "cover", "port"),
    [
        ("smtp://user:pass%40word@mail.example.org", Cover.STARTTLS, 587),
        ("smtps://mail.example.org", Cover.FROM_THE_START, 465),
        ("smtp://127.0.0.1:2525", Cover.LOOPBACK, 2525),
        ("smtp://localhost:25", Cover.LOOPBACK, 25),
        ("smtp://[::1]:25", Cover.LOOPBACK, 25),
    ],
)
def test_only_this_machine_is_spoken_to_in_plain_text(url: str, cover: Cover, port: int) -> None:
    server = mail_server_of(url)
    assert (server.cover, server.port) == (cover, port)
    assert "pass" not in repr(server)


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://mail.example.org", "smtp://:25", "smtp://h:x", "smtp://h/x"]
)
def test_an_address_that_is_no_mail_server_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(WrongUsage, match="OPENHOTLINE_SMTP_URL"):
        mail_server_of(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "here.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def offering(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_server_elsewhere_without_encryption_gets_nothing() -> None:
    with mail_server() as (server, kept):
        result, hooks = sent(MailServer(server.host, server.port, Cover.STARTTLS))
    assert (result.outcome, hooks, kept.letters) == (Outcome.NOT_NOW, 0, [])


def test_starttls_with_a_trusted_certificate_and_no_other(certificate: Path) -> None:
    kept = Kept()
    with mail_server(kept, tls_context=offering(certificate), require_starttls=True) as (here, _):
        server = MailServer(here.host, here.port, Cover.STARTTLS)
        stranger = send(server=server, letter=LETTER, before_data=lambda: None, limits=PATIENT)
        assert (stranger.outcome, kept.letters) == (Outcome.NOT_NOW, [])
        context = trusting(str(certificate))
        result = send(server=server, letter=LETTER, before_data=lambda: None, limits=PATIENT, tls=context)
    assert (result.outcome, len(kept.letters)) == (Outcome.TAKEN, 1)


def test_tls_from_the_start(certificate: Path) -> None:
    with mail_server(ssl_context=offering(certificate)) as (here, kept):
        server = MailServer(here.host, here.port, Cover.FROM_THE_START)
        assert sent(server)[0].outcome == Outcome.NOT_NOW
        context = trusting(str(certificate))
        result = send(server=server, letter=LETTER, before_data=lambda: None, limits=PATIENT, tls=context)
    assert (result.outcome, len(kept.letters)) == (Outcome.TAKEN, 1)
