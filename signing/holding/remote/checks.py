"""A service's answers are checked before they are used: a lying provider signs nothing.

What is compared is the certificate that was registered for the person, not the one that the service
happens to show today; and a signature counts only when that certificate's key verifies it.
"""

from base64 import b64decode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kernel.errors import Refused
from signing.holding.remote.port import Outcome


def require_registered(registered: bytes, shown: bytes) -> None:
    """Refuse a credential whose certificate is another than the registered one.

    Raises:
        Refused: ``remote.other_certificate``.
    """
    if registered != shown:
        raise Refused("remote.other_certificate")


def certificate_of(text: object) -> bytes:
    """Read a certificate out of a service's Base64, with or without line breaks.

    Raises:
        Refused: ``remote.bad_answer``.
    """
    try:
        der = b64decode("".join(str(text).split()), validate=True)
        x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise Refused("remote.bad_answer") from error
    return der


def checked(certificate: bytes, data: bytes, text: object) -> Outcome:
    """Read a signature out of a service's Base64; one that does not verify is refused."""
    try:
        signature = b64decode("".join(str(text).split()), validate=True)
    except ValueError:
        return Refused("remote.bad_signature")
    return signature if verifies(certificate, data, signature) else Refused("remote.bad_signature")


def verifies(certificate: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether the certificate's key made this signature over the SHA-256 of ``data``."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        match key:
            case RSAPublicKey():
                key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            case EllipticCurvePublicKey():
                key.verify(signature, data, ECDSA(hashes.SHA256()))
            case _:
                return False
    except InvalidSignature:
        return False
    return True
