"""A verdict told: one plain sentence per signature for people, one flat object for programs.

The three questions stay apart in both: is it whole, was it changed later, whose is it and when. The
pages, the report, the command and the API all tell by these functions, so none can say otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kernel.clock import local
from kernel.words import catalogue, sentence
from signing.verdict import (
    CertificateTrust,
    Conclusion,
    Finding,
    Integrity,
    Modifications,
    SignatureVerdict,
    Timestamp,
    Verdict,
)


def summary(file: str, verdict: Verdict, locale: str = "vi") -> dict[str, Any]:
    """Give the flat object of one file: each answer is the worst of all signatures."""
    signed = bool(verdict.signatures)
    unsigned = verdict.conclusion is Conclusion.NOT_SIGNED
    findings = [*verdict.findings, *(f for s in verdict.signatures for f in s.findings)]
    return {
        "file": file,
        "signatures": len(verdict.signatures),
        "integrity": verdict.integrity if signed else Integrity.UNKNOWN,
        "modifications": verdict.modifications if signed else Modifications.UNKNOWN,
        "trust": verdict.trust if signed else CertificateTrust.UNKNOWN,
        "timestamps": Timestamp.NONE if unsigned else verdict.timestamps,
        "level": verdict.level,
        "conclusion": verdict.conclusion,
        "findings": told(findings, locale),
    }


def details(verdict: Verdict, locale: str = "vi") -> list[dict[str, Any]]:
    """Give one object per signature, in the order in which they were made (V9)."""
    return [
        {
            "field": signature.field,
            "role": signature.role,
            "signer": signature.signer_name,
            "organisation": signature.organisation,
            "issuer": signature.issuer_name,
            "certificate_sha256": signature.fingerprint,
            "signed_at": signature.signed_at.isoformat() if signature.signed_at else None,
            "time_proven": signature.timestamp is Timestamp.VALID,
            "integrity": signature.integrity,
            "modifications": signature.modifications,
            "trust": signature.trust,
            "timestamp": signature.timestamp,
            "level": signature.level,
            "conclusion": signature.conclusion,
            "sub_indication": signature.sub_indication,
            "changed_fields": list(signature.changed_fields),
            "sentence": in_a_sentence(signature, locale),
            "findings": told(signature.findings, locale),
        }
        for signature in verdict.signatures
    ]


def told(findings: Iterable[Finding], locale: str = "vi") -> list[dict[str, str]]:
    """Give each finding once, with its sentence."""
    messages = {
        (finding.code, message(finding, locale)): None for finding in findings
    }  # a dict keeps the order
    return [{"code": code, "message": words} for code, words in messages]


def message(finding: Finding, locale: str = "vi") -> str:
    """Say what was found; a finding kept by an earlier version may lack a fact or its sentence."""
    facts = defaultdict(lambda: "…", {name: str(value) for name, value in finding.facts.items()})
    words = catalogue(locale).get(finding.code)
    return words.format_map(facts) if words else finding.code


def in_a_sentence(signature: SignatureVerdict, locale: str = "vi") -> str:
    """Say who signed in which role and when, whether it is whole, and by whose certificate."""
    return " ".join(
        (
            sentence(
                f"checking.who.{signature.role}",
                locale,
                name=signature.signer_name or sentence("checking.nobody", locale),
                when=_when(signature, locale),
            ),
            sentence(f"checking.integrity.{signature.integrity}", locale),
            _changes(signature, locale),
            sentence(
                f"checking.trust.{signature.trust}",
                locale,
                issuer=signature.issuer_name or sentence("checking.nobody", locale),
            ),
        )
    )


def moment(value: datetime) -> str:
    """Write a moment in Vietnam: ``10:32, 05/11/2026``."""
    return f"{local(value):%H:%M, %d/%m/%Y}"


def _when(signature: SignatureVerdict, locale: str) -> str:
    if signature.signed_at is None:
        return sentence("checking.when.unknown", locale)
    if signature.timestamp is Timestamp.VALID:
        proof = "proven"
    else:
        proof = "stamped" if signature.role == "timestamp" else "claimed"
    return sentence(f"checking.when.{proof}", locale, moment=moment(signature.signed_at))


def _changes(signature: SignatureVerdict, locale: str) -> str:
    if signature.modifications is Modifications.PERMITTED and signature.changed_fields:
        names = ", ".join(field(name, locale) for name in signature.changed_fields)
        return sentence("checking.changes.filled", locale, fields=names)
    return sentence(f"checking.changes.{signature.modifications}", locale)


def field(name: str, locale: str = "vi") -> str:
    """Name a field as people do; fields of other makers by the name they gave."""
    return catalogue(locale).get(f"checking.field.{name}", name)
