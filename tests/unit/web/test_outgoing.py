"""The page of a document: who sees what, whose turn it is, and which buttons there are."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from tests.unit.workflow.way import CASTS, Case, Cast, begun, onward
from workflow.models import Document, Enclosure, SubmissionPaper
from workflow.outgoing import drafting, reviewing
from workflow.states import OutgoingState

BUTTONS = {
    "Soạn thảo và trình": "submit",
    "Bỏ dự thảo": "discard",
    "Duyệt nội dung": "approve_content",
    "Duyệt thể thức": "approve_form",
    "Sửa": "edit",
    "Rút lại": "withdraw",
    "Xem phiếu trình và ký số": "sign",
    "Cấp số và ký số cơ quan": "number",
    "Phát hành": "issue",
}


def buttons(page: str) -> set[str]:
    """The acts that the first card of the page offers."""
    card = page.split("case-now")[1].split("case-rest", maxsplit=1)[0]
    words = re.findall(r'class="button[^"]*"[^>]*>([^<]+)<', card)
    return {BUTTONS[word.strip()] for word in words if word.strip() in BUTTONS}


@pytest.mark.parametrize(
    ("state", "username", "expected"),
    [
        (OutgoingState.DRAFT, "chuyenvien", {"submit", "discard"}),
        (OutgoingState.CONTENT_REVIEW, "chuyenvien", {"withdraw"}),
        (OutgoingState.CONTENT_REVIEW, "truongphong", {"approve_content", "edit"}),
        (OutgoingState.FORM_REVIEW, "kiemtra", {"approve_form", "edit"}),
        (OutgoingState.FORM_REVIEW, "truongphong", set()),
        (OutgoingState.AWAITING_SIGNATURE, "phochutich", {"sign"}),
        (OutgoingState.AWAITING_SIGNATURE, "kiemtra", set()),
        (OutgoingState.AWAITING_NUMBER, "vanthu", {"number"}),
        (OutgoingState.AWAITING_NUMBER, "chuyenvien", set()),
        (OutgoingState.AWAITING_ISSUE, "vanthu", {"issue"}),
    ],
)
def test_each_person_has_the_buttons_of_their_turn_and_no_others(
    desks: Desks,
    signed_in: Callable[[str], Browser],
    state: OutgoingState,
    username: str,
    expected: set[str],
) -> None:
    document_id = desks.at(state)
    browser = signed_in(username)

    browser.open(f"/van-ban-di/{document_id}")

    assert buttons(browser.page) == expected


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (OutgoingState.CONTENT_REVIEW, "Võ Thanh Tùng"),
        (OutgoingState.FORM_REVIEW, "Hồ Thị Xuân Đào"),
        (OutgoingState.AWAITING_SIGNATURE, "Trần Thị Ngọc Hạnh"),
        (OutgoingState.AWAITING_NUMBER, "Nguyễn Thị Cẩm Tú"),
    ],
)
def test_the_drafter_reads_by_name_whom_the_document_waits_for(
    desks: Desks, signed_in: Callable[[str], Browser], state: OutgoingState, name: str
) -> None:
    document_id = desks.at(state)
    browser = signed_in("chuyenvien")

    browser.open(f"/van-ban-di/{document_id}")

    waiting = browser.page.split('class="waiting"')[1].split("</p>")[0]
    assert name in waiting


def test_when_the_head_drafts_the_page_says_why_the_content_goes_to_the_deputy(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    cast = Cast("ninhkieu.truongphong", "ninhkieu.phophong", "", "", "")
    case = onward(begun(desks, cast, "ninh-kieu.chu-tich", "TM."), OutgoingState.CONTENT_REVIEW)
    head = signed_in("ninhkieu.truongphong")

    head.open(f"/van-ban-di/{case.id}")

    assert sentence("web.detour.head_drafted") in head.page
    assert "Phan Thị Kiều Oanh" in head.page.split('class="waiting"')[1].split("</p>")[0]
    assert buttons(head.page) == {"withdraw"}


def a_document_with_files(desks: Desks, state: OutgoingState) -> tuple[UUID, UUID, UUID]:
    drafter = desks.person("chuyenvien")
    document_id = desks.a_draft()
    put = {
        kind: drafting.attach(
            desks.office, drafter, document_id, kind, name=f"{name}.txt", data=name.encode()
        )
        for kind, name in ((Enclosure, "Danh sách hộ"), (SubmissionPaper, "Ý kiến nội bộ"))
    }
    onward(Case(desks, document_id, CASTS["support-plan"]), state)
    return document_id, put[Enclosure], put[SubmissionPaper]


def test_the_submission_papers_are_hidden_from_the_clerical_office(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id, enclosure, paper = a_document_with_files(desks, OutgoingState.AWAITING_NUMBER)
    clerk = signed_in("vanthu")

    clerk.open(f"/van-ban-di/{document_id}")

    assert "Danh sách hộ.txt" in clerk.page
    assert "Ý kiến nội bộ" not in clerk.page
    assert "Hồ sơ trình" not in clerk.page
    assert clerk.open(f"/van-ban-di/{document_id}/kem-theo/{enclosure}").status_code == 200
    assert clerk.open(f"/van-ban-di/{document_id}/ho-so-trinh/{paper}").status_code == 404
    assert clerk.open(f"/van-ban-di/{document_id}/kem-theo/{paper}").status_code == 404


def test_the_signer_reads_the_submission_papers_before_the_text(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id, _, paper = a_document_with_files(desks, OutgoingState.AWAITING_SIGNATURE)
    leader = signed_in("phochutich")

    leader.open(f"/van-ban-di/{document_id}/ky-so")

    assert leader.page.index("Ý kiến nội bộ.txt") < leader.page.index("/trang/1.png")
    assert leader.open(f"/van-ban-di/{document_id}/ho-so-trinh/{paper}").data


def test_an_attached_file_is_always_saved_and_never_opened_in_our_pages(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    drafter = desks.person("chuyenvien")
    document_id = desks.a_draft()
    file_id = drafting.attach(
        desks.office, drafter, document_id, Enclosure, name="Phụ lục số 1.txt", data=b"<script>"
    )
    browser = signed_in("chuyenvien")

    answer = browser.open(f"/van-ban-di/{document_id}/kem-theo/{file_id}")

    disposition = answer.headers["Content-Disposition"]
    assert disposition == (
        'attachment; filename="phu luc so 1.txt"; '
        "filename*=UTF-8''Ph%E1%BB%A5%20l%E1%BB%A5c%20s%E1%BB%91%201.txt"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pictures_and_pdf_are_made_of_the_bytes_that_the_page_names(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.AWAITING_SIGNATURE)
    browser = signed_in("phochutich")
    browser.open(f"/van-ban-di/{document_id}/ky-so")
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', browser.page)

    assert shown is not None
    assert shown[1] == desks.presented(document_id)
    address = f"/van-ban-di/{document_id}/ban/{shown[1]}"
    assert f"{address}/trang/1.png" in browser.page
    assert browser.open(f"{address}.pdf").data == desks.office.artifacts.get(shown[1])
    assert browser.open(f"{address}/trang/1.png").data.startswith(b"\x89PNG")
    assert browser.open(f"{address}/trang/99.png").status_code == 404


def test_bytes_of_one_document_are_not_given_under_the_address_of_another(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.AWAITING_SIGNATURE)
    other = desks.a_draft()
    browser = signed_in("chuyenvien")

    answer = browser.open(f"/van-ban-di/{other}/ban/{desks.presented(document_id)}.pdf")

    assert answer.status_code == 404


def test_a_reason_that_says_too_little_stays_in_its_field(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.CONTENT_REVIEW)
    head = signed_in("truongphong")
    head.open(f"/van-ban-di/{document_id}")

    answer = head.send(f"/van-ban-di/{document_id}/chuyen-lai", reason="Sửa lại")

    assert answer.status_code == 422
    assert sentence("review.reason_too_short", least=10) in head.page
    assert "Sửa lại</textarea>" in head.page


def test_whoever_presses_a_button_of_an_old_page_sees_the_new_state_and_changes_nothing(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.CONTENT_REVIEW)
    head = signed_in("truongphong")
    head.open(f"/van-ban-di/{document_id}")
    seen = desks.seen(document_id)
    reviewing.approve_content(desks.office, desks.person("truongphong"), document_id, seen)

    answer = head.send(f"/van-ban-di/{document_id}/duyet-noi-dung", words="Tôi đồng ý")

    assert answer.status_code == 409
    assert sentence("workflow.moved_on") in head.page
    assert "Chờ kiểm tra thể thức" in head.page


def test_while_the_machine_works_the_page_asks_and_is_told_when_it_is_done(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.a_draft()
    person = desks.person("chuyenvien")
    drafting.submit(desks.office, person, document_id, desks.seen(document_id))
    browser = signed_in("chuyenvien")
    browser.open(f"/van-ban-di/{document_id}")
    asks = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', browser.page)

    assert asks is not None
    assert sentence("web.working.rendering") in browser.page
    assert browser.open(asks[1]).status_code == 204
    desks.work_off()
    assert browser.open(asks[1]).headers["HX-Refresh"] == "true"


def test_what_stopped_the_machine_is_told_in_words(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.a_draft()
    with desks.office.act() as session:
        document = session.get_one(Document, document_id)
        document.trouble = "documents.letter_missing"
    browser = signed_in("chuyenvien")

    browser.open("/")

    row = browser.page.split(str(document_id))[1].split("</li>")[0]
    assert "Phông chữ không có ký tự" in row


def test_the_timeline_tells_who_did_what_in_words(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.ISSUED)
    browser = signed_in("chuyenvien")

    browser.open(f"/van-ban-di/{document_id}")

    told = browser.page.split('class="timeline"')[1]
    for words in ("Trình văn bản", "Duyệt nội dung", "Võ Thanh Tùng, Trưởng phòng", "Cấp số 0"):
        assert words in told
    assert "web.did" not in told


def test_a_comment_is_heard_by_everybody_who_reads(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.CONTENT_REVIEW)
    head, drafter = signed_in("truongphong"), signed_in("chuyenvien")
    head.open(f"/van-ban-di/{document_id}")

    head.send(f"/van-ban-di/{document_id}/y-kien", words="Xem lại <số liệu>")

    drafter.open(f"/van-ban-di/{document_id}")
    assert "Xem lại &lt;số liệu&gt;" in drafter.page


def test_a_draft_is_laid_aside_by_its_drafter(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.a_draft()
    browser = signed_in("chuyenvien")
    browser.open(f"/van-ban-di/{document_id}")

    answer = browser.send(f"/van-ban-di/{document_id}/bo")

    assert answer.location == "/"
    assert desks.document(document_id).state is OutgoingState.DISCARDED
