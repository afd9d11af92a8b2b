"""The check on arrival: whose signatures are these, and is the document whole (Đ21.2)?"""

from uuid import UUID

from sqlalchemy.orm import Session

from signing.checking.verdict import ExpectedSignature, Verdict
from workflow import journal
from workflow.finding import HELD
from workflow.firing import fire
from workflow.models import Incoming
from workflow.office import Office
from workflow.signatures import certificates
from workflow.states import IncomingAction, IncomingState, Role
from workflow.verdicts import kept_verdicts

_SYSTEM = frozenset({Role.SYSTEM})


def verify(office: Office, incoming_id: UUID) -> None:
    """Check the signatures of the document that arrived and put it before văn thư (Đ21.2)."""
    with office.sessions() as session:
        incoming = session.get_one(Incoming, incoming_id)
        if incoming.state is not IncomingState.VERIFYING:
            return
        seen = incoming.version
        main = next((file.sha256 for file in incoming.files if file.is_main), None)
        expected = expected_of(session, incoming)
    verdict = _verdict(office, main, expected)
    with office.step() as session:
        incoming = session.get_one(Incoming, incoming_id, with_for_update=HELD)
        if incoming.version != seen:
            return
        incoming.verdict = verdict.to_json() if verdict else None
        fire(
            session,
            incoming,
            IncomingAction.FINISH_VERIFYING,
            actor=journal.SYSTEM,
            roles=_SYSTEM,
            at=office.clock(),
            facts={"conclusion": verdict.conclusion.value if verdict else "NO_FILE"},
        )


def expected_of(session: Session, incoming: Incoming) -> tuple[ExpectedSignature, ...]:
    """Ask our own agencies' documents for both signatures by field name and certificate."""
    if incoming.sender_agency_id is None:
        return ()
    seal = certificates.fingerprints(session, agency_id=incoming.sender_agency_id)
    if not seal:
        return ()
    leaders = certificates.leaders_fingerprints(session, incoming.sender_agency_id)
    return certificates.expected_signer(leaders), certificates.expected_seal(seal)


def _verdict(
    office: Office, main: str | None, expected: tuple[ExpectedSignature, ...]
) -> Verdict | None:
    if main is None:
        return None
    return kept_verdicts.checked(office, main, expected)
