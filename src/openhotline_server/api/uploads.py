"""One uploaded file of a form, held in memory: nothing of it is written to disk before it is sealed."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from openhotline.errors import BadInput, TooLarge


class HeldInMemory(FileUploadHandler):
    """Takes one file up to a limit in bytes, and refuses what comes beyond it."""

    def __init__(self, request: HttpRequest, largest: int) -> None:
        super().__init__(request)
        self._largest = largest
        self._bytes = bytearray()
        self._files = 0

    def new_file(self, *args: Any, **named: Any) -> None:
        """Begin the one file."""
        super().new_file(*args, **named)
        self._files += 1
        if self._files > 1:
            raise BadInput("The form holds more than one file. Send each in a call of its own.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece; give nothing to the handlers that would write it to disk."""
        if len(self._bytes) + len(raw_data) > self._largest:
            raise TooLarge(f"The file is larger than {self._largest:,} bytes. It was not kept.")
        self._bytes += raw_data

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Hand the file over."""
        held = io.BytesIO(self._bytes)
        return InMemoryUploadedFile(held, self.field_name, self.file_name or "file", "", file_size, None)


def one_file(request: HttpRequest, field: str, *, largest: int) -> tuple[bytes, str]:
    """Return the bytes and the name of a form's file. Raises BadInput where there is none, or TooLarge."""
    request.upload_handlers = [HeldInMemory(request, largest)]
    uploaded = request.FILES.get(field)
    if uploaded is None:
        raise BadInput(f"The form holds no file named '{field}'. Send multipart/form-data with one.")
    untrusted_bytes = uploaded.read()
    if not untrusted_bytes:
        raise BadInput("The file holds no bytes. Send the file itself.")
    return untrusted_bytes, uploaded.name or ""
