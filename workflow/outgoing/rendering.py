"""The typesetter's desk: a submitted version becomes the very bytes that will be signed.

The places for number, date, signature and seal are reserved here, before anyone signs, because a
signed PDF takes later writing only as form filling.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.content import Content
from documents.typeset import NO_INITIALS, Initial, Initials, Typeset
from kernel.errors import DomainError, Unavailable
from signing.making.fields import CODE_NUMBER, ISSUED_DATE, reserve
from workflow import steps
from workflow.models import Document, DocumentVersion, Person, Review
from workflow.models.outgoing import ArtifactKind, ReviewKind
from workflow.office import Office
from workflow.states import OutgoingAction, OutgoingState

_OUTCOMES = {
    OutgoingState.RENDERING: (
        OutgoingAction.FINISH_RENDERING,
        OutgoingAction.FAIL_RENDERING,
        ArtifactKind.PRESENTED,
    ),
    OutgoingState.INITIALLING: (
        OutgoingAction.FINISH_INITIALLING,
        OutgoingAction.FAIL_INITIALLING,
        ArtifactKind.INITIALLED,
    ),
}


def render(office: Office, document_id: UUID) -> None:
    """Typeset the current version if the document still waits for it, initialled or not."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state not in _OUTCOMES:
            return
        finish, fail, kind = _OUTCOMES[document.state]
        initials = _initials(office, session, document)
        seen, seal = document.version, document.agency.seal_width_mm
        version = session.get_one(DocumentVersion, document.current_version_id)
        content = Content.model_validate(version.content)

    try:
        typeset = office.typesetter.typeset(content, seal=seal, initials=initials)
        pdf = reserved(office, content, typeset)
    except Unavailable:
        raise
    except DomainError as error:
        steps.give_up(office, document_id, seen, fail, error.code)
        return
    sha256 = office.artifacts.put(pdf)

    steps.finish(
        office,
        document_id,
        seen,
        finish,
        steps.Made(kind, sha256, len(pdf)),
        presented=steps.Presented(typeset.pages, typeset.places),
    )


def reserved(office: Office, content: Content, typeset: Typeset) -> bytes:
    """Give the typeset PDF with its four places reserved, number and date still blank."""
    places = typeset.places
    blanks = {
        CODE_NUMBER: office.typesetter.code_number_picture("", places[CODE_NUMBER]),
        ISSUED_DATE: office.typesetter.issued_date_picture(None, places[ISSUED_DATE], content.year),
    }
    return reserve(typeset.pdf, places, blanks)


def _initials(office: Office, session: Session, document: Document) -> Initials:
    """Give the ký nháy of who answered for content and form of this version."""
    if document.state is not OutgoingState.INITIALLING:
        return NO_INITIALS
    given = session.execute(
        select(Review.kind, Review.person_name, Person.initials_picture)
        .join(Person, Person.id == Review.person_id)
        .where(
            Review.document_id == document.id,
            Review.version_id == document.current_version_id,
            Review.passed,
            Person.initials_picture.is_not(None),
        )
        .order_by(Review.at)
    ).all()

    def drawn(wanted: ReviewKind) -> tuple[Initial, ...]:
        return tuple(
            Initial(office.artifacts.get(picture), name)
            for kind, name, picture in given
            if kind is wanted and picture
        )

    return Initials(at_end=drawn(ReviewKind.CONTENT), at_recipients=drawn(ReviewKind.FORM))
