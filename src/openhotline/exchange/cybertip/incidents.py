"""Where something happened: one of eight kinds of place."""

# ruff: noqa: RUF009 - the fields say where they stand by a function; every one makes a field of its own

from __future__ import annotations

from dataclasses import dataclass, fields

from openhotline.errors import BadInput
from openhotline.exchange.cybertip.people import URL, Email, IpCapture, Phone, PostalAddress
from openhotline.exchange.cybertip.shapes import attribute, many, maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """Addresses on the web."""

    url: tuple[str, ...] = many(most=URL)
    additional_info: str | None = maybe()
    third_party_hosted_content: bool | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail."""

    email_address: tuple[Email, ...] = many()
    content: str | None = maybe()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsgroup:
    """A newsgroup."""

    name: str | None = maybe(most=255)
    email_address: tuple[Email, ...] = many()
    content: str | None = maybe()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat or messages."""

    chat_client: str | None = maybe(most=255)
    chat_room_name: str | None = maybe(most=255)
    content: str | None = maybe()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A game with others."""

    game_name: str | None = maybe(most=255)
    console: str | None = maybe(most=255)
    content: str | None = maybe()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPhone:
    """A telephone call or message."""

    phone_number: Phone | None = maybe()
    latitude: float | None = maybe(least=-90, largest=90)
    longitude: float | None = maybe(least=-180, largest=180)
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """A place that is on no network."""

    location_name: str | None = maybe(most=255)
    incident_address: tuple[PostalAddress, ...] = many()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerToPeer:
    """A network without servers."""

    client: str | None = maybe(most=255)
    ip_capture_event: tuple[IpCapture, ...] = many()
    file_names: str | None = maybe()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetDetails:
    """One place of an incident: exactly one of the eight."""

    web_page: WebPage | None = maybe("webPageIncident")
    email: Mail | None = maybe("emailIncident")
    newsgroup: Newsgroup | None = maybe("newsgroupIncident")
    chat: Chat | None = maybe("chatImIncident")
    game: Game | None = maybe("onlineGamingIncident")
    cell_phone: CellPhone | None = maybe("cellPhoneIncident")
    offline: Offline | None = maybe("nonInternetIncident")
    peer_to_peer: PeerToPeer | None = maybe("peer2peerIncident")

    def __post_init__(self) -> None:
        if sum(getattr(self, one.name) is not None for one in fields(self)) != 1:
            raise BadInput("internetDetails names exactly one kind of incident. Give each place its own.")
