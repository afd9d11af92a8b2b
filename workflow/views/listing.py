"""Lists: what waits for a person, what they wait for, and all that they may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kernel.text import fold
from workflow import authority
from workflow.firing import allowed
from workflow.models import Document, Incoming, RegisterEntry, Series
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection
from workflow.said import plain
from workflow.states import IncomingState, OutgoingAction, OutgoingState, Role
from workflow.views.readable import (
    Reader,
    may_read_arrivals,
    may_read_documents,
    may_wait_for,
    takes_part,
)

Case = TypeVar("Case", Document, Incoming)

PAGE = 50
"""Rows of one page of a list."""

_MOVING = tuple(
    state
    for state in OutgoingState
    if state not in {OutgoingState.DRAFT, OutgoingState.DISCARDED, OutgoingState.ISSUED}
)
_ACTS_THAT_WAIT = {
    OutgoingAction.APPROVE_CONTENT,
    OutgoingAction.APPROVE_FORM,
    OutgoingAction.SIGN,
    OutgoingAction.NUMBER,
    OutgoingAction.SEAL,
    OutgoingAction.ISSUE,
}
_ROW = (joinedload(Document.drafter), joinedload(Document.unit))
"""What every row of a list names."""

_LONGEST_NUMBER = 9
_URGENT_FIRST = {"express": 0, "very_urgent": 1, "urgent": 2, "normal": 3}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for."""

    words: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list."""

    rows: Sequence[Document | Incoming]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // PAGE))


def documents(session: Session, reader: Reader, wanted: Wanted) -> Found:
    """Give outgoing documents that the reader may see, latest first."""
    criteria = [may_read_documents(reader), *map(_has_word, fold(plain(wanted.words)).split())]
    if wanted.state:
        criteria.append(Document.state == OutgoingState(wanted.state))
    count = session.scalar(select(func.count()).select_from(Document).where(*criteria)) or 0
    rows = session.scalars(
        select(Document)
        .options(*_ROW)
        .where(*criteria)
        .order_by(Document.state_since.desc(), Document.id)
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    ).all()
    return Found(rows, count, wanted.page)


def arrivals(session: Session, reader: Reader, wanted: Wanted) -> Found:
    """Give incoming documents that the reader may see, latest first."""
    words = fold(plain(wanted.words)).split()
    criteria = [
        may_read_arrivals(reader),
        *(Incoming.search.contains(word, autoescape=True) for word in words),
    ]
    if wanted.state:
        criteria.append(Incoming.state == IncomingState(wanted.state))
    count = session.scalar(select(func.count()).select_from(Incoming).where(*criteria)) or 0
    rows = session.scalars(
        select(Incoming)
        .options(selectinload(Incoming.assignments))
        .where(*criteria)
        .order_by(Incoming.arrived_at.desc(), Incoming.id)
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    ).all()
    return Found(rows, count, wanted.page)


def my_drafts(session: Session, reader: Reader) -> Sequence[Document]:
    """Give the reader's own drafts, those sent back first."""
    return session.scalars(
        select(Document)
        .where(Document.drafter_id == reader.person_id, Document.state == OutgoingState.DRAFT)
        .order_by(Document.return_reason.is_(None), Document.state_since.desc())
    ).all()


def on_their_way(session: Session, reader: Reader) -> Sequence[Document]:
    """Give the reader's own documents that others or the machine have in hand."""
    return session.scalars(
        select(Document)
        .where(Document.drafter_id == reader.person_id, Document.state.in_(_MOVING))
        .order_by(Document.state_since)
    ).all()


def waiting_documents(session: Session, reader: Reader) -> list[Document]:
    """Give outgoing documents that wait for an act of the reader, the urgent and oldest first."""
    candidates = session.scalars(
        select(Document).options(*_ROW).where(may_wait_for(reader)).order_by(Document.state_since)
    )
    mine = [
        document
        for document in candidates
        if _ACTS_THAT_WAIT & {*allowed(document, _roles(session, document, reader))}
    ]
    return sorted(mine, key=lambda document: _URGENT_FIRST[document.urgency])


def waiting_arrivals(session: Session, reader: Reader) -> list[Incoming]:
    """Give incoming documents that wait for an act of the reader, the urgent and oldest first."""
    criteria = [
        and_(
            Incoming.state == IncomingState.ARRIVED,
            Incoming.agency_id.in_(reader.agencies(PostRole.CLERK)),
        ),
        and_(
            Incoming.state == IncomingState.REGISTERED,
            Incoming.agency_id.in_(reader.agencies(PostRole.LEADER)),
        ),
        and_(
            Incoming.state.in_([IncomingState.DIRECTED, IncomingState.IN_HAND]),
            takes_part(reader, lead=True),
        ),
    ]
    found = session.scalars(select(Incoming).where(or_(*criteria)).order_by(Incoming.arrived_at))
    return sorted(found, key=lambda incoming: _URGENT_FIRST[incoming.urgency])


def helping_with(session: Session, reader: Reader) -> Sequence[Incoming]:
    """Give incoming documents in hand that the reader helps with (phối hợp)."""
    return session.scalars(
        select(Incoming)
        .where(
            Incoming.state.in_([IncomingState.DIRECTED, IncomingState.IN_HAND]),
            takes_part(reader, lead=False),
        )
        .order_by(Incoming.arrived_at)
    ).all()


def outgoing_register(
    session: Session, reader: Reader, year: int
) -> Sequence[Row[RegisterEntry, Document]]:
    """Give the lines of sổ đăng ký văn bản đi of one year at the reader's offices, by number."""
    return session.execute(
        _lines(select(RegisterEntry, Document), reader, year).join(
            Document, Document.id == RegisterEntry.document_id
        )
    ).all()


def incoming_register(
    session: Session, reader: Reader, year: int
) -> Sequence[Row[RegisterEntry, Incoming]]:
    """Give the lines of sổ đăng ký văn bản đến of one year at the reader's offices, by number."""
    return session.execute(
        _lines(select(RegisterEntry, Incoming), reader, year).join(
            Incoming, Incoming.id == RegisterEntry.incoming_id
        )
    ).all()


def years(session: Session, reader: Reader, direction: SeriesDirection) -> Sequence[int]:
    """Give the years that have a register, latest first; always this one."""
    found = session.scalars(
        select(RegisterEntry.year)
        .join(RegisterEntry.series)
        .where(
            RegisterEntry.agency_id.in_(reader.agencies(PostRole.CLERK)),
            Series.direction == direction,
        )
        .distinct()
    )
    return sorted({reader.day.year, *found}, reverse=True)


def _lines(
    query: Select[RegisterEntry, Case], reader: Reader, year: int
) -> Select[RegisterEntry, Case]:
    return (
        query.join(Series, Series.id == RegisterEntry.series_id)
        .where(
            RegisterEntry.agency_id.in_(reader.agencies(PostRole.CLERK)),
            RegisterEntry.year == year,
        )
        .order_by(Series.name, RegisterEntry.number)
    )


def _has_word(word: str) -> ColumnElement[bool]:
    """Find a word in the text, or a number as people write it: ``15``, ``05``, ``15/QĐ-UBND``."""
    number, _, notation = word.partition("/")
    in_text = Document.search.contains(word, autoescape=True)
    if not number.isdecimal() or len(number) > _LONGEST_NUMBER:
        return in_text
    numbered = Document.code_number == int(number)
    return or_(in_text, and_(numbered, Document.search.contains(notation, autoescape=True)))


def _roles(session: Session, document: Document, reader: Reader) -> frozenset[Role]:
    return authority.standing_for_document(session, document, reader.person_id, reader.day).roles
