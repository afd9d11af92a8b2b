"""The pages each signature covered, compared by eye with those that are seen now.

Beside the comparison of objects this is slow, so it is made where somebody asks for it: for the
report, and for what comes from outside.
"""

from collections.abc import Iterator, Mapping

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.sign.validation.status import SignatureCoverageLevel

from kernel.places import Rectangle
from signing.checking.additions import signed_length, widgets_of
from signing.checking.examination import fields_of
from signing.checking.examined import Examination, Signature, was_changed
from signing.checking.rendered import MOST_PAGES, PageDifference, Undrawable, differences
from signing.checking.rules.modifications import changed_fields
from signing.checking.rules.objection import Expected, Objection
from signing.checking.verdict import Conclusion, Modifications
from signing.making.pages import pages_of

_KINDS = ("/Sig", "/Tx", "/Btn", "/Ch")


def pages_changed(examination: Examination) -> Mapping[str, tuple[PageDifference, ...] | None]:
    """Give, by signature field, the pages that look different outside of the fields that may.

    None stands for a signature whose pages could not be drawn. A signature after which nothing was
    changed does not appear.
    """
    fields = [
        (name, reference)
        for kind in _KINDS
        for name, _, reference in fields_of(examination.reader, kind)
    ]
    return {
        signature.field: _compared(examination, signature, fields)
        for signature in examination.signatures
        if was_changed(signature)
        and signature.embedded
        and signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    }


def _compared(
    examination: Examination, signature: Signature, fields: list[tuple[str, IndirectObject]]
) -> tuple[PageDifference, ...] | None:
    names = {*changed_fields(signature), *(addition.field for addition in signature.additions)}
    length = signed_length(signature.embedded) if signature.embedded else len(examination.pdf)
    allowed: dict[int, list[Rectangle]] = {}
    for name, page, where in widgets_of(examination.reader, fields):
        if name in names:
            allowed.setdefault(page, []).append(where)
    try:
        return differences(examination.pdf, length, allowed)
    except Undrawable:
        return None


def pages_look_the_same(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check that no page looks different from when it was signed, outside of permitted fields."""
    compared = pages_changed(examination)
    if compared and sum(1 for _ in pages_of(examination.reader)) > MOST_PAGES:
        yield Objection("not_all_drawn", (), facts={"pages": MOST_PAGES})
    for field, changed in compared.items():
        if changed is None:
            yield Objection("not_drawn", (Conclusion.INDETERMINATE,), field)
        elif changed:
            pages = ", ".join(str(difference.page + 1) for difference in changed)
            yield Objection("looks_different", (Modifications.FORBIDDEN,), field, {"pages": pages})
