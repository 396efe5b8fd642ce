"""A published hosting table as input: Internet Watch Foundation, annual data and insights report 2024, "Geographical
hosting: URLs". Countries by code with their reports, and last year's whole-number shares where they were printed.

The rows below the ten are not printed there but for the United Kingdom and .onion; what is left to the whole stands in
one row.
"""

from __future__ import annotations

from openhotline_server.statistics.hosting_tables import ONION, OTHERS

REPORTS_2024 = {
    "NL": 83_037,
    "US": 41_110,
    "BG": 25_180,
    "HK": 24_063,
    "RO": 21_528,
    "MY": 15_902,
    "LT": 8_484,
    "PL": 8_077,
    "CZ": 7_859,
    "LV": 7_540,
    "GB": 987,
}
ROWS_WITHOUT_COUNTRY = {ONION: 531, OTHERS: 46_975}
SHARES_2023 = {
    "NL": 33,
    "US": 15,
    "BG": 6,
    "HK": 9,
    "RO": 0,
    "MY": 2,
    "LT": 0,
    "PL": 0,
    "CZ": 0,
    "LV": 0,
}
TOP_TEN_2024, ALL_2024 = 242_780, 291_273
