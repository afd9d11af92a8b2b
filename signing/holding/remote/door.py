"""The way out to a signing service: JSON over TLS, bounded in time and size.

Only calls that change nothing at the service are tried again: a second ``authorize`` would ask the
person twice, or burn a code that is good for one time. No redirect is followed, because a secret
must not travel on to another host, and no proxy is taken from the environment.
"""

import json
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from kernel.errors import Refused, Unavailable
from kernel.log import logger

_LARGEST = 1024 * 1024  # bytes; fifty signatures with their certificates are a tenth of that
_TRIES = 3
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said: its status and the object in its body."""

    status: int
    body: dict[str, Any] = field(repr=False)

    @property
    def good(self) -> bool:
        """Tell whether the service did what it was asked."""
        return httpx.codes.is_success(self.status)

    def text(self, name: str) -> str:
        """Give a text that must be there.

        Raises:
            Refused: ``remote.bad_answer``.
        """
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Refused("remote.bad_answer")
        return value

    def list(self, name: str) -> list[Any]:
        """Give a list that must be there.

        Raises:
            Refused: ``remote.bad_answer``.
        """
        value = self.body.get(name)
        if not isinstance(value, list):
            raise Refused("remote.bad_answer")
        return value


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds."""

    answer: float = 30.0
    """For a service to answer."""

    person: float = 290.0
    """For a person to take up the telephone; services give up after about five minutes."""

    pause: float = 2.0
    """Between two looks, and between tries of a call that changes nothing."""


@dataclass(frozen=True, slots=True)
class Door:
    """One service's address, with patience for its slow answers."""

    client: httpx.Client = field(repr=False)
    patience: Patience

    @classmethod
    def open(
        cls, url: str, *, patience: Patience | None = None, authority: Path | None = None
    ) -> Self:
        """Open the way to the service at ``url``; its certificate is always checked.

        Args:
            url: ``https://…``; plain HTTP only on this very machine.
            patience: How long to wait.
            authority: PEM file of the authority that a service inside the government network uses.

        Raises:
            Refused: ``remote.bad_settings``, where the address is not HTTPS.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            _log.error("remote service without TLS", host=parts.hostname)
            raise Refused("remote.bad_settings")
        patience = patience or Patience()
        client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            timeout=httpx.Timeout(patience.answer, connect=min(patience.answer, 10)),
            verify=ssl.create_default_context(cafile=authority),
            trust_env=False,
            follow_redirects=False,
        )
        return cls(client, patience)

    def ask(self, path: str, body: dict[str, Any], *, bearer: str = "") -> Answer:
        """Ask for something that changes nothing; a silent or busy service is asked again.

        Raises:
            Unavailable: It did not answer in any of the tries.
        """
        for _ in range(_TRIES - 1):
            try:
                return self.act(path, body, bearer=bearer)
            except Unavailable:
                time.sleep(self.patience.pause)
        return self.act(path, body, bearer=bearer)

    def act(
        self,
        path: str,
        body: dict[str, Any],
        *,
        bearer: str = "",
        basic: tuple[str, str] | None = None,
        wait: float | None = None,
    ) -> Answer:
        """Ask once for something that may be done only once.

        Args:
            path: Below the service's address.
            body: What is asked, sent as JSON.
            bearer: Access token, or nothing.
            basic: User and password where the service wants them in the header.
            wait: Seconds to wait, where a person has to confirm before it answers.

        Raises:
            Unavailable: ``remote.no_answer`` when it took the call and fell silent, else
                ``remote.unreachable``.
        """
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._send(
            self.client.build_request("POST", path, json=body, headers=headers), basic, wait
        )

    def form(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form, as OAuth 2.0 wants for its token.

        Raises:
            Unavailable: It did not answer, or says that it cannot serve now.
        """
        return self._send(self.client.build_request("POST", path, data=fields), None, None)

    def _send(
        self, request: httpx.Request, basic: tuple[str, str] | None, wait: float | None
    ) -> Answer:
        wait = wait or self.patience.answer
        request.extensions["timeout"]["read"] = wait
        auth = httpx.BasicAuth(*basic) if basic else None
        began = time.monotonic()
        try:
            response = self.client.send(request, auth=auth, stream=True)
            try:
                raw = _read(response, until=began + wait)
            finally:
                response.close()
        except httpx.ReadTimeout as error:
            _log.warning("remote call without answer", path=request.url.path)
            raise Unavailable("remote.no_answer") from error
        except httpx.HTTPError as error:
            _log.warning("remote call failed", path=request.url.path, cause=type(error).__name__)
            raise Unavailable("remote.unreachable") from error
        spent = round(time.monotonic() - began, 3)
        _log.info("remote call", path=request.url.path, status=response.status_code, seconds=spent)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or (
            response.status_code == httpx.codes.TOO_MANY_REQUESTS
        ):
            raise Unavailable("remote.unreachable")
        return Answer(response.status_code, _object(raw))


def _read(response: httpx.Response, until: float) -> bytes:
    """Read a body; one that comes in drops counts as silence."""
    raw = bytearray()
    for part in response.iter_bytes():
        raw += part
        if len(raw) > _LARGEST:
            raise Refused("remote.bad_answer")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("in drops", request=response.request)
    return bytes(raw)


def _object(raw: bytes) -> dict[str, Any]:
    if not raw:
        return {}
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused("remote.bad_answer") from error
    if not isinstance(told, dict):
        raise Refused("remote.bad_answer")
    return told
