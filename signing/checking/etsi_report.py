"""The validation report of ETSI TS 119 102-2, so that other validators' users can read ours.

It is written from our verdict and says nothing else: a report by another library would be a second
opinion that nobody asked for. Times are UTC, names are the standard's own.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from lxml import etree
from lxml.etree import QName

from signing.checking.verdict import Conclusion, Finding, SignatureVerdict, Verdict

_VR = "http://uri.etsi.org/19102/v1.2.1#"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_NAMES = {"vr": _VR, "ds": _DS, "XAdES": _XADES, "xs": "http://www.w3.org/2001/XMLSchema"}
_SHA_256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_URN = "urn:etsi:019102"
_POLICY = "urn:vanthu:validation-policy"

_INDICATIONS = {
    Conclusion.TOTAL_PASSED: f"{_URN}:mainindication:total-passed",
    Conclusion.TOTAL_FAILED: f"{_URN}:mainindication:total-failed",
    Conclusion.INDETERMINATE: f"{_URN}:mainindication:indeterminate",
    # The standard has no word for it; this is the one that readers of such reports know.
    Conclusion.NOT_SIGNED: "urn:cef:dss:mainindication:noSignatureFound",
}


def etsi_report(verdict: Verdict, sha256: str, say: Callable[[Finding], str]) -> bytes:
    """Write a verdict as XML (TS 119 102-2, v1.2.1).

    Args:
        verdict: What was found.
        sha256: Of the file, lower-case hex.
        say: Gives the sentence of a finding, for readers of the report.
    """
    report = etree.Element(QName(_VR, "ValidationReport"), nsmap=_NAMES)
    if not verdict.signatures:
        one = _add(report, "SignatureValidationReport")
        _time_info(one, verdict.checked_at, None)
        _signed_file(one, sha256)
        _status(one, verdict.conclusion, "", verdict.findings, say)
    for number, signature in enumerate(verdict.signatures, 1):
        one = _add(report, "SignatureValidationReport")
        _identifier(one, number, signature)
        _policy(one, verdict.policy)
        _time_info(one, verdict.checked_at, signature)
        _signed_file(one, sha256)
        _attributes(one, signature)
        _signer(one, number, signature)
        found = (*signature.findings, *verdict.findings)
        _status(one, signature.conclusion, signature.sub_indication, found, say)
    _objects(report, verdict, sha256)
    return etree.tostring(report, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(
    parent: etree._Element, name: str, text: str | None = None, space: str = _VR
) -> etree._Element:
    child = etree.SubElement(parent, QName(space, name))
    child.text = _printable(text) if text is not None else None
    return child


def _printable(text: str) -> str:
    """Leave out what XML cannot hold; names come from outside."""
    return "".join(letter for letter in text if letter.isprintable())


def _identifier(one: etree._Element, number: int, signature: SignatureVerdict) -> None:
    identifier = _add(one, "SignatureIdentifier")
    identifier.set("id", f"S-{number}")
    _add(identifier, "HashOnly", "false")
    _add(identifier, "DocHashOnly", "false")
    _add(identifier, "DAIdentifier", signature.field)


def _policy(one: etree._Element, policy: str) -> None:
    evaluation = _add(one, "ValidationConstraintsEvaluationReport")
    named = _add(evaluation, "SignatureValidationPolicy")
    by_id = _add(named, "SignaturePolicyIdentifier")
    inner = _add(by_id, "SignaturePolicyId", space=_XADES)
    _add(_add(inner, "SigPolicyId", space=_XADES), "Identifier", f"{_POLICY}:{policy}", _XADES)
    _digest(_add(inner, "SigPolicyHash", space=_XADES), hashlib.sha256(policy.encode()).digest())
    _add(named, "PolicyName", policy)


def _time_info(one: etree._Element, at: datetime, signature: SignatureVerdict | None) -> None:
    """Tell when it was checked, and since when the signature is known to exist."""
    info = _add(one, "ValidationTimeInfo")
    _add(info, "ValidationTime", _utc(at))
    best = _add(info, "BestSignatureTime")
    _add(best, "POETime", _utc((signature and signature.proven_at) or at))
    _add(best, "TypeOfProof", f"{_URN}:poetype:validation")


def _signed_file(one: etree._Element, sha256: str) -> None:
    document = _add(one, "SignersDocument")
    _digest(_add(document, "DigestAlgAndValue"), bytes.fromhex(sha256))
    _add(document, "SignersDocumentRef").set("VOReference", "F-1")


def _attributes(one: etree._Element, signature: SignatureVerdict) -> None:
    if signature.signed_at is None:
        return
    time = _add(_add(one, "SignatureAttributes"), "SigningTime")
    time.set("Signed", "false" if signature.signed_at == signature.proven_at else "true")
    _add(time, "Time", _utc(signature.signed_at))


def _signer(one: etree._Element, number: int, signature: SignatureVerdict) -> None:
    if not signature.fingerprint:
        return
    signer = _add(one, "SignerInformation")
    _add(signer, "SignerCertificate").set("VOReference", f"C-{number}")
    _add(signer, "Signer", signature.signer_name)


def _status(
    one: etree._Element,
    conclusion: Conclusion,
    sub_indication: str,
    findings: Iterable[Finding],
    say: Callable[[Finding], str],
) -> None:
    status = _add(one, "SignatureValidationStatus")
    _add(status, "MainIndication", _INDICATIONS[conclusion])
    if sub_indication:
        _add(status, "SubIndication", f"{_URN}:subindication:{sub_indication}")
    for finding in findings:
        data = _add(status, "AssociatedValidationReportData")
        told = _add(_add(data, "AdditionalValidationReportData"), "ReportData")
        _add(told, "Type", f"urn:vanthu:{finding.code}")
        _add(told, "Value", say(finding))


def _objects(report: etree._Element, verdict: Verdict, sha256: str) -> None:
    objects = _add(report, "SignatureValidationObjects")
    _object(objects, "F-1", "signedData", sha256)
    for number, signature in enumerate(verdict.signatures, 1):
        if signature.fingerprint:
            _object(objects, f"C-{number}", "certificate", signature.fingerprint)


def _object(objects: etree._Element, name: str, kind: str, sha256: str) -> None:
    told = _add(objects, "ValidationObject")
    told.set("id", name)
    _add(told, "ObjectType", f"{_URN}:validationObject:{kind}")
    representation = _add(told, "ValidationObjectRepresentation")
    _digest(_add(representation, "DigestAlgAndValue"), bytes.fromhex(sha256))


def _digest(parent: etree._Element, digest: bytes) -> None:
    _add(parent, "DigestMethod", space=_DS).set("Algorithm", _SHA_256)
    _add(parent, "DigestValue", b64encode(digest).decode(), _DS)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
