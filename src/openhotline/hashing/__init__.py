"""From bytes or pixels to fingerprints: MD5, SHA-1, SHA-256, and PDQ in three modes.

``pdq_strict`` for everything that enters a list and to confirm a hit; ``pdq_fast`` for bulk, whose self-check
says when to hash strictly instead; ``pdq_reference`` is slow and obvious, for tests. PDQ looks at pixels as
stored: orientation tags are not applied, as in the reference implementation. numba is loaded when the first
picture is hashed, or by :func:`prepare`, which also leaves the compiled kernels in numba's cache for
processes that may not write.
"""

from openhotline.hashing.digests import ALGORITHMS, Digests, digests, digests_of_stream
from openhotline.hashing.dihedral import VARIANTS, dihedral
from openhotline.hashing.fast import FAST_SHORTER_SIDE, pdq_fast
from openhotline.hashing.pdq import MATCHABLE_QUALITY, SELF_CHECK_LIMIT, PdqHash
from openhotline.hashing.preparation import prepare
from openhotline.hashing.reference import pdq_reference
from openhotline.hashing.strict import pdq_strict

__all__ = [
    "ALGORITHMS",
    "FAST_SHORTER_SIDE",
    "MATCHABLE_QUALITY",
    "SELF_CHECK_LIMIT",
    "VARIANTS",
    "Digests",
    "PdqHash",
    "digests",
    "digests_of_stream",
    "dihedral",
    "pdq_fast",
    "pdq_reference",
    "pdq_strict",
    "prepare",
]
