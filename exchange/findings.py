"""What is wrong with a packet: data while it can still be used, an error when it cannot.

Packets come from programs of many makers; most of their oddities are worth a note to the clerk and
not a refusal. A note keeps the text as it came, so that nothing is lost by reading it leniently.
"""

from dataclasses import dataclass

from kernel.errors import Refused

_SHOWN = 200


class PacketRefused(Refused):
    """The packet cannot be taken, or cannot be sent, as it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An oddity that did not stop the reading; its sentence lies in the catalogue."""

    code: str
    field: str
    """Where: a path below MessageHeader, or the name of a file."""

    text: str
    """What stood there, cut to what a person can take in."""

    @classmethod
    def of(cls, code: str, field: str, text: str = "") -> "Finding":
        """Note an oddity, keeping at most the first 200 characters of what stood there."""
        return cls(code, field, text[:_SHOWN])
