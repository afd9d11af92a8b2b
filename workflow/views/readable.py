"""Who may see what, as a part of a query, so that a list is one question however long it gets.

It says the same as ``authority.may_read_document`` and ``may_read_incoming`` say of one document;
a test holds it to them.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from workflow.models import (
    Assignment,
    Comment,
    Document,
    DocumentVersion,
    Holding,
    Incoming,
    Post,
    Review,
)
from workflow.models.organisation import PostRole
from workflow.models.outgoing import ReviewKind
from workflow.states import IncomingState, OutgoingState

_HEADS = (PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY)
_LAID_ASIDE = (OutgoingState.DRAFT, OutgoingState.DISCARDED)
_BEFORE_SIGNER = (
    OutgoingState.RENDERING,
    OutgoingState.CONTENT_REVIEW,
    OutgoingState.FORM_REVIEW,
)
_AT_THE_CLERK = (
    OutgoingState.AWAITING_NUMBER,
    OutgoingState.AWAITING_SEAL,
    OutgoingState.AWAITING_ISSUE,
)
_SIGNED = (
    OutgoingState.AWAITING_NUMBER,
    OutgoingState.SEALING,
    OutgoingState.AWAITING_SEAL,
    OutgoingState.AWAITING_ISSUE,
    OutgoingState.SENDING,
    OutgoingState.ISSUED,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, with the posts of the day."""

    person_id: UUID
    posts: tuple[Post, ...]
    day: date

    def agencies(self, *roles: PostRole) -> set[UUID]:
        """Give the agencies where the reader holds a post (of one of these roles)."""
        return {p.agency_id for p in self.posts if not roles or p.role in roles}


def may_read_documents(reader: Reader) -> ColumnElement[bool]:
    """Give the outgoing documents that the reader may see."""
    person, posts = reader.person_id, {post.id for post in reader.posts}
    units = {(p.agency_id, p.unit_id) for p in reader.posts if p.role in _HEADS}
    state = Document.state
    acted = or_(
        exists().where(
            Review.document_id == Document.id,
            Review.person_id == person,
            Review.kind != ReviewKind.CLERK,
        ),
        exists().where(Comment.document_id == Document.id, Comment.person_id == person),
    )
    signs = and_(Document.signer_post_id.in_(posts), Document.drafter_id != person)
    by_post = or_(
        false(),
        *(and_(Document.agency_id == agency, Document.unit_id == unit) for agency, unit in units),
        and_(
            Document.agency_id.in_(reader.agencies(PostRole.FORM_CHECKER)),
            state != OutgoingState.CONTENT_REVIEW,
        ),
        and_(signs, state.not_in(_BEFORE_SIGNER)),
        and_(signs, ~_unit_has_reviewer(reader.day), Document.id.not_in(_edited_by(person))),
        and_(
            Document.agency_id.in_(reader.agencies(PostRole.CLERK)),
            state.in_(_SIGNED),
        ),
        and_(
            Document.agency_id.in_(reader.agencies(PostRole.LEADER)),
            state == OutgoingState.ISSUED,
        ),
    )
    return or_(Document.drafter_id == person, acted, and_(state.not_in(_LAID_ASIDE), by_post))


def _unit_has_reviewer(day: date) -> ColumnElement[bool]:
    """Tell whether a head or deputy of the unit may answer for the content (Đ12.1)."""
    version = aliased(DocumentVersion)
    author = (
        select(version.author_id)
        .where(version.id == Document.current_version_id)
        .correlate(Document)
        .scalar_subquery()
    )
    return (
        exists()
        .where(
            Post.id == Holding.post_id,
            Post.agency_id == Document.agency_id,
            Post.unit_id == Document.unit_id,
            Post.role.in_(_HEADS),
            Holding.valid_from <= day,
            or_(Holding.valid_to.is_(None), Holding.valid_to >= day),
            Holding.person_id != Document.drafter_id,
            or_(author.is_(None), Holding.person_id != author),
        )
        .correlate(Document)
    )


def _edited_by(person: UUID) -> Select[UUID]:
    return (
        select(Document.id)
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .where(DocumentVersion.author_id == person)
    )


def may_wait_for(reader: Reader) -> ColumnElement[bool]:
    """Give the outgoing documents that may wait for an act of the reader, as far as posts tell."""
    signs = Document.signer_post_id.in_({post.id for post in reader.posts})
    heads = {post.unit_id for post in reader.posts if post.role in _HEADS}
    return or_(
        and_(
            Document.state == OutgoingState.CONTENT_REVIEW,
            or_(Document.unit_id.in_(heads), signs),
        ),
        and_(
            Document.state == OutgoingState.FORM_REVIEW,
            Document.agency_id.in_(reader.agencies(PostRole.FORM_CHECKER)),
        ),
        and_(Document.state.in_([OutgoingState.AWAITING_SIGNATURE, OutgoingState.APPROVED]), signs),
        and_(
            Document.state.in_(_AT_THE_CLERK),
            Document.agency_id.in_(reader.agencies(PostRole.CLERK)),
        ),
    )


def may_read_arrivals(reader: Reader) -> ColumnElement[bool]:
    """Give the incoming documents that the reader may see."""
    return or_(
        Incoming.agency_id.in_(reader.agencies(PostRole.CLERK)),
        and_(
            Incoming.agency_id.in_(reader.agencies(PostRole.LEADER)),
            Incoming.state.not_in([IncomingState.VERIFYING, IncomingState.ARRIVED]),
        ),
        exists().where(
            Assignment.incoming_id == Incoming.id, Assignment.person_id == reader.person_id
        ),
    )


def takes_part(reader: Reader, *, lead: bool) -> ColumnElement[bool]:
    """Give the incoming documents that the reader handles, as lead or as helper."""
    return exists().where(
        Assignment.incoming_id == Incoming.id,
        Assignment.person_id == reader.person_id,
        Assignment.is_lead.is_(lead),
    )
