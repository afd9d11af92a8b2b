"""The drafter's desk: begin, write, attach, submit, take back (Đ10)."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents.files import inspect
from documents.rules import rules
from kernel.clock import local_day
from kernel.errors import Forbidden, MovedOn, NotFound, Refused
from workflow import authority, journal
from workflow.exchanging import directory
from workflow.finding import document_for
from workflow.firing import fire
from workflow.models import (
    Agency,
    Delivery,
    Document,
    Enclosure,
    Person,
    SubmissionPaper,
    Unit,
)
from workflow.models.organisation import PostRole
from workflow.office import Office
from workflow.outgoing.draft import Draft, read_draft, require_complete
from workflow.outgoing.versions import make_version, put_draft
from workflow.states import DeliveryState, OutgoingAction, OutgoingState, Role

AttachedFile = TypeVar("AttachedFile", Enclosure, SubmissionPaper)


def begin(
    office: Office,
    person_id: UUID,
    draft: Draft,
    *,
    copied_from: UUID | None = None,
    unit_id: UUID | None = None,
) -> UUID:
    """Open a new draft in the person's own unit and give its id.

    Raises:
        Forbidden: The person holds no post in a unit that drafts.
    """
    now = office.clock()
    with office.act() as session:
        unit, title = _drafting_unit(office, session, person_id, unit_id)
        if copied_from is not None:
            document_for(office, session, copied_from, person_id)
        document = Document(
            id=uuid4(),
            agency_id=unit.agency_id,
            state=OutgoingState.DRAFT,
            state_since=now,
            drafter_id=person_id,
            unit_id=unit.id,
            copied_from_id=copied_from,
            created_at=now,
        )
        put_draft(office, session, document, draft)
        session.add(document)
        session.flush()
        person = session.get_one(Person, person_id)
        journal.write(
            session,
            agency_id=unit.agency_id,
            at=now,
            actor=journal.Actor(person_id, person.full_name, title),
            action="begin",
            subject_kind="outgoing",
            subject_id=document.id,
            target=OutgoingState.DRAFT.value,
            facts={"copied_from": str(copied_from)} if copied_from else {},
        )
        return document.id


def copy(office: Office, person_id: UUID, document_id: UUID) -> UUID:
    """Begin a new draft from an earlier document: its words, not its number, files or checks."""
    with office.sessions() as session:
        document, _ = document_for(office, session, document_id, person_id)
        draft = read_draft(document.draft)
        today = local_day(office.clock())
        may_sign = {p.id for p in authority.signing_posts(session, document.agency_id, today)}
        if draft.signer_post_id not in may_sign:
            draft = draft.model_copy(update={"signer_post_id": None, "competence": ""})
    return begin(office, person_id, draft, copied_from=document_id)


def save(office: Office, person_id: UUID, document_id: UUID, seen: int, draft: Draft) -> int:
    """Keep what was typed and give the new count of the document.

    Raises:
        MovedOn: Another window or person saved meanwhile, or it is a draft no more.
    """
    with office.act() as session:
        document = _own_draft(office, session, document_id, person_id, seen)
        put_draft(office, session, document, draft)
        session.flush()
        return document.version


def set_deliveries(
    office: Office, person_id: UUID, document_id: UUID, organ_ids: Sequence[str]
) -> None:
    """Choose the receiving agencies; which line of Nơi nhận they belong to is another matter.

    Raises:
        Refused: A code belongs to no open agency.
    """
    day = local_day(office.clock())
    with office.act() as session:
        document = _own_draft(office, session, document_id, person_id)
        session.execute(delete(Delivery).where(Delivery.document_id == document.id))
        chosen: dict[str, Agency] = {}
        for code in organ_ids:
            agency = directory.by_code(session, code)
            if agency is None or not agency.open_on(day):
                raise Refused("draft.receiver_unknown", organ=code)
            chosen[directory.organ_id(agency)] = agency
        session.add_all(
            Delivery(
                agency_id=document.agency_id,
                document_id=document.id,
                organ_id=code,
                organ_name=agency.name,
                state=DeliveryState.PREPARED,
            )
            for code, agency in chosen.items()
        )


def attach(  # noqa: PLR0913 - who, to what, which list, and the file
    office: Office,
    person_id: UUID,
    document_id: UUID,
    kind: type[AttachedFile],
    *,
    name: str,
    data: bytes,
) -> UUID:
    """Attach a file: an ``Enclosure`` is issued with the document, a ``SubmissionPaper`` never.

    Raises:
        Refused: The file is not acceptable; the draft is as it was.
    """
    found = inspect(name, data, office.upload_limit)
    sha256 = office.artifacts.put(data)
    with office.act() as session:
        document = _own_draft(office, session, document_id, person_id)
        last, size = session.execute(
            select(func.max(kind.ordinal), func.sum(kind.size)).where(
                kind.document_id == document.id
            )
        ).one()
        if kind is Enclosure and (size or 0) + len(data) > office.upload_limit:
            limit = office.upload_limit >> 20
            raise Refused("draft.enclosures_too_large", limit=limit)
        row = kind(
            id=uuid4(),
            agency_id=document.agency_id,
            document_id=document.id,
            ordinal=(last or 0) + 1,
            name=found.safe_name,
            media_type=found.media_type,
            size=len(data),
            sha256=sha256,
            added_by_id=person_id,
            added_at=office.clock(),
        )
        session.add(row)
        return row.id


def detach(
    office: Office, person_id: UUID, document_id: UUID, kind: type[AttachedFile], file_id: UUID
) -> None:
    """Take a file off a draft.

    Raises:
        NotFound: The draft has no such file.
    """
    with office.act() as session:
        document = _own_draft(office, session, document_id, person_id)
        row = session.get(kind, file_id)
        if row is None or row.document_id != document.id:
            raise NotFound("workflow.no_such_file")
        session.delete(row)


def submit(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    """Submit the draft: a version is kept, and a worker typesets it (Đ10.2).

    Raises:
        Refused: Something is missing, or nobody could check or sign it.
    """
    now = office.clock()
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        actor = standing.acting(Role.DRAFTER)
        draft = read_draft(document.draft)
        require_complete(draft, rules())
        if not authority.signers(session, document, local_day(now)):
            raise Refused("draft.no_signer_in_post")
        version = make_version(office, session, document, draft, person_id)
        document.return_reason = None
        fire(
            session,
            document,
            OutgoingAction.SUBMIT,
            actor=actor,
            roles=standing.roles,
            at=now,
            facts={"version": version.ordinal},
        )


def withdraw(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    """Take one's own submission back while nobody has signed it."""
    _move_own(office, person_id, document_id, seen, OutgoingAction.WITHDRAW)


def discard(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    """Lay a draft aside for good; its journal stays."""
    _move_own(office, person_id, document_id, seen, OutgoingAction.DISCARD)


def _own_draft(
    office: Office, session: Session, document_id: UUID, person_id: UUID, seen: int | None = None
) -> Document:
    document, standing = document_for(office, session, document_id, person_id, seen, held=True)
    standing.acting(Role.DRAFTER)
    if document.state is not OutgoingState.DRAFT:
        raise MovedOn("workflow.moved_on")
    return document


def _move_own(
    office: Office, person_id: UUID, document_id: UUID, seen: int, action: OutgoingAction
) -> None:
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        fire(
            session,
            document,
            action,
            actor=standing.acting(Role.DRAFTER),
            roles=standing.roles,
            at=office.clock(),
        )


def _drafting_unit(
    office: Office, session: Session, person_id: UUID, unit_id: UUID | None
) -> tuple[Unit, str]:
    drafting = {PostRole.DRAFTER, PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY}
    for post in authority.posts_of(session, person_id, local_day(office.clock())):
        wanted = unit_id is None or post.unit_id == unit_id
        if post.unit is not None and post.role in drafting and wanted:
            return post.unit, post.title
    raise Forbidden("draft.no_drafting_post")
