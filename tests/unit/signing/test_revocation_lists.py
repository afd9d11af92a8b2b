import pickle
from datetime import datetime
from timeit import timeit

import pytest
from asn1crypto import crl
from cryptography import x509

from kernel.errors import Refused
from signing.trusting.crl import ListTrouble, RevocationList
from signing.trusting.standing import Standing
from tests.unit.signing.authority import DAY, NOW, Authority, Holder, revoked

UNHEARD_OF = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
EXPIRED_STAY_SINCE_2020 = x509.UnrecognizedExtension(
    x509.ObjectIdentifier("2.5.29.60"), b"\x18\x0f20200101000000Z"
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Ban Cơ yếu thử nghiệm")


@pytest.fixture(scope="module")
def person(authority: Authority) -> Holder:
    return authority.person()


def standing(der: bytes, person: Holder, authority: Authority, at: datetime = NOW) -> Standing:
    return RevocationList.read(der).tells(person.parsed, authority.own.parsed, at).standing


def test_whoever_is_not_on_a_current_list_is_in_good_standing(
    authority: Authority, person: Holder
) -> None:
    told = RevocationList.read(authority.list_of(revoked(5))).tells(
        person.parsed, authority.own.parsed, NOW
    )

    assert told.standing is Standing.GOOD
    assert (told.kind, told.this_update) == ("crl", NOW - DAY)


def test_whoever_is_on_the_list_is_revoked_from_the_day_named_and_not_before(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(revoked(person.serial, NOW - 10 * DAY))

    assert standing(der, person, authority) is Standing.REVOKED
    assert standing(der, person, authority, NOW - 10 * DAY) is Standing.REVOKED
    assert standing(der, person, authority, NOW - 11 * DAY) is Standing.GOOD


def test_a_list_tells_when_and_why(authority: Authority, person: Holder) -> None:
    why = x509.ReasonFlags.key_compromise
    der = authority.list_of(revoked(3), revoked(person.serial, NOW - 10 * DAY, why))

    told = RevocationList.read(der).tells(person.parsed, authority.own.parsed, NOW)

    assert (told.revoked_at, told.reason) == (NOW - 10 * DAY, "keyCompromise")


def test_of_two_entries_for_one_certificate_the_earlier_counts(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(
        revoked(person.serial, NOW - 5 * DAY), revoked(person.serial, NOW - 20 * DAY)
    )

    assert standing(der, person, authority, NOW - 10 * DAY) is Standing.REVOKED


def test_a_list_that_ran_out_establishes_nothing_about_those_not_on_it(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(until=NOW - DAY / 2)

    assert standing(der, person, authority) is Standing.UNKNOWN
    assert standing(der, person, authority, NOW - DAY) is Standing.GOOD


def test_a_list_that_ran_out_still_condemns_those_on_it(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(revoked(person.serial), until=NOW - DAY / 2)

    assert standing(der, person, authority) is Standing.REVOKED


def test_a_certificate_on_hold_is_not_in_force_while_the_list_is_current(
    authority: Authority, person: Holder
) -> None:
    hold = revoked(person.serial, reason=x509.ReasonFlags.certificate_hold)

    assert standing(authority.list_of(hold), person, authority) is Standing.REVOKED
    ran_out = authority.list_of(hold, until=NOW - DAY / 2)
    assert standing(ran_out, person, authority) is Standing.UNKNOWN


def test_a_certificate_taken_off_the_list_again_is_in_good_standing(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(revoked(person.serial, reason=x509.ReasonFlags.remove_from_crl))

    assert standing(der, person, authority) is Standing.GOOD


def test_a_list_says_nothing_about_certificates_that_expired_before_it_was_published(
    authority: Authority,
) -> None:
    expired = authority.person(end=NOW - 30 * DAY)

    at = NOW - 40 * DAY

    assert standing(authority.list_of(), expired, authority, at) is Standing.UNKNOWN
    keeping = authority.list_of(extensions=[(EXPIRED_STAY_SINCE_2020, False)])
    assert standing(keeping, expired, authority, at) is Standing.GOOD
    named = authority.list_of(revoked(expired.serial, NOW - 50 * DAY))
    assert standing(named, expired, authority, at) is Standing.REVOKED


@pytest.mark.parametrize(
    ("trouble", "extension"),
    [
        (ListTrouble.DELTA, (x509.DeltaCRLIndicator(1), True)),
        (ListTrouble.UNKNOWN_EXTENSION, (UNHEARD_OF, True)),
        (
            ListTrouble.INDIRECT,
            (x509.IssuingDistributionPoint(None, None, False, False, None, True, False), True),  # noqa: FBT003 - as the library wants them
        ),
        (
            ListTrouble.SOME_REASONS,
            (
                x509.IssuingDistributionPoint(
                    None,
                    None,
                    False,  # noqa: FBT003 - as the library wants them
                    False,  # noqa: FBT003 - as the library wants them
                    frozenset([x509.ReasonFlags.key_compromise]),
                    False,  # noqa: FBT003 - as the library wants them
                    False,  # noqa: FBT003 - as the library wants them
                ),
                True,
            ),
        ),
    ],
)
def test_a_list_that_is_not_understood_entirely_is_not_used_at_all(
    authority: Authority,
    person: Holder,
    trouble: ListTrouble,
    extension: tuple[x509.ExtensionType, bool],
) -> None:
    der = authority.list_of(revoked(person.serial), extensions=[extension])

    assert RevocationList.read(der).trouble is trouble
    assert standing(der, person, authority) is Standing.UNKNOWN


@pytest.mark.parametrize(
    "extension",
    [(UNHEARD_OF, True), (x509.CertificateIssuer([x509.DNSName("khac.example")]), True)],
)
def test_a_list_with_one_entry_that_is_not_understood_is_not_used_at_all(
    authority: Authority, person: Holder, extension: tuple[x509.ExtensionType, bool]
) -> None:
    der = authority.list_of(revoked(4, extension=extension))

    assert standing(der, person, authority) is Standing.UNKNOWN


def test_an_extension_that_need_not_be_understood_does_no_harm(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(extensions=[(UNHEARD_OF, False), (x509.CRLNumber(7), False)])

    assert standing(der, person, authority) is Standing.GOOD


def scoped(
    *, address: str = "", users: bool = False, authorities: bool = False
) -> x509.ExtensionType:
    name = [x509.UniformResourceIdentifier(address)] if address else None
    return x509.IssuingDistributionPoint(name, None, users, authorities, None, False, False)  # noqa: FBT003 - as the library wants them


def test_a_list_of_authorities_only_says_nothing_about_people(
    authority: Authority, person: Holder
) -> None:
    of_authorities = authority.list_of(extensions=[(scoped(authorities=True), True)])
    of_people = authority.list_of(extensions=[(scoped(users=True), True)])

    assert standing(of_authorities, person, authority) is Standing.UNKNOWN
    assert standing(of_people, person, authority) is Standing.GOOD


def test_one_of_several_lists_speaks_only_of_the_certificates_that_name_it(
    authority: Authority, person: Holder
) -> None:
    here = "http://crl.example/phan-1.crl"
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(here)], None, None, None)
    named = authority.person(extensions=[(x509.CRLDistributionPoints([point]), False)])
    first = authority.list_of(extensions=[(scoped(address=here), True)])
    second = authority.list_of(extensions=[(scoped(address=here.replace("1", "2")), True)])

    assert standing(first, named, authority) is Standing.GOOD
    assert standing(second, named, authority) is Standing.UNKNOWN
    assert standing(first, person, authority) is Standing.UNKNOWN


def test_a_list_signed_by_somebody_else_is_not_used(authority: Authority, person: Holder) -> None:
    stranger = Authority(authority.name)

    assert standing(stranger.list_of(), person, authority) is Standing.UNKNOWN
    assert standing(authority.list_of(key=person.key), person, authority) is Standing.UNKNOWN


def test_a_list_changed_after_it_was_signed_is_not_used(
    authority: Authority, person: Holder
) -> None:
    der = authority.list_of(revoked(person.serial), revoked(0x7A7B7C7D))
    other = der.replace(bytes.fromhex("7a7b7c7d"), bytes.fromhex("7a7b7c7e"))

    assert other != der
    assert standing(other, person, authority) is Standing.UNKNOWN


def test_an_authority_that_may_not_sign_lists_is_not_believed(person: Holder) -> None:
    user = Authority("Cơ quan").person("Cơ quan khác")
    signer = Authority("Cơ quan khác")
    signer.own = user

    assert standing(signer.list_of(), person, signer) is Standing.UNKNOWN


def test_a_list_signed_over_sha1_is_too_weak(authority: Authority, person: Holder) -> None:
    weak = crl.CertificateList.load(authority.list_of())
    sha1 = {"algorithm": "sha1_ecdsa"}
    weak["tbs_cert_list"]["signature"] = weak["signature_algorithm"] = sha1

    der = weak.dump(force=True)

    assert RevocationList.read(der).trouble is ListTrouble.WEAK
    assert standing(der, person, authority) is Standing.UNKNOWN


def test_something_else_is_no_list(authority: Authority) -> None:
    for der in (b"", b"chi la chu", authority.own.der, authority.list_of()[:-5]):
        with pytest.raises(Refused) as refused:
            RevocationList.read(der)
        assert refused.value.code == "signing.unreadable_list"


def test_a_list_of_a_hundred_thousand_is_asked_in_less_than_a_millisecond(
    authority: Authority, person: Holder
) -> None:
    entries = [revoked(serial * 7919 + (1 << 120)) for serial in range(100_000)]
    read = RevocationList.read(authority.list_of(*entries))
    read.tells(person.parsed, authority.own.parsed, NOW)

    def ask() -> Standing:
        return read.tells(person.parsed, authority.own.parsed, NOW).standing

    took = min(timeit(ask, number=1) for _ in range(100))

    assert ask() is Standing.GOOD
    assert all(read.entries.find(one.serial_number) for one in entries[::1000])
    assert took < 0.001


def test_a_list_travels_to_another_process_with_what_was_checked(
    authority: Authority, person: Holder
) -> None:
    read = RevocationList.read(authority.list_of(revoked(person.serial)))
    read.is_signed_by(authority.own.parsed)

    arrived = pickle.loads(pickle.dumps(read))  # noqa: S301 - our own bytes

    assert arrived.signed_by == {authority.own.parsed.sha256: True}
    assert arrived.tells(person.parsed, authority.own.parsed, NOW).standing is Standing.REVOKED


def test_serial_numbers_of_any_size_are_found() -> None:
    serials = [-(1 << 70), -5, 0, 1, 127, 128, 255, 256, (1 << 64) - 1, 1 << 159, 1 << 200]
    entries = RevocationList.read(Authority("Cũ").list_of()).entries.of(
        [(serial, 1, "") for serial in serials]
    )

    assert all(entries.find(serial) for serial in serials)
    assert not any(entries.find(serial + 2) for serial in serials)
