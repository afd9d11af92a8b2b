"""What a check found: data for the person who decides, never a refusal."""

from dataclasses import dataclass, field
from enum import StrEnum


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
    """Clause of the decree, such as ``II.3``; ``check`` adds the annex."""
    facts: dict[str, str | int] = field(default_factory=dict)
