"""AI claimed, indicated and assessed side by side: counted by scope, and no small number for the public."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counting_cast import PHOTOGRAPH, PSEUDO, Answer, OpenCases

from openhotline.provenance import ASSERTED_UNSIGNED, UNSIGNED_CLAIMS, Evidence
from openhotline.provenance.evidence import CRYPTOGRAPHIC_TRUSTED, SIGNED_PROVENANCE
from openhotline_server.statistics.origin_tables import ORIGIN_TABLES, origin_tables, protect_origin
from openhotline_server.statistics.origins import Said
from openhotline_server.statistics.publication import count_tables, write_set
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.tables import Table

if TYPE_CHECKING:
    from openhotline_server.accounts.models import User
    from openhotline_server.triage.models import Case

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LABEL = Evidence(UNSIGNED_CLAIMS, "png_text:a program", "ai_generated", ASSERTED_UNSIGNED, 0.0, "-")
CAMERA = Evidence(UNSIGNED_CLAIMS, "xmp:a camera", "camera_capture_claimed", ASSERTED_UNSIGNED, 0.0, "-")
SIGNED = Evidence(SIGNED_PROVENANCE, "c2pa", "ai_generated", CRYPTOGRAPHIC_TRUSTED, 2.0, "-")
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "statistics.md"

Look = Callable[..., None]


@pytest.fixture
def look(db: None) -> Look:
    """Let every member of these cases have had a deep look."""
    from openhotline_server.findings.origin_records import FoundOrigin, record_origins
    from openhotline_server.findings.queries import list_members

    def looked(cases: Sequence[Case], outcome: str, *evidence: Evidence, inputs: str = "one") -> None:
        found = FoundOrigin(outcome=outcome, log10_lr=0.0, scale="-", evidence=evidence)
        items = [item for case in cases for item in list_members(case.cluster)]
        record_origins(found=dict.fromkeys(items, found), inputs=inputs, at=NOON)

    return looked


@pytest.fixture
def mixed(open_case: OpenCases, answer: Answer, ana: User, look: Look) -> None:
    """Nine items claimed and indicated, six claimed only, seven indicated by a signature, eight silent."""
    both, claimed, signed, silent = (open_case([n]) for n in (9, 6, 7, 8))
    look(both, "synthetic_indications", LABEL)
    look(claimed, "undetermined", LABEL, CAMERA)
    look(signed, "synthetic_indications", SIGNED)
    look(silent, "undetermined")
    answer(both[0], PSEUDO, ana)
    answer(signed[0], PHOTOGRAPH, ana)


def figures_of(scope: Scope | None = None, *, public: bool = False) -> dict[str, str]:
    table = count_tables(scope or Scope(), public=public).table("origin")
    return {str(row[0]): str(row[1]) for row in table.rows}


def by_assessment(*, public: bool = False) -> Table:
    return count_tables(Scope(), public=public).table("origin_by_assessment")


def test_claimed_indicated_and_assessed_stand_side_by_side(mixed: None) -> None:
    assert figures_of() == {"examined": "30", "claimed": "15", "indicated": "16", "assessed": "9"}


def test_a_trusted_signature_is_no_mere_claim(open_case: OpenCases, look: Look) -> None:
    look(open_case([6]), "synthetic_indications", SIGNED)
    assert figures_of()["claimed"] == "0"


def test_crossed_with_the_assessment_every_item_stands_once(mixed: None) -> None:
    table = by_assessment()
    rows = {str(row[0]): dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert rows["claimed_and_indicated"]["wholly_generated"] == 9
    assert rows["only_claimed"]["not_assessed"] == 6
    assert rows["only_indicated"]["none"] == 7
    assert rows["neither"]["not_assessed"] == 8
    assert sum(int(str(row["count"])) for row in rows.values()) == 30


def test_only_the_latest_look_counts(open_case: OpenCases, look: Look) -> None:
    cases = open_case([6])
    look(cases, "synthetic_indications", LABEL)
    look(cases, "undetermined", inputs="two")
    assert figures_of() == {"examined": "6", "claimed": "0", "indicated": "0", "assessed": "0"}


def test_a_scope_narrows_it(open_case: OpenCases, look: Look) -> None:
    look(open_case([6], study="One"), "synthetic_indications", LABEL)
    look(open_case([7]), "undetermined", LABEL)
    assert figures_of(Scope(study="One"))["claimed"] == "6"
    assert figures_of()["claimed"] == "13"
    assert "origin" not in {
        t.name for t in count_tables(Scope(last_day=date(2020, 1, 1)), public=False).tables
    }


def test_without_deep_looks_nothing_is_added(open_case: OpenCases) -> None:
    open_case([6])
    assert not {t.name for t in count_tables(Scope(), public=False).tables} & set(ORIGIN_TABLES)


def test_the_files_come_with_the_others(mixed: None, tmp_path: Path) -> None:
    write_set(count_tables(Scope(), public=True), tmp_path, at=NOON)
    for name in ORIGIN_TABLES:
        assert {path.name for path in tmp_path.glob(f"{name}.*")} == {
            f"{name}.{e}" for e in ("csv", "json", "svg")
        }
    rows = list(csv.reader(io.StringIO((tmp_path / "origin.csv").read_text("utf-8"))))
    assert rows == [
        ["figure", "count"],
        ["examined", "30"],
        ["claimed", "15"],
        ["indicated", "15"],
        ["assessed", "10"],
    ]


def test_the_page_shows_both_tables(mixed: None, client: object, mia: User) -> None:
    client.force_login(mia)  # type: ignore[attr-defined]
    page = client.get("/console/statistics/").content.decode()  # type: ignore[attr-defined]
    for name, (title, definition) in ORIGIN_TABLES.items():
        assert f'id="{name}">{title}<' in page
        assert definition in page
    assert "AI claimed" in page
    assert client.get("/console/statistics/origin.svg").status_code == 200  # type: ignore[attr-defined]


COUNTS = [0, 1, 3, 4, 5, 12]


def some_tables() -> Iterator[tuple[Table, ...]]:
    kinds = [
        (True, True, "wholly_generated"),
        (True, False, "none"),
        (False, True, "none"),
        (False, False, "unknown"),
    ]
    for counts in product(COUNTS, repeat=3):
        found = [
            Said(claimed, indicated, True, ai, n)
            for (claimed, indicated, ai), n in zip(kinds, (*counts, 20), strict=True)
            if n
        ]
        yield origin_tables(found)


def test_no_small_number_stands_in_a_table_for_the_public() -> None:
    for tables in some_tables():
        for table in protect_origin(tables):
            cells = [row[i] for row in table.rows for i in table.count_columns]
            assert all(cell == 0 or isinstance(cell, str) or (cell >= 5 and cell % 5 == 0) for cell in cells)
            assert all(row[i] is None for row in table.rows for i in table.percent_columns)


def test_a_small_number_keeps_its_whole_range_beside_the_rounded_sums() -> None:
    """What a row's rounded total and its rounded parts leave possible for one count from 1 to 4 is all of them."""
    for small, other in product(range(1, 5), range(5, 60)):
        total, part = (5 * ((n + 2) // 5) for n in (small + other, other))
        possible = {
            c for o in range(part - 2, part + 3) for c in range(1, 5) if total - 2 <= o + c <= total + 2
        }
        assert possible == {1, 2, 3, 4}


def test_the_reference_page_defines_them_word_for_word() -> None:
    prose = " ".join(PAGE.read_text("utf-8").split())
    for name, (_, definition) in ORIGIN_TABLES.items():
        assert f"`{name}`" in prose
        assert definition in prose
