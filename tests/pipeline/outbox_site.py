"""A data directory of its own with an outbox, and processes that work on it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

CHILD = Path(__file__).with_name("outbox_child.py")
ROOT = Path(__file__).parents[2]


def child(
    data: Path, port: int, *arguments: str, program: tuple[str, ...] = (str(CHILD),)
) -> subprocess.Popen[str]:
    unset = ("OPENHOTLINE_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {k: v for k, v in os.environ.items() if k not in unset} | {
        "OPENHOTLINE_DATA": str(data),
        "OPENHOTLINE_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "OPENHOTLINE_MAIL_FROM": "hotline@example.org",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, *program, *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(data: Path, port: int, *arguments: str) -> int:
    process = child(data, port, *arguments)
    _, errors = process.communicate(timeout=240)
    assert process.returncode in (0, -signal.SIGKILL), errors
    return process.returncode


def ask(data: Path, question: str, *, writes: bool = False) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "openhotline.sqlite3", timeout=60)) as connection:
        rows = connection.execute(question).fetchall()
        if writes:
            connection.commit()
        return rows


def states(data: Path) -> list[object]:
    return [row[0] for row in ask(data, "select state from notices_outgoing order by id")]


def events(data: Path, event: str) -> int:
    return len(ask(data, f"select 1 from ledger_line where event = '{event}'"))
