"""Every way we know of to cheat with a signed document must be refused."""

from datetime import timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import NoOpStampStyle
from pypdf import PdfReader, PdfWriter

from signing.checking.verdict import Conclusion, Integrity, Modifications, Verdict
from signing.holding.keys import KeyHolder
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from tests.attack import forgery
from tests.attack.foreign import ForeignSigner
from tests.unit.signing.desk import Desk, reserved, typeset


def codes(verdict: Verdict) -> set[str]:
    found = [*verdict.findings, *(f for s in verdict.signatures for f in s.findings)]
    return {finding.code.removeprefix("signing.finding.") for finding in found}


def foreign_signature(pdf: bytes, key: KeyHolder, field: str, *, new: bool = False) -> bytes:
    """Sign any field with any program."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    place = SigFieldSpec(field, box=(100, 600, 300, 700)) if new else None
    metadata = PdfSignatureMetadata(field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    signer = PdfSigner(
        metadata, ForeignSigner(key), stamp_style=NoOpStampStyle(), new_field_spec=place
    )
    out = signer.sign_pdf(writer, existing_fields_only=not new, bytes_reserved=16_384)
    return out.getvalue()


@pytest.mark.parametrize("field", [CODE_NUMBER, ISSUED_DATE])
def test_a_number_or_date_changed_after_the_seal_is_caught(
    desk: Desk, sealed: bytes, field: str
) -> None:
    forged = forgery.change_value(sealed, field, "999")

    verdict = desk.verdict(forged)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    leader, agency = verdict.signatures
    assert leader.modifications is Modifications.PERMITTED
    assert agency.modifications is Modifications.FORBIDDEN
    assert agency.integrity is Integrity.INTACT


@pytest.mark.parametrize("field", [CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE, AGENCY_SEAL])
def test_a_field_drawn_anew_after_the_seal_is_caught(desk: Desk, sealed: bytes, field: str) -> None:
    verdict = desk.verdict(forgery.change_appearance(sealed, field))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.signatures[1].modifications is Modifications.FORBIDDEN


@pytest.mark.parametrize("field", [CODE_NUMBER, AGENCY_SEAL])
def test_a_field_moved_after_the_seal_is_caught(desk: Desk, sealed: bytes, field: str) -> None:
    verdict = desk.verdict(forgery.move_field(sealed, field))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.signatures[1].modifications is Modifications.FORBIDDEN


def test_a_number_written_without_the_agencys_seal_does_not_pass(desk: Desk, signed: bytes) -> None:
    verdict = desk.verdict(forgery.change_value(signed, CODE_NUMBER, "123"))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert codes(verdict) == {"missing_signature"}


@pytest.mark.parametrize("stage", ["signed", "sealed"])
@pytest.mark.parametrize("attack", [forgery.replace_page, forgery.stamp_page, forgery.add_note])
def test_a_page_changed_after_signing_is_caught(
    desk: Desk, stage: str, attack: object, request: pytest.FixtureRequest
) -> None:
    forged = attack(request.getfixturevalue(stage))

    verdict = desk.verdict(forged, expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert all(s.modifications is Modifications.FORBIDDEN for s in verdict.signatures)


def test_a_second_field_of_the_same_name_is_caught(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(forgery.add_text_field(sealed, CODE_NUMBER))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "forbidden_changes" in codes(verdict)


@pytest.mark.parametrize(
    "tail",
    [b"x", b"\n% ghi chu\n", b"\n99 0 obj\n<< /Type /Page >>\nendobj\n", b"\n%%EOF"],
)
def test_bytes_behind_the_end_are_caught(desk: Desk, sealed: bytes, tail: bytes) -> None:
    verdict = desk.verdict(sealed + tail)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert codes(verdict) & {"trailing_bytes", "partial_coverage", "unreadable"}


def test_a_signature_by_somebody_else_is_caught(desk: Desk) -> None:
    verdict = desk.verdict(desk.sealed(desk.signed(desk.other)))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert codes(verdict) == {"unregistered_certificate"}
    assert verdict.integrity is Integrity.INTACT


def test_a_seal_by_the_leader_is_no_seal(desk: Desk, signed: bytes) -> None:
    verdict = desk.verdict(desk.sealed(signed, key=desk.leader))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert codes(verdict) == {"unregistered_certificate"}


def test_the_leaders_signature_alone_is_not_enough(desk: Desk, signed: bytes) -> None:
    verdict = desk.verdict(signed)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert codes(verdict) == {"missing_signature"}


def test_an_agencys_signature_before_the_leaders_is_caught(desk: Desk) -> None:
    sealed_first = foreign_signature(
        foreign_signature(typeset(), desk.seal, AGENCY_SEAL, new=True),
        desk.leader,
        SIGNER_SIGNATURE,
        new=True,
    )

    verdict = desk.verdict(sealed_first)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "wrong_order" in codes(verdict)


def test_one_signature_shown_in_two_fields_is_caught(desk: Desk, signed: bytes) -> None:
    verdict = desk.verdict(forgery.share_signature(signed, SIGNER_SIGNATURE, AGENCY_SEAL))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "shared_signature" in codes(verdict)


def test_a_stranger_who_signs_the_seals_field_is_caught(desk: Desk, signed: bytes) -> None:
    verdict = desk.verdict(foreign_signature(signed, desk.other, AGENCY_SEAL))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "unregistered_certificate" in codes(verdict)


def test_a_further_signature_over_the_page_is_caught(desk: Desk, signed: bytes) -> None:
    verdict = desk.verdict(foreign_signature(signed, desk.other, "Them", new=True))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.signatures[0].modifications is Modifications.FORBIDDEN


def test_a_file_written_anew_is_caught(desk: Desk, sealed: bytes) -> None:
    out = BytesIO()
    PdfWriter(clone_from=BytesIO(sealed)).write(out)

    verdict = desk.verdict(out.getvalue())

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert all(s.integrity is not Integrity.INTACT for s in verdict.signatures)


def test_a_document_taken_back_to_before_the_seal_does_not_pass(
    desk: Desk, signed: bytes, sealed: bytes
) -> None:
    verdict = desk.verdict(sealed[: len(signed)])

    assert verdict.conclusion is Conclusion.TOTAL_FAILED


@pytest.mark.parametrize("key_id", ["het-han", "thu-hoi"])
def test_a_certificate_no_longer_in_force_does_not_sign(desk: Desk, key_id: str) -> None:
    verdict = desk.verdict(desk.signed(desk.person(key_id)), expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.integrity is Integrity.INTACT


@pytest.mark.parametrize("key_id", ["het-han", "thu-hoi"])
def test_a_backdated_signature_of_such_a_certificate_stays_in_doubt(
    desk: Desk, key_id: str
) -> None:
    backdated = desk.signed(desk.person(key_id), at=desk.now - timedelta(days=250))

    verdict = desk.verdict(backdated, expecting=False)

    assert verdict.conclusion is Conclusion.INDETERMINATE


BYTE_RANGE = b"/ByteRange"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BYTE_RANGE, b"/BytoRange"),
        (b"/Contents", b"/Contints"),
        (b"/SubFilter", b"/SubFalter"),
        (b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachad"),
        (b"/Type /Sig\n", b"/Type /Sag\n"),
        (b"<3082", b"<3083"),
        (b"<3082", b"<0000"),
    ],
)
def test_a_damaged_signature_dictionary_never_passes(
    desk: Desk, sealed: bytes, old: bytes, new: bytes
) -> None:
    where = sealed.rindex(old)
    forged = sealed[:where] + new + sealed[where + len(old) :]

    assert forged != sealed
    assert desk.verdict(forged).conclusion is Conclusion.TOTAL_FAILED
    assert desk.verdict(forged, expecting=False).conclusion is not Conclusion.TOTAL_PASSED


@pytest.mark.parametrize("numbers", [b"[0 0 0 0]", b"null", b"[0 1 2 -3]", b"[]"])
def test_an_emptied_byte_range_never_passes(desk: Desk, sealed: bytes, numbers: bytes) -> None:
    start = sealed.rindex(BYTE_RANGE) + len(BYTE_RANGE)
    end = sealed.index(b"]", start) + 1
    forged = sealed[:start] + b" " + numbers.ljust(end - start - 1) + sealed[end:]

    assert len(forged) == len(sealed)
    assert desk.verdict(forged).conclusion is Conclusion.TOTAL_FAILED


def hole(pdf: bytes) -> tuple[int, int]:
    """Give where the last signature stands, which cannot sign itself."""
    numbers = pdf[pdf.rindex(BYTE_RANGE) :].split(b"[", 1)[1].split(b"]")[0].split()
    return int(numbers[1]), int(numbers[2])


def test_no_single_changed_byte_passes(desk: Desk, sealed: bytes) -> None:
    begin, end = hole(sealed)
    positions = [*range(7, begin, begin // 50), *range(end, len(sealed), 100)]

    for position in positions:
        forged = bytearray(sealed)
        forged[position] ^= 0x01
        verdict = desk.verdict(bytes(forged))
        assert verdict.conclusion is Conclusion.TOTAL_FAILED, position


def test_nothing_can_be_hidden_behind_the_signature_in_its_place(desk: Desk, sealed: bytes) -> None:
    _, end = hole(sealed)
    forged = sealed[: end - 9] + b"DEADBEEF" + sealed[end - 1 :]

    verdict = desk.verdict(forged)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert codes(verdict) == {"partial_coverage"}


def test_no_cut_file_passes(desk: Desk, sealed: bytes) -> None:
    for length in range(0, len(sealed), len(sealed) // 40):
        assert desk.verdict(sealed[:length]).conclusion is Conclusion.TOTAL_FAILED, length


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 64, b"chi la chu", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n"]
)
def test_garbage_gets_a_verdict_and_no_error(desk: Desk, data: bytes) -> None:
    assert desk.verdict(data, expecting=False).conclusion is Conclusion.INDETERMINATE
    assert desk.verdict(data).conclusion is Conclusion.TOTAL_FAILED


def test_an_unsigned_document_is_told_from_a_bad_one(desk: Desk) -> None:
    assert desk.verdict(typeset(), expecting=False).conclusion is Conclusion.NOT_SIGNED
    assert desk.verdict(reserved(), expecting=False).conclusion is Conclusion.NOT_SIGNED
    assert desk.verdict(reserved()).conclusion is Conclusion.TOTAL_FAILED


def test_an_encrypted_document_is_told_to_be_encrypted(desk: Desk, sealed: bytes) -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(sealed)))
    writer.encrypt("mat khau", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)

    verdict = desk.verdict(out.getvalue(), expecting=False)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert codes(verdict) == {"encrypted"}


def test_a_form_that_leads_in_circles_gets_a_verdict(desk: Desk, sealed: bytes) -> None:
    forger = forgery.Forger.of(sealed)
    fields = forger.root["/AcroForm"]["/Fields"]
    field = fields[0]
    field[generic.pdf_name("/Kids")] = generic.ArrayObject([fields.raw_get(0)])
    forger.update_container(field)

    assert desk.verdict(forger.done()).conclusion is Conclusion.TOTAL_FAILED


@pytest.mark.parametrize("old", [b"/M (", b"/P 2", b"/TransformMethod /DocMDP", b"/Reason ("])
def test_a_signature_dictionary_of_nonsense_gets_a_verdict(
    desk: Desk, sealed: bytes, old: bytes
) -> None:
    assert old in sealed
    nonsense = sealed.replace(old, old[:-1] + b"?" if old[-1:] != b"(" else old[:-1] + b"<")

    assert desk.verdict(nonsense).conclusion is Conclusion.TOTAL_FAILED
