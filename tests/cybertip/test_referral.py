"""A referral to victim identification: only on a ground, by two people, and provable by a stranger."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone
from tests.conftest import PASSWORD
from tests.cybertip.provider import PLACE, Provider, said

from openhotline.cli import program
from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline.exchange import cybertip
from openhotline_server.accounts.models import User
from openhotline_server.assessment.addresses import assess_address
from openhotline_server.evidence.models import Item
from openhotline_server.intake.models import Draft
from openhotline_server.ledger.models import Line
from openhotline_server.pipeline import cybertip_files, referring
from openhotline_server.sharing.referral_pack import content_digest, read_receiver
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
FACTS = {
    "child": "yes",
    "age_band": "7-10",
    "image_type": "pseudo_photograph",
    "indecent": "yes",
    "severity": "B",
    "sex": "girl",
    "ai": "wholly_generated",
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def max_(add_person: Callable[..., User]) -> User:
    """Max, the second manager."""
    return add_person("max", "manager")


@pytest.fixture
def case(paul: User, ana: User) -> AddressCase:
    """An address that a provider reported with a file, not assessed yet."""
    provider = Provider(paul)
    number = provider.submit()
    assert said(provider.upload(number, uuid.uuid4().bytes)).file_id
    provider.finish(number)
    draft = Draft.objects.get(pk=number)
    assert draft.report
    cybertip_files.capture(draft, draft.report, clock=timezone.now)
    return AddressCase.objects.get()


def assessed(case: AddressCase, person: User, *identifying: str, **more: str) -> AddressCase:
    assess_address(
        case=case,
        person=person,
        facts=FACTS | more,
        site_type="image_host",
        commercial="unknown",
        pictures=1,
        films=0,
        identifying=identifying,
        note="A sign on a wall." if identifying else "",
        at=timezone.now(),
    )
    return case


def a_certificate(key: Any = KEY, *, days: int = 30) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "unit.example.org")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=60))
    return (
        made.not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )


def parts(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def prepare(case: AddressCase, out: Path, person: User) -> referring.Pack:
    return referring.prepare(code=case.code, out=out, person=person, at=timezone.now())


def release(case: AddressCase, out: Path, person: User) -> referring.Pack:
    now = timezone.now()
    receiver = read_receiver(a_certificate(), at=now)
    return referring.release(code=case.code, out=out, receiver=receiver, person=person, at=now)


def test_without_a_ground_there_is_no_referral(
    case: AddressCase, ana: User, mia: User, tmp_path: Path
) -> None:
    out = tmp_path / "pack.zip"
    with pytest.raises(Conflict, match="assessed"):
        prepare(case, out, mia)
    assessed(case, ana)
    with pytest.raises(Conflict, match="identifies"):
        prepare(case, out, mia)
    assert not out.exists() and not Line.objects.filter(event="referral.prepared").exists()


def test_a_known_victim_is_a_ground_by_itself(
    case: AddressCase, ana: User, mia: User, tmp_path: Path
) -> None:
    assessed(case, ana, ai="known_victim")
    prepare(case, tmp_path / "pack.zip", mia)
    manifest = json.loads(parts(tmp_path / "pack.zip")["manifest.json"])
    assert [ground["code"] for ground in manifest["grounds"]] == ["known_victim"]


def test_the_pack_says_what_is_known_and_holds_no_original(
    case: AddressCase, ana: User, mia: User, tmp_path: Path
) -> None:
    assessed(case, ana, "school", "place")
    out = tmp_path / "pack.zip"
    assert prepare(case, out, mia).originals == 0
    found, item = parts(out), Item.objects.get()
    manifest = json.loads(found["manifest.json"])
    assert [one["code"] for one in manifest["grounds"]] == ["place", "school"]
    assert manifest["originals"] == "left out"
    for part in manifest["parts"]:
        assert hashlib.sha256(found[part["name"]]).hexdigest() == part["sha256"]
    assert {part["name"] for part in manifest["parts"]} == found.keys() - {"manifest.json"}
    [row] = csv.DictReader(io.StringIO(found["hashes.csv"].decode()))
    assert row["sha256"] == item.sha256
    report = cybertip.read_report(found["cybertip/report.xml"])
    details = cybertip.read_file_details(found["cybertip/file-0001.xml"])
    assert report.urls == (PLACE,) and details.file_annotations and details.file_annotations.generative_ai
    [media] = json.loads(found["vics.json"])["value"][0]["Media"]
    assert media["MD5"] == item.md5.upper()
    assert json.loads(found["facts.json"])["note"] == "A sign on a wall."
    assert "originals" not in "".join(found)


def test_a_stranger_verifies_the_custody(case: AddressCase, ana: User, mia: User, tmp_path: Path) -> None:
    assessed(case, ana, "school")
    prepare(case, tmp_path / "pack.zip", mia)
    found = parts(tmp_path / "pack.zip")
    ledger = tmp_path / "ledger.txt"
    ledger.write_bytes(found["ledger.txt"])
    answer = CliRunner().invoke(program, ["ledger", "verify", str(ledger)])
    assert answer.exit_code == 0, answer.output
    custody = json.loads(found["custody.json"])
    digests = {
        line.split(b" ")[1].decode() for line in found["ledger.txt"].splitlines() if line[:5] == b"line "
    }
    events = [line["event"] for line in custody["lines"]]
    assert {line["digest"] for line in custody["lines"]} <= digests
    assert "item.captured" in events and "address.assessed" in events
    # The ledger's own line names the digest of what is in the pack.
    documents = {n: d for n, d in found.items() if n not in ("manifest.json", "ledger.txt")}
    assert f'"content":"{content_digest(documents)}"'.encode() in found["ledger.txt"]


def test_an_altered_ledger_is_found(case: AddressCase, ana: User, mia: User, tmp_path: Path) -> None:
    assessed(case, ana, "school")
    prepare(case, tmp_path / "pack.zip", mia)
    ledger = tmp_path / "ledger.txt"
    ledger.write_bytes(parts(tmp_path / "pack.zip")["ledger.txt"].replace(b"school", b"place_", 1))
    answer = CliRunner().invoke(program, ["ledger", "verify", str(ledger)])
    assert answer.exit_code == 1


def test_originals_need_two_people(
    case: AddressCase, ana: User, mia: User, max_: User, tmp_path: Path
) -> None:
    assessed(case, ana, "school")
    out = tmp_path / "pack.zip"
    with pytest.raises(Conflict, match="Prepare"):
        release(case, out, max_)
    prepare(case, out, mia)
    with pytest.raises(NotAllowed, match="another person"):
        release(case, out, mia)
    with pytest.raises(NotAllowed, match="role"):
        release(case, out, ana)
    assert release(case, out, max_).originals == 1
    with pytest.raises(Conflict, match="released already"):
        release(case, out, max_)
    events = Line.objects.filter(subject=case.subject, event__startswith="referral")
    assert [(one.event, one.actor) for one in events.order_by("sequence")] == [
        ("referral.prepared", str(mia.code)),
        ("referral.released", str(max_.code)),
    ]


def test_only_the_receiver_opens_an_original(
    case: AddressCase, ana: User, mia: User, max_: User, tmp_path: Path
) -> None:
    assessed(case, ana, "school")
    out, item = tmp_path / "pack.zip", Item.objects.get()
    prepare(case, out, mia)
    release(case, out, max_)
    sealed = parts(out)[f"originals/{item.code}.cms"]
    (tmp_path / "one.cms").write_bytes(sealed)
    (tmp_path / "key.pem").write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "unit.pem").write_bytes(a_certificate())
    command = "openssl cms -decrypt -binary -inform DER -in one.cms -inkey key.pem -recip unit.pem -out one"
    subprocess.run(command.split(), check=True, cwd=tmp_path, capture_output=True)
    assert hashlib.sha256((tmp_path / "one").read_bytes()).hexdigest() == item.sha256
    assert (tmp_path / "one").read_bytes() not in sealed


def test_what_changed_since_is_prepared_again(
    case: AddressCase, ana: User, mia: User, max_: User, tmp_path: Path
) -> None:
    assessed(case, ana, "school")
    prepare(case, tmp_path / "pack.zip", mia)
    assessed(case, ana, "school", "place")
    with pytest.raises(Conflict, match="changed"):
        release(case, tmp_path / "pack.zip", max_)


def test_a_certificate_must_be_one_that_seals(tmp_path: Path) -> None:
    now = timezone.now()
    bad = (b"no pem", a_certificate(ec.generate_private_key(ec.SECP256R1())), a_certificate(days=-1))
    for one in bad:
        with pytest.raises(BadInput):
            read_receiver(one, at=now)


def test_a_case_that_is_none(mia: User, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        referring.prepare(code=uuid.uuid4(), out=tmp_path / "x", person=mia, at=timezone.now())


def test_the_command_asks_for_the_password(case: AddressCase, ana: User, mia: User, tmp_path: Path) -> None:
    assessed(case, ana, "school")
    out = tmp_path / "pack.zip"
    call = ["referral", "prepare", str(case.code), "--person", "mia", "--out", str(out)]
    from openhotline_server.commands.referral import referral

    refused = CliRunner().invoke(referral, call[1:], input="wrong\n")
    assert isinstance(refused.exception, NotAllowed) and not out.exists()
    answer = CliRunner().invoke(referral, call[1:], input=f"{PASSWORD}\n")
    assert answer.exit_code == 0, answer.output
    assert zipfile.is_zipfile(out)
