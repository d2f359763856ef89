"""The object store of backups: files by key, given out to whoever has a signed address, as S3 does."""

from __future__ import annotations

import gzip
import secrets
from typing import Final, final

from aiohttp import web

BUCKET: Final = "backups"
"""The first part of each address; no API of the cluster begins so."""
SIGNED: Final = "X-Amz-Signature"


@final
class ObjectStore:
    """Files and who may have them. `files` are by key, unpacked; they are packed on the way out."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._signatures: dict[str, str] = {}

    def sign(self, base: str, key: str) -> str:
        """An address by which anybody can fetch the file, if there is one."""
        signature = secrets.token_hex(16)
        self._signatures[signature] = key
        return f"{base}/{BUCKET}/{key}?{SIGNED}={signature}"

    def remove(self, prefix: str) -> None:
        """Every file whose key begins so."""
        for key in [each for each in self.files if each.startswith(prefix)]:
            del self.files[key]

    async def handle(self, request: web.Request) -> web.Response:
        """403 without the signature for this file, 404 where there is none."""
        key = request.match_info["key"]
        if self._signatures.get(request.query.get(SIGNED, "")) != key:
            return web.Response(status=403)
        if key not in self.files:
            return web.Response(status=404)
        return web.Response(body=gzip.compress(self.files[key]), content_type="application/octet-stream")
