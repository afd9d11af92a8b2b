"""The typesetter's desk: a submitted version becomes the very bytes that will be signed.

The places for number, date, signature and seal are reserved here, before anyone signs, because a
signed PDF takes later writing only as form filling.
"""

from uuid import UUID

from documents.content import Content
from documents.typeset import Typeset
from kernel.errors import DomainError, Unavailable
from signing.fields import CODE_NUMBER, ISSUED_DATE, reserve
from workflow import steps
from workflow.models import Document, DocumentVersion
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.states import OutgoingAction, OutgoingState


def render(office: Office, document_id: UUID) -> None:
    """Typeset the current version if the document still waits for it."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state is not OutgoingState.RENDERING:
            return
        seen, seal = document.version, document.agency.seal_width_mm
        version = session.get_one(DocumentVersion, document.current_version_id)
        content = Content.model_validate(version.content)

    try:
        typeset = office.typesetter.typeset(content, seal=seal)
        pdf = reserved(office, content, typeset)
    except Unavailable:
        raise
    except DomainError as error:
        steps.give_up(office, document_id, seen, OutgoingAction.FAIL_RENDERING, error.code)
        return
    sha256 = office.artifacts.put(pdf)

    steps.finish(
        office,
        document_id,
        seen,
        OutgoingAction.FINISH_RENDERING,
        steps.Made(ArtifactKind.PRESENTED, sha256, len(pdf)),
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
