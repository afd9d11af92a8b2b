"""Việc của tôi and the lists: what waits, what is found, and in which words."""

from collections.abc import Callable

from documents.content import Urgency
from tests.office import Desks
from tests.unit.web.conftest import Browser
from tests.unit.workflow.way import walk
from workflow.states import OutgoingState

SignIn = Callable[[str], Browser]


def test_what_was_sent_back_stands_first_with_its_reason(desks: Desks, signed_in: SignIn) -> None:
    waiting = walk(desks, OutgoingState.CONTENT_REVIEW)
    returned = walk(desks, OutgoingState.CONTENT_REVIEW)
    returned.send_back("truongphong", "Chưa nêu nguồn kinh phí thực hiện.")
    clerk = signed_in("chuyenvien")

    clerk.open("/")

    assert "Lý do: Chưa nêu nguồn kinh phí thực hiện." in clerk.page
    assert clerk.page.index(str(returned.id)) < clerk.page.index(str(waiting.id))


def test_each_desk_finds_its_work_and_the_way_to_it(desks: Desks, signed_in: SignIn) -> None:
    expected = {
        OutgoingState.CONTENT_REVIEW: ("truongphong", ""),
        OutgoingState.FORM_REVIEW: ("kiemtra", ""),
        OutgoingState.AWAITING_SIGNATURE: ("phochutich", "/ky-so"),
        OutgoingState.AWAITING_NUMBER: ("vanthu", "/cap-so"),
        OutgoingState.AWAITING_ISSUE: ("vanthu", "/phat-hanh"),
    }
    for state, (username, page) in expected.items():
        case = walk(desks, state)
        browser = signed_in(username)

        browser.open("/")

        section = browser.page.split(f'id="di-{state}"')[1].split("</section>", maxsplit=1)[0]
        assert f'href="/van-ban-di/{case.id}{page}"' in section


def test_the_urgent_stands_before_the_older(desks: Desks, signed_in: SignIn) -> None:
    older = walk(desks, OutgoingState.CONTENT_REVIEW)
    urgent = walk(desks, OutgoingState.CONTENT_REVIEW, urgency=Urgency.EXPRESS)
    head = signed_in("truongphong")

    head.open("/")

    assert head.page.index(str(urgent.id)) < head.page.index(str(older.id))
    assert "HỎA TỐC" in head.page


def test_a_document_is_found_without_diacritics_and_by_its_number(
    desks: Desks, signed_in: SignIn
) -> None:
    case = walk(
        desks, OutgoingState.AWAITING_ISSUE, subject="phân bổ kinh phí đào tạo nghề năm 2031"
    )
    number = case.row.code_number
    clerk = signed_in("vanthu")

    for words in ("dao tao nghe 2031", "Đào Tạo", f"{number}/QĐ-UBND", f"0{number}"):
        clerk.open("/van-ban-di", query_string={"tim": words})
        assert str(case.id) in clerk.page, words
    clerk.open("/van-ban-di", query_string={"tim": "dao tao nghe 1999"})
    assert str(case.id) not in clerk.page


def test_the_list_shows_one_state_when_asked_for_it(desks: Desks, signed_in: SignIn) -> None:
    draft, moving = desks.a_draft(), walk(desks, OutgoingState.FORM_REVIEW)
    clerk = signed_in("chuyenvien")

    clerk.open("/van-ban-di?trang-thai=form_review")

    assert str(moving.id) in clerk.page
    assert str(draft) not in clerk.page


def test_an_address_that_makes_no_sense_shows_the_whole_list(
    desks: Desks, signed_in: SignIn
) -> None:
    draft = desks.a_draft()
    clerk = signed_in("chuyenvien")

    answer = clerk.open("/van-ban-di?trang-thai=%27--&trang=-3&tim=%25")

    assert answer.status_code == 200
    clerk.open("/van-ban-di?trang-thai=khac&trang=x")
    assert str(draft) in clerk.page


def test_the_administrator_reads_who_holds_which_post(signed_in: SignIn) -> None:
    administrator = signed_in("quantri")

    administrator.open("/co-quan")

    assert "Võ Thanh Tùng" in administrator.page
    assert "H13" in administrator.page
    assert "con dấu" in administrator.page
