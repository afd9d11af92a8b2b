"""The report is read back by the standard's own types, so that others can read it too."""

import pytest
from pyhanko.generated.etsi.ts_11910202 import ValidationReport
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from kernel.objects import sha256_of
from signing.checking.etsi_report import etsi_report
from signing.checking.verdict import Conclusion, Finding, Verdict
from tests.unit.signing.desk import Desk, reserved

_MAIN = "urn:etsi:019102:mainindication:"


def read(verdict: Verdict, pdf: bytes) -> ValidationReport:
    config = ParserConfig(
        fail_on_unknown_properties=True,
        fail_on_unknown_attributes=True,
        fail_on_converter_warnings=True,
    )
    report = etsi_report(verdict, sha256_of(pdf), lambda finding: finding.code)
    return XmlParser(config=config).from_bytes(report, ValidationReport)


def test_a_sealed_document_has_a_passed_report_for_each_signature(
    desk: Desk, sealed: bytes
) -> None:
    verdict = desk.verdict(sealed)

    report = read(verdict, sealed)

    told = report.signature_validation_report
    assert [t.signature_identifier.daidentifier for t in told] == ["SignerSignature", "AgencySeal"]
    statuses = {t.signature_validation_status.main_indication for t in told}
    assert statuses == {f"{_MAIN}total-passed"}
    assert told[0].signer_information.signer == "Nguyễn Văn Đức"
    assert told[0].validation_time_info.validation_time.to_datetime() == verdict.checked_at


def test_every_reference_in_the_report_leads_to_an_object(desk: Desk, sealed: bytes) -> None:
    report = read(desk.verdict(sealed), sealed)

    objects = {o.id: o for o in report.signature_validation_objects.validation_object}
    for told in report.signature_validation_report:
        (file,) = told.signers_document.signers_document_ref.voreference
        (certificate,) = told.signer_information.signer_certificate.voreference
        assert objects[file].object_type.endswith("signedData")
        assert objects[certificate].object_type.endswith("certificate")


def test_a_changed_document_has_a_failed_report_that_says_why(desk: Desk, sealed: bytes) -> None:
    changed = sealed.replace(b"/Count 2", b"/Count 1", 1)

    report = read(desk.verdict(changed), changed)

    status = report.signature_validation_report[0].signature_validation_status
    assert status.main_indication == f"{_MAIN}total-failed"
    told = [
        data.type_value
        for found in status.associated_validation_report_data
        for data in found.additional_validation_report_data.report_data
    ]
    assert "urn:vanthu:signing.finding.broken_signature" in told


@pytest.mark.parametrize(
    ("pdf", "conclusion"),
    [(b"no PDF at all", Conclusion.INDETERMINATE), (reserved(), Conclusion.NOT_SIGNED)],
    ids=["garbage", "not signed"],
)
def test_what_bears_no_signature_has_a_report_too(
    desk: Desk, pdf: bytes, conclusion: Conclusion
) -> None:
    verdict = desk.verdict(pdf, expecting=False)

    report = read(verdict, pdf)

    (told,) = report.signature_validation_report
    assert verdict.conclusion is conclusion
    assert not told.signature_validation_status.main_indication.endswith("passed")


def test_a_name_with_control_characters_does_not_break_the_report(
    desk: Desk, sealed: bytes
) -> None:
    verdict = desk.verdict(sealed)
    strange = Finding("signing.finding.other_fields_filled", {"fields": "\x00\x1b<\ud800"})

    report = etsi_report(verdict, sha256_of(sealed), lambda _: strange.facts["fields"])

    assert b"\x1b" not in report
