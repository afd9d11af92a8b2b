# (pyHanko is typed in part only)

"""What a signature container (CMS) says, and whether its own sums are right.

Nothing about trust and nothing about the PDF: whose certificate it is counts elsewhere, and so does
what the bytes mean. A container that breaks the format raises whatever the libraries raise; the
examination fences it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import algos, cms, tsp, x509
from asn1crypto.core import VOID
from cryptography.hazmat.primitives.hashes import Hash
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_self_reported_ts,
    extract_tst_data_iter,
    get_signing_cert_attr,
    validate_sig_integrity,
)
from pyhanko.sign.validation.utils import DEFAULT_ALGORITHM_USAGE_POLICY
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

Digest = Callable[[str], bytes]
"""Gives the digest of what was signed or stamped, by the name of the algorithm."""

_OUTDATED = {"sha1", "md5", "md2"}
_NAME_OF_DATA, _NAME_OF_STAMP = "data", "tst_info"


class Flaw(StrEnum):
    """What is wrong with a container whose sums may be right; each is a finding's code."""

    WEAK = "weak_algorithm"
    DISAGREEING = "disagreeing_algorithms"
    NO_ATTRIBUTES = "no_signed_attributes"
    UNSORTED = "unsorted_attributes"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp token (RFC 3161)."""

    time: datetime
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    intact: bool
    """It is about what it should be about, and its signature is right."""

    flaws: frozenset[Flaw]
    weak_imprint: bool
    """It names what it is about by an outdated hash."""


@dataclass(frozen=True, slots=True)
class Container:
    """A signature over a document."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    digest_matches: bool
    signature_matches: bool
    flaws: frozenset[Flaw]
    names_certificate: bool
    """Its signed attributes say by which certificate it is (ESS); PAdES asks for it."""

    claimed_at: datetime | None
    stamps: tuple[Stamp, ...]
    """Over the signature."""

    content_stamps: tuple[Stamp, ...]
    """Over the document, made before the signature."""


def read_container(signed: cms.SignedData, digest: Digest) -> Container:
    """Read a signature over a document.

    Args:
        signed: The one in ``/Contents``.
        digest: Of the bytes the PDF says are signed.
    """
    information = extract_signer_info(signed)  # exactly one signer: EN 319 142-1, 6.3 b
    if signed["encap_content_info"]["content"] is not VOID:
        raise ValueError("the document stands in the container")  # must be detached: 6.3 a
    certificates = extract_certs_for_validation(signed)
    certificate: x509.Certificate = certificates.signer_cert
    algorithm = information["digest_algorithm"]["algorithm"].native
    digest_matches, signature_matches = validate_sig_integrity(
        information, certificate, _NAME_OF_DATA, digest(algorithm)
    )
    return Container(
        certificate=certificate,
        others=tuple(certificates.other_certs),
        digest_matches=digest_matches,
        signature_matches=signature_matches,
        flaws=frozenset(_flaws(information, certificate)),
        names_certificate=get_signing_cert_attr(information["signed_attrs"]) is not None,
        claimed_at=extract_self_reported_ts(information),
        stamps=tuple(
            read_stamp(token, _digest_of(information["signature"].native))
            for token in extract_tst_data_iter(information, signed=False)
        ),
        content_stamps=tuple(
            read_stamp(token, digest) for token in extract_tst_data_iter(information, signed=True)
        ),
    )


def read_stamp(signed: cms.SignedData, digest: Digest) -> Stamp:
    """Read a time-stamp token.

    Args:
        signed: The token.
        digest: Of what it should be about.
    """
    information = extract_signer_info(signed)
    content = signed["encap_content_info"]["content"]
    about: tsp.TSTInfo = content.parsed
    imprint = about["message_imprint"]
    imprint_algorithm = imprint["hash_algorithm"]["algorithm"].native
    certificates = extract_certs_for_validation(signed)
    algorithm = information["digest_algorithm"]["algorithm"].native
    digest_matches, signature_matches = validate_sig_integrity(
        information,
        certificates.signer_cert,
        _NAME_OF_STAMP,
        _digest_of(bytes(content))(algorithm),
    )
    is_about_it = imprint["hashed_message"].native == digest(imprint_algorithm)
    return Stamp(
        time=about["gen_time"].native,
        certificate=certificates.signer_cert,
        others=tuple(certificates.other_certs),
        intact=digest_matches and signature_matches and is_about_it,
        flaws=frozenset(_flaws(information, certificates.signer_cert)),
        weak_imprint=imprint_algorithm in _OUTDATED,
    )


def _flaws(information: cms.SignerInfo, certificate: x509.Certificate) -> Iterator[Flaw]:
    policy = DEFAULT_ALGORITHM_USAGE_POLICY
    digest, mechanism = information["digest_algorithm"], information["signature_algorithm"]
    key = certificate.public_key
    if not (
        policy.digest_algorithm_allowed(digest, moment=None)
        and policy.signature_algorithm_allowed(mechanism, moment=None, public_key=key)
    ):
        yield Flaw.WEAK
    plain = algos.DigestAlgorithm({"algorithm": digest["algorithm"].native})
    if not policy.digest_combination_allowed(mechanism, plain, moment=None):
        yield Flaw.DISAGREEING
    attributes = information["signed_attrs"]
    if attributes is VOID:
        yield Flaw.NO_ATTRIBUTES
    elif not _is_sorted(attributes):
        yield Flaw.UNSORTED


def _is_sorted(attributes: cms.CMSAttributes) -> bool:
    """Tell whether the set stands in the order of DER: what is signed must be unambiguous."""
    encoded = [attribute.dump() for attribute in attributes]
    return encoded == sorted(encoded)


def _digest_of(data: bytes) -> Digest:
    def digest(algorithm: str) -> bytes:
        computed = Hash(get_pyca_cryptography_hash(algorithm))
        computed.update(data)
        return computed.finalize()

    return digest
