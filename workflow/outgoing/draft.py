"""What the clerk types, and how the agency's names are added to it to make the page's content.

A draft may be half finished: everything has a default, only lengths are bounded. ``compose`` takes
a snapshot of the names of the day, which the version keeps for ever.
"""

from typing import Annotated
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from documents import body
from documents.content import (
    Circulation,
    Content,
    Form,
    IssuedText,
    Organ,
    Signature,
    Urgency,
    normalised,
)
from documents.rules import RuleSet
from kernel.errors import Refused
from workflow.models import Agency, Post, Unit
from workflow.said import plain

_Typed = BeforeValidator(lambda text: plain(text) if isinstance(text, str) else text)
Short = Annotated[str, _Typed, StringConstraints(strip_whitespace=True, max_length=500)]
Line = Annotated[str, _Typed, StringConstraints(strip_whitespace=True, max_length=2_000)]
Long = Annotated[str, _Typed, StringConstraints(max_length=100_000)]


class Draft(BaseModel):
    """The fields of the writing page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Form
    type_code: Short
    subject: Short = ""
    bases: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    addressees: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    body: Long = ""
    issued_type_name: Short = ""
    issued_subject: Short = ""
    issued_body: Long = ""
    to_places: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    signer_post_id: UUID | None = None
    competence: Short = ""
    urgency: Urgency = Urgency.NORMAL
    circulation: Circulation = Circulation.OPEN
    typist_and_copies: Short = ""
    with_contact: bool = False


def read_draft(fields: dict[str, object]) -> Draft:
    """Check the fields of a draft.

    Raises:
        Refused: A field is too long or is none that a draft has; ``field`` names it.
    """
    try:
        return Draft.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] in {"string_too_long", "too_long"}:
            limit = first["ctx"]["max_length"]
            raise Refused("draft.too_long", field=field, limit=limit) from error
        raise Refused("draft.not_understood", field=field) from error


def require_complete(draft: Draft, rules: RuleSet) -> None:
    """Refuse what could not be typeset or signed.

    Raises:
        Refused: The first thing that is missing.
    """
    missing = {
        "draft.subject_missing": not draft.subject,
        "draft.body_missing": not draft.body.strip(),
        "draft.signer_missing": draft.signer_post_id is None,
        "draft.addressee_missing": draft.form is Form.LETTER and not draft.addressees,
        "draft.issued_text_missing": draft.form is Form.DECISION_ISSUING
        and not (draft.issued_type_name and draft.issued_subject and draft.issued_body.strip()),
    }
    for code, is_missing in missing.items():
        if is_missing:
            raise Refused(code)
    if draft.form not in rules.document_type(draft.type_code).forms:
        raise Refused("draft.form_not_of_type")


def notation(draft: Draft, agency: Agency, unit: Unit, rules: RuleSet) -> str:
    """Give ký hiệu: type and agency, or for a công văn agency and unit (Annex I, II.3)."""
    abbreviation = rules.document_type(draft.type_code).abbreviation
    if abbreviation:
        return f"{abbreviation}-{agency.symbol}"
    return f"{agency.symbol}-{unit.symbol}"


def compose(  # noqa: PLR0913 - a page brings this many things together
    draft: Draft,
    *,
    agency: Agency,
    unit: Unit,
    signer_post: Post,
    signer_name: str,
    rules: RuleSet,
    year: int,
    number_digits: int,
) -> Content:
    """Make the whole content of the page from the draft and the names of today.

    Raises:
        Refused: The post does not allow the way of signing that was chosen.
    """
    lines = signer_post.competences.get(draft.competence)
    if lines is None:
        raise Refused("draft.competence_not_allowed", competence=draft.competence or "—")
    issued = None
    if draft.form is Form.DECISION_ISSUING:
        issued = IssuedText(
            type_name=draft.issued_type_name,
            subject=draft.issued_subject,
            body=body.parse(draft.issued_body),
            issued_by=agency.name,
        )
    collective = draft.competence.startswith("TM.")
    is_decision = draft.form in {Form.DECISION, Form.DECISION_ISSUING}
    return normalised(
        Content(
            form=draft.form,
            type_name=rules.document_type(draft.type_code).name,
            organ=Organ(
                superior_lines=tuple(agency.superior_lines),
                issuer_lines=tuple(agency.issuer_lines),
            ),
            code_notation=notation(draft, agency, unit, rules),
            number_digits=number_digits,
            place_name=agency.place_name,
            year=year,
            subject=draft.subject,
            authority=(agency.authority if collective else agency.head_authority)
            if is_decision
            else "",
            bases=_unpointed(draft.bases) if is_decision else (),
            addressees=_unpointed(draft.addressees),
            body=body.parse(draft.body),
            issued_text=issued,
            signature=Signature(competence_lines=tuple(lines), full_name=signer_name),
            to_places=_unpointed(draft.to_places),
            typist_and_copies=draft.typist_and_copies,
            urgency=draft.urgency,
            circulation=draft.circulation,
            contact=agency.contact.get("line", "") if draft.with_contact else "",
            rule_set=rules.name,
        )
    )


def _unpointed(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Take closing points off lines: the page sets its own (Annex I, II.6, II.9)."""
    return tuple(line.rstrip(" .;,") for line in lines)
