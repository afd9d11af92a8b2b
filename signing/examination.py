# (pyHanko is typed in part only)

"""Looking at the signatures of a PDF: facts for the rules of the gate, without any judgement.

Outside bytes can be anything, and the library under us raises almost any exception on some of them.
So every look is fenced, and what went wrong is itself a fact. Certificates are looked at last,
newest signature first: a time-stamp proves when everything before it was there.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from asn1crypto import x509
from pyhanko.pdf_utils.form_tools import enumerate_fields_in
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from kernel.log import logger
from signing.additions import Addition, additions
from signing.changes import DIFF_POLICY
from signing.container import Container, Stamp, read_container, read_stamp
from signing.fields import TEXT_FIELDS
from signing.opening import Reader, Structure, Trouble, Unexaminable, open_pdf
from signing.pages import entries, follow, pages_of
from signing.revocation import RevocationMaterial
from signing.trust import Assessment, CertificateStatus, Trust, Usage, assess
from signing.validation_data import ValidationData, level_of
from signing.verdict import Level

_log = logger(__name__)
_PADES = "/ETSI.CAdES.detached"
_SUB_FILTERS = {
    "/Sig": {_PADES, "/adbe.pkcs7.detached"},
    "/DocTimeStamp": {"/ETSI.RFC3161"},
}
_OUTDATED_SUB_FILTERS = {"/adbe.x509.rsa_sha1", "/adbe.pkcs7.sha1"}
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


@dataclass(frozen=True, slots=True)
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


async def examine(pdf: bytes, trust: Trust, at: datetime) -> Examination:
    """Look at all signatures of ``pdf``.

    Raises:
        Unexaminable: There is nothing to look at: no PDF, an encrypted one, or a bomb.
    """
    try:
        return await _examined(pdf, trust, at)
    except Unexaminable:
        raise
    except (PdfDecodeLimitError, RecursionError, MemoryError) as error:
        raise Unexaminable(Trouble.TOO_LARGE) from error
    except Exception as error:  # a hostile form can raise anything
        _log.info("file not readable", error=type(error).__name__)
        raise Unexaminable(Trouble.UNREADABLE) from error


async def _examined(pdf: bytes, trust: Trust, at: datetime) -> Examination:
    opened = open_pdf(pdf)
    reader = opened.reader
    fields = list(fields_of(reader, "/Sig"))
    texts = [(name, text_of(reference)) for name, _, reference in fields_of(reader, "/Tx")]
    places = [(name, reference) for name, _, reference in fields]
    filled = [(name, reference) for name, value, reference in fields if value is not None]
    looked = [_look(pdf, reader, name, reference, places) for name, reference in filled]
    looked.sort(key=lambda signature: signature.revision)
    return Examination(
        pdf=pdf,
        reader=reader,
        structure=opened.structure,
        revisions=int(reader.xrefs.total_revisions),
        signatures=await _assessed(looked, reader, trust, at),
        signature_fields=tuple(name for name, _ in places),
        values={name: text for name, text in texts if name in TEXT_FIELDS and text},
    )


def fields_of(reader: Reader, kind: str) -> Iterator[tuple[str, object, IndirectObject]]:
    """Give name, value and reference of every form field of a kind."""
    if "/AcroForm" not in reader.root or "/Fields" not in reader.root["/AcroForm"]:
        return
    found = enumerate_fields_in(
        reader.root["/AcroForm"]["/Fields"], refs_seen=set(), target_field_type=kind
    )
    for name, value, reference in found:
        yield str(name), value, reference  # pyHanko's own strings hold the whole file in memory


def text_of(reference: IndirectObject) -> str:
    """Give what a text field holds."""
    field = reference.get_object()
    return str(field["/V"]) if "/V" in field else ""


def _look(
    pdf: bytes,
    reader: Reader,
    name: str,
    reference: IndirectObject,
    places: Sequence[tuple[str, IndirectObject]],
) -> Signature:
    field = reference.get_object()
    signature = Signature(name, field.raw_get("/V"))
    try:
        trouble = _unsupported(field["/V"])
        if trouble:
            return replace(signature, trouble=trouble)
        embedded = EmbeddedPdfSignature(reader, field, name)
        signature = _with_content(signature, embedded)
        signature = replace(signature, coverage=embedded.evaluate_signature_coverage())
    except (PdfDecodeLimitError, RecursionError, MemoryError):
        return replace(signature, embedded=None, trouble=Trouble.TOO_LARGE)
    except Exception as error:  # noqa: BLE001 - a hostile signature can raise anything
        _log.info("signature not readable", error=type(error).__name__)
        return replace(signature, embedded=None, trouble=Trouble.MALFORMED)
    try:
        signature = _with_changes(signature, embedded)
        if isinstance(signature.changes, SuspiciousModification):
            signature = replace(signature, pages=_pages(reader, signature.revision))
        return replace(signature, additions=additions(pdf, reader, embedded, places))
    except Exception as error:  # noqa: BLE001 - hostile revisions can raise anything
        _log.info("changes not readable", error=type(error).__name__)
        return replace(signature, changes=None)


def _unsupported(dictionary: DictionaryObject) -> Trouble | None:
    sub_filter = follow(dictionary, "/SubFilter")
    if sub_filter in _OUTDATED_SUB_FILTERS:
        return Trouble.OUTDATED
    known = _SUB_FILTERS.get(follow(dictionary, "/Type") or "/Sig", set())
    return None if sub_filter in known else Trouble.UNSUPPORTED


def _with_content(signature: Signature, embedded: EmbeddedPdfSignature) -> Signature:
    signed, digest = embedded.signed_data, embedded.compute_digest
    if embedded.sig_object_type == "/DocTimeStamp":
        stamp = read_stamp(signed, digest)
        seen = StampSeen(stamp)
        return replace(signature, embedded=embedded, document_stamp=seen, claimed_at=stamp.time)
    container = read_container(signed, digest)
    stamps = tuple(map(StampSeen, (*container.stamps, *container.content_stamps)))
    return replace(
        signature,
        embedded=embedded,
        container=container,
        stamps=stamps,
        claimed_at=_claimed_at(container, embedded),
    )


def _claimed_at(container: Container, embedded: EmbeddedPdfSignature) -> datetime | None:
    claimed: datetime | None = container.claimed_at
    if claimed is None:
        with suppress(PdfError, ValueError, TypeError, AttributeError):  # /M can hold anything
            claimed = embedded.self_reported_timestamp
    return claimed.replace(tzinfo=UTC) if claimed and claimed.tzinfo is None else claimed


def _with_changes(signature: Signature, embedded: EmbeddedPdfSignature) -> Signature:
    embedded.compute_integrity_info(DIFF_POLICY)
    summary = embedded.summarise_integrity_info()
    permission = embedded.docmdp_level
    whole = signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    return replace(
        signature,
        changes=embedded.diff_result if whole else None,
        permission=None if permission is None else int(permission.value),
        certifies=_certifies(embedded.sig_object),
        allows_changes=summary["docmdp_ok"] is not False,
    )


def _pages(reader: Reader, revision: int) -> tuple[int, int] | None:
    try:
        then = sum(1 for _ in pages_of(reader.get_historical_resolver(revision)))
        return then, sum(1 for _ in pages_of(reader))
    except Exception:  # noqa: BLE001 - hostile revisions can raise anything
        return None


def _certifies(dictionary: DictionaryObject) -> bool:
    references = [one.get_object() for one in entries(dictionary, "/Reference")]
    return any(follow(one, "/TransformMethod") == "/DocMDP" for one in references)


async def _assessed(
    looked: Sequence[Signature], reader: Reader, trust: Trust, at: datetime
) -> tuple[Signature, ...]:
    """Look at the certificates, newest signature first, carrying the earliest proven time along."""
    data = ValidationData.of(reader)
    assessed: list[Signature] = []
    known_before = at
    for bare in reversed(looked):
        covered = known_before if known_before < at else None
        signature = replace(bare, stamped_over_at=covered)
        try:
            seen = await _with_certificates(signature, data, known_before, trust)
            seen = replace(seen, level=_level(seen, assessed, reader, data))
        except Exception as error:  # noqa: BLE001 - hostile certificates can raise anything
            _log.info("certificate not readable", error=type(error).__name__)
            seen = signature
        assessed.insert(0, seen)
        if seen.document_stamp and seen.document_stamp.holds:
            known_before = min(known_before, seen.document_stamp.stamp.time)
    return tuple(assessed)


async def _with_certificates(
    signature: Signature, data: ValidationData, known_before: datetime, trust: Trust
) -> Signature:
    extra = RevocationMaterial(data.crls, data.ocsps)

    async def assessed(
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        moment: datetime,
        usage: Usage,
    ) -> Assessment:
        around = (*others, *data.certificates)
        return await assess(certificate, around, moment, trust, usage=usage, extra=extra)

    async def judged(seen: StampSeen) -> tuple[StampSeen, Assessment]:
        stamp = seen.stamp
        found = await assessed(stamp.certificate, stamp.others, known_before, Usage.TIME_STAMPS)
        return replace(seen, status=found.status), found

    if signature.document_stamp:
        stamp, assessment = await judged(signature.document_stamp)
        return replace(
            signature, document_stamp=stamp, assessment=assessment, assessed_at=known_before
        )
    container = signature.container
    if container is None:
        return signature
    stamps = tuple([(await judged(seen))[0] for seen in signature.stamps])
    signature = replace(signature, stamps=stamps)
    certificate, others = container.certificate, container.others
    moment = signature.proven_at or known_before
    now = await assessed(certificate, others, moment, Usage.DOCUMENTS)
    claim = now.status
    if not signature.proven_at and signature.claimed_at and claim is not CertificateStatus.GOOD:
        then = await assessed(certificate, others, signature.claimed_at, Usage.DOCUMENTS)
        claim = then.status
    return replace(signature, assessment=now, assessed_at=moment, status_at_claim=claim)


def _level(
    signature: Signature, later: Sequence[Signature], reader: Reader, data: ValidationData
) -> Level:
    """Give the level by what the file carries, whomever we trust."""
    container, embedded = signature.container, signature.embedded
    if container is None or embedded is None or not container.names_certificate:
        return Level.NONE
    if follow(embedded.sig_object, "/SubFilter") != _PADES:
        return Level.NONE
    over = [one for one in later if one.document_stamp and one.document_stamp.stamp.intact]
    own = [seen.stamp for seen in signature.stamps if seen.stamp.intact]
    stamps = own or [one.document_stamp.stamp for one in over[:1] if one.document_stamp]
    chains = [(container.certificate, *container.others)]
    chains += [(stamp.certificate, *stamp.others) for stamp in stamps]
    return level_of(
        chains,
        stamped=bool(stamps),
        now=data,
        stamped_data=(
            ValidationData.of(reader.get_historical_resolver(one.revision)) for one in over
        ),
    )


def was_changed(signature: Signature) -> bool:
    """Tell whether anything at all was changed after the signature was made."""
    match signature.changes:
        case DiffResult(modification_level=level):
            return bool(level != ModificationLevel.NONE)
        case _:
            return True
