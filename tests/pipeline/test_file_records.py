"""Generators and manuals: a record of name, hashes and address; nothing of the file itself."""

from __future__ import annotations

import hashlib
import io
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from tests.conftest import NOON

from openhotline.errors import BadInput
from openhotline_server.commands.reporting import reports
from openhotline_server.intake.file_records import (
    FileFacts,
    facts_of_stream,
    list_file_records,
    list_same_file,
    record_file,
)
from openhotline_server.intake.models import Address, FileRecord, Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.models import Line
from openhotline_server.pipeline.file_noting import note_file
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
GENERATOR, MANUAL = FileRecord.Kind.GENERATOR, FileRecord.Kind.MANUAL
PLACE = "https://files.example.net/m.bin"
SHA256 = "c3" * 32
NO_FACTS = FileFacts()


def note(facts: FileFacts = NO_FACTS, *, kind: FileRecord.Kind = GENERATOR, address: str = "") -> FileRecord:
    return note_file(
        kind=kind,
        facts=facts,
        address=address,
        source="own search",
        received_on=NOON.date(),
        actor="test",
        at=NOON,
    )


def test_a_generator_is_recorded_by_its_hash() -> None:
    row = note(FileFacts("m.bin", SHA256.upper(), size=12))
    assert (row.kind, row.sha256, row.file_name, row.size, row.address) == (
        "generator",
        SHA256,
        "m.bin",
        12,
        None,
    )
    assert Line.objects.filter(event=Event.FILE_RECORDED, subject=f"file:{row.code}").count() == 1


def test_its_address_comes_into_the_queue() -> None:
    row = note(kind=MANUAL, address=PLACE)
    assert row.address == Address.objects.get(normal=PLACE)
    assert AddressCase.objects.get().address == row.address


def test_the_same_one_twice_on_a_day_is_once() -> None:
    first, again = (note(FileFacts(sha256=SHA256), address=PLACE) for _ in range(2))
    assert first.pk == again.pk
    assert (FileRecord.objects.count(), Report.objects.count()) == (1, 1)


def test_a_record_that_says_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="Nothing says which file"):
        note(FileFacts("m.bin"))
    assert Report.objects.count() == 0


@pytest.mark.parametrize(
    "facts", [FileFacts(sha256="12"), FileFacts(md5="z" * 32), FileFacts(sha256=SHA256, size=-1)]
)
def test_a_value_that_is_none_is_refused(facts: FileFacts) -> None:
    with pytest.raises(BadInput):
        note(facts)


def test_folders_of_whoever_had_it_are_not_kept() -> None:
    assert note(FileFacts("C:\\Users\\somebody\\m.bin", SHA256)).file_name == "m.bin"
    assert note(FileFacts("/home/somebody/n.bin", "d4" * 32)).file_name == "n.bin"


def test_an_address_must_be_one_that_the_report_names() -> None:
    row = note(address=PLACE)
    assert row.address is not None
    other = note(FileFacts(sha256=SHA256))
    with pytest.raises(BadInput, match="does not name"):
        record_file(
            kind=MANUAL, facts=FileFacts(), report=other.report, address=row.address, actor="test", at=NOON
        )


def test_records_of_one_file_are_found_by_its_strongest_hash() -> None:
    row = note(FileFacts(sha256=SHA256, md5="a1" * 16))
    elsewhere = note(FileFacts("other.bin", SHA256), address=PLACE)
    note(FileFacts(sha256="d4" * 32, md5="a1" * 16))
    assert list(list_file_records(row.report)) == [row]
    assert list(list_same_file(row)) == [elsewhere]
    assert not list_same_file(note(address="https://files.example.net/without-hash")).exists()


def test_a_stream_is_hashed_as_it_is_read() -> None:
    content = random.Random(3).randbytes(3_000_000)
    facts = facts_of_stream(io.BytesIO(content), name="m.bin")
    assert facts == FileFacts(
        "m.bin",
        hashlib.sha256(content).hexdigest(),
        hashlib.sha1(content).hexdigest(),
        hashlib.md5(content).hexdigest(),
        len(content),
    )


def test_nothing_of_a_file_at_hand_is_anywhere_afterwards(tmp_path: Path) -> None:
    content = random.Random(4).randbytes(200_000)
    path = tmp_path / "m.bin"
    path.write_bytes(content)
    asked = ["note-file", "--kind", "generator", "--source", "own search", "--file", str(path), "--json"]
    answer = CliRunner().invoke(reports, asked)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["sha256"] == hashlib.sha256(content).hexdigest()
    pieces = [content[at : at + 24] for at in range(0, len(content), 20_000)]
    kept = [one for one in settings.DATA.root.rglob("*") if one.is_file()]
    assert not any(piece in one.read_bytes() for one in kept for piece in pieces)
    with connection.cursor() as cursor:
        cursor.execute("SELECT file_name, size FROM intake_filerecord")
        assert cursor.fetchall() == [("m.bin", len(content))]


def test_a_file_at_hand_needs_no_hashes(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"x")
    asked = [
        "note-file",
        "--kind",
        "manual",
        "--source",
        "x",
        "--file",
        str(tmp_path / "m"),
        "--md5",
        "a1" * 16,
    ]
    assert "hashed here" in str(CliRunner().invoke(reports, asked).exception)
