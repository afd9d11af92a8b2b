"""The server as the agent sees it: a few calls to one address, each answer checked for its form.

Redirects are not followed, because the token belongs to the address it came from.
"""

import ssl
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from kernel.errors import Forbidden, Refused, Unavailable

_PATIENCE = httpx.Timeout(60, connect=10)  # a long document is prepared in a second or two


@dataclass(frozen=True, slots=True)
class Listed:
    """A document that waits, as the server lists it."""

    intent: str
    type_name: str
    notation: str
    subject: str
    agency: str
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the server says when it is asked."""

    documents: tuple[Listed, ...]
    certificates: frozenset[str]
    """Fingerprints registered for the person."""

    again_in: float
    """Seconds until it wants to be asked again."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the server wants signed."""

    appended: bytes
    contents: tuple[int, int]
    attributes: bytes


class Door:
    """Calls to one address with one token."""

    def __init__(self, origin: str, token: str = "") -> None:
        self._origin = origin
        self._client = httpx.Client(
            base_url=f"{origin}/api/agent/v1/",
            headers={"Accept": "application/json"}
            | ({"Authorization": f"Bearer {token}"} if token else {}),
            timeout=_PATIENCE,
            verify=ssl.create_default_context(),  # the certificates this computer trusts
            trust_env=False,
        )

    def __enter__(self) -> Self:
        """Use the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._client.close()

    def pair(self, code: str) -> tuple[str, str, str]:
        """Exchange a code; give token, person's name and account name."""
        told = self._json("POST", "pairing", code=code)
        return _text(told, "token"), _text(told, "person"), _text(told, "username")

    def introduce(self, certificate: bytes, chain: Sequence[bytes]) -> None:
        """Tell which certificate the device has."""
        self._json("POST", "key", certificate=certificate.hex(), chain=[d.hex() for d in chain])

    def waiting(self) -> Waiting:
        """Ask what waits for this computer."""
        told = self._json("GET", "batch")
        try:
            documents = (told["batch"] or {}).get("documents", [])
            return Waiting(
                documents=tuple(Listed(**document) for document in documents),
                certificates=frozenset(told["certificates"]),
                again_in=float(told["again_in"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Refused("agent.answer_broken") from error

    def shown(self, intent: str) -> bytes:
        """Fetch the bytes the person was shown."""
        return self._ask("GET", f"intents/{intent}/shown").content

    def prepared(self, intent: str) -> Prepared:
        """Have a document prepared and fetch what is to be signed."""
        told = self._json("POST", f"intents/{intent}/prepared")
        try:
            begin, end = (int(place) for place in told["contents"])
            return Prepared(
                appended=b64decode(told["appended"], validate=True),
                contents=(begin, end),
                attributes=bytes.fromhex(told["attributes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Refused("agent.answer_broken") from error

    def hand_in(self, intent: str, signature: bytes) -> None:
        """Send a signature."""
        self._json("POST", f"intents/{intent}/signature", signature=signature.hex())

    def refuse(self, intent: str, code: str) -> None:
        """Say that a document will not be signed, and why."""
        self._json("POST", f"intents/{intent}/refusal", code=code)

    def _json(self, method: str, path: str, **body: object) -> dict[str, Any]:
        try:
            told = self._ask(method, path, **body).json()
        except ValueError as error:
            raise Refused("agent.answer_broken") from error
        if not isinstance(told, dict):
            raise Refused("agent.answer_broken")
        return told

    def _ask(self, method: str, path: str, **body: object) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body if method == "POST" else None)
        except httpx.TransportError as error:
            raise Unavailable("agent.server_away", origin=self._origin) from error
        if answer.is_redirect:
            raise Refused("agent.other_origin", origin=self._origin)
        if answer.is_success:
            return answer
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Unavailable("agent.server_away", origin=self._origin)
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise Forbidden("agent.not_paired")
        raise Refused("agent.server_refused", words=_reason(answer))


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["title"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("agent.answer_broken")
    return value
