"""Where a file of a backup may be fetched from: the object store of its storage location, and nowhere else.

Whoever may patch a DownloadRequest chooses the address in it. So host and port must be the location's own, on AWS the
bucket too; addresses that are not public (loopback, private ranges, link-local: the metadata service of a cloud) only
where the configuration lists them (`object_stores`); the name is resolved once, and what was checked is connected to.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.errors import Refused
from bot.operations.velero.models import Location
from bot.text import Code, text

AWS: Final = re.compile(r"s3(?:-fips)?(?:\.dualstack)?(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?")
NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""The last label of what `inet_aton` and browsers read as an IPv4 address (`127.1`, `2852039166`); of no name's."""
ASCENDS: Final = re.compile(r"%2e|\\|%5c|\.\.%2f|%2f\.\.", re.IGNORECASE)
"""Ways to write `..` or a separator that a server behind it may decode."""
NAT64: Final = ip_network("64:ff9b::/96")
CONFIGURED: Final = ("s3Url", "publicUrl")


def check_address(signed: str, location: Location, stores: tuple[str, ...]) -> URL:
    """The address, if it is one of the location's. Raises `Refused` without quoting it."""
    try:
        address = URL(signed, encoded=True)
        host, port = (address.raw_host or "").lower(), address.port
    except ValueError:
        raise _refused() from None  # the library's error quotes the address
    if _ascends(address.raw_path) or not host.isascii():
        raise _refused()
    listed = is_listed(host, port, stores)
    known = _is_configured(address, location) if _configured(location) else _is_aws(address, location)
    if not known or address.user or address.password:
        raise _refused()
    if address.scheme != "https" and not (address.scheme == "http" and listed):
        raise _refused()
    if _is_literal(host) and not _is_followed(host, listed=listed):
        raise _refused()
    return address


def is_listed(host: str, port: int | None, stores: tuple[str, ...]) -> bool:
    """Whether the configuration names it; an entry without a port is about every port."""
    return host in stores or f"{host}:{port}" in stores


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's; mapped and transition forms are not."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and (found.ipv4_mapped or found.sixtofour or found.teredo or found in NAT64):
        return False
    return found.is_global and not found.is_multicast


@final
class GuardedResolver(AbstractResolver):
    """Resolves as the system does, and gives out public addresses only, unless the host is listed."""

    def __init__(self, stores: tuple[str, ...]) -> None:
        self._stores, self._system = stores, ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `OSError` where one of the addresses is not public."""
        found = await self._system.resolve(host, port, family)
        if not is_listed(host.lower(), port, self._stores) and not all(is_public(each["host"]) for each in found):
            raise OSError("not a public address")
        return found

    async def close(self) -> None:
        await self._system.close()


def _configured(location: Location) -> list[URL]:
    """The addresses that the location names. Raises `Refused` for what is none, without quoting it."""
    config = location.spec.config or {}
    try:
        return [URL(config[key]) for key in CONFIGURED if config.get(key)]
    except ValueError:
        raise Refused(
            text("The storage location's own address cannot be read."),
            target=location.metadata.name,
            why=text("{fields} in its configuration has to be a URL.", fields=Code(" or ".join(CONFIGURED))),
            next=text("Whoever runs Velero can correct it."),
        ) from None


def _is_configured(address: URL, location: Location) -> bool:
    """Of an address that the location names; with the bucket in front of the host or first in the path."""
    bucket = location.bucket
    for each in _configured(location):
        if (address.scheme, address.port) != (each.scheme, each.port):
            continue
        if address.raw_host == each.raw_host and address.raw_path.startswith(f"/{bucket}/"):
            return True
        if address.raw_host == f"{bucket}.{each.raw_host}":
            return True
    return False


def _is_aws(address: URL, location: Location) -> bool:
    if location.spec.provider not in ("aws", "velero.io/aws") or address.port != 443 or not location.bucket:
        return False
    host = (address.raw_host or "").lower()
    if AWS.fullmatch(host.removeprefix(f"{location.bucket}.")) is None:
        return False
    return host.startswith(f"{location.bucket}.") or address.raw_path.startswith(f"/{location.bucket}/")


def _ascends(path: str) -> bool:
    return ".." in path.split("/") or ASCENDS.search(path) is not None


def _is_literal(host: str) -> bool:
    """Whether a host is an address in any notation: aiohttp asks no resolver for some, so no guard would see them."""
    return ":" in host or NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) is not None


def _is_followed(host: str, *, listed: bool) -> bool:
    """Of an address: in its own notation, and public or listed."""
    try:
        return is_public(host) or listed
    except ValueError:
        return False


def _refused() -> Refused:
    return Refused(
        text("The file is to be fetched from an address that is not the storage location's."),
        why=text("Whoever may change a DownloadRequest chooses the address in it, so I follow only the location's."),
        next=text("If the object store is inside of the network, whoever runs the bot can list it as an object store."),
    )
