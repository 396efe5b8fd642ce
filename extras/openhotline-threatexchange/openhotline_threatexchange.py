"""An exchange for threatexchange: NCMEC's hash sharing protocol, version 2, at any base address.

The exchange that comes with threatexchange knows NCMEC's own servers only. This one takes ``--base-url``, and its
credentials from ``TX_HOTLINE_CREDENTIALS`` or ``~/.tx_hotline_credentials``: user, colon, key. README.md
has the commands.
"""

# No "from __future__ import annotations": the command line reads the types of the configuration's fields.
import typing as t
from dataclasses import dataclass, field

from threatexchange.exchanges.collab_config import CollaborationConfigWithDefaults
from threatexchange.exchanges.impl.ncmec_api import NCMECCredentials, NCMECSignalExchangeAPI
from threatexchange.extensions.manifest import ThreatExchangeExtensionManifest

NAME = "openhotline"


@dataclass(frozen=True)
class BaseAddress:
    """What NCMEC's client asks of an environment: the address as ``value``."""

    value: str


@dataclass
class _Required:
    base_url: str = field(metadata={"help": "the feed's address, ending in /ncmec"})


@dataclass
class OpenHotlineConfig(CollaborationConfigWithDefaults, _Required):
    """Where the list is. Everything else is NCMEC's protocol."""

    api: str = field(init=False, default=NAME)
    only_esp_ids: set[int] = field(
        default_factory=set, metadata={"help": "only take entries of these members"}
    )

    @property
    def environment(self) -> BaseAddress:
        return BaseAddress(self.base_url.rstrip("/"))


@dataclass
class OpenHotlineCredentials(NCMECCredentials):
    """Of their own, so that one program can take NCMEC's list and this one."""

    ENV_VARIABLE: t.ClassVar[str] = "TX_HOTLINE_CREDENTIALS"
    FILE_NAME: t.ClassVar[str] = "~/.tx_hotline_credentials"


class OpenHotlineExchange(NCMECSignalExchangeAPI):
    """NCMEC's exchange with another address."""

    @classmethod
    def get_name(cls) -> str:
        return NAME

    @staticmethod
    def get_config_cls() -> t.Any:
        return OpenHotlineConfig

    @staticmethod
    def get_credential_cls() -> t.Any:
        return OpenHotlineCredentials

    @classmethod
    def for_collab(cls, collab: t.Any, credentials: t.Any = None) -> "OpenHotlineExchange":
        found = credentials or OpenHotlineCredentials.get(cls)
        return cls(collab, found.user, found.password)


TX_MANIFEST = ThreatExchangeExtensionManifest(apis=(OpenHotlineExchange,))
