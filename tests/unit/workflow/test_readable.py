"""The rights inside list queries say the same as the rights asked for one document."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from workflow import authority
from workflow.models import Account, Document, Incoming
from workflow.outgoing import reviewing
from workflow.states import OutgoingState
from workflow.views.readable import Reader, may_read_arrivals, may_read_documents


@pytest.fixture(scope="module")
def peopled(shared_desks: Desks) -> Desks:
    """Documents in every state, from several units, some edited, sent back or commented."""
    for state in OutgoingState:
        if state in {*STANDING}:
            walk(shared_desks, state)
    walk(shared_desks, OutgoingState.ISSUED, "survey-letter")
    walk(shared_desks, OutgoingState.FORM_REVIEW, "electronic-documents-regulation")
    walk(shared_desks, OutgoingState.ISSUED, "support-report", to=("ubnd", "snv"))
    edited = walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    edited.edit("truongphong", subject="Đã sửa")
    shared_desks.work_off()
    walk(shared_desks, OutgoingState.AWAITING_SIGNATURE).send_back(
        "phochutich", "Cần bổ sung số liệu của các phường."
    )
    commented(walk(shared_desks, OutgoingState.CONTENT_REVIEW))
    accepted = walk(shared_desks, OutgoingState.ISSUED).arrived_at("stc")
    accepted.accept()
    accepted.direct(helpers=["stc.truongphong"])
    return shared_desks


STANDING = (
    OutgoingState.DRAFT,
    OutgoingState.CONTENT_REVIEW,
    OutgoingState.FORM_REVIEW,
    OutgoingState.AWAITING_SIGNATURE,
    OutgoingState.AWAITING_NUMBER,
    OutgoingState.AWAITING_ISSUE,
    OutgoingState.ISSUED,
)


def commented(case: Case) -> None:
    reviewing.comment(
        case.desks.office, case.desks.person("truongphong"), case.id, "Xem lại số liệu."
    )


def readers(session: Session, desks: Desks) -> list[Reader]:
    day = desks.clock().date()
    return [
        Reader(person_id, tuple(authority.posts_of(session, person_id, day)), day)
        for person_id in session.scalars(select(Account.person_id))
    ]


def test_a_list_of_outgoing_documents_holds_exactly_what_each_person_may_open(
    peopled: Desks,
) -> None:
    with peopled.office.sessions() as session:
        everything = session.scalars(select(Document)).all()
        for reader in readers(session, peopled):
            listed = session.scalars(select(Document).where(may_read_documents(reader))).all()
            allowed = [
                document
                for document in everything
                if authority.may_read_document(session, document, reader.person_id, reader.day)
            ]
            assert {d.id for d in listed} == {d.id for d in allowed}, reader.posts[0].slug


def test_a_list_of_incoming_documents_holds_exactly_what_each_person_may_open(
    peopled: Desks,
) -> None:
    with peopled.office.sessions() as session:
        everything = session.scalars(select(Incoming)).all()
        assert len(everything) > 3
        for reader in readers(session, peopled):
            listed = session.scalars(select(Incoming).where(may_read_arrivals(reader))).all()
            allowed = [
                incoming
                for incoming in everything
                if authority.may_read_incoming(session, incoming, reader.person_id, reader.day)
            ]
            assert {i.id for i in listed} == {i.id for i in allowed}, reader.posts[0].slug
