"""Trust lists: told apart by content, put in place whole, and the one that vouched is named, always the same."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from manifest_cast import TRAINED, identity, other_root, root, said, signed, signer

from openhotline.errors import BadInput, Damaged, NotFound, WrongUsage
from openhotline.provenance.signed import library
from openhotline.provenance.signed.manifests import manifest_reports, signed_provenance
from openhotline.provenance.signed.trust import (
    NO_TRUST,
    Trust,
    TrustList,
    forget_trust,
    load_trust,
    read_trust,
    update_trust,
)

JPEG = "image/jpeg"
DAY = date(2026, 10, 1)
PURPOSES = b"// signing documents\n1.3.6.1.5.5.7.3.36\n"

Load = Callable[..., TrustList]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "trust"


@pytest.fixture
def load(tmp_path: Path, folder: Path) -> Load:
    def load(name: str, *contents: bytes, dated: date | None = DAY, time_stamps: bool = False) -> TrustList:
        files = [tmp_path / f"{name}-{number}" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        return update_trust(folder, files, name=name, dated=dated, time_stamps=time_stamps)

    return load


def strength(data: bytes, trust: Trust) -> str:
    (piece,) = signed_provenance(data, JPEG, trust)
    return piece.strength


def vouching(data: bytes, trust: Trust) -> tuple[str, date | None]:
    (report,) = manifest_reports(data, JPEG, trust)
    return report.trust_list, report.trust_list_dated


def test_roots_signers_and_purposes_are_told_apart_by_content(load: Load, folder: Path) -> None:
    files = (b"# a comment\n" + signer().pem + root().pem, PURPOSES, other_root().pem + root().pem)
    found = load("mixed", *files)
    assert (len(found.anchors), len(found.end_entities), found.purposes) == (2, 1, ("1.3.6.1.5.5.7.3.36",))
    assert found.sha256 == hashlib.sha256(b"".join(files)).hexdigest()
    assert load_trust(folder).lists == (found,)


def test_a_single_signer_is_trusted_without_his_root(load: Load, folder: Path) -> None:
    load("signers", signer().pem)
    assert strength(signed(said(TRAINED)), load_trust(folder)) == "cryptographic_trusted"
    stranger = signed(said(TRAINED), by=identity("Same root, other signer", root()))
    assert strength(stranger, load_trust(folder)) == "signed_but_untrusted"


def test_a_signer_may_be_named_by_the_digest_of_his_certificate(load: Load, folder: Path) -> None:
    digest = base64.b64encode(signer().certificate.fingerprint(hashes.SHA256()))
    with pytest.raises(WrongUsage, match="dated"):
        load("digests", digest + b"\n", dated=None)
    load("digests", digest + b"\n")
    assert strength(signed(said(TRAINED)), load_trust(folder)) == "cryptographic_trusted"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"words only\n",
        PURPOSES,
        b"-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n",
        b"\x00\xff" * 900,
    ],
    ids=["empty", "words", "purposes alone", "no certificate inside", "bytes"],
)
def test_a_file_that_vouches_for_nobody_is_refused_and_the_old_list_stays(
    content: bytes, load: Load, folder: Path
) -> None:
    old = load("drawn", root().pem)
    with pytest.raises(BadInput):
        load("drawn", content)
    assert load_trust(folder).lists == (old,)
    assert [path.name for path in folder.iterdir()] == ["drawn.trust.json"]


def test_a_private_key_is_refused(load: Load) -> None:
    key = signer().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(BadInput, match="private key"):
        load("drawn", root().pem + key)


def test_one_bad_file_among_good_ones_refuses_them_all(load: Load, folder: Path) -> None:
    with pytest.raises(BadInput, match="File 2"):
        load("drawn", root().pem, b"nothing")
    assert load_trust(folder) == NO_TRUST


@pytest.mark.parametrize("name", ["", "Upper", "../out", "a/b", "x" * 41, "-x"])
def test_a_name_that_is_no_name_is_refused(name: str, folder: Path) -> None:
    with pytest.raises(WrongUsage):
        update_trust(folder, [], name=name)
    with pytest.raises(WrongUsage):
        forget_trust(folder, name)


def test_without_a_day_the_newest_certificate_dates_the_list(load: Load) -> None:
    later = identity("Later", begins_at=datetime(2026, 3, 5, 12, tzinfo=UTC))
    earlier = identity("Earlier", begins_at=datetime(2025, 1, 1, tzinfo=UTC))
    found = load("drawn", later.pem + earlier.pem, dated=None)
    assert (found.dated, found.dated_by) == (date(2026, 3, 5), "newest certificate")
    assert load("drawn", root().pem).dated_by == "operator"


def test_certificates_that_ended_are_counted(load: Load) -> None:
    now = datetime.now(UTC)
    ended = identity("Ended", begins_at=now - timedelta(days=9), ends_at=now - timedelta(days=2))
    found = load("drawn", ended.pem + root().pem)
    assert (found.expired(now), found.expired(now - timedelta(days=3))) == (1, 0)


def test_loading_again_replaces_and_forgetting_takes_away(load: Load, folder: Path) -> None:
    load("drawn", root().pem)
    load("drawn", other_root().pem)
    data = signed(said(TRAINED))
    assert strength(data, load_trust(folder)) == "signed_but_untrusted"
    load("drawn", root().pem)
    assert strength(data, load_trust(folder)) == "cryptographic_trusted"
    forget_trust(folder, "drawn")
    assert load_trust(folder) == NO_TRUST
    with pytest.raises(NotFound):
        forget_trust(folder, "drawn")


@pytest.mark.parametrize("change", ["a letter", "cut off", "other words"])
def test_a_list_that_was_altered_on_disk_is_not_believed(change: str, load: Load, folder: Path) -> None:
    load("drawn", root().pem)
    path = folder / "drawn.trust.json"
    words = json.loads(path.read_bytes())
    words["anchors"].append(other_root().pem.decode())
    altered = {"a letter": json.dumps(words), "cut off": path.read_text()[:900], "other words": "[1, 2]"}
    path.write_text(altered[change])
    with pytest.raises(Damaged):
        load_trust(folder)


def test_the_newest_list_that_vouches_is_named_and_always_the_same_one(load: Load, folder: Path) -> None:
    load("a-older", root().pem, dated=date(2026, 1, 1))
    load("b-newer", root().pem + b"\n", dated=date(2026, 9, 9))
    load("c-newest", other_root().pem, dated=date(2026, 10, 9))
    trust, data, found = load_trust(folder), signed(said(TRAINED)), set()
    for _ in range(8):  # the library itself names one of them by chance
        library._context.cache_clear()
        found.add(vouching(data, trust))
    assert found == {("b-newer", date(2026, 9, 9))}


def test_a_list_for_time_stamps_vouches_for_no_signer(load: Load, folder: Path) -> None:
    load("clocks", root().pem, time_stamps=True)
    data = signed(said(TRAINED))
    assert strength(data, load_trust(folder)) == "signed_but_untrusted"
    load("others", other_root().pem)
    assert strength(data, load_trust(folder)) == "signed_but_untrusted"
    load("drawn", root().pem, dated=date(2026, 1, 1))
    assert {vouching(data, load_trust(folder)) for _ in range(5)} == {("drawn", date(2026, 1, 1))}


def test_trust_goes_into_a_confined_process_and_is_checked_there(load: Load, folder: Path) -> None:
    load("drawn", root().pem, PURPOSES)
    trust = load_trust(folder)
    words = json.loads(json.dumps(trust.as_json()))
    assert read_trust(words) == trust
    words[0]["anchors"] = []
    with pytest.raises(Damaged):
        read_trust(words)


def test_the_digest_of_all_lists_changes_with_any_of_them(load: Load, folder: Path) -> None:
    load("drawn", root().pem)
    one = load_trust(folder).digest
    load("drawn", root().pem, dated=date(2026, 10, 2))
    two = load_trust(folder).digest
    load("more", other_root().pem)
    assert len({NO_TRUST.digest, one, two, load_trust(folder).digest}) == 4


def test_the_words_of_a_list_are_not_printed_by_accident(load: Load) -> None:
    assert "CERTIFICATE" not in repr(load("drawn", root().pem))
