"""What a deep look is made with at this site: trust lists, detectors, devices, settings.

Trust lists lie in ``DATA/trust``, detectors in ``DATA/detectors``, one folder each; ``DATA/origin.toml`` changes what
evidence weighs, if it is there. Devices stand in the database, their patterns in the vault: they reach the confined
worker through its pipe and never lie open on a disk.
"""

from __future__ import annotations

from django.conf import settings

from openhotline.datasets.origin_files import LIMITS
from openhotline.datasets.origins import ENTRY
from openhotline.errors import WorkerFailed
from openhotline.media import confined
from openhotline.provenance.settings import load_settings
from openhotline.provenance.signed.trust import load_trust
from openhotline_server.findings.devices import pattern_of
from openhotline_server.findings.origins import list_devices


def suite_pool(*, workers: int = 1) -> confined.Pool:
    """Start confined processes that examine with what this site has; raises where any of it is damaged."""
    return confined.Pool(ENTRY, workers=workers, limits=LIMITS, given=_given())


def _given() -> confined.Given:
    folder = settings.DATA.detectors
    detectors = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return confined.Given(
        blobs=[pattern_of(device) for device in list_devices()],
        arguments={
            "trust": load_trust(settings.DATA.trust).as_json(),
            "detectors": [str(path) for path in detectors],
            "settings": _settings_file(),
        },
    )


def _settings_file() -> str:
    """The operator's settings by their path, empty where there are none; what cannot be taken is refused here."""
    path = settings.DATA.origin_settings
    if not path.is_file():
        return ""
    load_settings(path)
    return str(path)


def inputs_of(pool: confined.Pool) -> str:
    """What a pool's workers examine with, as one digest: where it differs, a result may differ."""
    digest = str(pool.call(b"", inputs_only=True).header.get("inputs", ""))
    if len(digest) != 64:
        raise WorkerFailed("The confined step does not say what it works with. Check the installation.")
    return digest
