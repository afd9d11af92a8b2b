"""Finding the signing device: the library of its vendor, and the certificate that is registered."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from kernel.errors import DomainError, Refused
from signing.holding.token import certificates_on, issuers_of

_LIBRARIES = {
    "linux": (
        "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
        "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
        "/usr/lib64/opensc-pkcs11.so",
        "/usr/lib/opensc-pkcs11.so",
        "/usr/lib/bit4id/libbit4xpki.so",
        "/usr/lib/libbit4xpki.so",
        "/usr/lib/libeToken.so",
        "/usr/lib/libcastle.so.1.0.0",
        "/usr/lib/softhsm/libsofthsm2.so",
    ),
    "darwin": (
        "/Library/OpenSC/lib/opensc-pkcs11.so",
        "/usr/local/lib/libbit4xpki.dylib",
        "/Library/bit4id/pkcs11/libbit4xpki.dylib",
        "/usr/local/lib/libeTPkcs11.dylib",
        "/usr/local/lib/libcastle.1.0.0.dylib",
        "/opt/homebrew/lib/opensc-pkcs11.so",
    ),
    "win32": (
        r"C:\Windows\System32\bit4xpki.dll",
        r"C:\Windows\System32\eTPKCS11.dll",
        r"C:\Windows\System32\eps2003csp11.dll",
        r"C:\Windows\System32\SignatureP11.dll",
        r"C:\Program Files\OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll",
    ),
}
"""Where vendors put the libraries of devices seen in Vietnam, and OpenSC for the rest."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that carries a registered certificate."""

    module: str
    token: str
    certificate: bytes
    chain: tuple[bytes, ...]
    """Its issuers, as far as they lie on the device."""

    @property
    def holder(self) -> str:
        """Name in the certificate."""
        names = x509.load_der_x509_certificate(self.certificate).subject
        (*_, name) = names.get_attributes_for_oid(NameOID.COMMON_NAME) or names
        return str(name.value)


def libraries(named: str = "") -> tuple[str, ...]:
    """Give the library that was named, else those that are installed.

    Raises:
        Refused: ``agent.no_module``.
    """
    known = _LIBRARIES.get(sys.platform, ())
    found = (named,) if named else tuple(path for path in known if Path(path).exists())
    if not found:
        raise Refused("agent.no_module")
    return found


def find(modules: Sequence[str], registered: frozenset[str]) -> Device:
    """Give the device with a registered certificate; asks for no PIN.

    Raises:
        DomainError: ``agent.no_registered``, or why the only library cannot be used.
    """
    troubles: list[DomainError] = []
    for module in modules:
        try:
            found = _registered(module, registered)
        except DomainError as error:
            troubles.append(error)
            continue
        if found:
            return found
    if len(modules) == 1 and troubles:
        raise troubles[0]
    raise Refused("agent.no_registered")


def _registered(module: str, registered: frozenset[str]) -> Device | None:
    stored = certificates_on(module)
    for found in stored:
        if sha256(found.certificate).hexdigest() in registered:
            others = (other.certificate for other in stored)
            chain = issuers_of(found.certificate, others)
            return Device(module, found.token, found.certificate, chain)
    return None
