"""The site's own way of asking: recorded answers where a folder is named, else the network where it is switched on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from openhotline.errors import WrongUsage
from openhotline.trace.asking import Asking


def is_asking_on() -> bool:
    """Whether addresses can be traced at all."""
    return bool(settings.RECORDED_ANSWERS or settings.ASK_NETWORK)


def site_asking() -> Asking:
    """What the settings name. One object a process, so that the pace with registries holds from trace to trace."""
    if settings.RECORDED_ANSWERS:
        folder = settings.RECORDED_ANSWERS
        return _recorded(folder, tuple((path.name, _stamp(path)) for path in sorted(folder.glob("*.json"))))
    if not settings.ASK_NETWORK:
        raise WrongUsage(
            "Asking over the network is switched off. Set OPENHOTLINE_ASK_NETWORK=1, or name a folder of recorded "
            "answers with OPENHOTLINE_RECORDED_ANSWERS."
        )
    geo, asn = tuple(settings.GEO_DATABASES), settings.ASN_DATABASE
    stamps = tuple(_stamp(path) for path in (*geo, asn) if path)
    return _live(settings.DATA.root / "trace", geo, asn, settings.EGRESS_PROXY, stamps)


@lru_cache(maxsize=1)
def _recorded(folder: Path, stamps: tuple[tuple[str, int], ...]) -> Asking:
    """Read anew when a file changed: a trial changes its records as it goes."""
    from openhotline.trace.recorded import Recorded

    return Recorded(folder)


def _stamp(path: Path) -> int:
    """When a file was last replaced: a new one is read without a restart."""
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=1)
def _live(
    folder: Path, geo: tuple[Path, ...], asn: Path | None, proxy: str, stamps: tuple[int, ...]
) -> Asking:
    from openhotline.trace.live import live_asking

    return live_asking(folder, geo_databases=geo, asn_database=asn, proxy=proxy)
