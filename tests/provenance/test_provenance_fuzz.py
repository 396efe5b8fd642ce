"""Every parser takes every damage: no crash, no exception, no hang.

OPENHOTLINE_FUZZ_SECONDS says how long the run in a process of its own takes; two seconds where it is not set.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from fuzz import try_all
from fuzz_cast import DAMAGES, MEDIA_TYPES, whole_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("OPENHOTLINE_FUZZ_SECONDS", "2"))


@settings(max_examples=60, deadline=3000, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, len(whole_files()) - 1),
    st.lists(st.tuples(st.sampled_from(DAMAGES), st.integers(0, 2**32)), min_size=1, max_size=4),
    st.integers(0, 2**32),
)
def test_no_damage_breaks_a_parser(number: int, damages: list[tuple], choice: int) -> None:  # type: ignore[type-arg]
    data = bytearray(whole_files()[number])
    for damage, seed in damages:
        if data:
            damage(data, random.Random(seed))
    try_all(bytes(data), random.Random(choice))


def test_whole_files_pass_in_every_guise() -> None:
    for data in whole_files():
        for _ in MEDIA_TYPES:
            try_all(data, random.Random(len(data)))


def test_a_run_in_a_process_of_its_own_ends_well() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.provenance.fuzz", "--minutes", str(SECONDS / 60)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=SECONDS + 120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "none broke a parser" in done.stdout
