"""Pictures drawn by code: all that demo, tests and benchmarks ever show. No people, no beings.

``draw`` makes one picture from a number, ``variant`` a near duplicate, ``draw_folder`` a folder of files as
it might arrive: nested, mostly JPEG, with copies, families of near duplicates, marks of origin, broken files.
"""

from openhotline_server.pipeline.drawing.files import file_bytes
from openhotline_server.pipeline.drawing.folders import Drawn, draw_folder
from openhotline_server.pipeline.drawing.marks import MARKS
from openhotline_server.pipeline.drawing.picture import draw
from openhotline_server.pipeline.drawing.plans import (
    BENCHMARK,
    DEFAULT_FORMATS,
    DEMO,
    ONLY_JPEG,
    Entry,
    Mix,
    plan,
)
from openhotline_server.pipeline.drawing.variants import VARIANTS, variant

__all__ = [
    "BENCHMARK",
    "DEFAULT_FORMATS",
    "DEMO",
    "MARKS",
    "ONLY_JPEG",
    "VARIANTS",
    "Drawn",
    "Entry",
    "Mix",
    "draw",
    "draw_folder",
    "file_bytes",
    "plan",
    "variant",
]
