"""Number, date and the agency's seal, given together by văn thư after the leader has signed (Đ15).

One incremental update does all three, so there is no moment at which a document bears a number but
no seal, and the seal's signature covers the number it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.sign.fields import MDPPerm

from kernel.errors import Refused
from signing.holding.keys import KeyHolder
from signing.making.appearance import Appearance, kept_appearance
from signing.making.embedding import Act, Prepared, embed, field_of, fields_of, is_filled, prepare
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, Kind, kind_of
from signing.making.update import Update


@dataclass(frozen=True, slots=True)
class Fill:
    """What goes into a reserved text field."""

    value: str
    """What programs read."""

    picture: bytes
    """What people see: a one-page PDF in the proportions of the field, untagged."""


def prepare_seal(  # noqa: PLR0913 - the facts of one act, each of another kind
    pdf: bytes,
    certificate: bytes,
    chain: tuple[bytes, ...],
    *,
    number: Fill,
    issued_date: Fill | None,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
) -> Prepared:
    """Write number and date and make ready for the seal; the result begins with ``pdf``.

    Args:
        pdf: The document that all its signers have signed.
        certificate: The agency's certificate, DER.
        chain: Its issuers' certificates, DER.
        number: For ``CodeNumber``.
        issued_date: For ``IssuedDate``; none in a document without such a place (biên bản).
        picture: One-page PDF in the proportions of ``AgencySeal``, untagged.
        signed_at: When văn thư sealed; stands in ``/M``.
        reason: Why, in the words viewers show.
        location: Where, in the words viewers show.

    Raises:
        Refused: ``signing.not_reserved``, ``signing.not_signed``, ``signing.already_sealed``,
            ``signing.left_blank``, or what ``Update`` refuses.
    """
    update = _numbered(pdf, number, issued_date)
    act = Act(
        field=AGENCY_SEAL,
        certify=False,
        permission=MDPPerm.NO_CHANGES,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )
    return prepare(update, certificate, chain, act, kept_appearance(picture))


def fill(pdf: bytes, *, number: Fill, issued_date: Fill | None) -> bytes:
    """Write number and date and leave the seal to a program that makes a field of its own (Đ15).

    Raises:
        Refused: As ``prepare_seal`` refuses.
    """
    return _numbered(pdf, number, issued_date).whole()


def _numbered(pdf: bytes, number: Fill, issued_date: Fill | None) -> Update:
    update = Update.of(pdf)
    signatures = fields_of(update, "/Sig")
    signers = [field for name, field in signatures.items() if kind_of(name) is Kind.SIGNER]
    # A program of the signer's own (VGCA Sign Service) signs in a field it made.
    foreign = [field for name, field in signatures.items() if kind_of(name) is None]
    if not signers or not (all(map(is_filled, signers)) or any(map(is_filled, foreign))):
        raise Refused("signing.not_signed")
    if is_filled(field_of(update, AGENCY_SEAL, "/Sig")):
        raise Refused("signing.already_sealed")
    _write(update, {CODE_NUMBER: number, ISSUED_DATE: issued_date})
    return update


def _write(update: Update, fills: Mapping[str, Fill | None]) -> None:
    reserved = fields_of(update, "/Tx")
    for name, fill in fills.items():
        if fill is None and name in reserved:
            raise Refused("signing.left_blank", field=name)
        if fill is not None:
            field = field_of(update, name, "/Tx")
            field[pdf_name("/V")] = pdf_string(fill.value)
            update.show(field, Appearance.read(fill.picture))


def number_and_seal(  # noqa: PLR0913 - the facts of one act, each of another kind
    pdf: bytes,
    key: KeyHolder,
    *,
    number: Fill,
    issued_date: Fill | None,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
) -> bytes:
    """Write number and date and seal the document, as ``prepare_seal`` tells. Đ15, Đ26."""
    prepared = prepare_seal(
        pdf,
        key.certificate,
        key.chain,
        number=number,
        issued_date=issued_date,
        picture=picture,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )
    return embed(prepared, key)
