"""Khóa ký từ xa của tôi: a person takes up a key that a remote service holds for them.

A key whose certificate is registered for this person signs at once; one that nobody has registered
waits for an administrator, as every other does; and of a certificate that is somebody else's
nothing is shown, so whoever knows another's user name at a service gets nothing by it. What the
service tells is fetched anew for the act; a page's word is not taken for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import NotFound, Refused
from signing.holding.keys import CertificateFacts, facts
from signing.holding.remote.port import Ask, Credential
from workflow import authority, journal
from workflow.journal import Actor
from workflow.models import Authorisation, Certificate, KeyKind, Person, SigningBatch, SigningKey
from workflow.office import Office
from workflow.said import plain
from workflow.signatures import certificates, intents
from workflow.signatures.remote_services import KINDS

_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """A credential that the person may take up."""

    credential: Credential
    certificate: CertificateFacts
    registered: bool
    """Whether it can sign at once, or an administrator has to register it first."""

    @property
    def by_phone(self) -> bool:
        """Tell whether the person confirms in the service's application."""
        return Ask.PHONE in self.credential.asks


@dataclass(frozen=True, slots=True)
class Offers:
    """What a service holds for a user."""

    mine: Sequence[Offer]
    others: int
    """Credentials whose certificates are somebody else's, or this person's no more."""


def of_person(session: Session, person_id: UUID) -> list[SigningKey]:
    """Give the person's remote keys, those included that wait to be registered."""
    query = select(SigningKey).where(
        SigningKey.person_id == person_id,
        SigningKey.kind.in_(KINDS),
        SigningKey.withdrawn_at.is_(None),
    )
    return list(session.scalars(query.order_by(SigningKey.label)))


def offers(office: Office, person_id: UUID, service: str, user_id: str) -> Offers:
    """Ask a service what it holds for one of its users.

    Raises:
        Refused: There is no such service or user, or it does not let us in.
        Unavailable: It cannot be reached.
    """
    found = office.desk.remote_credentials(service, _user(user_id))
    mine = []
    with office.sessions() as session:
        for credential in found:
            certificate = facts(credential.certificate)
            rows = _registrations(session, certificate.fingerprint)
            own = any(r.person_id == person_id and r.withdrawn_at is None for r in rows)
            if own or not rows:
                mine.append(Offer(credential, certificate, own))
    return Offers(mine, len(found) - len(mine))


def take_up(  # noqa: PLR0913, PLR0917 - whose key, where it lies, and what it is called
    office: Office, person_id: UUID, service: str, user_id: str, credential_id: str, label: str
) -> None:
    """Make a remote credential one of the person's keys, or propose it as one.

    Raises:
        Refused: The service has none such for this person, the certificate may not sign now, or the
            key is taken up already.
        Unavailable: The service cannot be reached.
    """
    known = office.desk.remote_services().get(service)
    if known is None:
        raise Refused("remote.no_provider")
    offered = offers(office, person_id, service, user_id).mine
    offer = next((one for one in offered if one.credential.id == credential_id), None)
    if offer is None:
        raise Refused("remote.not_yours")
    fingerprint = offer.certificate.fingerprint
    certificates.require_usable(office, offer.credential.certificate, frozenset({fingerprint}))
    with office.act() as session:
        for key in of_person(session, person_id):
            if key.reference["credential_id"] == credential_id:
                raise Refused("remote.taken_up_already")
        key = SigningKey(
            person_id=person_id,
            kind=KeyKind(known.kind),
            label=plain(label).strip()[:_LONGEST_LABEL] or known.name,
            reference={
                **offer.credential.to_json(),
                "fingerprint": fingerprint,
                "provider": service,
                "user_id": _user(user_id),
            },
            registered_at=office.clock() if offer.registered else None,
        )
        session.add(key)
        session.flush()
        _tell(office, session, key, "take_up_key" if offer.registered else "propose_key")


def withdraw(office: Office, person_id: UUID, key_id: UUID) -> None:
    """Let a remote key sign no more, and call off what waits for it.

    Raises:
        NotFound: The person has no such key.
    """
    with office.act() as session:
        key = _mine(session, person_id, key_id)
        key.withdrawn_at = office.clock()
        of_this_key = SigningBatch.signing_key_id == key.id
        waiting = list(
            session.scalars(select(Authorisation.id).join(SigningBatch).where(of_this_key))
        )
        _tell(office, session, key, "withdraw_key")
    intents.call_off(office, waiting, "remote.withdrawn")


def send_code(office: Office, person_id: UUID, key_id: UUID) -> None:
    """Have the service send the person the code for one of their keys.

    Raises:
        NotFound: The person has no such key.
        Refused: The service sends none for it.
        Unavailable: The service cannot be reached.
    """
    with office.sessions() as session:
        _mine(session, person_id, key_id)
    office.desk.send_code(key_id)


def _mine(session: Session, person_id: UUID, key_id: UUID) -> SigningKey:
    for key in of_person(session, person_id):
        if key.id == key_id:
            return key
    raise NotFound("remote.no_such_key")


def _user(typed: str) -> str:
    user = typed.strip()
    if not user:
        raise Refused("remote.user_missing")
    return user


def _registrations(session: Session, fingerprint: str) -> Sequence[Certificate]:
    return session.scalars(select(Certificate).where(Certificate.fingerprint == fingerprint)).all()


def _tell(office: Office, session: Session, key: SigningKey, action: str) -> None:
    """Write the journal of every agency in which the person holds a post today."""
    now = office.clock()
    person = session.get_one(Person, key.person_id)
    posts = authority.posts_of(session, person.id, local_day(now))
    for post in {post.agency_id: post for post in posts}.values():
        journal.write(
            session,
            agency_id=post.agency_id,
            at=now,
            actor=Actor(person.id, person.full_name, post.title),
            action=action,
            subject_kind="signing_key",
            subject_id=key.id,
            facts={"label": key.label, "fingerprint": key.reference["fingerprint"]},
        )
