"""What waits for a leader's signature: to be read, decided on, and signed alone or at one go."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflow.models import Document, DocumentVersion
from workflow.signatures.intents import SIGNABLE
from workflow.views import listing
from workflow.views.readable import Reader


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the queue, with the version that would be signed."""

    document: Document
    version: DocumentVersion


def waiting(session: Session, reader: Reader) -> Sequence[Entry]:
    """Give what waits for the reader's signature, the oldest first."""
    found = [d for d in listing.waiting_documents(session, reader) if d.state in SIGNABLE]
    return [
        Entry(document, session.get_one(DocumentVersion, document.current_version_id))
        for document in sorted(found, key=lambda document: (document.state_since, document.id))
    ]
