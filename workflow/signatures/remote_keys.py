"""Keys at remote signing services: a batch goes out once, and each intent takes its signature.

A person is asked once for all documents of a batch, on the telephone or by one code, so everything
is prepared and sent at the first asking; whoever asks before the person has answered is told to
come again, and is rung for when the answer is there. What was typed leaves with the batch and is
kept nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.bells import Ring
from kernel.clock import Clock
from kernel.database import Sessions
from kernel.errors import Refused, Unavailable
from signing.holding.remote.batch import Ticket, begin
from signing.holding.remote.port import Outcome, RemoteSigner, Secret, ToSign
from signing.making.two_phase import Prepared, complete
from workflow.models import Authorisation, Document, SigningBatch
from workflow.signatures.preparing import Prepare, Preparer
from workflow.states import WORK, OutgoingState

_FORMING = timedelta(minutes=1)
"""How long a batch waits for the page to begin its last document; then it goes without it."""


@dataclass(slots=True)
class RemoteKey:
    """A person's remote credential, opened for one batch."""

    signer: RemoteSigner
    _secret: Secret | None = field(repr=False)
    _sent: "Sent | None" = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def certificate(self) -> bytes:
        """The certificate registered for the person, DER."""
        return self.signer.certificate

    @property
    def answered(self) -> bool:
        """Tell whether the service has answered; then what it signed in time is not lost."""
        return self._sent is not None and self._sent.ticket.ready

    def sent(self, gather: Callable[[], "Gathered"], then: Callable[["Gathered"], None]) -> "Sent":
        """Give the batch that is on its way; the first who asks gathers it and sends it off.

        Args:
            gather: Prepares what is to be signed.
            then: Called once the service has answered.
        """
        with self._lock:
            if self._sent is None:
                gathered = gather()
                secret, self._secret = self._secret or Secret(), None
                items = [ready.item for ready in gathered.values()]
                ticket = begin(self.signer, items, secret, then=lambda: then(gathered))
                self._sent = Sent(gathered, ticket)
            return self._sent


@dataclass(frozen=True, slots=True)
class Ready:
    """One document's file, prepared, and what its key is to sign."""

    document_id: UUID
    item: ToSign
    prepared: Prepared = field(repr=False)


Gathered = Mapping[UUID, Ready]
"""Intent → what is ready for it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that was sent off."""

    gathered: Gathered
    ticket: Ticket

    def signed(self, intent_id: UUID) -> bytes:
        """Give the signed file of one intent.

        Raises:
            Refused: It was not signed, and why.
            Unavailable: ``remote.waiting_for_phone``; the person has not answered yet.
        """
        if intent_id not in self.gathered:
            raise Refused("signing.not_authorised")
        outcome = self._outcomes()[intent_id]
        if isinstance(outcome, Refused):
            raise outcome
        return complete(self.gathered[intent_id].prepared, outcome)

    def _outcomes(self) -> Mapping[UUID, Outcome]:
        try:
            outcomes = self.ticket.collect()
        except Unavailable as error:  # the batch is over; trying again takes a new secret
            raise Refused(error.code) from error
        if outcomes is None:
            raise Unavailable("remote.waiting_for_phone")
        return dict(zip(self.gathered, outcomes, strict=True))


@dataclass(frozen=True, slots=True)
class RemoteBatches:
    """Sends batches off and gives out what comes back."""

    sessions: Sessions
    preparer: Preparer
    clock: Clock
    ring: Ring

    def signed(self, given: Authorisation, key: RemoteKey) -> bytes:
        """Give the signed file of an intent, sending its batch off at the first asking.

        Raises:
            Refused: It was not signed, and why.
            Unavailable: The batch is being formed, or the person has not answered yet.
        """
        return key.sent(lambda: self._gather(given.batch_id, key), self._ring_for).signed(given.id)

    def _gather(self, batch_id: UUID | None, key: RemoteKey) -> Gathered:
        with self.sessions() as session:
            begun = self._begun(session, session.get_one(SigningBatch, batch_id))
        gathered = {}
        for intent, name, prepare in begun:
            prepared = prepare(key.certificate, key.signer.chain)
            item = ToSign(name, intent.sha256, prepared.attributes)
            gathered[intent.id] = Ready(intent.document_id, item, prepared)
        return gathered

    def _begun(
        self, session: Session, batch: SigningBatch
    ) -> list[tuple[Authorisation, str, Prepare]]:
        """Give the intents whose documents wait for this very signature, and how people name them.

        Raises:
            Unavailable: ``remote.batch_forming``.
        """
        begun = []
        for intent in batch.authorisations:
            if intent.result is not None or intent.void_at is not None:
                continue
            document = session.get_one(Document, intent.document_id)
            if document.state is not OutgoingState.SIGNING:
                if self.clock() < batch.given_at + _FORMING:
                    raise Unavailable("remote.batch_forming")
                continue
            name = f"{document.type_name} {document.subject}".strip()
            try:
                begun.append((intent, name, self.preparer.prepare(session, intent)))
            except Refused:  # told when its own turn comes; the others are not kept back
                continue
        return begun

    def _ring_for(self, gathered: Gathered) -> None:
        for ready in gathered.values():
            self.ring(WORK[OutgoingState.SIGNING], str(ready.document_id))
