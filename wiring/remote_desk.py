"""The signing process as seen from the others: a few calls over its Unix socket."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from kernel.errors import Refused, Unavailable
from kernel.log import current_request
from signing.holding.remote.port import Credential, KnownService


class RemoteDesk:
    """Speaks to ``signer`` over its socket: ids, hashes and one secret, nothing else."""

    def __init__(self, socket: Path) -> None:
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)),
            base_url="http://signer",
            timeout=httpx.Timeout(30, connect=2),
            trust_env=False,
        )

    def open(self, batch_id: UUID, secret: str) -> bytes:
        """Open the key of a batch for its intents and give its certificate (DER)."""
        return bytes.fromhex(self._ask("open", batch=str(batch_id), secret=secret)["certificate"])

    def forget(self, batch_id: UUID) -> None:
        """Drop a key that was opened and will not be used."""
        self._ask("forget", batch=str(batch_id))

    def seal_certificate(self, key: str) -> bytes:
        """Give the certificate (DER) of a seal key."""
        return bytes.fromhex(self._ask("seal-certificate", key=key)["certificate"])

    def remote_services(self) -> Mapping[str, KnownService]:
        """Give the remote signing services in use."""
        told = self._ask("remote-services")["services"]
        return {service: KnownService(**facts) for service, facts in told.items()}

    def remote_credentials(self, service: str, user_id: str) -> Sequence[Credential]:
        """List what a remote service holds for one of its users."""
        told = self._ask("remote-credentials", service=service, user=user_id)["credentials"]
        return [Credential.from_json(one) for one in told]

    def send_code(self, key_id: UUID) -> None:
        """Have a remote service send the code for one of its keys."""
        self._ask("send-code", key=str(key_id))

    def apply(self, authorisation_id: UUID) -> str:
        """Write the authorised signature and give the SHA-256 of the result."""
        return str(self._ask("apply", authorisation=str(authorisation_id))["sha256"])

    def _ask(self, what: str, **words: str) -> dict[str, Any]:
        try:
            answer = self._client.post(
                f"/{what}", json=words, headers={"X-Request-Id": current_request()}
            )
        except httpx.TransportError as error:
            raise Unavailable("signing.process_unavailable") from error
        told: dict[str, Any] = answer.json()
        if answer.status_code == httpx.codes.OK:
            return told
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise Refused(told["code"], **told["facts"])
        raise Unavailable(told.get("code", "signing.process_unavailable"), **told.get("facts", {}))
