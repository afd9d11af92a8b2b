"""A person's signature: the leader's, of one signer among several, or of who gives an opinion.

The first one certifies the document and from then on allows only fields to be filled; those after
it are approvals in fields of their own, under the same locks.
"""

from collections.abc import Mapping
from datetime import datetime

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.sign.fields import MDPPerm

from kernel.errors import Refused
from signing.holding.keys import KeyHolder
from signing.making.appearance import kept_appearance
from signing.making.embedding import Act, Prepared, embed, fields_of, is_filled, prepare
from signing.making.fields import SIGNER_SIGNATURE, Kind, kind_of
from signing.making.update import Update


def prepare_signature(  # noqa: PLR0913 - the facts of one signature, each of another kind
    pdf: bytes,
    certificate: bytes,
    chain: tuple[bytes, ...],
    *,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
    field: str = SIGNER_SIGNATURE,
) -> Prepared:
    """Make a reserved document ready for a person's signature; the result begins with ``pdf``.

    Args:
        pdf: The document with its fields reserved.
        certificate: The person's certificate, DER.
        chain: Its issuers' certificates, DER.
        picture: One-page PDF in the proportions of the field, untagged.
        signed_at: When the person signed; stands in ``/M``.
        reason: Why, in the words viewers show.
        location: Where, in the words viewers show.
        field: Of whom: one of several signers, or of an opinion.

    Raises:
        Refused: ``signing.not_reserved``, ``signing.already_signed``, ``signing.already_sealed``,
            ``signing.opinion_too_late``, or what ``Update`` refuses.
    """
    update = Update.of(pdf)
    signatures = fields_of(update, "/Sig")
    _refuse_out_of_turn(signatures, field)
    act = Act(
        field=field,
        certify=not any(map(is_filled, signatures.values())),
        permission=MDPPerm.FILL_FORMS,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )
    return prepare(update, certificate, chain, act, kept_appearance(picture))


def sign(  # noqa: PLR0913 - the facts of one signature, each of another kind
    pdf: bytes,
    key: KeyHolder,
    *,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
    field: str = SIGNER_SIGNATURE,
) -> bytes:
    """Sign a reserved document with a key at hand, as ``prepare_signature`` tells. Đ13, Đ25."""
    prepared = prepare_signature(
        pdf,
        key.certificate,
        key.chain,
        picture=picture,
        signed_at=signed_at,
        reason=reason,
        location=location,
        field=field,
    )
    return embed(prepared, key)


def _refuse_out_of_turn(signatures: Mapping[str, DictionaryObject], field: str) -> None:
    """Refuse what the locks of earlier signatures would turn into a forbidden change."""
    if field not in signatures:
        raise Refused("signing.not_reserved", field=field)
    filled = {kind_of(name) for name, other in signatures.items() if is_filled(other)}
    if is_filled(signatures[field]):
        raise Refused("signing.already_signed")
    if Kind.SEAL in filled:
        raise Refused("signing.already_sealed")
    if kind_of(field) is Kind.OPINION and Kind.SIGNER in filled:
        raise Refused("signing.opinion_too_late")
