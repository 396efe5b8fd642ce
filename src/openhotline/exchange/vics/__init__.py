"""VICS-2.0-compatible JSON, written. It is read by :mod:`openhotline.hashlists`."""

from openhotline.exchange.vics.categories import PROFILES, Categories, Rule, read_categories, shipped_text
from openhotline.exchange.vics.media import Case, Media, Place
from openhotline.exchange.vics.writing import write_case, write_hash_set

__all__ = [
    "PROFILES",
    "Case",
    "Categories",
    "Media",
    "Place",
    "Rule",
    "read_categories",
    "shipped_text",
    "write_case",
    "write_hash_set",
]
