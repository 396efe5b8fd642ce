"""The site's vault, opened once per process."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from openhotline.vault import MasterKey, Vault


@lru_cache(maxsize=1)
def vault() -> Vault:
    """The open vault. Raises WrongMasterKey if the key file is another vault's."""
    settings.DATA.require()
    return Vault.open(settings.DATA.vault, MasterKey.from_file(settings.DATA.master_key_file))
