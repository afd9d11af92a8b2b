"""Văn thư's desk: number, date and seal once, whatever dies in between."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from documents.words import date_text, number_text
from kernel.errors import Forbidden, MovedOn, NotFound, Refused, Unavailable
from kernel.objects import Artifacts
from signing.checking.validate import validate
from signing.making.fields import AGENCY_SEAL
from tests.office import Desks
from tests.unit.workflow.way import Case, onward, walk
from workflow import registers
from workflow.models import Authorisation, Certificate, RegisterEntry
from workflow.models.outgoing import ArtifactKind
from workflow.models.registers import SeriesDirection
from workflow.office import Desk
from workflow.outgoing import sealing, seals
from workflow.signatures.desk import KeyCabinet, SigningDesk
from workflow.states import OutgoingState


@pytest.fixture(scope="module")
def signed(shared_desks: Desks) -> Case:
    """A signed document that no test of this module numbers."""
    shared_desks.bells.clear()
    return walk(shared_desks, OutgoingState.AWAITING_NUMBER)


@pytest.fixture
def numbered(shared_desks: Desks) -> Case:
    """A document whose number is given and whose seal is not yet made."""
    return walk(shared_desks, OutgoingState.SEALING)


def refusal_of(act: Callable[..., object], *arguments: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    return refused.value.code


def next_number(desks: Desks, agency: str = "ubnd", type_code: str = "QĐ") -> int:
    with desks.office.sessions() as session:
        series = registers.series_for(
            session, desks.agency(agency), SeriesDirection.OUTGOING, type_code
        )
        return registers.expected(session, series, desks.clock().year)


def issued(case: Case) -> list[str]:
    return [a.sha256 for a in case.row.artifacts if a.kind is ArtifactKind.ISSUED]


def entered(case: Case) -> list[int]:
    with case.desks.office.sessions() as session:
        query = select(RegisterEntry.number).where(RegisterEntry.document_id == case.id)
        return list(session.scalars(query))


def test_the_page_proposes_what_the_act_then_writes_into_the_file(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.AWAITING_NUMBER)
    office = shared_desks.office
    proposal = sealing.propose(office, shared_desks.person("vanthu"), case.id)

    onward(case, OutgoingState.AWAITING_ISSUE)

    row, (sha256,) = case.row, issued(case)
    assert (row.code_number, row.issued_date) == (proposal.number, proposal.day)
    assert proposal.notation == row.code_notation == "QĐ-UBND"
    assert proposal.seal_holder == proposal.organ_name == "Ủy ban nhân dân thành phố Cần Thơ"
    assert entered(case) == [proposal.number]
    written = validate(office.artifacts.get(sha256), office.trust(), at=office.clock()).values
    assert written["CodeNumber"] == number_text(proposal.number)
    assert written["IssuedDate"] == date_text(proposal.day)
    assert row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"


@pytest.mark.parametrize(
    ("person", "error"),
    [
        ("snv.vanthu", NotFound),
        ("chuyenvien2", NotFound),
        ("phochutich", Forbidden),
        ("chuyenvien", Forbidden),
        ("kiemtra", Forbidden),
    ],
)
def test_only_the_agencys_clerical_office_numbers_and_seals(
    signed: Case, person: str, error: type[Exception]
):
    desks = signed.desks
    shown = sealing.propose(desks.office, desks.person("vanthu"), signed.id).signed

    with pytest.raises(error):
        sealing.number_and_seal(
            desks.office, desks.person(person), signed.id, signed.seen, shown=shown
        )

    assert (signed.state, entered(signed)) == (OutgoingState.AWAITING_NUMBER, [])


def test_bytes_other_than_those_checked_are_not_sealed(signed: Case):
    clerk = signed.desks.person("vanthu")

    refused = refusal_of(
        sealing.number_and_seal,
        signed.desks.office,
        clerk,
        signed.id,
        signed.seen,
        shown=signed.shown,
    )

    assert refused == "signing.bytes_differ"
    assert (signed.state, entered(signed)) == (OutgoingState.AWAITING_NUMBER, [])


def test_an_unsigned_document_is_not_numbered(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT)
    with shared_desks.office.act() as session:
        session.get_one(type(case.row), case.id).state = OutgoingState.AWAITING_NUMBER
    clerk = shared_desks.person("vanthu")

    assert (
        refusal_of(
            sealing.number_and_seal, shared_desks.office, clerk, case.id, case.seen, shown=""
        )
        == "workflow.moved_on"
    )
    assert entered(case) == []


def with_seal(desks: Desks, key: str) -> Desks:
    """The same office where another organ's key lies under the city's name, or none at all."""
    desk = desks.office.desk
    seals = dict(desk.cabinet.seals)
    del seals["seals/H13"]
    if key:
        seals["seals/H13"] = seals[f"seals/{key}"]
    cabinet = KeyCabinet(seals, desk.cabinet.openers)
    return replace(desks, office=replace(desks.office, desk=replace(desk, cabinet=cabinet)))


@pytest.mark.parametrize(
    ("key", "code"),
    [("H13.02", "signing.certificate_not_registered"), ("", "signing.no_seal_key")],
)
def test_the_seal_of_another_organ_is_refused_and_no_number_is_taken(
    signed: Case, key: str, code: str
):
    before, seen = next_number(signed.desks), signed.seen
    elsewhere = with_seal(signed.desks, key)
    clerk = signed.desks.person("vanthu")
    shown = sealing.propose(signed.desks.office, clerk, signed.id).signed

    assert refusal_of(sealing.propose, elsewhere.office, clerk, signed.id) == code
    assert (
        refusal_of(sealing.number_and_seal, elsewhere.office, clerk, signed.id, seen, shown=shown)
        == code
    )

    assert next_number(signed.desks) == before
    assert (signed.state, signed.seen, entered(signed)) == (OutgoingState.AWAITING_NUMBER, seen, [])


def test_a_clock_before_the_signing_day_gives_no_number(signed: Case):
    before = next_number(signed.desks)
    yesterday = replace(signed.desks.clock)
    yesterday.pass_by(days=-1)
    earlier = replace(
        signed, desks=replace(signed.desks, office=replace(signed.desks.office, clock=yesterday))
    )

    assert refusal_of(earlier.number_and_seal) == "register.date_before_signature"

    assert next_number(signed.desks) == before
    assert signed.state is OutgoingState.AWAITING_NUMBER


@dataclass(frozen=True)
class Dying:
    """A signing process that is killed at a certain point of its first signature."""

    real: Desk
    lives: list[str]

    def open(self, batch_id: UUID, secret: str) -> bytes:
        return self.real.open(batch_id, secret)

    def forget(self, batch_id: UUID) -> None:
        self.real.forget(batch_id)

    def seal_certificate(self, key: str) -> bytes:
        return self.real.seal_certificate(key)

    def apply(self, authorisation_id: UUID) -> str:
        result = self.real.apply(authorisation_id)
        if self.lives:
            self.lives.pop()
            raise Unavailable("signing.process_unavailable")
        return result


class StoredThenKilled(Artifacts):
    """A store that keeps the bytes, while the process that stored them dies."""

    def __init__(self, real: Artifacts) -> None:
        self.real, self.killed = real, False

    def get(self, sha256: str) -> bytes:
        return self.real.get(sha256)

    def put(self, data: bytes) -> str:
        sha256 = self.real.put(data)
        if not self.killed:
            self.killed = True
            raise Unavailable("store.unavailable")
        return sha256


def killed_before_it_answers(desk: SigningDesk) -> Desk:
    return Dying(desk, ["one"])


def killed_after_it_stored(desk: SigningDesk) -> Desk:
    return replace(desk, artifacts=StoredThenKilled(desk.artifacts))


@pytest.mark.parametrize("kill", [killed_before_it_answers, killed_after_it_stored])
def test_a_seal_killed_in_the_middle_completes_with_the_same_number(numbered: Case, kill):
    office = numbered.desks.office
    office = replace(office, desk=kill(office.desk))
    number, before = numbered.row.code_number, next_number(numbered.desks)

    with pytest.raises(Unavailable):
        sealing.finish(office, numbered.id)
    assert (numbered.state, issued(numbered)) == (OutgoingState.SEALING, [])
    sealing.finish(office, numbered.id)

    assert numbered.state is OutgoingState.AWAITING_ISSUE
    assert (numbered.row.code_number, entered(numbered)) == (number, [number])
    assert (len(issued(numbered)), next_number(numbered.desks)) == (1, before)


def test_a_worker_that_died_after_the_seal_was_made_takes_that_very_seal(numbered: Case):
    office = numbered.desks.office
    with office.sessions() as session:
        given = session.scalars(
            select(Authorisation).where(
                Authorisation.document_id == numbered.id, Authorisation.field == AGENCY_SEAL
            )
        ).one()
    made = office.desk.apply(given.id)

    sealing.finish(office, numbered.id)

    assert issued(numbered) == [made]


def test_a_worker_called_again_after_the_work_is_done_does_nothing(numbered: Case):
    numbered.desks.work_off()
    seen = numbered.seen

    sealing.finish(numbered.desks.office, numbered.id)

    assert numbered.seen == seen
    assert len(issued(numbered)) == 1


def test_a_seal_that_could_not_be_made_waits_for_the_clerk_and_keeps_its_number(numbered: Case):
    desks, number = numbered.desks, numbered.row.code_number
    broken = with_seal(desks, "")
    sealing.finish(broken.office, numbered.id)
    assert (numbered.state, numbered.row.trouble) == (
        OutgoingState.AWAITING_SEAL,
        "signing.no_seal_key",
    )

    desks.clock.pass_by(days=1)
    numbered.seal_again()
    desks.work_off()

    assert numbered.state is OutgoingState.AWAITING_ISSUE
    assert (numbered.row.code_number, entered(numbered)) == (number, [number])
    assert numbered.row.trouble is None


def test_nothing_can_be_numbered_twice(numbered: Case):
    clerk = numbered.desks.person("vanthu")
    shown = seals.signed_artifact(numbered.row).sha256

    with pytest.raises(MovedOn):
        sealing.number_and_seal(
            numbered.desks.office, clerk, numbered.id, numbered.seen, shown=shown
        )

    with numbered.desks.office.sessions() as session:
        query = select(func.count()).where(RegisterEntry.document_id == numbered.id)
        assert session.scalar(query) == 1


def test_a_leaders_signature_that_counts_no_more_is_not_sealed(numbered: Case):
    """The registration of the certificate was taken away after the number was given."""
    office, leader = numbered.desks.office, numbered.desks.person("phochutich")
    mine = update(Certificate).where(Certificate.person_id == leader)
    with office.act() as session:
        session.execute(mine.values(person_id=numbered.desks.person("chutich")))

    numbered.desks.work_off()

    with office.act() as session:
        moved = Certificate.subject == "Trần Thị Ngọc Hạnh"
        session.execute(update(Certificate).where(moved).values(person_id=leader))
    assert (numbered.state, numbered.row.trouble) == (
        OutgoingState.AWAITING_SEAL,
        "signing.leader_not_valid",
    )
    assert issued(numbered) == []
