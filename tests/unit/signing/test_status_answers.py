from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from kernel.errors import Refused
from signing.trusting.ocsp import StatusAnswer
from signing.trusting.revocation import Revocation, RevocationMaterial
from signing.trusting.standing import Standing
from tests.unit.signing.authority import DAY, NOW, Authority, Holder, revoked

ANSWERS_FOR_OTHERS = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
NOBODY_NEED_ASK = (x509.OCSPNoCheck(), False)
REVOKED = ocsp.OCSPCertStatus.REVOKED


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Ban Cơ yếu thử nghiệm")


@pytest.fixture(scope="module")
def person(authority: Authority) -> Holder:
    return authority.person()


@pytest.fixture(scope="module")
def responder(authority: Authority) -> Holder:
    return authority.person("Trả lời", extensions=[ANSWERS_FOR_OTHERS, NOBODY_NEED_ASK])


def standing(
    der: bytes, person: Holder, authority: Authority, at: datetime = NOW, *lists: bytes
) -> Standing:
    revocation = Revocation.of((), RevocationMaterial(lists, (der,)))
    told = revocation.told(person.parsed, [authority.own.parsed], at)
    return told.standing if told.kind != "crl" else Standing.UNKNOWN


def test_the_authority_answers_for_its_own_certificates(
    authority: Authority, person: Holder
) -> None:
    assert standing(authority.answer(person), person, authority) is Standing.GOOD


def test_a_revoked_certificate_is_revoked_from_the_moment_named_and_not_before(
    authority: Authority, person: Holder
) -> None:
    why = x509.ReasonFlags.key_compromise
    der = authority.answer(person, status=REVOKED, revoked_at=NOW - 3 * DAY, reason=why)

    assert standing(der, person, authority) is Standing.REVOKED
    assert standing(der, person, authority, NOW - 4 * DAY) is Standing.GOOD


def test_a_service_that_does_not_know_the_certificate_establishes_nothing(
    authority: Authority, person: Holder
) -> None:
    der = authority.answer(person, status=ocsp.OCSPCertStatus.UNKNOWN)

    assert standing(der, person, authority) is Standing.UNKNOWN


def test_an_answer_about_another_certificate_establishes_nothing(
    authority: Authority, person: Holder
) -> None:
    other = authority.person("Trần Thị Ngọc Ánh")

    assert standing(authority.answer(other), person, authority) is Standing.UNKNOWN


def test_an_answer_that_ran_out_establishes_nothing_unless_it_condemns(
    authority: Authority, person: Holder
) -> None:
    good = authority.answer(person, until=NOW - DAY / 2)
    bad = authority.answer(person, status=REVOKED, revoked_at=NOW - 3 * DAY, until=NOW - DAY / 2)

    assert standing(good, person, authority) is Standing.UNKNOWN
    assert standing(bad, person, authority) is Standing.REVOKED


def test_an_answer_without_an_end_counts_for_an_hour(authority: Authority, person: Holder) -> None:
    der = authority.answer(person, published=NOW, until=None)

    assert standing(der, person, authority, NOW + timedelta(minutes=59)) is Standing.GOOD
    assert standing(der, person, authority, NOW + timedelta(minutes=61)) is Standing.UNKNOWN


def test_an_answer_given_after_the_signature_counts_for_it(
    authority: Authority, person: Holder
) -> None:
    der = authority.answer(person, published=NOW)

    assert standing(der, person, authority, NOW - 20 * DAY) is Standing.GOOD


def test_a_service_may_have_forgotten_who_expired(authority: Authority) -> None:
    expired = authority.person(end=NOW - 5 * DAY)

    der = authority.answer(expired)

    assert standing(der, expired, authority, NOW - 6 * DAY) is Standing.UNKNOWN


def test_somebody_the_authority_charged_with_it_may_answer(
    authority: Authority, person: Holder, responder: Holder
) -> None:
    assert standing(authority.answer(person, responder=responder), person, authority) is (
        Standing.GOOD
    )


def test_somebody_who_was_not_charged_with_it_may_not_answer(
    authority: Authority, person: Holder
) -> None:
    clerk = authority.person("Văn thư")

    der = authority.answer(person, responder=clerk)

    assert standing(der, person, authority) is Standing.UNKNOWN


def test_somebody_another_authority_charged_may_not_answer(
    authority: Authority, person: Holder
) -> None:
    stranger = Authority("Cơ quan khác")
    theirs = stranger.person("Trả lời", extensions=[ANSWERS_FOR_OTHERS, NOBODY_NEED_ASK])

    der = authority.answer(person, responder=theirs)

    assert standing(der, person, authority) is Standing.UNKNOWN


def test_a_responder_whose_own_certificate_had_run_out_may_not_answer(
    authority: Authority, person: Holder
) -> None:
    late = authority.person(
        "Trả lời", end=NOW - 2 * DAY, extensions=[ANSWERS_FOR_OTHERS, NOBODY_NEED_ASK]
    )

    der = authority.answer(person, responder=late)

    assert standing(der, person, authority) is Standing.UNKNOWN


def test_a_responder_is_asked_about_unless_the_authority_says_nobody_need(
    authority: Authority, person: Holder
) -> None:
    asked = authority.person("Trả lời", extensions=[ANSWERS_FOR_OTHERS])
    answer = authority.answer(person, responder=asked, until=NOW + 9 * DAY)
    until = NOW + DAY
    good = authority.list_of(until=NOW + DAY)
    bad = authority.list_of(revoked(asked.serial), until=until)
    at = NOW + 2 * DAY  # the list of the day before is out of date, the answer is not

    assert standing(answer, person, authority, at) is Standing.UNKNOWN
    assert standing(answer, person, authority, at, good) is Standing.GOOD
    assert standing(answer, person, authority, at, bad) is Standing.UNKNOWN


def test_an_answer_changed_to_speak_of_somebody_else_is_not_believed(
    authority: Authority, person: Holder, responder: Holder
) -> None:
    other = authority.person("Trần Thị Ngọc Ánh")
    named, wanted = (b"\x02\x02" + one.serial.to_bytes(2, "big") for one in (other, person))

    for answer in (authority.answer(other), authority.answer(other, responder=responder)):
        changed = answer.replace(named, wanted)

        assert standing(answer, other, authority) is Standing.GOOD
        assert standing(changed, person, authority) is Standing.UNKNOWN


def test_something_else_is_no_answer(authority: Authority) -> None:
    busy = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)

    for der in (b"", b"chi la chu", authority.own.der, busy.public_bytes(Encoding.DER)):
        with pytest.raises(Refused) as refused:
            StatusAnswer.read(der)
        assert refused.value.code == "signing.unreadable_answer"


def test_one_word_of_revocation_outweighs_every_word_of_good_standing(
    authority: Authority, person: Holder
) -> None:
    material = RevocationMaterial(
        crls=(authority.list_of(), b"khong doc duoc"),
        ocsps=(
            authority.answer(person),
            authority.answer(person, status=REVOKED, revoked_at=NOW - DAY),
            b"khong doc duoc",
        ),
    )

    told = Revocation.of((), material).told(person.parsed, [authority.own.parsed], NOW)

    assert (told.standing, told.kind) == (Standing.REVOKED, "ocsp")


def test_what_was_published_first_after_the_moment_is_named_as_the_source(
    authority: Authority, person: Holder
) -> None:
    at = NOW - 3 * DAY
    lists = [
        authority.list_of(published=at + days * DAY, until=NOW + 9 * DAY) for days in (-1, 2, 1, 3)
    ]

    told = Revocation.of((), RevocationMaterial(tuple(lists))).told(
        person.parsed, [authority.own.parsed], at
    )

    assert told.this_update == at + DAY
