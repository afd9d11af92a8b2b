"""What a check of a PDF's signatures found, as data that can be kept and shown.

Integrity, modifications, trust and time are four answers, each with its own "we do not know", which
is never shown as "no". The conclusion follows from them, in the words of ETSI EN 319 102-1.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self, TypeVar

POLICY = "vanthu-2026.2"
"""Names the set of rules a verdict was made by (docs/validation.md); a change changes it."""

Role = Literal["signer", "agency", "timestamp", ""]
"""Whose signature a field holds; empty where nobody asked for it."""


class Integrity(StrEnum):
    """Are the signed bytes those that were signed? From best to worst."""

    INTACT = "INTACT"
    UNKNOWN = "UNKNOWN"
    BROKEN = "BROKEN"


class Modifications(StrEnum):
    """Was the document changed after it was signed? From best to worst."""

    NONE = "NONE"
    PERMITTED = "PERMITTED"
    UNKNOWN = "UNKNOWN"
    FORBIDDEN = "FORBIDDEN"


class CertificateTrust(StrEnum):
    """Does the certificate lead to an authority we trust, good at the time? From best to worst."""

    TRUSTED = "TRUSTED"
    UNKNOWN = "UNKNOWN"
    UNTRUSTED = "UNTRUSTED"


class Timestamp(StrEnum):
    """Is the time of signing proven by a time-stamp? From best to worst."""

    VALID = "VALID"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"
    INVALID = "INVALID"


class Conclusion(StrEnum):
    """The whole answer (ETSI EN 319 102-1, 5.1.3). From best to worst."""

    TOTAL_PASSED = "TOTAL_PASSED"
    NOT_SIGNED = "NOT_SIGNED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL_FAILED"


class Level(StrEnum):
    """How long a PAdES signature can be proven (ETSI EN 319 142-1, 6). From best to worst."""

    B_LTA = "B-LTA"
    B_LT = "B-LT"
    B_T = "B-T"
    B_B = "B-B"
    NONE = ""
    """No PAdES signature; or nothing is signed at all."""


Answer = Integrity | Modifications | CertificateTrust | Timestamp | Conclusion
_AnyAnswer = TypeVar("_AnyAnswer", bound=StrEnum)

_FAILING = {
    Integrity.BROKEN,
    Modifications.FORBIDDEN,
    Timestamp.INVALID,
    Conclusion.TOTAL_FAILED,
}
# An authority we do not know is a doubt (ETSI: NO_CERTIFICATE_CHAIN_FOUND is indeterminate); a
# certificate that was certainly no good gets its objection with TOTAL_FAILED.
_DOUBTFUL = {
    Integrity.UNKNOWN,
    Modifications.UNKNOWN,
    CertificateTrust.UNKNOWN,
    CertificateTrust.UNTRUSTED,
    Timestamp.UNKNOWN,
    Conclusion.INDETERMINATE,
}


def worst(first: _AnyAnswer, *others: _AnyAnswer) -> _AnyAnswer:
    """Give the worst of some answers to one question."""
    order = [*type(first)]
    return max((first, *others), key=order.index)


def concluded(answers: Iterable[Answer]) -> Conclusion:
    """Conclude from answers to all questions."""
    given = set(answers)
    if given & _FAILING:
        return Conclusion.TOTAL_FAILED
    if given & _DOUBTFUL:
        return Conclusion.INDETERMINATE
    return Conclusion.TOTAL_PASSED


@dataclass(frozen=True, slots=True)
class ExpectedSignature:
    """A signature that a document must bear, by field and by registered certificate."""

    field: str
    """Where it must stand; empty: in any field, but exactly one is by such a certificate."""

    fingerprints: frozenset[str]
    """SHA-256 of the certificates registered for this signer, lower-case hex."""

    role: Literal["signer", "agency"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth telling: a code of the catalogue with the facts of its sentence."""

    code: str
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What was found about one signature."""

    field: str
    role: Role
    signer_name: str
    organisation: str
    fingerprint: str
    """SHA-256 of the signer's certificate, lower-case hex; empty where it could not be read."""

    signed_at: datetime | None
    """The time of the signature's own time-stamp where it holds, else what the signer claims."""

    integrity: Integrity
    modifications: Modifications
    trust: CertificateTrust
    timestamp: Timestamp
    findings: tuple[Finding, ...]
    conclusion: Conclusion = Conclusion.INDETERMINATE
    """Of this signature alone."""

    sub_indication: str = ""
    """Why it did not pass, in the words of ETSI EN 319 102-1, 5.1.3; empty where none fits."""

    level: Level = Level.NONE
    issuer_name: str = ""
    """Who issued the signer's certificate."""

    proven_at: datetime | None = None
    """When it is proven to have been there, by its own time-stamp or one over the document."""

    changed_fields: tuple[str, ...] = ()
    """The fields that were filled or added after it was made."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a PDF and all its signatures."""

    signatures: tuple[SignatureVerdict, ...]
    """In the order in which they were made."""

    integrity: Integrity
    modifications: Modifications
    trust: CertificateTrust
    timestamps: Timestamp
    conclusion: Conclusion
    findings: tuple[Finding, ...]
    """About the document; what concerns one signature stands with it."""

    values: Mapping[str, str]
    """What the text fields ``CodeNumber`` and ``IssuedDate`` hold, where they exist and are set."""

    checked_at: datetime
    """The moment for which the answers hold."""

    trust_version: str
    policy: str = POLICY

    @property
    def level(self) -> Level:
        """The lowest level of its signatures, time-stamps aside."""
        levels = [s.level for s in self.signatures if s.role != "timestamp"]
        return worst(*levels) if levels else Level.NONE

    @property
    def sub_indication(self) -> str:
        """Why it did not pass: what the worst of its signatures says."""
        ranked = sorted(self.signatures, key=lambda s: [*Conclusion].index(s.conclusion))
        return ranked[-1].sub_indication if ranked else ""

    def to_json(self) -> dict[str, Any]:
        """Give the verdict as JSON data."""
        return _plain(asdict(self))  # type: ignore[no-any-return] # a dict comes back as a dict

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave."""
        return cls(
            signatures=tuple(_signature(s) for s in data["signatures"]),
            integrity=Integrity(data["integrity"]),
            modifications=Modifications(data["modifications"]),
            trust=CertificateTrust(data["trust"]),
            timestamps=Timestamp(data["timestamps"]),
            conclusion=Conclusion(data["conclusion"]),
            findings=_findings(data["findings"]),
            values=data["values"],
            checked_at=datetime.fromisoformat(data["checked_at"]),
            trust_version=data["trust_version"],
            policy=data["policy"],
        )


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case _:
            return value


def _findings(data: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(code=f["code"], facts=f["facts"]) for f in data)


def _signature(data: Mapping[str, Any]) -> SignatureVerdict:
    return SignatureVerdict(
        field=data["field"],
        role=data["role"],
        signer_name=data["signer_name"],
        organisation=data["organisation"],
        fingerprint=data["fingerprint"],
        signed_at=_moment(data["signed_at"]),
        integrity=Integrity(data["integrity"]),
        modifications=Modifications(data["modifications"]),
        trust=CertificateTrust(data["trust"]),
        timestamp=Timestamp(data["timestamp"]),
        findings=_findings(data["findings"]),
        **_told_since_policy_2(data),
    )


def _moment(data: str | None) -> datetime | None:
    return datetime.fromisoformat(data) if data else None


def _told_since_policy_2(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give what verdicts kept under an earlier policy do not hold, where it is there."""
    readers: dict[str, Callable[[Any], Any]] = {
        "conclusion": Conclusion,
        "sub_indication": str,
        "level": Level,
        "issuer_name": str,
        "changed_fields": tuple,
        "proven_at": _moment,
    }
    # Then ``signed_at`` was the proven time wherever a time-stamp held.
    proven = data["signed_at"] if data["timestamp"] == Timestamp.VALID else None
    known = {"proven_at": proven, **data}
    return {name: read(known[name]) for name, read in readers.items() if name in known}
