"""Are the algorithms good enough, and is the container as the standards want it?"""

from collections.abc import Iterator

from signing.checking.container import Flaw
from signing.checking.examined import Examination
from signing.checking.rules.objection import Expected, Objection
from signing.checking.verdict import Answer, Conclusion, Timestamp

_CAUSES: dict[Flaw, tuple[Answer, str]] = {
    Flaw.WEAK: (Conclusion.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE"),
    # RFC 8419 and RFC 8933: the algorithms of a signature are bound to each other.
    Flaw.DISAGREEING: (Conclusion.TOTAL_FAILED, "FORMAT_FAILURE"),
    Flaw.NO_ATTRIBUTES: (Conclusion.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE"),
    # RFC 5652, 5.4: signed attributes are DER, so that nobody can read them in two ways.
    Flaw.UNSORTED: (Conclusion.INDETERMINATE, "FORMAT_FAILURE"),
}


def cryptography_is_strong(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check algorithms and form of each signature's container."""
    for signature in examination.signatures:
        for flaw in sorted(signature.container.flaws if signature.container else ()):
            answer, cause = _CAUSES[flaw]
            yield Objection(flaw.value, (answer,), signature.field, sub_indication=cause)


def time_stamps_hold(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that a time-stamp, where there is one, is sound and by an authority we trust.

    One good time-stamp is enough; a second one that only cannot be established takes nothing away.
    """
    for signature in examination.signatures:
        seen = signature.document_stamp
        stamps = (seen,) if seen else signature.stamps
        proven = any(one.holds for one in stamps)
        for one in stamps:
            if not one.stamp.intact:
                yield Objection("invalid_timestamp", (Timestamp.INVALID,), signature.field)
            elif one.stamp.flaws and not proven:
                yield Objection(
                    "weak_timestamp",
                    (Timestamp.UNKNOWN,),
                    signature.field,
                    sub_indication="CRYPTO_CONSTRAINTS_FAILURE",
                )
            elif not one.holds and not proven:
                code = f"{one.status.value.lower()}_timestamp"
                yield Objection(code, (Timestamp.UNKNOWN,), signature.field)
            if one.stamp.weak_imprint:  # as VGCA asks for them: worth telling, not broken
                yield Objection("weak_imprint", (), signature.field)
