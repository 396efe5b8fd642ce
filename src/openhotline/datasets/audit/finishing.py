"""The end of an audit: results of shards, as they come in the plan's order, become tables, a summary and a page.

Everything streams: memory does not grow with the data set, but for some 200 bytes a shard for the data set's digest.
A finish that was stopped is done again from the beginning; until the summary stands there, nothing is finished.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.checkpoint import key_id
from openhotline.datasets.audit.digest import dataset_digest
from openhotline.datasets.audit.kinds import FAILED_SHARD
from openhotline.datasets.audit.page.whole import page
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.summary import Summary, summary_of
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS, SHARDS
from openhotline.datasets.audit.tally import Tally
from openhotline.datasets.sealed.files import Written, write_bytes
from openhotline.datasets.sealed.sealing import named, seal, unseal
from openhotline.datasets.sealed.signing import AUDIT
from openhotline.datasets.sealed.table_files import TableFile, TableParts, rows_of

HITS_FILE, ERRORS_FILE, SHARDS_FILE = "hits.parquet", "errors.parquet", "shards.parquet"
FINGERPRINTS_FOLDER, PAGE = "fingerprints", "report.html"

_shard_row, _error_row = rows_of(SHARDS), rows_of(ERRORS)


def finish(
    out: Path,
    results: Iterable[ShardResult],
    asked: Mapping[str, Any],
    *,
    key: Ed25519PrivateKey,
    at: datetime,
    beside: Sequence[TableFile] = (),
) -> Summary:
    """Write every table, the page and the signed summary below ``out``; return what the summary says.

    ``results`` come in the plan's order, each shard once. ``asked`` is what ``audit.json`` holds. ``beside`` are
    tables that whoever yields the results has written and closed when the last one came; they are sealed as well.
    """
    unseal(out)
    shutil.rmtree(out / FINGERPRINTS_FOLDER, ignore_errors=True)
    tally = Tally()
    files = _write_tables(out, results, tally, keep=bool(asked.get("fingerprints")))
    files += [table.written for table in beside if table.written is not None]
    document = summary_of(tally, asked, data_set_digest=dataset_digest(tally.digests), at=at)
    files.append(write_bytes(out, PAGE, page(document, tally).encode()))
    digest = seal(out, document, files, what=AUDIT, key=key, at=at)
    return Summary({**document, "files": named(files)}, digest, key_id(key.public_key()))


def _write_tables(out: Path, results: Iterable[ShardResult], tally: Tally, *, keep: bool) -> list[Written]:
    with ExitStack() as stack:
        single = [
            stack.enter_context(TableFile(out, name, schema))
            for name, schema in ((HITS_FILE, HITS), (ERRORS_FILE, ERRORS), (SHARDS_FILE, SHARDS))
        ]
        hits, errors, shards = single
        fingerprints = stack.enter_context(TableParts(out, FINGERPRINTS_FOLDER, FINGERPRINTS))
        if keep:  # also a data set without members has a table of them
            fingerprints.add(FINGERPRINTS.empty_table())
        for result in map(_told, results):
            tally.add(result)
            hits.add(result.hits)
            errors.add(result.errors)
            shards.add(_row(result))
            if result.fingerprints is not None:
                fingerprints.add(result.fingerprints)
    return [file.written for file in single if file.written is not None] + fingerprints.written


def _told(result: ShardResult) -> ShardResult:
    """A shard that failed stands among the errors, whoever else said so before."""
    if not result.failure or FAILED_SHARD in result.errors["kind"].to_pylist():
        return result
    row = _error_row(shard=result.shard, key="", kind=FAILED_SHARD, words=result.failure)
    return ShardResult(
        shard=result.shard,
        counts={**result.counts, "errors": result.counts.get("errors", 0) + 1},
        digest=result.digest,
        seconds=result.seconds,
        hits=result.hits,
        errors=pa.concat_tables([result.errors, row]),
        fingerprints=result.fingerprints,
        claims=result.claims,
        failure=result.failure,
    )


def _row(result: ShardResult) -> pa.Table:
    counts = {
        name: result.counts.get(name, 0)
        for name in SHARDS.names
        if pa.types.is_int64(SHARDS.field(name).type)
    }
    return _shard_row(
        **counts,
        shard=result.shard,
        digest=result.digest,
        seconds=result.seconds,
        claims=list(result.claims.items()),
    )
