"""One batch at the person's computer: fetch, look, list, ask for the PIN once, sign one by one.

What cannot be signed is left out with its reason and the rest goes on. The PIN is handed to the
device once; after a wrong one the person decides whether to try again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from agent import checking
from agent.device import Device, find
from agent.door import Door, Listed, Prepared, Waiting
from agent.pages import require_same_pages
from kernel.errors import DomainError, Forbidden, Refused, Unavailable
from signing.holding.token import Caution, TokenKey, caution


class Answer(Enum):
    """What the person decides about a batch."""

    SIGN = "sign"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that was looked at and may be signed."""

    listed: Listed
    pdf: bytes = field(repr=False)
    """The file as it will be signed, for whoever wants to view it."""

    attributes: bytes = field(repr=False)


class Person(Protocol):
    """Whoever sits at this computer."""

    def decide(self, ready: Sequence[Ready], device: Device) -> Answer:
        """Show what would be signed, and let the person decide."""

    def pin(self, token: str, asked: Caution) -> str:
        """Ask for the device's PIN."""

    def told(self, error: DomainError) -> None:
        """Tell what stands in the way of everything."""

    def left_out(self, listed: Listed, error: DomainError) -> None:
        """Tell that one document was not signed."""

    def signed(self, listed: Listed) -> None:
        """Tell that one document was signed."""


def work_off(door: Door, person: Person, waiting: Waiting, modules: Sequence[str]) -> None:
    """Let the person sign what waits.

    Raises:
        DomainError: The device is not there, or the server is away or knows this computer no more.
    """
    found = find(modules, waiting.certificates)
    door.introduce(found.certificate, found.chain)
    ready = _look(door, person, waiting.documents, found.certificate)
    if not ready:
        return
    if person.decide(ready, found) is Answer.REFUSE:
        for one in ready:
            _refuse(door, one.listed, "agent.cancelled")
        return
    key = _opened(person, found)
    try:
        for one in ready:
            _sign(door, person, one, key)
    finally:
        key.close()


def _look(
    door: Door, person: Person, documents: Sequence[Listed], certificate: bytes
) -> list[Ready]:
    """Fetch each document and see what would be signed; what is not right is refused."""
    ready: list[Ready] = []
    for listed in documents:
        try:
            shown = door.shown(listed.intent)
            checking.require_shown(listed, shown)
            prepared: Prepared = door.prepared(listed.intent)
            pdf = checking.whole(shown, prepared)
            attributes = checking.attributes_of(pdf, prepared, certificate)
            require_same_pages(shown, pdf)
        except Refused as error:
            person.left_out(listed, error)
            _refuse(door, listed, error.code)
            continue
        ready.append(Ready(listed, pdf, attributes))
    return ready


def _opened(person: Person, found: Device) -> TokenKey:
    while True:
        pin = person.pin(found.token, caution(found.module, found.token))
        try:
            return TokenKey.open(
                found.module, pin, token=found.token, certificate=found.certificate
            )
        except Refused as error:
            if error.code != "pkcs11.wrong_pin":
                raise
            person.told(error)


def _sign(door: Door, person: Person, one: Ready, key: TokenKey) -> None:
    try:
        signature = key.sign(one.attributes)
    except Unavailable as error:
        person.left_out(one.listed, error)
        _refuse(door, one.listed, "agent.token_failed")
        return
    try:
        door.hand_in(one.listed.intent, signature)
    except Forbidden:
        raise
    except DomainError as error:
        person.left_out(one.listed, error)
    else:
        person.signed(one.listed)


def _refuse(door: Door, listed: Listed, code: str) -> None:
    """Tell the server, if it still wants to hear it."""
    try:
        door.refuse(listed.intent, code)
    except Refused:
        return
