# (pyHanko is typed in part only)

"""What the proof in a PDF is made of, piece by piece, so that it can also be kept outside of it.

The law wants certificates, revocation lists, status answers and time-stamps kept, and some day
destroyed (TT 15/2025, K9 and V7). Taken from the file itself, they are exactly what counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from kernel.errors import Refused
from signing.holding.keys import facts
from signing.lasting.levels import store_of, uses_of
from signing.lasting.material import Material
from signing.trusting.crl import RevocationList


class PieceKind(StrEnum):
    """What a piece is."""

    CERTIFICATE = "certificate"
    REVOCATION_LIST = "crl"
    STATUS_ANSWER = "ocsp"
    TIME_STAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that the proof rests on."""

    kind: PieceKind
    name: str
    """Whose it is, who made it, or whom an answer is about."""

    der: bytes
    valid_from: datetime | None
    valid_to: datetime | None


def pieces_of(pdf: bytes) -> tuple[Piece, ...]:
    """Give every certificate, revocation list, status answer and time-stamp of a signed file once.

    Raises:
        Refused: ``signing.unreadable_pdf``.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        found = {piece.der: piece for piece in _pieces(reader)}
    except Exception as error:  # hostile bytes can raise anything
        raise Refused("signing.unreadable_pdf") from error
    return tuple(found.values())


def lists_for(pieces: Iterable[Piece], lists: Iterable[RevocationList]) -> Iterator[Piece]:
    """Give those of the lists in force that the authorities of the certificates published."""
    certificates = (p.der for p in pieces if p.kind is PieceKind.CERTIFICATE)
    issuers = {x509.Certificate.load(der).issuer.hashable for der in certificates}
    for one in lists:
        if one.issuer in issuers:
            yield _revocation_list(crl.CertificateList.load(one.der))


def _pieces(reader: PdfFileReader) -> Iterator[Piece]:
    store = store_of(reader)
    yield from map(_certificate, _certificates(reader, store))
    yield from map(_time_stamp, _tokens(reader))
    yield from map(_revocation_list, store.crls)
    about = {one.serial_number: _common_name(one.subject) for one in _certificates(reader, store)}
    for answer in store.ocsps:
        yield _status_answer(answer, about)


def _certificates(reader: PdfFileReader, store: Material) -> Iterator[x509.Certificate]:
    for use in uses_of(reader):
        yield from (use.certificate, *use.others)
    yield from store.certificates


def _tokens(reader: PdfFileReader) -> Iterator[cms.SignedData]:
    for embedded in reader.embedded_signatures:
        if embedded.sig_object_type == "/DocTimeStamp":
            yield embedded.signed_data
        else:
            yield from extract_tst_data_iter(embedded.signer_info, signed=False)


def _certificate(certificate: x509.Certificate) -> Piece:
    der = bytes(certificate.dump())
    told = facts(der)
    return Piece(PieceKind.CERTIFICATE, told.subject_name, der, told.not_before, told.not_after)


def _time_stamp(token: cms.SignedData) -> Piece:
    container = cms.ContentInfo({"content_type": "signed_data", "content": token})
    stamper = extract_certificate_info(token).signer_cert
    moment = token["encap_content_info"]["content"].parsed["gen_time"].native
    name = facts(stamper.dump()).subject_name
    return Piece(PieceKind.TIME_STAMP, name, container.dump(), moment, stamper.not_valid_after)


def _revocation_list(known: crl.CertificateList) -> Piece:
    begin, end = (known["tbs_cert_list"][name].native for name in ("this_update", "next_update"))
    name = _common_name(known.issuer)
    return Piece(PieceKind.REVOCATION_LIST, name, known.dump(), begin, end)


def _status_answer(answer: ocsp.OCSPResponse, about: Mapping[int, str]) -> Piece:
    word = answer.response_data["responses"][0]
    begin, end = (word[name].native for name in ("this_update", "next_update"))
    serial = word["cert_id"]["serial_number"].native
    name = about.get(serial, f"{serial:x}")
    return Piece(PieceKind.STATUS_ANSWER, name, answer.dump(), begin, end)


def _common_name(name: x509.Name) -> str:
    told = name.native
    return str(told.get("common_name") or told.get("organization_name") or name.human_friendly)
