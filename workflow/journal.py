"""The journal: who did what to which document, chained by hash, one chain per agency.

A line is written in the transaction of the act it tells of, so there is no act without a line and
no line without its act. The application's role may only insert. The heads are copied outside the
database (``anchors``), so that a tail cut off or a chain forged anew is found as well.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.log import current_request
from workflow.models import JournalHead, JournalLine

GENESIS = "0" * 64
"""What the first line of a chain follows."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person in a post, or the system."""

    person_id: UUID | None
    name: str
    post_title: str


SYSTEM = Actor(person_id=None, name="", post_title="")


def digest(line: JournalLine) -> str:
    """Compute the hash that a line must have: SHA-256 over canonical JSON of all it tells."""
    told = {
        "agency_id": str(line.agency_id),
        "seq": line.seq,
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": str(line.actor_id) if line.actor_id else None,
        "actor_name": line.actor_name,
        "post_title": line.post_title,
        "action": line.action,
        "subject_kind": line.subject_kind,
        "subject_id": str(line.subject_id),
        "source": line.source,
        "target": line.target,
        "facts": line.facts,
        "request_id": line.request_id,
        "previous": line.previous,
    }
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def write(  # noqa: PLR0913 - a line simply has this many facts
    session: Session,
    *,
    agency_id: UUID,
    at: datetime,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    source: str = "",
    target: str = "",
    facts: dict[str, Any] | None = None,
) -> JournalLine:
    """Append one line to the agency's chain, in the caller's transaction."""
    session.execute(
        insert(JournalHead)
        .values(agency_id=agency_id, seq=0, hash=GENESIS)
        .on_conflict_do_nothing(index_elements=["agency_id"])
    )
    head = session.scalars(
        select(JournalHead)
        .where(JournalHead.agency_id == agency_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    line = JournalLine(
        agency_id=agency_id,
        seq=head.seq + 1,
        at=at,
        actor_id=actor.person_id,
        actor_name=actor.name,
        post_title=actor.post_title,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        source=source,
        target=target,
        facts=facts or {},
        request_id=current_request(),
        previous=head.hash,
    )
    line.hash = digest(line)
    session.add(line)
    head.seq, head.hash = line.seq, line.hash
    session.flush()
    return line


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the journal does not hold."""

    agency_id: UUID
    seq: int
    kind: str
    """``changed``, ``missing``, ``head`` or ``anchor``."""


def breaks(session: Session, anchors: dict[UUID, list[tuple[int, str]]]) -> Iterator[Break]:
    """Walk every chain and give each place where it is changed, cut, or unlike its anchors."""
    heads = {head.agency_id: head for head in session.scalars(select(JournalHead))}
    for agency_id in sorted(heads.keys() | anchors.keys(), key=str):
        yield from _breaks_of(session, agency_id, heads.get(agency_id), anchors.get(agency_id, []))


def _breaks_of(
    session: Session, agency_id: UUID, head: JournalHead | None, anchors: list[tuple[int, str]]
) -> Iterator[Break]:
    expected = dict(anchors)
    previous, last = GENESIS, 0
    lines = session.scalars(
        select(JournalLine)
        .where(JournalLine.agency_id == agency_id)
        .order_by(JournalLine.seq)
        .execution_options(yield_per=1000)
    )
    for line in lines:
        if line.seq != last + 1:
            yield Break(agency_id, last + 1, "missing")
        elif line.previous != previous or line.hash != digest(line):
            yield Break(agency_id, line.seq, "changed")
        if expected.pop(line.seq, line.hash) != line.hash:
            yield Break(agency_id, line.seq, "anchor")
        previous, last = line.hash, line.seq
    for seq in sorted(expected):
        yield Break(agency_id, seq, "anchor")
    if head is None or (head.seq, head.hash) != (last, previous):
        yield Break(agency_id, last, "head")


def heads(session: Session) -> list[tuple[UUID, int, str]]:
    """Give the head of every chain, to be kept outside the database."""
    rows = session.execute(select(JournalHead.agency_id, JournalHead.seq, JournalHead.hash))
    return [(agency_id, seq, value) for agency_id, seq, value in rows]
