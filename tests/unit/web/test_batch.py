"""The leader's queue: decide, sign at one go, and come back to what came of it."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from console.demonstration.load import PASSPHRASE
from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from tests.unit.workflow.way import Case, walk
from workflow.models import Certificate, KeyKind, SigningKey
from workflow.signatures import key_register
from workflow.states import OutgoingState

SignIn = Callable[[str], Browser]
PLUGIN = "wss://127.0.0.1:8987"


@pytest.fixture
def case(desks: Desks) -> Case:
    return walk(desks, OutgoingState.AWAITING_SIGNATURE)


@pytest.fixture
def vgca(desks: Desks) -> UUID:
    """The leader's token behind VGCA Sign Service, for one test."""
    leader = desks.person("phochutich")
    with desks.office.act() as session:
        prints = select(Certificate.fingerprint).where(Certificate.person_id == leader)
        key = SigningKey(
            person_id=leader,
            kind=KeyKind.VGCA,
            label="Token của tôi",
            reference={"fingerprint": session.scalars(prints).first()},
            registered_at=desks.clock(),
        )
        session.add(key)
        session.flush()
        key_id = key.id
    yield key_id
    with desks.office.act() as session:
        session.get_one(SigningKey, key_id).withdrawn_at = desks.clock()


def ticked(case: Case) -> str:
    return f"{case.id}|{case.seen}|{case.shown}"


def test_what_was_approved_is_ticked_and_what_was_not_is_not(signed_in: SignIn, case: Case) -> None:
    leader = signed_in("phochutich")
    leader.open(f"/van-ban-di/{case.id}/ky-so")
    leader.open("/ky-so")
    assert f'value="{ticked(case)}">' in leader.page

    leader.open(f"/van-ban-di/{case.id}/ky-so")
    leader.send(f"/van-ban-di/{case.id}/duyet", shown=case.shown)
    leader.open("/ky-so")

    assert case.state is OutgoingState.APPROVED
    assert f'value="{ticked(case)}" checked>' in leader.page
    assert case.shown in leader.page


def test_bytes_that_were_not_shown_are_not_approved(signed_in: SignIn, case: Case) -> None:
    leader = signed_in("phochutich")
    leader.open(f"/van-ban-di/{case.id}/ky-so")

    answer = leader.send(f"/van-ban-di/{case.id}/duyet", shown="0" * 64)

    assert answer.status_code == 422
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_one_that_moved_on_is_told_and_the_other_is_signed(
    signed_in: SignIn, desks: Desks, case: Case
) -> None:
    other = walk(desks, OutgoingState.AWAITING_SIGNATURE)
    leader = signed_in("phochutich")
    leader.open("/ky-so")
    chosen = [ticked(case), ticked(other)]
    other.send_back("phochutich", "Cần bổ sung căn cứ ban hành.")

    answer = leader.send("/ky-so", document=chosen, secret=PASSPHRASE)

    desks.work_off()
    leader.open(answer.location)
    assert "Đã ký 1/2" in leader.page
    assert sentence("workflow.moved_on") in leader.page
    assert 'hx-trigger="every' not in leader.page
    assert (case.state, other.state) == (OutgoingState.AWAITING_NUMBER, OutgoingState.DRAFT)


def test_a_wrong_passphrase_signs_nothing_and_keeps_the_ticks(
    signed_in: SignIn, case: Case
) -> None:
    leader = signed_in("phochutich")
    leader.open("/ky-so")

    answer = leader.send("/ky-so", document=[ticked(case)], secret="mật khẩu sai")

    assert answer.status_code == 422
    assert sentence("signing.wrong_passphrase") in leader.page
    assert f'value="{ticked(case)}" checked>' in leader.page
    assert "mật khẩu sai" not in leader.page


@pytest.mark.parametrize("chosen", [[], ["x"], ["a|b|c"], ["|||"]])
def test_a_form_without_sense_signs_nothing(signed_in: SignIn, chosen: list[str]) -> None:
    leader = signed_in("phochutich")
    leader.open("/ky-so")

    assert leader.send("/ky-so", document=chosen, secret=PASSPHRASE).status_code == 422


def test_a_batch_is_its_own_leaders_to_see(signed_in: SignIn, desks: Desks, case: Case) -> None:
    leader, other = signed_in("phochutich"), signed_in("chutich")
    leader.open("/ky-so")
    batch = leader.send("/ky-so", document=[ticked(case)], secret=PASSPHRASE).location
    desks.work_off()

    other.open("/ky-so")

    assert other.open(batch).status_code == 404
    assert other.open(f"{batch}/ket-qua").status_code == 404
    other.open("/ky-so")
    assert other.send(f"{batch}/phieu").status_code == 404
    assert leader.open(batch).status_code == 200


def test_only_the_page_of_a_batch_with_vgca_may_speak_to_the_plugin(
    signed_in: SignIn, case: Case, vgca: UUID
) -> None:
    leader = signed_in("phochutich")
    elsewhere = leader.open("/ky-so").headers["Content-Security-Policy"]

    answer = leader.send("/ky-so", document=[ticked(case)], key=str(vgca))

    here = leader.open(answer.location).headers["Content-Security-Policy"]
    assert PLUGIN not in elsewhere
    assert f"connect-src 'self' {PLUGIN};" in here
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_a_page_that_gives_up_lets_the_document_wait(
    signed_in: SignIn, case: Case, vgca: UUID
) -> None:
    leader = signed_in("phochutich")
    leader.open("/ky-so")
    batch = leader.send("/ky-so", document=[ticked(case)], key=str(vgca)).location
    (order,) = leader.send(f"{batch}/phieu").get_json()["documents"]

    assert leader.send(f"{batch}/bo", why="anything").status_code == 422
    leader.open("/ky-so")
    assert leader.send(f"{batch}/bo", why="stopped", intent=order["intent"]).status_code == 204

    leader.open(batch)
    assert order["verb"] == "SignApproved"
    assert sentence("signing.stopped") in leader.page
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_a_token_is_proposed_by_its_leader_and_registered_by_the_administrator(
    signed_in: SignIn, desks: Desks
) -> None:
    leader, administrator = signed_in("phochutich"), signed_in("quantri")
    with desks.office.sessions() as session:
        query = select(Certificate.der).where(Certificate.person_id == desks.person("phochutich"))
        der = session.scalars(query).first() or b""
    leader.open("/khoa-ky")
    leader.send("/khoa-ky", label="Token mới", certificate=(BytesIO(der), "token.cer"))
    assert "chờ người quản trị đăng ký" in leader.open("/khoa-ky").text

    administrator.open("/khoa-ky/cho-dang-ky")
    assert "Trần Thị Ngọc Hạnh" in administrator.page
    with desks.office.sessions() as session:
        (key,) = key_register.proposed(session, desks.person("phochutich"), [])
    administrator.send(f"/khoa-ky/{key.id}/dang-ky")

    assert "Token mới" in leader.open("/ky-so").text
    leader.send(f"/khoa-ky/{key.id}/go")
    assert "Token mới" not in leader.open("/ky-so").text
    with desks.office.act() as session:
        session.execute(delete(SigningKey).where(SigningKey.id == key.id))
