"""A key at a remote service, and the ways in which a service may misuse it."""

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12


@dataclass
class Key:
    """A private key with its certificates, DER, the signer's first."""

    private: RSAPrivateKey | EllipticCurvePrivateKey
    certificates: list[bytes]

    @classmethod
    def of(cls, container: Path, passphrase: str) -> "Key":
        opened = pkcs12.load_pkcs12(container.read_bytes(), passphrase.encode())
        certificates = [opened.cert, *opened.additional_certs]
        return cls(opened.key, [c.certificate.public_bytes(Encoding.DER) for c in certificates])

    @property
    def algorithms(self) -> list[str]:
        if isinstance(self.private, RSAPrivateKey):
            return ["1.2.840.113549.1.1.1"]
        return ["1.2.840.10045.4.3.2"]

    def sign(self, digest: bytes) -> bytes:
        ready = Prehashed(hashes.SHA256())
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(digest, padding.PKCS1v15(), ready)
        return self.private.sign(digest, ECDSA(ready))


@dataclass
class Behaviour:
    """How a service behaves; well, until a test says otherwise."""

    down: bool = False
    """Answers 503 to everything."""

    slow: float = 0
    """Seconds before each answer."""

    silent: str = ""
    """Takes this call and says nothing for long."""

    lies: bool = False
    """Signs something else."""

    swaps: bool = False
    """Gives the signatures in another order."""

    shows: list[bytes] | None = None
    """Other certificates than the key's."""

    refuses: set[bytes] = field(default_factory=set)
    """Digests that it will not sign."""

    refuses_place: int | None = None
    """Place in the batch of the one document that it will not sign."""

    floods: bool = False
    """Answers with far more than anybody asked for."""

    def look_over(self, digests: list[bytes]) -> None:
        """See what a batch holds when it is begun."""
        if self.refuses_place is not None:
            self.refuses = {digests[self.refuses_place]}

    def signed(self, key: Key, digests: list[bytes]) -> list[str]:
        """Sign, well or badly."""
        wanted = [bytes(32) for _ in digests] if self.lies else digests
        signatures = [b64encode(key.sign(digest)).decode() for digest in wanted]
        return signatures[::-1] if self.swaps else signatures
