"""Fingerprints against lists and against each other: who is near whom, and near duplicates as clusters.

``within`` is the slow, obvious reference; ``search`` compares with every hash by a kernel; an ``Index`` is a file that
finds the same among millions, and a ``ListIndex`` a folder of them that changes. All are exact.
"""

from openhotline.matching.brute import Pairs, nearest, search
from openhotline.matching.building import build_index
from openhotline.matching.clusters import MATCH_DISTANCE, Clusters, cluster
from openhotline.matching.index import Found, Index, open_index
from openhotline.matching.list_index import ListIndex
from openhotline.matching.packed import stack
from openhotline.matching.preparation import prepare
from openhotline.matching.reference import Neighbour, all_pairs, hamming, within

__all__ = [
    "MATCH_DISTANCE",
    "Clusters",
    "Found",
    "Index",
    "ListIndex",
    "Neighbour",
    "Pairs",
    "all_pairs",
    "build_index",
    "cluster",
    "hamming",
    "nearest",
    "open_index",
    "prepare",
    "search",
    "stack",
    "within",
]
