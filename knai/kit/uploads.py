"""How an upload is received: whole up to a limit, only counted beyond it, so that the form can say so."""

from __future__ import annotations

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from knai.kit.files import MOST_UPLOAD_BYTES


class CountedUpload(TemporaryFileUploadHandler):
    """Writes to a temporary file and stops writing past the limit. What is too large is known by its size;
    the connection is not cut, and the disk not filled."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= MOST_UPLOAD_BYTES:
            super().receive_data_chunk(raw_data, start)
