"""Fetching from outside, where somebody else chooses what comes back.

Only hosts that two administrators put on the list are ever called; an address inside a document or
a certificate alone calls nobody. A name is looked up once and the connection goes to exactly the
address that was looked at, so that a name cannot point inside after it was found harmless. What
answers may be slow, endless or sent elsewhere; none of that holds us up or leads us on.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from ssl import SSLError

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
    """Whether addresses of this machine and of private networks may be called: in a
    demonstration."""

    limits: Limits = Limits()

    def allows(self, address: str) -> bool:
        """Tell whether an address is on an allowed host."""
        url = httpx.URL(address)
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
        with _told_as_unavailable(address):
            if not self.allows(address):
                raise Unavailable("fetch.not_allowed", address=address)
            url = httpx.URL(address)
            headers = {"Host": url.netloc.decode(), "Accept-Encoding": "identity"}
            headers |= {"Content-Type": media_type} if media_type else {}
            with (
                httpx.Client(timeout=_STEP, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    method,
                    url.copy_with(host=str(self._place_of(url))),
                    content=body or None,
                    headers=headers,
                    extensions={"sni_hostname": url.host},
                ) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise Unavailable("fetch.refused", address=address, status=answer.status_code)
                return self._read(answer, address)

    def _place_of(self, url: httpx.URL) -> IPv4Address | IPv6Address:
        """Look the host up; every place it names must be one that may be called."""
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        places = [_place(str(address[0])) for *_, address in found]
        if not self.local and not all(place.is_global for place in places):
            raise Unavailable("fetch.private_address", address=str(url))
        return places[0]

    def _read(self, answer: httpx.Response, address: str) -> bytes:
        ends = time.monotonic() + self.limits.seconds
        read = bytearray()
        for piece in answer.iter_raw():
            read += piece
            if len(read) > self.limits.size:
                raise Unavailable("fetch.too_large", address=address)
            if time.monotonic() > ends:
                raise Unavailable("fetch.too_slow", address=address)
        return bytes(read)


def _place(written: str) -> IPv4Address | IPv6Address:
    place = ip_address(written)
    mapped = place.ipv4_mapped if isinstance(place, IPv6Address) else None
    return mapped or place


@contextmanager
def _told_as_unavailable(address: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise Unavailable("fetch.too_slow", address=address) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, SSLError, UnicodeError) as error:
        raise Unavailable("fetch.unreachable", address=address) from error
