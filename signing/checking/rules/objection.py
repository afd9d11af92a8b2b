"""What a rule says against a signature, or against the whole document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from signing.checking.verdict import Answer, ExpectedSignature

Expected = Sequence[ExpectedSignature]


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule found, and the answers it leaves at best."""

    code: str
    answers: tuple[Answer, ...]
    """Empty where it is only worth telling."""

    signature: str = ""
    """The field of the signature concerned; empty for the document."""

    facts: Mapping[str, str | int] = field(default_factory=dict)
    sub_indication: str = ""
    """The cause in the words of ETSI EN 319 102-1, 5.1.3; empty where it has no word for it."""
