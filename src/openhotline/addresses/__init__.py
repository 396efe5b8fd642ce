"""Addresses as reporters write them, in one normal form: the same place reported twice is one place.

:func:`normalise` is for what people write. Lists of addresses that organisations exchange keep path and query as they
stand there (:mod:`openhotline.hashlists.addresses`), with the same functions for host, port and escapes; every normal
form from here is one there too.
"""

from openhotline.addresses.defanged import defang
from openhotline.addresses.finding import find_addresses
from openhotline.addresses.normal import Network, Normal, described, normalise
from openhotline.addresses.parts import LONGEST

__all__ = ["LONGEST", "Network", "Normal", "defang", "described", "find_addresses", "normalise"]
