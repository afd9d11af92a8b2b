"""The leader's page and văn thư's pages: what is shown is what is signed, numbered and sent."""

from collections.abc import Callable

from console.demonstration.load import PASSPHRASE
from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from tests.unit.workflow.way import walk
from workflow.states import DeliveryState, OutgoingState

SignIn = Callable[[str], Browser]


def test_the_leader_signs_what_the_page_shows(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_SIGNATURE)
    leader = signed_in("phochutich")
    leader.open(f"/van-ban-di/{case.id}/ky-so")

    answer = leader.send(f"/van-ban-di/{case.id}/ky-so", shown=case.shown, secret=PASSPHRASE)

    desks.work_off()
    assert case.state is OutgoingState.AWAITING_NUMBER
    assert "Đã ký xong 1 văn bản." in leader.open(answer.location).text


def test_a_wrong_passphrase_is_told_and_never_comes_back_on_the_page(
    desks: Desks, signed_in: SignIn
) -> None:
    case = walk(desks, OutgoingState.AWAITING_SIGNATURE)
    leader = signed_in("phochutich")
    leader.open(f"/van-ban-di/{case.id}/ky-so")

    answer = leader.send(f"/van-ban-di/{case.id}/ky-so", shown=case.shown, secret="mật khẩu sai")

    assert answer.status_code == 422
    assert sentence("signing.wrong_passphrase") in leader.page
    assert "mật khẩu sai" not in leader.page
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_other_bytes_than_those_shown_are_not_signed(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_SIGNATURE)
    leader = signed_in("phochutich")
    leader.open(f"/van-ban-di/{case.id}/ky-so")

    answer = leader.send(f"/van-ban-di/{case.id}/ky-so", shown="0" * 64, secret=PASSPHRASE)

    assert answer.status_code == 422
    assert sentence("signing.bytes_differ") in leader.page


def test_a_leader_whose_turn_it_is_not_is_shown_the_document(
    desks: Desks, signed_in: SignIn
) -> None:
    case = walk(desks, OutgoingState.ISSUED)
    leader = signed_in("chutich")

    answer = leader.open(f"/van-ban-di/{case.id}/ky-so")

    assert answer.location == f"/van-ban-di/{case.id}"


def test_the_leader_reads_who_checked_before_the_pages(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_SIGNATURE)
    leader = signed_in("phochutich")

    leader.open(f"/van-ban-di/{case.id}/ky-so")

    before = leader.page.split("/trang/1.png", maxsplit=1)[0]
    for words in ("Nguyễn Thị Mai Anh", "Đã duyệt nội dung", "Võ Thanh Tùng", "Hồ Thị Xuân Đào"):
        assert words in before


def test_the_clerk_is_shown_number_day_agency_and_seal_before_they_are_written(
    desks: Desks, signed_in: SignIn
) -> None:
    case = walk(desks, OutgoingState.AWAITING_NUMBER)
    clerk = signed_in("vanthu")

    clerk.open(f"/van-ban-di/{case.id}/cap-so")

    card = clerk.page.split('class="facts facts-large"')[1].split("</dl>", maxsplit=1)[0]
    for words in ("/QĐ-UBND", "Ủy ban nhân dân thành phố Cần Thơ", "Sở Tài chính"):
        assert words in card
    assert case.row.code_number is None


def test_one_press_numbers_and_seals(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_NUMBER)
    clerk = signed_in("vanthu")
    clerk.open(f"/van-ban-di/{case.id}/cap-so")
    shown = clerk.page.split('name="shown" value="')[1].split('"', maxsplit=1)[0]

    clerk.send(f"/van-ban-di/{case.id}/cap-so", shown=shown)

    desks.work_off()
    assert case.state is OutgoingState.AWAITING_ISSUE
    assert case.row.code_number


def test_a_second_press_takes_no_second_number(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_NUMBER)
    clerk = signed_in("vanthu")
    clerk.open(f"/van-ban-di/{case.id}/cap-so")
    shown = clerk.page.split('name="shown" value="')[1].split('"', maxsplit=1)[0]
    token = clerk.page
    clerk.send(f"/van-ban-di/{case.id}/cap-so", shown=shown)
    number = case.row.code_number
    clerk.page = token

    answer = clerk.send(f"/van-ban-di/{case.id}/cap-so", shown=shown)

    assert answer.status_code == 409
    assert case.row.code_number == number


def test_the_clerk_returns_what_may_not_be_sealed(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_NUMBER)
    clerk = signed_in("vanthu")
    clerk.open(f"/van-ban-di/{case.id}/cap-so")

    answer = clerk.send(
        f"/van-ban-di/{case.id}/chuyen-lai", reason="Thiếu tên cơ quan nhận ở Nơi nhận."
    )

    assert answer.location == "/"
    assert case.state is OutgoingState.DRAFT


def test_the_clerk_sees_the_receivers_and_issues(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_ISSUE, to=("stc", "snv"))
    clerk = signed_in("vanthu")
    clerk.open(f"/van-ban-di/{case.id}/phat-hanh")
    assert "Sở Tài chính" in clerk.page
    assert "Sở Nội vụ" in clerk.page

    clerk.send(f"/van-ban-di/{case.id}/phat-hanh")

    desks.work_off()
    assert case.state is OutgoingState.ISSUED
    assert set(case.delivered().values()) == {DeliveryState.SENT}


def test_the_register_has_the_line_of_the_number(desks: Desks, signed_in: SignIn) -> None:
    case = walk(desks, OutgoingState.AWAITING_ISSUE)
    clerk = signed_in("vanthu")

    clerk.open("/so-van-ban-di")

    line = clerk.page.split(str(case.id))[1].split("</tr>", maxsplit=1)[0]
    assert f"{case.row.code_number:02d}/QĐ-UBND" in line
    assert "Trần Thị Ngọc Hạnh" in line
