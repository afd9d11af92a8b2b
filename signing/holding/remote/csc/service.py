"""A CSC service: which credentials it holds for a user, and what opens each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asn1crypto import x509 as asn1_x509

from kernel.errors import Refused
from signing.holding.remote.checks import certificate_of
from signing.holding.remote.csc.access import Session
from signing.holding.remote.csc.factors import Lock
from signing.holding.remote.csc.told import read
from signing.holding.remote.csc.versions import Version
from signing.holding.remote.door import Patience
from signing.holding.remote.port import Credential

_RSA, _RSA_SHA256, _ECDSA_SHA256 = (
    "1.2.840.113549.1.1.1",
    "1.2.840.113549.1.1.11",
    "1.2.840.10045.4.3.2",
)
_PAGES = 20  # of credentials/list; a person has a handful of keys
_UNUSABLE = {
    "remote.key_disabled",
    "remote.certificate_not_valid",
    "remote.browser_needed",
    "remote.unsupported_key",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A credential as ``credentials/info`` tells of it."""

    credential: Credential
    lock: Lock
    algorithm: str
    """OID to sign with."""


class CscService:
    """A CSC service, for one of its users."""

    def __init__(self, session: Session, version: Version, user: str = "") -> None:
        self.session = session
        self.version = version
        self._user = user

    @property
    def patience(self) -> Patience:
        """How long is waited for this service and its people."""
        return self.session.door.patience

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the service says of itself. CSC 11.1."""
        return self.session.ask("info", {}).body

    def credentials(self) -> tuple[Credential, ...]:
        """List the user's credentials; those that cannot be used here are left out. CSC 11.4."""
        found = []
        for credential_id in self._ids():
            try:
                found.append(self.open(credential_id).credential)
            except Refused as unusable:
                if unusable.code not in _UNUSABLE:
                    raise
        return tuple(found)

    def _ids(self) -> Iterator[str]:
        body: dict[str, Any] = {"userID": self._user} if self._user else {}
        for _ in range(_PAGES):
            answer = self.session.ask("credentials/list", body)
            yield from map(str, answer.list("credentialIDs"))
            following = answer.body.get("nextPageToken")
            if not following:
                return
            body = body | {"pageToken": str(following)}

    def open(self, credential_id: str) -> Opened:
        """Read what a credential is, and what opens it. CSC 11.5.

        Raises:
            Refused: Its key is disabled, its certificate not valid, or it cannot be used here.
            Unavailable: The service cannot be reached.
        """
        asked = {"credentialID": credential_id, "certificates": "chain", "authInfo": True}
        told = read(self.session.ask("credentials/info", asked))
        if told.key.status != "enabled":
            raise Refused("remote.key_disabled")
        if told.cert.status not in {None, "valid"}:
            raise Refused("remote.certificate_not_valid")
        certificate, *chain = map(certificate_of, told.cert.certificates)
        lock = self.version.lock(told)
        credential = Credential(
            id=credential_id,
            description=told.description or "",
            certificate=certificate,
            chain=tuple(chain),
            asks=frozenset(factor.ask for factor in lock.factors),
            sends_otp=any(factor.challenged for factor in lock.factors),
            batch=told.multisign,
        )
        return Opened(credential, lock, _algorithm(certificate, told.key.algo))

    def send_otp(self, credential_id: str) -> None:
        """Have the service send the person a code."""
        lock = self.open(credential_id).lock
        factor = next((f for f in lock.factors if f.challenged), None)
        if factor is None:
            raise Refused("remote.no_otp_to_send")
        method, more = self.version.challenge(factor)
        self.session.act(method, {"credentialID": credential_id} | more)


def _algorithm(certificate: bytes, offered: Sequence[str]) -> str:
    """Choose among the offered algorithms the one of our signatures.

    Raises:
        Refused: ``remote.unsupported_key``.
    """
    kind = asn1_x509.Certificate.load(certificate).public_key.algorithm
    wanted = {"rsa": (_RSA_SHA256, _RSA), "ec": (_ECDSA_SHA256,)}.get(kind, ())
    for algorithm in wanted:
        if algorithm in offered:
            return algorithm
    raise Refused("remote.unsupported_key")
