"""The leader's signature: a certification that allows only the number, the date and the seal."""

from datetime import datetime

from pyhanko.sign.fields import MDPPerm

from kernel.errors import Refused
from signing.embedding import Act, Prepared, embed, field_of, is_filled, prepare
from signing.fields import SIGNER_SIGNATURE
from signing.keys import KeyHolder
from signing.update import Update


def prepare_signature(  # noqa: PLR0913 - the facts of one signature, each of another kind
    pdf: bytes,
    certificate: bytes,
    chain: tuple[bytes, ...],
    *,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
) -> Prepared:
    """Make a reserved document ready for its leader's signature; the result begins with ``pdf``.

    Args:
        pdf: The document with its four fields reserved.
        certificate: The leader's certificate, DER.
        chain: Its issuers' certificates, DER.
        picture: One-page PDF in the proportions of ``SignerSignature``, untagged.
        signed_at: When the leader signed; stands in ``/M``.
        reason: Why, in the words viewers show.
        location: Where, in the words viewers show.

    Raises:
        Refused: ``signing.not_reserved``, ``signing.already_signed``, or what ``Update`` refuses.
    """
    update = Update.of(pdf)
    if is_filled(field_of(update, SIGNER_SIGNATURE, "/Sig")):
        raise Refused("signing.already_signed")
    act = Act(
        field=SIGNER_SIGNATURE,
        certify=True,
        permission=MDPPerm.FILL_FORMS,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )
    return prepare(update, certificate, chain, act, picture)


def sign(  # noqa: PLR0913 - the facts of one signature, each of another kind
    pdf: bytes,
    key: KeyHolder,
    *,
    picture: bytes,
    signed_at: datetime,
    reason: str,
    location: str,
) -> bytes:
    """Sign a reserved document as its leader, as ``prepare_signature`` tells. Đ13, Đ25."""
    prepared = prepare_signature(
        pdf,
        key.certificate,
        key.chain,
        picture=picture,
        signed_at=signed_at,
        reason=reason,
        location=location,
    )
    return embed(prepared, key)
