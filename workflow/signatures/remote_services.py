"""The remote signing services that an installation knows, as the signing process sees them.

What describes a service lies beside the keys, because its client secret is as good as one; so only
the signing process reads it, and pages ask there. A public authority's service makes no *chữ ký số
chuyên dùng công vụ* (NĐ 68/2024 against NĐ 23/2025): unless it is switched on, there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import Refused
from signing.holding.remote.port import Credential, KnownService, Secret
from signing.holding.remote.provider import Provider, providers
from workflow.models import KeyKind
from workflow.signatures.remote_keys import RemoteKey

KINDS = frozenset({KeyKind.CSC, KeyKind.MYSIGN, KeyKind.SMARTCA})


@dataclass(frozen=True, slots=True)
class RemoteServices:
    """The services of one installation."""

    folder: Path
    """Where each is described in a file of its own."""

    on: bool
    """Whether this installation signs remotely at all."""

    def known(self) -> dict[str, KnownService]:
        """Give each service by the name of its file; none where they are switched off."""
        described = providers(self.folder) if self.on else {}
        return {
            service: KnownService(provider.name, provider.kind)
            for service, provider in described.items()
        }

    def credentials(self, service: str, user_id: str) -> tuple[Credential, ...]:
        """List what a service holds for one of its users.

        Raises:
            Refused: There is no such service or user, or we are not let in.
            Unavailable: It cannot be reached.
        """
        return self._provider(service).service(user_id).credentials()

    def send_code(self, reference: Mapping[str, Any]) -> None:
        """Have a service send the person a code for one time.

        Raises:
            Refused: It sends none for this key.
            Unavailable: It cannot be reached.
        """
        provider = self._provider(reference["provider"])
        provider.service(reference["user_id"]).send_otp(reference["credential_id"])

    def open(self, reference: Mapping[str, Any], typed: str) -> RemoteKey:
        """Open a person's key for one batch; the service is not spoken to before that is sent.

        Raises:
            Refused: Remote signing is off, or the service is not described any more.
        """
        signer = self._provider(reference["provider"]).signer(
            reference["user_id"],
            reference["credential_id"],
            bytes.fromhex(reference["certificate"]),
            tuple(bytes.fromhex(issuer) for issuer in reference["chain"]),
        )
        return RemoteKey(signer, Secret.typed(typed))

    def _provider(self, service: str) -> Provider:
        if not self.on:
            raise Refused("remote.off")
        provider = providers(self.folder).get(service)
        if provider is None:
            raise Refused("remote.no_provider")
        return provider
