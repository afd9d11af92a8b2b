"""What every remote signing service gives us, whatever it is called there.

A service never sees a document: it gets the hash of the attributes that a signature covers, and
the name by which the person knows the document again on the telephone. What it answers is never
believed: each signature is checked against the registered certificate before anything is done
with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol, Self

from kernel.errors import Refused


class Ask(StrEnum):
    """What a person is asked for before a key signs."""

    PIN = "pin"
    """A PIN or password that only the service knows."""
    OTP = "otp"
    """A code for one time."""
    PHONE = "phone"
    """A confirmation in the service's application; nothing is typed here."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What the person typed for one batch; never shown, logged or stored."""

    pin: str = field(default="", repr=False)
    otp: str = field(default="", repr=False)

    @classmethod
    def typed(cls, text: str) -> Self:
        """Read what a page sends as one secret: the PIN, and in a second line the code.

        No field of a form can hold a line break, so none is ever part of either.
        """
        pin, _, otp = text.partition("\n")
        return cls(pin.strip("\r"), otp.strip())

    def value(self, ask: Ask) -> str:
        """Give what was typed for ``ask``; nothing is ever typed for the telephone."""
        return {Ask.PIN: self.pin, Ask.OTP: self.otp}.get(ask, "")


@dataclass(frozen=True, slots=True)
class ToSign:
    """One signature that is wanted."""

    name: str
    """The document's name as the person knows it; services show it on the telephone."""

    sha256_hex: str
    """SHA-256 of the document's bytes that were shown; names it where its name is not enough."""

    data: bytes = field(repr=False)
    """What the key signs: DER of the signed attributes."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of ``data``: all that the service gets of it."""
        return sha256(self.data).digest()


Outcome = bytes | Refused
"""A signature, or why there is none; the others of the batch stand."""


class RemoteSigner(Protocol):
    """One person's credential at one service."""

    @property
    def certificate(self) -> bytes:
        """The certificate registered for the person, DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The issuers' certificates that travel with a signature, DER."""

    def sign_all(self, items: Sequence[ToSign], secret: Secret) -> tuple[Outcome, ...]:
        """Have every item signed at one go, in order; a batch may succeed in part.

        Blocks while the person takes up the telephone, so it is called in a thread of its own.

        Raises:
            Refused: Nothing was signed: wrong secret, other certificate, credential locked.
            Unavailable: The service cannot be reached; nothing was signed.
        """


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that a service holds for a person, as the service describes it."""

    id: str
    """The service's name for it."""

    description: str
    certificate: bytes = field(repr=False)
    """DER."""

    chain: tuple[bytes, ...] = field(repr=False)
    """The issuers' certificates as far as the service gives them, DER."""

    asks: frozenset[Ask] = frozenset()
    """What the person may be asked for."""

    sends_otp: bool = False
    """The service has to be told to send the code before it can be typed."""

    batch: int = 1
    """How many signatures one authorisation is good for."""

    def to_json(self) -> dict[str, Any]:
        """Give it in plain values, for another process and for a key's reference."""
        return {
            "credential_id": self.id,
            "description": self.description,
            "certificate": self.certificate.hex(),
            "chain": [issuer.hex() for issuer in self.chain],
            "asks": sorted(self.asks),
            "sends_otp": self.sends_otp,
            "batch": self.batch,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(
            id=told["credential_id"],
            description=told["description"],
            certificate=bytes.fromhex(told["certificate"]),
            chain=tuple(bytes.fromhex(issuer) for issuer in told["chain"]),
            asks=frozenset(map(Ask, told["asks"])),
            sends_otp=told["sends_otp"],
            batch=told["batch"],
        )


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service that this installation knows."""

    name: str
    """What people call it."""

    kind: str
    """What it speaks: ``csc``, ``mysign`` or ``smartca``."""


class RemoteService(Protocol):
    """A service, spoken to in the name of one of its users."""

    def credentials(self) -> tuple[Credential, ...]:
        """List the usable credentials of the user, for registration.

        Raises:
            Refused: The service does not know the user, or does not let us in.
            Unavailable: It cannot be reached.
        """

    def send_otp(self, credential_id: str) -> None:
        """Have a code sent to the person.

        Raises:
            Refused: The service sends none for this credential.
            Unavailable: It cannot be reached.
        """
