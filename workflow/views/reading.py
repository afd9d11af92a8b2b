"""What the page of one document shows: who is next, what was checked, which bytes, what happened.

Everything here only reads. Whether the reader may see the document was settled by ``finding``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFound, Refused
from workflow import authority
from workflow.exchanging import directory
from workflow.models import (
    Agency,
    Comment,
    Document,
    DocumentArtifact,
    DocumentVersion,
    Enclosure,
    Holding,
    Incoming,
    IncomingFile,
    JournalLine,
    Person,
    Post,
    Review,
    SubmissionPaper,
)
from workflow.models.organisation import PostRole
from workflow.models.outgoing import ArtifactKind
from workflow.states import IncomingState, OutgoingState

_STAGES = (
    ArtifactKind.ISSUED,
    ArtifactKind.SIGNED,
    ArtifactKind.INITIALLED,
    ArtifactKind.PRESENTED,
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person under the post that concerns the reader."""

    person_id: UUID
    name: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whose turn it is."""

    people: tuple[Colleague, ...]
    """Empty while a person must act means that nobody can."""

    detour: str
    """``head_drafted`` where the content goes past the unit's head, because the draft is theirs;
    ``no_head`` where the unit has none; else empty."""


@dataclass(frozen=True, slots=True)
class WayOfSigning:
    """One post, its holder, and one way in which the post may sign (ô 7a)."""

    post_id: UUID
    competence: str
    lines: tuple[str, ...]
    holder: str
    title: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """An agency that a document can be sent to."""

    code: str
    name: str
    search: str


def waiting_for(session: Session, document: Document, day: date) -> Waiting:
    """Tell whose turn an outgoing document is, by name."""
    detour = ""
    held: Sequence[Holding]
    match document.state:
        case OutgoingState.DRAFT:
            return Waiting((_drafter(session, document, day),), "")
        case OutgoingState.CONTENT_REVIEW:
            held = authority.content_reviewers(session, document, day)
            detour = _detour(session, document, held, day)
        case OutgoingState.FORM_REVIEW:
            held = authority.form_checkers(session, document, day)
        case OutgoingState.AWAITING_SIGNATURE | OutgoingState.APPROVED:
            held = authority.signers(session, document, day)
        case (
            OutgoingState.AWAITING_NUMBER
            | OutgoingState.AWAITING_SEAL
            | OutgoingState.AWAITING_ISSUE
        ):
            held = _holders(session, document.agency_id, day, PostRole.CLERK)
        case _:
            held = []
    return Waiting(_colleagues(held), detour)


def handling_waits_for(session: Session, incoming: Incoming, day: date) -> Waiting:
    """Tell whose turn an incoming document is, by name."""
    match incoming.state:
        case IncomingState.ARRIVED:
            held = _holders(session, incoming.agency_id, day, PostRole.CLERK)
        case IncomingState.REGISTERED:
            held = _holders(session, incoming.agency_id, day, PostRole.LEADER)
        case IncomingState.DIRECTED | IncomingState.IN_HAND:
            lead = [part.person_id for part in incoming.assignments if part.is_lead]
            held = [
                one
                for one in authority.holdings_on(session, day, Holding.person_id.in_(lead))
                if one.post.agency_id == incoming.agency_id
            ][:1]
        case _:
            held = []
    return Waiting(_colleagues(held), "")


def version_of(session: Session, document: Document) -> DocumentVersion | None:
    """Give the current version, if the draft was ever submitted."""
    if document.current_version_id is None:
        return None
    return session.get_one(DocumentVersion, document.current_version_id)


def latest_bytes(document: Document) -> DocumentArtifact | None:
    """Give the furthest stage of the current version: issued, else signed, else presented."""
    current = [a for a in document.artifacts if a.version_id == document.current_version_id]
    furthest = min(current, key=lambda artifact: _STAGES.index(artifact.kind), default=None)
    return _grown(document, furthest) if furthest else None


def bytes_named(document: Document, sha256: str) -> DocumentArtifact:
    """Give the stage of the document whose bytes have that name.

    Raises:
        NotFound: The document has no such bytes.
    """
    for artifact in document.artifacts:
        for stage in (artifact, _grown(document, artifact)):
            if stage.sha256 == sha256:
                return stage
    raise NotFound("workflow.no_such_file")


def _grown(document: Document, artifact: DocumentArtifact) -> DocumentArtifact:
    """Give what is issued with the proof that has been put behind it since."""
    proof = document.proof
    if artifact.kind is not ArtifactKind.ISSUED or proof is None:
        return artifact
    if proof.version_id != artifact.version_id:
        return artifact
    return DocumentArtifact(
        id=artifact.id,
        agency_id=artifact.agency_id,
        document_id=artifact.document_id,
        version_id=artifact.version_id,
        kind=artifact.kind,
        sha256=proof.sha256,
        size=proof.size,
        verdict=artifact.verdict,
        made_at=proof.made_at,
    )


def checks(session: Session, document: Document) -> Sequence[Review]:
    """Give every check given or refused, first to last."""
    query = select(Review).where(Review.document_id == document.id).order_by(Review.at)
    return session.scalars(query).all()


def opinions(session: Session, document: Document) -> Sequence[Comment]:
    """Give the opinions, first to last."""
    query = select(Comment).where(Comment.document_id == document.id).order_by(Comment.at)
    return session.scalars(query).all()


def enclosures(session: Session, document: Document) -> Sequence[Enclosure]:
    """Give what is issued with the document."""
    query = select(Enclosure).where(Enclosure.document_id == document.id)
    return session.scalars(query.order_by(Enclosure.ordinal)).all()


def submission_papers(
    session: Session, document: Document, person_id: UUID, day: date
) -> Sequence[SubmissionPaper]:
    """Give hồ sơ trình to those who may see it, and nothing to others."""
    if not authority.may_read_submission(session, document, person_id, day):
        return ()
    query = select(SubmissionPaper).where(SubmissionPaper.document_id == document.id)
    return session.scalars(query.order_by(SubmissionPaper.ordinal)).all()


def file_of(
    files: Sequence[Enclosure | SubmissionPaper | IncomingFile], file_id: UUID
) -> Enclosure | SubmissionPaper | IncomingFile:
    """Pick one of the files that the reader was given.

    Raises:
        NotFound: It is none of them.
    """
    for file in files:
        if file.id == file_id:
            return file
    raise NotFound("workflow.no_such_file")


def history(session: Session, subject: Document | Incoming) -> Sequence[JournalLine]:
    """Give what happened to a document, first to last."""
    return session.scalars(
        select(JournalLine)
        .where(JournalLine.agency_id == subject.agency_id, JournalLine.subject_id == subject.id)
        .order_by(JournalLine.seq)
    ).all()


def twins(session: Session, incoming: Incoming) -> Sequence[Incoming]:
    """Give what came earlier with the same number, notation and sender."""
    return session.scalars(
        select(Incoming)
        .where(
            Incoming.agency_id == incoming.agency_id,
            Incoming.code_number == incoming.code_number,
            Incoming.code_notation == incoming.code_notation,
            Incoming.sender_organ_id == incoming.sender_organ_id,
            Incoming.id != incoming.id,
        )
        .order_by(Incoming.arrived_at)
    ).all()


def handlers(session: Session, agency_id: UUID, day: date) -> tuple[Colleague, ...]:
    """Give who may be told to lead or help in handling."""
    able = (PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY, PostRole.DRAFTER)
    found = _colleagues(_holders(session, agency_id, day, *able))
    return tuple({one.person_id: one for one in reversed(found)}.values())[::-1]


def ways_of_signing(session: Session, agency_id: UUID, day: date) -> list[WayOfSigning]:
    """Give the ways in which documents of the agency may be signed today, by post and holder."""
    ways = []
    for post in authority.signing_posts(session, agency_id, day):
        held = authority.holdings_on(session, day, Holding.post_id == post.id)
        for competence, lines in post.competences.items():
            if held and _may(session, agency_id, post, competence, day):
                name = held[0].person.full_name
                ways.append(WayOfSigning(post.id, competence, tuple(lines), name, post.title))
    return ways


def receivers(session: Session, own: UUID, day: date) -> list[Receiver]:
    """Give the agencies that a document of agency ``own`` can be sent to, by name."""
    return [
        Receiver(directory.organ_id(agency), agency.name, agency.search)
        for agency in directory.open_agencies(session, day)
        if agency.id != own and directory.codes_of(agency)
    ]


def agency_of(session: Session, agency_id: UUID) -> Agency:
    """Give an agency."""
    return session.get_one(Agency, agency_id)


def _may(session: Session, agency_id: UUID, post: Post, competence: str, day: date) -> bool:
    try:
        authority.require_delegation(session, agency_id, post, competence, day)
    except Refused:
        return False
    return True


def _drafter(session: Session, document: Document, day: date) -> Colleague:
    posts = authority.posts_of(session, document.drafter_id, day)
    mine = next((post for post in posts if post.unit_id == document.unit_id), None)
    person = session.get_one(Person, document.drafter_id)
    return Colleague(person.id, person.full_name, mine.title if mine else "", document.unit.name)


def _detour(session: Session, document: Document, held: Sequence[Holding], day: date) -> str:
    if any(one.post.role is PostRole.UNIT_HEAD for one in held):
        return ""
    heads = authority.holdings_on(
        session, day, Post.unit_id == document.unit_id, Post.role == PostRole.UNIT_HEAD
    )
    return "head_drafted" if heads else "no_head"


def _holders(session: Session, agency_id: UUID, day: date, *roles: PostRole) -> Sequence[Holding]:
    return authority.holdings_on(session, day, Post.agency_id == agency_id, Post.role.in_(roles))


def _colleagues(held: Sequence[Holding]) -> tuple[Colleague, ...]:
    return tuple(
        Colleague(
            one.person_id,
            one.person.full_name,
            one.post.title,
            one.post.unit.name if one.post.unit else "",
        )
        for one in held
    )
