"""The document ``fileDetails``: what is said of one uploaded file."""

# ruff: noqa: RUF009 - the fields say where they stand by a function; every one makes a field of its own

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openhotline.errors import BadInput
from openhotline.exchange.cybertip.people import URL, DeviceId, IpCapture
from openhotline.exchange.cybertip.shapes import attribute, child, flag, many, maybe, text
from openhotline.exchange.cybertip.terms import FileRelevance, IndustryClassification, MetadataType


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnnotations:
    """What the sender says of a file. ``generative_ai``: it is believed to be made by a generator."""

    anime_drawing_virtual_hentai: bool = flag()
    potential_meme: bool = flag()
    viral: bool = flag()
    possible_self_production: bool = flag()
    physical_harm: bool = flag()
    violence_gore: bool = flag()
    bestiality: bool = flag()
    live_streaming: bool = flag()
    infant: bool = flag()
    generative_ai: bool = flag()


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalFileHash:
    """A hash of the file as it was uploaded to the provider; ``hash_type`` names its kind."""

    value: str = text()
    hash_type: str = attribute(needed=True, most=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameValuePair:
    """One line of a file's metadata."""

    name: str = child(most=64)
    value: str = child()
    type: MetadataType | None = attribute(read_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Metadata of a file."""

    name_value_pair: tuple[NameValuePair, ...] = many()
    type: MetadataType | None = attribute()

    def __post_init__(self) -> None:
        if not self.name_value_pair:
            raise BadInput(
                "A file's details hold at least one pair of name and value. Leave them out, or add one."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDetails:
    """The whole document. Only a file that is itself reported may be classified or called a potential meme."""

    report_id: int = child(least=0, largest=2**63 - 1)
    file_id: str = child(pattern=r"\S{1,64}")
    file_name: str | None = maybe(most=2056)
    original_file_name: str | None = maybe(most=2056)
    uploaded_to_esp_timestamp: datetime | None = maybe()
    location_of_file: str | None = maybe(most=URL)
    file_viewed_by_esp: bool | None = maybe()
    exif_viewed_by_esp: bool | None = maybe()
    publicly_available: bool | None = maybe()
    file_relevance: FileRelevance | None = maybe()
    potential_meme: bool | None = maybe()
    file_annotations: FileAnnotations | None = maybe()
    industry_classification: IndustryClassification | None = maybe()
    original_file_hash: tuple[OriginalFileHash, ...] = many()
    ip_capture_event: IpCapture | None = maybe()
    device_id: tuple[DeviceId, ...] = many()
    details: tuple[Details, ...] = many()
    additional_info: tuple[str, ...] = many()

    def __post_init__(self) -> None:
        noted = self.file_annotations
        if noted is not None and self.potential_meme is not None:
            raise BadInput("A file has annotations or the older mark potentialMeme. Give one of the two.")
        is_meme = self.potential_meme is not None or (noted is not None and noted.potential_meme)
        if self.file_relevance == FileRelevance.SUPPLEMENTAL and (is_meme or self.industry_classification):
            raise BadInput(
                "Only a file with the relevance Reported is classified or called a potential meme."
            )
