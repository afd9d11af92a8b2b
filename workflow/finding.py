"""Fetching a row for an act: it exists, the person may see it, and the page was not out of date.

Somebody who may not see a document is told the same as for one that does not exist. An act holds
the row from here to its end, so of two people who act on one page the second finds it out of date.
"""

from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import ForUpdateParameter

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

HELD: ForUpdateParameter = {"key_share": True}
"""Keeps other writers waiting, but not those who only refer to the row."""


def document_for(  # noqa: PLR0913 - the row, its reader, and how it is wanted
    office: Office,
    session: Session,
    document_id: UUID,
    person_id: UUID,
    seen: int | None = None,
    *,
    held: bool = False,
) -> tuple[Document, Standing]:
    """Give the document with what the person is for it; ``seen`` or ``held`` keeps it for an act.

    Raises:
        NotFound: There is none that this person may see.
        MovedOn: ``seen`` is the count of a page that is out of date.
    """
    day = local_day(office.clock())
    lock = HELD if held or seen is not None else None
    document = session.get(Document, document_id, with_for_update=lock)
    if document is None or not may_read_document(session, document, person_id, day):
        raise NotFound("workflow.no_such_document")
    if seen is not None and seen != document.version:
        raise MovedOn("workflow.moved_on")
    return document, standing_for_document(session, document, person_id, day)


def incoming_for(
    office: Office, session: Session, incoming_id: UUID, person_id: UUID, seen: int | None = None
) -> tuple[Incoming, Standing]:
    """Give the incoming document with what the person is for it; ``seen`` keeps it for an act.

    Raises:
        NotFound: There is none that this person may see.
        MovedOn: ``seen`` is the count of a page that is out of date.
    """
    day = local_day(office.clock())
    lock = HELD if seen is not None else None
    incoming = session.get(Incoming, incoming_id, with_for_update=lock)
    if incoming is None or not may_read_incoming(session, incoming, person_id, day):
        raise NotFound("workflow.no_such_document")
    if seen is not None and seen != incoming.version:
        raise MovedOn("workflow.moved_on")
    return incoming, standing_for_incoming(session, incoming, person_id, day)
