"""A token's certificate counts when its holder proposed it and an administrator registered it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import delete, select

from kernel.errors import Forbidden, NotFound, Refused
from signing.holding.keys import facts
from tests.office import Desks
from workflow.models import Certificate, KeyKind, SigningKey
from workflow.signatures import certificates, intents, key_register

LEADER, ADMINISTRATOR = "phochutich", "quantri"


@pytest.fixture
def certificate(shared_desks: Desks) -> bytes:
    """The leader's certificate as DER, not registered (any more)."""
    leader = shared_desks.person(LEADER)
    with shared_desks.office.sessions() as session:
        query = select(Certificate.der).where(Certificate.person_id == leader)
        return session.scalars(query).first()


@pytest.fixture
def proposed(shared_desks: Desks, certificate: bytes) -> Callable[[], UUID]:
    def propose() -> UUID:
        leader = shared_desks.person(LEADER)
        key_register.propose(shared_desks.office, leader, "Token của tôi", certificate, None)
        with shared_desks.office.sessions() as session:
            return key_register.proposed(session, leader, [])[0].id

    yield propose
    with shared_desks.office.act() as session:
        session.execute(delete(SigningKey).where(SigningKey.kind == KeyKind.VGCA))


def keys(desks: Desks) -> list[UUID]:
    with desks.office.sessions() as session:
        return [key.id for key in intents.keys_of(session, person_id=desks.person(LEADER))]


def test_what_was_only_proposed_signs_nothing(shared_desks: Desks, proposed: Callable[[], UUID]):
    key_id = proposed()

    assert key_id not in keys(shared_desks)


def test_an_administrator_registers_it_and_it_is_offered(
    shared_desks: Desks, proposed: Callable[[], UUID]
):
    key_id = proposed()

    key_register.decide(
        shared_desks.office, shared_desks.person(ADMINISTRATOR), key_id, register=True
    )

    assert key_id in keys(shared_desks)
    with shared_desks.office.sessions() as session:
        key = session.get_one(SigningKey, key_id)
        assert facts(certificates.certificate_of(session, key)).fingerprint


def test_nobody_registers_their_own_and_nobody_else_registers(
    shared_desks: Desks, proposed: Callable[[], UUID]
):
    key_id = proposed()

    for person in (LEADER, "vanthu", "sdttg.vanthu"):
        with pytest.raises(NotFound):
            key_register.decide(
                shared_desks.office, shared_desks.person(person), key_id, register=True
            )

    assert key_id not in keys(shared_desks)


def test_what_was_turned_down_waits_no_more(shared_desks: Desks, proposed: Callable[[], UUID]):
    key_id = proposed()
    administrator = shared_desks.person(ADMINISTRATOR)

    key_register.decide(shared_desks.office, administrator, key_id, register=False)

    with shared_desks.office.sessions() as session:
        assert key_register.waiting(shared_desks.office, session, administrator) == []
    assert key_id not in keys(shared_desks)


def test_a_key_that_was_taken_back_is_offered_no_more(
    shared_desks: Desks, proposed: Callable[[], UUID]
):
    key_id = proposed()
    administrator = shared_desks.person(ADMINISTRATOR)
    key_register.decide(shared_desks.office, administrator, key_id, register=True)

    key_register.withdraw(shared_desks.office, shared_desks.person(LEADER), key_id)

    assert key_id not in keys(shared_desks)


def test_pem_is_read_like_der(
    shared_desks: Desks, certificate: bytes, proposed: Callable[[], UUID]
):
    proposed()
    pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)

    key_register.propose(shared_desks.office, shared_desks.person(LEADER), "", pem, None)

    with shared_desks.office.sessions() as session:
        found = key_register.proposed(session, shared_desks.person(LEADER), [])
        assert len({key.reference["fingerprint"] for key in found}) == 1


@pytest.mark.parametrize("file", [b"", b"%PDF-1.7", b"-----BEGIN CERTIFICATE-----\nx", b"\x30\x82"])
def test_what_is_no_certificate_is_refused(shared_desks: Desks, file: bytes):
    with pytest.raises(Refused) as refused:
        key_register.propose(shared_desks.office, shared_desks.person(LEADER), "", file, None)

    assert refused.value.code == "signing.unreadable_certificate"


def test_the_agencys_token_is_its_clerks_to_propose(shared_desks: Desks, certificate: bytes):
    agency = shared_desks.agency("ubnd")

    with pytest.raises(Forbidden):
        key_register.propose(
            shared_desks.office, shared_desks.person(LEADER), "", certificate, agency
        )
