"""The leader's desk: decide on exactly the bytes that were shown, and have them signed (Đ11, Đ13).

Duyệt and ký are two acts, because the key may lie in a token at the office while the leader reads
on the way. Duyệt binds the decision to the SHA-256; bytes that change afterwards wait anew.

A secret goes from the page straight to the signing process, which holds the opened key for one
batch and a few minutes; it never touches the database or a task. What was signed elsewhere is
handed in, and verified like everything else before the document moves on.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from kernel.errors import DomainError, Refused, Unavailable
from workflow import steps
from workflow.authority import Standing
from workflow.finding import document_for
from workflow.firing import fire
from workflow.models import Document, KeyKind, Purpose, Review
from workflow.models.outgoing import ArtifactKind, ReviewKind
from workflow.office import Office
from workflow.signatures import certificates, intents, stamping
from workflow.signatures.intents import Batch, Chosen
from workflow.states import OutgoingAction, OutgoingState, Role


def approve(office: Office, person_id: UUID, document_id: UUID, seen: int, *, shown: str) -> None:
    """Decide that the bytes with SHA-256 ``shown`` shall be signed; they wait as *Chờ ký số*.

    Raises:
        Refused: The bytes differ from those shown, or a delegation is not in force.
    """
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        standing.acting(Role.SIGNER)
        intents.require_shown(session, document, shown)
        intents.require_authority(office, session, document)
        _decide(office, session, document, standing, shown)
        _fire(office, session, document, standing, OutgoingAction.APPROVE, sha256=shown)


def reconsider(office: Office, person_id: UUID, document_id: UUID, seen: int) -> None:
    """Take a decision back that was not signed yet."""
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        _fire(office, session, document, standing, OutgoingAction.RECONSIDER)


def sign(  # noqa: PLR0913 - the act, what was shown, and the secret
    office: Office,
    person_id: UUID,
    document_id: UUID,
    seen: int,
    *,
    shown: str,
    secret: str,
    key_id: UUID | None = None,
) -> None:
    """Have one document signed on the bytes with SHA-256 ``shown``.

    Raises:
        DomainError: As ``sign_all`` raises or tells; the document stands as before.
    """
    chosen = Chosen(document_id, seen, shown)
    batch = sign_all(office, person_id, [chosen], secret=secret, key_id=key_id)
    for error in batch.refused.values():
        raise error


def sign_all(
    office: Office,
    person_id: UUID,
    chosen: Sequence[Chosen],
    *,
    secret: str,
    key_id: UUID | None = None,
) -> Batch:
    """Have many documents signed under one secret, each by its own intent (Đ13.7).

    What cannot be signed is told in the result; the rest goes on.

    Raises:
        Refused: The secret is wrong, or the key's certificate may not sign; nothing was signed.
        Unavailable: The signing process cannot be reached; nothing was signed.
    """
    batch = intents.give(office, person_id, chosen, key_id)
    if not batch.given:
        return batch
    try:
        certificate = office.desk.open(batch.id, secret)
        with office.sessions() as session:
            registered = certificates.fingerprints(session, person_id=person_id)
        certificates.require_usable(office, certificate, registered)
    except DomainError as error:
        intents.call_off(office, [*batch.given.values()], error.code)
        office.desk.forget(batch.id)
        raise
    given, refused = dict(batch.given), dict(batch.refused)
    seen = {one.document_id: one.seen for one in chosen}
    for document_id, intent_id in batch.given.items():
        try:
            _begin(office, person_id, document_id, seen[document_id], intent_id)
        except DomainError as error:
            intents.call_off(office, [intent_id], error.code)
            refused[document_id] = error
            del given[document_id]
    if not given:
        office.desk.forget(batch.id)
    return Batch(batch.id, given, refused)


def offer(
    office: Office, person_id: UUID, chosen: Sequence[Chosen], *, key_id: UUID | None = None
) -> Batch:
    """Have many documents signed at the person's own computer, each by its own intent (Đ13.7).

    The files come back through ``at_hand``; until then the documents stand as they are.

    Raises:
        Refused: The key is not one at hand, or its certificate may not sign.
    """
    with office.sessions() as session:
        key = intents.key_of(session, person_id, key_id)
        if not key.kind.at_hand:
            raise Refused("signing.not_at_hand")
        if key.kind is KeyKind.VGCA:  # our own agent tells its certificate when it prepares
            certificate = certificates.certificate_of(session, key)
            registered = certificates.fingerprints(session, person_id=person_id)
            certificates.require_usable(office, certificate, registered)
    return intents.give(office, person_id, chosen, key.id)


def hand_in(office: Office, person_id: UUID, intent_id: UUID, pdf: bytes) -> None:
    """Take a file that was signed at the person's own computer: looked at, never believed.

    It must begin with the very bytes that were shown, bear exactly one signature more, made with
    this person's registered certificate, and pass the validator.

    Raises:
        Refused: The intent is used, called off or over, or the file is not what was asked for; then
            the intent ends and the document stands as before.
    """
    with office.sessions() as session:
        intent = intents.open_intent(office, session, person_id, intent_id)
        registered = certificates.fingerprints(session, person_id=person_id)
    shown = office.artifacts.get(intent.sha256)
    # Our own agent fills the reserved field; VGCA Sign Service makes a field of its own.
    expected = certificates.expected_signer(registered, intent.field if intent.prepared else "")
    try:
        written = certificates.require_signed(office, shown, pdf, expected)
    except Refused as error:
        intents.call_off(office, [intent_id], error.code)
        raise
    sha256 = office.artifacts.put(pdf)
    with office.act() as session:
        document, standing = document_for(office, session, intent.document_id, person_id, held=True)
        intents.require_shown(session, document, intent.sha256)
        intents.require_authority(office, session, document)
        kind = intents.consume(session, intent_id, office.clock(), sha256, written)
        facts = {"sha256": intent.sha256, "authorisation": str(intent_id), "key": kind}
        if document.state is OutgoingState.AWAITING_SIGNATURE:
            _decide(office, session, document, standing, intent.sha256)
        _fire(office, session, document, standing, OutgoingAction.SIGN, **facts)


def finish(office: Office, document_id: UUID) -> None:
    """Have the authorised signature made, check it, and only then move on."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        if document.state is not OutgoingState.SIGNING:
            return
        seen = document.version
        intent = intents.latest(session, document, Purpose.APPROVE)
        registered = certificates.fingerprints(session, person_id=intent.person_id)

    def give_up(code: str) -> None:
        intents.call_off(office, [intent.id], code)
        steps.give_up(office, document_id, seen, OutgoingAction.FAIL_SIGNING, code)

    try:
        sha256 = intent.result or office.desk.apply(intent.id)
    except Refused as error:
        give_up(error.code)
        return
    except Unavailable:
        if intent.expires_at is not None and intent.expires_at < office.clock():
            give_up("signing.key_gone")
            return
        raise

    pdf = office.artifacts.get(sha256)
    grown = pdf.startswith(office.artifacts.get(intent.sha256))
    expected = (certificates.expected_signer(registered, intent.field),)
    verdict = office.check(pdf, trust=office.trust(), at=office.clock(), expected=expected)
    if not certificates.holds(verdict) or not grown:
        give_up("signing.result_not_valid")
        return
    sha256, verdict = stamping.hastened(office, sha256, verdict, expected)
    made = steps.Made(ArtifactKind.SIGNED, sha256, len(pdf), verdict)
    steps.finish(office, document_id, seen, OutgoingAction.FINISH_SIGNING, made)


def _begin(office: Office, person_id: UUID, document_id: UUID, seen: int, intent_id: UUID) -> None:
    with office.act() as session:
        document, standing = document_for(office, session, document_id, person_id, seen)
        intent = intents.open_intent(office, session, person_id, intent_id)
        intents.require_shown(session, document, intent.sha256)
        if document.state is OutgoingState.AWAITING_SIGNATURE:
            _decide(office, session, document, standing, intent.sha256)
        facts = {"sha256": intent.sha256, "authorisation": str(intent_id)}
        _fire(office, session, document, standing, OutgoingAction.SIGN, **facts)


def _decide(
    office: Office, session: Session, document: Document, standing: Standing, shown: str
) -> None:
    actor = standing.acting(Role.SIGNER)
    session.add(
        Review(
            id=uuid4(),
            agency_id=document.agency_id,
            document_id=document.id,
            version_id=document.current_version_id,
            kind=ReviewKind.SIGNER,
            passed=True,
            person_id=standing.person_id,
            person_name=actor.name,
            post_title=actor.post_title,
            words="",
            sha256=shown,
            at=office.clock(),
        )
    )


def _fire(
    office: Office,
    session: Session,
    document: Document,
    standing: Standing,
    action: OutgoingAction,
    **facts: str,
) -> None:
    fire(
        session,
        document,
        action,
        actor=standing.acting(Role.SIGNER),
        roles=standing.roles,
        at=office.clock(),
        facts=facts,
    )
