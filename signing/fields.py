# (pyHanko is typed in part only)

"""The four fields of an outgoing document, reserved before anybody signs.

The leader signs first and văn thư numbers afterwards (Đ15), so the number and the date must be
written into a signed file. Form fields with locks are the one way that keeps the leader's signature
valid and makes a later change of the number visible: ``AgencySeal`` locks them all.
"""

from collections.abc import Mapping

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
from kernel.places import POINTS_PER_MM, Place
from kernel.words import sentence
from signing.appearance import Appearance
from signing.structure import tag_field
from signing.update import Update

CODE_NUMBER = "CodeNumber"
ISSUED_DATE = "IssuedDate"
SIGNER_SIGNATURE = "SignerSignature"
AGENCY_SEAL = "AgencySeal"

TEXT_FIELDS = (CODE_NUMBER, ISSUED_DATE)
_LOCKS = {
    SIGNER_SIGNATURE: (
        FieldMDPSpec(FieldMDPAction.EXCLUDE, [CODE_NUMBER, ISSUED_DATE, AGENCY_SEAL]),
        MDPPerm.FILL_FORMS,
    ),
    AGENCY_SEAL: (FieldMDPSpec(FieldMDPAction.ALL), MDPPerm.NO_CHANGES),
}
_PRINTED_AND_LOCKED = 4 | 128  # PDF/A wants annotations that print; nobody may move them
_READ_ONLY = 1


def reserve(pdf: bytes, places: Mapping[str, Place], blanks: Mapping[str, bytes]) -> bytes:
    """Add the four fields to a typeset PDF in one incremental update, before anyone signs.

    Args:
        pdf: The typeset document, without signatures.
        places: Where each of the four fields stands, by field name.
        blanks: For ``CodeNumber`` and ``IssuedDate``, the one-page PDF shown until they are filled.

    Raises:
        Refused: ``signing.already_reserved``, ``signing.unknown_structure``, or what ``Update``
            refuses.
    """
    update = Update.of(pdf)
    if "/AcroForm" in update.root:
        raise Refused("signing.already_reserved")
    update.root[pdf_name("/AcroForm")] = update.add_object(
        generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject()})
    )
    update.update_root()
    # PAdES extends PDF 1.7; said now, so that no later update has to touch the catalogue.
    update.register_extension(ESIC_EXTENSION_1)
    for name in TEXT_FIELDS:
        _add_text_field(update, name, places[name], blanks[name])
    for name in _LOCKS:
        _add_signature_field(update, name, places[name])
    return update.whole()


def _add_text_field(update: Update, name: str, place: Place, blank: bytes) -> None:
    page, _ = update.find_page_for_modification(place.page)
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
                pdf_name("/Rect"): generic.ArrayObject(
                    map(generic.FloatObject, _rectangle(page.get_object(), place))
                ),
                pdf_name("/P"): page,
            }
        )
    )
    update.root["/AcroForm"]["/Fields"].append(widget)
    update.register_annotation(page, widget)
    update.show(widget.get_object(), Appearance.read(blank))
    tag_field(update, page, widget)


def _add_signature_field(update: Update, name: str, place: Place) -> None:
    page, _ = update.find_page_for_modification(place.page)
    lock, permission = _LOCKS[name]
    specification = SigFieldSpec(
        sig_field_name=name,
        on_page=place.page,
        box=_rectangle(page.get_object(), place),  # type: ignore[arg-type]  # it says int and takes float
        field_mdp_spec=lock,
        doc_mdp_update_value=permission,
        readable_field_name=_tooltip(name),
    )
    append_signature_field(update, specification)
    tag_field(update, page, update.root["/AcroForm"]["/Fields"].raw_get(-1))


def _tooltip(name: str) -> str:
    return sentence(f"signing.field.{name}")


def _rectangle(page: generic.DictionaryObject, place: Place) -> tuple[float, float, float, float]:
    """Give left, bottom, right, top in points, from the page's lower left corner."""
    sheet = find_inherited_value_in_tree(page, "/MediaBox", "/Parent")
    left = float(sheet[0]) + place.x * POINTS_PER_MM
    top = float(sheet[3]) - place.y * POINTS_PER_MM
    return left, top - place.height * POINTS_PER_MM, left + place.width * POINTS_PER_MM, top
