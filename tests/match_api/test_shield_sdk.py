"""Project Arachnid's own SDK, unmodified and in its own process, against a served site."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from match_cast import KNOWN, KNOWN_AGAIN, OTHER, a_hash, a_list, allow, asked_lines, entries_of
from tests.conftest import NOON
from tests.feeds.feeds_cast import a_document, write
from tests.gate.gate_cast import FLAT, drawn, encoded

from openhotline.hashing import digests
from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import ensure_own_list, load_edition, set_aside
from openhotline_server.sharing.feeds import make_feed
from openhotline_server.sharing.operations import entitle

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = """
import json, pathlib, sys
from arachnid_shield_sdk import ArachnidShield
from arachnid_shield_sdk.models import ArachnidShieldException, ScanMediaFromPdq

name, key, calls = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
shield = ArachnidShield(username=name, password=key)

def made(kind, argument):
    if kind == "file":
        return shield.scan_media_from_file(pathlib.Path(argument), mime_type_override="image/jpeg")
    if kind == "bytes":
        return shield.scan_media_from_bytes(pathlib.Path(argument).read_bytes(), "image/jpeg")
    if kind == "url":
        return shield.scan_media_from_url(argument)
    return shield.scan_pdq_hashes(ScanMediaFromPdq(hashes=argument))

told = []
for kind, argument in calls:
    try:
        answer = made(kind, argument)
        known = getattr(answer, "matches_known_media", None)
        told.append(answer.to_dict() | {"known": known})
    except ArachnidShieldException as error:
        told.append({"error": str(error)})
print(json.dumps(told))
"""

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def paul_with_tags(paul: User, known: HashList) -> User:
    allow(paul, known, tells_tags=True)
    return paul


@pytest.fixture
def ask(live_server: Any, paul_with_tags: User, tmp_path: Path) -> Ask:
    secret = issue_partner_key(partner=paul_with_tags, actor="system", at=NOON).secret

    def run(*calls: tuple[str, Any], name: str = "paul", key: str = secret) -> list[dict[str, Any]]:
        environment = {**os.environ, "ARACHNID_SHIELD_URL": f"{live_server.url}/api/1/shield/"}
        command = [sys.executable, "-c", SCRIPT, name, key, json.dumps(calls)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        told: list[dict[str, Any]] = json.loads(done.stdout)
        return told

    return run


def _file(folder: Path, data: bytes) -> str:
    path = folder / f"{digests(data).md5}.jpg"
    path.write_bytes(data)
    return str(path)


def _base64(picture: bytes) -> str:
    return base64.b64encode(bytes.fromhex(a_hash(picture)["value"])).decode()


def test_known_is_exact_saved_again_is_near_other_is_no_known_match(
    ask: Ask, tmp_path: Path, paul: User
) -> None:
    exact, near, other = ask(
        ("bytes", _file(tmp_path, KNOWN)),
        ("file", _file(tmp_path, KNOWN_AGAIN)),
        ("bytes", _file(tmp_path, OTHER)),
    )
    assert (exact["classification"], exact["match_type"], exact["known"]) == ("csam", "exact", True)
    assert (near["classification"], near["match_type"], near["known"]) == ("csam", "near", True)
    assert (other["classification"], other["match_type"], other["known"]) == ("no-known-match", None, False)
    for told, data in ((exact, KNOWN), (near, KNOWN_AGAIN), (other, OTHER)):
        found = digests(data)
        assert (told["size_bytes"], told["sha256_hex"]) == (found.size, found.sha256)
        assert base64.b32decode(told["sha1_base32"]).hex() == found.sha1
        assert told["near_match_details"] == []  # the hashes of an imported list are nobody's to give
    assert [line.details["kind"] for line in asked_lines(paul)] == ["shield"] * 3


def test_pdq_hashes_are_scanned_by_the_batch(ask: Ask) -> None:
    [told] = ask(("pdq", [_base64(KNOWN_AGAIN), _base64(OTHER)]))
    scanned = told["scanned_hashes"]
    assert scanned[_base64(KNOWN_AGAIN)] == {
        "classification": "csam",
        "match_type": "near",
        "near_match_details": None,
    }
    assert scanned[_base64(OTHER)]["classification"] == "no-known-match"


def test_what_could_not_be_looked_at_is_an_error_and_never_no_known_match(ask: Ask, tmp_path: Path) -> None:
    for data in (b"no picture", KNOWN[:300], FLAT, b""):
        [told] = ask(("bytes", _file(tmp_path, data)))
        assert told.keys() == {"error"}, data[:10]


def test_addresses_are_not_fetched(ask: Ask) -> None:
    [told] = ask(("url", "https://example.org/picture.jpg"))
    assert told == {"error": "This site fetches no addresses. Send the file itself to v1/media/."}


def test_wrong_credentials_are_said_to_be_wrong(ask: Ask, tmp_path: Path) -> None:
    for name, key in (("paul", "ohl_wrong"), ("pia", "")):
        [told] = ask(("bytes", _file(tmp_path, KNOWN)), name=name, key=key)
        assert "no key in force" in told["error"]


def test_a_key_counts_only_with_its_own_name(ask: Ask, paul: User, tmp_path: Path) -> None:
    key = issue_partner_key(partner=paul, actor="system", at=NOON).secret
    assert "error" in ask(("bytes", _file(tmp_path, KNOWN)), name="somebody", key=key)[0]
    assert "error" not in ask(("bytes", _file(tmp_path, KNOWN)), name="paul", key=key)[0]


def test_over_the_quota_nothing_is_told(ask: Ask, paul: User, known: HashList, tmp_path: Path) -> None:
    allow(paul, known, tells_tags=True, per_day=2)
    told = ask(*[("bytes", _file(tmp_path, OTHER))] * 3, ("pdq", [_base64(KNOWN)]))
    assert [sorted(one)[0] for one in told] == ["classification", "classification", "error", "error"]
    assert "2 a day" in told[2]["error"]


def test_without_the_right_to_tags_this_protocol_has_no_answer(
    ask: Ask, paul: User, known: HashList, tmp_path: Path
) -> None:
    allow(paul, known, tells_tags=False)
    [told] = ask(("bytes", _file(tmp_path, KNOWN)))
    assert "right to tags" in told["error"]


def test_a_list_may_be_tagged_as_harmful(ask: Ask, paul: User, tmp_path: Path) -> None:
    harmful = a_list("harmful", *entries_of(OTHER), tags={"severity": "harmful"})
    allow(paul, harmful, tells_tags=True)
    [told] = ask(("bytes", _file(tmp_path, OTHER)))
    assert (told["classification"], told["known"]) == ("harmful-abusive-material", True)


def test_what_a_feed_shows_its_reader_anyway_is_told_as_near_match_detail(
    ask: Ask, paul: User, tmp_path: Path
) -> None:
    own, reference = ensure_own_list(at=NOON), "a-reference"
    graded = {"gb-eng": {"outcome": "photograph", "grade": "C", "edition": "t"}}
    added = entries_of(OTHER, source_reference=reference, grades=graded)
    load_edition(hash_list=own, add=added, withdraw=[], actor="system", at=NOON)
    allow(paul, own, tells_tags=True)
    near = encoded(drawn(2), quality=40)
    assert ask(("bytes", _file(tmp_path, near)))[0]["near_match_details"] == []
    feed = make_feed(name="all", title="Everything", selection={}, actor="system", at=NOON)
    hashes = {entry.algorithm: {"value": entry.value} for entry in added}
    write([a_document(reference=reference, hashes=hashes, grades=graded)], [NOON])
    entitle(partner=paul, feed=feed, actor="system", at=NOON)
    [told] = ask(("bytes", _file(tmp_path, near)))
    [detail] = told["near_match_details"]
    assert (detail["timestamp"], detail["sha256_hex"], detail["classification"]) == (
        0.0,
        digests(OTHER).sha256,
        "csam",
    )
    assert base64.b32decode(detail["sha1_base32"]).hex() == digests(OTHER).sha1
    [scanned] = ask(("pdq", [_base64(near)]))[0]["scanned_hashes"].values()
    assert scanned["near_match_details"]["sha256_hex"] == digests(OTHER).sha256


def test_where_the_protocol_has_no_word_there_is_none_and_it_is_not_no_known_match(
    ask: Ask, paul: User, tmp_path: Path
) -> None:
    graded = {"gb-eng": {"outcome": "prohibited_image", "grade": "", "edition": "t"}}
    drawings = a_list("drawings", *entries_of(OTHER, grades=graded))
    allow(paul, drawings, tells_tags=True)
    [told] = ask(("bytes", _file(tmp_path, OTHER)))
    assert (told["classification"], told["match_type"]) == (None, "exact")


def test_a_list_that_is_set_aside_gives_no_answer(ask: Ask, known: HashList, tmp_path: Path) -> None:
    set_aside(hash_list=known, reason="it matches far more than usual", actor="system", at=NOON)
    told = ask(("bytes", _file(tmp_path, OTHER)), ("pdq", [_base64(KNOWN)]))
    assert all("set aside" in one["error"] for one in told)
