from datetime import date

from exchange.packet import BusinessType, Priority, Status, document_id

CODES = ["01", "02", "03", "04", "05", "06", "13", "15", "16"]


def test_a_document_id_is_made_of_code_date_number_and_notation():
    made = document_id("000.00.00.G22", date(2015, 9, 30), "7816", "VPCP-TTĐT")

    assert made == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"


def test_statuses_have_the_exchanges_codes():
    assert [status.value for status in Status] == CODES


def test_priorities_and_business_have_the_exchanges_numbers():
    assert [priority.value for priority in Priority] == [0, 1, 2, 3, 4]
    assert [kind.value for kind in BusinessType] == [0, 1, 2, 3]


def test_a_packet_without_business_brings_a_new_document(document):
    assert (
        type(document)(
            from_=document.from_,
            to=document.to,
            document_id="1",
            code_number="1",
            code_notation="x",
            subject="x",
        ).business_type
        is BusinessType.NEW
    )
