"""``openhotline trust`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from manifest_cast import root, signer

from openhotline.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop:
        main([str(one) for one in ("trust", *arguments)])
    printed = capsys.readouterr()
    return int(stop.value.code or 0), printed.out + printed.err


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    file = tmp_path / "Drawn Roots 2026.pem"
    file.write_bytes(root().pem + signer().pem)
    return file


def test_a_list_is_loaded_shown_and_forgotten(
    roots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--trust", tmp_path / "lists")
    code, printed = run(capsys, "update", roots, "--name", "drawn", "--dated", "2026-10-01", *where)
    assert code == 0
    assert "drawn: for signers, dated 2026-10-01 (by the operator)" in printed
    assert "1 authorities, 1 single signers" in printed
    code, printed = run(capsys, "show", "--json", *where)
    (one,) = json.loads(printed)
    assert (one["name"], one["authorities"], one["signers"], one["expired"]) == ("drawn", 1, 1, 0)
    assert run(capsys, "forget", "drawn", *where) == (0, "The list drawn is gone.\n")
    assert run(capsys, "forget", "drawn", *where)[0] == 1
    assert "No trust list" in run(capsys, "show", *where)[1]


def test_the_folder_and_the_name_have_defaults(
    roots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHOTLINE_DATA", str(tmp_path / "data"))
    assert run(capsys, "update", roots)[0] == 0
    assert (tmp_path / "data" / "trust" / "drawn-roots-2026.trust.json").is_file()
    monkeypatch.delenv("OPENHOTLINE_DATA")
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "update", roots, "--time-stamps", "--name", "clocks")[0] == 0
    assert (tmp_path / "openhotline-data" / "trust" / "clocks.trust.json").is_file()


def test_a_file_that_is_no_list_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words").write_text("words")
    code, printed = run(
        capsys, "update", tmp_path / "words", "--name", "drawn", "--trust", tmp_path / "lists"
    )
    assert code == 1
    assert "neither certificates (PEM) nor purposes" in printed
    assert run(capsys, "update", tmp_path / "missing", "--name", "drawn", "--trust", tmp_path)[0] == 3
