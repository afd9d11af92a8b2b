import base64
from datetime import date, datetime

import pytest

from exchange.findings import PacketRefused
from exchange.limits import Limits
from exchange.packet import (
    BusinessType,
    DocumentPacket,
    Organ,
    OtherInfo,
    Priority,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    TraceHeader,
    Update,
)
from exchange.read import read
from kernel.clock import VIETNAM

N = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
BASELINE = "variants/v01_baseline.edxml"
PDF_TEXT = (
    "JVBERi0xLjQKJeLjz9MKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZz4+ZW5kb2JqCnRyYWlsZXI8PC9Sb290IDEgMCBSPj4K"
    "JSVFT0YK"
)


def refusal_of(data, limits=None):
    with pytest.raises(PacketRefused) as refusal:
        read(data, limits or Limits())
    return refusal.value


def without(text, *names):
    """Take elements with all they hold out of a packet's text."""
    for name in names:
        start, end = text.index(f"<edXML:{name}>"), text.index(f"</edXML:{name}>")
        text = text[:start] + text[end + len(f"</edXML:{name}>") :]
    return text


def test_every_field_of_a_document_is_read(sample, document):
    packet = read(sample(BASELINE))

    assert isinstance(packet, DocumentPacket)
    for name in document.__slots__:
        if name != "attachments":
            assert getattr(packet, name) == getattr(document, name), name


def test_every_field_of_a_status_is_read(sample, status):
    assert read(sample("variants/s01_status_baseline.edxml")) == status


def test_an_update_tells_which_receivers_come_and_go(sample):
    packet = read(sample("generated/sdkgen_update.edxml"))

    assert packet.business.update == Update(
        information=False,
        receiver_list=True,
        receivers=(Receiver("000.00.00.H41", added=False), Receiver("G09.01", added=True)),
    )


def test_a_replacement_tells_what_it_replaces_and_whom_it_answers(sample):
    packet = read(sample("generated/sdkgen_replacement_with_responsefor.edxml"))

    assert packet.business.replacements == (
        Replacement("H13.01,2026/02/27,120/UBND-KSTT", ("G09.01", "000.00.00.H41")),
    )
    assert packet.response_for == (
        ResponseFor("G09.01", "55/B-VP", "G09.01,2026/02/20,55/B-VP", date(2026, 2, 20)),
    )


def test_missing_groups_are_empty(sample):
    packet = read(sample("variants/v14_missing_optional.edxml"))

    assert packet.other_info == OtherInfo()
    assert packet.priority is None
    assert packet.due_date is None
    assert packet.to_places == ()
    assert packet.steering_type == 0


def test_the_dictionarys_spelling_of_business_is_read_too(sample):
    packet = read(sample("variants/v22_business_single_s.edxml"))

    assert packet.business.type is BusinessType.NEW
    assert packet.business.reason == "Văn bản điện tử mới"


def test_a_status_without_staff_has_empty_staff(sample):
    assert read(sample("variants/s05_status_no_staff.edxml")).staff == Staff()


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("02/03/2026", date(2026, 3, 2)),
        ("2/3/2026", date(2026, 3, 2)),
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-03-02T00:00:00+07:00", date(2026, 3, 2)),
        ("2026-03-01T17:30:00Z", date(2026, 3, 2)),
        ("31/02/2026", None),
        ("hôm nay", None),
        ("2026/13/01", None),
        ("9999-12-31T23:00:00-12:00", None),
    ],
)
def test_a_date_in_another_form_is_read_and_noted_with_its_text(changed, written, understood):
    old = "<edXML:PromulgationDate>2026/03/02"

    packet = read(changed(old, f"<edXML:PromulgationDate>{written}"))

    assert packet.promulgation_date == understood
    (finding,) = packet.findings
    assert finding.code == f"exchange.{'lenient' if understood else 'unreadable'}_date"
    assert finding.field == "MessageHeader/PromulgationInfo/PromulgationDate"
    assert finding.text == written


def test_a_hub_without_a_code_and_one_that_says_null_stay_on_the_trace(changed):
    more = (
        "<edXML:TraceHeader><edXML:Timestamp>2026/03/02 09:16:00</edXML:Timestamp>"
        "</edXML:TraceHeader><edXML:TraceHeader><edXML:OrganId>null</edXML:OrganId>"
        "<edXML:Timestamp>2026/03/02 09:17:00</edXML:Timestamp></edXML:TraceHeader>"
        "</edXML:TraceHeaderList>"
    )

    packet = read(changed("</edXML:TraceHeaderList>", more))

    assert packet.trace[1:] == (
        TraceHeader("", datetime(2026, 3, 2, 9, 16, tzinfo=VIETNAM)),
        TraceHeader("", datetime(2026, 3, 2, 9, 17, tzinfo=VIETNAM)),
    )


def test_the_other_librarys_form_is_read_as_the_same_packet(sample):
    text = sample(BASELINE).decode()
    theirs = text
    for old, new in (
        ("<edXML xmlns=", '<edXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns='),
        (
            "<edXML:TraceHeaderList>",
            '<edXML:TraceHeaderList id="1" version="1.0" edXML:mustUnderstand="1">',
        ),
        (
            "<edXML:Reference>",
            '<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:x">',
        ),
        ("</edXML:edXMLHeader>", "<edXML:DigitalSignature/></edXML:edXMLHeader>"),
        ("<ContentId>cid:", "<ContentId>"),
        (f'<edXML:ContentTransferEncoded xmlns:edXML="{N}">', "<ContentTransferEncoded>"),
        ("</edXML:ContentTransferEncoded>", "</ContentTransferEncoded>"),
    ):
        assert old in theirs
        theirs = theirs.replace(old, new)

    assert read(theirs.encode()) == read(text.encode())


def test_ids_are_matched_after_every_leading_cid(changed):
    packet = read(changed("<ContentId>cid:att-1", "<ContentId>cid:cid:att-1"))

    assert packet.attachments[0].content_id == "att-1"


def test_files_come_in_the_manifests_order(sample):
    text = sample(BASELINE).decode()
    first = text[text.index("    <Attachment>") : text.index("<ContentId>cid:att-2")]
    first = first[: first.index("</Attachment>") + len("</Attachment>\n")]
    moved = text.replace(first, "").replace(
        "  </AttachmentEncoded>", first + "  </AttachmentEncoded>"
    )

    packet = read(moved.encode())

    assert moved != text
    assert [one.content_id for one in packet.attachments] == ["att-1", "att-2", "att-3", "att-4"]


def test_a_byte_order_mark_does_not_matter(sample):
    assert isinstance(read(b"\xef\xbb\xbf" + sample(BASELINE)), DocumentPacket)


def test_comments_and_instructions_within_a_text_do_not_cut_it(changed):
    packet = read(changed("V/v thử nghiệm", "V/v <!-- x -->thử<?y z?> nghiệm"))

    assert packet.subject == "V/v thử nghiệm liên thông"


def test_a_title_in_decomposed_letters_is_read_precomposed(changed):
    packet = read(changed("V/v thử nghiệm liên thông", "Ba\u0301o ca\u0301o"))

    assert packet.subject == "Báo cáo"


def test_a_document_id_is_kept_character_by_character(changed):
    odd = "H13.01,2026/03/02,123/TO\u0302\u0309"

    packet = read(
        changed("<edXML:DocumentId>H13.01,2026/03/02,123/UBND-KSTT", f"<edXML:DocumentId> {odd} ")
    )

    assert packet.document_id == odd


def test_a_receiver_without_a_code_does_not_keep_the_others_from_their_mail(changed):
    packet = read(changed("<edXML:OrganId>000.00.00.H41</edXML:OrganId>", ""))

    assert [organ.organ_id for organ in packet.to] == ["G09.01", ""]


@pytest.mark.parametrize("number", ["0", "1", ""])
def test_both_numbers_for_no_steering_are_read_as_none(changed, number):
    packet = read(changed("<edXML:SteeringType>0", f"<edXML:SteeringType>{number}"))

    assert packet.steering_type == 0


def test_an_unknown_priority_is_noted_and_left_out(changed):
    packet = read(changed("<edXML:Priority>1", "<edXML:Priority>9"))

    assert packet.priority is None
    assert packet.findings[0].field == "OtherInfo/Priority"


def test_a_timed_express_is_read(changed):
    assert (
        read(changed("<edXML:Priority>1", "<edXML:Priority>4")).priority is Priority.EXPRESS_TIMED
    )


@pytest.mark.parametrize("text", ["٣", "1_0", "0x1", "1e3", "99999999999999999999"])
def test_only_plain_digits_are_a_number(changed, text):
    packet = read(changed("<edXML:PageAmount>3", f"<edXML:PageAmount>{text}"))

    assert packet.other_info.page_amount is None
    assert packet.findings[0].code == "exchange.unreadable_number"


def test_an_unknown_status_is_kept_as_text(sample):
    text = sample("variants/s01_status_baseline.edxml").replace(b"StatusCode>03", b"StatusCode>11")

    packet = read(text)

    assert (packet.status_code, packet.status) == ("11", None)
    assert packet.findings[0].code == "exchange.unknown_status"


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (["From"], "From/OrganId"),
        (["To", "To"], "To/OrganId"),
        (["Code"], "Code/CodeNumber"),
        (["CodeNumber"], "Code/CodeNumber"),
        (["CodeNotation"], "Code/CodeNotation"),
        (["Subject"], "Subject"),
        (["DocumentId"], "DocumentId"),
        (["MessageHeader"], "MessageHeader"),
        (["edXMLHeader"], "MessageHeader"),
        (["BussinessDocType"], "Bussiness/BussinessDocType"),
    ],
)
def test_a_document_that_lacks_what_it_cannot_do_without_is_refused(sample, names, field):
    data = without(sample(BASELINE).decode(), *names).encode()

    error = refusal_of(data)

    assert (error.code, error.facts["field"]) == ("exchange.missing_field", field)


def test_an_empty_required_element_counts_as_missing(changed):
    error = refusal_of(changed("<edXML:CodeNumber>123", "<edXML:CodeNumber> "))

    assert error.facts["field"] == "Code/CodeNumber"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"%PDF-1.7",
        b"<edXML",
        b"<a>&nbsp;</a>",
        "<edXML/>".encode("utf-16"),
        b"<a>\xff</a>",
        f'<edXML xmlns="{N}"><Reference xlink:href="cid:1"/></edXML>'.encode(),
        f'<edXML xmlns="{N}"><b:Subject/></edXML>'.encode(),
    ],
)
def test_what_is_no_xml_with_bound_prefixes_is_refused(data):
    assert refusal_of(data).code == "exchange.not_xml"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<edXML/>", "exchange.no_namespace"),
        (b'<EdXMLEnvelope xmlns="http://www.go.vn/eDoc"/>', "exchange.not_edxml"),
        (b'<edXML xmlns="http://www.e-doc.vn/Schema/"/>', "exchange.not_edxml"),
        (f'<edXMLEnvelope xmlns="{N}"/>'.encode(), "exchange.not_edxml"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><edXML/>', "exchange.doctype"),
    ],
)
def test_another_kind_of_xml_is_refused(data, code):
    assert refusal_of(data).code == code


def test_entities_that_grow_are_refused_before_they_grow():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
        + f']><edXML xmlns="{N}">&j;</edXML>'
    )

    assert refusal_of(bomb.encode()).code == "exchange.doctype"


@pytest.mark.parametrize("depth", [40, 300, 5000])
def test_elements_too_deep_within_each_other_are_refused(depth):
    data = f'<edXML xmlns="{N}">{"<a>" * depth}{"</a>" * depth}</edXML>'.encode()

    assert refusal_of(data).code == "exchange.too_deep"


@pytest.mark.parametrize("filler", ["<a/>", "<a x='1'/>", '<a y="1"/>'])
def test_far_more_markup_than_a_document_needs_is_refused(filler):
    data = f'<edXML xmlns="{N}">{filler * 2000}</edXML>'.encode()

    assert refusal_of(data, Limits(markup=1000)).code == "exchange.too_complex"


def test_a_packet_larger_than_allowed_is_refused(sample):
    assert refusal_of(sample(BASELINE), Limits(packet_bytes=5000)).code == "exchange.too_large"


def test_a_field_larger_than_any_field_is_refused(changed):
    error = refusal_of(changed("Nội dung thử nghiệm", "x" * 10_001))

    assert error.code == "exchange.field_too_long"
    assert error.facts["field"] == "MessageHeader/Content"


def test_a_code_or_id_larger_than_is_stored_is_refused(changed):
    assert refusal_of(changed("<edXML:OrganId>H13.01", "<edXML:OrganId>" + "H" * 65))
    assert refusal_of(changed("<edXML:DocumentId>", "<edXML:DocumentId>" + "x" * 256))


def test_a_file_above_ten_million_characters_is_read(changed):
    text = base64.b64encode(b"%PDF" + b"\x00" * 9_000_000).decode()

    packet = read(
        changed(
            PDF_TEXT,
            text,
        )
    )

    assert len(packet.attachments[0].data) == 9_000_004


def test_a_file_listed_and_not_sent_is_refused(changed):
    error = refusal_of(changed("<ContentId>cid:att-1", "<ContentId>cid:att-9"))

    assert error.code == "exchange.reference_without_attachment"


def test_a_file_sent_and_not_listed_is_refused(sample):
    text = sample(BASELINE).decode()
    start = text.index("<edXML:Reference>")
    end = text.index("</edXML:Reference>") + len("</edXML:Reference>")

    error = refusal_of((text[:start] + text[end:]).encode())

    assert error.code == "exchange.unlisted_attachment"


@pytest.mark.parametrize("element", ["<ContentId>", "<edXML:ContentId>"])
def test_one_id_for_two_files_is_refused(changed, element):
    error = refusal_of(changed(f"{element}cid:att-2", f"{element}cid:att-1"))

    assert error.code == "exchange.duplicate_content_id"


@pytest.mark.parametrize(
    ("base64_text", "code"),
    [
        ("JVBERi0xLjQ", "exchange.broken_base64"),
        ("JVBE*i0xLjQ=", "exchange.broken_base64"),
        ("JVBERi0xLjQ=JVBERi0xLjQ=", "exchange.broken_base64"),
        ("JVBERi0xLjQ\u00a0=", "exchange.broken_base64"),
        ("", "exchange.empty_attachment"),
        (" \n ", "exchange.empty_attachment"),
    ],
)
def test_a_file_that_arrived_broken_or_empty_is_refused(changed, base64_text, code):
    error = refusal_of(changed(PDF_TEXT, base64_text))

    assert (error.code, error.facts["name"]) == (code, "quyet-dinh.pdf")


@pytest.mark.parametrize("kind", ["7", "-1", "x", "٣"])
def test_an_unknown_business_is_refused_and_not_taken_for_a_new_document(changed, kind):
    error = refusal_of(changed("<edXML:BussinessDocType>0", f"<edXML:BussinessDocType>{kind}"))

    assert error.code == "exchange.unknown_business"


def test_an_unknown_change_of_a_receiver_is_refused(sample):
    data = sample("generated/sdkgen_update.edxml").replace(b"ReceiverType>0", b"ReceiverType>5")

    assert refusal_of(data).code == "exchange.unknown_business"


def test_a_file_name_with_a_path_is_made_safe_and_noted(changed):
    packet = read(
        changed("<AttachmentName>quyet-dinh.pdf", "<AttachmentName>..\\..\\etc/Quyết định.pdf")
    )

    assert packet.attachments[0].name == "Quyết định.pdf"
    (finding,) = packet.findings
    assert finding.code == "exchange.attachment_renamed"
    assert finding.text == "..\\..\\etc/Quyết định.pdf"


def test_the_older_hubs_copy_of_one_agency_under_two_codes_is_kept_as_it_came(changed):
    old = "<edXML:OrganId>000.00.00.H41</edXML:OrganId>"

    packet = read(changed(old, "<edXML:OrganId>000.00.09.G01</edXML:OrganId>"))

    assert packet.to[1] == Organ("000.00.09.G01", "UBND tỉnh C", email="c@example.vn")
