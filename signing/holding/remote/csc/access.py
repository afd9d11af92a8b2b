"""How a CSC service lets us in, and what happens when its token runs out.

The token is the program's (or the user's) way in; what makes a key sign is the person's secret,
which is another thing and never here.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from signing.holding.remote.csc.errors import require_good, token_of
from signing.holding.remote.door import Answer, Door


class Access(Protocol):
    """A way to get an access token."""

    def token(self, door: Door) -> str:
        """Get a token.

        Raises:
            Refused: ``remote.not_let_in``.
            Unavailable: The service cannot be reached.
        """


@dataclass(frozen=True, slots=True)
class Login:
    """User and password in the header, for a token. CSC 1.0.4, 11.2."""

    user: str
    password: str = field(repr=False)

    def token(self, door: Door) -> str:
        """Log in."""
        answer = door.act("auth/login", {"rememberMe": False}, basic=(self.user, self.password))
        return token_of(answer)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth 2.0 for a program that acts for many users. CSC 1.0.4, 8.3.3."""

    client_id: str
    secret: str = field(repr=False)

    def token(self, door: Door) -> str:
        """Exchange the client's secret for a token."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret,
        }
        return token_of(door.form("oauth2/token", fields))


@dataclass(frozen=True, slots=True)
class Given:
    """A token that was handed over and is renewed elsewhere."""

    value: str = field(repr=False)

    def token(self, door: Door) -> str:
        """Give it."""
        del door
        return self.value


class Session:
    """Calls with a token; one that ran out is renewed once and the call made again.

    That is safe for every call: who is not let in has not been heard.
    """

    def __init__(self, door: Door, access: Access, prefix: str = "") -> None:
        self.door = door
        self._access = access
        self._prefix = prefix
        self._token = ""

    def ask(self, method: str, body: dict[str, Any]) -> Answer:
        """Ask for something that changes nothing.

        Raises:
            Refused: By what the service's error means.
            Unavailable: It cannot be reached.
        """
        return self._let_in(lambda token: self.door.ask(self._prefix + method, body, bearer=token))

    def act(self, method: str, body: dict[str, Any], *, wait: float | None = None) -> Answer:
        """Ask for something that may be done only once.

        Raises:
            Refused: By what the service's error means.
            Unavailable: It cannot be reached.
        """
        return self._let_in(
            lambda token: self.door.act(self._prefix + method, body, bearer=token, wait=wait)
        )

    def _let_in(self, call: "Call") -> Answer:
        fresh = not self._token
        if fresh:
            self._token = self._access.token(self.door)
        answer = call(self._token)
        if _stale(answer) and not fresh:
            self._token = self._access.token(self.door)
            answer = call(self._token)
        return require_good(answer)


class Call(Protocol):
    """One call, but for its token."""

    def __call__(self, token: str, /) -> Answer:
        """Make it."""


def _stale(answer: Answer) -> bool:
    return answer.status == httpx.codes.UNAUTHORIZED or answer.body.get("error") in {
        "invalid_token",
        "expired_token",
    }
