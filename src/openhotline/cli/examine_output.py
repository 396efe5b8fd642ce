"""What ``openhotline examine`` writes: an entry a file, for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.hash_output import harmless

if TYPE_CHECKING:
    from openhotline.datasets.origin_files import FileOrigin
    from openhotline.provenance import Evidence
    from openhotline.provenance.comparison import Comparison

Entry = Mapping[str, Any]

SILENT = "Looked at, and nothing was found. That says nothing about where the picture comes from."
LEAD = "A lead, not a proof."


def entry_of(found: FileOrigin, *, devices: bool) -> dict[str, Any]:
    """Return a file's entry. A family that was looked at and is silent has one piece of evidence that says so."""
    from openhotline.datasets.origin_files import ALWAYS
    from openhotline.provenance.evidence import SENSOR_PATTERN

    asked = (*ALWAYS, SENSOR_PATTERN) if devices and not found.unread else ALWAYS
    spoke = {piece.family for piece in found.evidence}
    verdict = found.verdict
    entry = {
        "file": found.path,
        "outcome": verdict.outcome,
        "log10_lr": verdict.log10_lr,
        "scale": verdict.scale,
        "evidence": [
            *(asdict(piece) for piece in found.evidence),
            *(asdict(_silent(family)) for family in asked if family not in spoke),
        ],
        "contradictions": [asdict(contradiction) for contradiction in verdict.contradictions],
        "abstained": list(verdict.abstained),
        "record": dict(found.record),
    }
    return entry | {"error": found.error} if found.error else entry


def _silent(family: str) -> Evidence:
    from openhotline.provenance.evidence import NO_CLAIM, NONE, Evidence

    return Evidence(family, "looked_at", NO_CLAIM, NONE, 0.0, SILENT)


def show(entry: Entry) -> None:
    """Print an entry for people: contradictions first, then a line for each signal."""
    from openhotline.provenance.abstention import ABSTENTIONS
    from openhotline.provenance.evidence import NONE
    from openhotline.provenance.fusion import OUTCOMES
    from openhotline.provenance.words import claim_words, family_words

    click.echo(harmless(entry["file"]))
    for contradiction in entry["contradictions"]:
        click.secho(f"  Contradiction: {contradiction['words']}", bold=True)
        for piece in contradiction["evidence"]:
            click.echo(f"    {claim_words(piece['claim'])}: {_where(piece)}")
    if entry.get("error"):
        click.echo(f"  {entry['error']}")
    click.echo(f"  {OUTCOMES[entry['outcome']]}. {entry['scale']} Weight {entry['log10_lr']:+.2f}. {LEAD}")
    spoken = [piece for piece in entry["evidence"] if piece["strength"] != NONE]
    for piece in spoken:
        click.echo(f"  {_line(piece)}")
    silent = [family_words(piece["family"]) for piece in entry["evidence"] if piece["strength"] == NONE]
    if silent:
        click.echo(f"  Looked at and silent, which says nothing: {'; '.join(silent)}.")
    for manifest in entry["record"].get("manifests") or []:
        click.echo(f"  {_manifest(manifest)}")
    for code in entry["abstained"]:
        click.echo(f"  Detectors abstain: {ABSTENTIONS.get(code, _words(code))}")
    for warning in _settings_warnings(entry):
        click.echo(f"  Settings: {warning}")


def _line(piece: Mapping[str, Any]) -> str:
    from openhotline.provenance.words import claim_words, strength_words

    claim = f"{claim_words(piece['claim'])}: {strength_words(piece['strength'])}"
    return f"{claim}. {_where(piece)}. Weight {piece['log10_lr']:+.2f}. {harmless(piece['doubt'])}"


def _where(piece: Mapping[str, Any]) -> str:
    from openhotline.provenance.words import family_words

    return f"{family_words(piece['family'])}, {harmless(piece['source'])}"


def _manifest(told: Mapping[str, Any]) -> str:
    """Return a manifest's line: who signed in their own words, who vouches, what the library objected to."""
    parts = [f"Manifest {_words(str(told.get('place')))}: {_words(str(told.get('state')))}"]
    if told.get("signer"):
        parts.append(f'signed by "{harmless(str(told["signer"]))}", as they call themselves')
    if told.get("trust_list"):
        parts.append(f"vouched for by the list {told['trust_list']} of {told.get('trust_list_dated')}")
    if told.get("host"):
        parts.append(f"it may lie at {harmless(str(told['host']))}, which was not asked")
    if told.get("failures"):
        parts.append(f"objections: {harmless(', '.join(map(str, told['failures'])))}")
    return "; ".join(parts) + "."


def _settings_warnings(entry: Entry) -> Sequence[str]:
    inputs = entry["record"].get("inputs") or {}
    return list((inputs.get("settings") or {}).get("warnings") or [])


def show_comparison(path: str, comparison: Comparison) -> None:
    """Print what differs from a saved result, and what may have caused it."""
    click.echo(harmless(path))
    if not comparison.changes:
        click.echo("  The same as in the saved result.")
    for change in comparison.changes:
        click.echo(f"  {harmless(change.words)}")
    if comparison.causes:
        click.echo("  Why it may differ:" if comparison.changes else "  What changed and made no difference:")
    for cause in comparison.causes:
        click.echo(f"    {harmless(cause.words)}")


def _words(code: str) -> str:
    return harmless(code.replace("_", " "))
