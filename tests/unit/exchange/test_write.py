import base64
import re
from dataclasses import replace
from datetime import date, datetime

import pytest

from exchange.findings import PacketRefused
from exchange.limits import Limits
from exchange.packet import (
    Attachment,
    Business,
    BusinessType,
    Organ,
    OtherInfo,
    Receiver,
    Replacement,
    ResponseFor,
    SignerInfo,
    StatusPacket,
    Update,
)
from exchange.read import read
from exchange.write import write_document, write_status

_CONTENT = re.compile(rb"(<edXML:ContentTransferEncoded [^>]*>)[^<]*")
_TRUE_TYPE = {
    "quyet-dinh.pdf": b"application/pdf",
    "phu-luc.docx": b"application/docx",
    "bang-tinh.xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ghi-chu.txt": b"text/plain",
}


def as_we_would(sample, packet):
    """Put our two stated differences into the library's file: true labels, files unzipped."""
    references, encoded = sample.split(b"<AttachmentEncoded>")
    files = iter(packet.attachments)
    labels = iter(_TRUE_TYPE.values())
    references = re.sub(b"application/zip", lambda _: next(labels), references)
    labels = iter(_TRUE_TYPE.values())
    encoded = re.sub(b"<ContentType>[^<]*", lambda _: b"<ContentType>" + next(labels), encoded)
    encoded = _CONTENT.sub(lambda match: match[1] + base64.b64encode(next(files).data), encoded)
    return references + b"<AttachmentEncoded>" + encoded


def files_of(packet):
    return tuple(
        Attachment(f"att-{number}", name, label.decode(), one.data, f"Tệp {name}")
        for number, ((name, label), one) in enumerate(
            zip(_TRUE_TYPE.items(), packet.attachments, strict=True), start=1
        )
    )


@pytest.fixture
def whole(document, sample):
    return replace(document, attachments=files_of(read(sample("generated/sdkgen_new.edxml"))))


def test_a_new_document_is_written_byte_for_byte_as_the_common_library_writes_it(whole, sample):
    theirs = sample("generated/sdkgen_new.edxml")

    ours = write_document(whole)

    assert ours == as_we_would(theirs, whole)


def test_a_recall_is_written_as_the_common_library_writes_it(whole, sample):
    packet = replace(
        whole,
        business=replace(
            whole.business,
            type=BusinessType.RECALL,
            reason="Thu hồi: gửi nhầm",
            document_id=whole.document_id,
        ),
    )

    ours = write_document(packet)

    assert ours == as_we_would(sample("generated/sdkgen_revocation.edxml"), packet)


def test_an_update_is_written_as_the_common_library_writes_it(whole, sample):
    packet = replace(
        whole,
        business=replace(
            whole.business,
            type=BusinessType.UPDATE,
            reason="Cập nhật nơi nhận",
            document_id=whole.document_id,
            update=Update(
                information=False,
                receiver_list=True,
                receivers=(Receiver("000.00.00.H41", added=False), Receiver("G09.01", added=True)),
            ),
        ),
    )

    ours = write_document(packet)

    assert ours == as_we_would(sample("generated/sdkgen_update.edxml"), packet)


def test_a_replacement_that_answers_is_written_as_the_common_library_writes_it(whole, sample):
    packet = replace(
        whole,
        document_id="H13.01,2026/03/03,124/UBND-KSTT",
        code_number="124",
        response_for=(
            ResponseFor("G09.01", "55/B-VP", "G09.01,2026/02/20,55/B-VP", date(2026, 2, 20)),
        ),
        business=replace(
            whole.business,
            type=BusinessType.REPLACEMENT,
            reason="Thay thế văn bản số 120",
            replacements=(
                Replacement("H13.01,2026/02/27,120/UBND-KSTT", ("G09.01", "000.00.00.H41")),
            ),
        ),
    )

    ours = write_document(packet)

    theirs = sample("generated/sdkgen_replacement_with_responsefor.edxml")
    assert ours == as_we_would(theirs, packet)


@pytest.mark.parametrize("code", ["01", "02", "03", "04", "05", "06", "15", "16"])
def test_a_status_is_written_byte_for_byte_as_the_common_library_writes_it(code, status, sample):
    packet = replace(status, status_code=code, description=f"Trạng thái {code}")

    ours = write_status(packet)

    assert ours == sample(f"generated/sdkgen_status_{code}.edxml")


def test_a_status_13_is_written_as_the_common_library_writes_it(recall_status, sample):
    ours = write_status(recall_status)

    assert ours == sample("generated/sdkgen_status_13.edxml")


def test_no_packet_signature_is_written(document):
    assert b"Signature" not in write_document(document)


def test_a_document_without_files_has_neither_body_nor_files(document):
    written = write_document(replace(document, attachments=()))

    assert b"edXMLBody" not in written
    assert b"AttachmentEncoded" not in written


def test_texts_are_written_precomposed(document):
    written = write_document(replace(document, subject="Ba\u0301o ca\u0301o"))

    assert "<edXML:Subject>Báo cáo</edXML:Subject>".encode() in written


def test_anothers_document_id_is_written_as_it_came(status):
    decomposed = "G22,2015/09/30,7816/VPCP-TO\u0302\u0309"
    answered = replace(status.response_for, document_id=decomposed)

    written = write_status(replace(status, response_for=answered))

    assert decomposed.encode() in written


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "x" * 501}, "MessageHeader/Subject"),
        ({"code_number": "1" * 12}, "Code/CodeNumber"),
        ({"code_notation": "x" * 31}, "Code/CodeNotation"),
        ({"place": "x" * 51}, "PromulgationInfo/Place"),
        ({"to_places": ("x" * 151,)}, "ToPlaces/Place"),
        ({"to_places": ("x" * 150,) * 7}, "ToPlaces"),
        ({"other_info": OtherInfo(typer_notation="x" * 11)}, "OtherInfo/TyperNotation"),
        ({"signer": SignerInfo(full_name="x" * 51)}, "SignerInfo/FullName"),
        ({"document_id": "x" * 256}, "MessageHeader/DocumentId"),
    ],
)
def test_a_text_longer_than_the_standard_allows_is_not_sent(document, change, field):
    with pytest.raises(PacketRefused) as refusal:
        write_document(replace(document, **change))

    assert (refusal.value.code, refusal.value.facts["field"]) == ("exchange.field_too_long", field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "  "}, "Subject"),
        ({"to": ()}, "To"),
        ({"document_id": ""}, "DocumentId"),
        ({"code_number": ""}, "Code/CodeNumber"),
        ({"promulgation_date": None}, "PromulgationInfo/PromulgationDate"),
        ({"signer": SignerInfo()}, "SignerInfo/FullName"),
        ({"from_": Organ("H13.01")}, "From/OrganName"),
        ({"from_": Organ("", "Sở A")}, "From/OrganId"),
    ],
)
def test_a_document_that_lacks_what_everyone_sends_is_not_sent(document, change, field):
    with pytest.raises(PacketRefused) as refusal:
        write_document(replace(document, **change))

    assert (refusal.value.code, refusal.value.facts["field"]) == ("exchange.missing_field", field)


@pytest.mark.parametrize("code", ["13", "02", "16"])
def test_refusing_or_recalling_without_a_reason_is_not_sent(status, code):
    with pytest.raises(PacketRefused) as refusal:
        write_status(replace(status, status_code=code, description=" "))

    assert refusal.value.facts["field"] == "Description"


@pytest.mark.parametrize("code", ["3", "", "abc", "003"])
def test_a_status_code_has_two_digits(status, code):
    with pytest.raises(PacketRefused):
        write_status(replace(status, status_code=code))


def test_a_status_names_its_document(status):
    with pytest.raises(PacketRefused):
        write_status(replace(status, response_for=ResponseFor("H13.01")))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subject": "Báo\x07 cáo"}, "exchange.unfit_character"),
        ({"to": (Organ("H 13"),)}, "exchange.unfit_organ_id"),
        ({"to": (Organ("H13." + "1" * 32),)}, "exchange.unfit_organ_id"),
        ({"to": (Organ("H13.01"), Organ("H13.01"))}, "exchange.duplicate_receiver"),
        ({"other_info": OtherInfo(page_amount=-1)}, "exchange.unfit_amount"),
        ({"business": Business(BusinessType.UPDATE)}, "exchange.unfit_business"),
        ({"business": Business(BusinessType.REPLACEMENT)}, "exchange.unfit_business"),
        ({"business": Business(replacements=(Replacement("x"),))}, "exchange.unfit_business"),
    ],
)
def test_what_receivers_could_not_read_is_not_sent(document, change, code):
    with pytest.raises(PacketRefused) as refusal:
        write_document(replace(document, **change))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("../a.pdf", b"%PDF", "exchange.unfit_name"),
        ("a\u202efdp.exe", b"x", "exchange.unfit_name"),
        ("x" * 201, b"x", "exchange.unfit_name"),
        ("a.pdf", b"", "exchange.empty_attachment"),
        ("a.doc", b"PK\x03\x04 no document", "exchange.misnamed_archive"),
    ],
)
def test_a_file_that_cannot_travel_under_its_name_is_not_sent(document, name, data, code):
    packet = replace(document, attachments=(Attachment("1", name, "", data),))

    with pytest.raises(PacketRefused) as refusal:
        write_document(packet)

    assert refusal.value.code == code


def test_two_files_with_one_id_are_not_sent(document):
    twice = replace(document, attachments=document.attachments * 2)

    with pytest.raises(PacketRefused) as refusal:
        write_document(twice)

    assert refusal.value.code == "exchange.duplicate_content_id"


def test_a_packet_that_no_gateway_takes_is_not_sent(document):
    with pytest.raises(PacketRefused) as refusal:
        write_document(document, Limits(packet_bytes=2000))

    assert refusal.value.code == "exchange.too_large"


def test_a_moment_without_a_zone_is_a_mistake_of_the_program():
    naive = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001 - that is the mistake
    packet = StatusPacket(
        from_=Organ("H13.01"),
        response_for=ResponseFor("G09.01", document_id="x"),
        status_code="03",
        timestamp=naive,
    )

    with pytest.raises(ValueError, match="without a zone"):
        write_status(packet)
