"""Charts: the same bytes every time, readable by ear and without colour, and shown under a strict policy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest
from statistics_cast import STUDY_DISCOUNTED, discounted, parts, severity_by_age

from openhotline_server.statistics.charts import COLOURS, bar_chart
from openhotline_server.statistics.suppression import suppress
from openhotline_server.statistics.svg import INK_BY_DEFAULT

SVG = "{http://www.w3.org/2000/svg}"
CROSSED = severity_by_age({("0-2", "A"): 2, ("3-6", "A"): 40, ("7-10", "B"): 200, ("7-10", "C"): 872})


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_row_has_its_words_and_its_number() -> None:
    found = texts(bar_chart(discounted(), labels={"off_remit": "Off remit"}))
    assert "4,340 (53 %)" in found
    assert "Child no sexual activity" in found
    assert len(found) == 2 * len(STUDY_DISCOUNTED)


def test_a_crossed_table_is_stacked_and_has_a_legend() -> None:
    svg = bar_chart(CROSSED, labels={"A": "Category A"})
    found = texts(svg)
    assert {"Category A", "872", "1,072 (96 %)"} <= set(found)
    assert all(colour in svg for colour in COLOURS[:3])


def test_a_withheld_count_has_no_bar() -> None:
    small = bar_chart(suppress(parts({"a": 3, "b": 40, "c": 416})))
    assert {"<5", "[c]", "416 (91 %)"} <= set(texts(small))
    assert small.count(COLOURS[0]) == 1


def test_a_screen_reader_hears_the_whole_table() -> None:
    root = ElementTree.fromstring(bar_chart(discounted()))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"
    assert title.text == "Discounted images by reason"
    assert "Off remit: 1,274 (16 %)." in str(desc.text)


def test_a_strict_content_policy_shows_it() -> None:
    svg = bar_chart(CROSSED)
    assert not re.search(r"style|script|href|<!DOCTYPE|<\?xml|date|matplotlib", svg)


def test_the_page_is_seen_through_it_and_lends_its_colour() -> None:
    svg = bar_chart(discounted())
    root = ElementTree.fromstring(svg)
    fills = {node.attrib.get("fill") for node in root.iter()} - {None}
    assert fills == {"none", "currentColor", COLOURS[0]}
    assert root.attrib["color"] == INK_BY_DEFAULT


def test_long_labels_are_wrapped_and_stay_inside() -> None:
    words = "A label that is far too long for one line, and has <signs> & $signs$ in it"
    svg = bar_chart(parts({"a": 1, "b": 2}), labels={"a": words})
    assert " ".join(texts(svg)).startswith(words)
    root = ElementTree.fromstring(svg)
    for node in root.iter(f"{SVG}text"):
        if node.attrib.get("text-anchor") == "end":
            assert float(node.attrib["x"]) > 5.9 * len(str(node.text))  # points a letter, DejaVu Sans at 10


@pytest.mark.parametrize("counts", [{}, {"a": 0}, {"a": 1}])
def test_an_empty_table_has_a_chart_too(counts: dict[str, int]) -> None:
    ElementTree.fromstring(bar_chart(parts(counts)))


def test_another_process_draws_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_statistics_charts import CROSSED, bar_chart\n"
        "sys.stdout.write(bar_chart(CROSSED))"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent)]
    drawn = [
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert drawn[0] == drawn[1] == bar_chart(CROSSED).encode()


def test_matplotlib_is_loaded_only_to_draw() -> None:
    program = "import sys, openhotline_server.statistics.writing as w; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_seen_and_read_on(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 4.5
    assert contrast(colour, "#14171a") >= 3


def test_charts_drawn_at_once_are_those_drawn_one_by_one() -> None:
    tables = [discounted(), CROSSED, parts({"a": 1, "b": 2})] * 4
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(bar_chart, tables)) == [bar_chart(table) for table in tables]
