"""The writing page: nothing typed is ever lost, and the page beside it is the real one."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from documents.content import Urgency
from kernel.words import sentence
from tests.office import Desks, code_of
from tests.unit.web.conftest import Browser
from workflow.outgoing import drafting, reviewing
from workflow.outgoing.draft import read_draft
from workflow.states import OutgoingState
from workflow.views import reading


@pytest.fixture
def clerk(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("chuyenvien")


def fields(desks: Desks, **changes: Any) -> dict[str, Any]:
    """What a clerk types, the way a browser sends it."""
    return {
        "subject": "Phân công trực cơ quan",
        "bases": "Căn cứ Luật Tổ chức chính quyền địa phương\r\n\r\n  Theo đề nghị của Phòng ",
        "body": "Điều 1. Phân công.\r\nĐiều 2. Hiệu lực.",
        "to_places": "Như Điều 2\r\nLưu: VT, VX",
        "signer": f"{desks.post('ubnd.pho-chu-tich-vx')}:TM.KT.",
        "urgency": "urgent",
        "circulation": "open",
        "with_contact": "1",
        "receivers": [code_of("stc"), code_of("snv")],
    } | changes


def opened(browser: Browser, document_id: UUID) -> str:
    address = f"/van-ban-di/{document_id}"
    browser.open(f"{address}/soan-thao")
    return address


def test_the_clerk_chooses_a_type_and_comes_to_a_page_with_the_lines_it_always_has(
    clerk: Browser,
) -> None:
    clerk.open("/van-ban-di/moi")

    answer = clerk.send("/van-ban-di", kind="CV|1.5")

    clerk.open(answer.location)
    assert "Như trên\nLưu: VT, VX" in clerk.page
    assert 'name="addressees"' in clerk.page


def test_a_type_that_does_not_exist_is_refused_with_a_sentence(clerk: Browser) -> None:
    clerk.open("/van-ban-di/moi")

    answer = clerk.send("/van-ban-di", kind="XX|1.5")

    assert answer.status_code == 404
    assert sentence("documents.type_unknown", type="XX") in clerk.page


def test_everything_that_was_typed_is_saved(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(f"{address}/soan-thao", then="save", **fields(desks))

    document = desks.document(document_id)
    draft = read_draft(document.draft)
    assert answer.status_code == 302
    assert draft.subject == "Phân công trực cơ quan"
    assert draft.bases == ("Căn cứ Luật Tổ chức chính quyền địa phương", "Theo đề nghị của Phòng")
    assert draft.body == "Điều 1. Phân công.\nĐiều 2. Hiệu lực."
    assert draft.to_places == ("Như Điều 2", "Lưu: VT, VX")
    assert (draft.competence, draft.urgency, draft.with_contact) == ("TM.KT.", Urgency.URGENT, True)
    assert {d.organ_id for d in document.deliveries} == {code_of("stc"), code_of("snv")}


def test_what_is_saved_stands_in_the_fields_again(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)
    clerk.send(f"{address}/soan-thao", then="save", **fields(desks, subject='Về "đất ở" <b>'))

    opened(clerk, document_id)

    assert "Về &#34;đất ở&#34; &lt;b&gt;" in clerk.page
    assert "<b>" not in clerk.page.split('name="subject"')[1].split("</textarea>")[0]


def test_autosave_gives_the_new_count_and_the_time(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(f"{address}/tu-luu", **fields(desks))

    assert answer.get_json()["seen"] == desks.seen(document_id)
    assert answer.get_json()["saved"].startswith("Đã lưu ")


def test_of_two_windows_the_slower_is_told_and_overwrites_nothing(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    first, second = signed_in("chuyenvien"), signed_in("chuyenvien")
    document_id = desks.a_draft()
    address = opened(first, document_id)
    opened(second, document_id)
    first.send(f"{address}/tu-luu", **fields(desks, subject="Của cửa sổ thứ nhất"))

    answer = second.client.post(
        f"{address}/tu-luu",
        data=fields(desks, subject="Của cửa sổ thứ hai")
        | {"seen": desks.seen(document_id) - 1, "csrf_token": token(second)},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 409
    assert answer.get_json()["title"] == sentence("workflow.moved_on")
    assert desks.document(document_id).subject == "Của cửa sổ thứ nhất"


def token(browser: Browser) -> str:
    return browser.page.split('name="csrf_token" value="')[1].split('"')[0]


def test_a_refused_submission_keeps_what_was_typed_and_saves_it(
    desks: Desks, clerk: Browser
) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(
        f"{address}/soan-thao", then="submit", **fields(desks, body="", subject="Chưa có nội dung")
    )

    assert answer.status_code == 422
    assert sentence("draft.body_missing") in clerk.page
    assert "Chưa có nội dung</textarea>" in clerk.page
    assert desks.document(document_id).subject == "Chưa có nội dung"
    assert desks.document(document_id).state is OutgoingState.DRAFT


def test_a_field_that_is_too_long_is_named_as_on_the_page(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(f"{address}/soan-thao", then="save", **fields(desks, subject="x" * 501))

    assert answer.status_code == 422
    assert sentence("draft.too_long", field="Trích yếu", limit=500) in clerk.page
    assert "x" * 501 in clerk.page


def test_the_draft_is_submitted_from_its_page(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(f"{address}/soan-thao", then="submit", **fields(desks))

    assert answer.location == address
    assert desks.document(document_id).state is OutgoingState.RENDERING


def test_files_go_to_the_list_they_were_put_on_and_the_text_is_saved_with_them(
    desks: Desks, clerk: Browser
) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    clerk.send(
        f"{address}/soan-thao",
        then="papers",
        papers=(io.BytesIO("Kính trình".encode()), "Tờ trình.txt"),
        enclosures=(io.BytesIO("Danh sách".encode()), "Danh sách.txt"),
        **fields(desks, subject="Có tệp"),
    )

    with desks.office.sessions() as session:
        document = desks.document(document_id)
        person = desks.person("chuyenvien")
        papers = reading.submission_papers(session, document, person, desks.clock().date())
        assert [file.name for file in papers] == ["Tờ trình.txt"]
        assert [f.name for f in reading.enclosures(session, document)] == ["Danh sách.txt"]
    assert desks.document(document_id).subject == "Có tệp"


def test_a_file_that_is_not_acceptable_is_refused_and_the_text_stays(
    desks: Desks, clerk: Browser
) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(
        f"{address}/soan-thao",
        then="enclosures",
        enclosures=(io.BytesIO(b"MZ\x90\x00"), "chạy.exe"),
        **fields(desks, subject="Vẫn còn đây"),
    )

    assert answer.status_code == 422
    assert "Vẫn còn đây</textarea>" in clerk.page
    assert "chạy.exe" in clerk.page


def test_a_file_is_taken_off_again(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)
    clerk.send(
        f"{address}/soan-thao",
        then="papers",
        papers=(io.BytesIO(b"x"), "Thừa.txt"),
        **fields(desks),
    )
    opened(clerk, document_id)
    button = clerk.page.split('value="detach:papers:')[1].split('"')[0]

    clerk.send(f"{address}/soan-thao", then=f"detach:papers:{button}", **fields(desks))

    opened(clerk, document_id)
    assert "Thừa.txt" not in clerk.page


def test_the_preview_is_the_picture_of_the_page_with_the_count_of_pages(
    desks: Desks, clerk: Browser
) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)
    long = "\r\n".join(f"Điều {n}. {'Nội dung dài. ' * 30}" for n in range(1, 12))

    answer = clerk.send(f"{address}/xem-truoc", page="9", **fields(desks, body=long))

    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["X-Page"] == answer.headers["X-Page-Count"]
    assert int(answer.headers["X-Page-Count"]) > 1
    assert desks.document(document_id).subject != "Phân công trực cơ quan"


def test_the_preview_shows_a_draft_that_has_hardly_begun(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)
    nothing = fields(desks, subject="", bases="", body="", to_places="", signer="")

    answer = clerk.send(f"{address}/xem-truoc", **nothing)

    assert answer.status_code == 200
    assert answer.headers["X-Page-Count"] == "1"


def test_what_the_decree_finds_wrong_is_told_beside_the_form(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)

    answer = clerk.send(f"{address}/kiem-tra", **fields(desks, subject="Kết thúc bằng dấu chấm."))

    assert answer.status_code == 200
    assert sentence("documents.check.subject_closed") in clerk.page


def test_a_draft_is_begun_from_an_earlier_document(desks: Desks, clerk: Browser) -> None:
    document_id = desks.a_draft()
    clerk.open(f"/van-ban-di/{document_id}")

    answer = clerk.send(f"/van-ban-di/{document_id}/tao-tu-van-ban-nay")

    clerk.open(answer.location)
    assert str(document_id) not in answer.location
    assert desks.document(document_id).subject in clerk.page


def test_a_reviewer_edits_under_their_own_name(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.CONTENT_REVIEW)
    head = signed_in("truongphong")
    address = opened(head, document_id)

    answer = head.send(f"{address}/sua", **fields(desks, subject="Trưởng phòng đã sửa"))

    assert answer.location == address
    assert desks.document(document_id).subject == "Trưởng phòng đã sửa"
    assert desks.document(document_id).state is OutgoingState.RENDERING


def test_who_may_not_write_is_shown_the_page_instead_of_the_form(
    desks: Desks, clerk: Browser
) -> None:
    document_id = desks.at(OutgoingState.CONTENT_REVIEW)

    answer = clerk.open(f"/van-ban-di/{document_id}/soan-thao")

    assert answer.location == f"/van-ban-di/{document_id}"
    assert clerk.send(f"/van-ban-di/{document_id}/xem-truoc", **fields(desks)).status_code == 404


def test_what_was_typed_stays_on_the_page_when_the_draft_is_a_draft_no_more(
    desks: Desks, clerk: Browser
) -> None:
    document_id = desks.a_draft()
    address = opened(clerk, document_id)
    person = desks.person("chuyenvien")
    drafting.submit(desks.office, person, document_id, desks.seen(document_id))

    answer = clerk.send(f"{address}/soan-thao", then="save", **fields(desks, subject="Muộn rồi"))

    assert answer.status_code == 409
    assert "Muộn rồi</textarea>" in clerk.page


def test_a_returned_draft_says_why_on_top_of_its_page(desks: Desks, clerk: Browser) -> None:
    document_id = desks.at(OutgoingState.CONTENT_REVIEW)
    reason = "Bổ sung căn cứ về kinh phí năm 2027."
    reviewing.send_back(
        desks.office, desks.person("truongphong"), document_id, desks.seen(document_id), reason
    )

    opened(clerk, document_id)

    assert reason in clerk.page
