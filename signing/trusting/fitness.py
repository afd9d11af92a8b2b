# (pyHanko is typed in part only)

"""May this certificate's key sign documents at all: is it meant for that, and strong enough?

Asked before signing (TT 15/2025: K1, K7). A token holds more than one certificate, and the one for
logging in or for a web server lies beside the one for signing.
"""

from asn1crypto import x509

from kernel.errors import Refused
from signing.holding.keys import facts
from signing.trusting.trust import Usage, is_for

_SMALLEST = {"rsa": 2048, "ec": 256}  # bits, Annex I of TT 15/2025


def require_fit(certificate_der: bytes) -> None:
    """Refuse a certificate whose key may not sign documents.

    Raises:
        Refused: ``signing.unreadable_certificate``, ``signing.certificate_not_for_documents``,
            ``signing.certificate_of_authority`` or ``signing.certificate_weak``.
    """
    known = facts(certificate_der)
    certificate = x509.Certificate.load(certificate_der, strict=True)
    if certificate.ca:
        raise Refused("signing.certificate_of_authority", name=known.subject_name)
    if not is_for(certificate, Usage.DOCUMENTS):
        raise Refused("signing.certificate_not_for_documents", name=known.subject_name)
    key = certificate.public_key
    if key.algorithm not in _SMALLEST or key.bit_size < _SMALLEST[key.algorithm]:
        raise Refused("signing.certificate_weak", name=known.subject_name, key=known.key_type)
