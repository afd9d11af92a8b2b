"""The way that the demonstration, the measurement and the kill test walk."""

import pytest

from console import way
from console.demonstration import data
from kernel.errors import Refused
from tests.office import Desks
from workflow.models import Account, Document
from workflow.states import OutgoingState

PREPARED = data.draft("support-plan")


def test_the_next_act_is_that_of_whoever_the_document_waits_for(desks: Desks) -> None:
    document_id = way.begin(desks.office, PREPARED)
    way.address(desks.office, PREPARED, document_id)

    acted = []
    while desks.document(document_id).state is not OutgoingState.ISSUED:
        with desks.office.sessions() as session:
            turn = way.turn_of(desks.office, session, session.get_one(Document, document_id))
        assert turn is not None
        turn.act(desks.office)
        desks.work_off()
        acted.append((turn.action.value, turn.person.title))

    assert acted == [
        ("submit", "Chuyên viên"),
        ("approve_content", "Trưởng phòng"),
        ("approve_form", "Chuyên viên"),
        ("sign", "Phó Chủ tịch"),
        ("number", "Văn thư viên"),
        ("issue", "Văn thư viên"),
    ]


def test_nobody_submits_a_draft_whose_receivers_are_not_chosen_yet(desks: Desks) -> None:
    document_id = way.begin(desks.office, PREPARED)
    with desks.office.sessions() as session:
        before = list(way.turns(desks.office, session))
    way.address(desks.office, PREPARED, document_id, ["sdttg"])
    with desks.office.sessions() as session:
        after = list(way.turns(desks.office, session))

    assert before == []
    assert [turn.subject_id for turn in after] == [document_id]


def test_an_office_that_is_not_the_demonstration_province_is_left_alone(desks: Desks) -> None:
    with desks.office.sessions.begin() as session:
        account = session.query(Account).filter_by(username=PREPARED.drafter).one()
        account.username = "somebody.real"

    with pytest.raises(Refused) as told:
        way.begin(desks.office, PREPARED)

    assert told.value.code == "demo.not_the_province"
