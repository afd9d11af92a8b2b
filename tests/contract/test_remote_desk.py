"""A leader signs through the office with a key at a remote service, from the page to the file."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from console.demonstration.load import PASSPHRASE
from kernel.errors import Refused, Unavailable
from signing.keys import facts
from tests.contract.servers.csc import CscServer
from tests.contract.servers.csc_words import Credential
from tests.contract.servers.keys import Key
from tests.contract.servers.mysign import MySignServer
from tests.contract.servers.serving import served
from tests.contract.servers.smartca import SmartCaServer
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from workflow import intents, signing_desk
from workflow.intents import Chosen
from workflow.models import KeyKind, SigningKey
from workflow.remote_services import KINDS, RemoteServices
from workflow.states import OutgoingState

USER = "CMT_0123456789"
PIN = "246810"
LEADER = "phochutich"


@dataclass
class Remote:
    """The leader's key at a running service, registered in the office."""

    desks: Desks
    server: Any
    key_id: UUID

    @property
    def leader(self) -> UUID:
        return self.desks.person(LEADER)

    def confirm(self) -> None:
        if isinstance(self.server, SmartCaServer):
            self.server.confirmed = True
        else:
            self.server.confirmed.set()

    def sign(self, *cases: Case, secret: str = "") -> intents.Batch:
        chosen = [Chosen(case.id, case.seen, case.shown) for case in cases]
        return signing_desk.sign_all(
            self.desks.office, self.leader, chosen, secret=secret, key_id=self.key_id
        )

    def work_off(self, *cases: Case, seconds: float = 30) -> None:
        """Let the workers work until none of the documents is being signed any more."""
        until = time.monotonic() + seconds
        while any(case.state is OutgoingState.SIGNING for case in cases):
            assert time.monotonic() < until, [case.state for case in cases]
            with suppress(Unavailable):
                self.desks.work_off()
            time.sleep(0.02)


def leaders_key(desks: Desks) -> Key:
    with desks.office.sessions() as session:
        *_, key = intents.keys_of(session, person_id=desks.person(LEADER))
    folder = desks.settings.keys_folder / "people"
    return Key.of(folder / f"{key.reference['container']}.p12", PASSPHRASE)


def at_csc(key: Key) -> tuple[CscServer, str, dict[str, object]]:
    server = CscServer("2.0")
    server.credentials["GX01"] = Credential("GX01", key, USER, pin=PIN)
    return server, "GX01", {"kind": "csc", "version": "2.0", "client_id": "office"}


def at_mysign(key: Key) -> tuple[MySignServer, str, dict[str, object]]:
    server = MySignServer()
    server.credentials["VT01"] = Credential("VT01", key, USER, phone=True)
    return server, "VT01", {"kind": "mysign", "client_id": "office"}


def at_smartca(key: Key) -> tuple[SmartCaServer, str, dict[str, object]]:
    serial = facts(key.certificates[0]).serial
    server = SmartCaServer(USER, key, serial)
    server.sp_password = "client's secret"
    return server, serial, {"kind": "smartca", "client_id": server.sp_id}


SERVICES = {"csc": at_csc, "mysign": at_mysign, "smartca": at_smartca}


@pytest.fixture
def kind() -> str:
    return "csc"


@pytest.fixture
def remote(shared_desks: Desks, kind: str) -> Iterator[Remote]:
    desks = shared_desks
    desks.bells.clear()
    key = leaders_key(desks)
    server, credential_id, settings = SERVICES[kind](key)
    certificate, *chain = (der.hex() for der in key.certificates)
    reference = {
        "provider": "ca",
        "user_id": USER,
        "credential_id": credential_id,
        "certificate": certificate,
        "chain": chain,
    }
    with served(server.app) as address:
        folder = desks.settings.keys_folder / "remote"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "ca.secret").write_text("client's secret")
        settings |= {"name": "CA thử nghiệm", "url": address, "secret_file": "ca.secret"}
        settings |= {"answer_seconds": 5.0, "person_seconds": 6.0, "pause_seconds": 0.05}
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        (folder / "ca.toml").write_text("\n".join(lines))
        switch(desks, on=True)
        yield Remote(desks, server, registered(desks, KeyKind(kind), reference))


def switch(desks: Desks, *, on: bool) -> None:
    """Let this office sign remotely, or not."""
    services = RemoteServices(desks.settings.keys_folder / "remote", on=on)
    cabinet = desks.office.desk.cabinet
    cabinet.openers = {**cabinet.openers, **dict.fromkeys(KINDS, services.open)}


def registered(desks: Desks, kind: KeyKind, reference: dict[str, Any]) -> UUID:
    key = SigningKey(
        id=uuid4(),
        person_id=desks.person(LEADER),
        kind=kind,
        label="Ký từ xa",
        reference=reference,
        registered_at=desks.clock() + timedelta(seconds=1),
    )
    with desks.office.sessions.begin() as session:
        session.add(key)
        return key.id


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
