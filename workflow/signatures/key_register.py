"""Registering the certificate of a token: its holder proposes, an administrator registers.

Two people, because whoever registers a certificate says whose signature counts: the holder alone
could bring a stranger's, the administrator alone could put their own in a leader's place (a
signature is the person's own act, and a verdict accepts registered certificates only).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import Forbidden, NotFound, Refused
from signing.holding.keys import CertificateFacts, facts
from workflow import authority, journal
from workflow.journal import Actor
from workflow.models import Agency, KeyKind, Person, Post, SigningKey
from workflow.models.organisation import PostRole
from workflow.office import Office
from workflow.said import plain
from workflow.signatures import certificates

_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """A key that waits to be registered, with what its certificate says."""

    key: SigningKey
    holder: str
    """The person or agency whose signature it would count as."""
    certificate: CertificateFacts


def propose(
    office: Office, person_id: UUID, label: str, file: bytes, agency_id: UUID | None
) -> None:
    """Ask that a token's certificate be registered for oneself, or for the agency one seals for.

    Raises:
        Refused: The file is no certificate, or it may not sign now.
        Forbidden: The agency's is not this person's to propose.
    """
    der = _read(file)
    told = facts(der)
    certificates.require_usable(office, der, frozenset({told.fingerprint}))
    with office.act() as session:
        if agency_id is not None:
            _post(office, session, person_id, PostRole.CLERK, agency_id)
        key = SigningKey(
            id=uuid4(),
            person_id=None if agency_id else person_id,
            agency_id=agency_id,
            kind=KeyKind.VGCA,
            label=plain(label).strip()[:_LONGEST_LABEL] or told.subject_name,
            reference={"fingerprint": told.fingerprint, "certificate": der.hex()},
            registered_at=None,
        )
        session.add(key)
        session.flush()
        for post in _posts(office, session, person_id, agency_id):
            _tell(office, session, person_id, post, key, "propose_key")


def waiting(office: Office, session: Session, administrator_id: UUID) -> Sequence[Proposal]:
    """Give the proposals that this administrator may decide on."""
    keys = session.scalars(
        select(SigningKey)
        .where(SigningKey.registered_at.is_(None), SigningKey.withdrawn_at.is_(None))
        .order_by(SigningKey.label)
    )
    return [
        Proposal(key, _holder(session, key), facts(bytes.fromhex(key.reference["certificate"])))
        for key in keys
        if _deciding_post(office, session, administrator_id, key) is not None
    ]


def proposed(session: Session, person_id: UUID, agencies: Sequence[UUID]) -> Sequence[SigningKey]:
    """Give what a person, or somebody at these agencies, has proposed and nobody has decided on."""
    return session.scalars(
        select(SigningKey)
        .where(
            or_(SigningKey.person_id == person_id, SigningKey.agency_id.in_(agencies)),
            SigningKey.registered_at.is_(None),
            SigningKey.withdrawn_at.is_(None),
        )
        .order_by(SigningKey.label)
    ).all()


def decide(office: Office, administrator_id: UUID, key_id: UUID, *, register: bool) -> None:
    """Register a proposed key with its certificate, or turn it down.

    Raises:
        NotFound: There is no such proposal that this person may decide on.
        Refused: The certificate may not sign any more.
    """
    with office.act() as session:
        key = session.get(SigningKey, key_id, with_for_update=True)
        if key is None or key.registered_at or key.withdrawn_at:
            raise NotFound("keys.no_such_key")
        post = _deciding_post(office, session, administrator_id, key)
        if post is None:
            raise NotFound("keys.no_such_key")
        if register:
            der = bytes.fromhex(key.reference["certificate"])
            certificates.require_usable(office, der, frozenset({key.reference["fingerprint"]}))
            key.registered_at = office.clock()
            _enter(office, session, key, der)
        else:
            key.withdrawn_at = office.clock()
        action = "register_key" if register else "refuse_key"
        _tell(office, session, administrator_id, post, key, action)


def withdraw(office: Office, person_id: UUID, key_id: UUID) -> None:
    """Let a key at hand be offered no more; what it signed stays valid.

    Raises:
        NotFound: The person has no such key.
    """
    with office.act() as session:
        key = session.get(SigningKey, key_id, with_for_update=True)
        if key is None or key.withdrawn_at or key.kind is not KeyKind.VGCA:
            raise NotFound("keys.no_such_key")
        if key.person_id != person_id:
            if key.agency_id is None:
                raise NotFound("keys.no_such_key")
            _post(office, session, person_id, PostRole.CLERK, key.agency_id)
        key.withdrawn_at = office.clock()
        for post in _posts(office, session, person_id, key.agency_id):
            _tell(office, session, person_id, post, key, "withdraw_key")


def _read(file: bytes) -> bytes:
    """Read one certificate, whether it comes as DER or as PEM."""
    load = (
        x509.load_pem_x509_certificate if b"-----BEGIN" in file else x509.load_der_x509_certificate
    )
    try:
        return load(file).public_bytes(Encoding.DER)
    except ValueError as error:
        raise Refused("signing.unreadable_certificate") from error


def _enter(office: Office, session: Session, key: SigningKey, der: bytes) -> None:
    told = facts(der)
    known = certificates.fingerprints(session, person_id=key.person_id, agency_id=key.agency_id)
    if told.fingerprint not in known:
        session.add(
            certificates.entry(
                der, office.clock(), person_id=key.person_id, agency_id=key.agency_id
            )
        )


def _deciding_post(
    office: Office, session: Session, person_id: UUID, key: SigningKey
) -> Post | None:
    """Give the administrator's post at an agency of the holder; nobody decides on their own."""
    if key.person_id == person_id:
        return None
    day = local_day(office.clock())
    agencies = {key.agency_id}
    if key.person_id is not None:
        agencies = {post.agency_id for post in authority.posts_of(session, key.person_id, day)}
    mine = authority.posts_of(session, person_id, day)
    fitting = [p for p in mine if p.role is PostRole.ADMINISTRATOR and p.agency_id in agencies]
    return fitting[0] if fitting else None


def _post(
    office: Office, session: Session, person_id: UUID, role: PostRole, agency_id: UUID
) -> Post:
    for post in authority.posts_of(session, person_id, local_day(office.clock())):
        if post.role is role and post.agency_id == agency_id:
            return post
    raise Forbidden("workflow.not_your_role")


def _posts(
    office: Office, session: Session, person_id: UUID, agency_id: UUID | None
) -> Sequence[Post]:
    """Give one post for each agency whose journal tells of the key."""
    held = authority.posts_of(session, person_id, local_day(office.clock()))
    by_agency = {post.agency_id: post for post in held}
    return [post for agency, post in by_agency.items() if agency_id in {None, agency}]


def _holder(session: Session, key: SigningKey) -> str:
    if key.person_id is not None:
        return session.get_one(Person, key.person_id).full_name
    return session.get_one(Agency, key.agency_id).name


def _tell(  # noqa: PLR0913, PLR0917 - the act, its actor and its subject
    office: Office, session: Session, person_id: UUID, post: Post, key: SigningKey, action: str
) -> None:
    journal.write(
        session,
        agency_id=post.agency_id,
        at=office.clock(),
        actor=Actor(person_id, session.get_one(Person, person_id).full_name, post.title),
        action=action,
        subject_kind="signing_key",
        subject_id=key.id,
        facts={"label": key.label, "fingerprint": key.reference["fingerprint"]},
    )
