"""The tasks: one id in, one call, no branch; retries stand on the decorator.

Only ``Unavailable`` is tried again. Any other error leaves the state as it is: the sweep rings
again, and reports what stays. Two hundred seconds of growing waits stay far below the broker's
visibility timeout, so no retry is ever run twice by Redis.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import shared_task

from kernel.bells import PATIENT, unanswered
from kernel.errors import Unavailable
from worker.app import anchors_folder, office, queue, settings
from workflow import anchors
from workflow import sweep as sweeping
from workflow.authorities import revocation
from workflow.incoming import receiving, statuses, verifying
from workflow.outgoing import rendering, sealing, sending
from workflow.signatures import proving, signing_desk

MANY_BELLS = 50
"""With so many in the queue none was lost, and more would only make everybody wait longer."""

RETRY: dict[str, Any] = {
    "acks_late": True,
    "autoretry_for": (Unavailable,),
    "retry_backoff": 2,
    "retry_backoff_max": 600,
    "retry_jitter": True,
    "max_retries": 8,
}


@shared_task(name="worker.tasks.render", **RETRY)
def render(document_id: str) -> None:
    """Typeset a submitted document."""
    rendering.render(office(), UUID(document_id))


@shared_task(name="worker.tasks.sign", **RETRY)
def sign(document_id: str) -> None:
    """Have an authorised signature made and checked."""
    signing_desk.finish(office(), UUID(document_id))


@shared_task(name="worker.tasks.seal", **RETRY)
def seal(document_id: str) -> None:
    """Have an authorised seal made and checked."""
    sealing.finish(office(), UUID(document_id))


@shared_task(name="worker.tasks.send", **RETRY)
def send(document_id: str) -> None:
    """Send an issued document to each receiver that still waits for it."""
    sending.send(office(), UUID(document_id))


@shared_task(name="worker.tasks.collect", **RETRY)
def collect(agency_id: str) -> None:
    """Fetch what lies in an agency's box on the axis."""
    receiving.collect(office(), UUID(agency_id))


@shared_task(name="worker.tasks.take", **RETRY)
def take(packet_id: str) -> None:
    """Look into a stored packet."""
    receiving.take(office(), UUID(packet_id))


@shared_task(name="worker.tasks.verify", **RETRY)
def verify(incoming_id: str) -> None:
    """Check the signatures of a document that arrived."""
    verifying.verify(office(), UUID(incoming_id))


@shared_task(name="worker.tasks.tell", **RETRY)
def tell(message_id: str) -> None:
    """Send a status back to where the document came from."""
    statuses.tell(office(), UUID(message_id))


@shared_task(name="worker.tasks.prove", **RETRY)
def prove(proof_id: str) -> None:
    """Take the next step of a document's lasting proof."""
    proving.prove(office(), UUID(proof_id))


@shared_task(name="worker.tasks.sweep")
def sweep() -> None:
    """Ring again for what waited too long, unless it waits because the workers are behind."""
    if unanswered(queue) < MANY_BELLS:
        sweeping.sweep(office(), timedelta(seconds=settings.sweep_after_seconds))


@shared_task(name="worker.tasks.sweep_proofs")
def sweep_proofs() -> None:
    """Ring for proofs whose next step or renewal is due, unless the authority is behind."""
    if unanswered(queue, PATIENT) < MANY_BELLS:
        proving.ring_due(office())


@shared_task(name="worker.tasks.anchor")
def anchor() -> None:
    """Keep the journal's heads outside the database."""
    anchors.keep(office(), anchors_folder())


@shared_task(name="worker.tasks.refresh_revocation", **RETRY)
def refresh_revocation() -> None:
    """Fetch the revocation lists of the authorities on the trust list."""
    local = settings.calls_private_addresses
    revocation.refresh(office(), settings.trust_folder, local=local)
