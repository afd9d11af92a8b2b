"""Viettel MySign: the CSC API v1 behind a login of its own.

Seen in published integrations only, not in Viettel's own papers. Uncertain, and therefore taken as
follows: ``authorize`` answers only when the person has confirmed in the application, so it is given
a person's patience; ``credentials/info`` may name any way of opening the key, but none of the
integrations sends a PIN or a code, so none is asked for here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from signing.holding.remote.csc.access import Session
from signing.holding.remote.csc.errors import token_of
from signing.holding.remote.csc.factors import Factor, Lock
from signing.holding.remote.csc.service import CscService
from signing.holding.remote.csc.told import CredentialTold
from signing.holding.remote.csc.versions import VersionOne
from signing.holding.remote.door import Door
from signing.holding.remote.port import Ask, ToSign

_LOGIN = "adss/service/ras/v1/login"
_METHODS = "adss/service/ras/csc/v1/"


@dataclass(frozen=True, slots=True)
class MySignLogin:
    """The client's secret, for a token that acts for one user."""

    client_id: str
    secret: str = field(repr=False)
    profile: str
    user: str

    def token(self, door: Door) -> str:
        """Log in."""
        body = {
            "client_id": self.client_id,
            "client_secret": self.secret,
            "profile_id": self.profile,
            "user_id": self.user,
        }
        return token_of(door.act(_LOGIN, body))


@dataclass(frozen=True, slots=True)
class MySignForm(VersionOne):
    """CSC v1 with the documents named beside their hashes, and every key opened by telephone."""

    def documents(self, items: Sequence[ToSign]) -> dict[str, Any]:
        """Name each document by its hash and by what people call it."""
        return {
            "documents": [
                {"document_id": item.sha256_hex, "document_name": item.name} for item in items
            ]
        }

    def lock(self, told: CredentialTold) -> Lock:
        """Ask for the telephone alone."""
        del told
        return Lock((Factor("", Ask.PHONE),))


def mysign(door: Door, login: MySignLogin) -> CscService:
    """Give the service in the name of the login's user."""
    return CscService(Session(door, login, _METHODS), MySignForm(), login.user)
