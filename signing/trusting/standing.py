"""What a revocation list or an answer of a status service says of one certificate.

"Good" is said only where it is established. A list that is out of date, partial, not understood or
not signed by the right authority says nothing, which is not the same as "not revoked".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_OPEN_END = timedelta(hours=1)
"""How long an answer counts that names no next update (RFC 6960 4.2.2.1: a newer one always
exists)."""


class Standing(StrEnum):
    """Whether a certificate is revoked."""

    GOOD = "good"
    UNKNOWN = "unknown"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Told:
    """What was established about one certificate, and by what."""

    standing: Standing
    kind: str = ""
    """``crl`` or ``ocsp``."""

    source: str = ""
    """SHA-256 of the list or answer, lower-case hex."""

    this_update: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""
    """As in RFC 5280 5.3.1: ``keyCompromise``, ``certificateHold`` …; empty where not told."""


NOTHING_TOLD = Told(Standing.UNKNOWN)


def is_current(at: datetime, this_update: datetime, next_update: datetime | None) -> bool:
    """Tell whether what was published then still counts at ``at``.

    What is published after ``at`` counts as well: who was not revoked later was not before.
    """
    return at <= (next_update or this_update + _OPEN_END)
