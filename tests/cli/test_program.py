"""What scripts rely on: every command explains itself, fails with a documented code, and answers in JSON if asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from openhotline.cli import main, program


def _commands(
    group: click.Group, prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                yield from _commands(command, (*prefix, name))
            else:
                yield (*prefix, name), command


COMMANDS = list(_commands(program))


def _run(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openhotline", "--data", str(data), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def test_the_commands_of_the_issue_are_there() -> None:
    names = {" ".join(name) for name, _ in COMMANDS}
    assert names >= {
        "demo",
        "hash",
        "import",
        "init",
        "ledger export",
        "ledger verify",
        "serve",
        "statistics",
        "study replay",
        "user add",
        "user list",
        "web",
        "worker",
    }


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[" ".join(n) for n, _ in COMMANDS])
def test_every_command_has_help_with_an_example(name: tuple[str, ...], command: click.Command) -> None:
    assert "Example" in (command.help or "")
    assert f"openhotline {' '.join(name)}" in (command.help or "").replace("--data /srv/openhotline ", "")


def test_wrong_usage_is_two() -> None:
    assert _code("import") == 2
    assert _code("no-such-command") == 2
    assert _code("user", "add", "somebody", "--role", "king") == 2


def test_help_is_zero() -> None:
    assert _code("--help") == 0
    assert _code("import", "--help") == 0


def test_a_directory_that_is_not_initialised_is_three_and_says_what_to_do(tmp_path: Path) -> None:
    done = _run("user", "list", data=tmp_path / "none")
    assert done.returncode == 3
    assert "openhotline init" in done.stderr


def test_a_day_with_the_command_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = _run("init", "--json", data=data)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["new"] is True
    assert json.loads(_run("init", "--json", data=data).stdout)["new"] is False
    added = _run("user", "add", "mia", "--role", "manager", "--json", data=data)
    assert json.loads(added.stdout)["password"]
    assert _run("user", "add", "mia", "--role", "manager", data=data).returncode == 1
    assert [p["name"] for p in json.loads(_run("user", "list", "--json", data=data).stdout)] == ["mia"]
    refused = _run("import", str(tmp_path / "nowhere"), "--source", "x", "--json", data=data)
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["exit_code"] == 1
    assert _run("ledger", "verify", "--json", data=data).returncode == 0


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _run("init", data=data)
    kept = list((data / "secrets").iterdir())
    assert len(kept) == 3
    assert (data / "secrets").stat().st_mode & 0o77 == 0
    assert all(f.stat().st_mode & 0o77 == 0 for f in kept)


def test_a_wrong_master_key_is_three(tmp_path: Path) -> None:
    for name in ("one", "two"):
        _run("init", data=tmp_path / name)
    key = tmp_path / "one" / "secrets" / "vault-master.key"
    key.write_bytes((tmp_path / "two" / "secrets" / "vault-master.key").read_bytes())
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "a.txt").write_text("a text")
    done = _run("import", str(tmp_path / "batch"), "--source", "x", data=tmp_path / "one")
    assert done.returncode == 3
    assert "key" in done.stderr


def test_a_damaged_database_is_three_and_says_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _run("init", data=data)
    (data / "openhotline.sqlite3").write_bytes(b"not a database, but long enough to look like one" * 100)
    done = _run("user", "list", data=data)
    assert done.returncode == 3
    assert "backup" in done.stderr
