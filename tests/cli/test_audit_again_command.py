"""``openhotline audit match``, ``overlap`` and ``verify`` as scripts use them: documented exit codes, plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.datasets.audit_results import KEY, finished, member, prepared_list, shard

from openhotline.cli import audit_again
from openhotline.datasets.sealed.keys import public_pem
from openhotline.errors import OpenHotlineError

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OPENHOTLINE_DATA")  # no site


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    finished(tmp_path / "audit", [shard("a.tar", [member("1", 1), member("2", 2)])])
    return tmp_path / "audit"


def match(audit: Path, rows: list[str], *more: str) -> Result:
    listed = prepared_list(audit.parent / "lists", "later", rows)
    arguments = [str(audit), "--list", str(listed), "--out", str(audit.parent / "out"), *more]
    return RUNNER.invoke(audit_again.match_command, arguments)


def test_a_later_list_is_matched_and_the_exit_code_says_so(audit: Path) -> None:
    done = match(audit, [f"md5,{member('2', 2)['md5'].hex()},"])
    assert done.exit_code == 1 and "1 of 2 members match" in done.output
    assert pq.read_table(audit.parent / "out" / "hits.parquet")["key"].to_pylist() == ["2"]
    verified = RUNNER.invoke(audit_again.verify_command, [str(audit.parent / "out")])
    assert verified.exit_code == 0 and "not who signed" in " ".join(verified.output.split())


def test_nothing_found_is_zero_and_the_answer_is_one_object(audit: Path) -> None:
    done = match(audit, [f"md5,{'00' * 16},"], "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["verdict"], told["counts"]["seen"]) == (0, "clean", 2)
    assert told["asked"]["lists"][0]["name"] == "later"


def test_a_list_file_is_prepared_on_the_way(audit: Path) -> None:
    source = audit.parent / "plain.csv"
    source.write_text(f"algorithm,value\nsha256,{member('1', 1)['sha256'].hex()}\n")
    arguments = [str(audit), "--list", str(source), "--out", str(audit.parent / "out")]
    assert RUNNER.invoke(audit_again.match_command, arguments).exit_code == 1


def test_what_is_refused_does_not_look_like_a_match(audit: Path) -> None:
    (audit / "hits.parquet").write_bytes(b"changed")
    done = match(audit, [f"md5,{'00' * 16},"])
    assert isinstance(done.exception, OpenHotlineError) and done.exception.exit_code == 3


def test_what_stands_there_is_read_back_and_anything_else_is_not_written_over(audit: Path) -> None:
    listed = prepared_list(audit.parent / "lists", "later", [f"md5,{'00' * 16},"])
    arguments = [str(audit), "--list", str(listed), "--out", str(audit.parent / "out")]
    assert RUNNER.invoke(audit_again.match_command, arguments).exit_code == 0
    before = (audit.parent / "out" / "summary.json").read_bytes()
    assert RUNNER.invoke(audit_again.match_command, arguments).exit_code == 0
    for more in (["--distance", "10"], ["--out", str(audit)]):
        other = RUNNER.invoke(audit_again.match_command, [*arguments, *more])
        assert isinstance(other.exception, OpenHotlineError) and "another audit" in other.exception.message
    assert (audit.parent / "out" / "summary.json").read_bytes() == before


@pytest.mark.parametrize(("other", "code"), [(1, 1), (7, 0)])
def test_an_overlap_is_told_by_the_exit_code(audit: Path, other: int, code: int) -> None:
    finished(audit.parent / "b", [shard("b.tar", [member("x", other)])])
    arguments = [str(audit), str(audit.parent / "b"), "--out", str(audit.parent / "pairs.parquet")]
    done = RUNNER.invoke(audit_again.overlap_command, arguments)
    assert done.exit_code == code and f"B: 1 members; {code} are in A" in done.output
    told = json.loads(RUNNER.invoke(audit_again.overlap_command, [*arguments, "--json"]).output)
    assert (told["members_a"], told["same_a"], told["pairs"]) == (2, code, code)


def test_a_folder_is_verified_with_the_key_that_its_owner_published(audit: Path) -> None:
    for name, key in (("keeper", KEY), ("other", Ed25519PrivateKey.generate())):
        (audit.parent / f"{name}.pem").write_bytes(public_pem(key.public_key()))
    arguments = [str(audit), "--json", "--key"]
    good = RUNNER.invoke(audit_again.verify_command, [*arguments, str(audit.parent / "keeper.pem")])
    told = json.loads(good.output)
    assert (good.exit_code, told["whole"], told["own_key"], told["what"]) == (0, True, False, "audit")
    bad = RUNNER.invoke(audit_again.verify_command, [*arguments, str(audit.parent / "other.pem")])
    assert isinstance(bad.exception, OpenHotlineError) and bad.exception.exit_code == 1
    assert json.loads(bad.output)["whole"] is False
