"""Check a PDF's signatures: any bytes in, a verdict out.

Nothing is raised for what the bytes are. Looking (``examination``), judging (``gate``) and telling
(``verdict``) are kept apart, so that the same facts can be judged again under other rules.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from asn1crypto import x509

from kernel.errors import Refused
from kernel.log import logger
from signing.checking.comparison import pages_look_the_same
from signing.checking.examination import examine
from signing.checking.examined import Examination, Signature, was_changed
from signing.checking.gate import RULES
from signing.checking.latent import nothing_lies_in_wait
from signing.checking.opening import Unexaminable
from signing.checking.rules.modifications import changed_fields
from signing.checking.rules.objection import Objection
from signing.checking.verdict import (
    Answer,
    CertificateTrust,
    Conclusion,
    ExpectedSignature,
    Finding,
    Integrity,
    Modifications,
    Role,
    SignatureVerdict,
    Timestamp,
    Verdict,
    concluded,
    worst,
)
from signing.holding.keys import facts
from signing.trusting.trust import Trust

_log = logger(__name__)


def validate(
    pdf: bytes,
    trust: Trust,
    *,
    at: datetime,
    expected: Sequence[ExpectedSignature] = (),
    full: bool = False,
) -> Verdict:
    """Check all signatures of ``pdf`` as of ``at`` (NĐ 68/2024 Đ31, Đ32; TT 15/2025 V1-V9).

    Args:
        pdf: Any bytes at all.
        trust: Whom to trust; nothing else is asked, and nothing is fetched.
        at: The moment the answers shall hold for, zone-aware.
        expected: The signatures the document must bear, each by its field and certificates.
        full: Also draw the pages and compare how they looked when signed; takes seconds.
    """
    verdicts = validate_by_and_by(pdf, trust, at=at, expected=expected)
    verdict = next(verdicts)
    return next(verdicts, verdict) if full else verdict


def validate_by_and_by(
    pdf: bytes, trust: Trust, *, at: datetime, expected: Sequence[ExpectedSignature] = ()
) -> Iterator[Verdict]:
    """Give the verdict, and then, of what is signed, the full one; both from one examination."""
    try:
        examination = asyncio.run(examine(pdf, trust, at))
    except Unexaminable as error:
        yield _without_examination(error, trust, at, expected)
        return
    objections = list(_objections(RULES, examination, expected))
    yield _verdict(examination, objections, trust, at, expected)
    if examination.signatures:
        objections += _objections(_SLOW_RULES, examination, expected)
        yield _verdict(examination, objections, trust, at, expected)


_Rule = Callable[[Examination, Sequence[ExpectedSignature]], Iterator[Objection]]
_SLOW_RULES: tuple[_Rule, ...] = (pages_look_the_same, nothing_lies_in_wait)


def _verdict(
    examination: Examination,
    objections: Sequence[Objection],
    trust: Trust,
    at: datetime,
    expected: Sequence[ExpectedSignature],
) -> Verdict:
    signatures = tuple(_judged(s, objections, expected) for s in examination.signatures)
    return Verdict(
        signatures=signatures,
        integrity=worst(Integrity.INTACT, *(s.integrity for s in signatures)),
        modifications=worst(Modifications.NONE, *(s.modifications for s in signatures)),
        trust=worst(CertificateTrust.TRUSTED, *(s.trust for s in signatures)),
        timestamps=worst(*([s.timestamp for s in signatures] or [Timestamp.NONE])),
        conclusion=_conclusion(signatures, objections),
        findings=_findings(objections, ""),
        values=examination.values,
        checked_at=at,
        trust_version=trust.version,
    )


def _objections(
    rules: Iterable[_Rule], examination: Examination, expected: Sequence[ExpectedSignature]
) -> Iterator[Objection]:
    for rule in rules:
        try:
            yield from rule(examination, expected)
        except Exception as error:  # noqa: BLE001 - what a hostile file can still bring about
            _log.warning("rule not applied", rule=rule.__name__, error=type(error).__name__)
            yield Objection("not_judged", (Conclusion.INDETERMINATE,))


def _without_examination(
    error: Unexaminable, trust: Trust, at: datetime, expected: Sequence[ExpectedSignature]
) -> Verdict:
    """Say that nothing could be seen; what was expected is then certainly not shown."""
    return Verdict(
        signatures=(),
        integrity=Integrity.UNKNOWN,
        modifications=Modifications.UNKNOWN,
        trust=CertificateTrust.UNKNOWN,
        timestamps=Timestamp.UNKNOWN,
        conclusion=Conclusion.TOTAL_FAILED if expected else Conclusion.INDETERMINATE,
        findings=(_finding(error.trouble.value, {}),),
        values={},
        checked_at=at,
        trust_version=trust.version,
    )


def _conclusion(
    signatures: Sequence[SignatureVerdict], objections: Iterable[Objection]
) -> Conclusion:
    answers: set[Answer] = {answer for objection in objections for answer in objection.answers}
    for signature in signatures:
        answers |= {signature.integrity, signature.modifications}
        answers |= {signature.trust, signature.timestamp}
    conclusion = concluded(answers)
    if conclusion is Conclusion.TOTAL_PASSED and not signatures:
        return Conclusion.NOT_SIGNED
    return conclusion


def _judged(
    signature: Signature, objections: Sequence[Objection], expected: Sequence[ExpectedSignature]
) -> SignatureVerdict:
    """Give a signature's verdict: what it could be at best, lowered by each objection."""
    against = [one for one in objections if one.signature == signature.field]
    answers = {answer for one in against for answer in one.answers}
    subject, organisation, issuer = _names(signature.certificate)
    at_best = _at_best(signature)
    conclusion = concluded({*answers, *at_best})
    return SignatureVerdict(
        field=signature.field,
        role=_role(signature, expected),
        signer_name=subject,
        organisation=organisation,
        fingerprint=signature.fingerprint,
        signed_at=signature.proven_at or signature.claimed_at,
        integrity=worst(at_best[0], *(a for a in answers if isinstance(a, Integrity))),
        modifications=worst(at_best[1], *(a for a in answers if isinstance(a, Modifications))),
        trust=worst(at_best[2], *(a for a in answers if isinstance(a, CertificateTrust))),
        timestamp=worst(at_best[3], *(a for a in answers if isinstance(a, Timestamp))),
        findings=_findings(objections, signature.field),
        conclusion=conclusion,
        sub_indication=_sub_indication(against, conclusion),
        level=signature.level,
        issuer_name=issuer,
        proven_at=signature.proven_at or signature.stamped_over_at,
        changed_fields=changed_fields(signature),
    )


def _sub_indication(against: Sequence[Objection], conclusion: Conclusion) -> str:
    """Give the cause named by the first objection that brought the conclusion about."""
    return next(
        (
            one.sub_indication
            for one in against
            if one.sub_indication and concluded(one.answers) is conclusion
        ),
        "",
    )


def _at_best(
    signature: Signature,
) -> tuple[Integrity, Modifications, CertificateTrust, Timestamp]:
    if signature.embedded is None:
        return (
            Integrity.UNKNOWN,
            Modifications.UNKNOWN,
            CertificateTrust.UNKNOWN,
            Timestamp.UNKNOWN,
        )
    return (
        Integrity.INTACT,
        Modifications.PERMITTED if was_changed(signature) else Modifications.NONE,
        CertificateTrust.TRUSTED,
        Timestamp.VALID if signature.proven_at or signature.stamped_over_at else Timestamp.NONE,
    )


def _role(signature: Signature, expected: Sequence[ExpectedSignature]) -> Role:
    if signature.document_stamp:
        return "timestamp"
    return next(
        (
            one.role
            for one in expected
            if one.field == signature.field
            or (not one.field and signature.fingerprint in one.fingerprints)
        ),
        "",
    )


def _names(certificate: x509.Certificate | None) -> tuple[str, str, str]:
    """Give the names of signer, organisation and issuer."""
    if certificate is None:
        return "", "", ""
    try:
        read = facts(certificate.dump())
    except Refused:  # the certificate is stranger than the signature; its fingerprint names it
        return "", "", ""
    return read.subject_name, read.organisation, read.issuer_name


def _findings(objections: Iterable[Objection], field: str) -> tuple[Finding, ...]:
    """Give the findings about one signature or the document; what weighs most comes first."""
    weights = [*Conclusion]
    against = [one for one in objections if one.signature == field]
    against.sort(key=lambda one: weights.index(concluded(one.answers)), reverse=True)
    return tuple(_finding(one.code, one.facts) for one in against)


def _finding(code: str, about: Mapping[str, str | int]) -> Finding:
    return Finding(f"signing.finding.{code}", about)
