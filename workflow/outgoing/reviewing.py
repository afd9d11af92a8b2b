"""The reviewers' desks: content (Đ12.1), form (Đ12.2), and whoever may send a document back.

A check is given on one version, under a name and a post. An edit makes a new version under the
editor's own name; that version starts again at the content's review, and its author gives no check.
"""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.rules import rules
from kernel.clock import local_day
from kernel.errors import MovedOn, Refused
from workflow import authority
from workflow.finding import document_for
from workflow.firing import fire
from workflow.journal import Actor
from workflow.models import Agency, Comment, Document, Review
from workflow.models.outgoing import ReviewKind
from workflow.office import Office
from workflow.outgoing.draft import Draft, require_complete
from workflow.outgoing.versions import make_version, put_draft
from workflow.said import said
from workflow.states import OutgoingAction, OutgoingState, Role

_DESKS = {
    OutgoingState.CONTENT_REVIEW: (Role.CONTENT_REVIEWER, ReviewKind.CONTENT),
    OutgoingState.FORM_REVIEW: (Role.FORM_CHECKER, ReviewKind.FORM),
    OutgoingState.AWAITING_SIGNATURE: (Role.SIGNER, ReviewKind.SIGNER),
    OutgoingState.APPROVED: (Role.SIGNER, ReviewKind.SIGNER),
    OutgoingState.AWAITING_NUMBER: (Role.CLERK, ReviewKind.CLERK),
}
"""Whose desk a document lies on, and which check is given there."""

_LEAST_REASON = 10
"""Letters a reason must have, so that the drafter learns something from it."""

_NO_MORE_WORDS = {OutgoingState.SENDING, OutgoingState.ISSUED, OutgoingState.DISCARDED}
"""Whose opinions are closed: the document is out, or laid aside."""


def approve_content(
    office: Office, person_id: UUID, document_id: UUID, seen: int, words: str = ""
) -> None:
    """Answer for the content (Đ12.1).

    Raises:
        Refused: Nobody is there who could check the form after this.
    """
    with office.act() as session:
        document = _approve(
            office, session, person_id, document_id, seen, OutgoingAction.APPROVE_CONTENT, words
        )
        if not authority.form_checkers(session, document, local_day(office.clock())):
            raise Refused("review.no_form_checker")


def approve_form(
    office: Office, person_id: UUID, document_id: UUID, seen: int, words: str = ""
) -> None:
    """Answer for form and layout (Đ12.2); some agencies want ký nháy on the page after it."""
    with office.act() as session:
        action = _form_approval(session, document_id)
        _approve(office, session, person_id, document_id, seen, action, words)


def send_back(office: Office, person_id: UUID, document_id: UUID, seen: int, reason: str) -> None:
    """Chuyển lại: give the document back to its drafter with a reason (Đ10.3).

    Raises:
        Refused: The reason says too little.
    """
    reason = said(reason)
    if len(reason) < _LEAST_REASON:
        raise Refused("review.reason_too_short", least=_LEAST_REASON)
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        role, kind = _desk(document)
        actor = standing.acting(role)
        _note(office, session, document, actor, kind, passed=False, words=reason)
        document.return_reason = reason
        fire(
            session,
            document,
            OutgoingAction.RETURN,
            actor=actor,
            roles=standing.roles,
            at=office.clock(),
            facts={"reason": reason},
        )


def edit(office: Office, person_id: UUID, document_id: UUID, seen: int, draft: Draft) -> None:
    """Change the draft as its reviewer: a new version under one's own name, checked anew."""
    require_complete(draft, rules())
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        role, _ = _desk(document)
        actor = standing.acting(role)
        put_draft(office, session, document, draft)
        version = make_version(office, session, document, draft, person_id)
        fire(
            session,
            document,
            OutgoingAction.EDIT,
            actor=actor,
            roles=standing.roles,
            at=office.clock(),
            facts={"version": version.ordinal},
        )


def comment(office: Office, person_id: UUID, document_id: UUID, words: str) -> None:
    """Write an opinion on the current version.

    Raises:
        Refused: There is nothing written.
    """
    words = said(words)
    if not words:
        raise Refused("review.comment_empty")
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id)
        if document.state in _NO_MORE_WORDS:
            raise MovedOn("workflow.moved_on")
        session.add(
            Comment(
                id=uuid4(),
                agency_id=document.agency_id,
                document_id=document.id,
                version_id=document.current_version_id,
                person_id=person_id,
                person_name=standing.name,
                post_title=next(iter(standing.titles.values()), ""),
                words=words,
                at=office.clock(),
            )
        )


def _approve(  # noqa: PLR0913, PLR0917 - the parts of one approval
    office: Office,
    session: Session,
    person_id: UUID,
    document_id: UUID,
    seen: int,
    action: OutgoingAction,
    words: str,
) -> Document:
    document, standing = document_for(office, session, document_id, person_id, seen)
    role, kind = _desk(document)
    actor = standing.acting(role)
    _note(office, session, document, actor, kind, passed=True, words=said(words))
    fire(session, document, action, actor=actor, roles=standing.roles, at=office.clock())
    session.flush()
    return document


def _form_approval(session: Session, document_id: UUID) -> OutgoingAction:
    wishes_initials = session.scalars(
        select(Agency.initials)
        .join(Document, Document.agency_id == Agency.id)
        .where(Document.id == document_id)
    ).first()
    if wishes_initials:
        return OutgoingAction.APPROVE_FORM_INITIALLED
    return OutgoingAction.APPROVE_FORM


def _desk(document: Document) -> tuple[Role, ReviewKind]:
    if document.state not in _DESKS:
        raise Refused("workflow.moved_on")
    return _DESKS[document.state]


def _note(  # noqa: PLR0913 - the columns of a check
    office: Office,
    session: Session,
    document: Document,
    actor: Actor,
    kind: ReviewKind,
    *,
    passed: bool,
    words: str,
) -> None:
    session.add(
        Review(
            id=uuid4(),
            agency_id=document.agency_id,
            document_id=document.id,
            version_id=document.current_version_id,
            kind=kind,
            passed=passed,
            person_id=actor.person_id,
            person_name=actor.name,
            post_title=actor.post_title,
            words=words,
            at=office.clock(),
        )
    )
