"""Versions of a document: what was typed, and the whole content of its page with today's names."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.content import Content
from documents.rules import rules
from kernel.clock import local_day
from kernel.errors import Refused
from kernel.text import fold
from workflow import authority, registers
from workflow.models import Agency, Document, DocumentVersion, Unit
from workflow.models.registers import SeriesDirection
from workflow.office import Office
from workflow.outgoing.draft import Draft, compose, notation


def make_version(
    office: Office, session: Session, document: Document, draft: Draft, author_id: UUID
) -> DocumentVersion:
    """Keep a new version with the content of its page, and make it the current one."""
    now = office.clock()
    last = session.scalar(
        select(func.max(DocumentVersion.ordinal)).where(DocumentVersion.document_id == document.id)
    )
    version = DocumentVersion(
        id=uuid4(),
        agency_id=document.agency_id,
        document_id=document.id,
        ordinal=(last or 0) + 1,
        author_id=author_id,
        draft=draft.model_dump(mode="json"),
        content=content_of(office, session, document, draft).model_dump(mode="json"),
        made_at=now,
    )
    session.add(version)
    session.flush()
    document.current_version_id = version.id
    return version


def content_of(office: Office, session: Session, document: Document, draft: Draft) -> Content:
    """Compose the content of the page as of now.

    Raises:
        Refused: No signer is chosen or in post, the way of signing is not allowed, or TL. and TUQ.
            lack a written authorisation in force.
    """
    day = local_day(office.clock())
    if draft.signer_post_id is None:
        raise Refused("draft.signer_missing")
    held = authority.signers(session, document, day)
    if not held:
        raise Refused("draft.no_signer_in_post")
    authority.require_delegation(session, document.agency_id, held[0].post, draft.competence, day)
    series = registers.series_for(
        session, document.agency_id, SeriesDirection.OUTGOING, draft.type_code
    )
    upcoming = registers.expected(session, series, day.year)
    return compose(
        draft,
        agency=document.agency,
        unit=document.unit,
        signer_post=held[0].post,
        signer_name=held[0].person.full_name,
        rules=rules(),
        year=day.year,
        number_digits=max(3, len(str(upcoming))),
    )


def put_draft(office: Office, session: Session, document: Document, draft: Draft) -> None:
    """Write the draft into the document's row, with what lists and searches read.

    Raises:
        Refused: The signer's post is not one of this agency's leaders.
    """
    rule_set = rules()
    kind = rule_set.document_type(draft.type_code)
    if draft.signer_post_id is not None:
        may_sign = authority.signing_posts(session, document.agency_id, local_day(office.clock()))
        if draft.signer_post_id not in {post.id for post in may_sign}:
            raise Refused("draft.signer_not_of_agency")
    document.draft = draft.model_dump(mode="json")
    document.form = draft.form.value
    document.type_code = draft.type_code
    document.type_name = kind.name
    document.subject = draft.subject
    document.urgency = draft.urgency.value
    document.signer_post_id = draft.signer_post_id
    unit = session.get_one(Unit, document.unit_id)
    agency = session.get_one(Agency, document.agency_id)
    document.code_notation = notation(draft, agency, unit, rule_set)
    document.search = fold(f"{kind.name} {draft.subject} {document.code_notation}")
