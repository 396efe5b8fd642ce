"""Preparing a list in a process of its own, so that what that takes of memory goes back when it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from openhotline.errors import BadInput, WorkerFailed


def prepare_apart(source: Path, target: Path) -> None:
    """Prepare a list in a process of its own; raises what that one was stopped by."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-P", "-m", "openhotline.known.preparing", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        return
    try:
        raise BadInput(str(json.loads(done.stdout)["error"]))
    except (ValueError, KeyError, TypeError):
        raise WorkerFailed(
            "Preparing the list was stopped. Give the machine more memory or disk, then name the list again.",
            details=done.stderr.decode("utf-8", "replace")[-600:],
        ) from None
