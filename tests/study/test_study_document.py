"""The guide's own description is one, and its list of names is complete."""

from __future__ import annotations

import re
from pathlib import Path

from openhotline_server.pipeline.study_description import CRIMINAL, OPTIONAL, REQUIRED, read_description

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "study.md").read_text("utf-8")


def test_the_example_fits_together() -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)
    study = read_description(example)
    assert f'--study "{study.title}"' in PAGE


def test_every_name_is_explained() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, re.M)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == {*REQUIRED, *OPTIONAL}
    assert all(f"`{outcome}`" in PAGE for outcome in CRIMINAL)
