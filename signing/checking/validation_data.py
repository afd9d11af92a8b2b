# (pyHanko is typed in part only)

"""The validation data a foreign file brings along (/DSS), and the level it reaches by it.

Made for files of any maker: a piece that cannot be read is passed over, and what a list says is
not asked here. The level tells what a file carries; whether it convinces, the other answers tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.rw_common import PdfHandler

from signing.checking.verdict import Level
from signing.making.pages import entries, follow

_LONGEST_CHAIN = 10
_LARGEST_PIECE = 64 * 1024 * 1024  # bytes; the whole country's revocation list is far smaller


@dataclass(frozen=True, slots=True)
class ValidationData:
    """What stands in the /DSS of one revision."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, revision: PdfHandler) -> "ValidationData":
        """Read what a revision of a file holds; nothing where it holds nothing readable."""
        store = follow(revision.root, "/DSS")
        if not isinstance(store, DictionaryObject):
            return cls()
        return cls(
            certificates=tuple(_certificates(_pieces(store, "/Certs"))),
            crls=tuple(_pieces(store, "/CRLs")),
            ocsps=tuple(_pieces(store, "/OCSPs")),
        )

    def subjects(self) -> frozenset[tuple[bytes, int]]:
        """Give issuer and serial number of every certificate an OCSP answer speaks of."""
        return frozenset(_subjects(self.ocsps))

    def listed(self) -> frozenset[str]:
        """Give every issuer of which there is a revocation list."""
        return frozenset(_issuers(self.crls))


def level_of(
    chains: Sequence[Sequence[x509.Certificate]],
    *,
    stamped: bool,
    now: ValidationData,
    stamped_data: Iterable[ValidationData],
) -> Level:
    """Give the level of a PAdES signature (EN 319 142-1, 6).

    Args:
        chains: Of the signer and of the time-stamps that prove its time; each begins with the
            certificate that was used and holds whatever travels with it.
        stamped: Whether a sound time-stamp covers it.
        now: What the file holds at its end.
        stamped_data: What it held under each later document time-stamp that is sound.
    """
    if not stamped:
        return Level.B_B
    if any(_is_complete(chains, data) for data in stamped_data):
        return Level.B_LTA
    return Level.B_LT if _is_complete(chains, now) else Level.B_T


def _is_complete(chains: Sequence[Sequence[x509.Certificate]], data: ValidationData) -> bool:
    if not (data.crls or data.ocsps):
        return False
    subjects, listed = data.subjects(), data.listed()
    return all(
        _is_spoken_of(certificate, subjects, listed)
        for chain in chains
        for certificate in _upwards(chain[0], [*chain, *data.certificates])
    )


def _upwards(
    certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> Iterator[x509.Certificate]:
    """Give a certificate and the authorities above it that can be revoked, by name and key."""
    for _ in range(_LONGEST_CHAIN):
        if certificate.self_issued:
            return
        yield certificate
        wanted = certificate.authority_key_identifier
        above = [
            one
            for one in others
            if one.subject == certificate.issuer
            and (wanted is None or one.key_identifier in {None, wanted})
        ]
        if not above:
            return
        certificate = above[0]


def _is_spoken_of(
    certificate: x509.Certificate, subjects: frozenset[tuple[bytes, int]], listed: frozenset[str]
) -> bool:
    """Tell whether there is word on a certificate, or nowhere any to be had."""
    named = {
        (certificate.issuer.sha1, certificate.serial_number),
        (certificate.issuer.sha256, certificate.serial_number),
    }
    return (
        certificate.ocsp_no_check_value is not None
        or not (certificate.ocsp_urls or certificate.crl_distribution_points)
        or bool(named & subjects)
        or certificate.issuer.hashable in listed
    )


def _pieces(store: DictionaryObject, name: str) -> Iterator[bytes]:
    for piece in entries(store, name):
        stream = piece.get_object()
        with suppress(PdfError, ValueError):
            if isinstance(stream, StreamObject) and len(stream.encoded_data) <= _LARGEST_PIECE:
                yield bytes(stream.data)


def _certificates(pieces: Iterable[bytes]) -> Iterator[x509.Certificate]:
    for der in pieces:
        with suppress(ValueError, TypeError):
            certificate = x509.Certificate.load(der)
            if certificate.subject.hashable:  # read now: a piece that is no certificate says so
                yield certificate


def _subjects(ocsps: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    for der in ocsps:
        with suppress(ValueError, TypeError, KeyError):
            for told in ocsp.OCSPResponse.load(der).response_data["responses"]:
                named = told["cert_id"]
                yield named["issuer_name_hash"].native, named["serial_number"].native


def _issuers(crls: Iterable[bytes]) -> Iterator[str]:
    for der in crls:
        with suppress(ValueError, TypeError):
            yield crl.CertificateList.load(der).issuer.hashable
