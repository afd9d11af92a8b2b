"""Documents as other programs sign them: with a visible field of their own for every signature."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.stamp import NoOpStampStyle, StaticStampStyle
from typst import compile as typeset

from signing.holding.keys import KeyHolder
from tests.attack.foreign import ForeignSigner

Box = tuple[int, int, int, int]
"""Left, bottom, right, top in points."""

LEADER_BOX: Box = (310, 200, 480, 270)
SEAL_BOX: Box = (255, 190, 340, 275)
"""Covers about a third of the leader's signature, on its left."""

EMPTY_BOX: Box = (60, 100, 145, 185)
CROSSING_BOX: Box = (70, 700, 214, 761)
"""Its upper edge crosses the foot of the letters of the first page."""

TEXT_BOX: Box = (60, 720, 300, 790)
"""Where the text of the first page stands."""


@dataclass(frozen=True)
class Hand:
    """How a program signs."""

    certify: bool = False
    sub_filter: SigSeedSubFilter = SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    digest: str = "sha256"
    stamps: bool = False


VGCA_FIRST = Hand(certify=True)
"""The first signature certifies and allows filling (P 2); no PAdES."""

VGCA_NEXT = Hand()


def picture(colour: str) -> bytes:
    """Set the picture of a signature: a frame one can see through."""
    source = (
        "#set page(width: 60mm, height: 25mm, margin: 0mm, fill: none)\n"
        f'#rect(width: 100%, height: 100%, fill: none, stroke: 4pt + rgb("{colour}"))'
    )
    return typeset(source.encode(), format="pdf", pdf_tags=False)


def patch() -> bytes:
    """Set a picture one can see through, but for a small sheet that hides a letter or two."""
    source = (
        "#set page(width: 240mm, height: 70mm, margin: 0mm, fill: none)\n"
        '#place(dx: 12mm, dy: 21mm, rect(width: 18mm, height: 12mm, fill: rgb("#ffffff")))'
    )
    return typeset(source.encode(), format="pdf", pdf_tags=False)


def opaque() -> bytes:
    """Set a picture that hides whatever is under it."""
    source = '#set page(width: 60mm, height: 25mm, margin: 0mm, fill: rgb("#ffffff"))\n= 900.000'
    return typeset(source.encode(), format="pdf", pdf_tags=False)


def sign_elsewhere(
    pdf: bytes,
    key: KeyHolder | Signer,
    field: str,
    box: Box,
    *,
    drawn: bytes | None = None,
    hand: Hand = VGCA_NEXT,
) -> bytes:
    """Sign in a new visible field."""
    metadata = PdfSignatureMetadata(
        field,
        md_algorithm=hand.digest,
        subfilter=hand.sub_filter,
        certify=hand.certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    with tempfile.TemporaryDirectory() as folder:
        signer = PdfSigner(
            metadata,
            key if isinstance(key, Signer) else ForeignSigner(key),
            timestamper=time_stamper() if hand.stamps else None,
            stamp_style=_style(drawn, Path(folder)) if drawn else NoOpStampStyle(),
            new_field_spec=SigFieldSpec(field, box=box),
        )
        writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
        return bytes(signer.sign_pdf(writer, bytes_reserved=32_768).getvalue())


def as_vgca(
    pdf: bytes, leader: KeyHolder, seal: KeyHolder, seal_box: Box = SEAL_BOX, drawn: bytes = b""
) -> bytes:
    """Sign as the country's signing program does: certify, then a new field for the seal."""
    signed = sign_elsewhere(
        pdf, leader, "ChuKy1", LEADER_BOX, drawn=picture("#0000c0"), hand=VGCA_FIRST
    )
    return sign_elsewhere(signed, seal, "ChuKy2", seal_box, drawn=drawn or picture("#d10000"))


def _style(drawn: bytes, folder: Path) -> StaticStampStyle:
    file = folder / "picture.pdf"
    file.write_bytes(drawn)
    return StaticStampStyle.from_pdf_file(str(file), border_width=0)


def time_stamper() -> DummyTimeStamper:
    """Give a time-stamping authority nobody knows."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nobody's clock")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate), asn1_keys.PrivateKeyInfo.load(private)
    )
