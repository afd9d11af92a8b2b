"""The four prepared drafts from the first word to the receiving agency's last status."""

import pytest

from kernel.errors import Refused
from signing.checking.verdict import Conclusion
from tests.office import Desks, code_of
from tests.unit.workflow.way import Case, walk
from workflow.models.outgoing import ArtifactKind
from workflow.states import DeliveryState, IncomingState, OutgoingState

RECEIVER = {
    "support-plan": "stc",
    "survey-letter": "vi-thanh",
    "electronic-documents-regulation": "snv",
    "support-report": "ubnd",
}

INITIALLED = ["approve_form_initialled", "finish_initialling"]
"""The department for ethnic and religious affairs wishes ký nháy on its pages."""


@pytest.fixture(scope="module")
def issued(shared_desks: Desks) -> Case:
    """A document that two agencies have received."""
    case = walk(shared_desks, OutgoingState.ISSUED, to=["stc", "snv"])
    shared_desks.work_off()
    return case


@pytest.mark.parametrize(("name", "receiver"), RECEIVER.items(), ids=RECEIVER)
def test_a_prepared_draft_is_issued_received_and_finished(
    shared_desks: Desks, name: str, receiver: str
):
    case = walk(shared_desks, OutgoingState.ISSUED, name, to=[receiver])
    shared_desks.work_off()

    arrival = case.arrived_at(receiver)
    assert arrival.state is IncomingState.ARRIVED
    for act in (arrival.accept, arrival.direct, arrival.start, arrival.finish):
        shared_desks.clock.pass_by(seconds=1)
        act()
        shared_desks.work_off()

    assert case.state is OutgoingState.ISSUED
    assert arrival.state is IncomingState.FINISHED
    assert case.statuses(code_of(receiver)) == ["01", "03", "04", "05", "06"]
    assert case.acts == [
        "begin",
        *("submit", "finish_rendering", "approve_content"),
        *(INITIALLED if name == "support-report" else ["approve_form"]),
        *("sign", "finish_signing", "number", "finish_sealing"),
        *("issue", "sent", "finish_sending"),
        *("status_01", "status_03", "status_04", "status_05", "status_06"),
    ]


def test_what_arrives_is_what_was_issued_and_both_signatures_hold(issued: Case):
    arrival = issued.arrived_at("stc")

    (sent,) = [a for a in issued.row.artifacts if a.kind is ArtifactKind.ISSUED]
    (received,) = arrival.row.files
    assert received.sha256 == sent.sha256
    assert arrival.row.verdict["conclusion"] == Conclusion.TOTAL_PASSED
    assert arrival.row.code_number == f"{issued.row.code_number:02d}"


def test_a_refusal_to_receive_comes_back_with_its_reason(issued: Case):
    desks, reason = issued.desks, "Văn bản không thuộc thẩm quyền giải quyết của Sở Nội vụ."

    issued.arrived_at("snv").send_back(reason)
    desks.work_off()

    assert issued.arrived_at("snv").state is IncomingState.RETURNED
    (delivery,) = [d for d in issued.row.deliveries if d.organ_id == code_of("snv")]
    refusal = delivery.statuses[-1]
    assert (refusal.status_code, refusal.description) == ("02", reason)


def test_what_is_only_for_information_is_closed_with_the_last_status(issued: Case):
    arrival = issued.arrived_at("stc")

    for act in (arrival.accept, arrival.note):
        issued.desks.clock.pass_by(seconds=1)
        act()
        issued.desks.work_off()

    assert arrival.state is IncomingState.FINISHED
    assert issued.statuses(code_of("stc")) == ["01", "03", "06"]


def test_a_document_without_receivers_is_issued_all_the_same(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.ISSUED, to=[])

    assert case.delivered() == {}


def test_nothing_is_left_to_send_again_when_everyone_was_reached(issued: Case):
    with pytest.raises(Refused) as refusal:
        issued.resend()

    assert refusal.value.code == "sending.nothing_to_resend"
    assert set(issued.delivered().values()) == {DeliveryState.SENT}
