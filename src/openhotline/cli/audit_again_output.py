"""What ``openhotline audit match``, ``overlap`` and ``verify`` say, and the bar they show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the optional packages are loaded when a command runs, not whenever any does
    from openhotline.datasets.again.overlap import Overlap
    from openhotline.datasets.audit.summary import Summary
    from openhotline.datasets.sealed.sealing import Sealed


def summary_json(summary: Summary) -> str:
    """Return the signed summary, with its digest."""
    told = {**summary.document, "summary": summary.digest, "key_id": summary.key_id}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def summary_words(summary: Summary, out: Path) -> str:
    """Return what was found, and where it stands."""
    counts = summary.counts
    return "\n".join(
        (
            f"{counts['hit_members']:,} of {counts['seen']:,} members match. Errors: {counts['errors']:,}.",
            f"Written to {out}, signed with the key {summary.key_id}. Read {out / 'report.html'}.",
        )
    )


def overlap_words(found: Overlap) -> str:
    """Return the counts of both sides."""
    return "\n".join(
        (
            f"A: {found.members_a:,} members; {found.same_a:,} are in B, {found.near_a:,} more lie near one of B.",
            f"B: {found.members_b:,} members; {found.same_b:,} are in A, {found.near_b:,} more lie near one of A.",
            f"{found.pairs:,} of {found.pairs_found:,} pairs were written.",
        )
    )


def sealed_told(sealed: Sealed) -> dict[str, Any]:
    """Return what was checked, for a program."""
    return {
        "whole": True,
        "what": sealed.signature.what,
        "summary": sealed.digest,
        "key_id": sealed.signature.key_id,
        "own_key": sealed.own_key,
        "signed_at": sealed.signature.at.isoformat(),
        "files": len(sealed.summary["files"]),
    }


def sealed_words(sealed: Sealed) -> str:
    """Return what was checked, and what that does not prove."""
    signature = sealed.signature
    whole = (
        f"Whole: the summary and {len(sealed.summary['files'])} files are what was signed at "
        f"{signature.at:%Y-%m-%d %H:%M} UTC with the key {signature.key_id}."
    )
    if not sealed.own_key:
        return whole
    return (
        f"{whole}\nThat key is the one in the folder itself: this shows that nothing was changed since, and not who "
        "signed. Get the public key from its owner and name it with --key."
    )


@contextmanager
def bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error where that is a terminal; it is told how much is done, of how much."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def counted(show: Callable[[int, int], None], of: int) -> Callable[[int], None]:
    """Return what adds up how much more is done, and shows it."""
    done = 0

    def more(rows: int) -> None:
        nonlocal done
        done += rows
        show(done, of)

    return more
