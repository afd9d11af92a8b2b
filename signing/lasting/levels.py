# (pyHanko is typed in part only)

"""How far the proof in a PDF goes (ETSI EN 319 142-1, 6), and until when it holds.

This reads what is there; whether it is true is the validator's to say. A level is what a file
carries: time-stamps over all signatures, the material to check them with, and a time-stamp over
that material.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from kernel.errors import Refused
from signing.checking.verdict import Level, worst
from signing.lasting.material import Material, chain_of, revocation_of

_STRONG_RSA = 3072  # bits
_WEAKER_KEYS_UNTIL = datetime(2030, 12, 31, tzinfo=UTC)
"""Keys of 112 bits of strength (RSA-2048) count no longer then (NIST SP 800-57 Part 1, 5.6.3)."""


class Purpose(StrEnum):
    """What a certificate was used for in a file."""

    SIGNATURE = "signature"
    SIGNATURE_STAMP = "signature_stamp"
    """A time-stamp inside a signature's container."""
    DOCUMENT_STAMP = "document_stamp"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a certificate in a file: by a signer, or by a time-stamping authority."""

    field: str
    purpose: Purpose
    revision: int
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    """Certificates that travel with it."""

    since: datetime | None
    """When the use is proven to have been made already; none where only the signer says so."""


def level_of(pdf: bytes) -> Level:
    """Tell how far the proof of all signatures goes.

    Raises:
        Refused: ``signing.unreadable_pdf``.
    """
    try:
        levels = levels_of(PdfFileReader(BytesIO(pdf), strict=False))
    except Exception as error:  # hostile bytes can raise anything
        raise Refused("signing.unreadable_pdf") from error
    return worst(*levels.values()) if levels else Level.NONE


def levels_of(reader: PdfFileReader) -> dict[str, Level]:
    """Tell how far the proof of each signature goes, by field."""
    uses = uses_of(reader)
    return {
        use.field: _level(use, uses, reader) for use in uses if use.purpose is Purpose.SIGNATURE
    }


def earliest_expiry(pdf: bytes) -> datetime | None:
    """Tell until when the proof holds; it must be renewed before. None where nobody signed.

    That is the first end among the certificates of the last document time-stamp, else of the
    signatures, and of the time for which their keys count as strong.

    Raises:
        Refused: ``signing.unreadable_pdf``.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        uses, store = uses_of(reader), store_of(reader)
        stamps = [use for use in uses if use.purpose is Purpose.DOCUMENT_STAMP]
        resting = stamps[-1:] or uses
        return min((end for use in resting for end in _ends(use, store)), default=None)
    except Exception as error:  # hostile bytes can raise anything
        raise Refused("signing.unreadable_pdf") from error


def uses_of(reader: PdfFileReader) -> tuple[Use, ...]:
    """Give every use of a certificate in a file, in the order in which they were made."""
    embedded = list(reader.embedded_signatures)
    stamps = [one for one in embedded if one.sig_object_type == "/DocTimeStamp"]
    times = [(int(stamp.signed_revision), _time_of(stamp.signed_data)) for stamp in stamps]
    return tuple(use for one in embedded for use in _uses(one, times))


def store_of(handler: PdfHandler) -> Material:
    """Give the validation data of a file, or of an earlier revision of it (/DSS)."""
    if "/DSS" not in handler.root:
        return Material()
    store = handler.root["/DSS"]

    def pieces(name: str) -> Iterator[bytes]:
        for piece in store.get(name, ()):
            yield piece.get_object().data

    return Material.load(pieces("/Certs"), pieces("/CRLs"), pieces("/OCSPs"))


def is_documented(use: Use, store: Material, *, after: bool) -> bool:
    """Tell whether the store can vouch for a use, up to the end of the chain it holds."""
    chain = chain_of(use.certificate, [*use.others, *store.certificates])
    whole = len(chain) > 1 or use.certificate.self_signed == "maybe"
    if not whole or use.since is None:
        return False
    _, missing = revocation_of(chain, use.since, store, after=after)
    return not missing


def _level(signature: Use, uses: Sequence[Use], reader: PdfFileReader) -> Level:
    if signature.since is None:
        return Level.B_B
    later = [
        use
        for use in uses
        if use.purpose is Purpose.DOCUMENT_STAMP and use.revision > signature.revision
    ]
    inner = [use for use in uses if use.field == signature.field]
    for stamp in reversed(later):
        before = store_of(reader.get_historical_resolver(stamp.revision))
        if _all_documented(
            [*inner, *(use for use in later if use.revision < stamp.revision)], before
        ):
            return Level.B_LTA
    return Level.B_LT if _all_documented([*inner, *later[:1]], store_of(reader)) else Level.B_T


def _all_documented(uses: Sequence[Use], store: Material) -> bool:
    return all(is_documented(use, store, after=False) for use in uses)


def _uses(embedded: EmbeddedPdfSignature, stamps: Sequence[tuple[int, datetime]]) -> Iterator[Use]:
    revision = int(embedded.signed_revision)
    if embedded.sig_object_type == "/DocTimeStamp":
        yield _use(embedded, Purpose.DOCUMENT_STAMP, embedded.signed_data)
        return
    attached = list(extract_tst_data_iter(embedded.signer_info, signed=False))
    times = [_time_of(token) for token in attached]
    times += [moment for later, moment in stamps if later > revision]
    signature = _use(embedded, Purpose.SIGNATURE, embedded.signed_data)
    yield replace(signature, since=min(times, default=None))
    for token in attached:
        yield _use(embedded, Purpose.SIGNATURE_STAMP, token)


def _use(embedded: EmbeddedPdfSignature, purpose: Purpose, signed_data: cms.SignedData) -> Use:
    certificates = extract_certificate_info(signed_data)
    return Use(
        field=str(embedded.field_name),
        purpose=purpose,
        revision=int(embedded.signed_revision),
        certificate=certificates.signer_cert,
        others=tuple(certificates.other_certs),
        since=None if purpose is Purpose.SIGNATURE else _time_of(signed_data),
    )


def _time_of(token: cms.SignedData) -> datetime:
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def _ends(use: Use, store: Material) -> Iterator[datetime]:
    for certificate in chain_of(use.certificate, [*use.others, *store.certificates]):
        yield certificate.not_valid_after
    key = use.certificate.public_key
    if key.algorithm == "rsa" and key.bit_size < _STRONG_RSA:
        yield _WEAKER_KEYS_UNTIL
