"""How a signature gets into a reserved field: the part that the leader's and the agency's share.

Two steps, because the key may lie elsewhere, on a token or behind a remote service: ``prepare``
writes everything but the signature and says what the key shall sign, ``complete`` puts the
signature in. PAdES B-B: detached CMS, signing-certificate-v2, no signing time inside the CMS (the
standard forbids it), so the time stands in the dictionary's ``/M``. The container has a fixed size,
so that nothing is signed twice to find out how large it becomes.
"""

from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import NoOpStampStyle

from kernel.errors import Refused
from signing import cms
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that waits for its signature."""

    pdf: bytes
    """The whole file, with zeros where the signature will stand."""

    attributes: bytes
    """DER SET of signed attributes: what the key signs, by its SHA-256."""

    certificate: bytes
    """The certificate whose key must sign, DER."""

    chain: tuple[bytes, ...]
    """Its issuers' certificates, DER."""

    contents: tuple[int, int]
    """Where the hexadecimal digits of the signature begin and end in ``pdf``."""


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


def prepare(
    update: Update, certificate: bytes, chain: tuple[bytes, ...], act: Act, picture: bytes
) -> Prepared:
    """Write everything in ``update`` with an empty signature in a reserved field."""
    update.show(field_of(update, act.field, "/Sig"), picture)
    signer = HolderSigner(certificate, chain)
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
    waiting = session.prepare_tbs_document(validation_info=None, bytes_reserved=_CONTAINER)
    digest, out = waiting.digest_tbs_document()
    out.seek(0)
    return Prepared(
        pdf=bytes(out.read()),
        attributes=cms.signed_attributes(certificate, digest.document_digest),
        certificate=certificate,
        chain=chain,
        contents=(digest.reserved_region_start + 1, digest.reserved_region_end - 1),
    )


def complete(prepared: Prepared, signature: bytes) -> bytes:
    """Put the signature of ``prepared.attributes`` into the file and give the whole file.

    Raises:
        Refused: ``signing.foreign_signature`` where it is not the signature of the certificate's
            key over these attributes, ``signing.oversized_signature``.
    """
    container = cms.signed_data(
        prepared.attributes, signature, prepared.certificate, prepared.chain
    ).hex()
    begin, end = prepared.contents
    if len(container) > end - begin:
        raise Refused("signing.oversized_signature")
    digits = container.encode().ljust(end - begin, b"0")
    return b"".join((prepared.pdf[:begin], digits, prepared.pdf[end:]))


def embed(prepared: Prepared, key: KeyHolder) -> bytes:
    """Sign with a key at hand, in one step."""
    return complete(prepared, key.sign(prepared.attributes))
