"""Before signing: is this the person's own certificate, meant for documents and in force?"""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from kernel.errors import Refused
from kernel.settings import Settings
from signing.holding.keys import facts
from signing.trusting.revocation import read_list
from signing.trusting.trust import Trust
from tests.conftest import Database
from tests.office import HeldClock
from tests.unit.signing.authority import DAY, NOW, Authority, Holder, revoked, usage
from wiring.office import open_office
from workflow.models import Certificate
from workflow.office import Desk, Office
from workflow.signatures.certificates import require_usable


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Ban Cơ yếu thử nghiệm")


@pytest.fixture
def office(database: Database, tmp_path: Path, authority: Authority) -> Office:
    settings = Settings(var=tmp_path, database_url=database.url)
    opened = open_office(settings, ring=lambda _task, _id: None, desk=cast(Desk, None))
    trust = Trust.of([authority.own.der], [])
    return replace(opened, clock=HeldClock(NOW), trust=lambda: trust)


def refusal(office: Office, holder: Holder, *, registered: bool = True) -> str:
    prints = {facts(holder.der).fingerprint} if registered else set()
    with pytest.raises(Refused) as refused:
        require_usable(office, holder.der, frozenset(prints))
    return refused.value.code


def register(office: Office, holder: Holder, *, withdrawn: bool) -> None:
    told = facts(holder.der)
    with office.act() as session:
        session.add(
            Certificate(
                fingerprint=told.fingerprint,
                subject=told.subject_name,
                issuer=told.issuer_name,
                serial=told.serial,
                not_before=told.not_before,
                not_after=told.not_after,
                der=holder.der,
                registered_at=NOW - DAY,
                withdrawn_at=NOW if withdrawn else None,
            )
        )


def for_(*purposes: x509.ObjectIdentifier) -> list[tuple[x509.ExtensionType, bool]]:
    return [(x509.ExtendedKeyUsage(purposes), False)]


def test_the_registered_certificate_signs(office: Office, authority: Authority) -> None:
    person = authority.person()
    register(office, person, withdrawn=False)

    require_usable(office, person.der, frozenset({facts(person.der).fingerprint}))


def test_somebody_elses_certificate_does_not_sign(office: Office, authority: Authority) -> None:
    found = refusal(office, authority.person(), registered=False)

    assert found == "signing.certificate_not_registered"


def test_a_certificate_that_was_withdrawn_signs_no_more(
    office: Office, authority: Authority
) -> None:
    person = authority.person()
    register(office, person, withdrawn=True)

    assert refusal(office, person) == "signing.certificate_withdrawn"


def test_a_certificate_registered_again_signs_again(office: Office, authority: Authority) -> None:
    person = authority.person()
    register(office, person, withdrawn=True)
    register(office, person, withdrawn=False)

    require_usable(office, person.der, frozenset({facts(person.der).fingerprint}))


def test_a_certificate_outside_its_dates_does_not_sign(
    office: Office, authority: Authority
) -> None:
    assert refusal(office, authority.person(end=NOW - DAY)) == "signing.certificate_expired"
    assert refusal(office, authority.person(begin=NOW + DAY)) == (
        "signing.certificate_not_yet_valid"
    )


def test_a_certificate_that_leads_to_nobody_we_trust_does_not_sign(office: Office) -> None:
    assert refusal(office, Authority("Ai đó").person()) == "signing.certificate_untrusted"


def test_a_revoked_certificate_does_not_sign(office: Office, authority: Authority) -> None:
    person = authority.person()
    known = office.trust()
    listed = authority.list_of(revoked(person.serial))
    knowing = replace(office, trust=lambda: replace(known, crls=(read_list(listed),)))

    assert refusal(knowing, person) == "signing.certificate_revoked"


def test_a_certificate_for_something_else_does_not_sign(
    office: Office, authority: Authority
) -> None:
    server = authority.person("Máy chủ", extensions=for_(ExtendedKeyUsageOID.SERVER_AUTH))
    stamps = authority.person("Dấu giờ", extensions=for_(ExtendedKeyUsageOID.TIME_STAMPING))
    secret = authority.person("Mã hóa", extensions=[(usage(key_encipherment=True), True)])

    for other in (server, stamps, secret):
        assert refusal(office, other) == "signing.certificate_not_for_documents"


def test_a_certificate_for_mail_and_signing_in_signs_documents_as_well(
    office: Office, authority: Authority
) -> None:
    purposes = for_(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    person = authority.person(extensions=purposes)

    require_usable(office, person.der, frozenset({facts(person.der).fingerprint}))


def test_an_authority_does_not_sign_documents(office: Office, authority: Authority) -> None:
    assert refusal(office, authority.own) == "signing.certificate_of_authority"
