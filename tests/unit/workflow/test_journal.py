"""The journal: every act leaves a line, and no line can be changed, dropped or forged unnoticed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, delete, func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from kernel import log
from kernel.errors import Refused
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from workflow import anchors, journal
from workflow.journal import Break
from workflow.models import JournalHead, JournalLine
from workflow.states import OutgoingState

Anchors = dict[UUID, list[tuple[int, str]]]


@pytest.fixture(scope="module")
def written(shared_desks: Desks, tmp_path_factory: pytest.TempPathFactory) -> Anchors:
    """A journal with many lines, whose heads were kept twice outside the database."""
    folder = tmp_path_factory.mktemp("mốc")
    walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    anchors.keep(shared_desks.office, folder)
    walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)
    anchors.keep(shared_desks.office, folder)
    return anchors.read(folder)


@pytest.fixture
def owner(shared_desks: Desks) -> Iterator[Session]:
    """The owner of the tables, who may change anything; all of it is undone after the test."""
    engine = create_engine(shared_desks.settings.owner_database_url, poolclass=NullPool)
    with Session(engine) as session:
        yield session
        session.rollback()


def lines_of(session: Session, agency_id: UUID) -> list[JournalLine]:
    query = select(JournalLine).where(JournalLine.agency_id == agency_id)
    return list(session.scalars(query.order_by(JournalLine.seq)))


def found(session: Session, kept: Anchors) -> set[str]:
    session.flush()
    session.expire_all()
    return {one.kind for one in journal.breaks(session, kept)}


def forge_from(session: Session, agency_id: UUID, seq: int) -> None:
    """Change one line and chain everything after it anew, head included."""
    lines = lines_of(session, agency_id)
    lines[seq - 1].actor_name = "Người khác"
    previous = lines[seq - 2].hash if seq > 1 else journal.GENESIS
    for line in lines[seq - 1 :]:
        line.previous = previous
        line.hash = previous = journal.digest(line)
    session.get_one(JournalHead, agency_id).hash = previous


def test_an_untouched_journal_holds(owner: Session, written: Anchors):
    assert list(journal.breaks(owner, written)) == []
    assert list(journal.breaks(owner, {})) == []


def test_a_changed_line_is_found(owner: Session, written: Anchors, shared_desks: Desks):
    city = shared_desks.agency("ubnd")
    line = lines_of(owner, city)[4]

    line.facts = {"reason": "khác"}
    owner.flush()

    assert list(journal.breaks(owner, written)) == [Break(city, 5, "changed")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", timedelta(seconds=1)),
        ("actor_name", "Người khác"),
        ("post_title", "Chủ tịch"),
        ("action", "approve_form"),
        ("subject_kind", "incoming"),
        ("subject_id", UUID(int=1)),
        ("actor_id", UUID(int=1)),
        ("source", "draft"),
        ("target", "issued"),
        ("request_id", "0"),
        ("hash", "0" * 64),
        ("previous", "0" * 64),
    ],
)
def test_whatever_is_changed_in_a_line_is_found(
    owner: Session, shared_desks: Desks, column: str, value: object
):
    city = shared_desks.agency("ubnd")
    line = lines_of(owner, city)[4]

    before = getattr(line, column)
    setattr(line, column, before + value if isinstance(value, timedelta) else value)

    assert "changed" in found(owner, {})


def test_a_line_taken_out_of_the_middle_is_found(
    owner: Session, written: Anchors, shared_desks: Desks
):
    city = shared_desks.agency("ubnd")

    owner.execute(delete(JournalLine).where(JournalLine.agency_id == city, JournalLine.seq == 5))

    assert "missing" in found(owner, written)
    assert "missing" in found(owner, {})


def test_a_tail_that_was_cut_off_is_found(owner: Session, written: Anchors, shared_desks: Desks):
    city = shared_desks.agency("ubnd")

    owner.execute(delete(JournalLine).where(JournalLine.agency_id == city, JournalLine.seq > 5))

    assert found(owner, {}) == {"head"}
    assert found(owner, written) == {"head", "anchor"}


def test_a_tail_cut_off_together_with_its_head_is_found_by_what_was_kept_outside(
    owner: Session, written: Anchors, shared_desks: Desks
):
    city = shared_desks.agency("ubnd")
    last = lines_of(owner, city)[4]

    owner.execute(delete(JournalLine).where(JournalLine.agency_id == city, JournalLine.seq > 5))
    head = update(JournalHead).where(JournalHead.agency_id == city)
    owner.execute(head.values(seq=5, hash=last.hash))

    assert found(owner, {}) == set()
    assert found(owner, written) == {"anchor"}


@pytest.mark.parametrize("seq", [1, 5])
def test_a_history_chained_anew_is_found_by_what_was_kept_outside(
    owner: Session, written: Anchors, shared_desks: Desks, seq: int
):
    forge_from(owner, shared_desks.agency("ubnd"), seq)

    assert found(owner, {}) == set()
    assert found(owner, written) == {"anchor"}


def test_a_journal_that_is_gone_altogether_is_found(
    owner: Session, written: Anchors, shared_desks: Desks
):
    city = shared_desks.agency("ubnd")

    owner.execute(delete(JournalLine).where(JournalLine.agency_id == city))
    owner.execute(delete(JournalHead).where(JournalHead.agency_id == city))

    assert found(owner, written) == {"anchor", "head"}


def test_lines_of_one_agency_do_not_stand_in_anothers_chain(owner: Session, shared_desks: Desks):
    city, other = shared_desks.agency("ubnd"), shared_desks.agency("skhcn")
    strange = lines_of(owner, city)[4]
    count = owner.scalar(select(func.count()).where(JournalLine.agency_id == other))

    owner.execute(
        update(JournalLine)
        .where(JournalLine.agency_id == city, JournalLine.seq == strange.seq)
        .values(agency_id=other, seq=count + 1)
    )

    assert found(owner, {}) == {"missing", "changed", "head"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_line SET action = 'x'",
        "DELETE FROM journal_line",
        "TRUNCATE journal_line",
        "TRUNCATE journal_line CASCADE",
        "ALTER TABLE journal_line DISABLE TRIGGER ALL",
        "DROP TABLE journal_line",
        "SET ROLE vanthu_owner",
        "UPDATE alembic_version SET version_num = '0'",
    ],
)
def test_the_application_may_add_lines_and_nothing_else(shared_desks: Desks, statement: str):
    with (
        shared_desks.office.sessions() as session,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        session.execute(text(statement))


def test_an_act_that_breaks_off_leaves_no_line(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    before = case.acts

    with pytest.raises(Refused):
        case.send_back("truongphong", "ngắn")

    assert case.acts == before


def test_a_line_tells_who_acted_in_which_post_on_what_and_when(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    log.begin_request("yeu-cau-17")

    case.send_back("truongphong", "Phần căn cứ chưa đầy đủ.")

    line = last_line(case)
    assert (line.actor_id, line.actor_name) == (shared_desks.person("truongphong"), "Võ Thanh Tùng")
    assert (line.post_title, line.action) == ("Trưởng phòng", "return")
    assert (line.source, line.target) == ("content_review", "draft")
    assert (line.at, line.request_id) == (shared_desks.clock(), "yeu-cau-17")
    assert line.facts == {"reason": "Phần căn cứ chưa đầy đủ."}


def last_line(case: Case) -> JournalLine:
    with case.desks.office.sessions() as session:
        query = select(JournalLine).where(JournalLine.subject_id == case.id)
        return session.scalars(query.order_by(JournalLine.seq.desc())).first()


def test_the_journal_holds_no_passphrase_and_no_text_of_the_document(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.AWAITING_ISSUE)

    with shared_desks.office.sessions() as session:
        query = select(JournalLine.facts).where(JournalLine.subject_id == case.id)
        told = str(session.scalars(query).all())
    assert "khoa-demo" not in told
    assert case.row.subject not in told


def test_heads_are_kept_only_when_they_moved(shared_desks: Desks, tmp_path: Path):
    kept = anchors.keep(shared_desks.office, tmp_path)
    walk(shared_desks, OutgoingState.DRAFT)

    moved: list[Callable[[], int]] = [lambda: anchors.keep(shared_desks.office, tmp_path)] * 2

    assert (kept > 1, [keep() for keep in moved]) == (True, [1, 0])
    marks = anchors.read(tmp_path)[shared_desks.agency("ubnd")]
    assert [seq for seq, _ in marks] == sorted({seq for seq, _ in marks})


def test_no_heads_were_kept_where_nothing_was(tmp_path: Path):
    assert anchors.read(tmp_path / "chưa có") == {}
