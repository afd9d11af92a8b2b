"""Numbers on the real database: consecutive, none twice, none lost, in order of date (Đ15.1)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from kernel.clock import local_day
from kernel.database import engine_at, sessions_of
from kernel.errors import DomainError, Refused, Unavailable
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from workflow import registers
from workflow.models import RegisterEntry, Series
from workflow.models.registers import SeriesDirection
from workflow.office import Office
from workflow.outgoing import sealing
from workflow.registers import Given
from workflow.states import OutgoingState

TODAY = date(2026, 11, 23)


class Torn(Exception):
    """The act broke off after it had taken its number."""


def a_series(desks: Desks, starts_at: int = 1) -> UUID:
    """A number series that no document uses."""
    series = Series(
        id=uuid4(),
        agency_id=desks.agency("stc"),
        slug=uuid4().hex,
        direction=SeriesDirection.OUTGOING,
        name="Sổ thử",
        types=[],
        starts_at=starts_at,
    )
    with desks.office.act() as session:
        session.add(series)
    return series.id


def give(desks: Desks, series_id: UUID, day: date = TODAY, *, torn: bool = False) -> Given:
    """Take a number and enter it, in one act."""
    with desks.office.act() as session:
        series = session.get_one(Series, series_id)
        given = registers.take(session, series, day)
        registers.enter(session, series, given, by=desks.person("stc.vanthu"), at=desks.clock())
        if torn:
            raise Torn
        return given


def entered(desks: Desks, series_id: UUID) -> list[int]:
    with desks.office.sessions() as session:
        query = select(RegisterEntry.number).where(RegisterEntry.series_id == series_id)
        return sorted(session.scalars(query))


def test_fifty_numbers_asked_for_at_once_are_fifty_consecutive_numbers(shared_desks: Desks):
    """Ten more acts break off after they took theirs; nobody notices."""
    series_id, starting = a_series(shared_desks), Barrier(60)

    def ask(turn: int) -> int | None:
        starting.wait()
        try:
            return give(shared_desks, series_id, torn=turn % 6 == 0).number
        except Torn:
            return None

    with ThreadPoolExecutor(60) as clerks:
        answers = list(clerks.map(ask, range(60)))

    assert sorted(answer for answer in answers if answer is not None) == list(range(1, 51))
    assert entered(shared_desks, series_id) == list(range(1, 51))


def test_the_same_number_cannot_be_entered_twice_even_past_the_lock(shared_desks: Desks):
    series_id = a_series(shared_desks)
    given = give(shared_desks, series_id)

    with pytest.raises(IntegrityError), shared_desks.office.act() as session:
        registers.enter(
            session,
            session.get_one(Series, series_id),
            given,
            by=shared_desks.person("stc.vanthu"),
            at=shared_desks.clock(),
        )

    assert entered(shared_desks, series_id) == [1]


def test_a_number_never_has_an_earlier_date_than_the_one_before(shared_desks: Desks):
    series_id = a_series(shared_desks)
    give(shared_desks, series_id, TODAY)

    with pytest.raises(Refused) as refusal:
        give(shared_desks, series_id, TODAY - timedelta(days=1))

    assert (refusal.value.code, refusal.value.facts) == (
        "register.date_before_last",
        {"last": "23/11/2026"},
    )
    assert give(shared_desks, series_id, TODAY) == Given(2, TODAY)


@pytest.mark.parametrize("starts_at", [1, 501])
def test_every_year_begins_again_where_the_series_begins(shared_desks: Desks, starts_at: int):
    series_id = a_series(shared_desks, starts_at)
    give(shared_desks, series_id, date(2026, 12, 30))

    last = give(shared_desks, series_id, date(2026, 12, 31))
    first = give(shared_desks, series_id, date(2027, 1, 1))

    assert (last.number, first.number) == (starts_at + 1, starts_at)


def series_of(session: Session, desks: Desks, agency: str, type_code: str = "") -> str:
    return registers.series_for(
        session, desks.agency(agency), SeriesDirection.OUTGOING, type_code
    ).slug


def test_a_type_has_its_own_series_where_the_head_decided_so(shared_desks: Desks):
    with shared_desks.office.sessions() as session:
        assert series_of(session, shared_desks, "ubnd", "QĐ") == "quyet-dinh"
        assert series_of(session, shared_desks, "ubnd", "CV") == "di"
        assert series_of(session, shared_desks, "vi-thanh", "QĐ") == "di"
        incoming = registers.series_for(
            session, shared_desks.agency("ubnd"), SeriesDirection.INCOMING, "QĐ"
        )
        assert incoming.slug == "den"


def test_an_agency_without_a_register_gives_no_number(shared_desks: Desks):
    with shared_desks.office.sessions() as session, pytest.raises(Refused) as refusal:
        registers.series_for(session, uuid4(), SeriesDirection.OUTGOING, "QĐ")

    assert refusal.value.code == "register.no_series"


def breaking_off(desks: Desks) -> Office:
    """The same office where every act breaks off at its very end."""
    sessions = sessions_of(engine_at(desks.settings.database_url, poolclass=NullPool))

    def break_off(_: Session) -> None:
        raise Unavailable("workflow.database_unavailable")

    event.listen(sessions, "before_commit", break_off)
    return replace(desks.office, sessions=sessions)


def at_clock(case: Case, now: datetime) -> Case:
    office = replace(case.desks.office, clock=lambda: now)
    return replace(case, desks=replace(case.desks, office=office))


def test_documents_numbered_at_once_have_consecutive_numbers_even_when_acts_fail(
    shared_desks: Desks,
):
    """Every page proposed the same number; acts that break off are tried again and get theirs."""
    cases = [walk(shared_desks, OutgoingState.AWAITING_NUMBER, to=[]) for _ in range(8)]
    starting, clerk = Barrier(8), shared_desks.person("vanthu")
    proposed = {sealing.propose(shared_desks.office, clerk, case.id).number for case in cases}
    broken = replace(shared_desks, office=breaking_off(shared_desks))

    def confirm(case: Case) -> None:
        starting.wait()
        if case in cases[:3]:
            with pytest.raises(DomainError):
                replace(case, desks=broken).number_and_seal()
        case.number_and_seal()

    with ThreadPoolExecutor(8) as clerks:
        list(clerks.map(confirm, cases))

    assert proposed == {1}
    assert sorted(case.row.code_number for case in cases) == list(range(1, 9))
    assert {case.state for case in cases} == {OutgoingState.SEALING}


def test_on_new_years_eve_the_year_is_that_of_vietnam(shared_desks: Desks):
    """Midnight in Cần Thơ is five in the afternoon in UTC."""
    last, first, moved_back = (
        walk(shared_desks, OutgoingState.AWAITING_NUMBER, "survey-letter", to=[]) for _ in range(3)
    )
    year = local_day(shared_desks.clock()).year
    midnight = datetime(year, 12, 31, 17, tzinfo=UTC)

    at_clock(last, midnight - timedelta(minutes=1)).number_and_seal()
    at_clock(first, midnight + timedelta(hours=24)).number_and_seal()

    assert (last.row.code_number, last.row.issued_date) == (1, date(year, 12, 31))
    assert (first.row.code_number, first.row.issued_date) == (1, date(year + 1, 1, 2))
    with pytest.raises(Refused) as refusal:
        at_clock(moved_back, midnight + timedelta(minutes=1)).number_and_seal()
    assert refusal.value.code == "register.date_before_last"
    assert moved_back.state is OutgoingState.AWAITING_NUMBER
    at_clock(moved_back, midnight + timedelta(hours=25)).number_and_seal()
    assert moved_back.row.code_number == 2
