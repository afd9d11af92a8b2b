"""Every state with every action: allowed is what the decree's own order allows, and nothing else.

The expectation is written by hand from Điều 10-24, not derived from the table under test.
"""

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

O, D = OutgoingState, OutgoingAction
OUTGOING_BY_DECREE = {
    # Đ10.2: the drafter drafts and submits; a draft may be laid aside.
    (O.DRAFT, D.SUBMIT): (O.RENDERING, Role.DRAFTER),
    (O.DRAFT, D.DISCARD): (O.DISCARDED, Role.DRAFTER),
    (O.RENDERING, D.FINISH_RENDERING): (O.CONTENT_REVIEW, Role.SYSTEM),
    (O.RENDERING, D.FAIL_RENDERING): (O.DRAFT, Role.SYSTEM),
    # Đ12.1: the head of the drafting unit answers for the content, first.
    (O.CONTENT_REVIEW, D.APPROVE_CONTENT): (O.FORM_REVIEW, Role.CONTENT_REVIEWER),
    (O.CONTENT_REVIEW, D.EDIT): (O.RENDERING, Role.CONTENT_REVIEWER),
    (O.CONTENT_REVIEW, D.RETURN): (O.DRAFT, Role.CONTENT_REVIEWER),
    (O.CONTENT_REVIEW, D.WITHDRAW): (O.DRAFT, Role.DRAFTER),
    # Đ12.2: then whoever is assigned answers for the form.
    (O.FORM_REVIEW, D.APPROVE_FORM): (O.AWAITING_SIGNATURE, Role.FORM_CHECKER),
    (O.FORM_REVIEW, D.EDIT): (O.RENDERING, Role.FORM_CHECKER),
    (O.FORM_REVIEW, D.RETURN): (O.DRAFT, Role.FORM_CHECKER),
    (O.FORM_REVIEW, D.WITHDRAW): (O.DRAFT, Role.DRAFTER),
    # Đ13: the competent person signs or gives it back.
    (O.AWAITING_SIGNATURE, D.SIGN): (O.SIGNING, Role.SIGNER),
    (O.AWAITING_SIGNATURE, D.RETURN): (O.DRAFT, Role.SIGNER),
    (O.AWAITING_SIGNATURE, D.WITHDRAW): (O.DRAFT, Role.DRAFTER),
    (O.SIGNING, D.FINISH_SIGNING): (O.AWAITING_NUMBER, Role.SYSTEM),
    (O.SIGNING, D.FAIL_SIGNING): (O.AWAITING_SIGNATURE, Role.SYSTEM),
    # Đ14, Đ15, Đ17.2: văn thư numbers and seals what is signed, or sends it back before.
    (O.AWAITING_NUMBER, D.NUMBER): (O.SEALING, Role.CLERK),
    (O.AWAITING_NUMBER, D.RETURN): (O.DRAFT, Role.CLERK),
    (O.SEALING, D.FINISH_SEALING): (O.AWAITING_ISSUE, Role.SYSTEM),
    (O.SEALING, D.FAIL_SEALING): (O.AWAITING_SEAL, Role.SYSTEM),
    (O.AWAITING_SEAL, D.SEAL): (O.SEALING, Role.CLERK),
    # Đ18: văn thư issues.
    (O.AWAITING_ISSUE, D.ISSUE): (O.SENDING, Role.CLERK),
    (O.SENDING, D.FINISH_SENDING): (O.ISSUED, Role.SYSTEM),
    (O.ISSUED, D.RESEND): (O.SENDING, Role.CLERK),
}

I, E = IncomingState, IncomingAction
INCOMING_BY_DECREE = {
    # Đ21.2: checked on arrival; then văn thư accepts and registers (Đ22) or returns it.
    (I.VERIFYING, E.FINISH_VERIFYING): (I.ARRIVED, Role.SYSTEM),
    (I.ARRIVED, E.ACCEPT): (I.REGISTERED, Role.CLERK),
    (I.ARRIVED, E.RETURN): (I.RETURNED, Role.CLERK),
    # Đ23.2: the leader directs, or only takes note.
    (I.REGISTERED, E.DIRECT): (I.DIRECTED, Role.LEADER),
    (I.REGISTERED, E.NOTE): (I.FINISHED, Role.LEADER),
    # Đ24: who leads the handling works and finishes.
    (I.DIRECTED, E.START): (I.IN_HAND, Role.HANDLER),
    (I.IN_HAND, E.FINISH): (I.FINISHED, Role.HANDLER),
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

    assert shown == (D.APPROVE_FORM, D.EDIT, D.RETURN, D.WITHDRAW)


def test_only_fire_assigns_a_state(pytestconfig: pytest.Config):
    folder = pytestconfig.rootpath / "workflow"

    assigning = [
        file.name
        for file in folder.glob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if ".state = row.target" in line or ".state = OutgoingState" in line
        or ".state = IncomingState" in line
    ]

    assert assigning == ["firing.py"]
