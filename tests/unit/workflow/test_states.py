"""Every state with every action: allowed is what the decree's own order allows, and nothing else.

The expectation is written by hand from Điều 10-24, not derived from the table under test.
"""

import re
from itertools import product

import pytest

from kernel.errors import Forbidden, MovedOn
from tests.office import Desks
from workflow import journal
from workflow.firing import allowed, fire
from workflow.models import Document, Incoming
from workflow.states import (
    INCOMING,
    OUTGOING,
    WORK,
    IncomingAction,
    IncomingState,
    OutgoingAction,
    OutgoingState,
    Role,
)

State, Act = OutgoingState, OutgoingAction
OUTGOING_BY_DECREE = {
    # Đ10.2: the drafter drafts and submits; a draft may be laid aside.
    (State.DRAFT, Act.SUBMIT): (State.RENDERING, Role.DRAFTER),
    (State.DRAFT, Act.DISCARD): (State.DISCARDED, Role.DRAFTER),
    (State.RENDERING, Act.FINISH_RENDERING): (State.CONTENT_REVIEW, Role.SYSTEM),
    (State.RENDERING, Act.FAIL_RENDERING): (State.DRAFT, Role.SYSTEM),
    # Đ12.1: the head of the drafting unit answers for the content, first.
    (State.CONTENT_REVIEW, Act.APPROVE_CONTENT): (State.FORM_REVIEW, Role.CONTENT_REVIEWER),
    (State.CONTENT_REVIEW, Act.EDIT): (State.RENDERING, Role.CONTENT_REVIEWER),
    (State.CONTENT_REVIEW, Act.RETURN): (State.DRAFT, Role.CONTENT_REVIEWER),
    (State.CONTENT_REVIEW, Act.WITHDRAW): (State.DRAFT, Role.DRAFTER),
    # Đ12.2: then whoever is assigned answers for the form.
    (State.FORM_REVIEW, Act.APPROVE_FORM): (State.AWAITING_SIGNATURE, Role.FORM_CHECKER),
    (State.FORM_REVIEW, Act.APPROVE_FORM_INITIALLED): (State.INITIALLING, Role.FORM_CHECKER),
    (State.INITIALLING, Act.FINISH_INITIALLING): (State.AWAITING_SIGNATURE, Role.SYSTEM),
    (State.INITIALLING, Act.FAIL_INITIALLING): (State.FORM_REVIEW, Role.SYSTEM),
    (State.FORM_REVIEW, Act.EDIT): (State.RENDERING, Role.FORM_CHECKER),
    (State.FORM_REVIEW, Act.RETURN): (State.DRAFT, Role.FORM_CHECKER),
    (State.FORM_REVIEW, Act.WITHDRAW): (State.DRAFT, Role.DRAFTER),
    # Đ11.1, Đ13: the competent person approves and signs, or gives it back.
    (State.AWAITING_SIGNATURE, Act.APPROVE): (State.APPROVED, Role.SIGNER),
    (State.APPROVED, Act.SIGN): (State.SIGNING, Role.SIGNER),
    (State.APPROVED, Act.RECONSIDER): (State.AWAITING_SIGNATURE, Role.SIGNER),
    (State.APPROVED, Act.RETURN): (State.DRAFT, Role.SIGNER),
    (State.AWAITING_SIGNATURE, Act.SIGN): (State.SIGNING, Role.SIGNER),
    (State.AWAITING_SIGNATURE, Act.RETURN): (State.DRAFT, Role.SIGNER),
    (State.AWAITING_SIGNATURE, Act.WITHDRAW): (State.DRAFT, Role.DRAFTER),
    (State.SIGNING, Act.FINISH_SIGNING): (State.AWAITING_NUMBER, Role.SYSTEM),
    (State.SIGNING, Act.FAIL_SIGNING): (State.APPROVED, Role.SYSTEM),
    # Đ14, Đ15, Đ17.2: văn thư numbers and seals what is signed, or sends it back before.
    (State.AWAITING_NUMBER, Act.NUMBER): (State.SEALING, Role.CLERK),
    (State.AWAITING_NUMBER, Act.NUMBER_ONLY): (State.AWAITING_SEAL, Role.CLERK),
    (State.AWAITING_NUMBER, Act.RETURN): (State.DRAFT, Role.CLERK),
    (State.SEALING, Act.FINISH_SEALING): (State.AWAITING_ISSUE, Role.SYSTEM),
    (State.SEALING, Act.FAIL_SEALING): (State.AWAITING_SEAL, Role.SYSTEM),
    (State.AWAITING_SEAL, Act.SEAL): (State.SEALING, Role.CLERK),
    # Đ18: văn thư issues.
    (State.AWAITING_ISSUE, Act.ISSUE): (State.SENDING, Role.CLERK),
    (State.SENDING, Act.FINISH_SENDING): (State.ISSUED, Role.SYSTEM),
    (State.ISSUED, Act.RESEND): (State.SENDING, Role.CLERK),
}

Arrived, Deed = IncomingState, IncomingAction
INCOMING_BY_DECREE = {
    # Đ21.2: checked on arrival; then văn thư accepts and registers (Đ22) or returns it.
    (Arrived.VERIFYING, Deed.FINISH_VERIFYING): (Arrived.ARRIVED, Role.SYSTEM),
    (Arrived.ARRIVED, Deed.ACCEPT): (Arrived.REGISTERED, Role.CLERK),
    (Arrived.ARRIVED, Deed.RETURN): (Arrived.RETURNED, Role.CLERK),
    # Đ23.2: the leader directs, or only takes note.
    (Arrived.REGISTERED, Deed.DIRECT): (Arrived.DIRECTED, Role.LEADER),
    (Arrived.REGISTERED, Deed.NOTE): (Arrived.FINISHED, Role.LEADER),
    # Đ24: who leads the handling works and finishes.
    (Arrived.DIRECTED, Deed.START): (Arrived.IN_HAND, Role.HANDLER),
    (Arrived.IN_HAND, Deed.FINISH): (Arrived.FINISHED, Role.HANDLER),
}


def outgoing_at(desks: Desks, state: OutgoingState) -> Document:
    document_id = desks.a_draft()
    with desks.office.act() as session:
        session.get_one(Document, document_id).state = state
    return desks.document(document_id)


@pytest.fixture(scope="module")
def draft(shared_desks: Desks) -> Document:
    return outgoing_at(shared_desks, OutgoingState.DRAFT)


@pytest.mark.parametrize(("state", "action"), list(product(OutgoingState, OutgoingAction)))
def test_an_outgoing_document_moves_only_as_the_decree_says(
    shared_desks: Desks, draft: Document, state: OutgoingState, action: OutgoingAction
):
    expected = OUTGOING_BY_DECREE.get((state, action))
    with shared_desks.office.sessions() as session:
        document = session.get_one(Document, draft.id)
        document.state = state

        if expected is None:
            with pytest.raises(MovedOn):
                act(shared_desks, session, document, action, frozenset(Role))
            assert document.state is state
        else:
            target, role = expected
            with pytest.raises(Forbidden):
                act(shared_desks, session, document, action, frozenset(Role) - {role})
            assert document.state is state
            act(shared_desks, session, document, action, frozenset({role}))
            assert document.state is target
        session.rollback()


@pytest.mark.parametrize(("state", "action"), list(product(IncomingState, IncomingAction)))
def test_an_incoming_document_moves_only_as_the_decree_says(
    shared_desks: Desks, draft: Document, state: IncomingState, action: IncomingAction
):
    expected = INCOMING_BY_DECREE.get((state, action))
    with shared_desks.office.sessions() as session:
        incoming = Incoming(id=draft.id, agency_id=draft.agency_id, state=state)

        if expected is None:
            with pytest.raises(MovedOn):
                act(shared_desks, session, incoming, action, frozenset(Role))
            assert incoming.state is state
        else:
            target, role = expected
            with pytest.raises(Forbidden):
                act(shared_desks, session, incoming, action, frozenset(Role) - {role})
            act(shared_desks, session, incoming, action, frozenset({role}))
            assert incoming.state is target
        session.rollback()


def act(desks, session, subject, action, roles):
    fire(
        session,
        subject,
        action,
        actor=journal.SYSTEM,
        roles=roles,
        at=desks.office.clock(),
    )


def test_every_state_whose_name_ends_in_ing_waits_for_a_worker_and_no_other():
    states = [*OutgoingState, *IncomingState]

    assert {state for state in states if state.name.endswith("ING")} == set(WORK)


def test_the_machine_never_acts_for_a_person_nor_a_person_for_the_machine():
    rows = [*OUTGOING, *INCOMING]

    for row in rows:
        assert (row.role is Role.SYSTEM) == (row.source in WORK)


def test_the_buttons_of_a_page_are_the_rows_of_the_table(draft: Document):
    draft.state = OutgoingState.FORM_REVIEW

    shown = allowed(draft, frozenset({Role.FORM_CHECKER, Role.DRAFTER}))

    assert shown == (
        *(Act.APPROVE_FORM, Act.APPROVE_FORM_INITIALLED),
        *(Act.EDIT, Act.RETURN, Act.WITHDRAW),
    )


def test_only_fire_assigns_a_state(pytestconfig: pytest.Config):
    packages = ("workflow", "web", "worker", "signer", "wiring", "console")
    assignment = re.compile(r"\.state\b[^=\n]* = (\w+)")

    assigning = {
        (file.name, value)
        for package in packages
        for file in (pytestconfig.rootpath / package).rglob("*.py")
        for value in assignment.findall(file.read_text("utf-8"))
        if value not in {"DeliveryState", "PacketState"}
    }

    assert assigning == {("firing.py", "row")}
