"""Third family: what signed manifests (C2PA) say, and how far their signatures carry.

A manifest is reported in every state that it can be in; only one that is intact, bound to these pixels and signed by
a signer on a list that the operator loaded weighs anything. Nothing is ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from openhotline.provenance.evidence import (
    CRYPTOGRAPHIC_TRUSTED,
    NO_CLAIM,
    SIGNED_PROVENANCE,
    UNREADABLE,
    Evidence,
)
from openhotline.provenance.rules import rules
from openhotline.provenance.signed.gate import may_hold_manifest
from openhotline.provenance.signed.library import NOTHING, REFUSED, REMOTE, list_uri, read_store
from openhotline.provenance.signed.states import STATES, State, state_of, weaker
from openhotline.provenance.signed.store import ASSERTION, INGREDIENT, SourceType, Store
from openhotline.provenance.signed.trust_list import Trust, TrustList

ACTIVE, EARLIER, ADDRESS, DAMAGED = "c2pa_active", "c2pa_ingredient", "c2pa_remote", "c2pa_manifest"

MAX_SIGNER = 200  # characters

_GENERATED, _CAMERA = "ai_generated", "camera_capture_claimed"
_CAMERA_CODES = ("digitalCapture", "computationalCapture")
_PART = "Other images went into it, or other origins are named, so it may speak of a part only; it weighs nothing."
_BELOW = "It is said of an earlier image that went into this one, not of this one; it weighs nothing."


@dataclass(frozen=True)
class ManifestReport:
    """One manifest, or the lack of one that can be read.

    ``place``: one of the words above. ``state`` is a name in ``STATES``; ``strength`` and ``doubt`` follow from it.
    ``failures`` are the library's codes. ``signer`` and ``host`` were written by strangers: to be shown to an analyst,
    never put into evidence, an index or a log. ``trust_list`` is the list that vouched, with its date; empty where none
    did. ``from_images``: other images went into it.
    """

    place: str
    state: str
    strength: str
    doubt: str
    failures: tuple[str, ...] = ()
    source_types: tuple[SourceType, ...] = ()
    signer: str = ""
    trust_list: str = ""
    trust_list_dated: date | None = None
    host: str = ""
    from_images: bool = False


def signed_provenance(data: bytes, media_type: str | None, trust: Trust) -> tuple[Evidence, ...]:
    """Return what the manifests in a file say; nothing where there is none.

    ``media_type`` is what sniffing its content said. Never raises. Cost: 0.01 ms without a manifest; with one 4 to
    20 ms, and as much again for each loaded list that has to be asked alone whether it vouches.
    """
    return evidence_of(manifest_reports(data, media_type, trust))


def manifest_reports(data: bytes, media_type: str | None, trust: Trust) -> tuple[ManifestReport, ...]:
    """Return one report for each manifest, the active one first; nothing where there is none. Never raises."""
    if not may_hold_manifest(data, media_type):
        return ()
    reading = read_store(data, media_type, trust)
    if reading.kind == NOTHING:
        return ()
    if reading.kind == REMOTE:
        return (_plain(ADDRESS, STATES["remote"], host=reading.host),)
    if reading.kind == REFUSED:
        return (_plain(DAMAGED, STATES["unreadable"]),)
    try:
        return _reports(Store(reading.store), _vouching(Store(reading.store), data, media_type, trust))
    except Exception:  # noqa: BLE001 - A stranger's file must not stop the other checks on it.
        return (_plain(DAMAGED, STATES["unreadable"]),)


def evidence_of(reports: tuple[ManifestReport, ...]) -> tuple[Evidence, ...]:
    """Return the evidence in reports, in their order, without a word that a stranger wrote.

    An earlier manifest is bound to the file by the active one: what it says is worth no more than the weaker of both.
    """
    found: dict[Evidence, None] = {}
    for report in reports:
        weakest = weaker(STATES[report.state], STATES[reports[0].state])
        bound = replace(report, state=weakest.name, strength=weakest.strength, doubt=weakest.doubt)
        found |= dict.fromkeys(_evidence(bound))
    return tuple(found)


def _reports(store: Store, vouching: dict[str, TrustList]) -> tuple[ManifestReport, ...]:
    """Return the reports. A store whose active manifest is missing still has the codes that say so."""
    if store.active not in store.manifests and not store.failures(store.active):
        return (_plain(DAMAGED, STATES["unreadable"]),)
    return tuple(_report(store, label, vouching.get(label)) for label in store.labels())


def _report(store: Store, label: str, vouching: TrustList | None) -> ManifestReport:
    is_active = label == store.active
    failures = store.failures(label)
    state = state_of(
        failures,
        whole_is_valid=store.is_valid or not is_active,
        vouched=vouching is not None and (store.is_trusted or not is_active),
    )
    signature = store.manifests.get(label, {}).get("signature_info")
    return replace(
        _plain(ACTIVE if is_active else EARLIER, state),
        failures=failures,
        source_types=store.source_types(label),
        signer=_shown(signature.get("issuer") if isinstance(signature, dict) else ""),
        trust_list=vouching.name if vouching else "",
        trust_list_dated=vouching.dated if vouching else None,
        from_images=store.takes_images(label),
    )


def _plain(place: str, state: State, *, host: str = "") -> ManifestReport:
    return ManifestReport(place, state.name, state.strength, state.doubt, host=host)


def _shown(words: object) -> str:
    """Return a stranger's name without letters that steer a terminal or a page."""
    kept = (
        "".join(letter if letter.isprintable() else " " for letter in words) if isinstance(words, str) else ""
    )
    return " ".join(kept.split())[:MAX_SIGNER]


def _vouching(store: Store, data: bytes, media_type: str | None, trust: Trust) -> dict[str, TrustList]:
    """Return which list vouches for which manifest's signer: the first that does, in the order of ``trust``.

    The library names one of the lists that do, by chance; none, where the signer himself is listed; and it lets a list
    for time stamps vouch for signers. So each list that comes before the named one is asked alone, and one for time
    stamps is never taken at its word.
    """
    named = store.vouched()
    found: dict[str, TrustList] = {}
    for one in trust.signer_lists:
        found |= {label: one for label, uri in named.items() if uri == list_uri(one) and label not in found}
        if named.keys() - found.keys():
            alone = named if len(trust.lists) == 1 else _vouched_by(one, data, media_type)
            found |= {label: one for label in named if label in alone and label not in found}
    return found


def _vouched_by(one: TrustList, data: bytes, media_type: str | None) -> dict[str, str]:
    reading = read_store(data, media_type, Trust((one,)), stamps_count=False)
    return Store(reading.store).vouched()


def _evidence(report: ManifestReport) -> list[Evidence]:
    def one(source: str, claim: str, weight: float = 0.0, doubt: str = report.doubt) -> Evidence:
        return Evidence(SIGNED_PROVENANCE, source, claim, report.strength, weight, doubt)

    if report.place in (ADDRESS, DAMAGED):
        return [one(report.place, NO_CLAIM)]
    own = [source for source in report.source_types if source.place != INGREDIENT]
    found = [one(f"{ACTIVE}:no_source_type", NO_CLAIM)] if report.place == ACTIVE and not own else []
    for source in report.source_types:
        below = report.place == EARLIER or source.place == INGREDIENT
        weight = 0.0 if below else _weight(report, source)
        doubt = _doubt(report, source, below=below, weight=weight)
        found.append(one(f"{EARLIER if below else ACTIVE}:{source.code}", source.claim, weight, doubt))
    return found


def _weight(report: ManifestReport, source: SourceType) -> float:
    """Weigh a statement of the active manifest: it must be trusted, speak of the whole image, and stand alone.

    An image into which others went may show a real person, whatever made it: then "generated" weighs nothing.
    """
    lowest, highest = rules().bounds[SIGNED_PROVENANCE]
    own = [other for other in report.source_types if other.place != INGREDIENT]
    whole = source.creates or source.place == ASSERTION
    if report.strength != CRYPTOGRAPHIC_TRUSTED or not whole or len({other.claim for other in own}) > 1:
        return 0.0
    if source.claim == _GENERATED:
        return 0.0 if report.from_images else highest
    return lowest if source.code in _CAMERA_CODES else 0.0


def _doubt(report: ManifestReport, source: SourceType, *, below: bool, weight: float) -> str:
    weighs = source.claim in (_GENERATED, _CAMERA) and report.strength == CRYPTOGRAPHIC_TRUSTED
    if below:
        return f"{_BELOW} {report.doubt}" if report.strength != UNREADABLE else report.doubt
    return f"{_PART} {report.doubt}" if weighs and not weight else report.doubt
