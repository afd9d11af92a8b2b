"""Máy ký: which computers may sign for whom, so that a token works without any plug-in.

A person asks for a code on the page and types it into the agent on their own computer; the agent
gets a token of its own for it, once. Only hashes are kept. Each paired computer is one of the
person's keys, so a batch waits for that computer and no other, and whoever loses a laptop withdraws
it on the page.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kernel.clock import local_day
from kernel.errors import Forbidden, NotFound, Refused
from workflow import authority, journal
from workflow.journal import Actor
from workflow.models import (
    Account,
    Authorisation,
    KeyKind,
    Person,
    SigningAgent,
    SigningBatch,
    SigningKey,
)
from workflow.office import Office
from workflow.said import plain
from workflow.signatures import intents

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none of them looks like another
_CODE_LENGTH = 8
_CODE_LIFE = timedelta(minutes=10)
_SEEN_AGAIN = timedelta(minutes=1)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Paired:
    """What a newly paired agent is told, once."""

    token: str
    person_name: str
    username: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The agent that speaks."""

    agent_id: UUID
    person_id: UUID
    key_id: UUID


def begin_pairing(office: Office, person_id: UUID, name: str) -> str:
    """Give the code that pairs one computer within ten minutes; an earlier one is void.

    Raises:
        Refused: The computer has no name.
    """
    called = plain(name).strip()[:_LONGEST_NAME]
    if not called:
        raise Refused("agent.name_missing")
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    with office.act() as session:
        session.execute(
            delete(SigningAgent).where(
                SigningAgent.person_id == person_id, SigningAgent.paired_at.is_(None)
            )
        )
        session.add(
            SigningAgent(
                id=uuid4(),
                person_id=person_id,
                name=called,
                code_hash=_hash(code),
                code_expires_at=office.clock() + _CODE_LIFE,
            )
        )
    half = _CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def pair(office: Office, code: str) -> Paired:
    """Take a code once and give the token that stands for this computer from now on.

    Raises:
        Refused: There is no such code, it was used, or its ten minutes are over; which of them is
            not told.
    """
    now = office.clock()
    token = secrets.token_urlsafe(32)
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    with office.act() as session:
        agent_id = session.scalars(
            update(SigningAgent)
            .where(
                SigningAgent.code_hash == _hash(typed),
                SigningAgent.code_expires_at > now,
                SigningAgent.withdrawn_at.is_(None),
            )
            .values(code_hash=None, token_hash=_hash(token), paired_at=now, last_seen_at=now)
            .returning(SigningAgent.id)
        ).one_or_none()
        if agent_id is None:
            raise Refused("agent.wrong_code")
        agent = session.get_one(SigningAgent, agent_id)
        session.add(
            SigningKey(
                person_id=agent.person_id,
                kind=KeyKind.AGENT,
                label=agent.name,
                reference={"agent": str(agent_id)},
                registered_at=now,
            )
        )
        _tell(office, session, agent, "pair_agent")
        account = session.scalars(select(Account).where(Account.person_id == agent.person_id)).one()
        return Paired(token, account.person.full_name, account.username)


def caller(office: Office, token: str) -> Caller:
    """Give the agent that shows ``token``.

    Raises:
        Forbidden: No agent has it (any more), or its person's account is closed.
    """
    now = office.clock()
    with office.act() as session:
        agent = session.scalars(
            select(SigningAgent)
            .join(Account, Account.person_id == SigningAgent.person_id)
            .where(
                SigningAgent.token_hash == _hash(token),
                SigningAgent.withdrawn_at.is_(None),
                Account.closed_at.is_(None) | (Account.closed_at > now),
            )
        ).one_or_none()
        if agent is None:
            raise Forbidden("agent.not_paired")
        if agent.last_seen_at is None or agent.last_seen_at < now - _SEEN_AGAIN:
            agent.last_seen_at = now
        return Caller(agent.id, agent.person_id, _key(session, agent).id)


def paired(session: Session, person_id: UUID) -> list[SigningAgent]:
    """Give the computers paired with a person's account, the last one first."""
    return list(
        session.scalars(
            select(SigningAgent)
            .where(
                SigningAgent.person_id == person_id,
                SigningAgent.paired_at.is_not(None),
                SigningAgent.withdrawn_at.is_(None),
            )
            .order_by(SigningAgent.paired_at.desc())
        )
    )


def withdraw(office: Office, person_id: UUID, agent_id: UUID) -> None:
    """Let a computer sign no more, and call off what waits for it.

    Raises:
        NotFound: The person has no such computer.
    """
    now = office.clock()
    with office.act() as session:
        agent = session.get(SigningAgent, agent_id)
        if agent is None or agent.person_id != person_id or agent.withdrawn_at is not None:
            raise NotFound("agent.no_such_agent")
        agent.withdrawn_at = now
        key = _key(session, agent)
        key.withdrawn_at = now
        waiting = list(
            session.scalars(
                select(Authorisation.id)
                .join(SigningBatch)
                .where(SigningBatch.signing_key_id == key.id)
            )
        )
        _tell(office, session, agent, "withdraw_agent")
    intents.call_off(office, waiting, "agent.withdrawn")


def _key(session: Session, agent: SigningAgent) -> SigningKey:
    return session.scalars(
        select(SigningKey).where(
            SigningKey.person_id == agent.person_id,
            SigningKey.kind == KeyKind.AGENT,
            SigningKey.reference["agent"].as_string() == str(agent.id),
        )
    ).one()


def _tell(office: Office, session: Session, agent: SigningAgent, action: str) -> None:
    """Write the journal of every agency in which the person holds a post today."""
    now = office.clock()
    name = session.get_one(Person, agent.person_id).full_name
    posts = authority.posts_of(session, agent.person_id, local_day(now))
    for post in {post.agency_id: post for post in posts}.values():
        journal.write(
            session,
            agency_id=post.agency_id,
            at=now,
            actor=Actor(agent.person_id, name, post.title),
            action=action,
            subject_kind="signing_agent",
            subject_id=agent.id,
            facts={"name": agent.name},
        )


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
