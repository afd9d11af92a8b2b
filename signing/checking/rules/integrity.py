# (pyHanko is typed in part only)

"""Are the signed bytes those that were signed, all of them, and each signed for itself?"""

from collections import Counter
from collections.abc import Iterator

from asn1crypto.parser import peek
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.checking.examined import Examination, Signature
from signing.checking.opening import Structure, Trouble
from signing.checking.rules.objection import Expected, Objection
from signing.checking.verdict import Answer, Conclusion, Integrity, Modifications


def structure_is_regular(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that the cross-references are well formed, or at least only hybrid."""
    if examination.structure is Structure.HYBRID:
        yield Objection("hybrid_structure", ())
    if examination.structure is Structure.IRREGULAR:
        yield Objection("irregular_structure", (Conclusion.INDETERMINATE,))


def every_signature_was_examined(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that each filled signature field could be read; one that makes no sense counts, too."""
    for signature in examination.signatures:
        answers: tuple[Answer, ...] = (Integrity.UNKNOWN,)
        cause = ""
        match signature.trouble:
            case None:
                continue
            case Trouble.MALFORMED:  # a format failure is total: ETSI EN 319 102-1, 5.1.3
                answers, cause = (Integrity.UNKNOWN, Conclusion.TOTAL_FAILED), "FORMAT_FAILURE"
            case Trouble.OUTDATED:
                cause = "CRYPTO_CONSTRAINTS_FAILURE"
        code = signature.trouble.value
        yield Objection(code, answers, signature.field, sub_indication=cause)


def every_field_has_its_own_signature(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that no signature stands in two fields, and no two fields bear one name."""
    uses = Counter(str(signature.value) for signature in examination.signatures)
    for signature in examination.signatures:
        if uses[str(signature.value)] > 1:
            yield _broken("shared_signature", signature, "FORMAT_FAILURE")
    names = Counter(examination.signature_fields)
    for name in (name for name, count in names.items() if count > 1):
        yield Objection("repeated_field", (Conclusion.TOTAL_FAILED,), facts={"field": name})


def signed_bytes_are_whole(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that the signed bytes are a whole revision but for the signature itself."""
    for signature in examination.signatures:
        if signature.embedded is None:
            continue
        whole = signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        if not whole or not _hole_is_signature(examination.pdf, signature):
            yield _broken("partial_coverage", signature, "FORMAT_FAILURE")


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
    """Check that no bytes stand behind the last revision, where no table accounts for them."""
    ends_well = examination.pdf.rstrip(b"\r\n").endswith(b"%%EOF")
    for signature in examination.signatures:
        if signature.embedded is None:
            continue
        partial = signature.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        last = signature.revision == examination.revisions - 1
        if partial and (last or not ends_well):
            answers = (Modifications.FORBIDDEN,)
            yield Objection("trailing_bytes", answers, signature.field)


def signature_matches_bytes(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that the signed bytes are unchanged and the signature is the certificate's key's."""
    for signature in examination.signatures:
        container, stamp = signature.container, signature.document_stamp
        if container and not container.signature_matches:
            yield _broken("broken_signature", signature, "SIG_CRYPTO_FAILURE")
        elif (container and not container.digest_matches) or (stamp and not stamp.stamp.intact):
            yield _broken("broken_signature", signature, "HASH_FAILURE")


def _broken(code: str, signature: Signature, cause: str) -> Objection:
    return Objection(code, (Integrity.BROKEN,), signature.field, sub_indication=cause)
