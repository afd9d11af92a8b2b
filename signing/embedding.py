"""How a signature gets into a reserved field: the part that the leader's and the agency's share.

PAdES B-B: detached CMS, signing-certificate-v2, no signing time inside the CMS (the standard
forbids it), so the time stands in the dictionary's ``/M``. The container has a fixed size, so that
nothing is signed twice to find out how large it becomes.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp import NoOpStampStyle

from kernel.errors import Refused
from signing.keys import DIGEST, HolderSigner, KeyHolder
from signing.update import Update

_CONTAINER = 16_384  # hex digits, so 8 KiB of CMS: the certificates of a path and one signature


@dataclass(frozen=True, slots=True)
class Act:
    """One act of signing, as the signature's dictionary tells it."""

    field: str
    certify: bool
    permission: MDPPerm
    signed_at: datetime
    reason: str
    location: str


def field_of(update: Update, name: str, kind: str) -> DictionaryObject:
    """Give a reserved field of type ``kind`` (``/Sig`` or ``/Tx``).

    Raises:
        Refused: ``signing.not_reserved``.
    """
    fields = update.root["/AcroForm"]["/Fields"] if "/AcroForm" in update.root else ()
    for reference in fields:
        field = reference.get_object()
        if not isinstance(field, DictionaryObject):
            continue
        if field.get("/T") == name and field.get("/FT") == kind:
            return field
    raise Refused("signing.not_reserved", field=name)


def is_filled(field: DictionaryObject) -> bool:
    """Tell whether a field has its value or its signature."""
    return "/V" in field


def embed(update: Update, key: KeyHolder, act: Act, picture: bytes) -> bytes:
    """Sign everything in ``update`` into an empty reserved field and give the whole file."""
    update.show(field_of(update, act.field, "/Sig"), picture)
    return asyncio.run(_embed(update, key, act))


async def _embed(update: Update, key: KeyHolder, act: Act) -> bytes:
    signer = HolderSigner(key)
    metadata = PdfSignatureMetadata(
        field_name=act.field,
        md_algorithm=DIGEST,
        name=signer.subject_name,
        reason=act.reason,
        location=act.location,
        certify=act.certify,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=act.permission,
    )
    session = PdfSigner(metadata, signer, stamp_style=NoOpStampStyle()).init_signing_session(
        update, existing_fields_only=True
    )
    session.system_time = act.signed_at
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=_CONTAINER)
    digest, out = prepared.digest_tbs_document()
    await prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes())
    out.seek(0)
    return bytes(out.read())
