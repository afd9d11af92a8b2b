"""Proof that lasts, made beside the work: nobody waits for it, and nothing stops for want of it.

A sealed document is issued as it is. What makes it provable in twenty years comes step by step from
time-stamping and status services that are slow, away or wrong; so each step is tried again on a
ladder of waits until it succeeds, and the page says what is missing. A finished proof names the day
of its renewal and comes up again then.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kernel.bells import ring_after_commit
from kernel.errors import DomainError, Refused, Unavailable
from kernel.log import logger
from signing.checking.verdict import Level, worst
from signing.lasting.levels import earliest_expiry, level_of
from signing.lasting.material import Material
from signing.lasting.proof import add_document_timestamp, embed_validation_data, needs, renew
from workflow import journal
from workflow.authorities import revocation
from workflow.authorities.fetching import Limits
from workflow.models import Document, DocumentArtifact, Proof
from workflow.office import Office
from workflow.signatures import certificates, evidence
from workflow.signatures.stamping import PatientAuthority, Pause

PROVE = "worker.tasks.prove"
"""Rung with the id of a proof whose next step is due."""

LADDER = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360))
"""How long to wait after each failed attempt; the last wait is repeated for as long as it takes."""

_NO_AUTHORITY = "proof.no_authority"
_SOON = timedelta(minutes=1)
_CLAIMED = timedelta(minutes=20)  # longer than three tries of three minutes
_RENEWED_BEFORE = timedelta(days=180)
_RENEWED_AFTER = timedelta(days=30)
"""At the soonest, so that an authority whose own certificate ends soon makes no treadmill."""

_MOST = 100
"""Proofs rung for at one time: those that waited longest."""

_ANSWER = Limits(size=256 * 1024, seconds=20)  # of a status service
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A step that somebody is about to take."""

    proof_id: UUID
    sha256: str
    wanted: Level
    first: bool
    """Whether nothing was tried before."""


def begin(office: Office, session: Session, artifact: DocumentArtifact, level: Level) -> None:
    """Let the proof of a document that was just sealed begin; a new seal begins it anew.

    Args:
        office: The office.
        session: The transaction of the sealing.
        artifact: The sealed file.
        level: How far its proof goes already.
    """
    query = select(Proof).where(Proof.document_id == artifact.document_id)
    proof = session.scalars(query).one_or_none()
    if proof is None:
        proof = Proof(id=uuid4(), agency_id=artifact.agency_id, document_id=artifact.document_id)
        session.add(proof)
    proof.version_id = artifact.version_id
    proof.sha256, proof.size, proof.made_at = artifact.sha256, artifact.size, artifact.made_at
    proof.level, proof.wanted = (level or Level.B_B).value, office.lasting.wanted.value
    proof.attempts, proof.trouble, proof.about, proof.expires_at = 0, None, None, None
    proof.next_attempt_at = office.clock()
    ring_after_commit(session, PROVE, proof.id)


def ring_due(office: Office) -> int:
    """Ring for the proofs whose next step is due; give how many bells were rung."""
    query = select(Proof.id).where(_is_due(office)).order_by(Proof.next_attempt_at).limit(_MOST)
    with office.act() as session:
        waiting = session.scalars(query).all()
        for proof_id in waiting:
            ring_after_commit(session, PROVE, proof_id)
    return len(waiting)


def prove(office: Office, proof_id: UUID, pause: Pause = time.sleep) -> None:
    """Take the next step of a proof, if it is due.

    Raises:
        Unavailable: The store or the database cannot be reached.
    """
    claim = _claim(office, proof_id)
    if claim is None:
        return
    pdf = office.artifacts.get(claim.sha256)
    try:
        grown = _grown(office, pdf, claim.wanted, pause)
        _require_sound(office, pdf, grown)
    except DomainError as error:
        _postpone(office, claim, error, pdf)
    except Exception:  # noqa: BLE001 - what was sealed elsewhere can raise anything
        _log.exception("proof failed", proof=str(proof_id))
        _postpone(office, claim, Refused("proof.failed"), pdf)
    else:
        _keep(office, claim, grown)


def standing(session: Session, document: Document) -> Proof | None:
    """Give how far the proof of the document's current version has come, if it has begun."""
    query = select(Proof).where(
        Proof.document_id == document.id, Proof.version_id == document.current_version_id
    )
    return session.scalars(query).one_or_none()


def latest(session: Session, document: Document, issued: str) -> str:
    """Give the best proven file of what is issued: its SHA-256, or ``issued`` itself."""
    proof = standing(session, document)
    return proof.sha256 if proof else issued


def _is_due(office: Office) -> ColumnElement[bool]:
    due = Proof.next_attempt_at <= office.clock()
    if office.lasting.authority is None:
        return due
    return or_(due, Proof.trouble == _NO_AUTHORITY)


def _claim(office: Office, proof_id: UUID) -> _Claim | None:
    """Take a due step upon ourselves; should we die, somebody else takes it after a while."""
    query = select(Proof).where(Proof.id == proof_id, _is_due(office)).with_for_update()
    with office.act() as session:
        proof = session.scalars(query).one_or_none()
        if proof is None:
            return None
        proof.next_attempt_at = office.clock() + _CLAIMED
        first = proof.attempts == 0 and proof.trouble is None
        if proof.trouble == _NO_AUTHORITY:
            proof.trouble = None
        return _Claim(proof.id, proof.sha256, Level(proof.wanted), first)


def _grown(office: Office, pdf: bytes, wanted: Level, pause: Pause) -> bytes:
    """Give the file with what it lacks most; a finished one is renewed when its time comes."""
    if office.lasting.authority is None:
        raise Unavailable("proof.no_authority")
    level, trust, authority = level_of(pdf), office.trust(), PatientAuthority(office, pause)
    if worst(level, wanted) is wanted:
        ends = earliest_expiry(pdf)
        if ends is None or ends - _RENEWED_BEFORE > office.clock():
            return pdf
        return renew(pdf, authority, trust, _known(office, pdf))
    match level:
        case Level.NONE:
            raise Refused("proof.not_signed")
        case Level.B_T:
            return embed_validation_data(pdf, trust, _known(office, pdf))
        case _:
            return add_document_timestamp(pdf, authority)


def _known(office: Office, pdf: bytes) -> Material:
    """Gather our own lists, and answers on the certificates on which these are silent."""
    trust = office.trust()
    lists = Material.load(crls=(one.der for one in trust.crls))
    missing = needs(pdf, trust, lists)
    if not missing:
        return lists
    calls = revocation.fetcher(office, local=office.lasting.local, limits=_ANSWER)
    answers = [
        answer
        for need in missing
        for answer in revocation.status_answers(
            (need.certificate, need.issuer), calls, need.since, trust.crls
        )
    ]
    return lists | Material.load(ocsps=answers)


def _require_sound(office: Office, before: bytes, grown: bytes) -> None:
    verdict = office.check(grown, trust=office.trust(), at=office.clock())
    if not grown.startswith(before) or not certificates.holds(verdict):
        raise Refused("proof.result_not_valid")


def _keep(office: Office, claim: _Claim, grown: bytes) -> None:
    """Keep what the step made, unless the document was sealed anew meanwhile."""
    sha256, level, ends = office.artifacts.put(grown), level_of(grown), earliest_expiry(grown)
    gathered = evidence.gather(office, grown)
    now = office.clock()
    with office.act() as session:
        proof = _held(session, claim)
        if proof is None:
            return
        reached = worst(level, claim.wanted) is claim.wanted
        if proof.sha256 != sha256 or proof.level != level.value:
            _note(session, proof, level, sha256, now)
        proof.level, proof.sha256, proof.size, proof.made_at = level.value, sha256, len(grown), now
        proof.attempts, proof.trouble, proof.expires_at = 0, None, ends
        proof.next_attempt_at = _renewal(ends, now) if reached else now
        evidence.keep(office, session, proof, gathered, now)
        if not reached:
            ring_after_commit(session, PROVE, proof.id)


def _postpone(office: Office, claim: _Claim, error: DomainError, pdf: bytes) -> None:
    """Note what is missing; what signing rested on is kept even if no proof ever comes."""
    _log.warning("proof postponed", proof=str(claim.proof_id), cause=error.code)
    gathered = []
    if claim.first:
        with suppress(Refused):  # that it cannot be read is told by the error itself
            gathered = evidence.gather(office, pdf)
    with office.act() as session:
        proof = _held(session, claim)
        if proof is None:
            return
        evidence.keep(office, session, proof, gathered, office.clock())
        proof.trouble, proof.about = error.code, str(error.facts.get("name", "")) or None
        match error.code:
            case "proof.busy":
                proof.next_attempt_at = office.clock() + _SOON
            case "proof.no_authority":  # the bell is rung once there is one
                proof.next_attempt_at = None
            case _:
                wait = LADDER[min(proof.attempts, len(LADDER) - 1)]
                proof.attempts += 1
                proof.next_attempt_at = office.clock() + wait


def _held(session: Session, claim: _Claim) -> Proof | None:
    query = select(Proof).where(Proof.id == claim.proof_id, Proof.sha256 == claim.sha256)
    return session.scalars(query.with_for_update()).one_or_none()


def _renewal(ends: datetime | None, now: datetime) -> datetime | None:
    return max(ends - _RENEWED_BEFORE, now + _RENEWED_AFTER) if ends else None


def _note(session: Session, proof: Proof, level: Level, sha256: str, now: datetime) -> None:
    journal.write(
        session,
        agency_id=proof.agency_id,
        at=now,
        actor=journal.SYSTEM,
        action="prove",
        subject_kind="outgoing",
        subject_id=proof.document_id,
        facts={"level": level.value, "sha256": sha256},
    )
