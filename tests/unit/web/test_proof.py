"""The page says how far a proof has come and what is missing; its pieces can be seen and ended."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.clock import local
from kernel.words import sentence
from tests.authority import LocalAuthority
from tests.office import Desks
from tests.unit.web.conftest import Browser
from workflow.models import Evidence, Proof
from workflow.office import Lasting
from workflow.signatures import evidence, proving
from workflow.states import OutgoingState

SignIn = Callable[[str], Browser]


@pytest.fixture(scope="module")
def proven(shared_desks: Desks) -> UUID:
    """An issued document with its first time-stamp, waiting for word on its certificates."""
    desks = shared_desks
    document_id = desks.at(OutgoingState.ISSUED)
    authority = LocalAuthority(desks.settings.var / "pki", desks.office.trust(), desks.clock)
    office = replace(desks.office, lasting=Lasting(authority=authority))
    with office.sessions() as session:
        proof_id = session.scalars(select(Proof.id).where(Proof.document_id == document_id)).one()
    for _ in range(2):
        proving.prove(office, proof_id, lambda _seconds: None)
    return document_id


def proof_of(desks: Desks, document_id: UUID) -> Proof:
    with desks.office.sessions() as session:
        return session.scalars(select(Proof).where(Proof.document_id == document_id)).one()


def test_the_page_says_what_is_missing_and_when_it_is_tried_again(
    desks: Desks, signed_in: SignIn, proven: UUID
) -> None:
    page = signed_in("vanthu").open(f"/van-ban-di/{proven}").text

    again = proof_of(desks, proven).next_attempt_at
    assert again is not None
    assert sentence("web.proof_level.B-T") in page
    assert sentence("web.proof_lacks.B-T") in page
    assert sentence("proof.revocation_not_yet", name="Trần Thị Ngọc Hạnh") in page
    assert f"Hệ thống sẽ tự thử lại lúc {local(again):%H:%M, %d/%m/%Y}." in page


def test_the_proven_file_is_what_is_downloaded(
    desks: Desks, signed_in: SignIn, proven: UUID
) -> None:
    best = proof_of(desks, proven).sha256
    browser = signed_in("vanthu")

    assert f"SHA-256 {best}" in browser.open(f"/van-ban-di/{proven}").text
    answer = browser.open(f"/van-ban-di/{proven}/ban/{best}.pdf")
    assert answer.data == desks.office.artifacts.get(best)


def test_a_reader_sees_and_fetches_the_pieces_that_are_kept(
    desks: Desks, signed_in: SignIn, proven: UUID
) -> None:
    with desks.office.sessions() as session:
        pieces = evidence.of_document(session, proven)
    browser = signed_in("chuyenvien")

    page = browser.open(f"/van-ban-di/{proven}/bang-chung").text

    assert {"Chứng thư số", "Dấu thời gian"} <= {sentence(f"web.evidence.{p.kind}") for p in pieces}
    for piece in pieces:
        assert piece.name in page
        fetched = browser.open(f"/van-ban-di/{proven}/bang-chung/{piece.id}")
        assert fetched.data == desks.office.artifacts.get(piece.sha256)


def test_nobody_sees_the_pieces_of_a_document_they_may_not_see(
    signed_in: SignIn, proven: UUID
) -> None:
    answer = signed_in("stc.chuyenvien").open(f"/van-ban-di/{proven}/bang-chung")

    assert answer.status_code == 404


def test_an_administrator_ends_what_is_past_its_time_with_a_reason(
    desks: Desks, signed_in: SignIn, proven: UUID
) -> None:
    browser = signed_in("quantri")
    assert "Không có mục nào hết thời hạn lưu." in browser.open("/co-quan/bang-chung").text
    with desks.office.act() as session:
        piece = session.scalars(
            select(Evidence).where(Evidence.document_id == proven, Evidence.kind == "timestamp")
        ).first()
        assert piece is not None
        piece.keep_until = desks.clock().date()

    page = browser.open("/co-quan/bang-chung").text
    browser.send(f"/co-quan/bang-chung/{piece.id}/huy", reason="Hết thời hạn lưu")

    assert piece.name in page
    assert "Đã hủy." in browser.open("/co-quan/bang-chung").text
    gone = signed_in("vanthu").open(f"/van-ban-di/{proven}/bang-chung/{piece.id}")
    assert gone.status_code == 404


def test_others_than_administrators_end_nothing(signed_in: SignIn) -> None:
    assert signed_in("vanthu").open("/co-quan/bang-chung").status_code == 403
