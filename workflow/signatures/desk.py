"""What the signing process does: consume one intent, write one signature.

It is the only place where keys are read. Seal keys are opened at its start; a person's key is
opened for one batch of intents and dropped after it. Before it signs it checks for itself that the
intent is there, unused and unexpired, that the bytes are those that were shown, and that a seal
goes only onto a document its leader has validly signed (Đ32.2).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.database import Sessions
from kernel.errors import Refused
from kernel.objects import Artifacts
from signing.holding.keys import KeyHolder, Pkcs12Key
from signing.holding.pkcs11 import Pkcs11Key, read_configuration
from signing.holding.remote.port import Credential, KnownService
from signing.making.two_phase import complete
from signing.trusting.trust import Trust
from workflow.models import Authorisation, KeyKind, Purpose, SigningBatch, SigningKey
from workflow.office import Check
from workflow.signatures import certificates
from workflow.signatures.intents import PATIENCE, latest_of
from workflow.signatures.preparing import Preparer
from workflow.signatures.remote_keys import RemoteBatches, RemoteKey
from workflow.signatures.remote_services import RemoteServices

_BY_THE_AGENCY = {Purpose.SEAL, Purpose.APPENDIX, Purpose.COPY}

PersonKey = KeyHolder | RemoteKey
Opener = Callable[[Mapping[str, Any], str], PersonKey]
"""Opens a person's key of one kind by its reference and the secret that was typed."""


@dataclass(slots=True)
class KeyCabinet:
    """Opened keys, in the memory of this process only."""

    seals: Mapping[str, KeyHolder]
    openers: Mapping[KeyKind, Opener]
    _opened: dict[UUID, tuple[PersonKey, datetime]] = field(default_factory=dict, repr=False)
    """By batch."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(cls, folder: Path, more: Mapping[KeyKind, Opener]) -> "KeyCabinet":
        """Open every seal key: containers with the secret beside them, devices at their first use.

        A ``.toml`` file says in which device a seal lies; it wins over a container of that name.

        Args:
            folder: Where keys lie, or what says where they do.
            more: Openers of people's keys beside those of containers.
        """
        seals: dict[str, KeyHolder] = {}
        secret = folder / "seal-passphrase"
        if secret.exists():
            passphrase = secret.read_text(encoding="utf-8").strip()
            for container in sorted((folder / "seals").glob("*.p12")):
                key = Pkcs12Key.open(container.read_bytes(), passphrase)
                seals[f"seals/{container.stem}"] = key
        for file in sorted((folder / "seals").glob("*.toml")):
            seals[f"seals/{file.stem}"] = Pkcs11Key(read_configuration(file))
        return cls(seals, {KeyKind.PKCS12: container_opener(folder / "people"), **more})

    def unlock(self, batch_id: UUID, key: SigningKey, secret: str, now: datetime) -> PersonKey:
        """Open a person's key for one batch; drop what was never used.

        Raises:
            Refused: A key of this kind is not opened here, there is none, or the secret is wrong.
        """
        if key.kind not in self.openers:
            raise Refused("signing.no_key")
        opened = self.openers[key.kind](key.reference, secret)
        with self._lock:
            for old in [i for i, (_, since) in self._opened.items() if since < now - PATIENCE]:
                del self._opened[old]
            self._opened[batch_id] = opened, now
        return opened

    def opened(self, batch_id: UUID | None) -> PersonKey | None:
        """Give the key that a person opened for a batch, unless it was dropped."""
        if batch_id is None:
            return None
        with self._lock:
            key, _ = self._opened.get(batch_id, (None, None))
            return key

    def seal(self, key: str) -> KeyHolder:
        """Give a seal key.

        Raises:
            Refused: There is none of that name.
        """
        if key not in self.seals:
            raise Refused("signing.no_seal_key")
        return self.seals[key]

    def forget(self, batch_id: UUID) -> None:
        """Drop a person's opened key."""
        with self._lock:
            self._opened.pop(batch_id, None)


def container_opener(folder: Path) -> Opener:
    """Open PKCS#12 containers of a folder by name; the secret is their passphrase."""

    def open_container(reference: Mapping[str, str], passphrase: str) -> KeyHolder:
        container = folder / f"{Path(reference['container']).name}.p12"
        if not container.is_file():
            raise Refused("signing.no_key")
        return Pkcs12Key.open(container.read_bytes(), passphrase)

    return open_container


@dataclass(frozen=True, slots=True)
class SigningDesk:
    """The acts of the signing process; ``signer`` serves them on a Unix socket."""

    cabinet: KeyCabinet
    sessions: Sessions
    artifacts: Artifacts
    preparer: Preparer
    services: RemoteServices
    remote: RemoteBatches
    check: Check
    trust: Callable[[], Trust]
    clock: Clock

    def open(self, batch_id: UUID, secret: str) -> bytes:
        """Open the key of a batch for its intents and give its certificate (DER)."""
        now = self.clock()
        with self.sessions() as session:
            batch = session.get(SigningBatch, batch_id)
            if batch is None or batch.expires_at < now:
                raise Refused("signing.not_authorised")
            key = batch.signing_key
        return self.cabinet.unlock(batch_id, key, secret, now).certificate

    def forget(self, batch_id: UUID) -> None:
        """Drop a key that was opened and will not be used."""
        self.cabinet.forget(batch_id)

    def seal_certificate(self, key: str) -> bytes:
        """Give the certificate (DER) of a seal key."""
        return self.cabinet.seal(key).certificate

    def remote_services(self) -> Mapping[str, KnownService]:
        """Give the remote signing services in use."""
        return self.services.known()

    def remote_credentials(self, service: str, user_id: str) -> Sequence[Credential]:
        """List what a remote service holds for one of its users."""
        return self.services.credentials(service, user_id)

    def send_code(self, key_id: UUID) -> None:
        """Have a remote service send the code for one of its keys."""
        with self.sessions() as session:
            key = session.get_one(SigningKey, key_id)
        self.services.send_code(key.reference)

    def apply(self, authorisation_id: UUID) -> str:
        """Write the authorised signature once and give the SHA-256 of the result."""
        with self.sessions() as session:
            given = session.get(Authorisation, authorisation_id)
            # The key before the result: who was faster notes the result before dropping the key.
            key = self.cabinet.opened(given.batch_id) if given else None
            if given is None or given.void_at is not None:
                raise Refused("signing.not_authorised")
            session.refresh(given)
            if given.result is not None:
                return given.result
            late = given.expires_at is not None and given.expires_at < self.clock()
            if late and not (isinstance(key, RemoteKey) and key.answered):
                self._drop(given)
                raise Refused("signing.key_gone")
            if given.purpose in _BY_THE_AGENCY:
                key = self.cabinet.seal(given.key)
            if given.purpose is Purpose.SEAL:
                self._require_leader(session, given)
            if given.purpose is Purpose.APPENDIX:
                _require_seal(session, given)
            if key is None:
                raise Refused("signing.key_gone")
            prepare = self.preparer.prepare(session, given)
        if isinstance(key, RemoteKey):
            signed = self.remote.signed(given, key)
        else:
            prepared = prepare(key.certificate, key.chain)
            signed = complete(prepared, key.sign(prepared.attributes))
        sha256 = self.artifacts.put(signed)
        result = self._consume(authorisation_id, sha256)
        self._drop_when_done(given)
        return result

    def _require_leader(self, session: Session, given: Authorisation) -> None:
        """A seal goes only onto a document that its leader has validly signed (Đ32.2)."""
        signed = latest_of(session, given.document_id, given.version_id, Purpose.APPROVE)
        registered = certificates.fingerprints(session, person_id=signed.person_id)
        verdict = self.check(
            self.artifacts.get(given.sha256),
            trust=self.trust(),
            at=self.clock(),
            expected=(certificates.expected_signer(registered, signed.field),),
        )
        if not certificates.holds(verdict):
            raise Refused("signing.leader_not_valid")

    def _consume(self, authorisation_id: UUID, sha256: str) -> str:
        with self.sessions.begin() as session:
            session.execute(
                update(Authorisation)
                .where(
                    Authorisation.id == authorisation_id,
                    Authorisation.result.is_(None),
                    Authorisation.void_at.is_(None),
                )
                .values(consumed_at=self.clock(), result=sha256)
            )
            given = session.get_one(Authorisation, authorisation_id)
            if given.result is None:
                raise Refused("signing.not_authorised")
            return given.result

    def _drop(self, given: Authorisation) -> None:
        if given.batch_id is not None:
            self.cabinet.forget(given.batch_id)

    def _drop_when_done(self, given: Authorisation) -> None:
        """Drop the key with the last intent of its batch."""
        if given.batch_id is None:
            return
        waiting = select(Authorisation.id).where(
            Authorisation.batch_id == given.batch_id,
            Authorisation.result.is_(None),
            Authorisation.void_at.is_(None),
        )
        with self.sessions() as session:
            if session.scalars(waiting.limit(1)).first() is None:
                self.cabinet.forget(given.batch_id)


def _require_seal(session: Session, given: Authorisation) -> None:
    """An annex is signed only after the document it belongs to was sealed."""
    seal = latest_of(session, given.document_id, given.version_id, Purpose.SEAL)
    if seal.result is None or seal.given_at != given.given_at:
        raise Refused("signing.not_authorised")
