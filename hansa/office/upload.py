"""How much of a file is taken in: what is sent beyond that is let pass and not kept."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from hansa.office.intake import LARGEST

BEYOND = "hansa.upload_beyond"


class Ceiling(FileUploadHandler):
    """Stops keeping a file, or several together, that are larger than an import may be."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """The chunk, for the next in line, as long as there is room.

        Raises
        ------
        StopUpload : there is none left; the request then holds no file, and says so (`too_large`).
        """
        self._received += len(raw_data)
        if self._received > LARGEST:
            if self.request is not None:
                self.request.META[BEYOND] = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Nothing: the next in line keeps the file."""
        return


def too_large(request: HttpRequest) -> bool:
    """Whether a request brought more than is taken in."""
    return bool(request.META.get(BEYOND))
