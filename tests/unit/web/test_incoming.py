"""Văn bản đến: the verdict in plain words, and everyone's act in their turn."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from tests.unit.workflow.way import Arrival, Case, walk
from workflow.states import IncomingState, OutgoingState

SignIn = Callable[[str], Browser]


@pytest.fixture
def case(desks: Desks) -> Case:
    issued = walk(desks, OutgoingState.ISSUED)
    desks.work_off()
    return issued


@pytest.fixture
def arrival(case: Case) -> Arrival:
    """A decision that has come to Sở Tài chính."""
    return case.arrived_at("stc")


def test_the_clerk_reads_the_verdict_before_accepting(arrival: Arrival, signed_in: SignIn) -> None:
    clerk = signed_in("stc.vanthu")

    clerk.open(f"/van-ban-den/{arrival.id}")

    for words in (
        sentence("web.verdict.TOTAL_PASSED"),
        "Chữ ký số của người có thẩm quyền",
        "Trần Thị Ngọc Hạnh",
        "Chữ ký số của cơ quan",
        "Tiếp nhận, vào sổ",
    ):
        assert words in clerk.page


def test_the_document_goes_through_everybodys_hands(
    desks: Desks, case: Case, arrival: Arrival, signed_in: SignIn
) -> None:
    address = f"/van-ban-den/{arrival.id}"
    clerk, leader, handler = (
        signed_in(name) for name in ("stc.vanthu", "stc.giamdoc", "stc.chuyenvien")
    )

    clerk.open(address)
    clerk.send(f"{address}/tiep-nhan")
    leader.open(address)
    leader.send(
        f"{address}/chi-dao",
        lead=str(desks.person("stc.chuyenvien")),
        helpers=[str(desks.person("stc.truongphong"))],
        due=(desks.clock() + timedelta(days=9)).strftime("%d/%m/%Y"),
        words="Chủ trì tham mưu.",
    )
    handler.open(address)
    handler.send(f"{address}/bat-dau")
    handler.open(address)
    handler.send(f"{address}/hoan-thanh", result="Đã tham mưu văn bản trả lời.")

    assert arrival.state is IncomingState.FINISHED
    desks.work_off()
    sender = signed_in("chuyenvien")
    sender.open(f"/van-ban-di/{case.id}")
    for code in ("01", "03", "04", "05", "06"):
        assert sentence(f"web.status.{code}") in sender.page


def test_the_sender_reads_why_it_came_back(
    desks: Desks, case: Case, arrival: Arrival, signed_in: SignIn
) -> None:
    clerk = signed_in("stc.vanthu")
    clerk.open(f"/van-ban-den/{arrival.id}")

    clerk.send(f"/van-ban-den/{arrival.id}/tra-lai", reason="Văn bản gửi nhầm cơ quan nhận.")

    desks.work_off()
    sender = signed_in("vanthu")
    sender.open(f"/van-ban-di/{case.id}")
    assert "Từ chối tiếp nhận" in sender.page
    assert "Văn bản gửi nhầm cơ quan nhận." in sender.page


def test_a_direction_without_a_lead_keeps_its_words(arrival: Arrival, signed_in: SignIn) -> None:
    arrival.accept()
    leader = signed_in("stc.giamdoc")
    leader.open(f"/van-ban-den/{arrival.id}")

    answer = leader.send(f"/van-ban-den/{arrival.id}/chi-dao", lead="", words="Khẩn trương.")

    assert answer.status_code == 422
    assert sentence("web.lead_missing") in leader.page
    assert "Khẩn trương.</textarea>" in leader.page


@pytest.mark.parametrize("due", ["31/02/2027", "mai", "2027-13-01", "1/2"])
def test_a_day_that_is_none_is_asked_for_again(
    desks: Desks, arrival: Arrival, signed_in: SignIn, due: str
) -> None:
    arrival.accept()
    leader = signed_in("stc.giamdoc")
    leader.open(f"/van-ban-den/{arrival.id}")

    answer = leader.send(
        f"/van-ban-den/{arrival.id}/chi-dao", lead=str(desks.person("stc.chuyenvien")), due=due
    )

    assert answer.status_code == 422
    assert sentence("web.day_not_understood", day=due) in leader.page


def test_for_information_it_is_closed_at_once(arrival: Arrival, signed_in: SignIn) -> None:
    arrival.accept()
    leader = signed_in("stc.giamdoc")
    leader.open(f"/van-ban-den/{arrival.id}")

    leader.send(f"/van-ban-den/{arrival.id}/de-biet", words="")

    assert arrival.state is IncomingState.FINISHED


def test_the_leader_sees_nothing_before_the_clerk_has_accepted(
    arrival: Arrival, signed_in: SignIn
) -> None:
    leader = signed_in("stc.giamdoc")

    assert leader.open(f"/van-ban-den/{arrival.id}").status_code == 404


def test_files_are_saved_and_pages_are_shown(arrival: Arrival, signed_in: SignIn) -> None:
    clerk = signed_in("stc.vanthu")
    (file,) = [file for file in arrival.row.files if file.is_main]
    address = f"/van-ban-den/{arrival.id}/tep/{file.id}"

    saved = clerk.open(address)

    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert clerk.open(f"{address}/trang/1.png").data.startswith(b"\x89PNG")


def test_a_twin_is_told_before_it_is_accepted(
    desks: Desks, arrival: Arrival, signed_in: SignIn
) -> None:
    with desks.office.act() as session:
        incoming = session.merge(arrival.row)
        twin = type(incoming)(
            **{
                column.name: getattr(incoming, column.name)
                for column in incoming.__table__.columns
                if column.name not in {"id", "exchange_id", "version"}
            }
            | {"exchange_id": f"{incoming.exchange_id}-lại"}
        )
        session.add(twin)
    clerk = signed_in("stc.vanthu")

    clerk.open(f"/van-ban-den/{twin.id}")

    assert "Trùng số, ký hiệu và nơi gửi" in clerk.page
    assert f'href="/van-ban-den/{arrival.id}"' in clerk.page


def test_the_register_has_the_line_of_the_arrival_number(
    arrival: Arrival, signed_in: SignIn
) -> None:
    arrival.accept()
    clerk = signed_in("stc.vanthu")

    clerk.open("/so-van-ban-den")

    line = clerk.page.split(f'/van-ban-den/{arrival.id}"')[1].split("</tr>", maxsplit=1)[0]
    assert f">{arrival.row.arrival_number}<" in line
    assert "Ủy ban nhân dân thành phố Cần Thơ" in line
