# (pyHanko is typed in part only)

"""The agency's signature at the top right corner of the first page: annexes and copies.

An annex in its own file and a copy of a document (sao y, sao lục, trích sao) are not set by us with
places reserved: they may come from any program, and may be scans of hundreds of megabytes. The
signature adds one field to the file as it is. It closes the document; whoever signed before must
have left room for it, otherwise their signatures would break.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.rw_common import find_inherited_value_in_tree
from pyhanko.sign.fields import (
    FieldMDPSpec,
    MDPPerm,
    ensure_sig_flags,
    enumerate_sig_fields,
)
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

from kernel.errors import Refused
from kernel.places import POINTS_PER_MM, Rectangle
from signing.holding.keys import KeyHolder
from signing.making.appearance import Appearance
from signing.making.embedding import Act, Prepared, embed, prepare, sign_in_place
from signing.making.fields import LOCK_ALL, add_signature_field
from signing.making.pages import follow
from signing.making.structure import tag_field
from signing.making.update import UNREADABLE, Update

CORNER_SIGNATURE = "CornerSignature"

_MARGIN = 8 * POINTS_PER_MM
_A_QUARTER = 90  # degrees


def prepare_at_corner(  # noqa: PLR0913 - the facts of one signature, each of another kind
    pdf: bytes,
    certificate: bytes,
    chain: tuple[bytes, ...],
    *,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
) -> Prepared:
    """Make any PDF ready for the agency's signature in the corner; the result begins with ``pdf``.

    Args:
        pdf: An annex or a copy, also one that others have signed.
        certificate: The agency's certificate, DER.
        chain: Its issuers' certificates, DER.
        picture: One-page PDF as large as it shall be shown, untagged.
        signed_at: When it was signed; stands in ``/M``.
        reason: Why, in the words viewers show.
        location: Where, in the words viewers show.

    Raises:
        Refused: ``signing.closed_by_signature`` where an earlier signature forbids a further one,
            ``signing.xfa_form``, or what ``Update`` and ``Appearance`` refuse.
    """
    update = Update.of(pdf)
    field, appearance = _add_corner(update, picture)
    act = _act(field, signed_at, reason, location)
    return prepare(update, certificate, chain, act, appearance)


def sign_at_corner(  # noqa: PLR0913 - the facts of one signature, each of another kind
    pdf: bytes, key: KeyHolder, *, picture: bytes, signed_at: datetime, reason: str, location: str
) -> bytes:
    """Sign any PDF in the corner with a key at hand, as ``prepare_at_corner`` tells."""
    prepared = prepare_at_corner(
        pdf,
        key.certificate,
        key.chain,
        picture=picture,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )
    return embed(prepared, key)


def sign_file(  # noqa: PLR0913 - the facts of one signature, each of another kind
    source: Path,
    target: Path,
    key: KeyHolder,
    *,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
) -> None:
    """Sign as ``sign_at_corner`` does, from file to file: a large scan never lies in memory.

    ``target`` is only there when it is whole.
    """
    with _appearing(source, target) as copy, copy.open("r+b") as file:
        update = Update.on(file)
        field, appearance = _add_corner(update, picture)
        sign_in_place(update, key, _act(field, signed_at, reason, location), appearance)


@contextmanager
def _appearing(source: Path, target: Path) -> Iterator[Path]:
    """Give a copy of ``source`` to work on, which becomes ``target`` if all goes well."""
    copy = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, copy)
        yield copy
        copy.replace(target)
    finally:
        copy.unlink(missing_ok=True)


def _act(field: str, signed_at: datetime, reason: str, location: str) -> Act:
    _, permission = LOCK_ALL
    return Act(
        field=field,
        certify=False,
        permission=permission,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )


def _add_corner(update: Update, picture: bytes) -> tuple[str, Appearance]:
    """Add the field; give its name and what it shall show.

    Any program may have written the file, so what cannot be made sense of is refused as a whole.
    """
    try:
        return _add_field(update, Appearance.read(picture))
    except (SigningError, *UNREADABLE) as error:
        raise Refused("signing.unreadable_pdf") from error


def _add_field(update: Update, appearance: Appearance) -> tuple[str, Appearance]:
    if "/XFA" in (follow(update.root, "/AcroForm") or ()):
        raise Refused("signing.xfa_form")
    fields = {str(name): value for name, value, _ in enumerate_sig_fields(update)}
    name = _free_name(fields)
    signatures = [value.get_object() for value in fields.values() if value is not None]
    certified = "/DocMDP" in (follow(update.root, "/Perms") or ())
    if certified or any(_closes(signature, name) for signature in signatures):
        raise Refused("signing.closed_by_signature")
    page, _ = update.find_page_for_modification(0)
    box, shown = _at_corner(page.get_object(), appearance)
    widget = add_signature_field(update, name, 0, box, LOCK_ALL)
    ensure_sig_flags(update)
    update.register_extension(ESIC_EXTENSION_1)
    if not signatures:  # who signed has signed the structure too; a broken one stays as it is
        tag_field(update, page, widget)
    return name, shown


def _free_name(fields: dict[str, object]) -> str:
    names = (f"{CORNER_SIGNATURE}{number or ''}" for number in (0, *range(2, len(fields) + 3)))
    return next(name for name in names if name not in fields)


def _closes(signature: DictionaryObject, field: str) -> bool:
    """Tell whether a signature forbids a further field, by its certification or its lock."""
    for reference in follow(signature, "/Reference") or ():
        transform = reference.get_object()
        parameters = follow(transform, "/TransformParams") or DictionaryObject()
        method = follow(transform, "/TransformMethod")
        if method == "/DocMDP" or follow(parameters, "/P") == MDPPerm.NO_CHANGES.value:
            return True
        if method == "/FieldMDP" and FieldMDPSpec.from_pdf_object(parameters).is_locked(field):
            return True
    return False


def _at_corner(page: DictionaryObject, appearance: Appearance) -> tuple[Rectangle, Appearance]:
    """Find the corner that is at the top right as the page is shown, and turn the picture to it."""
    sheet = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    left, right = sorted((float(sheet[0]), float(sheet[2])))
    bottom, top = sorted((float(sheet[1]), float(sheet[3])))
    quarters = int(_inherited(page, "/Rotate") or 0) // _A_QUARTER % 4
    unit = float(follow(page, "/UserUnit") or 1)
    shown = appearance.turned(quarters, 1 / unit)
    margin, width, height = _MARGIN / unit, shown.width, shown.height
    at_right, at_top = right - margin - width, top - margin - height
    at_left, at_bottom = left + margin, bottom + margin
    x, y = (
        (at_right, at_top),
        (at_left, at_top),
        (at_left, at_bottom),
        (at_right, at_bottom),
    )[quarters]
    return (x, y, x + width, y + height), shown


def _inherited(page: DictionaryObject, key: str) -> Any:  # noqa: ANN401 - what pyHanko finds
    return find_inherited_value_in_tree(page, key, "/Parent")
