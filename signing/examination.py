# (pyHanko is typed in part only)

"""Looking at the signatures of a PDF: facts for the rules of the gate, without any judgement.

Outside bytes can be anything, and the library under us raises almost any exception on some of them.
So every look is fenced, and what went wrong is itself a fact.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO

from pyhanko.pdf_utils.form_tools import enumerate_fields_in
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    SignatureStatus,
)
from pyhanko_certvalidator import ValidationContext

from kernel.log import logger
from signing.changes import DIFF_POLICY
from signing.fields import TEXT_FIELDS
from signing.trust import SIGNING_USAGE, CertificateStatus, Trust, status_of

# Its warnings quote the document; what matters of them is in the verdict.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)

_log = logger(__name__)
_SUB_FILTERS = {"/ETSI.CAdES.detached", "/adbe.pkcs7.detached", "/ETSI.RFC3161"}


class Trouble(StrEnum):
    """Why something could not be looked at; each is a finding's code."""

    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed_signature"
    UNSUPPORTED = "unsupported_signature"
    TOO_LARGE = "too_large"


class Structure(StrEnum):
    """How well the file's cross-references are formed."""

    REGULAR = "regular"
    HYBRID = "hybrid"
    """As office programs write them; unusual, not wrong."""
    IRREGULAR = "irregular"


class Unexaminable(Exception):
    """The file could not be looked at, for the ``trouble`` named."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Signature:
    """One filled signature field."""

    field: str
    value: object
    """The reference to its signature dictionary."""

    embedded: EmbeddedPdfSignature | None = None
    status: PdfSignatureStatus | DocumentTimestampStatus | None = None
    trouble: Trouble | None = None
    """Why ``status`` is missing."""

    certificate: CertificateStatus = CertificateStatus.UNKNOWN
    """What is known of the certificate at the proven time, else at the moment of the check."""

    certificate_at_claim: CertificateStatus = CertificateStatus.UNKNOWN
    """What is known of it at the moment the signer claims."""

    @property
    def revision(self) -> int:
        """Which revision of the file it was made in."""
        return int(self.embedded.signed_revision) if self.embedded else -1

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate, lower-case hex."""
        return str(self.status.signing_cert.sha256.hex()) if self.status else ""

    @property
    def claimed_at(self) -> datetime | None:
        """When it was made, in the signer's own words."""
        match self.status:
            case PdfSignatureStatus():
                claimed = self.status.signer_reported_dt
            case DocumentTimestampStatus():
                claimed = self.status.timestamp
            case None:
                claimed = None
        return claimed.replace(tzinfo=UTC) if claimed and claimed.tzinfo is None else claimed

    @property
    def proven_at(self) -> datetime | None:
        """When it was made, where a time-stamp that holds tells it."""
        match self.status:
            case PdfSignatureStatus(timestamp_validity=stamp) if stamp and holds(stamp):
                return stamp.timestamp
            case DocumentTimestampStatus() as stamp if holds(stamp):
                return stamp.timestamp
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything the rules may ask about."""

    pdf: bytes
    structure: Structure
    revisions: int
    signatures: tuple[Signature, ...]
    """The filled ones, in the order in which they were made."""

    signature_fields: tuple[str, ...]
    """Names of all signature fields, filled or not."""

    values: Mapping[str, str]
    """What our two text fields hold."""


def holds(status: SignatureStatus) -> bool:
    """Tell whether a signature or time-stamp is sound and leads to an authority we trust."""
    return status.intact and status.valid and status.trusted


async def examine(pdf: bytes, trust: Trust, at: datetime) -> Examination:
    """Look at all signatures of ``pdf``.

    Raises:
        Unexaminable: There is nothing to look at: no PDF, or an encrypted one.
    """
    reader, structure = _open(pdf)
    try:
        fields = list(_fields(reader, "/Sig"))
        texts = [(name, _text(reference)) for name, _, reference in _fields(reader, "/Tx")]
        revisions = int(reader.xrefs.total_revisions)
    except Exception as error:  # a hostile form can raise anything
        _log.info("signature fields not readable", error=type(error).__name__)
        raise Unexaminable(Trouble.UNREADABLE) from error
    context = trust.context(at)
    filled = [field for field in fields if field[1] is not None]
    looked = [await _look(reader, name, reference, context) for name, _, reference in filled]
    looked.sort(key=lambda signature: signature.revision)
    return Examination(
        pdf=pdf,
        structure=structure,
        revisions=revisions,
        signatures=tuple([await _with_certificate(s, looked, trust, at) for s in looked]),
        signature_fields=tuple(name for name, _, _ in fields),
        values={name: text for name, text in texts if name in TEXT_FIELDS and text},
    )


def _open(pdf: bytes) -> tuple[PdfFileReader, Structure]:
    try:
        reader = PdfFileReader(BytesIO(pdf))
        hybrid = bool(reader.xrefs.hybrid_xrefs_present)
        structure = Structure.HYBRID if hybrid else Structure.REGULAR
    except Exception:  # noqa: BLE001 - hostile cross-references can raise anything
        reader, structure = _open_leniently(pdf), Structure.IRREGULAR
    # From here on leniently: the strict reader stumbles over freed objects of earlier revisions.
    reader.strict = False
    if reader.encrypted:
        raise Unexaminable(Trouble.ENCRYPTED)
    return reader, structure


def _open_leniently(pdf: bytes) -> PdfFileReader:
    try:
        return PdfFileReader(BytesIO(pdf), strict=False)
    except Exception as error:
        _log.info("file not readable", error=type(error).__name__)
        raise Unexaminable(Trouble.UNREADABLE) from error


def _fields(reader: PdfFileReader, kind: str) -> Iterator[tuple[str, object, IndirectObject]]:
    if "/AcroForm" not in reader.root or "/Fields" not in reader.root["/AcroForm"]:
        return
    found = enumerate_fields_in(
        reader.root["/AcroForm"]["/Fields"], refs_seen=set(), target_field_type=kind
    )
    for name, value, reference in found:
        yield str(name), value, reference  # pyHanko's own strings hold the whole file in memory


def _text(reference: IndirectObject) -> str:
    field = reference.get_object()
    return str(field["/V"]) if "/V" in field else ""


async def _look(
    reader: PdfFileReader, name: str, reference: IndirectObject, context: ValidationContext
) -> Signature:
    field = reference.get_object()
    value = field.raw_get("/V")
    try:
        dictionary = field["/V"]
        if dictionary.get("/SubFilter") not in _SUB_FILTERS:
            return Signature(name, value, trouble=Trouble.UNSUPPORTED)
        embedded = EmbeddedPdfSignature(reader, field, name)
        return Signature(name, value, embedded, status=await _check(embedded, context))
    except (PdfDecodeLimitError, RecursionError, MemoryError):
        return Signature(name, value, trouble=Trouble.TOO_LARGE)
    except Exception as error:  # noqa: BLE001 - a hostile signature can raise anything
        _log.info("signature not readable", error=type(error).__name__)
        return Signature(name, value, trouble=Trouble.MALFORMED)


async def _check(
    embedded: EmbeddedPdfSignature, context: ValidationContext
) -> PdfSignatureStatus | DocumentTimestampStatus:
    if embedded.sig_object_type == "/DocTimeStamp":
        return await async_validate_pdf_timestamp(embedded, context, diff_policy=DIFF_POLICY)
    return await async_validate_pdf_signature(
        embedded, context, diff_policy=DIFF_POLICY, key_usage_settings=SIGNING_USAGE
    )


async def _with_certificate(
    signature: Signature, all_signatures: Sequence[Signature], trust: Trust, at: datetime
) -> Signature:
    if signature.status is None or signature.embedded is None:
        return signature
    stamped = [
        later.proven_at
        for later in all_signatures
        if isinstance(later.status, DocumentTimestampStatus)
        and later.revision > signature.revision
        and later.proven_at
    ]
    proven = signature.proven_at or min(stamped, default=None)
    certificate = signature.status.signing_cert
    try:
        others = signature.embedded.other_embedded_certs
        now = await status_of(certificate, others, proven or at, trust)
        claim = now
        if not proven and signature.claimed_at and now is not CertificateStatus.GOOD:
            claim = await status_of(certificate, others, signature.claimed_at, trust)
    except Exception as error:  # noqa: BLE001 - hostile certificates can raise anything
        _log.info("certificate not readable", error=type(error).__name__)
        return signature
    return replace(signature, certificate=now, certificate_at_claim=claim)
