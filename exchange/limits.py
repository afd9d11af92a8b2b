"""How much of a packet anybody may make us swallow.

The standard states no limit; the gateways seen take files of 50 MB. Everything here is checked
before the memory or the time is spent.
"""

from dataclasses import dataclass

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one packet."""

    packet_bytes: int = 70 * _MB
    """The whole packet: 50 MB of files and the third that base64 adds."""

    markup: int = 200_000
    """How often ``<``, and how often a quotation mark, may stand in the packet: it bounds elements
    and attributes before a parser makes objects of them."""

    depth: int = 32
    """Elements within elements; the standard's deepest has ten."""

    text: int = 10_000
    """Characters of one field."""

    attachment_bytes: int = 50 * _MB
    """One file, after unpacking."""

    unpacked_bytes: int = 200 * _MB
    """All files of the packet, after unpacking."""

    ratio: int = 200
    """How many times its packed size a file beyond 1 MB may have."""

    entries: int = 10_000
    """Entries of an archive that is looked into."""


STANDARD = Limits()
