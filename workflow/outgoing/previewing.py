"""The page of a half-finished draft: what is missing shows as dots, and nothing is written."""

from dataclasses import replace

from sqlalchemy.orm import Session

from documents.content import Content
from documents.rules import rules
from documents.typeset import Typeset
from kernel.clock import local_day
from workflow import authority
from workflow.models import Document, Holding, Post
from workflow.office import Office
from workflow.outgoing.draft import Draft, compose
from workflow.outgoing.rendering import reserved

_MISSING = "……"


def typeset(office: Office, document: Document, content: Content) -> Typeset:
    """Set the page as it would be presented, with the blanks for number and date.

    Raises:
        Refused: A letter is in none of the fonts.
    """
    made = office.typesetter.typeset(content, seal=document.agency.seal_width_mm)
    return replace(made, pdf=reserved(office, content, made))


def preview(office: Office, session: Session, document: Document, draft: Draft) -> Content:
    """Give the content that the page of ``document`` would have if ``draft`` were submitted now."""
    day = local_day(office.clock())
    may_sign = authority.signing_posts(session, document.agency_id, day)
    post = next((post for post in may_sign if post.id == draft.signer_post_id), None)
    held = authority.holdings_on(session, day, Holding.post_id == post.id) if post else []
    lines = post.competences.get(draft.competence) if post else None
    return compose(
        draft.model_copy(update={"subject": draft.subject or _MISSING}),
        agency=document.agency,
        unit=document.unit,
        signer_post=Post(competences={draft.competence: lines or [_MISSING]}),
        signer_name=held[0].person.full_name if held else _MISSING,
        rules=rules(),
        year=day.year,
        number_digits=3,
    )
