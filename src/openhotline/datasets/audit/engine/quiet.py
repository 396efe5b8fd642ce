"""Loading the engine so that it tells nobody: its makers' counting of uses is off before its first line runs."""

from __future__ import annotations

import logging
import os
from typing import Any

from openhotline.datasets.inputs.packages import MISSING, pyarrow
from openhotline.errors import OpenHotlineError

SILENT = {
    "DO_NOT_TRACK": "true",
    "DAFT_ANALYTICS_ENABLED": "0",
    "SCARF_NO_ANALYTICS": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
}
"""What daft (``scarf_telemetry.py``) and Ray (``usage_lib``) look for. Whatever the operator had set, this holds."""

MISSING_CLUSTER = "Audits on a cluster need the optional packages. Run `pip install 'openhotline[cluster]'`."


def daft_quietly(*, need_ray: bool = False) -> Any:
    """Return the module ``daft``; raises with what to install where it is missing."""
    os.environ |= SILENT
    pyarrow()  # daft itself can be there without it
    try:
        import daft
    except ImportError:
        raise OpenHotlineError(MISSING) from None
    if need_ray:
        ray_quietly()
    # A process that died is told by us, once, with what follows from it.
    logging.getLogger("daft").setLevel(logging.CRITICAL)
    logging.getLogger("daft_local_execution").setLevel(logging.CRITICAL)
    return daft


def ray_quietly() -> Any:
    """Return the module ``ray``; raises with what to install where it is missing."""
    os.environ |= SILENT
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # or Ray warns of it at every start
    try:
        import ray
    except ImportError:
        raise OpenHotlineError(MISSING_CLUSTER) from None
    for name in ("ray", "daft.runners"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return ray
