"""Keys at Viettel MySign and VNPT SmartCA, against stand-ins built from published integrations."""

from collections.abc import Iterator
from hashlib import sha256
from threading import Timer
from typing import Any

import pytest

from kernel.errors import DomainError, Refused, Unavailable
from signing.checking.validate import validate
from signing.checking.verdict import Conclusion
from signing.holding.keys import facts
from signing.holding.remote.batch import begin
from signing.holding.remote.csc.signer import CscSigner
from signing.holding.remote.mysign import MySignLogin, mysign
from signing.holding.remote.port import Ask, Outcome, RemoteSigner, Secret
from signing.holding.remote.smartca import SmartCa, SmartCaSigner
from signing.making.two_phase import complete
from tests.contract.remote import door, leaders_key, prepared, things, to_sign
from tests.contract.servers.csc_words import Credential
from tests.contract.servers.mysign import MySignServer
from tests.contract.servers.serving import served
from tests.contract.servers.smartca import SmartCaServer
from tests.unit.signing.desk import Desk

USER = "CMT_0123456789"
TYPED = Secret("user's password", "135790")


class Case:
    """One of the services, running, and the leader's key at it."""

    def __init__(self, server: Any, signer: RemoteSigner) -> None:
        self.server, self.signer = server, signer

    def confirm(self) -> None:
        if isinstance(self.server, MySignServer):
            self.server.confirmed.set()
        else:
            self.server.confirmed = True

    def sign(self, count: int = 2, secret: Secret | None = None) -> tuple[Outcome, ...]:
        return self.signer.sign_all(things(count), secret or Secret())

    def refusal(self, secret: Secret | None = None) -> str:
        with pytest.raises(DomainError) as refused:
            self.sign(secret=secret)
        return refused.value.code


def codes(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.code if isinstance(outcome, Refused) else "signed" for outcome in outcomes]


def at_mysign(desk: Desk) -> tuple[MySignServer, Any]:
    key = leaders_key(desk)
    server = MySignServer()
    server.credentials["VT01"] = Credential("VT01", key, USER, phone=True)
    certificate, *chain = key.certificates

    def signer(address: str) -> RemoteSigner:
        login = MySignLogin("office", "client's secret", server.profile, USER)
        return CscSigner(mysign(door(address), login), "VT01", certificate, tuple(chain))

    return server, signer


def at_smartca(desk: Desk, *, by_phone: bool) -> tuple[SmartCaServer, Any]:
    key = leaders_key(desk)
    certificate, *chain = key.certificates
    server = SmartCaServer(USER, key, facts(certificate).serial)

    def signer(address: str) -> RemoteSigner:
        service = SmartCa(door(address), server.sp_id, server.sp_password, USER, by_phone=by_phone)
        return SmartCaSigner(service, server.serial, certificate, tuple(chain))

    return server, signer


@pytest.fixture(params=["mysign", "smartca"])
def case(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Case]:
    """Either service, where the person confirms by telephone."""
    at = at_mysign(desk) if request.param == "mysign" else at_smartca(desk, by_phone=True)
    server, signer = at
    with served(server.app) as address:
        yield Case(server, signer(address))


@pytest.fixture
def by_code(desk: Desk) -> Iterator[Case]:
    """SmartCA where password and code are typed in our page."""
    server, signer = at_smartca(desk, by_phone=False)
    with served(server.app) as address:
        yield Case(server, signer(address))


def test_one_of_twenty_is_refused_and_nineteen_are_signed_and_valid(case: Case, desk: Desk):
    waiting = prepared(desk, leaders_key(desk), 20)
    case.server.behaviour.refuses = {sha256(waiting[3].attributes).digest()}
    ticket = begin(case.signer, to_sign(waiting), Secret())
    assert ticket.collect() is None

    case.confirm()
    outcomes = ticket.collect(20)

    assert outcomes is not None
    left_out = "remote.rejected" if isinstance(case.server, MySignServer) else "remote.not_signed"
    assert codes(outcomes) == ["signed"] * 3 + [left_out] + ["signed"] * 16
    for one, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(outcome, bytes):
            verdict = validate(
                complete(one, outcome), desk.trust, at=desk.now, expected=desk.expected()[:1]
            )
            assert verdict.conclusion is Conclusion.TOTAL_PASSED


def test_a_telephone_that_nobody_takes_up_signs_nothing(case: Case):
    assert case.refusal() == "remote.not_confirmed"


def test_a_person_who_declines_signs_nothing(case: Case):
    case.server.declined = True
    Timer(0.2, case.confirm).start()

    assert case.refusal() == "remote.denied"


@pytest.mark.parametrize("fault", ["lies", "swaps"])
def test_a_signature_that_does_not_fit_its_document_is_never_used(case: Case, fault: str):
    case.confirm()
    setattr(case.server.behaviour, fault, True)

    assert codes(case.sign()) == ["remote.bad_signature"] * 2


def test_another_certificate_than_the_registered_one_never_reaches_the_telephone(
    case: Case, desk: Desk
):
    case.server.behaviour.shows = leaders_key(desk, "nguoi-khac").certificates

    assert case.refusal() == "remote.other_certificate"
    assert not [path for path, _ in case.server.heard if path.endswith(("authorize", "sign"))]


def test_a_service_that_is_down_is_told_as_that(case: Case):
    case.server.behaviour.down = True

    with pytest.raises(Unavailable, match="unreachable"):
        case.sign()


def test_a_slow_service_still_signs(case: Case):
    case.confirm()
    case.server.behaviour.slow = 0.5

    assert codes(case.sign()) == ["signed", "signed"]


def test_a_wrong_client_is_not_let_in(case: Case):
    case.server.clients = {}
    case.server.sp_password = "another"

    assert case.refusal() == "remote.not_let_in"


def test_the_telephone_shows_documents_by_the_names_people_know(desk: Desk):
    server, signer = at_mysign(desk)
    server.confirmed.set()

    with served(server.app) as address:
        signer(address).sign_all(things(2), Secret())

    assert server.shown == ["Công văn số 0", "Công văn số 1"]


def test_mysign_renews_a_token_that_ran_out(desk: Desk):
    server, signer = at_mysign(desk)
    server.confirmed.set()

    with served(server.app) as address:
        leader = signer(address)
        leader.service.open("VT01")
        server.tokens.clear()

        assert codes(leader.sign_all(things(2), Secret())) == ["signed", "signed"]


def test_smartca_that_fails_for_a_moment_is_asked_again_while_the_person_is_awaited(desk: Desk):
    server, signer = at_smartca(desk, by_phone=True)
    server.confirmed = server.down_while_waiting = True

    with served(server.app) as address:
        assert codes(signer(address).sign_all(things(2), Secret())) == ["signed", "signed"]


def test_an_older_smartca_says_zero_for_success(desk: Desk):
    server, signer = at_smartca(desk, by_phone=True)
    server.confirmed, server.good = True, 0

    with served(server.app) as address:
        assert codes(signer(address).sign_all(things(1), Secret())) == ["signed"]


def test_smartca_lists_the_certificates_with_their_issuers(by_code: Case, desk: Desk):
    (offered,) = by_code.signer.service.credentials()

    assert offered.certificate == leaders_key(desk).certificates[0]
    assert offered.asks == {Ask.PIN, Ask.OTP}
    assert offered.id == by_code.server.serial


def test_smartca_signs_by_password_and_code(by_code: Case):
    assert codes(by_code.sign(20, TYPED)) == ["signed"] * 20


def test_smartca_tells_wrong_and_missing_secrets(by_code: Case):
    assert by_code.refusal(Secret(otp="1")) == "remote.pin_needed"
    assert by_code.refusal(Secret(pin="1")) == "remote.otp_needed"
    assert by_code.refusal(Secret(TYPED.pin, "000000")) == "remote.wrong_otp"
    assert by_code.refusal(Secret("guessed", TYPED.otp)) == "remote.wrong_pin"


def test_a_code_is_good_once(by_code: Case):
    by_code.sign(1, TYPED)

    assert by_code.refusal(TYPED) == "remote.wrong_otp"


def test_an_authorisation_that_ran_out_signs_nothing(by_code: Case):
    by_code.server.sad_seconds = -1

    assert by_code.refusal(TYPED) == "remote.not_confirmed"


def test_smartca_has_no_code_to_send(by_code: Case):
    with pytest.raises(Refused, match="no_otp_to_send"):
        by_code.signer.service.send_otp(by_code.server.serial)


def test_no_secret_is_logged_or_shown(case: Case, by_code: Case, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    case.confirm()

    case.sign()
    by_code.sign(1, TYPED)

    told = caplog.text + repr(case.signer) + repr(by_code.signer) + repr(TYPED)
    for hidden in (TYPED.pin, TYPED.otp, by_code.server.sp_password, "client's secret"):
        assert hidden not in told
