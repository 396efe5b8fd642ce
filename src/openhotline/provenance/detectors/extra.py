"""Packages that only detectors need, loaded when one is used."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from openhotline.errors import OpenHotlineError


def need(module: str) -> Any:
    """Import ``module``, or say how to install it.

    ONNX Runtime's packages (1.32 for Linux, November 2026) report their use to their maker, from a thread that importing
    starts, unless this variable stands before. Nothing here may tell anybody that a picture is being looked at.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        return import_module(module)
    except ImportError as problem:
        raise OpenHotlineError(
            "Detectors need packages that are not installed. Install openhotline[provenance].",
            details=str(problem),
        ) from problem
