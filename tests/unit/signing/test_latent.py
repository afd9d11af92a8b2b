"""What lies in wait in a signed file is told; what we issue holds nothing of it."""

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import PageObject

from signing.checking.verdict import Conclusion, Verdict
from tests.attack.forgery import Forger, add_text_field
from tests.unit.signing.desk import Desk, reserved


def told(verdict: Verdict) -> set[str]:
    return {finding.code.removeprefix("signing.finding.") for finding in verdict.findings}


def with_orphan(pdf: bytes) -> bytes:
    forger = Forger.of(pdf)
    content = forger.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f"))
    forger.add_object(PageObject(contents=content, media_box=(0, 0, 595, 842)))
    return forger.done()


def with_foreign_font(pdf: bytes) -> bytes:
    forger = Forger.of(pdf)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    forger.add_object(generic.DictionaryObject({pdf_name(k): pdf_name(v) for k, v in font.items()}))
    return forger.done()


def with_covered_text(pdf: bytes) -> bytes:
    """Draw a white form over the words."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0].get_object()
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
    sheet = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): box,
        },
        stream_data=b"1 1 1 rg 0 0 595 842 re f",
    )
    resources = generic.DictionaryObject(page["/Resources"])
    resources[pdf_name("/XObject")] = generic.DictionaryObject(
        {pdf_name("/Sheet"): forger.add_object(sheet)}
    )
    page[pdf_name("/Resources")] = resources
    forger.update_container(page)
    drawing = generic.StreamObject(stream_data=b"/Sheet Do")
    forger.add_stream_to_page(0, forger.add_object(drawing))
    return forger.done()


def with_other_value(pdf: bytes) -> bytes:
    """Let a field hold 999 and show a black bar."""
    forger = Forger.of(add_text_field(pdf, "Tien"))
    field = forger.field("Tien")
    bar = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 60, 20))),
        },
        stream_data=b"0 0 60 20 re f",
    )
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): forger.add_object(bar)})
    forger.update_container(field)
    return forger.done()


def with_unlisted(pdf: bytes) -> bytes:
    """Write an object before an update, so that the tables lead past it."""
    return with_orphan(pdf + b"\n77777 0 obj\n<< /Type /Page >>\nendobj\n")


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (with_orphan, "orphan_page"),
        (with_foreign_font, "font_not_embedded"),
        (with_covered_text, "covered_text"),
        (with_unlisted, "unlisted_object"),
        (with_other_value, "value_not_shown"),
    ],
    ids=["orphan", "font", "covered", "unlisted", "value"],
)
def test_what_lies_in_wait_is_told_and_lowers_nothing(
    desk: Desk, prepare: object, code: str
) -> None:
    pdf = desk.sealed(desk.signed(pdf=prepare(reserved())))  # type: ignore[operator] # one of five

    verdict = desk.verdict(pdf, full=True)

    assert code in told(verdict)
    assert verdict.conclusion is Conclusion.TOTAL_PASSED


def test_what_we_issue_hides_nothing(desk: Desk, sealed: bytes) -> None:
    assert told(desk.verdict(sealed, full=True)) == set()
