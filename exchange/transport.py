"""The port to whoever carries packets: the national axis, a province's own, or one installation.

Adapters differ in protocol, not in what they can do: take a packet, list what waits, give it, be
told that it is safe. An adapter is told the sender's own key for each sending, because an answer
may get lost after the packet was taken, and receivers do not reliably drop repetitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """The axis keeps two boxes for each agency (its ``messagetype``)."""

    DOCUMENT = "edoc"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class PendingItem:
    """A packet that waits in an agency's box."""

    doc_id: str
    """The axis' own id of the packet; not the DocumentId inside it."""
    kind: Kind
    from_: str
    """Code of the sender as the axis knows it, which outranks the packet's own word."""
    to: str
    """Code of the agency whose box this is."""
    created_at: datetime
    """When the axis took it; zone-aware."""


@dataclass(frozen=True, slots=True)
class AxisAgency:
    """An agency that the axis reaches."""

    code: str
    """As packets name it today."""
    name: str
    legacy_code: str = ""
    """Its older code, by the axis' own map (exchange d.3)."""
    parent_code: str = ""
    email: str = ""


class Transport(Protocol):
    """Carries packets. Every call may raise ``Unavailable``: try later."""

    def send(self, data: bytes, kind: Kind, from_: str, to: Sequence[str], key: str) -> str:
        """Hand a packet over and give the axis' id of it.

        ``key`` is ours, the same for every try of one sending; the same key twice is one packet.

        Raises:
            Refused: The axis will not take this packet, however often it is tried.
            Unavailable: It is not known whether the packet was taken; ask ``sent`` first.
        """
        ...

    def sent(self, key: str) -> str | None:
        """Give the axis' id of the packet that was sent with ``key``; None if none was taken.

        To be asked before a sending is repeated (exchange e.3).

        Raises:
            Unavailable: The axis cannot be asked now.
        """
        ...

    def pending(self, organ_id: str, kind: Kind) -> list[PendingItem]:
        """List what waits for an agency, oldest first; a long box is listed in parts.

        Raises:
            Unavailable: The axis cannot be asked now.
        """
        ...

    def fetch(self, doc_id: str) -> bytes:
        """Give a packet; it stays in the box.

        Raises:
            NotFound: There is none of that id.
            Unavailable: The axis cannot be asked now.
        """
        ...

    def acknowledge(self, doc_id: str, ok: bool) -> None:  # noqa: FBT001 - a plain answer
        """Take a packet out of the box, after its bytes are stored: ``ok`` if it can be read.

        This is between us and the axis; the sender is told by a status packet. An item that is not
        acknowledged comes again, and acknowledging twice does no harm.

        Raises:
            Unavailable: The axis cannot be asked now.
        """
        ...

    def agencies(self) -> list[AxisAgency]:
        """List the agencies that can be reached.

        Raises:
            Unavailable: The axis cannot be asked now.
        """
        ...
