"""A verdict as one flat object for programs, and what of it programs and people are told alike.

The questions stay apart: is it whole, was it changed later, whose is it and when. The command and
the API tell by these functions, so neither can say otherwise than the other.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kernel.clock import local
from kernel.words import catalogue
from signing.checking.telling import signature_told
from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    Finding,
    Integrity,
    Modifications,
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
            "sentence": signature_told(signature, locale),
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


def moment(value: datetime) -> str:
    """Write a moment in Vietnam: ``10:32, 05/11/2026``."""
    return f"{local(value):%H:%M, %d/%m/%Y}"


def looks_different(verdict: Verdict) -> bool:
    """Tell whether there are pages to be shown that look different from when they were signed."""
    return any(
        finding.code == "signing.finding.looks_different"
        for signature in verdict.signatures
        for finding in signature.findings
    )
