"""What the figures and tables of reports, hosting and removal count, in one place.

Pages and files quote it, and a test holds ``docs/reference/statistics.md`` to it word for word.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ADDRESSES, NAMINGS, DOMAINS, NOTICES, MINUTES = "addresses", "namings", "domains", "notices", "minutes"

REPORT_FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "address_reports": "Reports taken in that name at least one address.",
        "set_aside": "Reports that name an address and wait in quarantine. Nothing below counts them.",
        "refused": "Reports that name an address and were refused by a person. Nothing below counts them.",
        "namings": "Namings: one report that names one address. Reported twice, an address has two.",
        "duplicates": "Namings of an address that an earlier naming in the scope had named already.",
        "addresses": "Distinct addresses: namings less duplicates.",
        "not_assessed": "Addresses without an assessment in force.",
        "undecided": "Addresses with an assessment in force but no firm outcome in the deciding jurisdiction.",
        "assessed": "Addresses with an assessment in force and a firm outcome in the deciding jurisdiction.",
        "actioned": "Assessed addresses with criminal material, on which steps for removal follow.",
        "not_criminal": "Assessed addresses without criminal material, those off remit apart.",
        "off_remit": "Assessed addresses that are not this hotline's to act on.",
        "behind_front": "Actioned addresses whose host country is that of a network before an unknown origin.",
        "gone_before_notice": "Actioned addresses that were gone before a notice was sent.",
        "generators": "Records of image generators (model files); their content is never kept.",
        "manuals": "Records of manuals; their content is never kept.",
    }
)

REMOVAL_FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "notices": "Notices to hosts that were sent.",
        "addresses_told": "Addresses in those notices, each once.",
        "addresses_per_notice": "Lines of those notices divided by the notices, to one decimal place, a half up.",
        "clocks": "Clocks: one address at one host, from the issue of its notice.",
        "removed": "Clocks that ended because the address was gone, at the first of the misses that confirmed it.",
        "moved": "Clocks that ended because the address moved to another host.",
        "stopped": "Clocks that ended because nobody watches the address any longer.",
        "still_online": "Clocks that run.",
    }
)

REPORT_TABLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "reports": (
            "Reports of addresses",
            "The figures of all reports that name addresses; each carries a definition of its own.",
        ),
        "reports_by_source": (
            "What came of reports, by source, with duplicates",
            "Namings by the kind of source of their report and by what came of the address. Duplicates are "
            "counted. actioned_percent: actioned of the assessed (actioned, not_criminal, off_remit).",
        ),
        "reports_by_source_once": (
            "What came of reports, by source, without duplicates",
            "Addresses by the kind of source that named them first in the scope and by what came of them. "
            "actioned_percent: actioned of the assessed (actioned, not_criminal, off_remit).",
        ),
        "hosting": (
            "Geographical hosting",
            "Actioned addresses by the country of the physical server, as the last trace that named a country "
            "says; of the network before it where the origin is unknown. Onion services have no country. % last "
            "year: the share in the same period a year earlier, empty where the row is new.",
        ),
        "site_types": ("Site types", "Actioned addresses by type of site."),
        "commercial": ("Commerciality", "Actioned addresses by what points to payment."),
        "domains": (
            "Unique domains by host country",
            "Distinct registrable domains with actioned addresses, once for each country in which a trace "
            "found them; .onion: distinct onion services.",
        ),
        "removal": (
            "Removal",
            "The figures of notices to hosts and of what became of the addresses; each carries a definition "
            "of its own.",
        ),
        "removal_by_country": (
            "Removal by country",
            "Clocks by the country of the host to which the notice went, and by how they stand.",
        ),
        "removal_times": (
            "Minutes to removal",
            "Whole minutes from the issue of the notice to the first of the misses that confirmed the removal. "
            "The median is Kaplan and Meier's with its 95 % interval (log-log): an address still online or "
            "no longer watched counts until it was last seen, one that moved until it moved. not reached: too few "
            "are gone for it. within_60 and within_120: the share that the same estimate says is gone by then.",
        ),
        "removal_by_host": (
            "Removal by host",
            "Clocks by the network to which the notice went, and by how they stand. Not made for the public.",
        ),
        "removal_times_by_host": (
            "Minutes to removal by host",
            "The same times by the network to which the notice went. Not made for the public.",
        ),
    }
)

FIGURES_RULE = "Counts are exact. Where there is nothing to divide by, the rate is left empty."
SOURCES_RULE = (
    "Shares are of the assessed, rounded to a whole number, a half upwards. "
    "Where nothing was assessed there is none."
)
TIMES_RULE = (
    "Minutes are whole minutes that passed. Shares are rounded to a whole number, a half upwards. Nothing is "
    "estimated where no clock ran."
)
