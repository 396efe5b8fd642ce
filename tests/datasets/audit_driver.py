"""Runs the audit of the cast in a process of its own, so that a test can kill it: DATA_SET LIST OUT."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.datasets.audit_cast import KEY, asked, now

from openhotline.datasets.audit.run import run_audit

if __name__ == "__main__":
    data_set, listed, out = map(Path, sys.argv[1:])
    run_audit(asked(data_set, listed, fingerprints=True), out, key=KEY, now=now)
