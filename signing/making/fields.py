# (pyHanko is typed in part only)

"""The fields of an outgoing document, reserved before anybody signs.

The leader signs first and văn thư numbers afterwards (Đ15), so the number and the date must be
written into a signed file. Form fields with locks are the one way that keeps the leader's signature
valid and makes a later change of the number visible: ``AgencySeal`` locks them all.

Most documents have four fields: number, date, one signer, the seal. Minutes and joint documents
have several signers, who sign in any order; an opinion, where the agency asks for one by
certificate, is given before them.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.rw_common import find_inherited_value_in_tree
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

from kernel.errors import Refused
from kernel.places import POINTS_PER_MM, Place, Rectangle
from kernel.words import sentence
from signing.making.appearance import kept_appearance
from signing.making.structure import tag_field
from signing.making.update import Update

CODE_NUMBER = "CodeNumber"
ISSUED_DATE = "IssuedDate"
OPINION_SIGNATURE = "OpinionSignature"
SIGNER_SIGNATURE = "SignerSignature"
AGENCY_SEAL = "AgencySeal"

TEXT_FIELDS = (CODE_NUMBER, ISSUED_DATE)


class Kind(StrEnum):
    """What a field is for: its name without the number that tells equals apart."""

    CODE_NUMBER = CODE_NUMBER
    ISSUED_DATE = ISSUED_DATE
    OPINION = OPINION_SIGNATURE
    SIGNER = SIGNER_SIGNATURE
    SEAL = AGENCY_SEAL


LOCK_ALL = (FieldMDPSpec(FieldMDPAction.ALL), MDPPerm.NO_CHANGES)
"""What the agency's signature closes, wherever it stands."""

_SEVERAL = {Kind.OPINION, Kind.SIGNER}
_ORDER: list[Kind | None] = [*Kind]
_PRINTED_AND_LOCKED = 4 | 128  # PDF/A wants annotations that print; nobody may move them
_READ_ONLY = 1
_SIGNED_AND_ONLY_APPENDED = 1 | 2  # said before the first signature, which lets nobody say it later


def kind_of(name: str) -> Kind | None:
    """Tell what a field of that name is for: ``SignerSignature2`` is for a signer."""
    stem = _stem(name)
    kind = Kind(stem) if stem in _ORDER else None
    return kind if stem == name or kind in _SEVERAL else None


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def signer_field(position: int) -> str:
    """Name the field of the first, second … signer of a document."""
    return SIGNER_SIGNATURE if position == 1 else f"{SIGNER_SIGNATURE}{position}"


def reserve(pdf: bytes, places: Mapping[str, Place], blanks: Mapping[str, bytes]) -> bytes:
    """Add fields to a typeset PDF in one incremental update, before anyone signs.

    Args:
        pdf: The typeset document, without signatures.
        places: Where each field stands, by field name; each name is of a ``Kind``.
        blanks: For ``CodeNumber`` and ``IssuedDate``, the one-page PDF shown until they are filled.

    Raises:
        Refused: ``signing.already_reserved``, ``signing.unknown_structure``, or what ``Update``
            refuses.
        ValueError: A place has a name of no kind.
    """
    if not all(map(kind_of, places)):
        raise ValueError(*places)
    update = Update.of(pdf)
    if "/AcroForm" in update.root:
        raise Refused("signing.already_reserved")
    update.root[pdf_name("/AcroForm")] = update.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Fields"): generic.ArrayObject(),
                pdf_name("/SigFlags"): generic.NumberObject(_SIGNED_AND_ONLY_APPENDED),
            }
        )
    )
    update.update_root()
    # PAdES extends PDF 1.7; said now, so that no later update has to touch the catalogue.
    update.register_extension(ESIC_EXTENSION_1)
    for name in sorted(places, key=_rank):
        place = places[name]
        page, _ = update.find_page_for_modification(place.page)
        box = _rectangle(page.get_object(), place)
        if name in TEXT_FIELDS:
            widget = _add_text_field(update, name, page, box)
            update.show(widget.get_object(), kept_appearance(blanks[name]))
        else:
            widget = add_signature_field(update, name, place.page, box, _lock(name, places))
        if not tag_field(update, page, widget):
            raise Refused("signing.unknown_structure")
    return update.whole()


def _rank(name: str) -> tuple[int, int, str]:
    return _ORDER.index(kind_of(name)), len(name), name


def _lock(name: str, names: Collection[str]) -> tuple[FieldMDPSpec, MDPPerm]:
    """Give what a signature closes: the seal everything, others all but what may still come."""
    if name == AGENCY_SEAL:
        return LOCK_ALL
    later = sorted((n for n in names if n != name and _may_follow(name, n)), key=_rank)
    return FieldMDPSpec(FieldMDPAction.EXCLUDE, later), MDPPerm.FILL_FORMS


def _may_follow(name: str, later: str) -> bool:
    """Tell whether one field may be filled after another: no opinion once a signer has signed."""
    return kind_of(name) is Kind.OPINION or kind_of(later) is not Kind.OPINION


def _add_text_field(
    update: Update, name: str, page: generic.IndirectObject, box: Rectangle
) -> generic.IndirectObject:
    widget = update.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Tx"),
                pdf_name("/T"): pdf_string(name),
                pdf_name("/TU"): pdf_string(_tooltip(name)),
                pdf_name("/Ff"): generic.NumberObject(_READ_ONLY),
                pdf_name("/F"): generic.NumberObject(_PRINTED_AND_LOCKED),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.FloatObject, box)),
                pdf_name("/P"): page,
            }
        )
    )
    update.root["/AcroForm"]["/Fields"].append(widget)
    update.register_annotation(page, widget)
    return widget


def add_signature_field(
    update: Update, name: str, page: int, box: Rectangle, locked: tuple[FieldMDPSpec, MDPPerm]
) -> generic.IndirectObject:
    """Add an empty signature field; ``locked`` is what its signature closes."""
    lock, permission = locked
    specification = SigFieldSpec(
        sig_field_name=name,
        on_page=page,
        box=box,  # type: ignore[arg-type]  # it says int and takes float
        field_mdp_spec=lock,
        doc_mdp_update_value=permission,
        readable_field_name=_tooltip(name),
    )
    append_signature_field(update, specification)
    widget: generic.IndirectObject = update.root["/AcroForm"]["/Fields"].raw_get(-1)
    return widget


def _tooltip(name: str) -> str:
    return sentence(f"signing.field.{_stem(name)}")


def _rectangle(page: generic.DictionaryObject, place: Place) -> Rectangle:
    sheet = find_inherited_value_in_tree(page, "/MediaBox", "/Parent")
    left = float(sheet[0]) + place.x * POINTS_PER_MM
    top = float(sheet[3]) - place.y * POINTS_PER_MM
    return left, top - place.height * POINTS_PER_MM, left + place.width * POINTS_PER_MM, top
