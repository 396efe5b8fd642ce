"""Audits on a site's own machine are in its ledger: numbers and editions, once, and nothing where there is no site."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOON

from openhotline.datasets.sealed import witness as library
from openhotline.errors import Busy, OpenHotlineError
from openhotline_server.commands import witnessing
from openhotline_server.ledger.models import Line

TOLD: dict[str, Any] = {
    "summary": "ab" * 32,
    "counts": {"seen": 3, "hits": 1},
    "lists": [{"name": "hills", "edition": "0123456789abcdef"}],
}


def registered(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    point = EntryPoint("one", f"{__name__}:{name}", library.GROUP)
    monkeypatch.setattr(library, "entry_points", lambda group: [point])


def busy(what: str, told: Any) -> None:
    raise Busy("Another process writes.")


HEARD: list[tuple[str, Any]] = []


def hear(what: str, told: Any) -> None:
    HEARD.append((what, told))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "event"),
    [("audit", "dataset.audited"), ("cleaning", "dataset.cleaned"), ("models", "models.audited")],
)
def test_what_was_signed_is_a_line_of_the_ledger_once(what: str, event: str) -> None:
    told = {**TOLD, "data_set": "/home/ana/landscapes", "files": ["a.jpg"]}
    assert witnessing.note(what, told, at=NOON)
    assert not witnessing.note(what, told, at=NOON)
    (line,) = Line.objects.filter(event=event)
    assert (line.actor, line.subject, line.at) == ("command-line", "ab" * 32, NOON)
    assert line.details == {"counts": TOLD["counts"], "lists": TOLD["lists"]}


@pytest.mark.django_db
def test_nothing_else_is_written_down() -> None:
    assert not witnessing.note("overlap", TOLD, at=NOON)
    assert not Line.objects.exists()


def test_without_a_site_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("There is no site here.")

    monkeypatch.setattr(witnessing, "site_ready", never)
    for folder in ("", str(tmp_path), str(tmp_path / "none")):
        monkeypatch.setenv("OPENHOTLINE_DATA", folder)
        witnessing.witness("audit", TOLD)


def test_a_witness_is_told_digest_counts_and_editions(monkeypatch: pytest.MonkeyPatch) -> None:
    registered(monkeypatch, "hear")
    document = {
        "counts": {"seen": 3, "hits": 1},
        "data_set": {"name": "landscapes"},
        "asked": {"lists": [{"name": "hills", "edition": "0123456789abcdef", "sha256": "01" * 32}]},
    }
    library.tell("audit", library.told_of(document, "ab" * 32))
    assert HEARD.pop() == ("audit", TOLD)


def test_a_ledger_that_cannot_be_told_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    registered(monkeypatch, "busy")
    with pytest.raises(OpenHotlineError, match="run the same command again") as told:
        library.tell("audit", TOLD)
    assert told.value.exit_code == 3 and "Another process writes." in told.value.details
