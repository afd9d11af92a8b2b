# (pyHanko is typed in part only)

"""What was seen of a file's signatures: facts for the rules of the gate, without any judgement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.checking.additions import Addition
from signing.checking.container import Container, Stamp
from signing.checking.opening import Reader, Structure, Trouble
from signing.checking.verdict import Level
from signing.trusting.trust import Assessment, CertificateStatus

_UNKNOWN = Assessment(CertificateStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class StampSeen:
    """A time-stamp and what is known of its authority."""

    stamp: Stamp
    status: CertificateStatus = CertificateStatus.UNKNOWN

    @property
    def holds(self) -> bool:
        """Whether it proves its time."""
        good = self.status is CertificateStatus.GOOD
        return good and self.stamp.intact and not self.stamp.flaws


@dataclass(frozen=True, slots=True)
class Signature:
    """One filled signature field."""

    field: str
    value: object
    """The reference to its signature dictionary."""

    embedded: EmbeddedPdfSignature | None = None
    trouble: Trouble | None = None
    """Why it could not be looked at; then there are neither container nor stamp."""

    container: Container | None = None
    """What it says, where it is a signature."""

    document_stamp: StampSeen | None = None
    """What it says, where it is a document time-stamp."""

    stamps: tuple[StampSeen, ...] = ()
    """The time-stamps in its container."""

    coverage: SignatureCoverageLevel = SignatureCoverageLevel.UNCLEAR
    changes: DiffResult | SuspiciousModification | None = None
    """What was changed after it was made; None where that cannot be told."""

    claimed_at: datetime | None = None
    """When it was made, in the signer's own words."""

    permission: int | None = None
    """What it allows to be changed later (DocMDP): 1 nothing, 2 filling, 3 notes as well."""

    pages: tuple[int, int] | None = None
    """How many pages it covered and how many there are now, where more was changed than known."""

    certifies: bool = False
    """Whether it certifies the document, which only the first signature may."""

    allows_changes: bool = True
    """Whether what was changed is within what it allows itself (DocMDP)."""

    additions: tuple[Addition, ...] = ()
    """Visible signature fields that were added after it was made."""

    stamped_over_at: datetime | None = None
    """When a document time-stamp that holds was laid over it, the first one."""

    assessment: Assessment = _UNKNOWN
    """What is known of the certificate at the proven time, else at the moment of the check."""

    assessed_at: datetime | None = None
    """The moment for which ``assessment`` holds."""

    status_at_claim: CertificateStatus = CertificateStatus.UNKNOWN
    """What is known of it at the moment the signer claims."""

    level: Level = Level.NONE

    @property
    def revision(self) -> int:
        """Which revision of the file it was made in."""
        return int(self.embedded.signed_revision) if self.embedded else -1

    @property
    def certificate(self) -> x509.Certificate | None:
        """Whose key made it."""
        if self.container:
            return self.container.certificate
        return self.document_stamp.stamp.certificate if self.document_stamp else None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate, lower-case hex."""
        return str(self.certificate.sha256.hex()) if self.certificate else ""

    @property
    def proven_at(self) -> datetime | None:
        """When it was made, where a time-stamp of its own that holds tells it."""
        own = (*self.stamps, *([self.document_stamp] if self.document_stamp else []))
        return min((seen.stamp.time for seen in own if seen.holds), default=None)


@dataclass(frozen=True, slots=True, repr=False)  # the event loop would print the whole file
class Examination:
    """Everything the rules may ask about."""

    pdf: bytes
    reader: Reader
    structure: Structure
    revisions: int
    signatures: tuple[Signature, ...]
    """The filled ones, in the order in which they were made."""

    signature_fields: tuple[str, ...]
    """Names of all signature fields, filled or not."""

    values: Mapping[str, str]
    """What our two text fields hold."""


def was_changed(signature: Signature) -> bool:
    """Tell whether anything at all was changed after the signature was made."""
    match signature.changes:
        case DiffResult(modification_level=level):
            return bool(level != ModificationLevel.NONE)
        case _:
            return True
