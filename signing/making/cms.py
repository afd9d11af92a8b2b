"""The signature container (CMS, RFC 5652) put together from parts that are already DER.

A general ASN.1 library builds and re-encodes every certificate for every signature, which costs far
more than the key operation. A detached PAdES container is always the same few pieces around one
signature, so they are joined as bytes; what a certificate contributes is read once and remembered.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kernel.errors import Refused

_INTEGER, _OCTETS, _SEQUENCE, _SET, _FIRST = 0x02, 0x04, 0x30, 0x31, 0xA0
_SHORT = 0x80  # lengths below are one byte


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < _SHORT:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _SHORT | len(length))) + length + content


# Object identifiers, DER (RFC 5652 clauses 4, 5.1, 11; RFC 5035; RFC 8017; RFC 5754; RFC 5758).
_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_SHA256 = _der(_SEQUENCE, bytes.fromhex("0609608648016503040201"))
_RSA_WITH_SHA256 = _der(_SEQUENCE, bytes.fromhex("06092a864886f70d01010b"), b"\x05\x00")
_ECDSA_WITH_SHA256 = _der(_SEQUENCE, bytes.fromhex("06082a8648ce3d040302"))
_VERSION_1 = _der(_INTEGER, b"\x01")


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What a container takes from the signer's certificate."""

    issuer_and_serial: bytes
    reference: bytes
    """The attribute signing-certificate-v2."""

    key: RSAPublicKey | EllipticCurvePublicKey
    algorithm: bytes


@lru_cache(maxsize=256)
def _certificate(der: bytes) -> _Certificate:
    certificate = _loaded(der)
    try:
        key = certificate.public_key()
        issuer = certificate.issuer.public_bytes()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused("signing.unreadable_certificate") from error
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise Refused("signing.weak_key")
    number = certificate.serial_number
    serial = _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, signed=True))
    # ESSCertIDv2 (RFC 5035): SHA-256 is the default and therefore left out; the issuer's name in
    # it would only repeat what issuer_and_serial says, and PAdES asks for neither.
    certificate_id = _der(_SEQUENCE, _der(_OCTETS, sha256(der).digest()))
    return _Certificate(
        issuer_and_serial=_der(_SEQUENCE, issuer, serial),
        reference=_attribute(
            _SIGNING_CERTIFICATE_V2, _der(_SEQUENCE, _der(_SEQUENCE, certificate_id))
        ),
        key=key,
        algorithm=_RSA_WITH_SHA256 if isinstance(key, RSAPublicKey) else _ECDSA_WITH_SHA256,
    )


def _loaded(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise Refused("signing.unreadable_certificate") from error


def _attribute(kind: bytes, value: bytes) -> bytes:
    return _der(_SEQUENCE, kind, _der(_SET, value))


def signed_attributes(certificate: bytes, digest: bytes) -> bytes:
    """Give the DER SET a key signs: content type, the document's digest, the certificate's hash.

    Args:
        certificate: The signer's, DER.
        digest: SHA-256 of the signed bytes of the document.

    Raises:
        Refused: ``signing.unreadable_certificate``, ``signing.weak_key``.
    """
    attributes = (
        _attribute(_CONTENT_TYPE, _DATA),
        _attribute(_MESSAGE_DIGEST, _der(_OCTETS, digest)),
        _certificate(certificate).reference,
    )
    return _der(_SET, *sorted(attributes))  # DER orders the elements of a SET OF


def signed_data(
    attributes: bytes, signature: bytes, certificate: bytes, chain: tuple[bytes, ...]
) -> bytes:
    """Give the whole container: one signer, detached content, certificates without the root.

    Raises:
        Refused: ``signing.foreign_signature`` where ``signature`` is not the certificate's key's
            over ``attributes``.
    """
    signer = _certificate(certificate)
    _verify(signer.key, signature, attributes)
    signer_info = _der(
        _SEQUENCE,
        _VERSION_1,
        signer.issuer_and_serial,
        _SHA256,
        bytes((_FIRST,)) + attributes[1:],  # [0] IMPLICIT: same content under another tag
        signer.algorithm,
        _der(_OCTETS, signature),
    )
    content = _der(
        _SEQUENCE,
        _VERSION_1,
        _der(_SET, _SHA256),
        _der(_SEQUENCE, _DATA),
        _certificates((certificate, *chain)),
        _der(_SET, signer_info),
    )
    return _der(_SEQUENCE, _SIGNED_DATA, _der(_FIRST, content))


def _verify(key: RSAPublicKey | EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
    """Refuse a signature that would make the file invalid; costs a tenth of making one."""
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, data, PKCS1v15(), SHA256())
        else:
            key.verify(signature, data, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise Refused("signing.foreign_signature") from error


@lru_cache(maxsize=256)
def _certificates(path: tuple[bytes, ...]) -> bytes:
    """Give the certificates of a path as the SET of a container; a root is known to its truster."""
    signer, *issuers = path
    wanted = {signer, *(der for der in issuers if not _is_root(der))}
    return _der(_FIRST, *sorted(wanted))


def _is_root(der: bytes) -> bool:
    certificate = _loaded(der)
    return certificate.issuer == certificate.subject
