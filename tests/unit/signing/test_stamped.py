"""Annexes and copies: signed in the corner of the first page, whoever wrote or signed the file."""

import subprocess
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
import typst
from PIL import Image, ImageOps
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, FloatObject, NameObject, RectangleObject

from console.bench_scan import write_scan
from kernel.errors import Refused
from signing.checking.verdict import Conclusion, Modifications
from signing.holding.keys import KeyHolder
from signing.making.fields import SIGNER_SIGNATURE
from signing.making.stamped import CORNER_SIGNATURE, prepare_at_corner, sign_at_corner, sign_file
from signing.making.two_phase import complete
from tests.attack.foreign import ForeignSigner
from tests.unit.signing.desk import Desk, reserved, typeset

DATA = Path(__file__).parents[2] / "data" / "signing"
LINE = typst.compile(
    b"#set page(width: 80mm, height: 6mm, margin: 0mm, fill: none)\n"
    b'#set text(font: "Libertinus Serif", size: 10pt)\n'
    b"#align(right)[SAO Y; UBND; 23/11/2026; 09:30:15 +07:00]",
    format="pdf",
    pdf_tags=False,
)


def stamped(desk: Desk, pdf: bytes, picture: bytes = LINE) -> bytes:
    return sign_at_corner(
        pdf, desk.seal, picture=picture, signed_at=desk.now, reason="Sao y", location="Cần Thơ"
    )


def foreign(*, rotate: int = 0, crop: bool = False, unit: float = 1) -> bytes:
    """Write an untagged page as some other program might."""
    plain = typst.compile(b"#set page(width: 210mm, height: 297mm)\n", format="pdf")
    writer = PdfWriter()
    page = writer.add_page(PdfReader(BytesIO(plain)).pages[0])
    page.rotate(rotate)
    if crop:
        page.cropbox = RectangleObject((40, 30, 500, 700))
    page[NameObject("/UserUnit")] = FloatObject(unit)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def signed_by_others(
    pdf: bytes, key: KeyHolder, *, field: str = "Khác", permission: MDPPerm | None = None
) -> bytes:
    metadata = PdfSignatureMetadata(
        field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=permission is not None,
        docmdp_permissions=permission or MDPPerm.FILL_FORMS,
    )
    signer = PdfSigner(metadata, ForeignSigner(key), new_field_spec=SigFieldSpec(field))
    out = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=16_384)
    return bytes(out.getvalue())


def corner(pdf: bytes) -> DictionaryObject:
    annotations = PdfReader(BytesIO(pdf)).pages[0]["/Annots"]
    return next(
        a.get_object()
        for a in annotations
        if str(a.get_object()["/T"]).startswith(CORNER_SIGNATURE)
    )


def seen(pdf: bytes, folder: Path) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Draw the page as a reader sees it; give it and the box of what is not white, in points."""
    (folder / "page.pdf").write_bytes(pdf)
    command = "pdftoppm -r 72 -cropbox -png -singlefile page.pdf page"
    subprocess.run(command.split(), cwd=folder, check=True)
    page = Image.open(folder / "page.png").convert("L")
    box = ImageOps.invert(page).getbbox()
    assert box
    return page, box


def test_an_annex_of_ours_is_signed_and_passes(desk: Desk) -> None:
    annex = typeset()

    signed = stamped(desk, annex)

    verdict = desk.verdict(signed, expecting=False)
    assert signed.startswith(annex)
    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert [s.field for s in verdict.signatures] == [CORNER_SIGNATURE]


def test_the_annex_stays_tagged(desk: Desk) -> None:
    reader = PdfReader(BytesIO(stamped(desk, typeset())))

    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    last = tree["/ParentTree"]["/Nums"][-1].get_object()
    assert last["/S"] == "/Form"
    assert last["/K"]["/Obj"].get_object()["/T"] == CORNER_SIGNATURE
    assert last in [kid.get_object() for kid in last["/P"].get_object()["/K"]]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("box", ["whole", "cropped"])
def test_the_line_stands_upright_at_the_top_right_of_the_page_as_it_is_seen(
    desk: Desk, tmp_path: Path, rotate: int, box: str
) -> None:
    signed = stamped(desk, foreign(rotate=rotate, crop=box == "cropped"))

    page, (left, top, right, bottom) = seen(signed, tmp_path)
    assert page.width - 50 < right < page.width - 15
    assert 15 < top < bottom < 45
    assert right - left > 150
    assert corner(signed)["/F"] & 4


def test_the_line_has_its_size_on_pages_measured_in_larger_units(desk: Desk) -> None:
    left, bottom, right, top = corner(stamped(desk, foreign(unit=2)))["/Rect"]

    assert float(right) - float(left) == pytest.approx(80 / 25.4 * 72 / 2, abs=0.1)
    assert float(top) - float(bottom) == pytest.approx(6 / 25.4 * 72 / 2, abs=0.1)


@pytest.mark.parametrize("rotate", [0, 90])
def test_other_programs_agree(desk: Desk, tmp_path: Path, rotate: int) -> None:
    file = tmp_path / "bản sao.pdf"
    file.write_bytes(stamped(desk, foreign(rotate=rotate)))

    report = subprocess.run(
        ("pdfsig", "-nocert", file), capture_output=True, text=True, check=True
    ).stdout
    checked = subprocess.run(("qpdf", "--check", file), capture_output=True, text=True, check=True)

    assert "Signature is Valid" in report
    assert "Total document signed" in report
    assert not checked.stderr
    assert desk.verdict(file.read_bytes(), expecting=False).conclusion is Conclusion.TOTAL_PASSED


def test_nothing_may_change_behind_the_agencys_signature(desk: Desk) -> None:
    verdict = desk.verdict(signed_by_others(stamped(desk, foreign()), desk.other), expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.signatures[0].modifications is Modifications.FORBIDDEN


def test_a_file_that_others_approved_keeps_their_signature(desk: Desk) -> None:
    theirs = signed_by_others(typeset(), desk.leader)

    verdict = desk.verdict(stamped(desk, theirs), expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert [s.field for s in verdict.signatures] == ["Khác", CORNER_SIGNATURE]


@pytest.mark.parametrize("permission", [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certified_file_is_left_alone(desk: Desk, permission: MDPPerm) -> None:
    theirs = signed_by_others(foreign(), desk.leader, permission=permission)

    with pytest.raises(Refused) as refused:
        stamped(desk, theirs)

    assert refused.value.code == "signing.closed_by_signature"


def test_documents_of_ours_that_are_signed_are_closed(
    desk: Desk, signed: bytes, sealed: bytes
) -> None:
    for pdf in (signed, sealed, stamped(desk, foreign())):
        with pytest.raises(Refused) as refused:
            stamped(desk, pdf)

        assert refused.value.code == "signing.closed_by_signature"


def test_a_field_of_the_same_name_is_not_taken(desk: Desk) -> None:
    theirs = signed_by_others(foreign(), desk.leader, field=CORNER_SIGNATURE)

    verdict = desk.verdict(stamped(desk, theirs), expecting=False)

    assert [s.field for s in verdict.signatures] == [CORNER_SIGNATURE, f"{CORNER_SIGNATURE}2"]


def test_places_reserved_for_others_may_stay_empty(desk: Desk) -> None:
    signed = stamped(desk, reserved())

    assert desk.verdict(signed, expecting=False).conclusion is Conclusion.TOTAL_PASSED
    assert SIGNER_SIGNATURE in (PdfReader(BytesIO(signed)).get_fields() or {})


def test_an_xfa_form_is_refused(desk: Desk) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(foreign()))
    form = generic.DictionaryObject({pdf_name("/XFA"): generic.ArrayObject()})
    writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
    writer.update_root()
    out = BytesIO()
    writer.write(out)

    with pytest.raises(Refused) as refused:
        stamped(desk, out.getvalue())

    assert refused.value.code == "signing.xfa_form"


@pytest.mark.parametrize("pdf", [b"", b"chi la chu", b"%PDF-1.7\nstartxref\n-5\n%%EOF\n"])
def test_something_that_is_no_pdf_is_refused(desk: Desk, pdf: bytes) -> None:
    with pytest.raises(Refused) as refused:
        stamped(desk, pdf)

    assert refused.value.code == "signing.unreadable_pdf"


@pytest.mark.parametrize("pdf", sorted(DATA.glob("*.pdf")), ids=lambda path: path.stem)
def test_a_foreign_file_is_signed_without_harm_or_refused(desk: Desk, pdf: Path) -> None:
    before = desk.verdict(pdf.read_bytes(), expecting=False)

    try:
        signed = stamped(desk, pdf.read_bytes())
    except Refused:
        return

    after = desk.verdict(signed, expecting=False)
    *others, ours = after.signatures
    assert ours.integrity == "INTACT"
    assert [s.integrity for s in others] == [s.integrity for s in before.signatures]
    assert Modifications.FORBIDDEN not in {
        now.modifications
        for was, now in zip(before.signatures, others, strict=True)
        if was.modifications is not Modifications.FORBIDDEN
    }


def test_a_key_elsewhere_signs_in_the_corner_too(desk: Desk) -> None:
    prepared = prepare_at_corner(
        foreign(),
        desk.seal.certificate,
        desk.seal.chain,
        picture=LINE,
        signed_at=desk.now,
        reason="Phụ lục",
        location="Cần Thơ",
    )

    signed = complete(prepared, desk.seal.sign(prepared.attributes))

    assert desk.verdict(signed, expecting=False).conclusion is Conclusion.TOTAL_PASSED


def test_from_file_to_file_gives_the_same_kind_of_signature(desk: Desk, tmp_path: Path) -> None:
    source, target = tmp_path / "quét.pdf", tmp_path / "quét đã ký.pdf"
    source.write_bytes(foreign())

    sign_file(
        source,
        target,
        desk.seal,
        picture=LINE,
        signed_at=desk.now,
        reason="Sao y",
        location="Cần Thơ",
    )

    verdict = desk.verdict(target.read_bytes(), expecting=False)
    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert target.read_bytes().startswith(source.read_bytes())
    assert set(tmp_path.iterdir()) == {source, target}


def test_a_large_scan_never_lies_in_memory(desk: Desk, tmp_path: Path) -> None:
    source, target = tmp_path / "quét.pdf", tmp_path / "quét đã ký.pdf"
    write_scan(source, pages=3)
    tracemalloc.start()

    sign_file(
        source,
        target,
        desk.seal,
        picture=LINE,
        signed_at=desk.now,
        reason="Sao y",
        location="Cần Thơ",
    )

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report = subprocess.run(("pdfsig", "-nocert", target), capture_output=True, check=True).stdout
    assert b"Signature is Valid" in report
    assert most < source.stat().st_size / 5


def test_a_file_that_cannot_be_signed_leaves_nothing_behind(desk: Desk, tmp_path: Path) -> None:
    source, target = tmp_path / "quét.pdf", tmp_path / "quét đã ký.pdf"
    source.write_bytes(signed_by_others(foreign(), desk.leader, permission=MDPPerm.NO_CHANGES))

    with pytest.raises(Refused):
        sign_file(
            source,
            target,
            desk.seal,
            picture=LINE,
            signed_at=desk.now,
            reason="Sao y",
            location="Cần Thơ",
        )

    assert list(tmp_path.iterdir()) == [source]
