"""A shard is what one process reads from its beginning to its end; an item is one member of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openhotline.hashing import Digests

FILES_IN_A_SHARD = 1000
"""Files of a folder, or members of a zip, that are one shard."""


@dataclass(frozen=True, slots=True)
class Shard:
    """``name`` is unique in its data set and the same on every machine, ``place`` a path or an object store's address.

    ``form`` is one of ``folder``, ``tar``, ``zip``, ``parquet``, ``arrow``. ``start`` and ``stop`` count in the form's
    own unit (bytes of a tar, members of a zip, row groups, record batches); both 0 mean the whole. ``members`` are the
    paths below ``place`` of a folder's shard. ``size`` is in bytes, for progress.
    """

    name: str
    form: str
    place: str
    start: int = 0
    stop: int = 0
    size: int = 0
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How tables are to be read, and where an object store is. Empty names are found by what tables usually hold.

    ``hash_columns`` names columns that hold ready values, by algorithm (md5, sha1, sha256, pdq, pdq_quality).
    ``store`` holds what the reader of an object store needs: ``endpoint``, ``region``, ``anonymous``; keys come from
    the environment, never from here.
    """

    key_column: str = ""
    image_column: str = ""
    url_column: str = ""
    hash_columns: Mapping[str, str] = field(default_factory=dict)
    store: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One member. Either its bytes; or ``digests`` alone, where it is too large to be decoded; or what is ``stated``.

    ``problem`` is a code of :data:`PROBLEMS` where it could not be read, and then there is nothing else; ``stated``
    holds what the data set itself says: ``md5`` ... in hexadecimal, ``url`` as written. It may stand beside bytes, and
    then tells of the original, of which the bytes may be a scaled copy. ``is_label`` marks what stands beside pictures
    (captions, classes), which is counted and not looked at. ``stands_for`` is what counts in the data set's digest, 32
    bytes, where the bytes were fetched and are not the data set's own.
    """

    key: str
    untrusted_bytes: bytes | None = None
    digests: Digests | None = None
    stated: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    is_label: bool = False
    stands_for: bytes = b""


PROBLEMS: Mapping[str, str] = {
    "unreadable_member": "The member could not be read from its shard. Get the shard again, or check the disk.",
    "unreadable_shard": "The shard ends early or is damaged from here on. Get it again; members before were looked at.",
    "changed": "The file changed while it was read. Run the audit again once nobody writes to it.",
    "bad_value": "A value that the table states is not of its kind. Correct the table, or name another column.",
    "no_columns": "The table has neither pictures nor hashes nor addresses in columns that are known. Name its columns.",
    "empty": "The row holds neither a picture nor a hash nor an address.",
    "not_a_file": "The member is a link, a device or a sparse file, and was not read. Write the shard with files alone.",
    "packed_otherwise": "It is encrypted, or packed in a way that is not read. Write it again, stored or deflated.",
    "expands_too_far": "It unpacks to far more than archives of pictures do, and was not read from here on. Look at it.",
    "not_fetched": "The address gave nothing, or may not be asked, and no picture was looked at. Audit again later.",
    "duplicate_key": "Another member of this shard has the same key. Both were looked at.",
}
"""Codes of what may keep an audit from a member, with what to do."""
