"""Every packet that a common library wrote or was tried with, and what must become of it."""

from pathlib import Path

import pytest

from exchange.findings import PacketRefused
from exchange.packet import BusinessType, DocumentPacket, StatusPacket
from exchange.read import read

SAMPLES = Path(__file__).parents[2] / "data" / "exchange"

H13 = "H13.01,2026/03/02,123/UBND-KSTT"
G22 = "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"

FOUR_FILES = (
    ("quyet-dinh.pdf", 75, b"%PDF"),
    ("phu-luc.docx", 144, b"PK\x03\x04"),
    ("bang-tinh.xlsx", 144, b"PK\x03\x04"),
    ("ghi-chu.txt", 5, b"hello"),
)
KEPT_ARCHIVE = (("1896_QD-TTg_m_294779.doc", 2391, b"PK\x03\x04"),)
KEPT_PICTURE = (*FOUR_FILES[:3], ("a.png", 201, b"PK\x03\x04"))

NEW, RECALL, UPDATE, REPLACEMENT = BusinessType

# Of each file: what is wanted, DocumentId, stations on the way, whether a packet signature lies
# in it, the files, the findings.
DOCUMENTS = {
    "generated/sdkgen_new": (NEW, H13, 1, False, FOUR_FILES, ()),
    "generated/sdkgen_revocation": (RECALL, H13, 1, False, FOUR_FILES, ()),
    "generated/sdkgen_update": (UPDATE, H13, 1, False, FOUR_FILES, ()),
    "generated/sdkgen_replacement_with_responsefor": (
        REPLACEMENT,
        "H13.01,2026/03/03,124/UBND-KSTT",
        1,
        False,
        FOUR_FILES,
        (),
    ),
    "examples/resources__edoc_new": (NEW, G22, 1, True, KEPT_ARCHIVE, ("disguised_archive",)),
    "examples/resources__edoc_revocation": (
        RECALL,
        G22,
        1,
        True,
        KEPT_ARCHIVE,
        ("disguised_archive",),
    ),
    "examples/resources__edoc_update": (UPDATE, G22, 1, True, KEPT_ARCHIVE, ("disguised_archive",)),
    "examples/resources__edoc_replacement": (
        REPLACEMENT,
        G22,
        1,
        True,
        KEPT_ARCHIVE,
        ("disguised_archive",),
    ),
    "variants/v01_baseline": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v02_all_unprefixed_default_ns": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v03_all_prefixed": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v04_other_prefix": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v06_attachment_contentid_without_cid": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v07_reordered": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v08_no_traceheaderlist": (NEW, H13, 0, False, FOUR_FILES, ()),
    "variants/v09_no_bussiness": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v10_dates_ddMMyyyy": (NEW, H13, 1, False, FOUR_FILES, ("lenient_date",)),
    "variants/v11_dates_iso": (NEW, H13, 1, False, FOUR_FILES, ("lenient_date",)),
    "variants/v12_signature_xmldsig_ns": (NEW, H13, 1, True, FOUR_FILES, ()),
    "variants/v13_signature_in_N_ns": (NEW, H13, 1, True, FOUR_FILES, ()),
    "variants/v14_missing_optional": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v15_no_attachments": (NEW, H13, 1, False, (), ()),
    "variants/v16_wrapped_base64": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v17_docx_labelled_zip": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v18_pdf_raw_labelled_zip": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v19_raw_xlsx_proper_mime": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v20_raw_png_labelled_png": (
        NEW,
        H13,
        1,
        False,
        KEPT_PICTURE,
        ("disguised_archive",),
    ),
    "variants/v21_type_not_number": (NEW, H13, 1, False, FOUR_FILES, ("unreadable_number",)),
    "variants/v22_business_single_s": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v24_manifest_missing_only": (NEW, H13, 1, False, FOUR_FILES, ("manifest_missing",)),
    "variants/v25_empty_elements": (NEW, H13, 1, False, FOUR_FILES, ()),
    "variants/v26_unknown_extra": (NEW, H13, 1, False, FOUR_FILES, ()),
}

# Of each file: who sends, the status, the document it is about, the findings.
STATUSES = {
    **{
        f"generated/sdkgen_status_{code}": ("G09.01", code, H13, ())
        for code in ("01", "02", "03", "04", "05", "06", "15", "16")
    },
    "generated/sdkgen_status_13": ("H13.01", "13", H13, ()),
    "examples/resources__status": ("000.00.00.H41", "01", G22, ()),
    "examples/resources__status_inbox__01": ("000.00.00.H41", "01", G22, ()),
    "examples/resources__status_rejection_02": ("000.00.00.H41", "02", G22, ()),
    "examples/resources__status_acceptance_03": ("000.00.00.H41", "03", G22, ()),
    "examples/resources__status_assignment_04": ("000.00.00.H41", "04", G22, ()),
    "examples/resources__status_processing_05": ("000.00.00.H41", "05", G22, ()),
    "examples/resources__status_finish_06": ("000.00.00.H41", "06", G22, ()),
    "examples/resources__status_cancellation_13": ("000.00.00.G22", "13", G22, ()),
    "examples/resources__status_change-acceptance_15": ("000.00.00.H41", "15", G22, ()),
    "examples/resources__status_change-rejection_16": ("000.00.00.H41", "16", G22, ()),
    "variants/s01_status_baseline": ("G09.01", "03", H13, ()),
    "variants/s02_status_unprefixed": ("G09.01", "03", H13, ()),
    "variants/s03_status_ddMM": ("G09.01", "03", H13, ("lenient_date",)),
    "variants/s04_status_single_digit": ("G09.01", "03", H13, ()),
    "variants/s05_status_no_staff": ("G09.01", "03", H13, ()),
    "variants/s06_status_no_rf": ("G09.01", "03", "", ("status_without_document",)),
}

REFUSED = {
    "variants/v05_no_namespace": "exchange.no_namespace",
    "variants/v23_doctype": "exchange.doctype",
}


def load(name):
    return (SAMPLES / f"{name}.edxml").read_bytes()


def codes(packet):
    return tuple(finding.code.removeprefix("exchange.") for finding in packet.findings)


def test_no_sample_is_left_out_of_the_tables():
    present = {
        path.relative_to(SAMPLES).with_suffix("").as_posix() for path in SAMPLES.rglob("*.edxml")
    }

    assert present == DOCUMENTS.keys() | STATUSES.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sample_document_is_read(name):
    business, document_id, trace, signed, files, findings = DOCUMENTS[name]

    packet = read(load(name))

    assert isinstance(packet, DocumentPacket)
    assert packet.business_type is business
    assert packet.document_id == document_id
    assert len(packet.trace) == trace
    assert packet.signature_present is signed
    assert tuple((one.name, len(one.data)) for one in packet.attachments) == tuple(
        (file, size) for file, size, _ in files
    )
    for one, (_, _, start) in zip(packet.attachments, files, strict=True):
        assert one.data.startswith(start)
    assert codes(packet) == findings


@pytest.mark.parametrize("name", STATUSES)
def test_a_sample_status_is_read(name):
    sender, status, document_id, findings = STATUSES[name]

    packet = read(load(name))

    assert isinstance(packet, StatusPacket)
    assert packet.from_.organ_id == sender
    assert packet.status is not None
    assert packet.status.value == status
    assert packet.response_for.document_id == document_id
    assert codes(packet) == findings


@pytest.mark.parametrize("name", REFUSED)
def test_a_sample_that_could_mislead_is_refused(name):
    with pytest.raises(PacketRefused) as refusal:
        read(load(name))

    assert refusal.value.code == REFUSED[name]
