"""What the decree asks of a scan is measured, not believed."""

import io

import pytest
from pypdf import PdfWriter

from documents.scans import cleaned, scan_of
from kernel.errors import Refused
from tests.scanned import scanned


@pytest.mark.parametrize(("dpi", "pages"), [(200, 1), (300, 2)])
def test_a_scan_tells_its_pages_and_its_dots_an_inch(dpi: int, pages: int):
    scan = scan_of(scanned(dpi=dpi, pages=pages))

    assert (scan.pages, scan.grey) == (pages, ())
    assert scan.dpi == pytest.approx(dpi, rel=0.02)


def test_a_page_without_colour_is_named():
    assert scan_of(scanned(mode="L", pages=2)).grey == (1, 2)


def test_too_coarse_a_scan_is_refused_with_its_page():
    with pytest.raises(Refused) as refusal:
        scan_of(scanned(dpi=150))

    assert refusal.value.code == "documents.scan_too_coarse"
    assert refusal.value.facts == {"page": 1, "dpi": 150}


def test_a_page_that_was_never_paper_has_no_dots():
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.pdf_header = "%PDF-1.7"
    out = io.BytesIO()
    writer.write(out)

    assert scan_of(out.getvalue()).dpi is None


@pytest.mark.parametrize(
    ("pdf", "code"),
    [
        (b"", "documents.pdf_unreadable"),
        (b"%PDF-1.7\nrubbish", "documents.pdf_unreadable"),
        (scanned().replace(b"%PDF-1.4", b"%PDF-1.3", 1), "documents.pdf_too_old"),
    ],
)
def test_what_cannot_become_a_copy_is_refused(pdf: bytes, code: str):
    with pytest.raises(Refused) as refusal:
        scan_of(pdf)

    assert refusal.value.code == code


def test_a_scan_is_written_anew_so_that_strict_readers_take_it():
    """The table that this scanner writes has a generation that the standard does not know."""
    scan = scanned(pages=2)
    assert b"65536 f" in scan

    clean = cleaned(scan)

    assert b"65536 f" not in clean
    assert scan_of(clean) == scan_of(scan)
