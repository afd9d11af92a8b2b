"""A leader signs through the office with a key at a remote service, from the page to the file."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.errors import Refused, Unavailable
from signing.holding.remote.port import Ask, KnownService
from tests.contract.remote_office import PIN, USER, Remote, remote_key, switch
from tests.contract.test_signer import serving
from tests.office import Desks
from tests.unit.workflow.way import walk
from workflow.models import SigningKey
from workflow.signatures.remote_services import RemoteServices
from workflow.states import OutgoingState


@pytest.fixture
def kind() -> str:
    return "csc"


@pytest.fixture
def remote(shared_desks: Desks, kind: str) -> Iterator[Remote]:
    with remote_key(shared_desks, kind) as remote:
        yield remote


@pytest.mark.parametrize(("kind", "count"), [("csc", 20), ("mysign", 4), ("smartca", 4)])
def test_of_a_batch_one_is_refused_and_the_others_are_signed(remote: Remote, count: int):
    cases = [walk(remote.desks, OutgoingState.AWAITING_SIGNATURE) for _ in range(count)]
    remote.server.behaviour.refuses_place = 2

    batch = remote.sign(*cases, secret=PIN)
    remote.confirm()
    remote.work_off(*cases)

    assert len(batch.given) == count
    refused = [case for case in cases if case.state is OutgoingState.APPROVED]
    signed = [case for case in cases if case.state is OutgoingState.AWAITING_NUMBER]
    assert (len(refused), len(signed)) == (1, count - 1)
    assert refused[0].row.trouble in {"remote.rejected", "remote.not_signed"}
    for case in signed:
        assert case.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"


@pytest.mark.parametrize("kind", ["mysign", "smartca"])
def test_while_the_telephone_waits_nobody_else_does(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    began = time.monotonic()

    remote.sign(case)
    with pytest.raises(Unavailable, match="waiting_for_phone"):
        remote.desks.work_off()

    assert time.monotonic() - began < 3
    assert case.state is OutgoingState.SIGNING
    remote.confirm()
    remote.work_off(case)
    assert case.state is OutgoingState.AWAITING_NUMBER


@pytest.mark.parametrize("kind", ["mysign", "smartca"])
def test_a_telephone_that_nobody_takes_up_puts_the_document_back(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)

    remote.sign(case)
    remote.work_off(case)

    assert (case.state, case.row.trouble) == (OutgoingState.APPROVED, "remote.not_confirmed")


@pytest.mark.parametrize("kind", ["smartca"])
def test_what_was_confirmed_in_time_is_not_lost_on_a_busy_machine(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    batch = remote.sign(case)
    remote.confirm()
    with suppress(Unavailable):
        remote.desks.work_off()
    key = remote.desks.office.desk.cabinet.opened(batch.id)
    key._sent.ticket.collect(10)  # noqa: SLF001 - waits for the service, and for nobody else

    remote.desks.clock.pass_by(minutes=6)
    remote.work_off(case)

    assert case.state is OutgoingState.AWAITING_NUMBER


def test_a_wrong_pin_puts_the_document_back_and_the_right_one_signs_it(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    remote.sign(case, secret="000000")
    remote.work_off(case)
    assert (case.state, case.row.trouble) == (OutgoingState.APPROVED, "remote.wrong_secret")

    remote.sign(case, secret=PIN)
    remote.work_off(case)

    assert case.state is OutgoingState.AWAITING_NUMBER


def test_pin_and_code_come_in_two_lines(remote: Remote):
    remote.server.credentials["GX01"].otp = "135790"
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)

    remote.sign(case, secret=f"{PIN}\n135790")
    remote.work_off(case)

    assert case.state is OutgoingState.AWAITING_NUMBER


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [("down", "remote.unreachable"), ("lies", "remote.bad_signature")],
)
def test_a_bad_service_puts_the_document_back(remote: Remote, fault: str, trouble: str):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    setattr(remote.server.behaviour, fault, True)

    remote.sign(case, secret=PIN)
    remote.work_off(case)

    assert (case.state, case.row.trouble) == (OutgoingState.APPROVED, trouble)


def test_a_key_whose_certificate_is_not_registered_for_the_leader_is_not_used(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    with remote.desks.office.sessions.begin() as session:
        key = session.get_one(SigningKey, remote.key_id)
        issuer, *rest = key.reference["chain"]
        key.reference = key.reference | {"certificate": issuer, "chain": rest}

    with pytest.raises(Refused, match="not_registered"):
        remote.sign(case, secret=PIN)

    assert case.state is OutgoingState.AWAITING_SIGNATURE
    assert remote.server.heard == []


def test_what_was_typed_is_gone_once_the_batch_was_sent(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    cabinet = remote.desks.office.desk.cabinet

    batch = remote.sign(case, secret=PIN)
    key = cabinet.opened(batch.id)
    with suppress(Unavailable):
        remote.desks.work_off()

    assert PIN not in repr(key)
    assert key._secret is None  # noqa: SLF001 - no door shows it
    remote.work_off(case)
    assert cabinet.opened(batch.id) is None


def test_remote_signing_that_is_off_refuses_in_plain_words(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    switch(remote.desks, on=False)

    with pytest.raises(Refused, match=r"remote\.off"):
        remote.sign(case, secret=PIN)

    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_a_service_that_is_no_longer_described_refuses(remote: Remote):
    case = walk(remote.desks, OutgoingState.AWAITING_SIGNATURE)
    (remote.desks.settings.keys_folder / "remote" / "ca.toml").unlink()

    with pytest.raises(Refused, match="no_provider"):
        remote.sign(case, secret=PIN)


def test_the_signing_process_speaks_to_services_for_the_pages(remote: Remote, tmp_path: Path):
    folder = remote.desks.settings.keys_folder / "remote"
    desk = replace(remote.desks.office.desk, services=RemoteServices(folder, on=True))

    with serving(tmp_path / "s", desk) as far:
        known = far.remote_services()
        (credential,) = far.remote_credentials("ca", USER)
        with pytest.raises(Refused, match="no_otp_to_send"):
            far.send_code(remote.key_id)
        with pytest.raises(Refused, match="no_provider"):
            far.remote_credentials("other", USER)

    assert known == {"ca": KnownService("CA thử nghiệm", "csc")}
    assert (credential.id, credential.asks) == ("GX01", {Ask.PIN})
    assert credential == desk.remote_credentials("ca", USER)[0]
