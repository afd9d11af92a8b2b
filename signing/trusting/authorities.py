# (pyHanko is typed in part only)

"""Certificates of authorities that somebody wants on the trust list: is this really one?

Two people decide about trust; this only keeps out what cannot have been meant: a person's
certificate, a bundle of many, a key that is too weak, a link whose chain ends nowhere.
"""

import asyncio
from dataclasses import dataclass

from asn1crypto import pem, x509

from kernel.errors import Refused
from signing.holding.keys import CertificateFacts, facts
from signing.trusting.trust import Trust

_SMALLEST_RSA, _SMALLEST_EC = 2048, 256  # bits, Annex I of TT 15/2025


@dataclass(frozen=True, slots=True)
class AuthorityCertificate:
    """An authority's certificate, read and found fit."""

    der: bytes
    facts: CertificateFacts
    is_root: bool
    """It was issued by itself."""

    signature_algorithm: str
    """As in ``sha256_rsa``."""


def read_authority(data: bytes) -> AuthorityCertificate:
    """Read one authority's certificate from a PEM or DER file.

    Raises:
        Refused: ``signing.unreadable_certificate``, ``trust.many_certificates``,
            ``trust.no_authority`` or ``trust.weak_authority``.
    """
    der = _only_certificate(data)
    known = facts(der)
    certificate = x509.Certificate.load(der, strict=True)
    usage = certificate.key_usage_value
    if not certificate.ca or (usage and "key_cert_sign" not in usage.native):
        raise Refused("trust.no_authority", name=known.subject_name)
    smallest = {"rsa": _SMALLEST_RSA, "ec": _SMALLEST_EC}.get(certificate.public_key.algorithm)
    if smallest is None or certificate.public_key.bit_size < smallest:
        raise Refused("trust.weak_authority", name=known.subject_name, key=known.key_type)
    return AuthorityCertificate(
        der=der,
        facts=known,
        is_root=certificate.subject == certificate.issuer,
        signature_algorithm=str(certificate["signature_algorithm"]["algorithm"].native),
    )


def leads_to_anchor(der: bytes, trust: Trust) -> bool:
    """Tell whether an authority's certificate was issued under one of the anchors."""
    return bool(asyncio.run(trust.paths(x509.Certificate.load(der, strict=True), ())))


def _only_certificate(data: bytes) -> bytes:
    if not pem.detect(data):
        return data
    try:
        found = [der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]
    except ValueError as error:
        raise Refused("signing.unreadable_certificate") from error
    if len(found) != 1:
        raise Refused("trust.many_certificates", count=len(found))
    return bytes(found[0])
