"""Hồ sơ trình is for those who check and sign; it travels to nobody."""

from collections.abc import Sequence

import pytest

from exchange.packet import DocumentPacket
from exchange.read import read
from kernel.clock import local_day
from tests.office import Desks
from tests.unit.workflow.way import Case, onward, walk
from workflow import authority
from workflow.models import Document, Enclosure, SubmissionPaper
from workflow.outgoing import drafting
from workflow.states import OutgoingState
from workflow.views import reading

PAPER, OPINION = "Tờ trình nội bộ.txt", "Ý kiến thẩm định.txt"
SECRET = "Ý kiến còn khác nhau về nguồn kinh phí 4.820 triệu đồng.".encode()
DOUBT = "Đề nghị cân nhắc thời điểm ban hành.".encode()
ENCLOSED = b"Danh sach ho duoc ho tro."


@pytest.fixture(scope="module")
def case(shared_desks: Desks) -> Case:
    """A document with one enclosure and two papers of its file, sent and received."""
    shared_desks.bells.clear()
    case = walk(shared_desks, OutgoingState.DRAFT, to=["stc"])
    attach(case, Enclosure, "Phụ lục danh sách.txt", ENCLOSED)
    attach(case, SubmissionPaper, PAPER, SECRET)
    attach(case, SubmissionPaper, OPINION, DOUBT)
    onward(case, OutgoingState.ISSUED)
    shared_desks.work_off()
    return case


def attach(case: Case, kind: type, name: str, data: bytes) -> None:
    office, drafter = case.desks.office, case.desks.person(case.cast.drafter)
    drafting.attach(office, drafter, case.id, kind, name=name, data=data)


def packet(case: Case) -> tuple[bytes, DocumentPacket]:
    (delivery,) = case.row.deliveries
    data = case.desks.office.artifacts.get(delivery.packet)
    told = read(data)
    assert isinstance(told, DocumentPacket)
    return data, told


def test_the_enclosures_travel_with_the_document(case: Case):
    _, told = packet(case)

    main, enclosure = told.attachments
    assert main.data.startswith(b"%PDF")
    assert (enclosure.name, enclosure.data) == ("Phụ lục danh sách.txt", ENCLOSED)
    received = case.arrived_at("stc").row.files
    assert [file.name for file in received] == [main.name, "Phụ lục danh sách.txt"]
    assert [file.is_main for file in received] == [True, False]


def test_no_paper_of_the_file_travels_neither_bytes_nor_name(case: Case):
    data, told = packet(case)

    sent = [data, *(one.data for one in told.attachments)]
    for trace in (SECRET, DOUBT, PAPER.encode(), OPINION.encode(), "Tờ trình".encode()):
        assert not any(trace in one for one in sent)
    store = case.desks.office.artifacts
    for file in case.arrived_at("stc").row.files:
        assert store.get(file.sha256) not in {SECRET, DOUBT}


def papers_for(case: Case, username: str) -> Sequence[SubmissionPaper]:
    desks = case.desks
    day = local_day(desks.clock())
    with desks.office.sessions() as session:
        document = session.get_one(Document, case.id)
        person = desks.person(username)
        seen = reading.submission_papers(session, document, person, day)
        assert bool(seen) == authority.may_read_submission(session, document, person, day)
        return seen


MAY_SEE = {
    "chuyenvien": "the drafter",
    "truongphong": "who answered for the content",
    "kiemtra": "who checked the form",
    "phochutich": "who signed",
}
MAY_NOT = {
    "vanthu": "the clerk who sealed it",
    "phophong": "a deputy who gave no check",
    "chutich": "another leader of the agency",
    "chuyenvien2": "a colleague of the unit",
    "quantri": "the administrator",
    "th.truongphong": "the head of another unit",
    "stc.vanthu": "the receiver's clerk",
    "stc.giamdoc": "the receiver's leader",
}


@pytest.mark.parametrize("username", MAY_SEE, ids=MAY_SEE.values())
def test_those_who_check_and_sign_see_the_papers(case: Case, username: str):
    assert [paper.name for paper in papers_for(case, username)] == [PAPER, OPINION]


@pytest.mark.parametrize("username", MAY_NOT, ids=MAY_NOT.values())
def test_nobody_else_sees_the_papers(case: Case, username: str):
    assert papers_for(case, username) == ()


def test_the_signer_sees_the_papers_only_when_the_document_comes(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT)
    attach(case, SubmissionPaper, PAPER, SECRET)

    assert papers_for(case, "phochutich") == ()
    onward(case, OutgoingState.CONTENT_REVIEW)
    assert papers_for(case, "phochutich") == ()
    onward(case, OutgoingState.AWAITING_SIGNATURE)
    assert len(papers_for(case, "phochutich")) == 1


def test_a_clerk_who_gave_a_document_back_has_not_seen_its_papers(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT)
    attach(case, SubmissionPaper, PAPER, SECRET)
    onward(case, OutgoingState.AWAITING_NUMBER)

    case.send_back("vanthu", "Sai thẩm quyền ký, đề nghị trình lại.")

    assert papers_for(case, "vanthu") == ()
