"""What the printed report says, word by word: the verdict's answers in the reader's language.

V9 of TT 15/2025 asks for issuing authority, signer, time of signing or time-stamp, integrity and
validity at the time of signing; each has its row.
"""

from collections.abc import Sequence
from typing import Any, Literal

from kernel.words import sentence
from signing.checking.telling import document_told, signature_told
from signing.checking.verdict import (
    Answer,
    CertificateTrust,
    Conclusion,
    Finding,
    Integrity,
    Modifications,
    SignatureVerdict,
    Timestamp,
    Verdict,
)
from workflow.office import ChangedPage
from workflow.verdicts import verdict_words

State = Literal["good", "bad", "unknown"]

_GOOD: tuple[Answer, ...] = (
    Conclusion.TOTAL_PASSED,
    Integrity.INTACT,
    Modifications.NONE,
    Modifications.PERMITTED,
    CertificateTrust.TRUSTED,
    Timestamp.VALID,
)
_BAD: tuple[Answer, ...] = (
    Conclusion.TOTAL_FAILED,
    Integrity.BROKEN,
    Modifications.FORBIDDEN,
    Timestamp.INVALID,
)


def state_of(answer: Answer) -> State:
    """Tell how an answer is to be shown: what is not known is neither good nor bad."""
    # By identity: no modifications and no time-stamp are both NONE, and only one of them is good.
    if any(answer is good for good in _GOOD):
        return "good"
    return "bad" if any(answer is bad for bad in _BAD) else "unknown"


def facts(
    verdict: Verdict,
    sha256: str,
    file: str,
    locale: str = "vi",
    pictures: Sequence[ChangedPage] = (),
) -> dict[str, Any]:
    """Give what ``Typesetter.verification_report`` sets.

    Args:
        verdict: What was found.
        sha256: Of the file.
        file: Its name.
        locale: ``vi`` or ``en``.
        pictures: Pages that look different from when they were signed.
    """

    def say(code: str, **told: str | int) -> str:
        return sentence(f"checking.report.{code}", locale, **told)

    labels = ("file", "sha256", "answers", "signature", "pictures")
    return {
        "language": locale,
        "title": say("title"),
        "footer": say("footer"),
        "note": say("note"),
        "state": state_of(verdict.conclusion),
        "signs": {state: say(state) for state in ("good", "bad", "unknown")},
        "conclusion": sentence(f"web.verdict.{verdict.conclusion}", locale),
        "means": document_told(verdict, locale),
        "file": file,
        "sha256": sha256,
        "labels": {label: say(f"label.{label}") for label in labels},
        "answers": answers(verdict, locale) if verdict.signatures else [],
        "findings": _lines(verdict.findings, locale),
        "signatures": [_signature(signature, locale) for signature in verdict.signatures],
        "pictures": [
            {"caption": say("picture", page=page.page + 1, field=page.field), "png": page.png}
            for page in pictures
        ],
        "about": [
            [say("checked_at"), verdict_words.moment(verdict.checked_at)],
            [say("policy"), verdict.policy],
            [say("trust_version"), verdict.trust_version],
        ],
    }


def answers(verdict: Verdict, locale: str = "vi") -> list[dict[str, str]]:
    """Give the three questions with the worst answer of all signatures, and time by itself."""
    asked = (
        ("integrity", verdict.integrity),
        ("modifications", verdict.modifications),
        ("trust", verdict.trust),
        ("timestamp", verdict.timestamps),
    )
    return [
        {
            "question": sentence(f"checking.question.{question}", locale),
            "state": state_of(answer),
            "answer": sentence(f"web.{question}.{answer}", locale),
        }
        for question, answer in asked
    ]


def _lines(findings: Sequence[Finding], locale: str) -> list[str]:
    return [told["message"] for told in verdict_words.told(findings, locale)]


def _signature(signature: SignatureVerdict, locale: str) -> dict[str, Any]:
    def say(code: str) -> str:
        return sentence(f"checking.report.{code}", locale)

    unknown = say("nobody")
    at = verdict_words.moment(signature.signed_at) if signature.signed_at else unknown
    rows = [
        [say("signer"), signature.signer_name or unknown],
        [say("organisation"), signature.organisation],
        [say("role"), sentence(f"web.signature_of.{signature.role}", locale)],
        [say("issuer"), signature.issuer_name or unknown],
        [say("time"), f"{at}. {sentence(f'web.timestamp.{signature.timestamp}', locale)}"],
        [say("integrity"), sentence(f"web.integrity.{signature.integrity}", locale)],
        [say("modifications"), sentence(f"web.modifications.{signature.modifications}", locale)],
        [say("validity"), sentence(f"web.trust.{signature.trust}", locale)],
        [say("level"), signature.level.value],
        [say("field"), signature.field],
    ]
    return {
        "name": signature.signer_name or unknown,
        "role": sentence(f"web.signature_of.{signature.role}", locale) if signature.role else "",
        "issued_by": f"{say('issuer')}: {signature.issuer_name or unknown}",
        "state": state_of(signature.conclusion),
        "sentence": signature_told(signature, locale),
        "rows": [[label, value] for label, value in rows if value],
        "findings": _lines(signature.findings[1:], locale),  # the sentence tells the first
    }
