"""What the rules of the CSC stand-in are about: refusals, credentials, grants, parameters."""

from dataclasses import dataclass, field
from typing import Any

from tests.contract.servers.keys import Key


class Faulty(Exception):
    """A request that is refused."""

    def __init__(self, description: str, error: str = "invalid_request", status: int = 400) -> None:
        super().__init__(description)
        self.body, self.status = {"error": error, "error_description": description}, status


@dataclass
class Credential:
    """A key that the service holds, and how it is opened."""

    id: str
    key: Key
    owner: str
    mode: str = "explicit"
    pin: str = ""
    otp: str = ""
    """The code that is good now; each is good once."""
    online: bool = False
    """A code has to be sent first."""
    phone: bool = False
    """The owner confirms elsewhere."""
    multisign: int = 100
    status: str = "enabled"
    certificate_status: str = "valid"
    expression: str = ""
    wrong: int = 0
    sent: list[str] = field(default_factory=list)


@dataclass
class Grant:
    """What one SAD is good for."""

    credential: Credential
    hashes: set[str]
    left: int
    until: float
    used: bool = False


def only(body: dict[str, Any], *names: str) -> None:
    """Refuse what the version does not know."""
    unknown = set(body) - set(names)
    if unknown:
        raise Faulty(f"Unknown parameters: {sorted(unknown)}")


def text(body: dict[str, Any], name: str) -> str:
    """Give a text that has to be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Faulty(f"Missing (or invalid type) string parameter {name}")
    return value
