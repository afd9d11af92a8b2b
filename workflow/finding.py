"""Fetching a row for an act: it exists, the person may see it, and the page was not out of date.

Somebody who may not see a document is told the same as for one that does not exist.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import MovedOn, NotFound
from workflow.authority import (
    Standing,
    may_read_document,
    may_read_incoming,
    standing_for_document,
    standing_for_incoming,
)
from workflow.models import Document, Incoming
from workflow.office import Office


def document_for(
    office: Office, session: Session, document_id: UUID, person_id: UUID, seen: int | None = None
) -> tuple[Document, Standing]:
    """Give the document with what the person is for it.

    Raises:
        NotFound: There is none that this person may see.
        MovedOn: ``seen`` is the count of a page that is out of date.
    """
    day = local_day(office.clock())
    document = session.get(Document, document_id)
    if document is None or not may_read_document(session, document, person_id, day):
        raise NotFound("workflow.no_such_document")
    if seen is not None and seen != document.version:
        raise MovedOn("workflow.moved_on")
    return document, standing_for_document(session, document, person_id, day)


def incoming_for(
    office: Office, session: Session, incoming_id: UUID, person_id: UUID, seen: int | None = None
) -> tuple[Incoming, Standing]:
    """Give the incoming document with what the person is for it.

    Raises:
        NotFound: There is none that this person may see.
        MovedOn: ``seen`` is the count of a page that is out of date.
    """
    day = local_day(office.clock())
    incoming = session.get(Incoming, incoming_id)
    if incoming is None or not may_read_incoming(session, incoming, person_id, day):
        raise NotFound("workflow.no_such_document")
    if seen is not None and seen != incoming.version:
        raise MovedOn("workflow.moved_on")
    return incoming, standing_for_incoming(session, incoming, person_id, day)
