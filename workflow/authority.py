"""Who may do what: posts give roles, and a role is always one *for this document*.

Nobody checks a draft or an edit of their own. Where the drafter heads the unit, its deputy answers
for the content, or the signer where there is no deputy (Đ12.1); the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kernel.errors import Forbidden, Refused
from workflow.journal import Actor
from workflow.models import (
    Assignment,
    Comment,
    Delegation,
    Document,
    DocumentVersion,
    Holding,
    Incoming,
    Person,
    Post,
    Review,
)
from workflow.models.organisation import PostRole
from workflow.models.outgoing import ReviewKind
from workflow.states import IncomingState, OutgoingState, Role

_BEFORE_SIGNER = {
    OutgoingState.DRAFT,
    OutgoingState.RENDERING,
    OutgoingState.CONTENT_REVIEW,
    OutgoingState.FORM_REVIEW,
    OutgoingState.INITIALLING,
    OutgoingState.DISCARDED,
}
_BEFORE_CLERK = _BEFORE_SIGNER | {
    OutgoingState.AWAITING_SIGNATURE,
    OutgoingState.APPROVED,
    OutgoingState.SIGNING,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is for one document: each role with the post that gives it."""

    person_id: UUID
    name: str
    titles: dict[Role, str]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles alone."""
        return frozenset(self.titles)

    def acting(self, role: Role) -> Actor:
        """Give the actor under the post of that role.

        Raises:
            Forbidden: The person does not have the role for this document.
        """
        if role not in self.titles:
            raise Forbidden("workflow.not_your_role")
        return Actor(self.person_id, self.name, self.titles[role])


def holdings_on(session: Session, day: date, *criteria: object) -> Sequence[Holding]:
    """Give the holdings in force on ``day`` that meet the criteria, people in name order."""
    return session.scalars(
        select(Holding)
        .join(Holding.post)
        .join(Holding.person)
        .where(
            Holding.valid_from <= day,
            or_(Holding.valid_to.is_(None), Holding.valid_to >= day),
            *criteria,  # type: ignore[arg-type] # SQL expressions on Holding, Post or Person
        )
        .order_by(Person.sort_key)
    ).all()


def posts_of(session: Session, person_id: UUID, day: date) -> list[Post]:
    """Give the posts a person holds on ``day``."""
    return [held.post for held in holdings_on(session, day, Holding.person_id == person_id)]


def content_reviewers(session: Session, document: Document, day: date) -> list[Holding]:
    """Give who may answer for the content of this document (Đ12.1)."""
    barred = _barred(session, document)
    unit = [Post.agency_id == document.agency_id, Post.unit_id == document.unit_id]
    for role in (PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY):
        found = [
            held
            for held in holdings_on(session, day, *unit, Post.role == role)
            if held.person_id not in barred
        ]
        if found:
            return found
    return [held for held in signers(session, document, day) if held.person_id not in barred]


def signers(session: Session, document: Document, day: date) -> list[Holding]:
    """Give who holds the post that signs; never the drafter."""
    if document.signer_post_id is None:
        return []
    held = holdings_on(session, day, Holding.post_id == document.signer_post_id)
    return [one for one in held if one.person_id != document.drafter_id]


def require_delegation(
    session: Session, agency_id: UUID, post: Post, competence: str, day: date
) -> None:
    """Refuse TL., TUQ. and posts of other agencies without an authorisation in force (Đ13.3, 13.4).

    Raises:
        Refused: There is none, or its time is over.
    """
    if post.agency_id == agency_id and not competence.startswith(("TL.", "TUQ.")):
        return
    found = session.scalars(
        select(Delegation.id).where(
            Delegation.post_id == post.id,
            Delegation.agency_id == agency_id,
            Delegation.competence == competence,
            Delegation.valid_from <= day,
            or_(Delegation.valid_to.is_(None), Delegation.valid_to >= day),
        )
    ).first()
    if found is None:
        raise Refused("draft.no_delegation", competence=competence or post.title, post=post.title)


def signing_posts(session: Session, agency_id: UUID, day: date) -> list[Post]:
    """Give the posts that may sign in the agency's name on ``day``, delegated ones last."""
    own = select(Post).where(Post.agency_id == agency_id, Post.role == PostRole.LEADER)
    lent = (
        select(Post)
        .join(Delegation, Delegation.post_id == Post.id)
        .where(
            Delegation.agency_id == agency_id,
            Post.agency_id != agency_id,
            Delegation.valid_from <= day,
            or_(Delegation.valid_to.is_(None), Delegation.valid_to >= day),
        )
        .distinct()
    )
    return [*session.scalars(own.order_by(Post.is_head.desc(), Post.slug)), *session.scalars(lent)]


def form_checkers(session: Session, document: Document, day: date) -> list[Holding]:
    """Give who may check the form: not the drafter, the editor, nor the content's reviewer."""
    barred = _barred(session, document) | _content_given_by(session, document)
    held = holdings_on(
        session,
        day,
        Post.agency_id == document.agency_id,
        Post.role == PostRole.FORM_CHECKER,
    )
    return [one for one in held if one.person_id not in barred]


def standing_for_document(
    session: Session, document: Document, person_id: UUID, day: date
) -> Standing:
    """Work out what a person is for an outgoing document."""
    person = session.get_one(Person, person_id)
    posts = [p for p in posts_of(session, person_id, day) if p.agency_id == document.agency_id]
    titles: dict[Role, str] = {}
    if person_id == document.drafter_id and posts:
        titles[Role.DRAFTER] = posts[0].title
    for role, holders in (
        (Role.CONTENT_REVIEWER, content_reviewers),
        (Role.FORM_CHECKER, form_checkers),
        (Role.SIGNER, signers),
    ):
        mine = [h for h in holders(session, document, day) if h.person_id == person_id]
        if mine:
            titles[role] = mine[0].post.title
    clerk = next((p.title for p in posts if p.role is PostRole.CLERK), None)
    if clerk is not None:
        titles[Role.CLERK] = clerk
    return Standing(person_id, person.full_name, titles)


def standing_for_incoming(
    session: Session, incoming: Incoming, person_id: UUID, day: date
) -> Standing:
    """Work out what a person is for an incoming document."""
    person = session.get_one(Person, person_id)
    posts = [p for p in posts_of(session, person_id, day) if p.agency_id == incoming.agency_id]
    titles: dict[Role, str] = {}
    for post in posts:
        if post.role is PostRole.CLERK:
            titles[Role.CLERK] = post.title
        elif post.role is PostRole.LEADER:
            titles[Role.LEADER] = post.title
    lead = session.scalars(
        select(Assignment).where(
            Assignment.incoming_id == incoming.id,
            Assignment.person_id == person_id,
            Assignment.is_lead,
        )
    ).first()
    if lead is not None and posts:
        titles[Role.HANDLER] = posts[0].title
    return Standing(person_id, person.full_name, titles)


def may_read_document(session: Session, document: Document, person_id: UUID, day: date) -> bool:
    """Tell whether the person may see the document: whose turn it is or was, and who leads."""
    if person_id == document.drafter_id or _has_acted(session, document, person_id):
        return True
    if document.state in {OutgoingState.DRAFT, OutgoingState.DISCARDED}:
        return False
    mine = standing_for_document(session, document, person_id, day).roles
    posts = [p for p in posts_of(session, person_id, day) if p.agency_id == document.agency_id]
    heads = {PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY}
    checks = any(p.role is PostRole.FORM_CHECKER for p in posts)
    return (
        Role.CONTENT_REVIEWER in mine
        or any(p.role in heads and p.unit_id == document.unit_id for p in posts)
        or (checks and document.state is not OutgoingState.CONTENT_REVIEW)
        or (Role.SIGNER in mine and document.state not in _BEFORE_SIGNER)
        or (Role.CLERK in mine and document.state not in _BEFORE_CLERK)
        or (
            document.state is OutgoingState.ISSUED and any(p.role is PostRole.LEADER for p in posts)
        )
    )


def may_read_submission(session: Session, document: Document, person_id: UUID, day: date) -> bool:
    """Tell whether the person may see hồ sơ trình: drafter, reviewers and signer only."""
    inside = {Role.DRAFTER, Role.CONTENT_REVIEWER, Role.FORM_CHECKER, Role.SIGNER}
    standing = standing_for_document(session, document, person_id, day)
    return may_read_document(session, document, person_id, day) and (
        bool(inside & standing.roles) or _has_reviewed(session, document, person_id)
    )


def may_read_incoming(session: Session, incoming: Incoming, person_id: UUID, day: date) -> bool:
    """Tell whether the person may see the incoming document."""
    mine = standing_for_incoming(session, incoming, person_id, day).roles
    if Role.CLERK in mine:
        return True
    if Role.LEADER in mine:
        return incoming.state not in {IncomingState.VERIFYING, IncomingState.ARRIVED}
    taking_part = select(Assignment.id).where(
        Assignment.incoming_id == incoming.id, Assignment.person_id == person_id
    )
    return session.scalars(taking_part).first() is not None


def _barred(session: Session, document: Document) -> set[UUID]:
    author = session.scalars(
        select(DocumentVersion.author_id).where(DocumentVersion.id == document.current_version_id)
    ).first()
    return {document.drafter_id} | ({author} if author else set())


def _content_given_by(session: Session, document: Document) -> set[UUID]:
    return set(
        session.scalars(
            select(Review.person_id).where(
                Review.version_id == document.current_version_id,
                Review.kind == ReviewKind.CONTENT,
                Review.passed,
            )
        )
    )


def _has_reviewed(session: Session, document: Document, person_id: UUID) -> bool:
    query = select(Review.id).where(
        Review.document_id == document.id,
        Review.person_id == person_id,
        Review.kind != ReviewKind.CLERK,
    )
    return session.scalars(query).first() is not None


def _has_acted(session: Session, document: Document, person_id: UUID) -> bool:
    if _has_reviewed(session, document, person_id):
        return True
    query = select(Comment.id).where(
        Comment.document_id == document.id, Comment.person_id == person_id
    )
    return session.scalars(query).first() is not None
