"""Batches of addresses and hashes from the police or another hotline: CSV, and VICS JSON, entry by entry.

Forgiving about what a column is called, strict about what stands in it: an entry with one value that is none is bad as a
whole, and is named by its line. A document is read in the memory of one entry.
"""

from openhotline.exchange.batches.csv_batches import csv_entries
from openhotline.exchange.batches.entries import BatchEntry, Item
from openhotline.exchange.batches.vics_batches import vics_entries
from openhotline.hashlists.rows import BadRow

__all__ = ["BadRow", "BatchEntry", "Item", "csv_entries", "vics_entries"]
