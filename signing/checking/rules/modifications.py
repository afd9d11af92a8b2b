# (pyHanko is typed in part only)

"""Was the document changed after it was signed, and if so, only as the signature allows?"""

from collections.abc import Iterator

from pyhanko.sign.diff_analysis import DiffResult

from signing.checking.additions import Addition, Hides
from signing.checking.examined import Examination, Signature
from signing.checking.rules.objection import Expected, Objection
from signing.checking.verdict import Conclusion, Modifications
from signing.making.fields import TEXT_FIELDS
from signing.trusting.trust import CertificateStatus

_MOST_ADDED = 1
"""Visible signature fields that may follow a certification unquestioned: the agency's seal."""


def later_changes_are_permitted(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that what was changed later is known to be harmless, and the signatures allow it."""
    for signature in examination.signatures:
        if signature.embedded is None:
            continue
        if signature.changes is None:
            yield Objection("changes_unknown", (Modifications.UNKNOWN,), signature.field)
        elif not isinstance(signature.changes, DiffResult) or not signature.allows_changes:
            yield Objection("forbidden_changes", (Modifications.FORBIDDEN,), signature.field)
        if signature.pages and signature.pages[0] != signature.pages[1]:
            then, now = signature.pages
            facts = {"then": then, "now": now}
            yield Objection(
                "page_count_changed", (Modifications.FORBIDDEN,), signature.field, facts
            )


def only_known_fields_were_filled(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that later on only signatures, our number and our date were filled in.

    Filling other fields is permitted by the standard; but it changes what the page shows, so a
    person has to look.
    """
    known = {*examination.signature_fields, *TEXT_FIELDS}
    for signature in examination.signatures:
        others = sorted(set(changed_fields(signature)) - known)
        if others:
            yield Objection(
                "other_fields_filled",
                (Conclusion.INDETERMINATE,),
                signature.field,
                {"fields": ", ".join(others)},
            )


def added_fields_hide_nothing(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check each visible signature field that was added behind a signature.

    Behind a certification it must be signed and cover nothing that was signed; whose certificate
    is not known to be good, and what hides an earlier signature or comes second, needs a person's
    eye. Behind an approval the standard allows it all, so that only the conclusion is lowered.
    """
    signed = {one.field: one for one in examination.signatures if one.embedded}
    good = {
        field for field, one in signed.items() if one.assessment.status is CertificateStatus.GOOD
    }
    for signature in examination.signatures:
        certified = signature.permission is not None
        for addition in signature.additions:
            objection = _against(addition, signature, certified=certified)
            if objection:
                yield objection
        added = {addition.field for addition in signature.additions}
        if certified and added - good:
            names = ", ".join(sorted(added - good))
            answer = Conclusion.INDETERMINATE if added <= set(signed) else Modifications.FORBIDDEN
            yield Objection("doubtful_field", (answer,), signature.field, {"fields": names})
        if certified and len(added) > _MOST_ADDED:
            answers = (Conclusion.INDETERMINATE,)
            facts = {"fields": ", ".join(sorted(added))}
            yield Objection("several_fields_added", answers, signature.field, facts)


def _against(addition: Addition, signature: Signature, *, certified: bool) -> Objection | None:
    facts: dict[str, str | int] = {"field": addition.field, "page": addition.page + 1}
    doubt = (Conclusion.INDETERMINATE,)
    match addition.hides:
        case Hides.NOTHING:
            return None
        case Hides.SIGNATURE:
            return Objection("signature_covered", doubt, signature.field, facts)
        case Hides.CONTENT:
            answers = (Modifications.FORBIDDEN,) if certified else doubt
            return Objection("content_covered", answers, signature.field, facts)
        case Hides.PERHAPS:
            return Objection("content_beneath", doubt, signature.field, facts)
        case Hides.UNKNOWN:
            return Objection("cover_unknown", doubt, signature.field, facts)


def permissions_only_narrow(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that no later signature allows more than an earlier one (ISO 32000-2, 12.8.2.2)."""
    narrowest: int | None = None
    for signature in examination.signatures:
        permission = signature.permission
        if narrowest is not None and permission is not None and permission > narrowest:
            answers = (Conclusion.INDETERMINATE,)
            yield Objection("permission_widened", answers, signature.field)
        if permission is not None:
            narrowest = permission if narrowest is None else min(narrowest, permission)


def certification_came_first(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that a certification is the first signature and the only one (12.8.2.2.1)."""
    signatures = [one for one in examination.signatures if one.container]
    for signature in signatures[1:]:
        if signature.certifies:
            answers = (Conclusion.INDETERMINATE,)
            yield Objection("late_certification", answers, signature.field)


def changed_fields(signature: Signature) -> tuple[str, ...]:
    """Give the fields that were filled or added after a signature was made."""
    if not isinstance(signature.changes, DiffResult):
        return ()
    return tuple(sorted(map(str, signature.changes.changed_form_fields)))
