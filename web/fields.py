"""The fields of the writing page: from a draft to what stands in them, and from a form to a draft.

A field of many lines is typed one a line. Signer and way of signing are one choice, because a way
belongs to a post; so the page needs no script to keep them together.
"""

from collections.abc import Mapping

from flask import request

from documents.content import Circulation, Urgency
from workflow.outgoing.draft import Draft, read_draft

_LINES = ("bases", "addressees", "to_places")
_TEXTS = (
    "subject",
    "body",
    "issued_type_name",
    "issued_subject",
    "issued_body",
    "typist_and_copies",
)
_ALL = (*_LINES, *_TEXTS, "signer", "urgency", "circulation", "with_contact")


def of_draft(draft: Draft) -> dict[str, str]:
    """Give what stands in each field."""
    signer = f"{draft.signer_post_id}:{draft.competence}" if draft.signer_post_id else ""
    return (
        {name: "\n".join(getattr(draft, name)) for name in _LINES}
        | {name: getattr(draft, name) for name in _TEXTS}
        | {"urgency": draft.urgency, "circulation": draft.circulation, "signer": signer}
        | {"with_contact": "1" if draft.with_contact else ""}
    )


def typed() -> dict[str, str]:
    """Give what stands in each field of the form that came back, exactly as typed."""
    return {name: request.form.get(name, "") for name in _ALL}


def draft_of(fields: Mapping[str, str], before: Draft) -> Draft:
    """Read the fields; type and form stay those of the draft ``before``.

    Raises:
        Refused: A field is too long or makes no sense.
    """
    post, _, competence = fields["signer"].partition(":")
    told: dict[str, object] = {
        "type_code": before.type_code,
        "form": before.form,
        "signer_post_id": post or None,
        "competence": competence,
        "urgency": fields["urgency"] or Urgency.NORMAL,
        "circulation": fields["circulation"] or Circulation.OPEN,
        "with_contact": bool(fields["with_contact"]),
    }
    told |= {name: tuple(filter(str.strip, fields[name].splitlines())) for name in _LINES}
    told |= {name: fields[name].replace("\r\n", "\n") for name in _TEXTS}
    return read_draft(told)
