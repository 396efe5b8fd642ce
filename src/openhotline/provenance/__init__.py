"""Bytes to evidence about where an image comes from.

Two families so far: what a file says about itself without a signature, and traces of a camera. ``examine``
collects the evidence, ``priority_effect`` says what it may do to the order of work: add words, never lower.
"""

from openhotline.provenance.evidence import (
    ASSERTED_UNSIGNED,
    CAMERA_TRACES,
    NONE,
    UNREADABLE,
    UNSIGNED_CLAIMS,
    Evidence,
)
from openhotline.provenance.examination import examine
from openhotline.provenance.ratchet import PriorityEffect, priority_effect
from openhotline.provenance.rules import Rules, rules

__all__ = [
    "ASSERTED_UNSIGNED",
    "CAMERA_TRACES",
    "NONE",
    "UNREADABLE",
    "UNSIGNED_CLAIMS",
    "Evidence",
    "PriorityEffect",
    "Rules",
    "examine",
    "priority_effect",
    "rules",
]
