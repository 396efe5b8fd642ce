"""The names that columns and keys go by in the lists of others. Order, case and punctuation do not matter."""

from __future__ import annotations

import re

from openhotline.hashlists.kinds import KINDS

ALGORITHM, VALUE, QUALITY, MEDIA, REFERENCE = "algorithm", "value", "quality", "media", "reference"
GRADES, AI, TAGS, STATUS, AT, EDITION = "grades", "ai", "tags", "status", "at", "edition"

CATEGORY = "category"
KEPT_AS_TAGS = ("classification", CATEGORY, "severity", "series")
"""Words of other schemes. They are kept as ``category:3`` and never become a grade of ours by themselves."""

_synonyms: dict[str, str] = {
    "md5": "md5 hash_md5 md5_hash md5sum md5_sum file_md5 md5_value",
    "sha1": "sha1 hash_sha1 sha1_hash sha1sum sha1_sum file_sha1 sha1_value",
    "sha256": "sha256 hash_sha256 sha256_hash sha256sum sha256_sum sha2_256 sha256_value",
    "pdq": "pdq hash_pdq pdq_hash pdq_value image_pdq",
    "photodna": "photodna photo_dna photodna_hash hash_photodna pdna pdna_hash hash_pdna",
    "url": "url uri link web_address",
    "domain": "domain domain_name host hostname host_name fqdn",
    "text_sha256": "text_sha256 text_hash",
    "file_sha256": "file_sha256 model_sha256",
    "video_md5": "video_md5 md5_video",
    "tensor_f16": "tensor_f16",
    "tensor_bf16": "tensor_bf16",
    ALGORITHM: "algorithm algo hash_type hash_algorithm hash_name signal_type",
    VALUE: "value hash hash_value signal_str signal",
    QUALITY: "quality pdq_quality quality_pdq pdq_hash_quality hash_quality",
    MEDIA: "media media_type content_type mime mime_type",
    REFERENCE: "reference ref id entry_id image_id media_id hash_id record_id source_id uuid guid",
    GRADES: "grades",
    AI: "ai",
    TAGS: "tags tag labels",
    STATUS: "status hash_status entry_status",
    AT: "at timestamp date_updated updated updated_at date_added added_at created_at last_modified last_mod_timestamp",
    EDITION: "edition",
    **{name: name for name in KEPT_AS_TAGS},
}

_algorithms = {
    "image_pdq": "pdq",
    "video_sha256": "sha256",
    "uri": "url",
    "sha_1": "sha1",
    "sha_256": "sha256",
    "sha2_256": "sha256",
    "pdna": "photodna",
    "photo_dna": "photodna",
    "hash_pdq": "pdq",
    "hash_md5": "md5",
    "hash_sha1": "sha1",
    "hash_sha256": "sha256",
    "hash_video_md5": "video_md5",
}

_other = re.compile(r"[^a-z0-9]+")


def squeezed(name: str) -> str:
    """Return a name without case and punctuation: ``MD5_Hash`` and ``md5 hash`` are one."""
    return _other.sub("", name.lower())


_columns = {squeezed(word): column for column, words in _synonyms.items() for word in words.split()}
_kinds = {squeezed(name): kind for name, kind in {**{name: name for name in KINDS}, **_algorithms}.items()}


def column_of(name: str) -> str:
    """Return which column a name means, or nothing for one that is not read."""
    return _columns.get(squeezed(name), "")


def algorithm_of(name: str) -> str:
    """Return which algorithm a cell means, or nothing for one that is not taken."""
    return _kinds.get(squeezed(name), "")


def carries_values(columns: list[str]) -> bool:
    """Say whether columns can hold an entry: one per algorithm, or algorithm and value."""
    return any(column in KINDS for column in columns) or {ALGORITHM, VALUE} <= set(columns)
