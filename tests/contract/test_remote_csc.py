"""Keys at a service that speaks the CSC API, against a real and strict one, in both versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Timer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from kernel.errors import DomainError, Refused, Unavailable
from signing.checking.validate import validate
from signing.checking.verdict import Conclusion
from signing.holding.remote.batch import begin
from signing.holding.remote.csc.access import Access, ClientCredentials, Given, Login, Session
from signing.holding.remote.csc.service import CscService
from signing.holding.remote.csc.signer import CscSigner
from signing.holding.remote.csc.versions import VersionOne, VersionTwo
from signing.holding.remote.port import Ask, Outcome, Secret, ToSign
from signing.making.two_phase import complete
from tests.contract.remote import door, leaders_key, prepared, things, to_sign
from tests.contract.servers.csc import CscServer
from tests.contract.servers.csc_words import Credential
from tests.contract.servers.keys import Key
from tests.contract.servers.serving import served
from tests.unit.signing.desk import Desk

USER = "lanh-dao"
CLIENT = ClientCredentials("office", "client's secret")
PIN = Secret(pin="246810")


@dataclass
class Remote:
    """A running service that holds the leader's key, and our side of it."""

    server: CscServer
    address: str
    key: Key

    @property
    def held(self) -> Credential:
        return self.server.credentials["GX01"]

    def service(self, access: Access = CLIENT, user: str = USER) -> CscService:
        version = VersionTwo() if self.server.second else VersionOne()
        return CscService(Session(door(self.address), access), version, user)

    def signer(self) -> CscSigner:
        certificate, *chain = self.key.certificates
        return CscSigner(self.service(), "GX01", certificate, tuple(chain))

    def sign(self, items: list[ToSign], secret: Secret = PIN) -> tuple[Outcome, ...]:
        return self.signer().sign_all(items, secret)

    def refusal(self, secret: Secret = PIN, count: int = 2) -> str:
        with pytest.raises(DomainError) as refused:
            self.sign(things(count), secret)
        return refused.value.code


def codes(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.code if isinstance(outcome, Refused) else "signed" for outcome in outcomes]


@pytest.fixture(params=["1.0.4", "2.0"])
def remote(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Remote]:
    key = leaders_key(desk)
    server = CscServer(request.param)
    server.credentials["GX01"] = Credential("GX01", key, USER, pin=PIN.pin)
    with served(server.app) as address:
        yield Remote(server, address, key)


def test_one_of_twenty_is_refused_and_nineteen_are_signed_and_valid(remote: Remote, desk: Desk):
    waiting = prepared(desk, remote.key, 20)
    remote.server.behaviour.refuses = {sha256(waiting[6].attributes).digest()}

    outcomes = remote.sign(to_sign(waiting))

    assert codes(outcomes) == ["signed"] * 6 + ["remote.rejected"] + ["signed"] * 13
    for one, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(outcome, bytes):
            signed = complete(one, outcome)
            verdict = validate(
                signed, desk.trust, at=desk.now + timedelta(minutes=1), expected=desk.expected()[:1]
            )
            assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert len(remote.server.calls("credentials/authorize")) == 1


def test_a_whole_batch_takes_one_authorisation_and_one_call(remote: Remote):
    assert codes(remote.sign(things(20))) == ["signed"] * 20

    assert len(remote.server.calls("credentials/authorize")) == 1
    assert len(remote.server.calls("signatures/signHash")) == 1
    assert remote.server.grants == {}


def test_more_than_the_service_takes_at_once_go_in_several_authorisations(remote: Remote):
    remote.held.multisign = 8

    assert codes(remote.sign(things(20))) == ["signed"] * 20

    assert [b["numSignatures"] for b in remote.server.calls("credentials/authorize")] == [8, 8, 4]


def test_a_code_is_not_sent_a_second_time_so_the_rest_waits_for_the_next_batch(remote: Remote):
    remote.held.multisign, remote.held.otp = 8, "135790"

    outcomes = remote.sign(things(10), Secret(PIN.pin, "135790"))

    assert codes(outcomes) == ["signed"] * 8 + ["remote.otp_spent"] * 2
    assert len(remote.server.calls("credentials/authorize")) == 1


def test_a_service_that_is_down_for_the_second_group_keeps_the_first(remote: Remote):
    remote.held.multisign = 2

    def fail_later(*_: object) -> None:
        remote.server.behaviour.down = len(remote.server.calls("signatures/signHash")) > 0

    remote.server.app.after_request(lambda response: (fail_later(), response)[1])

    outcomes = remote.sign(things(3))

    assert codes(outcomes) == ["signed", "signed", "remote.unreachable"]


def test_a_service_without_extended_transactions_keeps_one_sad_for_all(remote: Remote):
    remote.server.methods.remove("credentials/extendTransaction")
    items = things(3)
    remote.server.behaviour.refuses = {items[1].digest}

    assert codes(remote.sign(items)) == ["signed", "remote.rejected", "signed"]


def test_the_person_is_told_which_secret_is_missing_before_anything_is_asked(remote: Remote):
    remote.held.otp = "135790"

    assert remote.refusal(Secret(otp="135790")) == "remote.pin_needed"
    assert remote.refusal(Secret(pin=PIN.pin)) == "remote.otp_needed"
    assert remote.server.calls("credentials/authorize") == []


def test_a_wrong_pin_is_told_and_the_fourth_finds_the_key_locked(remote: Remote):
    wrong = "remote.wrong_secret" if remote.server.second else "remote.wrong_pin"

    found = [remote.refusal(Secret(pin="111111")) for _ in range(4)]

    assert found == [wrong, wrong, wrong, "remote.locked"]


def test_a_wrong_code_is_told(remote: Remote):
    remote.held.otp = "135790"

    told = remote.refusal(Secret(PIN.pin, "000000"))

    assert told == ("remote.wrong_secret" if remote.server.second else "remote.wrong_otp")


def test_a_code_that_the_service_sends_is_asked_for_first(remote: Remote):
    remote.held.online = True
    (credential,) = remote.service().credentials()

    remote.service().send_otp("GX01")

    assert credential.sends_otp
    assert credential.asks == {Ask.PIN, Ask.OTP}
    assert codes(remote.sign(things(1), Secret(PIN.pin, remote.held.sent[0]))) == ["signed"]


def test_a_code_is_not_asked_of_a_service_that_sends_none(remote: Remote):
    with pytest.raises(Refused, match="no_otp_to_send"):
        remote.service().send_otp("GX01")


def test_a_key_opened_by_telephone_signs_when_the_person_confirms(remote: Remote):
    remote.held.phone, remote.held.pin = True, ""
    ticket = begin(remote.signer(), things(2), Secret())
    assert ticket.collect() is None

    remote.server.confirmed.set()
    outcomes = ticket.collect(10)

    assert outcomes is not None
    assert codes(outcomes) == ["signed", "signed"]


def test_a_telephone_that_nobody_takes_up_signs_nothing(remote: Remote):
    remote.held.phone, remote.held.pin = True, ""

    assert remote.refusal(Secret()) == "remote.not_confirmed"


def test_a_person_who_declines_on_the_telephone_signs_nothing(remote: Remote):
    remote.held.phone, remote.held.pin = True, ""
    remote.server.declined = True
    Timer(0.2, remote.server.confirmed.set).start()

    assert remote.refusal(Secret()) == "remote.denied"


def test_an_authorisation_that_ran_out_is_told_as_that(remote: Remote):
    remote.server.sad_seconds = -1

    assert codes(remote.sign(things(2))) == ["remote.authorisation_expired"] * 2


@pytest.mark.parametrize("fault", ["lies", "swaps"])
def test_a_signature_that_does_not_fit_its_document_is_never_used(remote: Remote, fault: str):
    setattr(remote.server.behaviour, fault, True)

    assert codes(remote.sign(things(2))) == ["remote.bad_signature"] * 2


def test_another_certificate_than_the_registered_one_is_refused_before_the_pin_is_sent(
    remote: Remote, desk: Desk
):
    remote.server.behaviour.shows = leaders_key(desk, "nguoi-khac").certificates

    assert remote.refusal() == "remote.other_certificate"
    assert remote.server.calls("credentials/authorize") == []


def test_a_service_that_is_down_is_asked_three_times_and_nothing_is_signed(remote: Remote):
    service = remote.service(Given("whatever"))
    remote.server.behaviour.down = True

    with pytest.raises(Unavailable, match="unreachable"):
        service.open("GX01")


def test_nobody_at_the_address_is_told_as_unreachable():
    session = Session(door("http://127.0.0.1:9"), Given("whatever"))

    with pytest.raises(Unavailable, match="unreachable"):
        CscService(session, VersionOne()).credentials()


def test_an_answer_that_does_not_come_in_time_is_told_and_not_asked_for_twice(remote: Remote):
    remote.server.behaviour.silent = "credentials/authorize"

    with pytest.raises(Unavailable, match="no_answer"):
        remote.sign(things(1))
    assert len(remote.server.calls("credentials/authorize")) == 1


def test_an_answer_without_end_is_cut_off(remote: Remote):
    service = remote.service(Given("whatever"))
    remote.server.behaviour.floods = True

    with pytest.raises(Refused, match="bad_answer"):
        service.open("GX01")


def test_a_token_that_ran_out_is_renewed_and_the_call_made_again(remote: Remote):
    signer = remote.signer()
    signer.service.open("GX01")
    remote.server.tokens.clear()

    assert codes(signer.sign_all(things(2), PIN)) == ["signed", "signed"]


def test_a_wrong_client_is_not_let_in(remote: Remote):
    with pytest.raises(Refused, match="not_let_in"):
        remote.service(ClientCredentials("office", "another secret")).credentials()


def test_a_user_may_log_in_for_himself(remote: Remote):
    remote.held.owner = "leader"

    (credential,) = remote.service(Login("leader", "user's password"), user="").credentials()

    assert credential.certificate == remote.key.certificates[0]
    with pytest.raises(Refused, match="not_let_in"):
        remote.service(Login("leader", "guessed"), user="").credentials()


def test_credentials_that_cannot_be_used_here_are_not_offered(remote: Remote):
    for number, words in enumerate(
        ({"status": "disabled"}, {"certificate_status": "revoked"}, {"mode": "oauth2code"}), 2
    ):
        name = f"GX0{number}"
        remote.server.credentials[name] = Credential(name, remote.key, USER, **words)

    offered = remote.service().credentials()

    assert [credential.id for credential in offered] == ["GX01"]
    assert offered[0].batch == 100
    assert offered[0].chain == tuple(remote.key.certificates[1:])


def test_an_ecdsa_key_signs_too(remote: Remote):
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Trần Thị Ngọc Ánh")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    remote.key = Key(private, [certificate.public_bytes(Encoding.DER)])
    remote.held.key = remote.key

    assert codes(remote.sign(things(3))) == ["signed"] * 3


def test_version_two_fetches_signatures_that_are_made_later(desk: Desk):
    server = CscServer("2.0", later=True)
    server.credentials["GX01"] = Credential("GX01", leaders_key(desk), USER, pin=PIN.pin)

    with served(server.app) as address:
        outcomes = Remote(server, address, leaders_key(desk)).sign(things(2))

    assert codes(outcomes) == ["signed", "signed"]
    assert len(server.calls("signatures/signPolling")) == 3


def test_version_two_sends_the_fewest_factors_that_open_the_key(desk: Desk):
    server = CscServer("2.0")
    held = Credential("GX01", leaders_key(desk), USER, pin=PIN.pin, otp="135790")
    held.expression = "PIN XOR OTP"
    server.credentials["GX01"] = held

    with served(server.app) as address:
        outcomes = Remote(server, address, held.key).sign(things(1), Secret(PIN.pin, "135790"))

    assert codes(outcomes) == ["signed"]
    (asked,) = server.calls("credentials/authorize")
    assert asked["authData"] == [{"id": "PIN", "value": PIN.pin}]


def test_neither_secret_nor_token_nor_sad_is_logged_or_shown(
    remote: Remote, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    signer = remote.signer()

    signer.sign_all(things(2), PIN)
    remote.refusal(Secret(pin="97531"))

    told = caplog.text + repr(signer) + repr(PIN) + repr(CLIENT) + str(PIN)
    for hidden in (PIN.pin, "97531", CLIENT.secret, *remote.server.tokens):
        assert hidden not in told
