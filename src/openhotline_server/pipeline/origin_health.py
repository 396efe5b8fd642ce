"""Whether the deep look can be made here, and whether what it found before was made with what the site has today.

Files are looked at where they lie, without running anything of them: a repaired one is sound on the next page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from openhotline.errors import OpenHotlineError
from openhotline.provenance import record
from openhotline.provenance.rules import rules
from openhotline.provenance.settings import load_settings
from openhotline.provenance.signed.trust import load_trust
from openhotline_server.evidence.models import Item
from openhotline_server.findings.devices import devices_without_pattern
from openhotline_server.findings.models import OriginExamination
from openhotline_server.findings.origins import list_devices, list_unlooked
from openhotline_server.findings.weights import site_settings
from openhotline_server.pipeline.background import has_failed
from openhotline_server.pipeline.origin_tasks import look_at_origins

NEEDED = ("onnx", "onnxruntime")
NOT_INSTALLED = (
    "A detector lies here, and the packages that run it are not installed. "
    "Install `openhotline[provenance]`, or take the folder away."
)
NOT_PINNED = "The model is missing or not the one that detector.toml pins. Put the right one back, or run provenance fit."
NOT_READ = "It cannot be read. Check its permissions."
NO_PATTERN = "Its pattern is not in the vault any more. Restore the vault from a backup, or end this camera."

PARTS = {
    "trust": "trust lists",
    "devices": "cameras",
    "detectors": "detectors",
    "settings": "weights of evidence",
    "rules": "rules",
    "versions": "program versions",
}


@dataclass(frozen=True)
class Broken:
    """One thing that keeps the deep look from beginning: its name inside the data directory, and what to do."""

    place: str
    why: str


@dataclass(frozen=True)
class Health:
    """``stopped``: the last attempt failed and items wait. ``changed``: what is not what stored looks were made with."""

    broken: tuple[Broken, ...] = ()
    stopped: bool = False
    changed: tuple[str, ...] = ()


def origin_health() -> Health:
    """Say whether the deep look works. Cost: some reading of file names; digests where a file changed."""
    broken = (*_broken_files(), *(Broken(f"camera {d.name}", NO_PATTERN) for d in devices_without_pattern()))
    stopped = has_failed(look_at_origins) and list_unlooked(Item.objects.all()).exists()
    return Health(broken, stopped, () if broken else _changed())


def _broken_files() -> tuple[Broken, ...]:
    root = settings.DATA.root
    try:
        return _checked(root, tuple(_seen(root)))
    except OSError:
        return (Broken("trust, detectors or origin.toml", NOT_READ),)


def _seen(root: Path) -> Iterator[tuple[str, int, int]]:
    """Everything that the deep look reads, with size and time: where none of it changed, nor did what is wrong.

    The time is that of the last change of any kind: rights that were put right count too.
    """
    read = (*root.glob("trust/*.trust.json"), *root.glob("detectors/*/"), *root.glob("detectors/*/*"))
    for path in sorted((*read, root / "origin.toml")):
        if path.exists():
            stat = path.stat()
            yield str(path.relative_to(root)), stat.st_size, stat.st_ctime_ns


@lru_cache(maxsize=4)
def _checked(root: Path, seen: tuple[tuple[str, int, int], ...]) -> tuple[Broken, ...]:
    names = [name for name, _, _ in seen]
    found = []
    if any(name.startswith("trust/") for name in names):
        found.append(_problem(root, root / "trust", load_trust))
    if "origin.toml" in names:
        found.append(_problem(root, root / "origin.toml", load_settings))
    for folder in sorted({"/".join(name.split("/")[:2]) for name in names if name.startswith("detectors/")}):
        found.append(_problem(root, root / folder, _check_detector))
    return tuple(one for one in found if one)


def _problem(root: Path, path: Path, check: Any) -> Broken | None:
    """What is wrong with one thing. The file is named where the check says which of a folder it was."""
    try:
        check(path)
    except OpenHotlineError as problem:
        named = Path(problem.details or "")
        inside = named if named.is_absolute() and named.is_relative_to(path) else path
        return Broken(str(inside.relative_to(root)), problem.message)
    except OSError:
        return Broken(str(path.relative_to(root)), NOT_READ)
    return None


def _check_detector(folder: Path) -> None:
    """Refuse what the confined process would refuse, as far as that is seen without loading the model."""
    from openhotline.errors import BadInput, Damaged
    from openhotline.provenance.detectors.detector import read_fitted
    from openhotline.provenance.detectors.manifest import read_manifest

    manifest = read_manifest(folder)
    if any(find_spec(name) is None for name in NEEDED):
        raise BadInput(NOT_INSTALLED)
    read_fitted(folder, manifest)
    model = folder / manifest.model
    if not model.is_file() or _digest(model) != manifest.sha256:
        raise Damaged(NOT_PINNED)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed() -> tuple[str, ...]:
    """What is not as it was for the looks that count, in words. Cost: some queries for each state there ever was."""
    looks = OriginExamination.objects.order_by("pk")
    later = looks.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
    today = _today()
    found: set[str] = set()
    for inputs in list(looks.order_by().values_list("inputs", flat=True).distinct()):
        made = looks.filter(~Exists(later), inputs=inputs, failure="").only("record").first()
        told = made.record.get("inputs") if made else None
        if isinstance(told, Mapping):
            found.update(part for part in PARTS if part in told and told[part] != today[part])
    return tuple(words for part, words in PARTS.items() if part in found)


def _today() -> dict[str, Any]:
    """What a look made now would say it was made with, as far as that is known without beginning one."""
    from openhotline.provenance.detectors.manifest import FILE, read_manifest

    weights = site_settings()
    folder = settings.DATA.detectors
    manifests = [read_manifest(path.parent) for path in folder.glob(f"*/{FILE}")]
    return {
        "trust": [
            {"name": one.name, "dated": one.dated.isoformat(), "use": one.use, "sha256": one.sha256}
            for one in load_trust(settings.DATA.trust).lists
        ],
        "devices": sorted(device.digest for device in list_devices()),
        "detectors": [
            {
                "name": one.name,
                "version": one.version,
                "model_sha256": one.sha256,
                "calibration_sha256": one.calibration_sha256,
            }
            for one in sorted(manifests, key=lambda one: one.name)
        ],
        "settings": {
            "edition": weights.edition,
            "sha256": weights.digest,
            "warnings": list(weights.warnings),
        },
        "rules": {"edition": rules().edition, "sha256": record.rules_digest()},
        "versions": record.versions(),
    }
