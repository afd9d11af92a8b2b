"""The gate: what must hold before a signature counts, one rule a function.

"Every signature is valid" is not enough: many known attacks leave it true. Each rule gives its
objections; an objection lowers answers, of one signature or of the document. A document passes when
nothing was lowered.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from asn1crypto.core import VOID
from asn1crypto.parser import peek
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    TimestampSignatureStatus,
)

from signing.examination import Examination, Signature, Structure, Trouble, holds
from signing.fields import TEXT_FIELDS
from signing.trust import CertificateStatus
from signing.verdict import (
    Answer,
    CertificateTrust,
    Conclusion,
    ExpectedSignature,
    Integrity,
    Modifications,
    Timestamp,
)

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


def structure_is_regular(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 1: the cross-references are well formed, or at least only hybrid."""
    if examination.structure is Structure.HYBRID:
        yield Objection("hybrid_structure", ())
    if examination.structure is Structure.IRREGULAR:
        yield Objection("irregular_structure", (Conclusion.INDETERMINATE,))


def every_signature_was_examined(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rules 2 and 3: each filled signature field counts, also one that makes no sense."""
    for signature in examination.signatures:
        match signature.trouble:
            case Trouble.MALFORMED:  # a format failure is total: ETSI EN 319 102-1, 5.1.3
                answers: tuple[Answer, ...] = (Integrity.UNKNOWN, Conclusion.TOTAL_FAILED)
            case None:
                continue
            case _:
                answers = (Integrity.UNKNOWN,)
        yield Objection(signature.trouble.value, answers, signature.field)


def every_field_has_its_own_signature(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 4: no signature stands in two fields, and no two fields bear one name."""
    uses = Counter(str(signature.value) for signature in examination.signatures)
    for signature in examination.signatures:
        if uses[str(signature.value)] > 1:
            yield Objection("shared_signature", (Integrity.BROKEN,), signature.field)
    names = Counter(examination.signature_fields)
    for name in (name for name, count in names.items() if count > 1):
        yield Objection("repeated_field", (Conclusion.TOTAL_FAILED,), facts={"field": name})


def signed_bytes_are_whole(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 5: the signed bytes are a whole revision but for the signature itself."""
    for signature in examination.signatures:
        if signature.status is None or signature.embedded is None:
            continue
        coverage = signature.status.coverage
        whole = coverage is not None and coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        if not whole or not _hole_is_signature(examination.pdf, signature):
            yield Objection("partial_coverage", (Integrity.BROKEN,), signature.field)


def _hole_is_signature(pdf: bytes, signature: Signature) -> bool:
    """Tell whether what is not signed is the signature in hex, then zeros, and nothing else."""
    match signature.embedded:
        case EmbeddedPdfSignature(byte_range=[0, first, second, _], pkcs7_content=content):
            hole = pdf[int(first) : int(second)]
            padding = content[peek(content) :]
            return hole.lower() == b"<" + content.hex().encode() + b">" and not any(padding)
        case _:
            return False


def nothing_hangs_behind(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 6: no bytes stand behind the last revision, where no table accounts for them."""
    ends_well = examination.pdf.rstrip(b"\r\n").endswith(b"%%EOF")
    for signature in examination.signatures:
        if signature.status is None:
            continue
        partial = signature.status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        last = signature.revision == examination.revisions - 1
        if partial and (last or not ends_well):
            yield Objection("trailing_bytes", (Modifications.FORBIDDEN,), signature.field)


def later_changes_are_permitted(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 7: what was changed later is known to be harmless, and the signatures allow it."""
    for signature in examination.signatures:
        status = signature.status
        if status is None or status.coverage is None:
            continue
        partial = status.coverage < SignatureCoverageLevel.ENTIRE_REVISION
        if partial or status.modification_level is None:
            yield Objection("changes_unknown", (Modifications.UNKNOWN,), signature.field)
        elif status.modification_level == ModificationLevel.OTHER or status.docmdp_ok is False:
            yield Objection("forbidden_changes", (Modifications.FORBIDDEN,), signature.field)


def only_known_fields_were_filled(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 8: later on only signatures, our number and our date were filled in.

    Filling other fields is permitted by the standard; but it changes what the page shows, so a
    person has to look.
    """
    known = {*examination.signature_fields, *TEXT_FIELDS}
    for signature in examination.signatures:
        if signature.status is None or not isinstance(signature.status.diff_result, DiffResult):
            continue
        others = sorted(signature.status.diff_result.changed_form_fields - known)
        if others:
            yield Objection(
                "other_fields_filled",
                (Conclusion.INDETERMINATE,),
                signature.field,
                {"fields": ", ".join(others)},
            )


def time_stamps_hold(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 9: a time-stamp, where there is one, is sound and leads to an authority we trust."""
    for signature in examination.signatures:
        stamps: list[TimestampSignatureStatus | None]
        match signature.status:
            case DocumentTimestampStatus() as status:
                stamps = [status]
            case PdfSignatureStatus() as status:
                stamps = [status.timestamp_validity, status.content_timestamp_validity]
            case None:
                stamps = []
        for stamp in filter(None, stamps):
            if not (stamp.intact and stamp.valid):
                yield Objection("invalid_timestamp", (Timestamp.INVALID,), signature.field)
            elif not holds(stamp):
                yield Objection("untrusted_timestamp", (Timestamp.UNKNOWN,), signature.field)


def cryptography_is_strong(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Rule 10: no outdated algorithm, and the signature says what it signs and with which key."""
    for signature in examination.signatures:
        if signature.status is None or signature.embedded is None:
            continue
        if signature.status.trust_problem_indic in _WEAK:
            yield Objection("weak_algorithm", (Conclusion.INDETERMINATE,), signature.field)
        if signature.embedded.signer_info["signed_attrs"] is VOID:
            yield Objection("no_signed_attributes", (Conclusion.INDETERMINATE,), signature.field)


_WEAK = {
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
}


def signature_matches_bytes(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that the signed bytes are unchanged and the signature is the certificate's key's."""
    for signature in examination.signatures:
        if signature.status and not (signature.status.intact and signature.status.valid):
            yield Objection("broken_signature", (Integrity.BROKEN,), signature.field)


def certificate_was_good(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that the certificate leads to a trusted authority and was good when it signed."""
    for signature in examination.signatures:
        if not isinstance(signature.status, PdfSignatureStatus):
            continue
        if signature.certificate is CertificateStatus.GOOD:
            continue
        code = f"certificate_{signature.certificate.value.lower()}"
        yield Objection(code, _trust_left(signature), signature.field)


def _trust_left(signature: Signature) -> tuple[Answer, ...]:
    match signature.certificate, signature.certificate_at_claim:
        case CertificateStatus.UNKNOWN, _:
            return (CertificateTrust.UNKNOWN,)
        case CertificateStatus.UNTRUSTED, _:
            return (CertificateTrust.UNTRUSTED,)
        case _, CertificateStatus.GOOD:  # it was good when it claims to have signed: unproven
            return (CertificateTrust.UNKNOWN,)
        case _:
            return (CertificateTrust.UNTRUSTED, Conclusion.TOTAL_FAILED)


def expected_signatures_are_there(
    examination: Examination, expected: Expected
) -> Iterator[Objection]:
    """Check each expected signature by field and by registered certificate."""
    by_field = {signature.field: signature for signature in examination.signatures}
    for wanted in expected:
        signature = by_field.get(wanted.field)
        if signature is None:
            facts = {"field": wanted.field}
            yield Objection("missing_signature", (Conclusion.TOTAL_FAILED,), facts=facts)
        elif signature.fingerprint not in wanted.fingerprints:
            answers = (CertificateTrust.UNTRUSTED, Conclusion.TOTAL_FAILED)
            yield Objection("unregistered_certificate", answers, signature.field)


def signer_came_before_agency(examination: Examination, expected: Expected) -> Iterator[Objection]:
    """Check that every expected person signed before every expected agency (Đ15)."""
    made = {signature.field: signature.revision for signature in examination.signatures}
    persons = [made[e.field] for e in expected if e.role == "signer" and e.field in made]
    seals = [e.field for e in expected if e.role == "agency" and e.field in made]
    for seal in seals:
        if any(made[seal] <= person for person in persons):
            yield Objection("wrong_order", (Conclusion.TOTAL_FAILED,), seal)


RULES: tuple[Callable[[Examination, Expected], Iterator[Objection]], ...] = (
    structure_is_regular,
    every_signature_was_examined,
    every_field_has_its_own_signature,
    signed_bytes_are_whole,
    nothing_hangs_behind,
    later_changes_are_permitted,
    only_known_fields_were_filled,
    time_stamps_hold,
    cryptography_is_strong,
    signature_matches_bytes,
    certificate_was_good,
    expected_signatures_are_there,
    signer_came_before_agency,
)
