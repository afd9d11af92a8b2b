"""Annexes in files of their own: signed by the agency in the corner, with the document or not."""

import io

import pypdfium2
import pytest
from pypdf import PdfWriter

from signing.checking.verdict import Integrity
from tests.office import Desks
from tests.unit.workflow.way import Case, onward, walk
from workflow.exchanging import packets
from workflow.models import Document, Enclosure
from workflow.outgoing import drafting, sending
from workflow.states import OutgoingState


def scan(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_files(desks: Desks, *files: tuple[str, bytes]) -> Case:
    case = walk(desks, OutgoingState.DRAFT)
    for name, data in files:
        clerk = desks.person("chuyenvien")
        drafting.attach(desks.office, clerk, case.id, Enclosure, name=name, data=data)
    return case


def enclosures(case: Case) -> dict[str, Enclosure]:
    with case.desks.office.sessions() as session:
        found = session.query(Enclosure).filter_by(document_id=case.id)
        return {enclosure.name: enclosure for enclosure in found}


def read(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        page = document[0]
        return page.get_textpage().get_text_bounded()


@pytest.fixture(scope="module")
def sealed(shared_desks: Desks) -> Case:
    shared_desks.bells.clear()
    case = with_files(
        shared_desks,
        ("Phụ lục I.pdf", scan()),
        ("Phụ lục II.pdf", scan(2)),
        ("số liệu.csv", b"a;b"),
    )
    return onward(case, OutgoingState.AWAITING_ISSUE)


def test_every_annex_that_is_a_pdf_bears_the_agencys_signature(sealed: Case):
    office = sealed.desks.office
    for name in ("Phụ lục I.pdf", "Phụ lục II.pdf"):
        annex = enclosures(sealed)[name]
        pdf = office.artifacts.get(annex.sealed)

        (signature,) = office.check(pdf, trust=office.trust(), at=office.clock()).signatures
        assert pdf.startswith(office.artifacts.get(annex.sha256))
        assert signature.signer_name == "Ủy ban nhân dân thành phố Cần Thơ"
        assert signature.integrity is Integrity.INTACT


def test_what_is_no_pdf_stays_as_it_is(sealed: Case):
    assert enclosures(sealed)["số liệu.csv"].sealed is None


def test_the_signed_annexes_are_what_is_sent(sealed: Case):
    sending.issue(sealed.desks.office, sealed.desks.person("vanthu"), sealed.id, sealed.seen)
    signed = {e.name: e.sealed or e.sha256 for e in enclosures(sealed).values()}

    with sealed.desks.office.sessions() as session:
        document = session.get_one(Document, sealed.id)
        packet = packets.document_packet(
            sealed.desks.office, session, document, document.deliveries[0]
        )

    store = sealed.desks.office.artifacts
    sent = {file.name: file.data for file in packet.attachments[1:]}
    assert sent == {name: store.get(sha256) for name, sha256 in signed.items()}
    sealed.desks.bells.clear()


def test_an_annex_that_others_have_closed_stays_as_it_is(shared_desks: Desks, sealed: Case):
    """A document of another body that is enclosed already bears its seal, which locks it."""
    closed = shared_desks.office.artifacts.get(sealed.row.artifacts[-1].sha256)
    case = with_files(shared_desks, ("văn bản căn cứ.pdf", closed))

    onward(case, OutgoingState.AWAITING_ISSUE)

    assert enclosures(case)["văn bản căn cứ.pdf"].sealed is None
