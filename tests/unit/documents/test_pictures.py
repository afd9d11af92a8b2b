import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from documents.pictures import is_encrypted, page_count, page_picture, page_size
from kernel.errors import NotFound, Refused


@pytest.fixture(scope="module")
def pdf(typesetter, compose):
    return typesetter.typeset(compose("decision_issuing")).pdf


def encrypted(pdf, password):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(user_password=password, owner_password="chủ", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_pages_are_counted_and_measured(pdf):
    assert page_count(pdf) == 4
    assert page_size(pdf, 0) == pytest.approx((210, 297), abs=0.1)


def test_a_page_is_drawn_at_the_resolution_asked_for(pdf):
    picture = Image.open(io.BytesIO(page_picture(pdf, 1, dpi=100)))

    assert picture.format == "PNG"
    assert picture.size == pytest.approx((827, 1170), abs=1)
    assert picture.convert("L").getextrema() == (0, 255)


def test_a_monstrous_resolution_gives_a_bounded_picture(pdf):
    picture = Image.open(io.BytesIO(page_picture(pdf, 0, dpi=5000)))

    assert max(picture.size) <= 6001


def test_form_fields_are_drawn():
    picture = Image.open(io.BytesIO(page_picture(with_red_field(), 0))).convert("RGB")

    assert (200, 0, 0) in {colour for _, colour in picture.getcolors(1 << 20)}


def with_red_field():
    """Give one empty page whose form field has a red appearance."""
    drawing = b"0.784 0 0 rg 0 0 100 100 re f"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(N)/F 4/Rect[50 50 150 150]/P 3 0 R/AP<</N 5 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Length %d>>stream\n%s\nendstream"
        % (len(drawing), drawing),
    ]
    parts, offsets = [b"%PDF-1.7\n"], []
    for number, body in enumerate(objects, start=1):
        offsets.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = sum(map(len, parts))
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 6\n0000000000 65535 f \n" + rows)
    parts.append(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return b"".join(parts)


def test_many_threads_may_draw_at_once(pdf):
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda n: page_picture(pdf, n % 4, dpi=40), range(24)))

    assert len(set(drawn)) == 4


def test_a_page_that_is_not_there_is_not_found(pdf):
    for page in (-1, 4):
        with pytest.raises(NotFound):
            page_picture(pdf, page)


@pytest.mark.parametrize("broken", [b"", b"garbage", b"%PDF-1.7\nno more"])
def test_what_is_no_pdf_is_refused(broken):
    for look in (page_count, is_encrypted):
        with pytest.raises(Refused) as refusal:
            look(broken)
        assert refusal.value.code == "documents.pdf_unreadable"


@pytest.mark.parametrize("password", ["mật khẩu", ""])
def test_encryption_is_seen_with_and_without_a_password(pdf, password):
    assert is_encrypted(encrypted(pdf, password))
    assert not is_encrypted(pdf)
