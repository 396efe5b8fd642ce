"""The same audit on a cluster of two nodes, of which one is lost half way: the same tables."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.datasets.audit_cast import KEY, asked, known_list, now, rows, tars

from openhotline.datasets.audit.engine.crew import run_shards
from openhotline.datasets.audit.run import run_audit
from openhotline.errors import WorkerFailed

pytest.importorskip(
    "ray", reason="RAY IS MISSING: audits on a cluster are not tested. Install openhotline[cluster]."
)

COUNT = 16


@pytest.mark.slow
def test_a_node_that_is_lost_changes_nothing(tmp_path: Path) -> None:
    data_set, listed = tars(tmp_path / "set", shards=COUNT, pictures=2), known_list(tmp_path)
    alone, together = tmp_path / "alone", tmp_path / "together"
    run_audit(asked(data_set, listed, fingerprints=True), alone, key=KEY, now=now)
    done = subprocess.run(
        [sys.executable, "-m", "tests.datasets.ray_driver", str(data_set), str(listed), str(together)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    killed = re.search(r"^killed after (\d+)$", done.stdout, re.MULTILINE)
    assert killed and int(killed[1]) < COUNT
    for table in ("hits", "errors", "shards", "fingerprints/part-00000"):
        assert rows(together, table) == rows(alone, table)


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkerFailed, match="No Ray cluster answers"):
        list(run_shards([], {}, engine="ray", address="127.0.0.1:9"))
