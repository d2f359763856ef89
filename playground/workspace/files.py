"""Files in the three steps of Slack: ask for an address, send the bytes there, complete."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from playground.workspace.people import BOT_USER, TEAM
from playground.workspace.wire import Json


@dataclass(kw_only=True)
class File:
    """`content` is None until the bytes arrived; `complete` once it may be shown."""

    id: str
    name: str
    length: int
    upload_key: str
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    complete: bool = False

    def shown(self, address: str) -> Json:
        mimetype = mimetypes.guess_type(self.name)[0] or "text/plain"
        link = f"{address}/files/{self.id}/{self.upload_key}"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": mimetype,
            "filetype": self.name.rpartition(".")[2] or "text",
            "size": self.length,
            "user": BOT_USER,
            "user_team": TEAM,
            "mode": "hosted",
            "is_external": False,
            "is_public": True,
            "url_private": link,
            "url_private_download": link,
            "permalink": link,
        }


@final
class Files:
    """Every file of the workspace."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}

    def announce(self, name: str, length: int, alt_text: str) -> File:
        file = File(
            id=f"F0{len(self._by_id) + 1:07d}",
            name=name,
            length=length,
            upload_key=secrets.token_hex(12),
            alt_text=alt_text,
        )
        self._by_id[file.id] = file
        return file

    def all(self) -> list[File]:
        return list(self._by_id.values())

    def recall(self, files: Iterable[File]) -> None:
        self._by_id = {file.id: file for file in files}

    def find(self, file_id: str) -> File | None:
        return self._by_id.get(file_id)

    def by_key(self, upload_key: str) -> File | None:
        return next((file for file in self._by_id.values() if file.upload_key == upload_key), None)
