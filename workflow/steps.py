"""The last third of a background step: a short write, guarded by what the step saw at its start.

Every background step looks (short read), works (slow, no open transaction), and writes here. If
the document has moved on meanwhile, somebody was faster and their result counts.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid4

from kernel.places import Place
from signing.checking.verdict import Level, Verdict
from workflow import journal
from workflow.finding import HELD
from workflow.firing import fire
from workflow.models import Document, DocumentArtifact, DocumentVersion
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.outgoing import annexes
from workflow.signatures import proving
from workflow.states import OutgoingAction, Role

_SYSTEM = frozenset({Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes that a step has made and stored."""

    kind: ArtifactKind
    sha256: str
    size: int
    verdict: Verdict | None = None
    annexes: Mapping[UUID, str] = field(default_factory=dict)
    """The annexes that the agency signed with it: SHA-256 by enclosure."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What the typesetter adds to a version."""

    pages: int
    places: Mapping[str, Place]


def finish(  # noqa: PLR0913 - the facts of one step
    office: Office,
    document_id: UUID,
    seen: int,
    action: OutgoingAction,
    made: Made,
    *,
    presented: Presented | None = None,
) -> None:
    """Keep what the step made and move on, unless the document moved on already."""
    facts: dict[str, Any] = {"sha256": made.sha256}
    if made.verdict is not None:
        facts["conclusion"] = made.verdict.conclusion.value
    with office.step() as session:
        document = session.get_one(Document, document_id, with_for_update=HELD)
        if document.version != seen:
            return
        version = session.get_one(DocumentVersion, document.current_version_id)
        if presented is not None:
            version.presented, version.pages = made.sha256, presented.pages
            version.places = {name: asdict(place) for name, place in presented.places.items()}
        artifact = DocumentArtifact(
            id=uuid4(),
            agency_id=document.agency_id,
            document_id=document.id,
            version_id=version.id,
            kind=made.kind,
            sha256=made.sha256,
            size=made.size,
            verdict=made.verdict.to_json() if made.verdict else None,
            made_at=office.clock(),
        )
        session.add(artifact)
        if made.kind is ArtifactKind.ISSUED:
            annexes.keep(session, document, made.annexes)
            proving.begin(
                office, session, artifact, made.verdict.level if made.verdict else Level.NONE
            )
        fire(
            session,
            document,
            action,
            actor=journal.SYSTEM,
            roles=_SYSTEM,
            at=office.clock(),
            facts=facts,
        )


def give_up(
    office: Office, document_id: UUID, seen: int, action: OutgoingAction, code: str
) -> None:
    """Put the document back where a person can act, with the reason, unless it moved on already."""
    with office.step() as session:
        document = session.get_one(Document, document_id, with_for_update=HELD)
        if document.version != seen:
            return
        fire(
            session,
            document,
            action,
            actor=journal.SYSTEM,
            roles=_SYSTEM,
            at=office.clock(),
            facts={"code": code},
        )
        document.trouble = code
