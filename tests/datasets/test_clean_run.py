"""A cleaning as a whole: only by a whole audit of the same data, once, whatever happens on the way, and signed."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.datasets.audit_results import KEY, flipped
from tests.datasets.cleaning_cast import (
    audit,
    cleaned,
    in_folder,
    in_tar,
    noise,
    removed,
    samples,
    untouched,
    write_tar,
)

from openhotline.datasets.cleaning import writing
from openhotline.datasets.sealed.sealing import verify_sealed
from openhotline.errors import BadInput, Busy, Conflict, Damaged, NotAllowed, NotFound, Refused, WrongUsage


def tars(root: Path, count: int) -> Path:
    for number in range(count):
        write_tar(root / f"{number:03d}.tar", samples(f"{number}-a", f"{number}-b"))
    return root


def test_the_summary_is_signed_and_names_its_tables(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 2)
    audited = audit(data, tmp_path / "audit", ["0-a.jpg"])
    cleaned(data, audited, tmp_path / "out")
    sealed = verify_sealed(tmp_path / "out", [KEY.public_key()], what="cleaning")
    assert [file["file"] for file in sealed.summary["files"]] == ["removed.parquet", "written.parquet"]
    assert sealed.summary["audit"]["sha256"] == verify_sealed(audited).digest
    assert sealed.summary["asked"]["lists"][0]["edition"] == "0123456789abcdef"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".lock",
        "audit.pub",
        "data",
        "removed.parquet",
        "summary.json",
        "summary.sig",
        "written.parquet",
    ]


def test_every_written_file_is_told_with_its_digest(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 3)
    (data / "notes").write_bytes(b"of hills")
    cleaned(data, audit(data, tmp_path / "audit", ["1-a.jpg"]), tmp_path / "out")
    rows = {row["file"]: row for row in pq.read_table(tmp_path / "out/written.parquet").to_pylist()}
    there = in_folder(tmp_path / "out/data")
    assert {name: hashlib.sha256(found).hexdigest() for name, found in there.items()} == {
        name: row["sha256"] for name, row in rows.items()
    }
    assert {name: len(found) for name, found in there.items()} == {n: row["size"] for n, row in rows.items()}
    assert [row["file"] for row in rows.values() if row["rewritten"]] == ["001.tar"]


def test_only_what_was_audited_is_cleaned(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 3)
    audited = audit(data, tmp_path / "audit", ["0-a.jpg"])
    write_tar(data / "001.tar", samples("1-a", "1-c"))
    with pytest.raises(Conflict, match="not what the audit looked at"):
        cleaned(data, audited, tmp_path / "out")
    assert not (tmp_path / "out/data/001.tar").exists() and not (tmp_path / "out/summary.json").exists()


@pytest.mark.parametrize("change", ["more", "fewer"])
def test_other_files_than_the_audits_are_refused(tmp_path: Path, change: str) -> None:
    data = tars(tmp_path / "set", 2)
    audited = audit(data, tmp_path / "audit")
    if change == "more":
        write_tar(data / "002.tar", samples("2"))
    else:
        (data / "001.tar").unlink()
    with pytest.raises(Conflict, match="does not have the files"):
        cleaned(data, audited, tmp_path / "out")


def test_a_data_set_that_was_moved_is_still_the_same(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 1)
    audited = audit(data, tmp_path / "audit", ["0-a.jpg"])
    cleaned(data.rename(tmp_path / "elsewhere"), audited, tmp_path / "out")
    assert in_tar(tmp_path / "out/data/000.tar") == dict(samples("0-b"))


def test_one_file_is_a_data_set(tmp_path: Path) -> None:
    path = tars(tmp_path / "set", 2) / "001.tar"
    cleaned(path, audit(path, tmp_path / "audit", ["1-a.jpg"]), tmp_path / "out")
    assert list(in_folder(tmp_path / "out/data")) == ["001.tar"]


def test_an_audit_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 1)
    audited = audit(data, tmp_path / "audit", ["0-a.jpg"])
    with pytest.raises(NotAllowed):
        cleaned_by_another_key(data, audited, tmp_path / "out")
    (audited / "hits.parquet").write_bytes((audited / "errors.parquet").read_bytes())
    with pytest.raises(Damaged):
        cleaned(data, audited, tmp_path / "out")
    (audited / "summary.json").unlink()
    with pytest.raises(NotFound):
        cleaned(data, audited, tmp_path / "out")


def cleaned_by_another_key(data: Path, audited: Path, out: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from tests.datasets.audit_results import NOON

    from openhotline.datasets.cleaning.run import Wish, clean

    trusted = [Ed25519PrivateKey.generate().public_key()]
    clean(Wish(str(data), audited), out, key=KEY, now=lambda: NOON, trusted=trusted)


def test_the_new_data_set_lies_beside_the_old_one(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 1)
    audited = audit(data, tmp_path / "audit")
    (tmp_path / "link").symlink_to(data)
    for out in (data, data / "inside", tmp_path, tmp_path / "link/inside", audited, audited / "inside"):
        before = untouched(data)
        with pytest.raises(WrongUsage, match="inside"):
            cleaned(data, audited, out)
        assert untouched(data) == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_bytes(b"mine")
    with pytest.raises(BadInput, match="other files"):
        cleaned(data, audited, tmp_path / "full")


def test_twice_is_refused_and_other_options_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tars(tmp_path / "set", 2)
    audited = audit(data, tmp_path / "audit", ["0-a.jpg"])
    with monkeypatch.context() as patched:
        patched.setattr("openhotline.datasets.cleaning.run.finish", _full)
        with pytest.raises(OSError, match="full"):
            cleaned(data, audited, tmp_path / "out")
    with pytest.raises(Conflict, match="asked otherwise"):
        cleaned(data, audited, tmp_path / "out", drop_unreadable=True)
    cleaned(data, audited, tmp_path / "out")
    with pytest.raises(Conflict, match="already"):
        cleaned(data, audited, tmp_path / "out")


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "full")


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    from openhotline.datasets.cleaning.keeping import kept

    data = tars(tmp_path / "set", 1)
    audited = audit(data, tmp_path / "audit")
    with kept(tmp_path / "out"), pytest.raises(Busy):
        cleaned(data, audited, tmp_path / "out")


SLOWLY = """
import sys, time
from tests.datasets.cleaning_cast import cleaned
from openhotline.datasets.cleaning.keeping import Keeping
note = Keeping.note
def slowly(self, number, one):
    note(self, number, one)
    time.sleep(0.2)
Keeping.note = slowly
from pathlib import Path
cleaned(*map(Path, sys.argv[1:]))
"""


def test_killed_on_the_way_it_goes_on_and_nothing_is_told_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tars(tmp_path / "set", 12)
    audited = audit(data, tmp_path / "audit", [f"{number}-a.jpg" for number in range(12)])
    places = [str(path) for path in (data, audited, tmp_path / "out")]
    process = subprocess.Popen([sys.executable, "-c", SLOWLY, *places], cwd=Path.cwd())
    notes = tmp_path / "out/work/notes/000"
    until = time.monotonic() + 60
    while time.monotonic() < until and len(list(notes.glob("0*.json"))) < 4:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (notes / "000001.json").write_bytes(b"{")  # damaged: done again
    (tmp_path / "out/data/002.tar").unlink()
    calls: list[str] = []
    write_source = writing.write_source

    def counting(source: writing.Source, *rest: object, **more: object) -> object:
        calls.append(source.target)
        return write_source(source, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("openhotline.datasets.cleaning.run.write_source", counting)
    done = cleaned(data, audited, tmp_path / "out")
    assert {"001.tar", "002.tar"} <= set(calls) and not {"000.tar", "003.tar"} & set(calls)
    fresh = cleaned(data, audited, tmp_path / "fresh")
    assert done.counts == fresh.counts
    for name in ("removed.parquet", "written.parquet"):
        assert pq.read_table(tmp_path / "out" / name).equals(pq.read_table(tmp_path / "fresh" / name))
    assert in_folder(tmp_path / "out/data") == in_folder(tmp_path / "fresh/data")


def test_what_was_written_wrongly_gets_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tars(tmp_path / "set", 1)
    audited = audit(data, tmp_path / "audit", ["0-a.jpg"])
    write_whole = writing.write_tar
    monkeypatch.setattr(writing, "write_tar", lambda one, to, _, **more: write_whole(one, to, {}.get, **more))
    with pytest.raises(Damaged, match="What was written"):
        cleaned(data, audited, tmp_path / "out")
    assert in_folder(tmp_path / "out/data") == {}


def test_near_duplicates_go_as_well(tmp_path: Path) -> None:
    data = write_tar(tmp_path / "set/a.tar", [(f"{n}.jpg", noise(str(n))) for n in range(5)]).parent
    one = np.random.default_rng(1).bytes(32)
    hashes = {f"{n}.jpg": value for n, value in enumerate((one, one, flipped(one, 20), flipped(one, 21)))}
    hashes["4.jpg"] = flipped(one, 130)
    audited = audit(data, tmp_path / "audit", ["0.jpg"], hashes=hashes)
    cleaned(data, audited, tmp_path / "out", near=20)
    assert removed(tmp_path / "out") == {
        ("0.jpg", "hit"),
        ("1.jpg", "near_duplicate"),
        ("2.jpg", "near_duplicate"),
    }
    assert set(in_tar(tmp_path / "out/data/a.tar")) == {"3.jpg", "4.jpg"}


def test_near_duplicates_need_fingerprints(tmp_path: Path) -> None:
    data = tars(tmp_path / "set", 1)
    with pytest.raises(Refused, match="--fingerprints"):
        cleaned(data, audit(data, tmp_path / "audit", ["0-a.jpg"]), tmp_path / "out", near=31)


def test_names_that_lead_outside_are_refused() -> None:
    from openhotline.datasets.cleaning.sources import safe

    assert safe("a/b..c/..d.tar") == "a/b..c/..d.tar"
    for name in ("../a.tar", "a/../../b.tar", "/a.tar", "", "a\0b"):
        with pytest.raises(BadInput):
            safe(name)
