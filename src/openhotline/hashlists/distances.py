"""Distances that we may not compute ourselves, from plug-ins that may.

PhotoDNA is licensed: without a plug-in its values are opaque, and only equal ones match. A plug-in is a package
with an entry point in the group ``openhotline.distances``, named as the algorithm, that loads a :class:`Distance`::

    [project.entry-points."openhotline.distances"]
    photodna = "licensed_package:distance"
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from openhotline.errors import OpenHotlineError

GROUP = "openhotline.distances"


class Distance(Protocol):
    """A callable on two values of one algorithm as bytes: 0 for equal ones, more the less alike they are.

    It is symmetric, safe to call from several threads, and raises ValueError for bytes that are no value.
    """

    def __call__(self, one: bytes, other: bytes, /) -> float:
        """Return the distance in the plug-in's own unit; a list's threshold is in the same."""
        ...


@cache
def find_distance(algorithm: str) -> Distance | None:
    """Return the distance that is installed for an algorithm, or None: then only equality matches."""
    points = list(entry_points(group=GROUP, name=algorithm))
    if not points:
        return None
    if len(points) > 1:
        raise OpenHotlineError(
            f"Two plug-ins offer a distance for {algorithm}. Uninstall one.",
            details=", ".join(point.value for point in points),
        )
    try:
        found: Distance = points[0].load()
    except (ImportError, AttributeError) as problem:
        raise OpenHotlineError(
            f"The plug-in that offers a distance for {algorithm} cannot be loaded. Install it again.",
            details=points[0].value,
        ) from problem
    return found
