"""How often another sensor reaches a peak-to-correlation energy by chance.

1. Two patterns that have nothing in common: every value of their cross-correlation is a sum of hundreds of
   thousands of products without a common sign, so it is close to normally distributed around zero.
2. The energy at one place is that value squared over the mean square of all the others: the square of a standard
   normal, chi-square with one degree of freedom. It keeps the value's sign, and only positive peaks count, so the
   chance to reach e is Q(sqrt(e)) = erfc(sqrt(e / 2)) / 2.
3. Where the highest of n places is taken, the chance that at least one reaches e is 1 - (1 - Q)^n.

At 60 that is 5e-15 for one place, 5e-9 for a million. Where JPEG blocks coincide, which is where a stored picture lies,
the surface is wider; ``correlation`` divides the energy by how much before it asks here. Then the values of simulated
and of real pictures exceed 4 up to 1.4 times as often as calculated, 9 twice, 16 four times (measured 2026-11): tails
are heavier than a normal's, so a calculated rate is one of size, not of digits. And real sensors are worse than their
arithmetic, since what makers build into every camera of a model is common to all of them: the measured rates in
``rules.toml`` stand beside it. (The same model: M. Goljan, "Digital camera identification from images - estimating
false acceptance probability", 2008.)
"""

from __future__ import annotations

import math


def false_alarm_rate(energy: float, places: int = 1) -> float:
    """Return the chance that an unrelated sensor reaches ``energy`` where the best of ``places`` is taken."""
    if energy <= 0 or places < 1:
        return 1.0
    once = math.erfc(math.sqrt(energy / 2)) / 2
    return -math.expm1(places * math.log1p(-once))
