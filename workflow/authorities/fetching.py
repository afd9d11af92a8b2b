"""Fetching from outside, where somebody else chooses what comes back.

Only hosts that two administrators put on the list are ever called; an address inside a document or
a certificate alone calls nobody. A name is looked up once and the connection goes to exactly the
address that was looked at, so that a name cannot point inside after it was found harmless. What
answers may be slow, endless or sent elsewhere; none of that holds us up or leads us on.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from kernel.errors import Unavailable

_STEP = 15.0
"""Seconds that connecting, or waiting for the next bytes, may take."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    size: int = 64 * 1024 * 1024
    """Bytes; the largest public revocation list known is a third of that."""

    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Calls the allowed hosts and nobody else."""

    hosts: frozenset[str]
    """As in addresses: ``crl.example`` or ``crl.example:8080``, lower case."""

    local: bool
    """Whether addresses of this machine and of private networks may be called: in a demonstration,
    and inside the government's own network."""

    limits: Limits = Limits()

    def allows(self, address: str) -> bool:
        """Tell whether an address is on an allowed host."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return False
        return url.scheme in {"http", "https"} and url.netloc.decode() in self.hosts

    def get(self, address: str) -> bytes:
        """Fetch what lies at an address.

        Raises:
            Unavailable: ``fetch.…`` names what went wrong.
        """
        return self._call("GET", address)

    def post(self, address: str, body: bytes, media_type: str) -> bytes:
        """Send a question and give the answer.

        Raises:
            Unavailable: ``fetch.…`` names what went wrong.
        """
        return self._call("POST", address, body, media_type)

    def _call(self, method: str, address: str, body: bytes = b"", media_type: str = "") -> bytes:
        if not self.allows(address):
            raise Unavailable("fetch.not_allowed", address=address)
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Content-Type": media_type} if media_type else {}
        asked = httpx.Request(method, address, headers=headers, content=body)
        try:
            # The whole time is limited, not the single read: a server could send byte after byte.
            return asyncio.run(asyncio.wait_for(self._fetch(asked), self.limits.seconds))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise Unavailable("fetch.too_slow", address=address) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise Unavailable("fetch.unreachable", address=address) from error

    async def _fetch(self, asked: httpx.Request) -> bytes:
        address, host = str(asked.url), asked.url.host
        asked.url = asked.url.copy_with(host=str(await self._place_of(asked.url)))
        asked.extensions = {"sni_hostname": host, "timeout": httpx.Timeout(_STEP).as_dict()}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.send(asked, stream=True, follow_redirects=False)
            if answer.status_code != httpx.codes.OK:
                raise Unavailable("fetch.refused", address=address, status=answer.status_code)
            read = bytearray()
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) > self.limits.size:
                    raise Unavailable("fetch.too_large", address=address)
            return bytes(read)

    async def _place_of(self, url: httpx.URL) -> IPv4Address | IPv6Address:
        """Look the host up; every place it names must be one that may be called."""
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        look_up = asyncio.get_running_loop().getaddrinfo
        found = await look_up(url.host, port, type=socket.SOCK_STREAM)
        places = [_place(str(address[0])) for *_, address in found]
        if not self.local and not all(place.is_global for place in places):
            raise Unavailable("fetch.private_address", address=str(url))
        return places[0]


def _place(written: str) -> IPv4Address | IPv6Address:
    place = ip_address(written)
    mapped = place.ipv4_mapped if isinstance(place, IPv6Address) else None
    return mapped or place
