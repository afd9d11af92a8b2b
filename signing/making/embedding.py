"""How a signature gets into a reserved field: the part that the leader's and the agency's share.

Two steps, because the key may lie elsewhere, on a token or behind a remote service: ``prepare``
writes everything but the signature and says what the key shall sign, ``complete`` puts the
signature in. PAdES B-B: detached CMS, signing-certificate-v2, no signing time inside the CMS (the
standard forbids it), so the time stands in the dictionary's ``/M``. The container has a fixed size,
so that nothing is signed twice to find out how large it becomes.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import SigMDPSetup
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest, SignatureObject

from kernel.errors import Refused
from signing.holding.keys import DIGEST, KeyHolder, facts
from signing.making import cms
from signing.making.appearance import Appearance
from signing.making.update import Update

_CONTAINER = 16_384  # hex digits, so 8 KiB of CMS: the certificates of a path and one signature
_CHUNK = 1 << 20  # bytes read at once where the file is not in memory


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


def fields_of(update: Update, kind: str) -> dict[str, DictionaryObject]:
    """Give the fields of type ``kind`` (``/Sig`` or ``/Tx``) by name."""
    references = update.root["/AcroForm"]["/Fields"] if "/AcroForm" in update.root else ()
    fields = (reference.get_object() for reference in references)
    return {
        str(field["/T"]): field
        for field in fields
        if isinstance(field, DictionaryObject) and field.get("/FT") == kind and "/T" in field
    }


def field_of(update: Update, name: str, kind: str) -> DictionaryObject:
    """Give a reserved field of type ``kind``.

    Raises:
        Refused: ``signing.not_reserved``.
    """
    field = fields_of(update, kind).get(name)
    if field is None:
        raise Refused("signing.not_reserved", field=name)
    return field


def is_filled(field: DictionaryObject) -> bool:
    """Tell whether a field has its value or its signature."""
    return "/V" in field


def prepare(
    update: Update, certificate: bytes, chain: tuple[bytes, ...], act: Act, appearance: Appearance
) -> Prepared:
    """Write everything in ``update`` with an empty signature in a field."""
    out = BytesIO()
    digest = _write(update, certificate, act, appearance, out)
    return Prepared(
        pdf=out.getvalue(),
        attributes=cms.signed_attributes(certificate, digest.document_digest),
        certificate=certificate,
        chain=chain,
        contents=_contents(digest),
    )


def sign_in_place(update: Update, key: KeyHolder, act: Act, appearance: Appearance) -> None:
    """Write ``update`` and its signature behind the file it was begun on, without reading it whole.

    Raises:
        Refused: What ``complete`` refuses.
    """
    digest = _write(update, key.certificate, act, appearance, None)
    attributes = cms.signed_attributes(key.certificate, digest.document_digest)
    container = cms.signed_data(attributes, key.sign(attributes), key.certificate, key.chain)
    begin, end = _contents(digest)
    update.file.seek(begin)
    update.file.write(_digits(container, end - begin))


def _write(
    update: Update, certificate: bytes, act: Act, appearance: Appearance, out: BytesIO | None
) -> PreparedByteRangeDigest:
    """Write ``update`` with zeros for the signature, to ``out`` or else behind its own file."""
    field = field_of(update, act.field, "/Sig")
    update.show(field, appearance)
    signature = _empty_signature(act, facts(certificate).subject_name)
    reference = update.add_object(signature)
    field[pdf_name("/V")] = reference
    SigMDPSetup(
        md_algorithm=DIGEST,
        certify=act.certify,
        field_lock=FieldMDPSpec.from_pdf_object(field["/Lock"]),
        docmdp_perms=act.permission,
    ).apply(reference, update)
    digest: PreparedByteRangeDigest
    digest, _ = next(
        signature.fill(update, DIGEST, in_place=out is None, output=out, chunk_size=_CHUNK)
    )
    return digest


def _contents(digest: PreparedByteRangeDigest) -> tuple[int, int]:
    """Leave out the angle brackets around the digits."""
    return digest.reserved_region_start + 1, digest.reserved_region_end - 1


def _empty_signature(act: Act, name: str) -> SignatureObject:
    return SignatureObject(
        timestamp=act.signed_at,
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        reason=act.reason,
        location=act.location,
        bytes_reserved=_CONTAINER,
    )


def complete(prepared: Prepared, signature: bytes) -> bytes:
    """Put the signature of ``prepared.attributes`` into the file and give the whole file.

    Everything is looked at again, because what was prepared may have lain somewhere for a while.

    Raises:
        Refused: ``signing.foreign_signature`` where it is not the signature of the certificate's
            key over these attributes, or these are not the file's; ``signing.oversized_signature``.
    """
    begin, end = prepared.contents
    before, behind = memoryview(prepared.pdf)[:begin], memoryview(prepared.pdf)[end:]
    digest = sha256(before[:-1])
    digest.update(behind[1:])
    if digest.digest() not in prepared.attributes:
        raise Refused("signing.foreign_signature")
    container = cms.signed_data(
        prepared.attributes, signature, prepared.certificate, prepared.chain
    )
    return b"".join((before, _digits(container, end - begin), behind))


def _digits(container: bytes, room: int) -> bytes:
    digits = container.hex().encode()
    if len(digits) > room:
        raise Refused("signing.oversized_signature")
    return digits.ljust(room, b"0")


def embed(prepared: Prepared, key: KeyHolder) -> bytes:
    """Sign with a key at hand, in one step."""
    return complete(prepared, key.sign(prepared.attributes))
