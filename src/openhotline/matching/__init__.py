"""Fingerprints against lists and against each other: who is near whom, and near duplicates as clusters.

``within`` is the slow, obvious reference; ``search`` compares with every hash by a kernel. Both are exact.
"""

from openhotline.matching.brute import Pairs, nearest, search
from openhotline.matching.clusters import MATCH_DISTANCE, Clusters, cluster
from openhotline.matching.packed import stack
from openhotline.matching.reference import Neighbour, all_pairs, hamming, within

__all__ = [
    "MATCH_DISTANCE",
    "Clusters",
    "Neighbour",
    "Pairs",
    "all_pairs",
    "cluster",
    "hamming",
    "nearest",
    "search",
    "stack",
    "within",
]
