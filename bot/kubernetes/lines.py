"""Cutting a stream of bytes into lines, however the network cut it."""

from __future__ import annotations


class TooLong(Exception):
    """A line is longer than the limit."""


class LineCutter:
    """Feed chunks, get whole lines without their newline. Never holds more than `limit` bytes and one chunk."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._open: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes. Raises `TooLong`."""
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = b"".join((*self._open, whole[0]))
            self._open, self._size = [], 0
        if rest:
            self._open.append(rest)
            self._size += len(rest)
        if self._size > self.limit or any(len(line) > self.limit for line in whole):
            raise TooLong
        return whole

    @property
    def rest(self) -> bytes:
        """What came after the last newline."""
        return b"".join(self._open)
