"""A site with one large list and a partner who may ask about it: ``python -m benchmarks.serving_site HASHES.npy``.

Prints the partner's key. The rows are written as the loader's last step would, without its staging and checks.
"""

from __future__ import annotations

import sys

import numpy as np

AT_ONCE = 5000


def main() -> None:
    from openhotline_server.commands import site_ready

    site_ready(initialise=True)
    from django.db import transaction
    from django.utils import timezone

    from openhotline_server.accounts.models import User
    from openhotline_server.accounts.operations import issue_partner_key
    from openhotline_server.lists import index
    from openhotline_server.lists.models import Edition, Entry, HashList
    from openhotline_server.lists.operations import Governance, add_list, load_edition
    from openhotline_server.sharing.grants import Terms, grant

    now = timezone.now()
    hashes = np.load(sys.argv[1])
    made = add_list(name="large", title="A large list", governance=Governance(), actor="benchmark", at=now)
    with transaction.atomic():
        edition = load_edition(hash_list=made, add=[], withdraw=[], actor="benchmark", at=now)
        for first in range(0, len(hashes), AT_ONCE):
            Entry.objects.bulk_create(
                Entry(
                    hash_list=made, algorithm="pdq", value=row.tobytes().hex(), quality=100, added_in=edition
                )
                for row in hashes[first : first + AT_ONCE]
            )
        Edition.objects.filter(pk=edition.pk).update(entries=len(hashes))
    index.rebuild(HashList.objects.get(pk=made.pk), patience=600)
    partner = User.objects.create(username="pia", display_name="Pia", role="partner", joined_at=now)
    terms = Terms(tells_distance=True, per_minute=10**8, per_day=10**8)
    grant(partner=partner, hash_list=made, terms=terms, actor="benchmark", at=now)
    print(issue_partner_key(partner=partner, actor="benchmark", at=now).secret)


if __name__ == "__main__":
    main()
