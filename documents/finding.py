"""What a check found: data for the person who decides, never a refusal."""

from dataclasses import dataclass, field
from enum import StrEnum

ANNEX_I = "Phụ lục I, Phần I, "
ANNEX_II = "Phụ lục II, "


class Severity(StrEnum):
    """How much it matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree with the decree."""

    rule: str
    """``F02`` … ``F16``, the list of checks."""
    severity: Severity
    place: str
    """Field of the content, such as ``subject`` or ``issued_text.body``."""
    code: str
    """Key of its sentence."""
    article: str
    """Where the decree says so."""
    facts: dict[str, str | int] = field(default_factory=dict)
