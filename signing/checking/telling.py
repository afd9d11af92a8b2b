"""A verdict in plain sentences: who, in which role, when, what was changed after, what to do now.

The sentence is put together from the catalogue, so that every language has its own order of words.
"Not established" is never told as "not valid".
"""

from collections.abc import Sequence
from datetime import datetime

from kernel.clock import local
from kernel.words import catalogue, sentence
from signing.checking.verdict import (
    Conclusion,
    Finding,
    Modifications,
    SignatureVerdict,
    Timestamp,
    Verdict,
)


def signature_told(signature: SignatureVerdict, locale: str = "vi") -> str:
    """Say what was found about one signature."""
    kind = "stamp" if signature.role == "timestamp" else "signature"
    return sentence(
        f"signing.told.{kind}",
        locale,
        who=_who(signature, locale),
        role=_role(signature, locale),
        when=_when(signature, locale),
        after=_after(signature, locale),
        outcome=sentence(
            f"signing.told.outcome.{signature.conclusion}",
            locale,
            cause=_cause(signature.findings, locale),
        ),
    )


def document_told(verdict: Verdict, locale: str = "vi") -> str:
    """Say what was found about the whole document."""
    stamps = sum(1 for signature in verdict.signatures if signature.role == "timestamp")
    stamped = stamps and verdict.conclusion is Conclusion.TOTAL_PASSED
    return sentence(
        f"signing.told.document.{'stamped' if stamped else verdict.conclusion}",
        locale,
        count=len(verdict.signatures) - stamps,
        stamps=stamps,
        cause=_cause(_decisive(verdict), locale),
    )


def _decisive(verdict: Verdict) -> Sequence[Finding]:
    """Give the findings of the signature that decided, else those about the document."""
    deciding = [s for s in verdict.signatures if s.conclusion is verdict.conclusion and s.findings]
    if verdict.conclusion is Conclusion.TOTAL_PASSED or not deciding:
        return verdict.findings
    return deciding[0].findings


def _who(signature: SignatureVerdict, locale: str) -> str:
    return signature.signer_name or sentence("signing.told.nobody", locale)


def _role(signature: SignatureVerdict, locale: str) -> str:
    role = signature.role if signature.role in {"signer", "agency"} else "none"
    return sentence(f"signing.told.role.{role}", locale)


def _when(signature: SignatureVerdict, locale: str) -> str:
    if signature.signed_at is None:
        return sentence("signing.told.when.unknown", locale)
    moment = _moment(signature.signed_at, locale)
    if signature.proven_at is None or signature.timestamp is not Timestamp.VALID:
        return sentence("signing.told.when.claimed", locale, moment=moment)
    if signature.proven_at == signature.signed_at:
        return sentence("signing.told.when.proven", locale, moment=moment)
    proven = _moment(signature.proven_at, locale)
    return sentence("signing.told.when.covered", locale, moment=moment, proven=proven)


def _moment(moment: datetime, locale: str) -> str:
    return local(moment).strftime(sentence("signing.told.moment", locale))


def _after(signature: SignatureVerdict, locale: str) -> str:
    if signature.modifications is Modifications.PERMITTED and signature.changed_fields:
        names = catalogue(locale)
        fields = (
            names.get(f"signing.told.field.{field}", field) for field in signature.changed_fields
        )
        return sentence("signing.told.after.filled", locale, fields=", ".join(fields))
    return sentence(f"signing.told.after.{signature.modifications}", locale)


def _cause(findings: Sequence[Finding], locale: str) -> str:
    """Say the finding that weighs most: they stand in that order."""
    return sentence(findings[0].code, locale, **findings[0].facts) if findings else ""
