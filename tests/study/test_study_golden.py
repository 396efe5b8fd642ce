"""The first golden table: the study of October 2023 from its 20,254 records, byte for byte.

It is replayed once, by the command, into an empty data directory; then nothing but the written files is
looked at. Every number below is one that the study published, or follows from those by the definitions in
docs/reference/statistics.md.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from study_cast import PUBLISHED, written

pytestmark = pytest.mark.slow

GOLDEN = {
    "overview": """\
figure,count
reports,1
items,20254
sightings,20254
unread,0
selected,11108
not_selected,9146
unreadable,0
waiting,0
undecided,0
assessed,11108
criminal,2978
discounted,8130
graded_as_known,0
second_readings,390
third_readings,0
analysts,12
analyst_hours,87.5
items_per_analyst_hour,126.9
seconds_per_item,28
exposures,0
exposures_per_item,0.00
originals_opened,0
notices_delivered,0
published,0
""",
    "outcomes": """\
outcome,count,percent
pseudo_photograph,2562,23
photograph,0,0
prohibited_image,416,4
discounted,8130,73
""",
    "criminal": """\
finding,count,percent
criminal,2978,27
not_criminal,8130,73
""",
    "discounted": """\
reason,count,percent
none,0,0
age_in_question,390,5
suspected_adult,0,0
known_adult,0,0
extreme_adult_pornography,0,0
child_no_sexual_activity,4340,53
adult_no_sexual_activity,492,6
non_photographic_imagery,1634,20
off_remit,1274,16
""",
    "sex": """\
sex,count,percent
girl,2552,99.6
boy,0,0.0
both,0,0.0
unidentified,0,0.0
not_recorded,10,0.4
""",
    "severity": """\
severity,count,percent
A,0,0.0
B,0,0.0
C,0,0.0
not_recorded,2562,100.0
""",
    "age": """\
age_band,count,percent
0-2,0,0.0
3-6,0,0.0
7-10,0,0.0
11-13,0,0.0
14-15,0,0.0
16-17,0,0.0
not_recorded,2562,100.0
""",
    "severity_by_age": """\
age_band,A,B,C,not_recorded,count,percent
0-2,0,0,0,0,0,0.0
3-6,0,0,0,0,0,0.0
7-10,0,0,0,0,0,0.0
11-13,0,0,0,0,0,0.0
14-15,0,0,0,0,0,0.0
16-17,0,0,0,0,0,0.0
not_recorded,0,0,0,2562,2562,100.0
""",
    "ai": """\
ai,photographic,non_photographic,count,percent
none,0,0,0,0.0
altered_real,0,0,0,0.0
known_victim,0,0,0,0.0
wholly_generated,0,0,0,0.0
unknown,0,0,0,0.0
not_recorded,2562,416,2978,100.0
""",
}


def openhotline(data: Path, *words: str) -> dict[str, Any]:
    """Run the command as a script would, on a data directory and a database of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENHOTLINE_")}
    done = subprocess.run(
        [sys.executable, "-m", "openhotline", *words, "--data", str(data), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders that the command writes, after one replay into an empty data directory."""
    root = tmp_path_factory.mktemp("golden")
    data, description = root / "data", root / "study.json"
    description.write_text(written(PUBLISHED))
    answer = openhotline(data, "study", "replay", str(description), "--received", "2023-09-30")
    assert (answer["records"], answer["answers"]) == (20254, 11498)
    title = PUBLISHED["title"]
    openhotline(data, "statistics", "--study", title, "--out", str(root / "all"))
    openhotline(data, "statistics", "--study", title, "--public", "--out", str(root / "public"))
    return root


@pytest.mark.parametrize("name", GOLDEN)
def test_every_table_comes_back_byte_for_byte(files: Path, name: str) -> None:
    assert (files / "all" / f"{name}.csv").read_bytes() == GOLDEN[name].encode()


@pytest.mark.parametrize("name", GOLDEN)
def test_every_table_has_a_bar_chart(files: Path, name: str) -> None:
    chart = ElementTree.fromstring((files / "all" / f"{name}.svg").read_bytes())
    assert chart.tag == "{http://www.w3.org/2000/svg}svg"
    assert chart.find("{http://www.w3.org/2000/svg}title") is not None


@pytest.mark.parametrize("name", GOLDEN)
def test_the_json_holds_the_same(files: Path, name: str) -> None:
    document = json.loads((files / "all" / f"{name}.json").read_text())
    lines = [line.split(",") for line in GOLDEN[name].splitlines()]
    assert document["columns"] == lines[0]
    assert [[row[lines[0][0]], *map(float, list(row.values())[1:])] for row in document["rows"]] == [
        [line[0], *map(float, line[1:])] for line in lines[1:]
    ]


def test_every_percentage_of_the_description_is_printed(files: Path) -> None:
    printed = {line.split(",")[0]: line.split(",")[2] for line in GOLDEN["discounted"].splitlines()[1:]}
    assert printed == {reason: str(percent) for reason, percent in PUBLISHED["discounted_percent"].items()}
    assert f"criminal,2978,{PUBLISHED['criminal_percent_of_selected']}\n" in GOLDEN["criminal"]
    assert "girl,2552,99.6\n" in GOLDEN["sex"]


def test_nothing_unconfirmed_is_printed(files: Path) -> None:
    written_down = "".join(path.read_text() for path in sorted((files / "all").iterdir()))
    for number in PUBLISHED["severity_unconfirmed"].values():
        assert not re.search(rf"\b{number}\b", written_down)


def test_the_index_names_every_file(files: Path) -> None:
    index: dict[str, Any] = json.loads((files / "all" / "index.json").read_text())
    named = {file for table in index["tables"] for file in table["files"]} | {"index.json"}
    assert named == {path.name for path in (files / "all").iterdir()}
    assert index["study"] == PUBLISHED["title"]


def test_for_the_public_only_the_small_number_changes(files: Path) -> None:
    for name, text in GOLDEN.items():
        expected = text.replace("reports,1\n", "reports,<5\n")
        assert (files / "public" / f"{name}.csv").read_text() == expected
