"""``openhotline audit clean``: what a real look hit is gone, and a second look finds nothing."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.datasets.audit_cast import KEY, NOON, asked, known_list
from tests.datasets.cleaning_cast import in_folder, in_tar, removed, untouched, write_tar
from tests.gate.gate_cast import FLAT, KNOWN, KNOWN_AGAIN, OTHER

from openhotline.cli import main
from openhotline.datasets.audit.asked import Asked, open_lists
from openhotline.datasets.audit.finishing import finish
from openhotline.datasets.audit.summary import Summary
from openhotline.datasets.audit.work import ShardWork
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.sealed.keys import public_pem

SHA256 = "ab" * 32


@pytest.fixture(autouse=True)
def no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENHOTLINE_DATA", raising=False)


def mixed(root: Path) -> Path:
    """Known pictures, as they are and encoded anew, in every form, with others beside them."""
    tar = [("0.jpg", KNOWN_AGAIN), ("0.txt", b"a caption"), ("1.jpg", OTHER), ("1.txt", b"another")]
    write_tar(root / "a.tar", [*tar, ("2.jpg", FLAT), ("3.jpg", KNOWN[:500])])
    with zipfile.ZipFile(root / "b.zip", "w") as file:
        for name, data in (("1.jpg", OTHER), ("2.jpg", KNOWN)):
            file.writestr(name, data)
    rows = {
        "url": ["https://hills.example/1", "https://hills.example/2", "https://hills.example/3"],
        "sha256": [None, SHA256.upper(), None],
        "image": [KNOWN_AGAIN, None, OTHER],
    }
    pq.write_table(pa.table(rows), root / "c.parquet")
    for name, data in (("d/1.jpg", OTHER), ("d/2.jpg", KNOWN), ("d/2.json", b"{}"), ("notes.txt", b"hills")):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)
    return root


@dataclass(frozen=True)
class Audits:
    """Looks at every shard in this process, and finishes."""

    asked: Asked
    told: dict[str, Any]
    work: ShardWork

    def of(self, data_set: Path, out: Path) -> Summary:
        shards = plan(str(data_set), self.asked.reading)
        with patch("openhotline.datasets.audit.finishing.page", return_value="no plots, to be quick"):
            return finish(out, [self.work.run(shard) for shard in shards], self.told, key=KEY, at=NOON)


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audits]:
    place = tmp_path_factory.mktemp("known")
    wish = asked(place, known_list(place), fingerprints=True)
    opened = open_lists(wish.lists, place / "lists")
    with ShardWork(wish.conf(opened)) as work:
        yield Audits(wish, wish.told(opened, NOON), work)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, audits: Audits) -> Path:
    """A data set ``set``, its audit ``audit``, and ``key.pem`` and ``public.pem``."""
    place = tmp_path_factory.mktemp("clean")
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (place / "key.pem").write_bytes(pem)
    (place / "public.pem").write_bytes(public_pem(KEY.public_key()))
    summary = audits.of(mixed(place / "set"), place / "audit")
    assert summary.counts["hit_members"] == 4
    return place


def run(place: Path, out: Path, *more: str) -> tuple[int, str]:
    arguments = ["audit", "clean", str(place / "set"), "--audit", str(place / "audit"), "--out", str(out)]
    return ran(*arguments, "--signing-key", str(place / "key.pem"), *more)


def ran(*arguments: str) -> tuple[int, str]:
    """Return the exit code and all that was said."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended, redirect_stdout(said), redirect_stderr(said):
        main(list(arguments))
    return int(ended.value.code or 0), said.getvalue()


def test_what_was_cleaned_is_clean(audits: Audits, place: Path, tmp_path: Path) -> None:
    before = untouched(place / "set")
    code, words = run(place, tmp_path / "out", "--key", str(place / "public.pem"))
    assert code == 0, words
    assert "4  removed: on a list" in words and str(tmp_path / "out/data") in words
    assert untouched(place / "set") == before
    assert removed(tmp_path / "out") == {
        ("0.jpg", "hit"),
        ("0.txt", "same_sample"),
        ("2.jpg", "hit"),
        ("0", "hit"),
        ("d/2.jpg", "hit"),
        ("d/2.json", "same_sample"),
    }
    new = tmp_path / "out/data"
    assert set(in_folder(new)) == {"a.tar", "b.zip", "c.parquet", "d/1.jpg", "notes.txt"}
    assert set(in_tar(new / "a.tar")) == {"1.jpg", "1.txt", "2.jpg", "3.jpg"}
    again = audits.of(new, tmp_path / "again")
    assert (again.counts["hits"], again.counts["hashed"], again.counts["stated"]) == (0, 5, 1)


def test_the_answer_can_be_json_and_what_cannot_be_decoded_can_go(place: Path, tmp_path: Path) -> None:
    code, words = run(place, tmp_path / "out", "--unreadable", "drop", "--near-duplicates", "--json")
    told = json.loads(words)
    assert code == 0 and told == json.loads((tmp_path / "out/summary.json").read_bytes())
    assert told["asked"]["distance"] == 31 and told["counts"]["removed_unreadable"] == 1
    assert "3.jpg" not in in_tar(tmp_path / "out/data/a.tar")


def test_it_verifies_as_a_cleaning(place: Path, tmp_path: Path) -> None:
    run(place, tmp_path / "out")
    verify = ["audit", "verify", str(tmp_path / "out"), "--key", str(place / "public.pem")]
    assert ran(*verify)[0] == 0
    table = tmp_path / "out/removed.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    assert ran(*verify)[0] == 1


def test_exit_codes_tell_refusal_from_wrong_usage(place: Path, tmp_path: Path) -> None:
    code, words = run(place, tmp_path / "out", "--distance", "20")
    assert (code, "--near-duplicates" in words) == (2, True)
    code, words = run(place, place / "set/inside")
    assert (code, "inside" in words) == (2, True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_bytes(b"")
    code, words = run(place, tmp_path / "full")
    assert (code, "other files" in words) == (1, True)


def test_without_the_packages_it_says_what_to_install(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openhotline.datasets.cleaning.run", None)
    code, words = run(place, tmp_path / "out")
    assert (code, "openhotline[datasets]" in words) == (3, True)
