import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader

from kernel.errors import Refused
from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    Integrity,
    Modifications,
    Timestamp,
)
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from signing.making.seal import Fill, number_and_seal
from tests.unit.signing.desk import Desk, picture, reserved, typeset


def run(*command: str | Path) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not result.stderr
    return result.stdout


@pytest.fixture
def file(tmp_path: Path, sealed: bytes) -> Path:
    path = tmp_path / "văn bản.pdf"
    path.write_bytes(sealed)
    return path


def test_a_signed_numbered_and_sealed_document_passes(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(sealed)

    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert verdict.integrity is Integrity.INTACT
    assert verdict.modifications is Modifications.PERMITTED
    assert verdict.trust is CertificateTrust.TRUSTED
    assert verdict.timestamps is Timestamp.NONE
    assert verdict.values == {CODE_NUMBER: "123", ISSUED_DATE: "2026-11-23"}


def test_the_verdict_tells_who_signed_and_when(desk: Desk, sealed: bytes) -> None:
    leader, agency = desk.verdict(sealed).signatures

    assert (leader.field, leader.role) == (SIGNER_SIGNATURE, "signer")
    assert leader.signer_name == "Nguyễn Văn Đức"
    assert leader.organisation == "THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
    assert leader.signed_at == desk.now
    assert (agency.field, agency.role) == (AGENCY_SEAL, "agency")
    assert agency.signer_name == "Ủy ban nhân dân phường Ninh Kiều"
    assert agency.modifications is Modifications.NONE


def test_each_step_only_adds_bytes_behind_the_last(desk: Desk) -> None:
    places = reserved()
    signed = desk.signed(pdf=places)

    sealed = desk.sealed(signed)

    assert places.startswith(typeset())
    assert signed.startswith(places)
    assert sealed.startswith(signed)


def test_sealing_is_one_update(signed: bytes, sealed: bytes) -> None:
    assert sealed.removeprefix(signed).count(b"startxref") == 1


def test_poppler_calls_both_signatures_valid(file: Path) -> None:
    report = run("pdfsig", "-nocert", file)

    assert report.count("Signature is Valid") == 2
    assert report.count("ETSI.CAdES.detached") == 2
    assert report.count("SHA-256") == 2
    assert report.count("  - Total document signed") == 1


def test_qpdf_finds_nothing_to_complain_about(file: Path) -> None:
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", file)


def test_a_reader_finds_number_and_date_on_the_page(file: Path) -> None:
    text = run("pdftotext", "-layout", file, "-")

    assert "123" in text
    assert "Cần Thơ, ngày 23 tháng 11 năm 2026" in text
    assert "Nguyễn Văn Đức" in text


def test_the_pictures_bring_embedded_fonts(file: Path) -> None:
    fonts = run("pdffonts", file).splitlines()[2:]

    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts)


def test_the_signature_is_pades_without_a_signing_time_inside(sealed: bytes) -> None:
    for signature in PdfFileReader(BytesIO(sealed)).embedded_signatures:
        kinds = {a["type"].native for a in signature.signer_info["signed_attrs"]}
        assert kinds == {"content_type", "message_digest", "signing_certificate_v2"}
        assert signature.sig_object["/M"].startswith("D:")


def test_a_document_without_the_leaders_signature_gets_no_number(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.sealed(reserved())

    assert refused.value.code == "signing.not_signed"


def test_a_document_is_sealed_once(desk: Desk, sealed: bytes) -> None:
    with pytest.raises(Refused) as refused:
        desk.sealed(sealed)

    assert refused.value.code == "signing.already_sealed"


def test_a_picture_of_other_proportions_is_refused(desk: Desk, signed: bytes) -> None:
    with pytest.raises(Refused) as refused:
        number_and_seal(
            signed,
            desk.seal,
            number=Fill("123", picture(ISSUED_DATE, "123")),
            issued_date=Fill("2026-11-23", picture(ISSUED_DATE, "ngày")),
            picture=picture(AGENCY_SEAL),
            signed_at=desk.now,
            reason="Phát hành",
            location="Cần Thơ",
        )

    assert refused.value.code == "signing.misfit_picture"
    assert refused.value.facts == {"field": CODE_NUMBER}


def test_the_fields_can_be_read_by_any_program(sealed: bytes) -> None:
    fields = PdfReader(BytesIO(sealed)).get_fields()

    assert fields is not None
    assert fields[CODE_NUMBER].value == "123"
    assert fields[ISSUED_DATE].value == "2026-11-23"
